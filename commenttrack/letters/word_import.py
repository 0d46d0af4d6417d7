"""Word files of a letter that come back: kept, read into suggestions on its parts, and decided one by one.

The bytes go into the storage before anything is tried; a file that cannot be read is a row with the reason. Nothing of
a file changes the letter until a person accepts it.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import BadInput, Conflict, Refused
from commenttrack.letters.content import LetterContent
from commenttrack.letters.exported_word import Exported, from_json
from commenttrack.letters.models import (
    EditKind,
    EditState,
    Letter,
    LetterPart,
    LetterVersion,
    PartComment,
    ReturnedFile,
    SuggestedEdit,
)
from commenttrack.letters.operations import content_of_letter, content_of_version, edit_part
from commenttrack.letters.pictured import with_pictures
from commenttrack.letters.returned_places import AnotherLetter, Placed, PlacedComment, place_changes
from commenttrack.letters.returned_word import ReturnedWord, read_word
from commenttrack.letters.suggestion_anchors import Anchored, only_place, place_of, with_edits
from commenttrack.letters.word import letter_docx
from commenttrack.letters.word_comments import MarginComment
from commenttrack.members.models import Organization
from commenttrack.storage import Storage

VERSIONS_TRIED = 4
"""How many wordings of the letter a file that lost its description is laid over."""


class AlreadyBrought(Refused):
    """The same file came before."""

    def __init__(self, file: ReturnedFile) -> None:
        super().__init__(f"The same file was brought on {file.received_at:%B} {file.received_at.day} as {file.name}.")
        self.file = file


class PlaceChanged(Conflict):
    """The words the edit stands at were changed since; holds both texts."""

    def __init__(self, edit: SuggestedEdit, present: str, why: str) -> None:
        super().__init__(why)
        self.edit = edit
        self.present = present


# ------------------------------------------------------------------------------------------------------------- export


def word_draft(session: Session, letter: Letter, *, storage: Storage) -> bytes:
    """The letter as it stands as a Word file to send around, with the comments on its parts in the margin."""
    return letter_docx(with_pictures(letter, content_of_letter(letter), storage), _margin(session, letter))


def _margin(session: Session, letter: Letter) -> list[MarginComment]:
    rows = session.scalars(select(PartComment).where(PartComment.letter_id == letter.id).order_by(PartComment.id)).all()
    keys = {part.id: part.key for part in letter.parts if part.included}
    shown = [row for row in rows if row.letter_part_id in keys]
    index = {row.id: number for number, row in enumerate(shown)}
    return [
        MarginComment(
            keys[row.letter_part_id or 0],
            row.author,
            row.author_time,
            row.text,
            row.quote,
            index.get(row.answers_id) if row.answers_id is not None else None,
            row.resolved,
        )
        for row in shown
    ]


# ------------------------------------------------------------------------------------------------------------- import


def import_returned_file(
    session: Session,
    letter: Letter,
    data: bytes,
    *,
    name: str,
    organization: Organization | None = None,
    sender: str = "",
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> ReturnedFile:
    """Keep a file and read its changes into suggestions; one that cannot be read is kept with the reason.

    Raises :class:`AlreadyBrought` for bytes that this letter has had before.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    known = session.scalar(
        select(ReturnedFile).where(ReturnedFile.letter_id == letter.id, ReturnedFile.sha256 == sha256)
    )
    if known is not None:
        raise AlreadyBrought(known)
    file = ReturnedFile(
        letter=letter,
        organization=organization,
        sender=sender.strip(),
        name=name,
        size=len(data),
        sha256=sha256,
        storage_key=storage.put(data),
        received_at=now,
        received_by=actor,
    )
    session.add(file)
    try:
        word = read_word(data)
        exported, placed, version = _placed(letter, word)
    except BadInput as refusal:
        file.problem = str(refusal)
    else:
        file.version = version
        file.exported_json = {
            part.key: {"heading": part.heading, "text": part.text, "requested_text": part.requested_text}
            for part in exported.parts
        }
        file.notices_json = list(placed.notices)
        file.tracked, file.untracked = placed.tracked, placed.untracked
        _store(session, file, placed)
    session.flush()  # the audit event names the file's id
    audit.record(
        session,
        actor=actor,
        action="returned file kept unread" if file.problem else "returned file read",
        subject=f"letter {letter.id}",
        now=now,
        file=file.id,
        sha256=sha256,
        tracked=file.tracked,
        untracked=file.untracked,
        problem=file.problem,
    )
    return file


