"""Where the members stand, for the staff: what is asked, who answered what and why, and which requests cost whom."""

from collections.abc import Sequence
from functools import lru_cache

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import BooleanField, DateField, HiddenField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from commenttrack.errors import Refused
from commenttrack.members.models import Organization, Signatory
from commenttrack.members.permissions import Permission
from commenttrack.positions import mapping, stance_answers, trade_offs
from commenttrack.positions import stance_requests as operations
from commenttrack.positions.member_stances import answers_of, history_of
from commenttrack.positions.models import StanceRequest
from commenttrack.positions.stance_notices import mails_to
from commenttrack.positions.stance_subjects import Asked, asked_of
from commenttrack.positions.stances import Stance
from commenttrack.positions.what_if import what_if
from commenttrack.rulemaking.models import Docket
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import CheckBoxes, Form, options, some, stripped
from commenttrack.web.frame import plural
from commenttrack.web.members import signatory_choices
from commenttrack.web.pages import docket_frame, document_frame, load
from commenttrack.web.requested_text import changes
from commenttrack.web.stance_form import CONDITIONS, VIEWS, Item, NameForm, given, item_of, show_as_is

stances = Blueprint("stances", __name__, url_prefix="/dockets/<int:docket_id>/stances")

MOST_STATES_ON_A_PAGE = 20_000
"""How far the search for trade-offs goes while somebody waits for the page: some seconds."""


class AskingForm(Form):
    """What goes into a mail that asks."""

    answer_by = DateField("Answer by", validators=[Optional()])
    note = TextAreaField("A line of your own in the mail", filters=[stripped], validators=[Length(max=2_000)])
    links = HiddenField()

    def show_links(self, docket: Docket, organization: Organization | None = None) -> None:
        """Let the hidden field say which links there are, whatever an earlier page had shown."""
        self.links.data = operations.links_now(database.session(), docket, organization)

    def require_links(self, docket: Docket, organization: Organization | None = None) -> None:
        """Refuse a second click, since another new link would end the one just mailed."""
        if self.links.data:
            operations.require_links(database.session(), docket, self.links.data, organization)


class InviteForm(AskingForm):
    """Whom to ask where they stand."""

    signatories = CheckBoxes("Whom to ask", coerce=int, validators=[some("Choose at least one organization.")])


@stances.get("/")
@requires(Permission.SIGN_OFFS)
def answers(docket_id: int) -> str:
    """Organizations down, subjects across."""
    docket = docket_frame(docket_id).docket
    return _answers_page(docket, _invite_form(docket), _remind_form())


def _answers_page(docket: Docket, form: InviteForm, remind_form: AskingForm) -> str:
    asked = asked_of(database.session(), docket)
    rows = answers_of(database.session(), docket, asked)
    remind_form.show_links(docket)
    return render_template(
        "web/stances/answers.html",
        asked=asked,
        rows=rows,
        form=form,
        remind_form=remind_form,
        views=dict(VIEWS),
        undecided=sum(row.request is not None and row.given < len(asked) for row in rows),
    )


def _invite_form(docket: Docket) -> InviteForm:
    """One check box for each signatory of an organization that was not asked yet."""
    form = InviteForm()
    form.signatories.choices = signatory_choices(
        select(StanceRequest.organization_id).where(StanceRequest.docket_id == docket.id)
    )
    return form


def _remind_form() -> AskingForm:
    return AskingForm(prefix="remind-")


def _ask(docket: Docket, signatory: Signatory, form: AskingForm) -> None:
    """Mail one signatory what is asked. Raises :class:`~commenttrack.positions.stance_requests.CannotBeAsked`."""
    operations.invite(
        database.session(),
        docket,
        signatory.organization,
        signatory.person,
        note=form.note.data or "",
        answer_by=form.answer_by.data,
        actor=signed_in().person.name,
        now=database.now(),
        settings=database.house().settings,
    )


