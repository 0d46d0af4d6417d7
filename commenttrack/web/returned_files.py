"""Word files of the letter: sent around, brought back, their changes decided one by one."""

import io
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from commenttrack.errors import Refused
from commenttrack.letters import returned_decisions, word_import
from commenttrack.letters.models import EditState, Letter, LetterPart, PartComment, ReturnedFile, SuggestedEdit
from commenttrack.members.models import Organization
from commenttrack.members.names import name_key
from commenttrack.members.permissions import Permission
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.letters import numbered_parts
from commenttrack.web.pages import letter_frame, load

returned_files = Blueprint("returned_files", __name__, url_prefix="/dockets/<int:docket_id>/draft/returned")

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class ReturnedFileForm(Form):
    """A Word file that somebody sent back."""

    file = FileField("Word file", validators=[FileRequired("Choose the file that came back.")])
    organization = SelectField("Organization", coerce=int, validators=[Optional()])
    sender = StringField("Who sent it", filters=[stripped], validators=[Optional(), Length(max=300)])


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in the list, with how many of its suggestions stand where."""

    file: ReturnedFile
    open: int
    accepted: int
    rejected: int
    unplaced: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion with the words around it as they were exported."""

    edit: SuggestedEdit
    lead: str
    tail: str


@dataclass(frozen=True, slots=True)
class PartOfFile:
    """What a file says about one part."""

    part: LetterPart | None
    number: str
    suggestions: tuple[Shown, ...]
    comments: tuple[PartComment, ...]


