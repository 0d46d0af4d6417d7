"""Running text and tables as elements of Federal Register XML: the way back from what :mod:`xml_text` reads."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.etree import SubElement, _Element

from commenttrack.rulemaking.text_blocks import Grid
from commenttrack.rulemaking.xml_text import Flow


def fill(element: _Element, flow: Flow) -> None:
    """Append the text of a flow to an element, with its italics, page marks and note calls as elements."""
    marks: list[tuple[int, int, str]] = [(offset, 0, str(page)) for offset, page in flow.breaks]
    marks += [(call.offset, 1, call.number) for call in flow.calls]
    marks.sort(key=lambda mark: mark[:2])
    edges = {0, len(flow.text), *(offset for offset, _, _ in marks)}
    for start, end in flow.italics:
        edges |= {start, end}
    places = sorted(edges)
    at = 0
    italic = iter(flow.italics)
    current = next(italic, None)
    for index, place in enumerate(places):
        while at < len(marks) and marks[at][0] <= place:
            _, what, value = marks[at]
            at += 1
            if what == 0:
                SubElement(element, "PRTPAGE", P=value)
            else:
                SubElement(element, "SU").text = value
                SubElement(element, "FTREF")
        if index + 1 == len(places):
            break
        piece = flow.text[place : places[index + 1]]
        while current is not None and current[1] <= place:
            current = next(italic, None)
        if current is not None and current[0] <= place:
            SubElement(element, "E", T="03").text = piece
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + piece
        else:
            element.text = (element.text or "") + piece


def table_element(grid: Grid) -> _Element:
    """A table as GPOTABLE; a head cell that spans columns comes before the cells under it."""
    table = etree.Element("GPOTABLE")
    if grid.title:
        SubElement(table, "TTITLE").text = grid.title
    if grid.description:
        SubElement(table, "TDESC").text = grid.description
    if grid.heads:
        box = SubElement(table, "BOXHD")
        for rank, text in _heads_in_order(grid.heads, 0, 0, sum(span for _, span in grid.heads[0])):
            SubElement(box, "CHED", H=str(rank)).text = text
    for cells in grid.rows:
        row = SubElement(table, "ROW")
        for cell in cells:
            SubElement(row, "ENT").text = cell
    for number, text in grid.notes:
        note = SubElement(table, "TNOTE")
        if number:
            sign = SubElement(note, "SU")
            sign.text, sign.tail = number, f" {text}"
        else:
            note.text = text
    return table


def _heads_in_order(
    rows: tuple[tuple[tuple[str, int], ...], ...], depth: int, start: int, end: int
) -> Iterator[tuple[int, str]]:
    """Head cells from the left, each before those it spans: (rank from 1, text)."""
    column = 0
    for text, span in rows[depth]:
        if start <= column < end:
            yield depth + 1, text
            if depth + 1 < len(rows):
                yield from _heads_in_order(rows, depth + 1, column, column + span)
        column += span
