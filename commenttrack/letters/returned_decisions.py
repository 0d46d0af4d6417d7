"""Deciding about the suggested edits of returned Word files: accepted, rejected and undone one by one, or by author.

An edit is taken over where its words stand in the part's present wording; when they were changed since, a person gets
both texts.
"""

import datetime as dt
import hashlib
from dataclasses import replace

from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.letters.exported_word import SECOND
from commenttrack.letters.models import EditKind, EditState, LetterPart, PartComment, ReturnedFile, SuggestedEdit
from commenttrack.letters.operations import rewrite
from commenttrack.letters.suggestion_anchors import Anchored, only_place, place_of, with_edits


class PlaceChanged(Conflict):
    """The words the edit stands at were changed since; holds both texts."""

    def __init__(self, edit: SuggestedEdit, present: str, why: str) -> None:
        super().__init__(why)
        self.edit = edit
        self.present = present


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
    words = replace(part.words, **{_NAMES.get(edit.field, edit.field): reads})
    rewrite(session, part, words, expected_revision=part.revision, why="edited", actor=actor, now=now)
    if edit.field not in SECOND:
        part.edited_by = actor
    session.flush()  # the next edit of this part counts from the revision that this one makes


def field_of(part: LetterPart | None, field: str) -> str:
    """The present text of a field of a part."""
    if part is None:
        raise Refused("The part it was made to is no longer in the letter.")
    return str(getattr(part.words, _NAMES.get(field, field)))


_NAMES = dict(zip(SECOND, ("second_heading", "second_text"), strict=True))
"""What a part calls the fields of a Word file that are in the second language."""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