def _placed(letter: Letter, word: ReturnedWord) -> tuple[Exported, Placed, LetterVersion | None]:
    """The changes laid over the wording the file was made from, by its own word or by likeness."""
    exported = from_json(word.attached) if word.attached else None
    if exported is not None:
        if not {part.key for part in exported.parts} & {part.key for part in letter.parts}:
            raise AnotherLetter("The file was made from another letter. Bring it where that letter is drafted.")
        return exported, place_changes(word, exported), _version_of(letter, exported)
    return _likeliest(letter, word)


def _version_of(letter: Letter, exported: Exported) -> LetterVersion | None:
    wordings = [(part.key, part.heading, part.text, part.requested_text) for part in exported.parts]
    for version in reversed(letter.versions):
        if wordings == [(p["key"], p["heading"], p["text"], p["requested_text"]) for p in version.parts_json]:
            return version
    return None


def _likeliest(letter: Letter, word: ReturnedWord) -> tuple[Exported, Placed, LetterVersion | None]:
    """For a file whose description got lost: the wording from which it differs least without tracking."""
    wordings: list[tuple[Callable[[], LetterContent], LetterVersion | None]] = [
        (lambda: content_of_letter(letter), None)
    ]
    for version in list(reversed(letter.versions))[: VERSIONS_TRIED - 1]:
        wordings.append((lambda version=version: content_of_version(version, draft=True), version))  # type: ignore[misc]
    best: tuple[Exported, Placed, LetterVersion | None] | None = None
    refusal: AnotherLetter | None = None
    for content, of_version in wordings:
        exported = from_json(read_word(letter_docx(content())).attached)
        assert exported is not None  # noqa: S101  # our own export describes itself
        try:
            placed = place_changes(word, exported)
        except AnotherLetter as error:
            refusal = error
            continue
        if best is None or placed.untracked < best[1].untracked:
            best = exported, placed, of_version
        if not placed.untracked:
            break
    if best is None:
        assert refusal is not None  # noqa: S101  # each wording was placed or refused
        raise refusal
    notice = "The file had lost what our export lays into it; it was laid over the letter by the likeness of its text."
    return best[0], replace(best[1], notices=(*best[1].notices, notice)), best[2]


def _store(session: Session, file: ReturnedFile, placed: Placed) -> None:
    parts = {part.key: part for part in file.letter.parts}
    by_change: dict[int, SuggestedEdit] = {}
    for number, suggestion in enumerate(placed.suggestions):
        part = parts.get(suggestion.part)
        edit = SuggestedEdit(
            number=number,
            part=part,
            field=suggestion.field,
            kind=EditKind(suggestion.kind),
            author=suggestion.author,
            author_time=suggestion.time,
            before=suggestion.before,
            after=suggestion.after,
            start_at=suggestion.start,
            end_at=suggestion.end,
            where=suggestion.where,
            changes=len(suggestion.changes),
            move=suggestion.move,
            why_unplaced="" if part is not None else "The part it was made to is no longer in the letter.",
        )
        file.edits.append(edit)
        for change in suggestion.changes:
            by_change[change] = edit
    session.flush()  # edits within others point at them
    for suggestion in placed.suggestions:
        if suggestion.within is not None:
            by_change[suggestion.changes[0]].within = by_change.get(suggestion.within)
    for number, other in enumerate(placed.unplaced, len(placed.suggestions)):
        file.edits.append(
            SuggestedEdit(
                number=number,
                kind=EditKind(other.kind),
                author=other.author,
                author_time=other.time,
                before=other.before,
                after=other.after,
                where=other.where,
                changes=max(len(other.changes), 1) if other.author else 0,
                why_unplaced=other.why,
            )
        )
    _store_comments(session, file, placed.comments, parts)


