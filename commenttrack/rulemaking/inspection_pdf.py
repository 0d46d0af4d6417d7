"""The text of a PDF: a copy for public inspection, or pages of the printed Federal Register.

Lines come with their place on the page; it is turned into spaces before them and empty lines between them, which
:mod:`plain_text` reads. Pictures and scanned pages have no text here.
"""

from __future__ import annotations

import ctypes
import itertools
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commenttrack.errors import BadInput
from commenttrack.rulemaking import text_blocks as blocks
from commenttrack.rulemaking.line_mending import PDF_HYPHENS
from commenttrack.rulemaking.plain_text import Layout, paragraphs
from commenttrack.rulemaking.running_lines import RunningLines, publication_in, stamp, without_edges
from commenttrack.rulemaking.text_blocks import Block, SourceText, with_notes

MAXIMUM_BYTES = 50_000_000
MAXIMUM_PAGES = 6_000
MAXIMUM_CHARACTERS = 20_000_000
# The fewest characters a page of text has on average; a scanned one has none, or a stamp.
_FEWEST = 20
_SMALL_TYPE = 0.88
# The printed Federal Register has three columns of about 165 points.
_NARROWEST_COLUMN = 120
_NOTE_LINE = re.compile(r"\s*([0-9]{1,3})\s*(?=[A-Z“\"(0-9§a-z]\S*)")
_CONTROLS = dict.fromkeys((*range(2), *range(3, 9), 11, 12, *range(14, 32), 127, *range(0xE000, 0xE004)), " ")
# pdfium may be entered by one thread at a time.
PDFIUM = threading.Lock()


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of a page; places are in points, ``size`` is that of the type of most of its characters."""

    text: str
    left: float
    right: float
    top: float
    size: float


def read(data: bytes, name: str) -> SourceText:
    """The blocks of a PDF. Raises :class:`BadInput` when it is locked, damaged, too large or without text."""
    if len(data) > MAXIMUM_BYTES:
        raise BadInput(f"{name} is {len(data) / 1e6:.1f} MB; a PDF may have {MAXIMUM_BYTES // 1_000_000} MB here.")
    source = SourceText("pdf", [])
    pages = placed_lines(data, name)
    characters = sum(len(line.text) for page in pages for line in page)
    if characters < _FEWEST * len(pages) or not characters:
        raise BadInput(
            f"{name} has no text on its {len(pages)} page{'s' if len(pages) != 1 else ''}: it was scanned. "
            "Put it through character recognition first, or import the document from the Federal Register."
        )
    _read_pages(pages, source)
    source.limits.append("headings are told by their wording and numbers, since this form has no ranks")
    source.limits.append("tables are not read as tables")
    source.limits.append("italics are not read from this form")
    return source


def placed_lines(data: bytes, name: str) -> list[list[PlacedLine]]:
    """The lines of each page of a PDF, as pdfium puts them in order. Raises :class:`BadInput` as :func:`read` does."""
    with PDFIUM:
        return _pages(data, name)


def _pages(data: bytes, name: str) -> list[list[PlacedLine]]:
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = str(error).lower()
        if "password" in reason or "security" in reason:
            raise BadInput(f"{name} is locked with a password; save it without one.") from None
        raise BadInput(f"{name} cannot be opened as a PDF: it is damaged or cut off. Fetch the file again.") from None
    with document:
        if len(document) > MAXIMUM_PAGES:
            raise BadInput(f"{name} has {len(document):,} pages; at most {MAXIMUM_PAGES:,} are read.")
        found: list[list[PlacedLine]] = []
        total = 0
        for index in range(len(document)):
            try:
                lines = _lines(document, index)
            except pypdfium2.PdfiumError:
                raise BadInput(f"{name}: page {index + 1} cannot be read; the file is damaged.") from None
            total += sum(len(line.text) for line in lines)
            if total > MAXIMUM_CHARACTERS:
                raise BadInput(f"{name} has more text than any Federal Register document, so it is not read.")
            found.append(lines)
    if not found:
        raise BadInput(f"{name} is a PDF without pages.")
    return found


def _lines(document: Any, index: int) -> list[PlacedLine]:
    """The lines of a page as pdfium puts them in order."""
    from pypdfium2 import raw

    page = document[index]
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        if count <= 0:
            return []
        if count > MAXIMUM_CHARACTERS:
            return [PlacedLine("x" * (MAXIMUM_CHARACTERS + 1), 0, 0, 0, 0)]
        codes = [raw.FPDFText_GetUnicode(text_page, at) for at in range(count)]
        box = [ctypes.c_double() for _ in range(4)]

        def edges(at: int) -> tuple[float, float, float]:
            raw.FPDFText_GetCharBox(text_page, at, *(ctypes.byref(value) for value in box))
            return box[0].value, box[1].value, box[3].value

        lines: list[PlacedLine] = []
        start = 0
        for at in range(count + 1):
            if at < count and codes[at] not in (10, 13):
                continue
            lines += _line(text_page, codes, start, at, edges)
            start = at + 1
        return _together(lines)
    finally:
        text_page.close()
        page.close()


def _together(pieces: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines with the pieces of each as one; pdfium starts a new one after a raised number."""
    lines: list[PlacedLine] = []
    for piece in pieces:
        last = lines[-1] if lines else None
        if (
            last is not None
            and abs(last.top - piece.top) < last.size * 0.6
            and 0 <= piece.left - last.right < last.size
        ):
            space = " " if piece.left - last.right > last.size * 0.12 else ""
            lines[-1] = PlacedLine(f"{last.text}{space}{piece.text}", last.left, piece.right, last.top, last.size)
        else:
            lines.append(piece)
    return lines


