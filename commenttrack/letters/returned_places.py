"""Changes of a returned file as edits of the Markdown of the parts they were made to.

An edit is offered only when the part, read again with it, says what the person wrote; what cannot be placed comes back
with the reason. Each change of the file is in exactly one of the two lists.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from commenttrack.errors import BadInput
from commenttrack.letters.exported_word import CONTENTS, FIELDS, Exported
from commenttrack.letters.markdown_edits import CannotEdit
from commenttrack.letters.returned_alignment import aligned
from commenttrack.letters.returned_changes import Change, changes_of
from commenttrack.letters.returned_comments import Comment
from commenttrack.letters.returned_sources import RUNNING, Edit, ExportedText
from commenttrack.letters.returned_text import CALL, ReturnedWord

UNTRACKED = ""
"""The author of what was changed without tracking."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An edit of a part. ``start`` and ``end`` are offsets in the field of the part as it was exported."""

    kind: str
    """insertion, deletion, replacement, move from, move to"""
    author: str
    time: dt.datetime | None
    part: str
    """The part's key."""
    field: str
    start: int
    end: int
    before: str
    after: str
    """Markdown that goes and Markdown that comes."""
    changes: tuple[int, ...]
    """Numbers of the changes it gathers; empty for what was not tracked."""
    where: str
    within: int | None = None
    """Number of the change it was made inside of."""
    move: str = ""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A change that no edit of a part stands for, with the reason."""

    kind: str
    author: str
    time: dt.datetime | None
    before: str
    after: str
    """Words that go and words that come."""
    where: str
    why: str
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedComment:
    """A comment and the part it speaks of; an empty ``part`` when it stands at none."""

    comment: Comment
    part: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """All that a returned file says about a letter."""

    suggestions: tuple[Suggestion, ...]
    unplaced: tuple[Unplaced, ...]
    comments: tuple[PlacedComment, ...]
    tracked: int
    """Changes the file tracks; each is in one suggestion or in one unplaced entry."""
    untracked: int
    notices: tuple[str, ...]


class AnotherLetter(BadInput):
    """The file is not a copy of this letter."""


def place_changes(returned: ReturnedWord, exported: Exported) -> Placed:
    """Place every change, tracked or not, and every comment of a returned file.

    Raises :class:`AnotherLetter` when hardly a paragraph of the exported text is in it.
    """
    return _Placing(returned, exported).placed()


class _Placing:
    def __init__(self, returned: ReturnedWord, exported: Exported) -> None:
        self._returned = returned
        self._exported = exported
        self._sent = ExportedText(exported)
        self._all = changes_of(returned, exported)
        self._alignment = aligned(self._all.given.text, self._all.given.paragraphs, self._sent.text, self._sent.bounds)
        self._suggestions: list[Suggestion] = []
        self._unplaced: list[Unplaced] = []

    def placed(self) -> Placed:
        spoken = sum(1 for paragraph in self._sent.paragraphs if paragraph.text.strip())
        if spoken and self._alignment.matched < spoken * 0.2:
            raise AnotherLetter(
                "Hardly a paragraph of this letter stands in the file. Bring the file that was made from this letter."
            )
        by_number = {change.number: change for change in self._all.changes}
        for edit in self._edits():
            self._one(edit)
        self._nested(by_number)
        self._whole_moves()
        untracked = 0
        for each in self._alignment.untracked:
            if self._only_pages(each.start, each.end, each.text):
                continue
            untracked += 1
            kind = "replacement" if each.text and each.end > each.start else "insertion" if each.text else "deletion"
            self._one(Edit(kind, UNTRACKED, None, each.start, each.end, each.text, (), ""))
        untracked += self._around()
        order = {part.key: index for index, part in enumerate(self._exported.parts)}
        fields = {name: index for index, name in enumerate(FIELDS)}
        return Placed(
            tuple(
                sorted(
                    self._suggestions, key=lambda s: (order[s.part], fields[s.field], s.start, min(s.changes or (0,)))
                )
            ),
            tuple(self._unplaced),
            tuple(self._comment(comment) for comment in self._returned.comments),
            len(self._all.changes) + len(self._all.around) + len(self._returned.formats),
            untracked,
            self._returned.notices,
        )

    # ----------------------------------------------------------------------------------------------------- what to do

    def _edits(self) -> Iterator[Edit]:
        """The changes in exported characters; what one person took out and put in at one place is one edit."""
        waiting: Edit | None = None
        for change in self._all.changes:
            if change.within is not None:
                continue
            edit = self._edit(change)
            if waiting is not None and _replaces(waiting, edit):
                yield _joined(waiting, edit)
                waiting = None
                continue
            if waiting is not None:
                yield waiting
            waiting = edit
        if waiting is not None:
            yield waiting

    def _edit(self, change: Change) -> Edit:
        span = self._alignment.span(change.start, change.end) if change.end > change.start else None
        place = self._alignment.place(change.start)
        start, end = span or (place, place)
        text = "" if change.kind in ("deletion", "move from") else change.text
        return Edit(change.kind, change.author, change.time, start, end, text, (change,), change.where)

    def _one(self, edit: Edit) -> None:
        try:
            self._suggestions.append(self._suggestion(edit))
        except CannotEdit as reason:
            self._set_aside(edit, str(reason))

    def _set_aside(self, edit: Edit, why: str) -> None:
        gone = self._sent.text[edit.start : edit.end]
        if not gone and edit.kind in ("deletion", "move from"):
            gone = " ".join(change.text for change in edit.changes)
        where = edit.where or self._where(edit.start)
        numbers = tuple(change.number for change in edit.changes)
        self._unplaced.append(Unplaced(edit.kind, edit.author, edit.time, gone, edit.text, where, why, numbers))

    def _where(self, place: int) -> str:
        paragraph = self._sent.paragraphs[self._sent.paragraph_at(place)] if self._sent.paragraphs else None
        if paragraph is None or paragraph.part < 0:
            return paragraph.what if paragraph else ""
        return self._exported.parts[paragraph.part].heading or "the opening"

    def _nested(self, by_number: dict[int, Change]) -> None:
        """What somebody took out of another's insertion can be taken out once that is accepted."""
        homes = {number: suggestion for suggestion in self._suggestions for number in suggestion.changes}
        for change in by_number.values():
            if change.within is None:
                continue
            home = homes.get(change.within)
            edit = Edit(change.kind, change.author, change.time, 0, 0, "", (change,), change.where)
            before = change.text.replace("\n", " ").strip("\n")
            if home is None or CALL in before or home.after.count(before) != 1:
                why = "It takes out words of an insertion that could not be placed, or that has them more than once."
                self._set_aside(edit, why)
                continue
            self._suggestions.append(
                Suggestion(
                    change.kind,
                    change.author,
                    change.time,
                    home.part,
                    home.field,
                    home.start,
                    home.start,
                    before,
                    "",
                    (change.number,),
                    change.where,
                    change.within,
                )
            )

    def _whole_moves(self) -> None:
        """A move is offered when both its ends are placed; half of it would lose or double the words."""
        ends: dict[tuple[str, str], set[str]] = {}
        for suggestion in self._suggestions:
            if suggestion.kind.startswith("move"):
                ends.setdefault((suggestion.author, suggestion.move), set()).add(suggestion.kind)
        whole = {key for key, kinds in ends.items() if len(kinds) == 2}
        for suggestion in [s for s in self._suggestions if s.kind.startswith("move")]:
            if (suggestion.author, suggestion.move) in whole:
                continue
            self._suggestions.remove(suggestion)
            why = "It is one end of a move whose other end could not be placed."
            self._unplaced.append(
                Unplaced(
                    suggestion.kind,
                    suggestion.author,
                    suggestion.time,
                    suggestion.before,
                    suggestion.after,
                    suggestion.where,
                    why,
                    suggestion.changes,
                )
            )

    def _around(self) -> int:
        """What was done to running heads, feet and text boxes, and to formats. Returns how much of it is untracked."""
        names = {"header": "the running head", "footer": "the running foot", "text box": "a text box"}
        for kind, change in self._all.around:
            gone, come = ("", change.text) if change.kind in ("insertion", "move to") else (change.text, "")
            why = f"It stands in {names[kind]}, which belongs to no part."
            self._unplaced.append(Unplaced(change.kind, change.author, change.time, gone, come, names[kind], why))
        for look in self._returned.formats:
            why = "It changes how words look and not what they say; the house style decides that."
            what = f"{look.what}: {look.text}" if look.text else look.what
            self._unplaced.append(Unplaced("format", look.author, look.time, "", what, look.where, why))
        known = {_without_numbers(each.text) for each in self._exported.paragraphs if each.what in RUNNING}
        untracked = 0
        for story in self._returned.stories:
            if story.kind not in names:
                continue
            for paragraph in story.paragraphs:
                if any(piece.marks for piece in paragraph.pieces) or any(paragraph.end):
                    continue
                text = "".join(piece.text for piece in paragraph.pieces)
                if text.strip() and _without_numbers(text) not in known:
                    untracked += 1
                    why = f"It stands in {names[story.kind]}, which belongs to no part."
                    self._unplaced.append(Unplaced("insertion", UNTRACKED, None, "", text, names[story.kind], why))
        return untracked

    def _only_pages(self, start: int, end: int, text: str) -> bool:
        """Whether it is a page number of the contents, which the person's program counted anew."""
        first, last = self._sent.paragraph_at(start), self._sent.paragraph_at(max(end - 1, start))
        return all(each.what == CONTENTS for each in self._sent.paragraphs[first : last + 1]) and not (
            _without_numbers(self._sent.text[start:end] + text)
        )

    def _suggestion(self, edit: Edit) -> Suggestion:
        if any(change.picture for change in edit.changes) and edit.text:
            raise CannotEdit("It puts in a picture or an object, which the text of a part cannot hold.")
        if not edit.text and edit.end == edit.start:
            raise CannotEdit("It marks nothing that could go or come, such as the last end of a table cell.")
        home, (start, end, after) = self._sent.edit_of(edit)
        part = self._exported.parts[home[0]]
        return Suggestion(
            edit.kind,
            edit.author,
            edit.time,
            part.key,
            home[1],
            start,
            end,
            part.field(home[1])[start:end],
            after,
            tuple(change.number for change in edit.changes),
            edit.where or self._where(edit.start),
            None,
            next((change.move for change in edit.changes), ""),
        )

    # -------------------------------------------------------------------------------------------------------- comments

    def _comment(self, comment: Comment) -> PlacedComment:
        start = self._all.given.starts.get((comment.story, comment.paragraph))
        if start is None:
            return PlacedComment(comment)
        story = self._returned.stories[comment.story]
        counted = 0
        before = 0
        for piece in story.paragraphs[comment.paragraph].pieces:
            if counted >= comment.at:
                break
            counted += len(piece.text)
            if not any(mark.adds for mark in piece.marks):
                before += len(piece.text)
        place = self._alignment.place(min(start + before + 1, len(self._all.given.text)))
        if not self._sent.paragraphs:
            return PlacedComment(comment)
        paragraph = self._sent.paragraphs[self._sent.paragraph_at(max(place - 1, 0))]
        return PlacedComment(comment, self._exported.parts[paragraph.part].key if paragraph.part >= 0 else "")


def _replaces(one: Edit, other: Edit) -> bool:
    kinds = {one.kind, other.kind}
    if kinds != {"insertion", "deletion"} or one.author != other.author:
        return False
    if any(change.row for change in (*one.changes, *other.changes)):
        return False
    out, put = (one, other) if one.kind == "deletion" else (other, one)
    return put.start in (out.start, out.end)


def _joined(one: Edit, other: Edit) -> Edit:
    out, put = (one, other) if one.kind == "deletion" else (other, one)
    times = [edit.time for edit in (one, other) if edit.time]
    return replace(
        out, kind="replacement", text=put.text, time=max(times, default=None), changes=(*one.changes, *other.changes)
    )


def _without_numbers(text: str) -> str:
    return "".join(char for char in text if not char.isdigit() and not char.isspace())
