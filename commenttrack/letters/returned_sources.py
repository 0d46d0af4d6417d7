"""Where in the Markdown of the parts some exported characters stand, and the edit of it that changes them so."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from commenttrack.letters.exported_word import Exported, ExportedParagraph
from commenttrack.letters.markdown_edits import CannotEdit, FieldWords, edited, row_added, rows_removed
from commenttrack.letters.returned_changes import Change

RUNNING = frozenset({"the running head", "the running foot", "a text box"})
"""What stands on every page or beside the text; it has no place among the characters."""

Home = tuple[int, str]
"""Index of a part and one of its fields."""
FieldEdit = tuple[int, int, str]
"""Start, end and Markdown of an edit of a field."""


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit in terms of the exported characters."""

    kind: str
    author: str
    time: dt.datetime | None
    start: int
    end: int
    text: str
    changes: tuple[Change, ...]
    where: str


class ExportedText:
    """All exported characters, paragraph after paragraph, and the source behind them."""

    def __init__(self, exported: Exported) -> None:
        self._exported = exported
        self.paragraphs = [each for each in exported.paragraphs if each.what not in RUNNING]
        self.bounds: list[tuple[int, int]] = []
        at = 0
        for paragraph in self.paragraphs:
            self.bounds.append((at, at + len(paragraph.text)))
            at += len(paragraph.text) + 1
        self.text = "\n".join(each.text for each in self.paragraphs)
        self._starts = [start for start, _ in self.bounds]
        self._fields: dict[Home, FieldWords] = {}

    def edit_of(self, edit: Edit) -> tuple[Home, FieldEdit]:
        """The field and the edit of it that says what a change says. Raises :class:`CannotEdit`."""
        notes = tuple(text for change in edit.changes for _, text in change.notes if edit.text)
        if any(change.row for change in edit.changes):
            return self._row(edit)
        if edit.end > edit.start:
            return self._taken_out(edit, notes)
        return self._put_in(edit, notes)

    def paragraph_at(self, place: int) -> int:
        """Index of the paragraph that a character stands in."""
        return max(bisect_right(self._starts, place) - 1, 0)

    def _field(self, part: int, field: str) -> FieldWords:
        key = (part, field)
        if key not in self._fields:
            self._fields[key] = FieldWords(self._exported.parts[part], field)
        return self._fields[key]

    def _home(self, first: int, last: int) -> Home:
        """Part and field of some paragraphs, which must be the same."""
        homes = []
        for paragraph in self.paragraphs[first : last + 1]:
            if paragraph.field:
                homes.append((paragraph.part, paragraph.field))
            elif paragraph.text.strip():
                raise CannotEdit(self._why_computed(paragraph))
        if not homes:
            raise CannotEdit(self._why_computed(self.paragraphs[first]))
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

    def _taken_out(self, edit: Edit, notes: Sequence[str]) -> tuple[Home, FieldEdit]:
        start, end = edit.start, edit.end
        first, last = self.paragraph_at(start), self.paragraph_at(end - 1)
        if self.text[end - 1] != "\n":
            home = self._home(first, last)
            return home, self._edited(home, edit, start, end, notes)
        # The end of a paragraph goes too. A whole paragraph goes with what begins it, otherwise the next one moves up.
        reason: CannotEdit | None = None
        whole = start == self.bounds[first][0] and first and not edit.text and self._joined(first - 1, last)
        if whole and self._field(*self._home(first, last)).ends_paragraph(self._edge(first - 1, first=False)):
            try:
                home = self._home(first - 1, last)
                return home, self._edited(home, edit, start - 1, end - 1, notes, down_to=first - 1)
            except CannotEdit as refusal:
                reason = refusal
        if last + 1 < len(self.bounds) and self._joined(last, last + 1) and self._meet(last):
            home = self._home(first, last + 1)
            return home, self._edited(home, edit, start, end, notes, up_to=last + 1)
        if end - 1 == start:
            raise reason or CannotEdit("It joins two paragraphs of different texts.")
        home = self._home(first, last)
        return home, self._edited(home, edit, start, end - 1, notes)

    def _meet(self, paragraph: int) -> bool:
        """Whether this paragraph and the next can become one: cells and headings cannot."""
        here, there = self._edge(paragraph, first=False), self._edge(paragraph + 1, first=True)
        field = self._field(self.paragraphs[paragraph].part, self.paragraphs[paragraph].field)
        return field.ends_paragraph(here) and field.ends_paragraph(there)

    def _joined(self, one: int, other: int) -> bool:
        """Whether two paragraphs stand in the same text."""
        first, second = self.paragraphs[one], self.paragraphs[other]
        return (first.part, first.field) == (second.part, second.field) and bool(first.spans and second.spans)

    def _edited(
        self,
        home: Home,
        edit: Edit,
        start: int,
        end: int,
        notes: Sequence[str],
        *,
        up_to: int | None = None,
        down_to: int | None = None,
    ) -> FieldEdit:
        """The edit of the source that takes out some exported characters and puts in the edit's text."""
        places = [place for place in range(start, end) if self.text[place] != "\n"]
        sources = []
        for place in places:
            found = self._source(place, start, end)
            if found is not None:
                sources.append(found)
        if up_to is not None:
            sources.append((self._edge(up_to, first=True),) * 2)
        if down_to is not None:
            sources.append((self._edge(down_to, first=False),) * 2)
        if self.text[start] == "\n" and down_to is None:
            sources.append((self._edge(self.paragraph_at(start), first=False),) * 2)
        if not sources:
            raise CannotEdit("Nothing of it stands in the text of a part.")
        low, high = min(s for s, _ in sources), max(e for _, e in sources)
        return edited(self._field(*home), low, high, edit.text, notes)

    def _edge(self, paragraph: int, *, first: bool) -> int:
        spans = self.paragraphs[paragraph].spans
        if not spans:
            raise CannotEdit("It stands beside a paragraph that is computed.")
        return spans[0].source_start if first else spans[-1].source_end

    def _source(self, place: int, start: int, end: int) -> tuple[int, int] | None:
        """Where an exported character stands in the source; what is computed must go as a whole or not at all."""
        index = self.paragraph_at(place)
        paragraph, local = self.paragraphs[index], place - self.bounds[index][0]
        for span in paragraph.spans:
            if span.start <= local < span.end:
                if span.kind != "own":
                    low, high = self.bounds[index][0] + span.start, self.bounds[index][0] + span.end
                    if low < start or high > end:
                        raise CannotEdit(_computed(span.kind))
                    return span.source_start, span.source_end
                if span.source_end - span.source_start == span.end - span.start:
                    at = span.source_start + local - span.start
                    return at, at + 1
                return span.source_start, span.source_end
        if self.text[place].isspace():
            return None
        raise CannotEdit(_computed("number" if paragraph.field == "heading" else "other"))

    def _put_in(self, edit: Edit, notes: Sequence[str]) -> tuple[Home, FieldEdit]:
        tries = [(edit.start, edit.text)]
        text, at = edit.text, edit.start
        index = self.paragraph_at(at)
        if text.endswith("\n") and at == self.bounds[index][0] and index:
            tries.append((at - 1, "\n" + text[:-1]))
        if text.startswith("\n") and at == self.bounds[index][1] and at + 1 < len(self.text):
            tries.append((at + 1, text[1:] + "\n"))
        reason: CannotEdit | None = None
        for place, words in tries:
            try:
                return self._put_at(place, words, notes)
            except CannotEdit as refusal:
                reason = reason or refusal
        raise reason or CannotEdit("It stands in no part.")

    def _put_at(self, place: int, text: str, notes: Sequence[str]) -> tuple[Home, FieldEdit]:
        index = self.paragraph_at(place)
        paragraph, local = self.paragraphs[index], place - self.bounds[index][0]
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

    def _row(self, edit: Edit) -> tuple[Home, FieldEdit]:
        if edit.text and edit.end > edit.start:
            raise CannotEdit("It takes out some table rows and puts in others; edit the table in the part.")
        if not edit.text:
            end = edit.end - (self.text[edit.end - 1 : edit.end] == "\n")
            home = self._home(self.paragraph_at(edit.start), self.paragraph_at(end - 1))
            places = [p for p in range(edit.start, end) if not self.text[p].isspace()]
            sources = [found for p in places if (found := self._source(p, edit.start, end)) is not None]
            if not sources:
                raise CannotEdit("The table row is empty; take it out in the part.")
            return home, rows_removed(self._field(*home), min(s for s, _ in sources), max(e for _, e in sources))
        index = self.paragraph_at(max(edit.start - 1, 0))
        paragraph = self.paragraphs[index]
        if not paragraph.field:
            raise CannotEdit(self._why_computed(paragraph))
        home = (paragraph.part, paragraph.field)
        cells = edit.text.removesuffix("\n").split("\n")
        return home, row_added(self._field(*home), self._edge(index, first=False), cells)


def _computed(kind: str) -> str:
    return {
        "citation": "It changes a part of a citation, which is computed; change the citation in the part.",
        "note call": "It changes the number of a note, which is computed.",
        "note": "It changes the number of a note, which is computed.",
        "cross-reference": "It changes a part of a cross-reference, which is computed.",
        "picture": "It changes the words that stand for a picture.",
        "number": "It changes the number of a heading, which is computed from the order of the parts.",
    }.get(kind, "It changes words that are computed when the letter prints.")
