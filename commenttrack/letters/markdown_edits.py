"""Edits of a Markdown text that change what it says at one place and nothing else.

Each is tried on the text: when the text, read again, does not say what was wanted, there is no such edit.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from commenttrack.errors import BadInput
from commenttrack.letters.body import as_markdown
from commenttrack.letters.exported_word import ExportedPart, words_of_field
from commenttrack.letters.markdown_places import LINE, SIGN, Run, Words


class CannotEdit(Exception):
    """No edit of the text does this; the sentence says why."""


class FieldWords:
    """A field of a part with its words, read once."""

    def __init__(self, part: ExportedPart, field: str) -> None:
        self.part = part
        self.field = field
        self.source = part.field(field)
        self.words = words_of_field(part, field)

    def ends_paragraph(self, at: int) -> bool:
        """Whether a paragraph ends at a place of the source, and not a cell, heading or line of code."""
        run = _run_at(_container(self.words, at, at), at)
        return run is not None and run.between is not None

    def reread(self, source: str) -> Words:
        """The words of the field with another source."""
        return words_of_field(replace(self.part, **{self.field: source}), self.field)


def edited(field: FieldWords, start: int, end: int, text: str, notes: Sequence[str] = ()) -> tuple[int, int, str]:
    """Take out what stands from ``start`` to ``end`` and put in ``text``: start, end and Markdown of the edit.

    In ``text`` a line end begins a paragraph and the sign of a call takes the next of ``notes``. Marks of style whose
    words stay keep their places. Raises :class:`CannotEdit`.
    """
    words = _container(field.words, start, end)
    run = _run_at(words, start)
    literal = field.field == "requested_text"
    refusal: CannotEdit | None = None
    for low, high, left, right in _ways(field.source, words, start, end, text):
        after = left + _markdown(text, run, notes, literal=literal) + right
        try:
            _verify(field, words, start, end, (low, high, after), text)
        except CannotEdit as reason:
            refusal = refusal or reason
        else:
            return low, high, after
    raise refusal or CannotEdit("There is no way to write it.")


def _ways(source: str, words: Words, start: int, end: int, text: str) -> Iterator[tuple[int, int, str, str]]:
    """What to replace, and the marks to write before and behind the new text: the plainest way first.

    Marks of style may not have a space on their inner side, so a space there changes places with the mark.
    """
    if not text:
        yield (*_with_marks(words, start, end), *_kept_marks(source, words, *_with_marks(words, start, end)))
    closing, opening = _kept_marks(source, words, start, end)
    yield start, end, closing, opening
    if text:
        yield (*_with_marks(words, start, end), "", "")
    for pair in words.pairs:
        opened, closed = source[pair.start : pair.inner_start], source[pair.inner_end : pair.end]
        if pair.inner_start < start <= pair.inner_end <= end and not text:
            low = start - (len(source[:start]) - len(source[:start].rstrip(" ")))
            yield low, max(end, pair.end), closed + source[low:start], ""
        if start <= pair.inner_start <= end < pair.inner_end and not text:
            high = end + (len(source[end:]) - len(source[end:].lstrip(" ")))
            yield min(start, pair.start), high, "", source[end:high] + opened
        if end == start == pair.inner_end and text.endswith(" "):
            yield pair.end, pair.end, "", ""


def rows_removed(field: FieldWords, start: int, end: int) -> tuple[int, int, str]:
    """Take out the table rows that ``start`` to ``end`` stand in."""
    first = field.source.rfind("\n", 0, start) + 1
    last = field.source.find("\n", end)
    stop = len(field.source) if last < 0 else last + 1
    _verify(field, field.words, first, stop, (first, stop, ""), "")
    if last < 0 and first:
        return first - 1, stop, ""
    return first, stop, ""


def row_added(field: FieldWords, at: int, cells: Sequence[str]) -> tuple[int, int, str]:
    """Put a table row in behind the one that ``at`` stands in."""
    line = field.source.find("\n", at)
    place = len(field.source) if line < 0 else line
    row = field.source[field.source.rfind("\n", 0, at) + 1 : place]
    if "|" not in row:
        raise CannotEdit("It is a table row that follows no row of a table in the part.")
    if any(CALL in cell for cell in cells for CALL in (SIGN,)):
        raise CannotEdit("The new table row holds a note or a picture; add it to the table in the part.")
    below = re.compile(r"\n[ \t|:>-]*-[ \t|:-]*(?=\n|\Z)").match(field.source, place)
    if below is not None:  # the line that makes the row above it the header
        place = below.end()
    after = "\n| " + " | ".join(as_markdown(cell.replace(LINE, " ")) or " " for cell in cells) + " |"
    _verify(field, field.words, place, place, (place, place, after), "\n".join(cells))
    return place, place, after


def _container(words: Words, start: int, end: int) -> Words:
    """The words, or those of the note, in which a range of the source stands."""
    for note in words.notes.values():
        placed = [place for place in note.starts if place >= 0]
        if placed and min(placed) <= start and end <= max(note.ends):
            return note
    return words


def _run_at(words: Words, at: int) -> Run | None:
    for run in words.runs:
        if words.starts[run.start] <= at <= words.ends[run.end - 1]:
            return run
    return None


def _with_marks(words: Words, start: int, end: int) -> tuple[int, int]:
    """The range with the marks around words that go altogether."""
    grown = True
    while grown:
        grown = False
        for pair in words.pairs:
            if start <= pair.inner_start and pair.inner_end <= end and (pair.start < start or end < pair.end):
                start, end, grown = min(start, pair.start), max(end, pair.end), True
    return start, end


def _kept_marks(source: str, words: Words, start: int, end: int) -> tuple[str, str]:
    """Closing and opening marks within the range whose other end stands outside of it."""
    closing, opening = [], []
    for pair in words.pairs:
        opens = start <= pair.start and pair.inner_start <= end
        closes = start <= pair.inner_end and pair.end <= end
        if closes and not opens and start < end:
            closing.append((pair.inner_end, source[pair.inner_end : pair.end]))
        elif opens and not closes and start < end:
            opening.append((pair.start, source[pair.start : pair.inner_start]))
    return "".join(mark for _, mark in sorted(closing)), "".join(mark for _, mark in sorted(opening))


_SPECIAL = re.compile(r"([\\`*_\[\]<>{}^|~&])")


def _markdown(text: str, run: Run | None, notes: Sequence[str], *, literal: bool) -> str:
    if not text:
        return ""
    if "\n" in text and (run is None or run.between is None):
        raise CannotEdit("It begins a new paragraph where there can be none: in a heading, a table cell or code.")
    literal = literal or (run is not None and run.plain)
    waiting = iter(notes)
    lines = []
    for number, line in enumerate(text.split("\n")):
        pieces = line.replace("\t", " ").replace(LINE, " " if literal else "\\\n").split(SIGN)
        if literal:
            if len(pieces) > 1:
                raise CannotEdit("It puts a note or a picture where there can be none.")
            out = pieces[0]
        else:
            plain = [_SPECIAL.sub(r"\\\1", piece) for piece in pieces]
            if number and plain[0].strip():
                plain[0] = as_markdown(pieces[0]) + (" " if pieces[0].endswith(" ") and len(plain) > 1 else "")
            out = plain[0]
            for piece in plain[1:]:
                note = next(waiting, "")
                if not note.strip():
                    raise CannotEdit("It puts in a note whose text is not in the file, or a picture.")
                out += f"^[{as_markdown(note)}]{piece}"
        lines.append(out.replace("\\\\\n", "\\\n"))
    return (run.between or "" if run else "").join(lines)


def _verify(field: FieldWords, words: Words, start: int, end: int, edit: tuple[int, int, str], text: str) -> None:
    """Read the field with the edit; its words must be those without ``start`` to ``end`` and with ``text`` there."""
    try:
        now = field.reread(field.source[: edit[0]] + edit[2] + field.source[edit[1] :])
    except BadInput as refusal:
        raise CannotEdit(f"With it the part could not be read any more: {refusal}") from None
    whole = field.words
    wanted = [_expected(whole, start, end, text if words is whole else "")]
    labels = [label for label in whole.notes if not label.startswith("^")]
    wanted += [
        _expected(whole.notes[label], start, end, text if words is whole.notes[label] else "") for label in labels
    ]
    found = [now.text] + [now.notes[label].text for label in labels if label in now.notes]
    if [_bare(each) for each in wanted if _bare(each)] != [_bare(each) for each in found if _bare(each)]:
        raise CannotEdit("The marks of Markdown around it would make something else of it; edit the part by hand.")


def _expected(words: Words, start: int, end: int, text: str) -> str:
    before = [c for c, e in zip(words.text, words.ends, strict=True) if 0 <= e <= start]
    after = [c for c, s in zip(words.text, words.starts, strict=True) if s >= end]
    return "".join(before) + text + "".join(after)


def _bare(text: str) -> str:
    return "".join(text.split())
