"""Changes of a returned file as edits of the Markdown of the parts they were made to.

An edit is offered only when the part, read again with it, says what the person wrote; what cannot be placed comes back
with the reason. Each change of the file is in exactly one of the two lists.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from commenttrack.errors import BadInput
from commenttrack.letters.exported_word import Exported, ExportedParagraph
from commenttrack.letters.markdown_edits import CannotEdit, FieldWords, edited, row_added, rows_removed
from commenttrack.letters.returned_alignment import aligned
from commenttrack.letters.returned_changes import Change, changes_of
from commenttrack.letters.returned_comments import Comment
from commenttrack.letters.returned_word import CALL, ReturnedWord

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


@dataclass(frozen=True, slots=True)
class _Edit:
    """An edit in terms of the exported characters."""

    kind: str
    author: str
    time: dt.datetime | None
    start: int
    end: int
    text: str
    changes: tuple[Change, ...]
    where: str


def place_changes(returned: ReturnedWord, exported: Exported) -> Placed:
    """Place every change, tracked or not, and every comment of a returned file.

    Raises :class:`AnotherLetter` when hardly a paragraph of the exported text is in it.
    """
    return _Placing(returned, exported).placed()


_RUNNING = frozenset({"the running head", "the running foot", "a text box"})


class _Placing:
    def __init__(self, returned: ReturnedWord, exported: Exported) -> None:
        self._returned = returned
        self._exported = exported
        self._paragraphs = [each for each in exported.paragraphs if each.what not in _RUNNING]
        self._bounds: list[tuple[int, int]] = []
        at = 0
        for paragraph in self._paragraphs:
            self._bounds.append((at, at + len(paragraph.text)))
            at += len(paragraph.text) + 1
        self._text = "\n".join(each.text for each in self._paragraphs)
        self._starts = [start for start, _ in self._bounds]
        self._all = changes_of(returned, exported)
        self._alignment = aligned(self._all.given.text, self._all.given.paragraphs, self._text, self._bounds)
        self._fields: dict[tuple[int, str], FieldWords] = {}
        self._suggestions: list[Suggestion] = []
        self._unplaced: list[Unplaced] = []

    def placed(self) -> Placed:
        spoken = sum(1 for paragraph in self._paragraphs if paragraph.text.strip())
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
            untracked += 1
            kind = "replacement" if each.text and each.end > each.start else "insertion" if each.text else "deletion"
            self._one(_Edit(kind, UNTRACKED, None, each.start, each.end, each.text, (), ""))
        untracked += self._around()
        order = {part.key: index for index, part in enumerate(self._exported.parts)}
        fields = {"heading": 0, "text": 1, "requested_text": 2}
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

    def _edits(self) -> Iterator[_Edit]:
        """The changes in exported characters; what one person took out and put in at one place is one edit."""
        waiting: _Edit | None = None
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

    def _edit(self, change: Change) -> _Edit:
        span = self._alignment.span(change.start, change.end) if change.end > change.start else None
        place = self._alignment.place(change.start)
        start, end = span or (place, place)
        text = "" if change.kind in ("deletion", "move from") else change.text
        return _Edit(change.kind, change.author, change.time, start, end, text, (change,), change.where)

    def _one(self, edit: _Edit) -> None:
        try:
            self._suggestions.append(self._suggestion(edit))
        except CannotEdit as reason:
            self._set_aside(edit, str(reason))

    def _set_aside(self, edit: _Edit, why: str) -> None:
        gone = self._text[edit.start : edit.end]
        if not gone and edit.kind in ("deletion", "move from"):
            gone = " ".join(change.text for change in edit.changes)
        where = edit.where or self._where(edit.start)
        numbers = tuple(change.number for change in edit.changes)
        self._unplaced.append(Unplaced(edit.kind, edit.author, edit.time, gone, edit.text, where, why, numbers))

    def _where(self, place: int) -> str:
        paragraph = self._paragraphs[self._paragraph_at(place)] if self._paragraphs else None
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
            edit = _Edit(change.kind, change.author, change.time, 0, 0, "", (change,), change.where)
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
        known = {_without_numbers(each.text) for each in self._exported.paragraphs if each.what in _RUNNING}
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

    # ------------------------------------------------------------------------------------------------- where it stands

    def _paragraph_at(self, place: int) -> int:
        return max(bisect_right(self._starts, place) - 1, 0)

    def _field(self, part: int, field: str) -> FieldWords:
        key = (part, field)
        if key not in self._fields:
            self._fields[key] = FieldWords(self._exported.parts[part], field)
        return self._fields[key]

    def _suggestion(self, edit: _Edit) -> Suggestion:
        if any(change.picture for change in edit.changes) and edit.text:
            raise CannotEdit("It puts in a picture or an object, which the text of a part cannot hold.")
        if not edit.text and edit.end == edit.start:
            raise CannotEdit("It marks nothing that could go or come, such as the last end of a table cell.")
        notes = tuple(text for change in edit.changes for _, text in change.notes if edit.text)
        if any(change.row for change in edit.changes):
            home, (start, end, after) = self._row(edit)
        elif edit.end > edit.start:
            home, (start, end, after) = self._taken_out(edit, notes)
        else:
            home, (start, end, after) = self._put_in(edit, notes)
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

    def _home(self, first: int, last: int) -> tuple[int, str]:
        """Part and field of some paragraphs, which must be the same."""
        homes = []
        for paragraph in self._paragraphs[first : last + 1]:
            if paragraph.field:
                homes.append((paragraph.part, paragraph.field))
            elif paragraph.text.strip():
                raise CannotEdit(self._why_computed(paragraph))
        if not homes:
            raise CannotEdit(self._why_computed(self._paragraphs[first]))
        if len(set(homes)) > 1:
            names = " and ".join(dict.fromkeys(f"“{self._name(part)}”" for part, _ in homes))
            if len({part for part, _ in homes}) == 1:
                raise CannotEdit(f"It reaches from one of heading, text and requested text of {names} into another.")
            raise CannotEdit(
                f"It reaches over {names}. Edit each, or leave a part out on the Draft page when all of it should go."
            )
        return homes[0]

    def _name(self, part: int) -> str:
        return self._exported.parts[part].heading or "the opening"

    def _why_computed(self, paragraph: ExportedParagraph) -> str:
        if paragraph.part < 0:
            return f"It stands in {paragraph.what or 'text around the parts'}, which is not part of any text."
        return "It stands in a line that is computed, such as the label of a requested text."

    def _taken_out(self, edit: _Edit, notes: Sequence[str]) -> tuple[tuple[int, str], tuple[int, int, str]]:
        start, end = edit.start, edit.end
        first, last = self._paragraph_at(start), self._paragraph_at(end - 1)
        if self._text[end - 1] != "\n":
            home = self._home(first, last)
            return home, self._edited(home, edit, start, end, notes)
        # The end of a paragraph goes too. A whole paragraph goes with what begins it, otherwise the next one moves up.
        reason: CannotEdit | None = None
        whole = start == self._bounds[first][0] and first and not edit.text and self._joined(first - 1, last)
        if whole and self._field(*self._home(first, last)).ends_paragraph(self._edge(first - 1, first=False)):
            try:
                home = self._home(first - 1, last)
                return home, self._edited(home, edit, start - 1, end - 1, notes, down_to=first - 1)
            except CannotEdit as refusal:
                reason = refusal
        if last + 1 < len(self._bounds) and self._joined(last, last + 1) and self._meet(last):
            home = self._home(first, last + 1)
            return home, self._edited(home, edit, start, end, notes, up_to=last + 1)
        if end - 1 == start:
            raise reason or CannotEdit("It joins two paragraphs of different texts.")
        home = self._home(first, last)
        return home, self._edited(home, edit, start, end - 1, notes)

    def _meet(self, paragraph: int) -> bool:
        """Whether this paragraph and the next can become one: cells and headings cannot."""
        here, there = self._edge(paragraph, first=False), self._edge(paragraph + 1, first=True)
        field = self._field(self._paragraphs[paragraph].part, self._paragraphs[paragraph].field)
        return field.ends_paragraph(here) and field.ends_paragraph(there)

    def _joined(self, one: int, other: int) -> bool:
        """Whether two paragraphs stand in the same text."""
        first, second = self._paragraphs[one], self._paragraphs[other]
        return (first.part, first.field) == (second.part, second.field) and bool(first.spans and second.spans)

    def _edited(
        self,
        home: tuple[int, str],
        edit: _Edit,
        start: int,
        end: int,
        notes: Sequence[str],
        *,
        up_to: int | None = None,
        down_to: int | None = None,
    ) -> tuple[int, int, str]:
        """The edit of the source that takes out some exported characters and puts in the edit's text."""
        places = [place for place in range(start, end) if self._text[place] != "\n"]
        sources = []
        for place in places:
            found = self._source(place, start, end)
            if found is not None:
                sources.append(found)
        if up_to is not None:
            sources.append((self._edge(up_to, first=True),) * 2)
        if down_to is not None:
            sources.append((self._edge(down_to, first=False),) * 2)
        if self._text[start] == "\n" and down_to is None:
            sources.append((self._edge(self._paragraph_at(start), first=False),) * 2)
        if not sources:
            raise CannotEdit("Nothing of it stands in the text of a part.")
        low, high = min(s for s, _ in sources), max(e for _, e in sources)
        return edited(self._field(*home), low, high, edit.text, notes)

    def _edge(self, paragraph: int, *, first: bool) -> int:
        spans = self._paragraphs[paragraph].spans
        if not spans:
            raise CannotEdit("It stands beside a paragraph that is computed.")
        return spans[0].source_start if first else spans[-1].source_end

    def _source(self, place: int, start: int, end: int) -> tuple[int, int] | None:
        """Where an exported character stands in the source; what is computed must go as a whole or not at all."""
        index = self._paragraph_at(place)
        paragraph, local = self._paragraphs[index], place - self._bounds[index][0]
        for span in paragraph.spans:
            if span.start <= local < span.end:
                if span.kind != "own":
                    low, high = self._bounds[index][0] + span.start, self._bounds[index][0] + span.end
                    if low < start or high > end:
                        raise CannotEdit(_computed(span.kind))
                    return span.source_start, span.source_end
                if span.source_end - span.source_start == span.end - span.start:
                    at = span.source_start + local - span.start
                    return at, at + 1
                return span.source_start, span.source_end
        if self._text[place].isspace():
            return None
        raise CannotEdit(_computed("number" if paragraph.field == "heading" else "other"))

    def _put_in(self, edit: _Edit, notes: Sequence[str]) -> tuple[tuple[int, str], tuple[int, int, str]]:
        tries = [(edit.start, edit.text)]
        text, at = edit.text, edit.start
        index = self._paragraph_at(at)
        if text.endswith("\n") and at == self._bounds[index][0] and index:
            tries.append((at - 1, "\n" + text[:-1]))
        if text.startswith("\n") and at == self._bounds[index][1] and at + 1 < len(self._text):
            tries.append((at + 1, text[1:] + "\n"))
        reason: CannotEdit | None = None
        for place, words in tries:
            try:
                return self._put_at(place, words, notes)
            except CannotEdit as refusal:
                reason = reason or refusal
        raise reason or CannotEdit("It stands in no part.")

    def _put_at(self, place: int, text: str, notes: Sequence[str]) -> tuple[tuple[int, str], tuple[int, int, str]]:
        index = self._paragraph_at(place)
        paragraph, local = self._paragraphs[index], place - self._bounds[index][0]
        if not paragraph.field:
            raise CannotEdit(self._why_computed(paragraph))
        home = (paragraph.part, paragraph.field)
        left = next((s for s in paragraph.spans if s.start < local <= s.end), None)
        right = next((s for s in paragraph.spans if s.start <= local < s.end), None)
        if left is not None and left.kind == "own":
            wide = left.source_end - left.source_start != left.end - left.start
            at = left.source_end if wide else left.source_start + local - left.start
        elif right is not None and right.kind == "own":
            at = right.source_start
        elif left is not None and left is right:
            raise CannotEdit(_computed(left.kind))
        elif left is not None:
            at = left.source_end
        elif right is not None:
            at = right.source_start
        else:
            raise CannotEdit(_computed("number" if paragraph.field == "heading" else "other"))
        return home, edited(self._field(*home), at, at, text, notes)

    # ------------------------------------------------------------------------------------------------------------ rows

    def _row(self, edit: _Edit) -> tuple[tuple[int, str], tuple[int, int, str]]:
        if edit.text and edit.end > edit.start:
            raise CannotEdit("It takes out some table rows and puts in others; edit the table in the part.")
        if not edit.text:
            end = edit.end - (self._text[edit.end - 1 : edit.end] == "\n")
            home = self._home(self._paragraph_at(edit.start), self._paragraph_at(end - 1))
            places = [p for p in range(edit.start, end) if not self._text[p].isspace()]
            sources = [found for p in places if (found := self._source(p, edit.start, end)) is not None]
            if not sources:
                raise CannotEdit("The table row is empty; take it out in the part.")
            return home, rows_removed(self._field(*home), min(s for s, _ in sources), max(e for _, e in sources))
        index = self._paragraph_at(max(edit.start - 1, 0))
        paragraph = self._paragraphs[index]
        if not paragraph.field:
            raise CannotEdit(self._why_computed(paragraph))
        home = (paragraph.part, paragraph.field)
        cells = edit.text.removesuffix("\n").split("\n")
        return home, row_added(self._field(*home), self._edge(index, first=False), cells)

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
        if not self._paragraphs:
            return PlacedComment(comment)
        paragraph = self._paragraphs[self._paragraph_at(max(place - 1, 0))]
        return PlacedComment(comment, self._exported.parts[paragraph.part].key if paragraph.part >= 0 else "")


