"""The text of a policy paper's PDF as its authors set it: headings by their type, paragraphs by the space between them.

A PDF knows lines and places. Larger type becomes a Markdown heading, a wider gap an empty line, an indent spaces; a
bullet that was drawn apart goes back before its line, and page numbers and running heads are left out.
"""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from commenttrack.rulemaking.inspection_pdf import PlacedLine, placed_lines
from commenttrack.rulemaking.line_mending import PDF_HYPHENS

_ALONE = re.compile(r"[•●▪◦‣∙·■□➤►▶➢→✓○–—-]|(?:\(?(?:[A-Za-z]|\d{1,2}|[ivxIVX]{1,4})[.)])")
_NOTE_CALL = re.compile(r"\\\d+\\")
_HYPHEN = re.compile(f"[{PDF_HYPHENS}]")
_PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–—|\s]*(?:\d{1,4}|[ivxl]+)[-–—|\s]*(?:(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_ENDS = re.compile(r"[.:;!?][”\"')\]]*$")
# Type this much larger than the text's is a heading's.
_LARGER = 1.08
# Lines of one paragraph are at most this much further apart than usual.
_GAP = 1.3
_LONGEST_HEADING = 200


@dataclass(frozen=True, slots=True)
class _Row(PlacedLine):
    """A line, or several: pdfium makes one of lines that a hyphen ends. ``turns`` counts the hyphens inside."""

    turns: int = 0


def text_of_pdf(data: bytes, name: str) -> str:
    """The text of all pages. Raises :class:`BadInput` when the file is locked, damaged or too large."""
    pages = [_with_markers(_rows(page)) for page in placed_lines(data, name)]
    pages = _without_edges(pages)
    every = [line for page in pages for line in page]
    if not every:
        return ""
    body = Counter({line.size: 0 for line in every})
    for line in every:
        body[line.size] += len(line.text)
    size = body.most_common(1)[0][0]
    spacing, left = _spacing(pages, size), _margin(every, size)
    right = max(line.right for line in every)
    letter = _letter(every, size)
    text: list[str] = []
    above: _Row | None = None
    for page in pages:
        turned = True
        for line in page:
            if above is not None and _apart(above, line, turned=turned, spacing=spacing, right=right, letter=letter):
                text.append("")
            elif above is not None and _heading(above, size) and _heading(line, size):
                # A heading that a line's width broke is one heading.
                text[-1] += f" {line.text}"
                above, turned = line, False
                continue
            mark = "## " if _heading(line, size) else " " * max(0, min(40, round((line.left - left) / letter)))
            text.append(mark + line.text)
            above, turned = line, False
    return "\n".join(text) + "\n"


def _heading(line: _Row, size: float) -> bool:
    return line.size > size * _LARGER and len(line.text) < _LONGEST_HEADING


def _apart(above: _Row, line: _Row, *, turned: bool, spacing: float, right: float, letter: float) -> bool:
    """Whether a line begins something new. Over the turn of a page only the words and the room can tell."""
    if round(above.size, 1) != round(line.size, 1):
        return True
    if turned:
        # What would have stood on the line above, had it gone on, did not have to be put on the next page.
        return bool(_ENDS.search(above.text)) or above.right + (len(line.text.split()[0]) + 1) * letter < right
    return above.top - above.turns * spacing - line.top > max(spacing, line.size) * _GAP


def _rows(page: Sequence[PlacedLine]) -> list[_Row]:
    """The lines without raised numbers, and with a hyphen where pdfium left a sign of its own for one."""
    return [
        _Row(
            _HYPHEN.sub("-", _NOTE_CALL.sub("", line.text)),
            line.left,
            line.right,
            line.top,
            line.size,
            turns=len(_HYPHEN.findall(line.text[:-1])),
        )
        for line in page
    ]


def _with_markers(page: Sequence[_Row]) -> list[_Row]:
    """The lines with each bullet or number that was drawn on its own put before the line it stands beside."""
    lines = [line for line in page if not _ALONE.fullmatch(line.text.strip())]
    for marker in (line for line in page if _ALONE.fullmatch(line.text.strip())):
        beside = [
            (abs(line.top - marker.top), place)
            for place, line in enumerate(lines)
            if line.left > marker.left and abs(line.top - marker.top) < max(line.size, marker.size) * 0.7
        ]
        if beside:
            _, place = min(beside)
            line = lines[place]
            lines[place] = replace(line, text=f"{marker.text.strip()} {line.text}", left=marker.left)
        else:
            lines.append(marker)
    return lines


def _without_edges(pages: Sequence[Sequence[_Row]]) -> list[list[_Row]]:
    """The pages without page numbers, and without lines that stand at the top or foot of most of them."""
    edges = Counter(_numberless(line) for page in pages for line in _edges(page))
    running = {text for text, count in edges.items() if count >= 3 and count > len(pages) / 2}
    found = []
    for page in pages:
        lines = list(page)
        while out := [
            line for line in _edges(lines) if _PAGE_NUMBER.fullmatch(line.text.strip()) or _numberless(line) in running
        ]:
            lines = [line for line in lines if line not in out]
        found.append(lines)
    return found


def _edges(page: Sequence[_Row]) -> list[_Row]:
    """The highest and the lowest line of a page, wherever it was drawn in its turn."""
    return [max(page, key=lambda line: line.top), min(page, key=lambda line: line.top)] if page else []


def _numberless(line: _Row) -> str:
    return re.sub(r"\d+", "#", line.text)


def _spacing(pages: Sequence[Sequence[_Row]], size: float) -> float:
    """The usual distance between lines of the text."""
    gaps = sorted(
        above.top - below.top
        for page in pages
        for above, below in itertools.pairwise(page)
        if above.size == below.size == size and 2 < above.top - below.top < size * 2
    )
    return gaps[len(gaps) // 2] if gaps else size * 1.2


def _margin(lines: Sequence[_Row], size: float) -> float:
    """Where the text begins: the leftmost place at which a good part of its lines start."""
    lefts = Counter(round(line.left) for line in lines if line.size == size)
    most = max(lefts.values(), default=0)
    return float(min((left for left, count in lefts.items() if count * 5 >= most), default=0))


def _letter(lines: Sequence[_Row], size: float) -> float:
    widths = sorted(
        (line.right - line.left) / len(line.text) for line in lines if line.size == size and len(line.text) > 20
    )
    return max(widths[len(widths) // 2], 1.0) if widths else size / 2