def _line(text_page: Any, codes: Sequence[int], start: int, end: int, edges: Any) -> list[PlacedLine]:
    from pypdfium2 import raw

    places = [at for at in range(start, end) if codes[at] > 32]
    if not places:
        return []
    sizes = Counter(round(raw.FPDFText_GetFontSize(text_page, at), 1) for at in (places[:: max(1, len(places) // 12)]))
    size = sizes.most_common(1)[0][0]
    characters: list[str] = []
    raised = ""
    for at in range(start, end):
        character = _character(codes[at])
        before = characters[-1] if characters else ""
        small = (
            character.isdigit()
            and (bool(raised) or (before not in ("", " ") and not before.isdigit()))
            and raw.FPDFText_GetFontSize(text_page, at) < size * _SMALL_TYPE
        )
        if small:
            raised += character
            continue
        if raised:
            characters.append(f"\\{raised}\\")
            raised = ""
        characters.append(character)
    if raised:
        characters.append(f"\\{raised}\\")
    left, _, top = edges(places[0])
    _, right, _ = edges(places[-1])
    return [PlacedLine("".join(characters).translate(_CONTROLS).strip(" "), left, right, top, size)]


def _character(code: int) -> str:
    if code in (0xFFFE, 2):
        return PDF_HYPHENS[0]
    if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF or code == 0xFFFF:
        return " "
    return chr(code)


def _read_pages(pages: Sequence[Sequence[PlacedLine]], source: SourceText) -> None:
    every = [line for page in pages for line in page]
    body = Counter(line.size for line in every for _ in range(len(line.text) // 20 + 1)).most_common(1)[0][0]
    margins = _margins(every, body)
    letter = _letter_width(every, body)
    spacing = _spacing(pages, body)
    running = RunningLines()
    texts: list[list[str]] = []
    notes: list[list[PlacedLine]] = []
    for page in pages:
        main, below = _without_notes(page, body)
        notes.append(below)
        texts.append(_drawn(main, margins, letter, spacing))
    texts = without_edges(texts, source)
    if texts:
        texts[0] = stamp("\n".join(texts[0]), source).split("\n")
    lines: list[str] = []
    for text in texts:
        while text and not text[-1].strip():
            text.pop()
        while text and not text[0].strip():
            text.pop(0)
        for line in text:
            kept = running.take(line)
            if kept is not None:
                lines.append(kept)
    running.tell(source)
    source.publication_date = source.publication_date or publication_in("\n".join(lines[-40:]))
    widths = sorted(len(line.strip()) for line in lines if line.strip())
    width = widths[min(len(widths) - 1, len(widths) * 9 // 10)] if widths else 0
    # Letters are of different widths, so a full line may have fewer of them.
    source.blocks += paragraphs(lines, source, Layout(width, slack=width // 6))
    _place_notes(notes, source)


def _margins(lines: Sequence[PlacedLine], body: float) -> list[float]:
    """Where the columns begin: places at which many lines start, far apart."""
    lefts = Counter(round(line.left) for line in lines if line.size == body)
    most = max(lefts.values(), default=0)
    margins: list[float] = []
    for left in sorted(left for left, count in lefts.items() if count * 4 >= most):
        if not margins or left - margins[-1] >= _NARROWEST_COLUMN:
            margins.append(float(left))
    return margins or [0.0]


def _letter_width(lines: Sequence[PlacedLine], body: float) -> float:
    widths = sorted(
        (line.right - line.left) / len(line.text) for line in lines if line.size == body and len(line.text) > 20
    )
    return max(widths[len(widths) // 2], 1.0) if widths else 5.0


def _spacing(pages: Sequence[Sequence[PlacedLine]], body: float) -> float:
    """The usual distance between lines."""
    gaps = Counter(
        round(above.top - below.top)
        for page in pages
        for above, below in itertools.pairwise(page)
        if above.size == below.size == body and above.top - below.top > 2
    )
    return float(gaps.most_common(1)[0][0]) if gaps else body * 1.2


def _drawn(lines: Sequence[PlacedLine], margins: Sequence[float], letter: float, spacing: float) -> list[str]:
    drawn: list[str] = []
    above: PlacedLine | None = None
    for line in lines:
        if above is not None and above.top - line.top > spacing * 1.45:
            drawn.append("")
        margin = max((place for place in margins if place <= line.left + 2), default=margins[0])
        indent = max(0, min(60, round((line.left - margin) / letter)))
        drawn.append(" " * indent + line.text)
        above = line
    return drawn


def _without_notes(page: Sequence[PlacedLine], body: float) -> tuple[list[PlacedLine], list[PlacedLine]]:
    """The lines of a page and its footnotes: small type at the foot that starts with a number."""
    start = len(page)
    # A page number may stand below the notes.
    last = len(page)
    while last > 0 and page[last - 1].text.strip().isdigit():
        last -= 1
    index = last
    while index > 0 and 0 < page[index - 1].size < body * 0.95:
        index -= 1
        if _NOTE_LINE.match(page[index].text.replace("\\", " ")):
            start = index
    if start >= last:
        return list(page), []
    return [*page[:start], *page[last:]], list(page[start:last])


def _place_notes(notes: Sequence[Sequence[PlacedLine]], source: SourceText) -> None:
    """Footnotes behind the block that calls them, those that nothing calls at the end."""
    found: list[Block] = []
    for page in notes:
        drawn: list[str] = []
        for line in page:
            text = line.text.replace("\\", " ") if line.text.startswith("\\") else line.text
            number = _NOTE_LINE.match(text)
            if number and drawn:
                found += _notes_of(drawn, source)
                drawn = []
            drawn.append(text)
        found += _notes_of(drawn, source)
    source.blocks[:] = with_notes(source.blocks, found)


def _notes_of(lines: Sequence[str], source: SourceText) -> list[Block]:
    if not lines:
        return []
    number = _NOTE_LINE.match(lines[0])
    rest = [lines[0][number.end() :] if number else lines[0], *lines[1:]]
    flows = [block.flow for block in paragraphs(rest, source, Layout(1))]
    name = number[1] if number else ""
    return [Block(flow, blocks.NOTE, number=name if index == 0 else "") for index, flow in enumerate(flows)]
