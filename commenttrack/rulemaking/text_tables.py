"""Tables drawn with characters: rules of hyphens, dot leaders, cells set apart by spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from commenttrack.rulemaking.text_blocks import Grid, typeset

RULE = re.compile(r"\s{0,80}-{20,}\s*\Z")
_CELL = re.compile(r"\S+(?: \S+)*")
_LEADER = re.compile(r"\.{2,}")
_EMPTY = re.compile(r"(?<=\s\s)\.{3,}(?=\s|\Z)")
_NOTE = re.compile(r"\s*\\([0-9]{1,3}|[a-z]|\*{1,3})\\\s*(.*)\Z", re.DOTALL)
_CALL = re.compile(r"\\([0-9]{1,4}[a-z]?|\*{1,3})\\")
# A table that goes on for longer than this was not closed.
LONGEST = 3_000

_Segment = tuple[int, int, str]


def read_table(titles: Sequence[str], lines: Sequence[str], notes: Sequence[str]) -> Grid:
    """The table whose ``lines`` start and end with a rule; the first stretch between rules is the head."""
    stretches: list[list[str]] = [[]]
    for line in lines:
        if RULE.match(line):
            stretches.append([])
        elif line.strip():
            stretches[-1].append(line)
    filled = [stretch for stretch in stretches if stretch]
    head, body = (filled[0], filled[1:]) if len(filled) > 1 else ([], filled)
    segments = [_segments(line) for stretch in body for line in stretch]
    columns = _columns(segments)
    # A line of the head that stands in one piece over all columns tells what the table measures.
    described = [line.strip() for line in head if len(columns) > 2 and _is_description(line)]
    cells = [""] * len(columns)
    for line in head:
        if line.strip() in described:
            continue
        for segment in _segments(line):
            index = _column(columns, segment)
            cells[index] = f"{cells[index]} {segment[2]}".strip()
    return Grid(
        title=_clean(" ".join(title.strip() for title in titles)),
        heads=(tuple((_clean(cell), 1) for cell in cells),) if any(cells) else (),
        rows=tuple(tuple(_clean(cell) for cell in row) for row in _rows(segments, columns)),
        notes=tuple(_notes(notes)),
        description=_clean(" ".join(described)),
    )


def _clean(text: str) -> str:
    # A raised number in a cell is called in the table only.
    return " ".join(typeset(_CALL.sub(r"\1", text)).split())


def _segments(line: str) -> list[_Segment]:
    """The pieces of a line that two spaces or a dot leader set apart: (start, end, text)."""
    line = line.rstrip()
    plain = _LEADER.sub(lambda leader: " " * len(leader[0]), line)
    found = [(cell.start(), cell.end(), cell[0]) for cell in _CELL.finditer(plain)]
    # A leader that stands by itself is an empty cell.
    found += [(leader.start(), leader.end(), "") for leader in _EMPTY.finditer(line)]
    return sorted(found)


def _is_description(line: str) -> bool:
    segments = _segments(line)
    return len(segments) == 1 and segments[0][2].startswith(("[", "(")) and segments[0][2].endswith(("]", ")"))


def _columns(rows: Sequence[Sequence[_Segment]]) -> list[tuple[int, int]]:
    """The columns as (start, end): stretches of the line in which pieces of the rows overlap."""
    if not rows:
        return [(0, 1)]
    most = max(len(row) for row in rows)
    pieces = sorted((start, end) for row in rows if len(row) > 1 or most == 1 or row[0][0] < 4 for start, end, _ in row)
    if most > 1:
        # A label without figures can be as wide as the table.
        first = max((row[0][1] for row in rows if len(row) == most), default=0)
        pieces = [(start, min(end, first) if start < 4 else end) for start, end in pieces]
    columns: list[tuple[int, int]] = []
    for start, end in pieces:
        if columns and start < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(end, columns[-1][1]))
        else:
            columns.append((start, end))
    return columns or [(0, 1)]


def _column(columns: Sequence[tuple[int, int]], segment: _Segment) -> int:
    """The column a piece overlaps most, else the nearest."""
    start, end, _ = segment

    def fit(index: int) -> tuple[int, int]:
        left, right = columns[index]
        return min(end, right) - max(start, left), -index

    return max(range(len(columns)), key=fit)


def _rows(segments: Sequence[Sequence[_Segment]], columns: Sequence[tuple[int, int]]) -> list[list[str]]:
    rows: list[list[str]] = []
    # The indentation of a label that was wrapped, to which the next line belongs.
    wrapped: int | None = None
    for line in segments:
        cells = [""] * len(columns)
        for segment in line:
            index = _column(columns, segment)
            cells[index] = f"{cells[index]} {segment[2]}".strip()
        indent = line[0][0] if line else 0
        if wrapped is not None and rows and indent > wrapped and cells[0]:
            rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
        else:
            rows.append(cells)
        alone = len(line) == 1 and bool(cells[0])
        wrapped = (wrapped if wrapped is not None else indent) if alone and not cells[0].endswith(":") else None
    return rows


def _notes(lines: Sequence[str]) -> list[tuple[str, str]]:
    notes: list[list[str]] = []
    for line in lines:
        found = _NOTE.match(line)
        if found:
            notes.append([found[1], found[2]])
        elif notes and not line.lstrip().lower().startswith(("source", "note")):
            notes[-1][1] += f" {line.strip()}"
        else:
            notes.append(["", line.strip()])
    return [(number, _clean(text)) for number, text in notes]
