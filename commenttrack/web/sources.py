"""Source documents: the list, one document, bringing one, and the outline a person corrects before it is stored."""

import io
import re

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from commenttrack.errors import Refused
from commenttrack.members.permissions import Permission
from commenttrack.positions import bringing, source_draft, upkeep
from commenttrack.positions.approval import ApprovalState, approval_state
from commenttrack.positions.library import nearest_positions
from commenttrack.positions.models import Consensus, Position, SourceDocument, SourceDraft, SourceKind
from commenttrack.positions.source_draft import Draft, Role
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import CheckBoxes, Form, options, some, stripped
from commenttrack.web.frame import plural
from commenttrack.web.pages import load
from commenttrack.web.position_upkeep import ApprovalForm, wordings_of
from commenttrack.web.templating import eastern_day

sources = Blueprint("sources", __name__, url_prefix="/sources")

KIND_WORDS = {
    SourceKind.PRINCIPLES: "Principles",
    SourceKind.RECOMMENDATIONS: "Recommendations",
    SourceKind.CONSENSUS: "Consensus document",
    SourceKind.LETTER: "Letter",
    SourceKind.NEWS: "News article",
    SourceKind.OTHER: "Other document",
}
ROLE_WORDS: dict[Role, str] = {
    "position": "Position",
    "deferred": "Position put off until later",
    "context": "Context",
    "evidence": "Evidence",
    "excluded": "Not kept",
}
SHORTEST_TO_COMPARE = 60
"""Characters; a heading alone is near to everything."""


@sources.get("")
@requires(Permission.READ)
def index() -> str:
    """All source documents, the coalition's own and third parties', and uploads that are not imported yet."""
    session = database.session()
    rows = session.scalars(
        select(SourceDocument)
        .options(selectinload(SourceDocument.positions), selectinload(SourceDocument.context))
        .order_by(SourceDocument.coalition.desc(), SourceDocument.id)
    )
    drafts = session.scalars(
        select(SourceDraft).where(SourceDraft.source_document_id.is_(None)).order_by(SourceDraft.id.desc())
    )
    return render_template("web/positions/sources.html", sources=rows.all(), drafts=drafts.all())


@sources.get("/<int:source_id>")
@requires(Permission.READ)
def source(source_id: int) -> str:
    """One source document: what it is, its positions or its passages, who signed it."""
    shown = load(SourceDocument, source_id)
    return render_template("web/positions/source.html", source=shown, unapproved=len(_unapproved(shown)))


class ApproveSeveralForm(ApprovalForm):
    """Who approved the present wording of several positions in one act."""

    approved = CheckBoxes("Positions", coerce=int, validators=[some("Tick the positions that were approved.")])


def _unapproved(found: SourceDocument) -> list[Position]:
    return [
        each
        for each in found.positions
        if each.consensus is not Consensus.WITHDRAWN and approval_state(each) is not ApprovalState.APPROVED
    ]


@sources.route("/<int:source_id>/approve", methods=["GET", "POST"])
@requires(Permission.MAP)
def approve(source_id: int) -> ResponseReturnValue:
    """Record one approval of several positions of a document, as a board gives it; all of them, or none."""
    shown, today = load(SourceDocument, source_id), eastern_day(database.now())
    waiting = {each.id: each for each in _unapproved(shown)}
    ready = [each.id for each in waiting.values() if each.consensus is not Consensus.DEFERRED]
    present = wordings_of(waiting.values())
    form = ApproveSeveralForm(data={"approved_on": today, "approved": ready, "shown": present})
    form.approved.choices = options((each.id, f"{each.label} {each.name}") for each in waiting.values())
    if form.validate_on_submit():
        try:
            form.require_shown([waiting[each] for each in form.approved.data], present)
            for each in form.approved.data:
                upkeep.approve_version(
                    database.session(),
                    waiting[each].current,
                    approved_by=form.approved_by.data,
                    body=form.body.data or "",
                    approved_on=form.approved_on.data,
                    today=today,
                    actor=signed_in().person.name,
                    now=database.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"The approval of {plural(len(form.approved.data), 'position')} is recorded.", "done")
            return redirect(url_for("sources.source", source_id=shown.id), 303)
    page = render_template("web/positions/approve_several.html", source=shown, form=form, waiting=waiting)
    return page, 422 if form.is_submitted() else 200


@sources.get("/<int:source_id>/file")
@requires(Permission.READ)
def source_file(source_id: int) -> ResponseReturnValue:
    """The document's file, byte for byte as it was brought."""
    shown = load(SourceDocument, source_id)
    if not shown.storage_key:
        abort(404)
    return _download(shown.storage_key, shown.file_name)


def _download(key: str, name: str) -> ResponseReturnValue:
    data = database.house().storage.get(key)
    # Whatever it is, the browser must not open it in the app's name.
    return send_file(io.BytesIO(data), "application/octet-stream", as_attachment=True, download_name=name)