@stances.post("/invite")
@requires(Permission.SIGN_OFFS)
def invite(docket_id: int) -> ResponseReturnValue:
    """Ask the chosen signatories where their organizations stand."""
    docket = docket_frame(docket_id).docket
    form = _invite_form(docket)
    if form.validate():
        try:
            for signatory_id in form.signatories.data:
                _ask(docket, load(Signatory, signatory_id), form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{plural(len(form.signatories.data), 'mail')} written; sent in a moment.", "done")
            return redirect(url_for("stances.answers", docket_id=docket_id), 303)
    return _answers_page(docket, form, _remind_form()), 422


@stances.post("/remind")
@requires(Permission.SIGN_OFFS)
def remind(docket_id: int) -> ResponseReturnValue:
    """Ask everybody once more who left something open; or only those who answered words that changed since."""
    docket, form = docket_frame(docket_id).docket, _remind_form()
    if form.validate():
        try:
            form.require_links(docket)
            asked = operations.remind(
                database.session(),
                docket,
                note=form.note.data or "",
                answer_by=form.answer_by.data,
                moved_only=request.form.get("only") == "moved",
                actor=signed_in().person.name,
                now=database.now(),
                settings=database.house().settings,
            )
        except operations.AskedMeanwhile as refusal:
            flash(str(refusal), "done")
            return redirect(url_for("stances.answers", docket_id=docket_id), 303)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{plural(len(asked), 'reminder')} written. Nobody who has answered everything gets one.", "done")
            return redirect(url_for("stances.answers", docket_id=docket_id), 303)
    return _answers_page(docket, _invite_form(docket), form), 422


@stances.post("/open")
@requires(Permission.SIGN_OFFS)
def opening(docket_id: int) -> ResponseReturnValue:
    """Let members see each other's stances, or hide them again."""
    opened = request.form.get("open") == "yes"
    operations.open_stances(
        database.session(),
        docket_frame(docket_id).docket,
        opened=opened,
        actor=signed_in().person.name,
        now=database.now(),
    )
    flash("Members now see where the others stand, never why." if opened else "Stances are hidden again.", "done")
    return redirect(url_for("stances.answers", docket_id=docket_id), 303)


# --------------------------------------------------------------------------------------------------------- what to ask


class SubjectsForm(Form):
    """What the members are asked about."""

    provisions = CheckBoxes("Provisions", coerce=int)
    positions = CheckBoxes("Positions", coerce=int)
    all_requests = BooleanField("Every provision that the draft opposes or on which it requests something")


@stances.route("/subjects", methods=["GET", "POST"])
@requires(Permission.SIGN_OFFS)
def subjects(docket_id: int) -> ResponseReturnValue:
    """Choose, from what is mapped, what the members are asked about."""
    frame, document = document_frame(docket_id)
    session = database.session()
    asked, links = asked_of(session, frame.docket), mapping.links_of(session, document)
    form = SubjectsForm(
        data={
            "provisions": [each.subject.provision_id for each in asked if each.subject.provision_id],
            "positions": [each.subject.position_id for each in asked if each.subject.position_id],
        }
    )
    provisions = {link.provision_id: link.provision for link in links}
    provisions.update((row.id, row) for each in asked if (row := each.subject.provision))
    positions = {link.position_id: link.position for link in links}
    positions.update((held.id, held) for each in asked if (held := each.subject.position))
    form.provisions.choices = options((key, row.label or row.heading or row.number) for key, row in provisions.items())
    form.positions.choices = options((key, f"{row.label} {row.name}") for key, row in positions.items())
    if form.validate_on_submit():
        chosen = set(form.provisions.data)
        if form.all_requests.data:
            # Opposition alone asks that the provision not be adopted.
            chosen |= {link.provision_id for link in links if link.request or link.stance is Stance.OPPOSE}
        count = operations.choose_subjects(
            session,
            frame.docket,
            provisions=chosen,
            positions=set(form.positions.data),
            actor=signed_in().person.name,
            now=database.now(),
        )
        flash(f"The members are asked about {plural(count, 'point')}.", "done")
        return redirect(url_for("stances.answers", docket_id=docket_id), 303)
    page = render_template("web/stances/subjects.html", form=form, provisions=provisions, links=links)
    return page, 422 if form.is_submitted() else 200


# ----------------------------------------------------------------------------------------------------- one organization


class AskAgainForm(AskingForm):
    """Ask the same organization again, or another of its people."""

    person = SelectField("Who is asked", coerce=int)


@stances.get("/<int:organization_id>")
@requires(Permission.SIGN_OFFS)
def organization(docket_id: int, organization_id: int) -> str:
    """Where one organization stands and why, everything it said before, and a form for an answer that came by mail."""
    docket, row = docket_frame(docket_id).docket, load(Organization, organization_id)
    return _organization_page(docket, row, _items(docket, row), NameForm(prefix="received-"), _ask_again_form(row))


def _items(docket: Docket, row: Organization) -> list[Item]:
    held = operations.stances_by_subject(database.session(), docket.id, row.id)
    return [item_of(asked, held.get(asked.key)) for asked in asked_of(database.session(), docket)]


def _ask_again_form(row: Organization) -> AskAgainForm:
    form = AskAgainForm(prefix="again-")
    form.person.choices = options((signatory.person_id, signatory.person.name) for signatory in row.signatories)
    return form


def _organization_page(
    docket: Docket,
    row: Organization,
    items: Sequence[Item],
    form: NameForm,
    again: AskAgainForm,
    problems: Sequence[tuple[str, str]] = (),
) -> str:
    show_as_is(items)
    again.show_links(docket, row)
    session = database.session()
    asked: list[Asked] = [item.asked for item in items]
    standing = next((each for each in answers_of(session, docket, asked) if each.organization.id == row.id), None)
    return render_template(
        "web/stances/organization.html",
        organization=row,
        items=items,
        standing=standing,
        history=history_of(session, docket, row),
        form=form,
        again=again,
        mails=mails_to(session, docket, row),
        problems=problems,
        views=dict(VIEWS),
        conditions=dict(CONDITIONS),
        changes=changes,
    )


@stances.post("/<int:organization_id>/ask")
@requires(Permission.SIGN_OFFS)
def ask_again(docket_id: int, organization_id: int) -> ResponseReturnValue:
    """Send a new link; one mailed before stops working."""
    docket, row = docket_frame(docket_id).docket, load(Organization, organization_id)
    form = _ask_again_form(row)
    if form.validate():
        signatory = next(each for each in row.signatories if each.person_id == form.person.data)
        try:
            form.require_links(docket, row)
            _ask(docket, signatory, form)
        except operations.AskedMeanwhile as refusal:
            flash(str(refusal), "done")
            return redirect(url_for("stances.organization", docket_id=docket_id, organization_id=row.id), 303)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{signatory.person.name} was asked. Only the newest link works.", "done")
            return redirect(url_for("stances.organization", docket_id=docket_id, organization_id=row.id), 303)
    return _organization_page(docket, row, _items(docket, row), NameForm(prefix="received-"), form), 422


@stances.post("/<int:organization_id>/received")
@requires(Permission.SIGN_OFFS)
def received(docket_id: int, organization_id: int) -> ResponseReturnValue:
    """Record answers that came by mail; they are kept as such."""
    docket, row = docket_frame(docket_id).docket, load(Organization, organization_id)
    items, form = _items(docket, row), NameForm(prefix="received-")
    answered, problems = given(items)
    if form.validate() and not problems:
        try:
            made = stance_answers.record_received(
                database.session(),
                docket,
                row,
                answered,
                name=form.name.data,
                actor=signed_in().person.name,
                now=database.now(),
                settings=database.house().settings,
            )
        except Refused as refusal:
            form.refuse(refusal)
            items = _items(docket, row)
        else:
            flash(f"{plural(len(made), 'answer')} recorded as received by mail.", "done")
            return redirect(url_for("stances.organization", docket_id=docket_id, organization_id=row.id), 303)
    return _organization_page(docket, row, items, form, _ask_again_form(row), problems), 422


# ------------------------------------------------------------------------------------------------------------- what if


@lru_cache(maxsize=64)
def _front(members: tuple[trade_offs.Member, ...], requests: tuple[str, ...]) -> trade_offs.Front:
    """The same question is asked with every toggle."""
    return trade_offs.front(members, requests, most_states=MOST_STATES_ON_A_PAGE)


@stances.get("/what-if")
@requires(Permission.SIGN_OFFS)
def what(docket_id: int) -> str:
    """Who joins when some requests are taken out, what each costs, and the best trade-offs."""
    _, document = document_frame(docket_id)
    stated, lead = request.args.get("count") == "stated", request.args.get("lead") == "all"
    found = what_if(database.session(), document, contradicting=not stated, lead_counts_all=lead)
    older = request.args.get("older") == "counted"
    counted = found.members if older else found.sure
    requests = tuple(found.requests)
    dropped = [each for each in request.args.getlist("drop") if each in found.requests]
    kept = [each for each in requests if each not in dropped]
    try:
        front, too_many = _front(counted, requests), ""
    except trade_offs.TooManyAnswers as refusal:
        front, too_many = None, str(refusal)
    contested = {each for member in found.sure for each in (*member.refuses, *member.insists)} | set(dropped)
    return render_template(
        "web/stances/what_if.html",
        found=found,
        stated=stated,
        lead=lead,
        older=older,
        dropped=dropped,
        never=[member.name for member in found.members if member.refuses & member.insists],
        kept=kept,
        joiners=trade_offs.joiners(counted, kept),
        effects=[each for each in trade_offs.effects(counted, requests, kept) if each.request in contested],
        front=front,
        too_many=too_many,
    )
