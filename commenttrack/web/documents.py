"""A docket's documents and dates, and what a later document did to the provisions of the one it follows."""

from collections import Counter

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import DateField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from commenttrack.errors import Refused
from commenttrack.members.permissions import Permission
from commenttrack.positions.carrying import carry
from commenttrack.positions.models import ProvisionPosition
from commenttrack.rulemaking import later_documents, operations
from commenttrack.rulemaking.anchors import Fate
from commenttrack.rulemaking.models import DocumentSuccession, Provision, ProvisionSuccession, RuleDocument
from commenttrack.rulemaking.succession import RESTATES, LaterKind
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import CheckBoxes, Form, options, some, stripped
from commenttrack.web.frame import plural
from commenttrack.web.pages import docket_frame, load

documents = Blueprint("documents", __name__, url_prefix="/dockets/<int:docket_id>")

ROWS_AT_ONCE = 100
FATES = (
    (Fate.NEEDS_A_PERSON, "needs a person"),
    (Fate.CHANGED, "changed"),
    (Fate.MOVED_AND_CHANGED, "moved and changed"),
    (Fate.MOVED, "moved"),
    (Fate.REMOVED, "removed"),
    (Fate.ADDED, "added"),
    (Fate.UNCHANGED, "unchanged"),
)
KINDS = (
    (LaterKind.CORRECTION, "Correction"),
    (LaterKind.EXTENSION, "Extension of the comment period"),
    (LaterKind.REOPENING, "Reopening of the comment period"),
    (LaterKind.SUPPLEMENTAL, "Supplemental proposal"),
    (LaterKind.FINAL, "Final rule"),
    (LaterKind.WITHDRAWAL, "Withdrawal"),
    (LaterKind.OTHER, "Something else"),
)
_REASON = "Give a reason; it is kept with the decision."


class DeadlineForm(Form):
    """The last day for members."""

    internal_deadline = DateField("Sign-offs by", validators=[Optional()])


class PublishedForm(Form):
    """The day a document was published."""

    day = DateField("Published", validators=[InputRequired("Give the day of the Federal Register it stands in.")])


class KindForm(Form):
    """What a later document is."""

    kind = RadioField("What is the later document?", choices=options(KINDS), validators=[InputRequired("Choose one.")])
    reason = StringField("Reason", filters=[stripped], validators=[InputRequired(_REASON), Length(max=2000)])


class ConfirmForm(Form):
    """Agreement with all proposals of some kinds."""

    fates = CheckBoxes(
        "Confirm all that are",
        choices=options((fate.value, label) for fate, label in FATES if fate is not Fate.NEEDS_A_PERSON),
        validators=[some("Choose at least one kind.")],
    )
    reason = StringField("Reason", filters=[stripped], validators=[InputRequired(_REASON), Length(max=2000)])


class PlaceForm(Form):
    """Where one provision stands now."""

    place = RadioField(
        "Where does it stand now?", validators=[InputRequired("Choose where it stands, or that it is gone.")]
    )
    other = StringField("Citation there", filters=[stripped], validators=[Length(max=200)])
    reason = StringField("Reason", filters=[stripped], validators=[InputRequired(_REASON), Length(max=2000)])
    revision = IntegerField("Revision", validators=[InputRequired()])


@documents.get("/documents")
@requires(Permission.READ)
def index(docket_id: int) -> str:
    """The documents, how they follow one another, and every date they and the sources give."""
    frame = docket_frame(docket_id)
    return render_template(
        "web/rulemaking/documents.html",
        documents=frame.docket.documents,
        links=_links(docket_id),
        form=DeadlineForm(data={"internal_deadline": frame.docket.internal_deadline}),
        holding={date.id for date in operations.dates_due(frame.docket)},
    )


def _links(docket_id: int) -> dict[int, DocumentSuccession]:
    rows = database.session().scalars(
        select(DocumentSuccession)
        .join(RuleDocument, RuleDocument.id == DocumentSuccession.later_id)
        .where(RuleDocument.docket_id == docket_id)
        .options(joinedload(DocumentSuccession.earlier))
    )
    return {link.later_id: link for link in rows}


