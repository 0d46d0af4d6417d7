"""The campaign of a letter, for the staff: reminders and digests, lists of whom to ask, mails to look at."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, HiddenField, SelectField, TextAreaField
from wtforms.validators import Optional

from commenttrack.errors import Conflict, Refused
from commenttrack.letters.models import Letter
from commenttrack.members.models import OrganizationKind
from commenttrack.members.notices import Notice
from commenttrack.members.permissions import Permission
from commenttrack.outbox import OutgoingMail
from commenttrack.positions.spreadsheet_files import LARGEST_FILE
from commenttrack.rulemaking.operations import set_internal_deadline
from commenttrack.signoffs import campaigns, invitation_lists, inviting, reminding
from commenttrack.signoffs.invitation_lists import InvitationList, Invitee
from commenttrack.signoffs.inviting import Outcome
from commenttrack.signoffs.mail_previews import Mail, preview
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.reading import subject_of
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.mail_notes import NOTE, NoteForm, note_asked_for
from commenttrack.web.pages import letter_frame, load
from commenttrack.web.security import as_sent

campaign = Blueprint("campaign", __name__, url_prefix="/dockets/<int:docket_id>/sign/campaign")

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CampaignForm(Form):
    """How people are asked."""

    reminders = BooleanField("Remind the undecided")
    digests = BooleanField("Write to the staff each working morning on which there is news")
    internal_deadline = DateField("Sign-offs by", validators=[Optional()])


@campaign.get("/")
@requires(Permission.READ)
def page(docket_id: int) -> str:
    """What the schedule does, whom it reminds next, and the mails it writes."""
    _, letter = letter_frame(docket_id)
    running = campaigns.campaign_of(database.session(), letter)
    form = CampaignForm(
        None,
        data={
            "reminders": running is not None and running.reminders,
            "digests": running is None or running.digests,
            "internal_deadline": letter.docket.internal_deadline,
        },
    )
    return _page(letter, form)


def _page(letter: Letter, form: CampaignForm) -> str:
    session = database.session()
    return render_template(
        "web/signoffs/campaign.html",
        letter=letter,
        form=form,
        campaign=campaigns.campaign_of(session, letter),
        plan=reminding.plan(session, letter, now=database.now()),
        mails=list(Mail),
    )


@campaign.post("/")
@requires(Permission.SIGN_OFFS)
def set_up(docket_id: int) -> ResponseReturnValue:
    """Say whether the schedule reminds, whether the staff get digests, and until when decisions are taken."""
    _, letter = letter_frame(docket_id)
    form, session = CampaignForm(), database.session()
    if not form.validate():
        return _page(letter, form), 422
    actor, now = signed_in().person.name, database.now()
    campaigns.set_up(session, letter, reminders=form.reminders.data, digests=form.digests.data, actor=actor, now=now)
    if form.internal_deadline.data != letter.docket.internal_deadline:
        try:
            set_internal_deadline(session, letter.docket, form.internal_deadline.data, actor=actor, now=now)
        except Refused as refusal:
            form.refuse(refusal)
            return _page(letter, form), 422
    flash("The campaign was set up.", "done")
    return redirect(url_for("campaign.page", docket_id=docket_id), 303)


# ----------------------------------------------------------------------------------------------------- a list to invite


class ListForm(Form):
    """A list of whom to ask."""

    file = FileField("The list", validators=[FileRequired("Choose the file.")])


class SendForm(Form):
    """Ask everybody whom the preview shows."""

    rows = HiddenField()
    digest = HiddenField()
    kind = SelectField(
        "New organizations are",
        choices=options([("member", "Members"), ("partner", "Partners"), ("other", "Others")]),
        default="member",
    )
    note = TextAreaField("A line of your own in every mail", filters=[stripped], validators=[NOTE])
    reminders = BooleanField("Remind the undecided automatically")


@campaign.get("/list")
@requires(Permission.SIGN_OFFS)
def choose_list(docket_id: int) -> str:
    """Where a list is brought, and the template for one."""
    letter_frame(docket_id)
    return render_template("web/signoffs/campaign_list.html", form=ListForm(None))


@campaign.get("/list/template.<kind>")
@requires(Permission.SIGN_OFFS)
def template(docket_id: int, kind: str) -> ResponseReturnValue:
    """A list to fill in, as a workbook or as CSV."""
    letter_frame(docket_id)
    if kind == "xlsx":
        data, media = invitation_lists.template_xlsx(stamp=database.now()), EXCEL
    elif kind == "csv":
        data, media = invitation_lists.template_csv(), "text/csv; charset=utf-8"
    else:
        abort(404)
    return send_file(io.BytesIO(data), media, as_attachment=True, download_name=f"whom-to-ask.{kind}")


@campaign.post("/list")
@requires(Permission.SIGN_OFFS)
def look_at_list(docket_id: int) -> ResponseReturnValue:
    """What the list would do, row by row. Nothing is stored: the page itself carries the rows."""
    _, letter = letter_frame(docket_id)
    form = ListForm()
    if form.validate():
        try:
            found = invitation_lists.read_list(form.file.data.read(LARGEST_FILE + 1))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            running = campaigns.campaign_of(database.session(), letter)
            send = SendForm(None, data={"reminders": running is None or running.reminders})
            return _list_page(letter, found, send), 200
    return render_template("web/signoffs/campaign_list.html", form=form), 422


def _list_page(letter: Letter, found: InvitationList, form: SendForm) -> str:
    checked = inviting.check(database.session(), letter, found.invitees)
    # The fields say what this page shows, whatever an earlier page had shown.
    for field, value in (
        (form.rows, invitation_lists.as_json(found.invitees)),
        (form.digest, inviting.digest_of(checked)),
    ):
        field.process_data(value)
        field.raw_data = None
    return render_template(
        "web/signoffs/campaign_preview.html",
        found=found,
        form=form,
        by_outcome={outcome: [row for row in checked if row.outcome is outcome] for outcome in Outcome},
        Outcome=Outcome,
    )


@campaign.post("/list/send")
@requires(Permission.SIGN_OFFS)
def send_list(docket_id: int) -> ResponseReturnValue:
    """Add who is new and ask everybody: all of it, or nothing."""
    _, letter = letter_frame(docket_id)
    form, session = SendForm(), database.session()
    try:
        invitees = invitation_lists.from_json(form.rows.data or "")
    except Refused as refusal:
        choose = ListForm(None)
        choose.refuse(refusal)
        return render_template("web/signoffs/campaign_list.html", form=choose), 422
    if not form.validate():
        return _shown_again(docket_id, invitees, form), 422
    actor, now = signed_in().person.name, database.now()
    try:
        asked = inviting.invite_listed(
            session,
            letter,
            invitees,
            digest=form.digest.data or "",
            kind=OrganizationKind(form.kind.data),
            note=form.note.data or "",
            actor=actor,
            now=now,
            settings=database.house().settings,
        )
        campaigns.begin(session, letter, reminders=form.reminders.data, actor=actor, now=now)
    except Refused as refusal:
        form.refuse(refusal)
        return _shown_again(docket_id, invitees, form), 409 if isinstance(refusal, Conflict) else 422
    flash(f"{len(asked)} invitations were written and go out now.", "done")
    return redirect(url_for("signoffs.board", docket_id=docket_id), 303)


def _shown_again(docket_id: int, invitees: tuple[Invitee, ...], form: SendForm) -> str:
    _, letter = letter_frame(docket_id)
    return _list_page(letter, InvitationList(invitees, (), ()), form)


# --------------------------------------------------------------------------------------------- mails to be looked at


@campaign.get("/mails/<mail>")
@requires(Permission.SIGN_OFFS)
def mail_preview(docket_id: int, mail: str) -> str:
    """A mail as it would be written now, as text."""
    letter_frame(docket_id)
    form = NoteForm(request.args)
    form.validate()
    return render_template(
        "web/signoffs/campaign_mail_preview.html",
        form=form,
        mail=_kind(mail),
        mails=list(Mail),
        notice=_notice(docket_id, mail),
        note=note_asked_for(),
    )


@campaign.get("/mails/<mail>/html")
@requires(Permission.SIGN_OFFS)
def mail_preview_html(docket_id: int, mail: str) -> ResponseReturnValue:
    """The same mail as mail programs show it, on a page of its own."""
    return as_sent(_notice(docket_id, mail).html)


def _kind(mail: str) -> Mail:
    if mail not in list(Mail):
        abort(404)
    return Mail(mail)


def _notice(docket_id: int, mail: str) -> Notice:
    _, letter = letter_frame(docket_id)
    return preview(
        database.session(),
        letter,
        _kind(mail),
        note=note_asked_for(),
        now=database.now(),
        base_url=database.house().settings.base_url,
    )


@campaign.get("/requests/<int:request_id>/mails/<int:mail_id>")
@requires(Permission.SIGN_OFFS)
def mail(docket_id: int, request_id: int, mail_id: int) -> str:
    """A mail about an organization's sign-off, as it was written; secrets are not in it."""
    asked, found = _mail(docket_id, request_id, mail_id)
    return render_template("web/signoffs/campaign_mail.html", asked=asked, mail=found)


@campaign.get("/requests/<int:request_id>/mails/<int:mail_id>/html")
@requires(Permission.SIGN_OFFS)
def mail_html(docket_id: int, request_id: int, mail_id: int) -> ResponseReturnValue:
    """The same mail as mail programs show it."""
    return as_sent(_mail(docket_id, request_id, mail_id)[1].html)


def _mail(docket_id: int, request_id: int, mail_id: int) -> tuple[SignOffRequest, OutgoingMail]:
    _, letter = letter_frame(docket_id)
    asked, found = load(SignOffRequest, request_id), load(OutgoingMail, mail_id)
    if asked.letter_id != letter.id or found.about != subject_of(asked):
        abort(404)
    return asked, found