class FileForm(Form):
    """A file to bring."""

    file = FileField("Document", validators=[FileRequired("Choose the file.")])

    def upload(self) -> tuple[bytes, str]:
        """The bytes and the name."""
        return self.file.data.read(), self.file.data.filename or "document"


@sources.route("/<int:source_id>/attach", methods=["GET", "POST"])
@requires(Permission.MAP)
def attach(source_id: int) -> ResponseReturnValue:
    """Bring the file of a document of which only the digest is known."""
    shown, form = load(SourceDocument, source_id), FileForm()
    if form.validate_on_submit():
        try:
            data, name = form.upload()
            bringing.attach_file(
                database.session(),
                shown,
                data,
                name=name,
                storage=database.house().storage,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The file is here. Each position now shows the passage that states it.", "done")
            return redirect(url_for("sources.source", source_id=source_id), 303)
    page = render_template("web/positions/attach.html", source=shown, form=form)
    return page, 422 if form.is_submitted() else 200


@sources.route("/new", methods=["GET", "POST"])
@requires(Permission.MAP)
def bring() -> ResponseReturnValue:
    """Bring a source document: its outline is shown before anything of it is stored."""
    form, session, house = FileForm(), database.session(), database.house()
    by = {"actor": signed_in().person.name, "now": database.now()}
    if form.validate_on_submit():
        try:
            data, name = form.upload()
            if bringing.is_json(data):
                added = bringing.import_file(session, data, name=name, storage=house.storage, **by)  # type: ignore[arg-type]
                flash(f"{len(added.positions)} positions were read from the file.", "done")
                return redirect(url_for("sources.source", source_id=added.id), 303)
            draft = bringing.begin_draft(session, data, name=name, storage=house.storage, **by)  # type: ignore[arg-type]
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("sources.outline", draft_id=draft.id), 303)
    return render_template("web/positions/import.html", form=form), 422 if form.is_submitted() else 200


class HeadForm(Form):
    """What a document is."""

    title = StringField("Title", filters=[stripped], validators=[InputRequired("Give it a title."), Length(max=500)])
    publisher = StringField("Publisher", filters=[stripped], validators=[Length(max=300)])
    date = StringField("Date", filters=[stripped], validators=[Length(max=20)])
    kind = SelectField("Kind", choices=options((kind.value, words) for kind, words in KIND_WORDS.items()))
    coalition = RadioField(
        "Whose words",
        choices=options(
            [
                ("yes", "The coalition’s own: it can hold positions"),
                ("no", "A third party’s: context and evidence only"),
            ]
        ),
        validators=[InputRequired("Say whose words these are.")],
    )


def _head_form(draft: Draft) -> HeadForm:
    return HeadForm(
        data={
            "title": draft.title,
            "publisher": draft.publisher,
            "date": draft.date,
            "kind": draft.kind,
            "coalition": "yes" if draft.coalition else "no",
        }
    )


@sources.get("/drafts/<int:draft_id>")
@requires(Permission.MAP)
def outline(draft_id: int) -> ResponseReturnValue:
    """The outline as it was read and corrected so far; with ``entry`` the passage that is being corrected."""
    kept = load(SourceDraft, draft_id)
    if kept.source_document_id is not None:
        return redirect(url_for("sources.source", source_id=kept.source_document_id), 303)
    if kept.problem:
        return render_template("web/positions/unreadable.html", draft=kept, form=Form())
    return _outline_page(kept)


def _outline_page(kept: SourceDraft, *, refused: str = "", head: HeadForm | None = None) -> str:
    draft = bringing.outline_of(kept)
    text = bringing.text_behind(database.house().storage, kept.text_key) or ""
    chosen = request.args.get("entry", type=int)
    place = chosen if chosen is not None and 0 <= chosen < len(draft.entries) else None
    entry = draft.entries[place] if place is not None else None
    words = source_draft.text_of_entry(text, entry) if entry else ""
    near = []
    if entry and entry.held and len(words) >= SHORTEST_TO_COMPARE:
        near = nearest_positions(database.session(), entry.heading, words, top=2)
    return render_template(
        "web/positions/outline.html",
        kept=kept,
        draft=draft,
        texts=[source_draft.text_of_entry(text, each) for each in draft.entries],
        place=place,
        entry=entry,
        sentences=[(start, text[start:end]) for start, end in source_draft.sentences(text, entry)] if entry else [],
        near=near,
        form=head or _head_form(draft),
        in_the_way=source_draft.in_the_way(draft),
        doubts=sum(bool(each.doubt) for each in draft.entries),
        counts={role: sum(each.role == role for each in draft.entries) for role in source_draft.ROLES},
        roles=ROLE_WORDS,
        refused=refused,
    )