def _store_comments(
    session: Session, file: ReturnedFile, comments: Sequence[PlacedComment], parts: dict[str, LetterPart]
) -> None:
    """The comments that are not known yet: those that were in the file when it was sent come back with it."""
    known = {
        (row.author, row.author_time, row.text): row
        for row in session.scalars(select(PartComment).where(PartComment.letter_id == file.letter_id))
    }
    stored: dict[str, PartComment] = {}
    for placed in sorted(comments, key=lambda each: bool(each.comment.parent)):
        comment = placed.comment
        row = known.get((comment.author, comment.time, comment.text))
        if row is None:
            row = PartComment(
                letter_id=file.letter.id,
                part=parts.get(placed.part),
                file=file,
                answers_id=stored[comment.parent].id if comment.parent in stored else None,
                author=comment.author,
                author_time=comment.time,
                text=comment.text,
                quote=comment.quote,
                resolved=comment.resolved,
            )
            session.add(row)
            session.flush()  # a reply names the comment it answers
        stored[comment.id] = row


# ---------------------------------------------------------------------------------------------------------- decisions


def accept_edit(session: Session, edit: SuggestedEdit, *, actor: str, now: dt.datetime) -> None:
    """Take an edit over into its part's present wording; both ends of a move go together.

    Raises :class:`PlaceChanged` when the words it stands at were changed since, :class:`Refused` for one that is
    decided or cannot be placed.
    """
    with session.begin_nested():  # half of a move must not stay
        for each in _together(edit):
            _require_open(each)
            _accept(session, each, actor=actor, now=now)


def reject_edit(session: Session, edit: SuggestedEdit, *, actor: str, now: dt.datetime) -> None:
    """Decide that an edit is not taken over; it stays listed."""
    for each in _together(edit):
        _require_open(each)
        _decide(session, each, EditState.REJECTED, "suggestion rejected", actor=actor, now=now)


def accept_all(session: Session, file: ReturnedFile, author: str, *, actor: str, now: dt.datetime) -> tuple[int, int]:
    """Accept every open edit of one author in the order of the letter; how many were, and how many met a conflict."""
    done = left = 0
    for edit in file.edits:
        if edit.author != author or edit.state is not EditState.OPEN or edit.why_unplaced:
            continue
        try:
            accept_edit(session, edit, actor=actor, now=now)
        except Refused:
            left += 1
        else:
            done += 1
    return done, left


def undo_decision(session: Session, edit: SuggestedEdit, *, actor: str, now: dt.datetime) -> None:
    """Take a decision back. An accepted edit is taken out of its part exactly; refused when its place was edited."""
    with session.begin_nested():  # half of a move must not stay
        for each in reversed(_together(edit)):
            if each.state is EditState.OPEN:
                raise Refused("Nothing was decided about this suggestion.")
            if each.state is EditState.ACCEPTED:
                _take_back(session, each, actor=actor, now=now)
            each.applied_at, each.applied_digest, each.text_before = None, "", ""
            _decide(session, each, EditState.OPEN, "decision on suggestion undone", actor=actor, now=now)


def resolve_comment(session: Session, comment: PartComment, *, resolved: bool, actor: str, now: dt.datetime) -> None:
    """Mark a comment as settled, or open it again."""
    comment.resolved, comment.resolved_by = resolved, actor if resolved else ""
    audit.record(
        session,
        actor=actor,
        action="comment resolved" if resolved else "comment opened again",
        subject=f"letter {comment.letter_id}",
        now=now,
        comment=comment.id,
    )


def _together(edit: SuggestedEdit) -> list[SuggestedEdit]:
    """The edit, with the other ends of its move."""
    if edit.kind not in (EditKind.MOVE_FROM, EditKind.MOVE_TO):
        return [edit]
    return [
        each
        for each in edit.file.edits
        if each.kind in (EditKind.MOVE_FROM, EditKind.MOVE_TO)
        and (each.author, each.move, each.why_unplaced) == (edit.author, edit.move, "")
    ] or [edit]


def _require_open(edit: SuggestedEdit) -> None:
    if edit.why_unplaced or edit.part is None:
        raise Refused(edit.why_unplaced or "The part it was made to is no longer in the letter.")
    if edit.state is not EditState.OPEN:
        raise Refused(f"This suggestion was {edit.state.value} by {edit.decided_by}. Undo that first.")


def _decide(
    session: Session, edit: SuggestedEdit, state: EditState, action: str, *, actor: str, now: dt.datetime
) -> None:
    edit.state = state
    edit.decided_by, edit.decided_at = (actor, now) if state is not EditState.OPEN else ("", None)
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"letter {edit.file.letter_id}",
        now=now,
        file=edit.returned_file_id,
        edit=edit.number,
        part=edit.part.key if edit.part else None,
    )