def _replaces(one: _Edit, other: _Edit) -> bool:
    kinds = {one.kind, other.kind}
    if kinds != {"insertion", "deletion"} or one.author != other.author:
        return False
    if any(change.row for change in (*one.changes, *other.changes)):
        return False
    out, put = (one, other) if one.kind == "deletion" else (other, one)
    return put.start in (out.start, out.end)


def _joined(one: _Edit, other: _Edit) -> _Edit:
    out, put = (one, other) if one.kind == "deletion" else (other, one)
    times = [edit.time for edit in (one, other) if edit.time]
    return replace(
        out, kind="replacement", text=put.text, time=max(times, default=None), changes=(*one.changes, *other.changes)
    )


def _without_numbers(text: str) -> str:
    return "".join(char for char in text if not char.isdigit() and not char.isspace())


def _computed(kind: str) -> str:
    return {
        "citation": "It changes a part of a citation, which is computed; change the citation in the part.",
        "note call": "It changes the number of a note, which is computed.",
        "note": "It changes the number of a note, which is computed.",
        "cross-reference": "It changes a part of a cross-reference, which is computed.",
        "picture": "It changes the words that stand for a picture.",
        "number": "It changes the number of a heading, which is computed from the order of the parts.",
    }.get(kind, "It changes words that are computed when the letter prints.")