def _changed(kept: SourceDraft, place: int) -> Draft:
    """The draft after what the form asks for one entry."""
    draft, asked = bringing.outline_of(kept), request.form
    action, _, value = asked.get("action", "").partition(":")
    if action == "indent":
        return source_draft.indent(draft, place)
    if action == "outdent":
        return source_draft.outdent(draft, place)
    if action == "merge":
        return source_draft.merge(draft, place)
    if action == "split" and re.fullmatch("[0-9]{1,9}", value):
        text = bringing.text_behind(database.house().storage, kept.text_key) or ""
        return source_draft.split(draft, text, place, int(value))
    if action == "save":
        draft = source_draft.mark(draft, place, asked.get("role", ""))
        entry = draft.entries[place]
        return source_draft.name(
            draft,
            place,
            label=asked.get("label", "") or entry.label,
            heading=asked.get("heading", ""),
            speaker=asked.get("speaker", entry.speaker),
        )
    raise Refused("Say what to do with the passage.")


def _revision() -> int:
    return request.form.get("revision", 0, type=int)


@sources.post("/drafts/<int:draft_id>/entries/<int:place>")
@requires(Permission.MAP)
def correct(draft_id: int, place: int) -> ResponseReturnValue:
    """Correct one passage: its place, what it is, its label, where it begins or ends."""
    kept = load(SourceDraft, draft_id)
    try:
        # First of all: an old page may name another passage by now.
        bringing.check_open(kept, _revision())
        changed = _changed(kept, place)
        bringing.change_draft(database.session(), kept, changed, expected_revision=_revision())
    except Refused as refusal:
        database.session().rollback()
        flash(str(refusal), "error")
        return redirect(url_for("sources.outline", draft_id=draft_id, entry=place, _anchor=f"e-{place}"), 303)
    after = min(place - (request.form.get("action") == "merge"), len(changed.entries) - 1)
    return redirect(
        url_for("sources.outline", draft_id=draft_id, entry=max(0, after), _anchor=f"e-{max(0, after)}"), 303
    )


@sources.post("/drafts/<int:draft_id>/head")
@requires(Permission.MAP)
def correct_head(draft_id: int) -> ResponseReturnValue:
    """Correct what the document is; with ``import`` store it as well."""
    kept, form = load(SourceDraft, draft_id), HeadForm()
    if kept.problem:
        abort(404)
    if form.validate_on_submit():
        session = database.session()
        try:
            changed = source_draft.head(
                bringing.outline_of(kept),
                title=form.title.data,
                publisher=form.publisher.data or "",
                date=form.date.data or "",
                kind=form.kind.data,
                coalition=form.coalition.data == "yes",
            )
            bringing.change_draft(session, kept, changed, expected_revision=_revision())
            session.flush()  # the draft that is stored next has the revision of this change
            if "import" in request.form:
                added = bringing.import_draft(
                    session,
                    kept,
                    storage=database.house().storage,
                    expected_revision=kept.revision,
                    actor=signed_in().person.name,
                    now=database.now(),
                )
                flash(_said(added), "done")
                return redirect(url_for("sources.source", source_id=added.id), 303)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("Kept. Nothing is imported yet.", "done")
            return redirect(url_for("sources.outline", draft_id=draft_id), 303)
    return _outline_page(load(SourceDraft, draft_id), head=form), 422


def _said(added: SourceDocument) -> str:
    if added.coalition:
        return (
            f"{len(added.positions)} positions are in the library. Each needs an approval before a letter rests on it."
        )
    return f"{len(added.context)} passages are kept as context of a third party."


@sources.post("/drafts/<int:draft_id>/back")
@requires(Permission.MAP)
def step_back(draft_id: int) -> ResponseReturnValue:
    """Take the last correction back."""
    try:
        bringing.step_back(database.session(), load(SourceDraft, draft_id), expected_revision=_revision())
    except Refused as refusal:
        database.session().rollback()
        flash(str(refusal), "error")
    return redirect(url_for("sources.outline", draft_id=draft_id), 303)


@sources.post("/drafts/<int:draft_id>/discard")
@requires(Permission.MAP)
def discard(draft_id: int) -> ResponseReturnValue:
    """Do not import the upload."""
    kept = database.session().get(SourceDraft, draft_id)
    if kept is None:
        flash("It was taken off the list already.", "attention")
        return redirect(url_for("sources.index"), 303)
    name = kept.file_name
    try:
        bringing.discard_draft(
            database.session(),
            kept,
            expected_revision=_revision(),
            actor=signed_in().person.name,
            now=database.now(),
        )
    except Refused as refusal:
        database.session().rollback()
        flash(str(refusal), "error")
        return redirect(url_for("sources.outline", draft_id=draft_id), 303)
    flash(f"{name} was not imported. The trail keeps its digest.", "done")
    return redirect(url_for("sources.index"), 303)


@sources.get("/drafts/<int:draft_id>/file")
@requires(Permission.MAP)
def draft_file(draft_id: int) -> ResponseReturnValue:
    """The upload, byte for byte as it came."""
    kept = load(SourceDraft, draft_id)
    return _download(kept.storage_key, kept.file_name)