@documents.post("/internal-deadline")
@requires(Permission.MAP)
def internal_deadline(docket_id: int) -> ResponseReturnValue:
    """Set the last day for members, or take it away."""
    frame, form, session = docket_frame(docket_id), DeadlineForm(), database.session()
    if form.validate_on_submit():
        try:
            operations.set_internal_deadline(
                session,
                frame.docket,
                form.internal_deadline.data,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The day for sign-offs was kept.", "done")
            return redirect(url_for("documents.index", docket_id=docket_id), 303)
    page = render_template(
        "web/rulemaking/documents.html",
        documents=frame.docket.documents,
        links=_links(docket_id),
        form=form,
        holding={date.id for date in operations.dates_due(frame.docket)},
    )
    return page, 422


@documents.route("/documents/<int:document_id>/published", methods=["GET", "POST"])
@requires(Permission.MAP)
def published(docket_id: int, document_id: int) -> ResponseReturnValue:
    """Say when a document was published that does not show it."""
    docket_frame(docket_id)
    document, form, session = load(RuleDocument, document_id), PublishedForm(), database.session()
    if document.docket_id != docket_id or (request.method == "GET" and document.publication_date):
        abort(404)
    if form.validate_on_submit():
        try:
            dates = operations.set_publication_date(
                session,
                document,
                form.day.data,
                storage=database.house().storage,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            counted = f" {plural(len(dates), 'date')} could be counted from it: check below." if dates else ""
            flash(f"The day of publication was kept.{counted}", "done")
            due, members = operations.deadline(document.docket), document.docket.internal_deadline
            if due and members and members > due.date:
                flash("The day for members now lies after the agency’s. Set an earlier one below.", "attention")
            return redirect(url_for("documents.index", docket_id=docket_id), 303)
    page = render_template("web/rulemaking/published.html", document=document, form=form)
    return page, 422 if form.is_submitted() else 200


# ----------------------------------------------------------------------------------------------------- later documents


def _link(docket_id: int, document_id: int) -> DocumentSuccession:
    docket_frame(docket_id)
    link = database.session().scalar(
        select(DocumentSuccession)
        .where(DocumentSuccession.later_id == document_id)
        .options(joinedload(DocumentSuccession.earlier), joinedload(DocumentSuccession.later))
    )
    if link is None or link.later.docket_id != docket_id:
        abort(404)
    return link


@documents.get("/documents/<int:document_id>/changes")
@requires(Permission.READ)
def changes(docket_id: int, document_id: int) -> str:
    """What a later document did to each provision of the earlier one; ``?fate=`` shows one kind."""
    return _changes(_link(docket_id, document_id), KindForm(), ConfirmForm())


def _changes(link: DocumentSuccession, kind_form: KindForm, confirm_form: ConfirmForm) -> str:
    session = database.session()
    rows = session.scalars(
        select(ProvisionSuccession)
        .where(ProvisionSuccession.document_succession_id == link.id)
        .options(joinedload(ProvisionSuccession.earlier), joinedload(ProvisionSuccession.later))
        .order_by(ProvisionSuccession.place)
    ).all()
    counts = Counter(row.fate for row in rows)
    waiting = Counter(row.fate for row in rows if not row.decided_by)
    chosen = request.args.get("fate", "")
    if chosen not in {fate.value for fate in counts}:
        chosen = next((fate.value for fate, _ in FATES if counts[fate]), "")
    of_kind = [row for row in rows if row.fate.value == chosen]
    start = min(max(request.args.get("from", 0, type=int), 0), max(len(of_kind) - 1, 0))
    shown = of_kind[start : start + ROWS_AT_ONCE]
    attached = set(
        session.scalars(
            select(ProvisionPosition.provision_id).where(
                ProvisionPosition.provision_id.in_([row.earlier_id for row in shown if row.earlier_id])
            )
        )
    )
    return render_template(
        "web/rulemaking/changes.html",
        link=link,
        rows=[(row, later_documents.change_of(row)) for row in shown],
        attached=attached,
        counts=counts,
        waiting=waiting,
        fates=FATES,
        kinds=dict(KINDS),
        restates=link.kind in RESTATES,
        chosen=chosen,
        start=start,
        total=len(of_kind),
        step=ROWS_AT_ONCE,
        kind_form=kind_form,
        confirm_form=confirm_form,
    )


@documents.post("/documents/<int:document_id>/changes/kind")
@requires(Permission.MAP)
def say_kind(docket_id: int, document_id: int) -> ResponseReturnValue:
    """A person says that the documents belong together and what the later one is; then they are compared."""
    link, form = _link(docket_id, document_id), KindForm()
    if form.validate_on_submit():
        session, actor, now = database.session(), signed_in().person.name, database.now()
        later_documents.confirm_document(
            session, link, kind=LaterKind(form.kind.data), reason=form.reason.data, actor=actor, now=now
        )
        if not link.provisions:
            later_documents.propose(session, link, actor=actor, now=now)
        flash("The two documents are linked and compared.", "done")
        return redirect(url_for("documents.changes", docket_id=docket_id, document_id=document_id), 303)
    return _changes(link, form, ConfirmForm(formdata=None)), 422


@documents.post("/documents/<int:document_id>/changes/unlink")
@requires(Permission.MAP)
def unlink(docket_id: int, document_id: int) -> ResponseReturnValue:
    """A person says that the documents do not belong together."""
    link = _link(docket_id, document_id)
    reason = (request.form.get("reason") or "").strip()
    later_documents.unlink_document(
        database.session(), link, reason=reason, actor=signed_in().person.name, now=database.now()
    )
    flash("The documents are no longer linked.", "done")
    return redirect(url_for("documents.index", docket_id=docket_id), 303)


@documents.post("/documents/<int:document_id>/changes/confirm")
@requires(Permission.MAP)
def confirm_all(docket_id: int, document_id: int) -> ResponseReturnValue:
    """Agree with every open proposal of the chosen kinds."""
    link, form = _link(docket_id, document_id), ConfirmForm()
    if form.validate_on_submit():
        count = later_documents.confirm_all(
            database.session(),
            link,
            fates={Fate(value) for value in form.fates.data},
            reason=form.reason.data,
            actor=signed_in().person.name,
            now=database.now(),
        )
        flash(f"{count:,} places were confirmed.", "done")
        return redirect(url_for("documents.changes", docket_id=docket_id, document_id=document_id), 303)
    return _changes(link, KindForm(formdata=None), form), 422


@documents.post("/documents/<int:document_id>/changes/carry")
@requires(Permission.MAP)
def carry_mapping(docket_id: int, document_id: int) -> ResponseReturnValue:
    """Give the later document the links and answers of the provisions whose place was decided."""
    link = _link(docket_id, document_id)
    carried = carry(database.session(), link, actor=signed_in().person.name, now=database.now())
    flash(
        f"{len(carried.links)} mapped positions and {len(carried.answers)} answers were carried; "
        f"{len(carried.waiting)} places with something attached wait for a decision, {len(carried.gone)} are gone.",
        "done",
    )
    return redirect(url_for("documents.changes", docket_id=docket_id, document_id=document_id), 303)


@documents.route("/documents/<int:document_id>/changes/<int:row_id>", methods=["GET", "POST"])
@requires(Permission.MAP)
def place(docket_id: int, document_id: int, row_id: int) -> ResponseReturnValue:
    """Say where one provision stands now, or that it is gone."""
    link, row, session = _link(docket_id, document_id), load(ProvisionSuccession, row_id), database.session()
    if row.document_succession_id != link.id or (row.earlier is None and link.kind is not LaterKind.CORRECTION):
        abort(404)
    # A correction's statement looks for the provision it corrects; everything else for its place in the later document.
    corrects = link.kind is LaterKind.CORRECTION
    there = link.earlier if corrects else link.later
    candidates = _candidates(row, there)
    form = PlaceForm(data={"revision": row.revision, "place": _proposed(row, corrects)})
    form.place.choices = options(
        [
            *(
                (provision.key, provision.label or provision.heading or f"“{provision.text[:60]}…”")
                for provision, _ in candidates
            ),
            ("other", "At another citation, below"),
            ("gone", "It corrects none of them" if corrects else "It is gone"),
        ]
    )
    if form.validate_on_submit():
        try:
            found = _place_named(form, there)
            later_documents.settle(
                session,
                row,
                provision=found,
                expected_revision=form.revision.data,
                reason=form.reason.data,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The place was settled.", "done")
            return redirect(
                url_for("documents.changes", docket_id=docket_id, document_id=document_id, fate="needs_a_person"), 303
            )
    page = render_template(
        "web/rulemaking/place.html", link=link, row=row, candidates=candidates, form=form, corrects=corrects
    )
    return page, 422 if form.is_submitted() else 200


def _proposed(row: ProvisionSuccession, corrects: bool) -> str | None:
    proposed = row.earlier if corrects else row.later
    return proposed.key if proposed else None


def _candidates(row: ProvisionSuccession, there: RuleDocument) -> list[tuple[Provision, float]]:
    scores: dict[str, float] = dict(row.candidates_json)
    for known in (row.earlier, row.later):
        if known is not None and known.rule_document_id == there.id:
            scores.setdefault(known.key, row.similarity)
    rows = database.session().scalars(
        select(Provision).where(Provision.rule_document_id == there.id, Provision.key.in_(scores))
    )
    return sorted(((each, scores[each.key]) for each in rows), key=lambda pair: -pair[1])


def _place_named(form: PlaceForm, there: RuleDocument) -> Provision | None:
    """The provision that the form names; None for one that is gone."""
    if form.place.data == "gone":
        return None
    wanted = Provision.key == form.place.data
    if form.place.data == "other":
        wanted = Provision.label == form.other.data
    found = database.session().scalars(select(Provision).where(Provision.rule_document_id == there.id, wanted)).all()
    if len(found) != 1:
        raise Refused(
            f"{len(found) or 'No'} provisions of that document are cited as “{form.other.data}”. Copy the citation "
            f"from its Read page."
        )
    return found[0]
