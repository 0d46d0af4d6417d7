"""Tables of the Federal Register (GPOTABLE): head cells of several ranks, rows, and notes under the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml.etree import _Element

from commenttrack.rulemaking.xml_text import Flow, PageCounter, plain, read

_NOTE_NUMBER = re.compile(r"([0-9]{1,3}|[a-z]|\*{1,3}|[†‡§])(?=[\s\u2009A-Z(])")


# The elements of a CONTENTS that hold its text.
CONTENTS_ENTRIES = ("HD", "SECHD", "SECTNO", "SUBJECT", "RESERVED", "APP", "P", "FP")


@dataclass(frozen=True, slots=True)
class TableNote:
    """A note under a table; ``number`` is empty for lines such as “Source: …”."""

    number: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: ``rows`` begin with ``header_rows`` rows of column heads; every word stands in one cell."""

    title: Flow
    description: Flow
    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    notes: tuple[TableNote, ...]
    pages: tuple[int, ...]


def read_table(element: _Element, pages: PageCounter, *, loose: bool = False) -> Table:
    """The table in ``element``; a head cell that spans columns stands over the first of them."""
    seen: list[int] = [] if pages.page is None else [pages.page]
    title = description = Flow("", pages.page)
    heads: list[tuple[int, str]] = []
    rows: list[tuple[str, ...]] = []
    notes: list[TableNote] = []

    def turned() -> None:
        if pages.page is not None and (not seen or seen[-1] != pages.page):
            seen.append(pages.page)

    def flow(part: _Element) -> Flow:
        text = read(part, pages, loose=loose)
        turned()
        return text

    for part in element:
        tag = part.tag
        if tag == "TTITLE":
            title = flow(part) if not title.text else _added(title, flow(part))
        elif tag == "BOXHD":
            for head in part:
                text = flow(head).text
                if head.tag == "PRTPAGE" and not text:
                    continue
                heads.append((_number(head.get("H"), 1), text))
        elif tag == "ROW":
            rows.append(_row(part, flow, pages))
            turned()
        elif tag == "TNOTE":
            notes.append(_note(part, flow(part)))
        elif tag == "PRTPAGE":
            pages.turn(part)
            turned()
        else:
            # TDESC and whatever else describes the table stands under its title.
            description = _added(description, flow(part))
        if part.tail and part.tail.strip():
            rows.append((" ".join(part.tail.split()),))
    header = _header(heads)
    return Table(title, description, (*header, *rows), len(header), tuple(notes), tuple(seen))


def read_contents(element: _Element, pages: PageCounter, *, loose: bool = False) -> Table:
    """The list of sections of a part as a table: a row holds the number of a section and its subject."""
    heading = Flow("", pages.page)
    rows: list[list[str]] = []
    seen = [pages.page]
    for entry in element.iter(*CONTENTS_ENTRIES, "PRTPAGE"):
        if entry.tag == "PRTPAGE":
            pages.turn(entry)
            continue
        flow = read(entry, pages, loose=loose)
        seen.append(pages.page)
        if entry.tag == "SECHD" and not heading.text:
            heading = flow
        elif entry.tag == "SUBJECT" and rows and len(rows[-1]) == 1:
            rows[-1].append(flow.text)
        elif flow.text:
            rows.append([flow.text])
    numbers = tuple(dict.fromkeys(page for page in seen if page is not None))
    return Table(heading, Flow("", heading.page), tuple(tuple(row) for row in rows), 0, (), numbers)


def _added(first: Flow, second: Flow) -> Flow:
    text = f"{first.text} {second.text}".strip()
    return Flow(text, first.page)


def _row(row: _Element, flow: Callable[[_Element], Flow], pages: PageCounter) -> tuple[str, ...]:
    cells: list[str] = []
    for cell in row:
        if cell.tag == "PRTPAGE":
            pages.turn(cell)
            continue
        cells.append(flow(cell).text)
        # A="2" says that the cell also takes the room of two more columns.
        cells += [""] * min(_number((cell.get("A") or "").lstrip("LRJ"), 0), 50)
        if cell.tail and cell.tail.strip():
            cells[-1] = f"{cells[-1]} {' '.join(cell.tail.split())}".strip()
    return tuple(cells)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default


def _note(element: _Element, flow: Flow) -> TableNote:
    """A note starts with its number as a superscript, sometimes as plain text."""
    first = element[0] if len(element) else None
    if first is not None and first.tag in ("SU", "E") and not (element.text or "").strip():
        number = " ".join(plain(first).split())
        if len(number) <= 4 and flow.text.startswith(number) and _NOTE_NUMBER.fullmatch(number + " ", 0, len(number)):
            return TableNote(number, flow.cut(len(number)))
        if first.tag == "SU" and len(number) <= 4 and flow.text.startswith(number):
            return TableNote(number, flow.cut(len(number)))
    return TableNote("", flow)


def _header(heads: list[tuple[int, str]]) -> tuple[tuple[str, ...], ...]:
    """Rows of column heads: a head followed by one of the next rank spans, the others are columns."""
    if not any(text for _, text in heads):
        return ()
    ranks = max(rank for rank, _ in heads)
    rows: list[list[str]] = [[] for _ in range(min(ranks, 9))]
    column = 0
    for index, (rank, text) in enumerate(heads):
        row = rows[min(rank, len(rows)) - 1]
        row += [""] * (column - len(row))
        if len(row) > column:
            row[column] = f"{row[column]} {text}".strip()
        else:
            row.append(text)
        if index + 1 == len(heads) or heads[index + 1][0] <= rank:
            column += 1
    return tuple(tuple(row + [""] * (column - len(row))) for row in rows)
