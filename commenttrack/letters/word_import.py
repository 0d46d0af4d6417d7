"""Word files of a letter: sent around, and kept and read into suggestions on its parts when they come back.

The bytes go into the storage before anything is tried; a file that cannot be read is a row with the reason. Nothing of
a file changes the letter until a person accepts it.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import BadInput, Refused
from commenttrack.letters.content import LetterContent, PartWords
from commenttrack.letters.exported_word import FIELDS, SECOND, Exported, from_json
from commenttrack.letters.models import (
    EditKind,
    Letter,
    LetterPart,
    LetterVersion,
    PartComment,
    ReturnedFile,
    SuggestedEdit,
)
from commenttrack.letters.pictured import with_files
from commenttrack.letters.recorded_content import content_of_letter, content_of_version, in_two_languages
from commenttrack.letters.returned_places import (
    AnotherLetter,
    Placed,
    PlacedComment,
    Suggestion,
    Unplaced,
    place_changes,
)
from commenttrack.letters.returned_text import ReturnedWord
from commenttrack.letters.returned_word import read_word
from commenttrack.letters.rule_details import with_rule_details
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


# ------------------------------------------------------------------------------------------------------------- export


def word_draft(session: Session, letter: Letter, *, storage: Storage) -> bytes:
    """The letter as it stands as a Word file to send around, with the comments on its parts in the margin."""
    typed = content_of_letter(letter)
    content = with_rule_details(session, letter, with_files(letter, typed, storage), storage)
    return letter_docx(content, _margin(session, letter), typed=typed)


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
        file.exported_json = {part.key: {name: part.field(name) for name in FIELDS} for part in exported.parts}
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
    wordings = [(part.key, *map(part.field, FIELDS)) for part in exported.parts]
    for version in reversed(letter.versions):
        if wordings == [(part["key"], *astuple(PartWords.of(part))) for part in version.parts_json]:
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
        edit = _edit(suggestion, number)
        edit.part = parts.get(suggestion.part)
        edit.field, edit.move = suggestion.field, suggestion.move
        edit.start_at, edit.end_at = suggestion.start, suggestion.end
        edit.changes = len(suggestion.changes)
        edit.why_unplaced = _why_not(edit.part, suggestion.field)
        file.edits.append(edit)
        for change in suggestion.changes:
            by_change[change] = edit
    session.flush()  # edits within others point at them
    for suggestion in placed.suggestions:
        if suggestion.within is not None:
            by_change[suggestion.changes[0]].within = by_change.get(suggestion.within)
    for number, other in enumerate(placed.unplaced, len(placed.suggestions)):
        edit = _edit(other, number)
        edit.changes = max(len(other.changes), 1) if other.author else 0
        edit.why_unplaced = other.why
        file.edits.append(edit)
    _store_comments(session, file, placed.comments, parts)


def _edit(found: Suggestion | Unplaced, number: int) -> SuggestedEdit:
    """What a change is, whether or not it has a place in the letter."""
    return SuggestedEdit(
        number=number,
        kind=EditKind(found.kind),
        author=found.author,
        author_time=found.time,
        before=found.before,
        after=found.after,
        where=found.where,
    )


def _why_not(part: LetterPart | None, field: str) -> str:
    """Why a suggestion cannot be taken over into the letter; empty when it can."""
    if part is None:
        return "The part it was made to is no longer in the letter."
    if field in SECOND and not in_two_languages(part.letter):
        return "It changes the text in a second language, which the letter has no longer."
    return ""


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