@returned_files.route("/", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def index(docket_id: int) -> ResponseReturnValue:
    """The files that came back, and the way to bring one."""
    _, letter = letter_frame(docket_id)
    form = ReturnedFileForm()
    form.organization.choices = options([(0, "Not named"), *_organizations()])
    if form.validate_on_submit():
        try:
            file = word_import.import_returned_file(
                database.session(),
                letter,
                form.file.data.read(),
                name=form.file.data.filename or "the file",
                organization=load(Organization, form.organization.data) if form.organization.data else None,
                sender=form.sender.data or "",
                storage=database.house().storage,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("returned_files.show", docket_id=docket_id, file_id=file.id), 303)
    page = render_template("web/letters/returned_files.html", letter=letter, form=form, listed=_listed(letter))
    return page, 422 if form.is_submitted() else 200


def _organizations() -> list[tuple[int, str]]:
    rows = database.session().scalars(select(Organization)).all()
    return sorted(((row.id, row.name) for row in rows), key=lambda pair: name_key(pair[1]))


def _listed(letter: Letter) -> list[Listed]:
    files = database.session().scalars(
        select(ReturnedFile)
        .where(ReturnedFile.letter_id == letter.id)
        .options(selectinload(ReturnedFile.edits), joinedload(ReturnedFile.organization))
        .order_by(ReturnedFile.id.desc())
    )
    listed = []
    for file in files:
        states = [edit.state for edit in file.edits if not edit.why_unplaced]
        waiting, accepted, rejected = (
            states.count(state) for state in (EditState.OPEN, EditState.ACCEPTED, EditState.REJECTED)
        )
        unplaced = sum(1 for edit in file.edits if edit.why_unplaced)
        listed.append(Listed(file, waiting, accepted, rejected, unplaced))
    return listed


@returned_files.get("/word.docx")
@requires(Permission.DRAFT)
def word(docket_id: int) -> ResponseReturnValue:
    """The draft as a Word file to send around; what is changed in it can be brought back here."""
    _, letter = letter_frame(docket_id)
    data = word_import.word_draft(database.session(), letter, storage=database.house().storage)
    return send_file(io.BytesIO(data), WORD, as_attachment=True, download_name="draft.docx")


def _file(docket_id: int, file_id: int) -> tuple[Letter, ReturnedFile]:
    _, letter = letter_frame(docket_id)
    file = database.session().scalar(
        select(ReturnedFile)
        .where(ReturnedFile.id == file_id, ReturnedFile.letter_id == letter.id)
        .options(
            selectinload(ReturnedFile.edits).joinedload(SuggestedEdit.part),
            selectinload(ReturnedFile.comments).joinedload(PartComment.part),
        )
    )
    if file is None:
        abort(404)
    return letter, file


@returned_files.get("/<int:file_id>")
@requires(Permission.DRAFT)
def show(docket_id: int, file_id: int) -> str:
    """The suggestions of one file in the order of the letter, comments beside them, and what could not be placed."""
    letter, file = _file(docket_id, file_id)
    return render_template(
        "web/letters/returned_file.html",
        letter=letter,
        file=file,
        parts=_parts(letter, file),
        unplaced=[edit for edit in file.edits if edit.why_unplaced],
        authors=_authors(file),
    )


def _authors(file: ReturnedFile) -> list[tuple[str, int]]:
    """Everybody with open suggestions, and how many."""
    names = [edit.author for edit in file.edits if edit.state is EditState.OPEN and not edit.why_unplaced]
    return [(name, names.count(name)) for name in dict.fromkeys(names)]


_AROUND = 90
"""Characters shown before and after a suggestion."""


def _parts(letter: Letter, file: ReturnedFile) -> list[PartOfFile]:
    numbers = {entry.part.key: entry.number for entry in numbered_parts(letter)}
    edits = {
        key: tuple(_shown(file, edit) for edit in group)
        for key, group in groupby(
            (edit for edit in file.edits if not edit.why_unplaced), key=lambda edit: edit.letter_part_id
        )
    }
    comments: dict[int | None, list[PartComment]] = {}
    for comment in file.comments:
        comments.setdefault(comment.letter_part_id, []).append(comment)
    out = []
    for part in letter.parts:
        if part.id in edits or part.id in comments:
            number = numbers.get(part.key, "")
            out.append(PartOfFile(part, number, edits.get(part.id, ()), tuple(comments.get(part.id, ()))))
    if None in comments:
        out.append(PartOfFile(None, "", (), tuple(comments[None])))
    return out


def _shown(file: ReturnedFile, edit: SuggestedEdit) -> Shown:
    base = file.exported_json[edit.part.key][edit.field] if edit.part else ""
    if edit.within is not None:
        at = edit.within.after.find(edit.before)
        words = edit.within.after
        return Shown(edit, words[max(at - _AROUND, 0) : at], words[at + len(edit.before) :][:_AROUND])
    lead = base[max(edit.start_at - _AROUND, 0) : edit.start_at]
    if edit.start_at > _AROUND:
        lead = "…" + lead.partition(" ")[2]
    tail = base[edit.end_at : edit.end_at + _AROUND]
    if edit.end_at + _AROUND < len(base):
        tail = tail.rpartition(" ")[0] + "…"
    return Shown(edit, lead, tail)


@returned_files.post("/<int:file_id>/edits/<int:edit_id>")
@requires(Permission.DRAFT)
def decide(docket_id: int, file_id: int, edit_id: int) -> ResponseReturnValue:
    """Accept or reject one suggestion, or take the decision back."""
    _, file = _file(docket_id, file_id)
    edit = next((each for each in file.edits if each.id == edit_id), None)
    acts = {
        "accept": returned_decisions.accept_edit,
        "reject": returned_decisions.reject_edit,
        "undo": returned_decisions.undo_decision,
    }
    act = acts.get(request.form.get("act", ""))
    if edit is None or act is None:
        abort(404 if edit is None else 400)
    try:
        act(database.session(), edit, actor=signed_in().person.name, now=database.now())
    except returned_decisions.PlaceChanged as conflict:
        database.session().rollback()
        return render_template("web/letters/returned_conflict.html", file=file, edit=edit, conflict=conflict), 409
    except Refused as refusal:
        database.session().rollback()
        flash(str(refusal), "attention")
    return redirect(url_for("returned_files.show", docket_id=docket_id, file_id=file_id) + f"#edit-{edit_id}", 303)


@returned_files.post("/<int:file_id>/all")
@requires(Permission.DRAFT)
def accept_all(docket_id: int, file_id: int) -> ResponseReturnValue:
    """Accept everything that one author suggests and nobody decided about."""
    _, file = _file(docket_id, file_id)
    author = request.form.get("author", "")
    done, left = returned_decisions.accept_all(
        database.session(), file, author, actor=signed_in().person.name, now=database.now()
    )
    name = author or "an unknown hand"
    flash(f"{done} of {done + left} suggestions by {name} were accepted.", "attention" if left else "done")
    if left:
        flash("The others meet words that were changed since; decide about each.", "attention")
    return redirect(url_for("returned_files.show", docket_id=docket_id, file_id=file_id), 303)


@returned_files.get("/<int:file_id>/file")
@requires(Permission.DRAFT)
def kept(docket_id: int, file_id: int) -> ResponseReturnValue:
    """The file as it came, byte for byte."""
    _, file = _file(docket_id, file_id)
    data = database.house().storage.get(file.storage_key)
    # Whatever it is, the browser must not open it.
    return send_file(io.BytesIO(data), "application/octet-stream", as_attachment=True, download_name=file.name)


@returned_files.post("/comments/<int:comment_id>")
@requires(Permission.DRAFT)
def comment(docket_id: int, comment_id: int) -> ResponseReturnValue:
    """Settle a comment, or open it again."""
    _, letter = letter_frame(docket_id)
    found = load(PartComment, comment_id)
    if found.letter_id != letter.id:
        abort(404)
    returned_decisions.resolve_comment(
        database.session(),
        found,
        resolved=request.form.get("act") == "resolve",
        actor=signed_in().person.name,
        now=database.now(),
    )
    if found.returned_file_id is None:
        return redirect(url_for("returned_files.index", docket_id=docket_id), 303)
    address = url_for("returned_files.show", docket_id=docket_id, file_id=found.returned_file_id)
    return redirect(f"{address}#comment-{found.id}", 303)
