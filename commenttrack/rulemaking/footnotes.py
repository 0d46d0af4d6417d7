"""Footnotes: the bodies, and which call belongs to which body when numbers repeat or are missing."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml.etree import _Element

from commenttrack.rulemaking.drafts import Ids
from commenttrack.rulemaking.provisions import ParsedNote
from commenttrack.rulemaking.xml_text import Flow, NoteCall, PageCounter, join, plain, read


@dataclass(frozen=True, slots=True)
class RawNote:
    """A note as it was read; ``serial`` orders it among the calls, ``table`` says that it stands under a table."""

    serial: int
    number: str
    flow: Flow
    table: bool = False


def read_footnote(element: _Element, pages: PageCounter, *, loose: bool = False) -> list[RawNote]:
    """The notes of one FTNT: each paragraph that starts with a superscript number starts a note."""
    found: list[tuple[int, str, list[Flow]]] = []
    for paragraph in element if len(element) and element[0].tag != "SU" else [element]:
        flow = read(paragraph, pages, loose=loose)
        if paragraph.tag == "PRTPAGE" and not flow.text:
            continue
        number = _number(paragraph, flow)
        if number or not found:
            found.append((pages.count(), number, [flow.cut(len(number))]))
        elif flow.text:
            found[-1][2].append(flow)
    return [RawNote(serial, number, join(flows)) for serial, number, flows in found]


def _number(paragraph: _Element, flow: Flow) -> str:
    """The number a note's paragraph starts with, as printed; empty when it has none."""
    first = paragraph[0] if len(paragraph) else None
    if first is not None and first.tag == "SU" and not (paragraph.text or "").strip():
        number = "".join(plain(first).split())
        if flow.text.startswith(number):
            return number
    return ""


def settled(
    notes: Sequence[RawNote], calls: Iterable[NoteCall]
) -> tuple[tuple[ParsedNote, ...], dict[int, str], tuple[NoteCall, ...]]:
    """The notes with ids, the note id for the serial of each call and each note, and the calls without a note.

    A note stands after its call, so each call takes the first note of its number after it; a call after the last
    such note repeats an earlier call and takes the note before it.
    """
    ids = Ids()
    parsed: list[ParsedNote] = []
    by_serial: dict[int, str] = {}
    places: dict[str, list[tuple[int, str]]] = defaultdict(list)
    unnumbered = 0
    for note in notes:
        if note.number:
            wanted = f"{'t' if note.table else ''}n{note.number}"
        else:
            unnumbered += 1
            wanted = f"n-unnumbered{unnumbered}"
        name = ids.new(wanted)
        by_serial[note.serial] = name
        parsed.append(ParsedNote(name, note.number, note.flow.text, note.flow.page))
        if not note.table:
            places[note.number].append((note.serial, name))
    missing: list[NoteCall] = []
    for call in calls:
        candidates = places.get(call.number)
        if not candidates:
            missing.append(call)
            continue
        index = bisect_right(candidates, (call.serial, ""))
        by_serial[call.serial] = candidates[min(index, len(candidates) - 1)][1]
    return tuple(parsed), by_serial, tuple(missing)
