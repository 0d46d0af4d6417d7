"""The blocks of a section cut at their markers: each piece becomes a provision, with its heading and its term."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from commenttrack.rulemaking.enumerators import readings
from commenttrack.rulemaking.paragraph_levels import Chain, Marker, ends_as_lead_in
from commenttrack.rulemaking.tables import Table
from commenttrack.rulemaking.xml_text import Flow

_MARKER = re.compile(r"\(\s?([A-Za-z]{1,12}|[0-9]{1,3})\s?\)[ ]?")
_RANGE_STARTS = frozenset("-–—ta,")
_RANGE = re.compile(r"(?:[-–—]|through|and|to|,)\s?(?=\()")
_STARS = re.compile(r"(?:\* ){1,4}\*")
_MEANS = (
    r"(?:means?|shall mean|has the (?:same |following )?meanings?|have the (?:same )?meaning|(?:is|are) defined|"
    r"refers? to|is used|shall have the)\b"
)
_LOOSE_MEANS = r"(?:" + _MEANS[:-2] + r"|\bincludes?|\bis|\bare|\bconsists? of)\b"
# Other names in parentheses may hold full stops: “(or design elements, design features etc.) means”.
_QUALIFIED = r"(?:\s?\([^)]{1,160}\))?[^.;:]{0,160}?"
_DEFINED = re.compile(_QUALIFIED + _MEANS)
_DEFINED_LOOSELY = re.compile(_QUALIFIED + _LOOSE_MEANS)
_QUOTED_TERM = re.compile(r"[“\"]([^”\"]{2,120})[,”\"]{1,2}\s?" + _MEANS)
_PLAIN_TERM = re.compile(r"([A-Z0-9][^.;:(]{1,90}?),? (?:\([^)]*\) )?(?:means|has the meaning)\b")
# “For the purposes of this section, the term “individual” means”; not “by other means of”.
_TERM_FOR_PURPOSES = re.compile(
    r"(?:(?:For (?:the )?purposes? of|As used in) this (?:section|paragraph|part|subpart)(?: \([^,.;:“]{1,40})?, "
    r"(?:the terms? )?|The terms? )"
    r"(?:[“\"]([^”\"]{2,120})[,”\"]{1,2}|((?:[\w’'-]+ ){0,5}?[\w’'-]+)) (?:means|has the (?:same )?meaning)\b(?! of\b)"
)
_PURPOSE_STARTS = ("For purpose", "For the purpose", "As used in", "The term")
# “Client clearing. See § 3.10.” in a section of definitions; not every run-in heading there is a term.
_NO_TERM = re.compile(
    r"(?:examples?|notes?|exceptions?|instructions?|in general|general|scope|applicability|purpose|definitions?|terms?|"
    r"authority|see|id|cross[- ]references?)\b",
    re.IGNORECASE,
)
_LONGEST_TERM = 160
_JOINS_TERMS = re.compile(r"\s*(?:,|or|and|\(|\))?\s*(?:or|and)?\s*\Z")
_CHILD = re.compile(r"\s*\((?:1|i|a|A)\)\s")
_DEFINITIONS = re.compile(r"\bdefin|\bterms?\b|\bas used in\b|\bmean", re.IGNORECASE)
_HEADING_END = (".", ":", "—", "–")
_HEADING_TAIL = re.compile(r"\s?[.:—–]")
# “(c) Definitions—(1) …”: the first of a list on the line of its heading, even when nothing is set in italics.
_PLAIN_HEADING = re.compile(r"([A-Z][^.:;()—]{1,120}(?:\.?[—–]|\.))\s?(?=\((?:1|i|a|A)\) )")
# There are six levels, and the markers of a range stand side by side.
_MOST_MARKERS = 8
_LONGEST_PLAIN_HEADING = 126
_LONGEST_HEADING = 250

# All values in the order of the fields; made as flows are, see xml_text.
_marker: Callable[[tuple[object, ...]], Marker] = partial(tuple.__new__, Marker)


@dataclass(slots=True)
class Item:
    """One block of a section in its order: text, a heading, a table, a picture, or stars (text left out)."""

    what: str
    flow: Flow
    table: Table | None = None
    image: str = ""
    # Text of an EXTRACT is quoted matter whose markers are not paragraphs of the section.
    quoted: bool = False
    # The heading of a NOTE.
    heading: Flow | None = None
    table_notes: Sequence[int] = ()
    # Of a heading: 1 to 3 as printed.
    rank: int = 3


@dataclass(slots=True)
class Piece:
    """A paragraph cut at its markers: what will be one provision."""

    item: Item
    marker: Marker | None
    number: str
    heading: Flow | None
    flow: Flow
    term: str = ""
    # A marker read for its level only, such as the second of “(a) through (c)”.
    silent: bool = False
    chain: Chain = ()


def pieces_of(item: Item, stars: bool, before: str, about_definitions: bool, listing: bool = False) -> list[Piece]:
    """A block cut at its markers.

    ``stars`` says that text is left out before it, ``before`` is the text of the paragraph before it,
    ``about_definitions`` that the section is one of definitions, ``listing`` that a list of definitions is open.
    """
    flow = item.flow
    if item.what in ("table", "image") or item.quoted:
        return [Piece(item, None, "", None, flow)]
    found: list[Piece] = []
    last: Piece | None = None
    after = flow
    lead_in = ends_as_lead_in(before)
    while True:
        run, rest = _markers(flow)
        if last is not None and not (run and (stars or _may_start(run[0][0]))):
            # “(a) Heading. (2) …” may be a reference; it stays text.
            last.flow = after
            break
        if not run or item.heading is not None:
            if last is not None:
                last.flow = after
                break
            piece = _unmarked(item, flow, before, about_definitions, listing)
            found.append(piece)
            end = _run_in_term(flow) if piece.term and about_definitions else 0
            if end and _CHILD.match(flow.text, end):
                # “MSA or MD. (1) MSA means …”: its first paragraph stands on the line of the term.
                piece.flow = flow.cut(0, end)
                own_line = replace(item, flow=flow.cut(end))
                found += pieces_of(own_line, False, piece.flow.text, about_definitions)
            break
        heading, after = heading_of(rest, whole=item.what == "heading")
        # One that only closes a range has no text.
        at = len(run) - 2 if run[-1][3] else len(run) - 1
        empty = Flow("", flow.page_at(0)) if at or run[-1][3] else after
        for index, (token, italic, printed, silent) in enumerate(run):
            if silent:
                marker = Marker(token, italic, True)
            else:
                headed = heading is not None and index == at
                marker = _marker((token, italic, stars, lead_in and not index, headed, last is not None or index > 0))
            found.append(Piece(item, marker, printed, None, empty, "", silent))
        last = found[at - len(run)]
        last.heading, last.flow = heading, after
        stars = False
        omitted = _STARS.match(after.text) if after.text.startswith("*") else None
        if heading is None and not omitted:
            last.term = _term(after, loose=about_definitions, plain=False) or _term_for_purposes(after)
            break
        if omitted:
            # “(a) * * * (2) …”: the stars are text of (a).
            tail = after.cut(omitted.end())
            if not _MARKER.match(tail.text):
                break
            last.flow, flow, stars = after.cut(0, omitted.end()), tail, True
        else:
            if not _MARKER.match(after.text):
                last.term = _term_for_purposes(after)
                break
            last.flow, flow = Flow("", after.page), after
    return found


def _markers(flow: Flow) -> tuple[list[tuple[str, bool, str, bool]], Flow]:
    """The markers at the start: (token, italic, as printed, whether it only closes a range), and the rest."""
    run: list[tuple[str, bool, str, bool]] = []
    position = 0
    text = flow.text
    size = len(text)
    while position < size and text[position] == "(":
        found = _MARKER.match(text, position)
        if found is None or len(run) == _MOST_MARKERS:
            break
        token = found[1]
        if not readings(token):
            break
        italic = False
        if flow.italics:
            begin, stop = found.span(1)
            for start, end in flow.italics:
                if start < stop and end > begin:
                    italic = True
                    break
        printed = f"({token})"
        position = found.end()
        if position == size:
            run.append((token, italic, printed, False))
            break
        through = _RANGE.match(text, position) if text[position] in _RANGE_STARTS else None
        closing = _MARKER.match(text, through.end()) if through else None
        if through and closing and readings(closing[1]):
            rest = text[closing.end() : closing.end() + 12]
            if rest.startswith(("[", "* * *")):
                run.append((token, italic, text[found.start() : closing.end()].strip(), False))
                run.append((closing[1], italic, "", True))
                position = closing.end()
                break
        run.append((token, italic, printed, False))
    return run, flow.cut(position) if position else flow


def _may_start(token: str) -> bool:
    return any(reading.value == 1 for reading in readings(token))


def heading_of(flow: Flow, *, whole: bool) -> tuple[Flow | None, Flow]:
    """The italic heading a paragraph starts with, with the punctuation that ends it, and the rest."""
    if whole:
        return flow, Flow("", flow.last_page)
    end = 0
    for start, stop in flow.italics:
        # Headings are often set in several stretches of italics.
        if start <= end + 1 and not flow.text[end:start].strip():
            end = stop
        else:
            break
    if not end:
        plain = _PLAIN_HEADING.match(flow.text) if "(" in flow.text[:_LONGEST_PLAIN_HEADING] else None
        return (flow.cut(0, plain.end(1)), flow.cut(plain.end(1))) if plain else (None, flow)
    if end > _LONGEST_HEADING:
        return None, flow
    tail = _HEADING_TAIL.match(flow.text, end)
    if tail:
        end = tail.end()
    if not flow.text[:end].rstrip().endswith(_HEADING_END):
        return None, flow
    return flow.cut(0, end), flow.cut(end)


def _term(flow: Flow, *, loose: bool, plain: bool = True) -> str:
    """The term a paragraph defines, empty when it defines none.

    ``loose`` is for places that speak of definitions, where “is” is enough; then terms in no way set apart are found
    unless ``plain`` forbids it.
    """
    pattern = _DEFINED_LOOSELY if loose else _DEFINED
    if flow.italics and flow.italics[0][0] <= 1:
        start, end = flow.italics[0]
        if pattern.match(flow.text, end):
            return flow.text[start:end].strip(" ,.:;“”\"'—")
    quoted = _QUOTED_TERM.match(flow.text) if flow.text.startswith(("“", '"')) else None
    if quoted:
        return quoted[1].strip(" ,.")
    if loose and plain:
        unmarked = _PLAIN_TERM.match(flow.text)
        if unmarked:
            return unmarked[1].strip(' ,.“”"')
    return ""


def _term_for_purposes(flow: Flow) -> str:
    """The term that a paragraph defines for the purposes of its section, empty when it defines none."""
    found = _TERM_FOR_PURPOSES.match(flow.text) if flow.text.startswith(_PURPOSE_STARTS) else None
    return (found[1] or found[2]).strip(" ,.") if found else ""


def speaks_of_definitions(text: str) -> bool:
    """Whether a heading or lead-in announces definitions."""
    lower = text.lower()
    return ("defin" in lower or "term" in lower or "as used in" in lower or "mean" in lower) and bool(
        _DEFINITIONS.search(text)
    )


def _unmarked(item: Item, flow: Flow, before: str, about_definitions: bool, listing: bool) -> Piece:
    if item.what == "heading":
        return Piece(item, None, "", flow, Flow("", flow.last_page))
    announced = speaks_of_definitions(before)
    # Within a list, “is” makes a definition of a term that is set apart.
    term = _term(flow, loose=about_definitions or announced or listing, plain=not listing or about_definitions)
    if not term and about_definitions:
        term = flow.text[: _run_in_term(flow)].strip(" ,.:;“”\"'—") or _term_for_purposes(flow)
    if term:
        introduces = announced or ends_as_lead_in(before)
        return Piece(item, Marker("", lead_in=introduces), "", None, flow, term)
    return Piece(item, None, "", item.heading, flow)


def _run_in_term(flow: Flow) -> int:
    """Where the term ends that stands as a run-in heading: “Client clearing. See § 3.10.”; 0 when there is none."""
    if not flow.italics or flow.italics[0][0] > 1 or _NO_TERM.match(flow.text):
        return 0
    end = 0
    for start, stop in flow.italics:
        if end and not _JOINS_TERMS.match(flow.text[end:start]):
            break
        end = stop
    tail = _HEADING_TAIL.match(flow.text, end)
    end = tail.end() if tail else end
    if end > _LONGEST_TERM or end >= len(flow.text) or not flow.text[:end].endswith(_HEADING_END):
        return 0
    return end