def _accept(session: Session, edit: SuggestedEdit, *, actor: str, now: dt.datetime) -> None:
    present = field_of(edit.part, edit.field)
    at = _place_within(edit, present) if edit.within_id is not None else _place(edit, present)
    if at is None or present[at : at + len(edit.before)] != edit.before:
        why = (
            "The words this suggestion stands at were changed since the file was made. Take over by hand what you want."
        )
        raise PlaceChanged(edit, present, why)
    reads = present[:at] + edit.after + present[at + len(edit.before) :]
    _write(session, edit, reads, actor=actor, now=now)
    edit.applied_at = max(at - (len(reads) - len(reads.lstrip())), 0)
    edit.applied_digest = _digest(field_of(edit.part, edit.field))
    edit.text_before = present
    _decide(session, edit, EditState.ACCEPTED, "suggestion accepted", actor=actor, now=now)


def _place(edit: SuggestedEdit, present: str) -> int | None:
    assert edit.part is not None  # noqa: S101  # asked before
    base = edit.file.exported_json[edit.part.key][edit.field]
    return place_of(_anchored(edit), edit.before, base, present, _accepted_beside(edit))


def _place_within(edit: SuggestedEdit, present: str) -> int | None:
    """Where the words stand that somebody took out of another's insertion: the insertion must be in first."""
    home = edit.within
    assert home is not None  # noqa: S101  # asked before
    if home.state is not EditState.ACCEPTED or home.applied_at is None:
        raise Refused("It takes words out of an insertion that is not accepted. Decide about the insertion first.")
    end = home.applied_at + len(home.after)
    found = present.find(edit.before, home.applied_at, end)
    if found < 0 or present.find(edit.before, found + 1, end) >= 0:
        return None
    return found


def _accepted_beside(edit: SuggestedEdit) -> list[Anchored]:
    """The other edits of the same field that were accepted, but for those inside of others."""
    return [
        _anchored(other)
        for other in edit.file.edits
        if other is not edit
        and (other.letter_part_id, other.field) == (edit.letter_part_id, edit.field)
        and other.state is EditState.ACCEPTED
        and other.within_id is None
    ]


def _anchored(edit: SuggestedEdit) -> Anchored:
    return Anchored(edit.number, edit.start_at, edit.end_at, edit.after)


def _take_back(session: Session, edit: SuggestedEdit, *, actor: str, now: dt.datetime) -> None:
    if any(other.within_id == edit.id and other.state is EditState.ACCEPTED for other in edit.file.edits):
        raise Refused("Words of this insertion were taken out by a later suggestion. Undo that one first.")
    present = field_of(edit.part, edit.field)
    if _digest(present) == edit.applied_digest:
        _write(session, edit, edit.text_before, actor=actor, now=now)
        return
    assert edit.part is not None  # noqa: S101  # an accepted edit has one
    base = edit.file.exported_json[edit.part.key][edit.field]
    others = _accepted_beside(edit)
    if edit.within_id is None and with_edits(base, [*others, _anchored(edit)]).strip() == present.strip():
        _write(session, edit, with_edits(base, others), actor=actor, now=now)
        return
    at = edit.applied_at or 0
    was = edit.text_before
    left = was[: was.index(edit.before, at)] if edit.before in was[at:] else was[:at]
    right = was[len(left) + len(edit.before) :]
    found = only_place(left, edit.after, right, present)
    if found is None:
        raise Refused("The place of this suggestion was edited after it was accepted. Change the part by hand.")
    _write(session, edit, present[:found] + edit.before + present[found + len(edit.after) :], actor=actor, now=now)


def _write(session: Session, edit: SuggestedEdit, reads: str, *, actor: str, now: dt.datetime) -> None:
    """Give the part its new wording as an editor would."""
    assert edit.part is not None  # noqa: S101  # asked before
    part = edit.part
    fields = {"heading": part.heading, "text": part.text, "requested_text": part.requested_text}
    edit_part(session, part, expected_revision=part.revision, actor=actor, now=now, **(fields | {edit.field: reads}))
    session.flush()  # the next edit of this part counts from the revision that this one makes


def field_of(part: LetterPart | None, field: str) -> str:
    """The present text of a field of a part."""
    if part is None:
        raise Refused("The part it was made to is no longer in the letter.")
    return {"heading": part.heading, "text": part.text, "requested_text": part.requested_text}[field]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
