"""The paragraphs of a section: markers, headings, definitions and what follows them, with citations and parents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from commenttrack.rulemaking.drafts import Draft, Ids, slug
from commenttrack.rulemaking.enumerators import readings, written
from commenttrack.rulemaking.paragraph_levels import (
    DEFINITION,
    STYLES,
    Chain,
    Levels,
    Marker,
    ends_as_lead_in,
    solve,
)
from commenttrack.rulemaking.provisions import LevelPath, ParsedAmbiguity, ParsedSettlement, Passage
from commenttrack.rulemaking.tables import Table
from commenttrack.rulemaking.xml_text import Flow
from commenttrack.wording import wording_digest

_MARKER = re.compile(r"\(\s?([A-Za-z]{1,12}|[0-9]{1,3})\s?\)[ ]?")
_RANGE_STARTS = frozenset("-–—ta,")
_RANGE = re.compile(r"(?:[-–—]|through|and|to|,)\s?(?=\()")
_STARS = re.compile(r"(?:\* ){1,4}\*")
_MEANS = (
    r"(?:means?|shall mean|has the (?:same |following )?meanings?|have the (?:same )?meaning|(?:is|are) defined|"
    r"refers? to|is used|shall have the)\b"
)
_LOOSE_MEANS = r"(?:" + _MEANS[:-2] + r"|includes?|is|are|consists? of)\b"
# Other names in parentheses may hold full stops: “(or design elements, design features etc.) means”.
_QUALIFIED = r"(?:\s?\([^)]{1,160}\))?[^.;:]{0,160}?"
_DEFINED = re.compile(_QUALIFIED + _MEANS)
_DEFINED_LOOSELY = re.compile(_QUALIFIED + _LOOSE_MEANS)
_QUOTED_TERM = re.compile(r"[“\"]([^”\"]{2,120})[,”\"]{1,2}\s?" + _MEANS)
_PLAIN_TERM = re.compile(r"([A-Z0-9][^.;:(]{1,90}?),? (?:\([^)]*\) )?(?:means|has the meaning)\b")
# “For the purposes of this section, the term “individual” means”; not “by other means of”.
_TERM_FOR_PURPOSES = re.compile(
    r"(?:For (?:the )?purposes? of|As used in) this (?:section|paragraph|part|subpart)(?: \([^,.;:“]{1,40})?, "
    r"(?:the terms? )?"
    r"(?:[“\"]([^”\"]{2,120})[,”\"]{1,2}|((?:[\w’'-]+ ){0,5}?[\w’'-]+)) (?:means|has the (?:same )?meaning)\b(?! of\b)"
)
_PURPOSE_STARTS = ("For purpose", "For the purpose", "As used in")
_DEFINITIONS = re.compile(r"\bdefin|\bterms?\b|\bas used in\b|\bmean", re.IGNORECASE)
_HEADING_END = (".", ":", "—", "–")
_HEADING_TAIL = re.compile(r"\s?[.:—–]")
# “(c) Definitions—(1) …”: the first of a list on the line of its heading, even when nothing is set in italics.
_PLAIN_HEADING = re.compile(r"([A-Z][^.:;()—]{1,120}(?:\.?[—–]|\.))\s?(?=\((?:1|i|a|A)\) )")
# There are six levels, and the markers of a range stand side by side.
_MOST_MARKERS = 8
_LONGEST_PLAIN_HEADING = 126
_LONGEST_HEADING = 250
_AUTHORITY = re.compile(r"\(?(?:Authority|Secs?\.|Approved by the Office)")


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


@dataclass(slots=True)
class _Piece:
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


def paragraphs(
    items: list[Item],
    parent: Draft | None,
    citation: str,
    prefix: str,
    ids: Ids,
    *,
    subject: str = "",
    expected: frozenset[tuple[int, ...]] = frozenset(),
    settled: Mapping[Passage, LevelPath] | None = None,
) -> tuple[list[Draft], list[ParsedAmbiguity], list[ParsedSettlement]]:
    """The provisions of a section in document order, what remained ambiguous, and what was read as it is settled.

    ``citation`` is the section's own, ``prefix`` starts the ids, ``subject`` is its heading.
    """
    about_definitions = _speaks_of_definitions(subject)
    pieces: list[_Piece] = []
    stars = False
    before = ""
    for item in items:
        if item.what == "stars":
            stars = True
            continue
        found = _pieces(item, stars, before, about_definitions)
        if pieces and _completes(pieces[-1], found[0]):
            # “(a) Comments Due Date” as a heading, its text in the paragraph below.
            pieces[-1].flow = found[0].flow
            before = found[0].flow.text
            continue
        if stars and any(piece.marker is not None for piece in found):
            stars = False
        pieces += found
        before = found[-1].flow.text or (found[-1].heading.text if found[-1].heading else "")
        if before.endswith("*") and found[-1].marker is not None:
            stars = True
    marked = [piece for piece in pieces if piece.marker is not None]
    known = _settled(marked, citation, settled) if settled else {}
    levels = solve(
        [piece.marker for piece in marked if piece.marker],
        expected,
        stars_at_end=stars,
        settled={index: settled[passage] for index, passage in known.items()} if settled else None,
    )
    for piece, chain in zip(marked, levels.chains, strict=True):
        piece.chain = chain
    builder = _Builder(parent, citation, prefix, ids, pieces)
    drafts = builder.drafts()
    held = [ParsedSettlement(builder.made[id(marked[index])].id, known[index]) for index in levels.settled]
    return drafts, builder.ambiguities(marked, levels), held


def _passages(marked: list[_Piece], citation: str) -> list[Passage]:
    """How each marked paragraph is known again."""
    found: list[Passage] = []
    before = ""
    for piece in marked:
        digest = wording_digest(piece.heading.text if piece.heading else "", piece.flow.text)
        found.append(Passage(citation, piece.number, digest, before))
        if not piece.silent:
            before = digest
    return found


def _settled(marked: list[_Piece], citation: str, settled: Mapping[Passage, LevelPath]) -> dict[int, Passage]:
    """Which paragraphs are settled, by index: the same words after the same words, else the same words if only once."""
    places = [(index, passage) for index, passage in enumerate(_passages(marked, citation)) if not marked[index].silent]
    found = {index: passage for index, passage in places if passage in settled}
    rest = [passage for passage in settled if passage.section == citation and passage not in found.values()]
    if not rest:
        return found
    given = Counter((passage.number, passage.digest) for passage in rest)
    here = Counter((passage.number, passage.digest) for index, passage in places if index not in found)
    for passage in rest:
        words = (passage.number, passage.digest)
        if given[words] == here[words] == 1:
            index = next(i for i, place in places if i not in found and (place.number, place.digest) == words)
            found[index] = passage
    return found


def _completes(above: _Piece, piece: _Piece) -> bool:
    """Whether a paragraph is the text of the marked heading above it."""
    return (
        above.item.what == "heading"
        and above.marker is not None
        and not above.flow.text
        and piece.item.what == "text"
        and piece.marker is None
        and piece.heading is None
    )


def _pieces(item: Item, stars: bool, before: str, about_definitions: bool) -> list[_Piece]:
    flow = item.flow
    if item.what in ("table", "image") or item.quoted:
        return [_Piece(item, None, "", None, flow)]
    found: list[_Piece] = []
    last: _Piece | None = None
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
            else:
                found.append(_unmarked(item, flow, before, about_definitions))
            break
        heading, after = _heading(rest, whole=item.what == "heading")
        # One that only closes a range has no text.
        at = len(run) - 2 if run[-1][3] else len(run) - 1
        empty = Flow("", flow.page_at(0)) if at or run[-1][3] else after
        for index, (token, italic, printed, silent) in enumerate(run):
            if silent:
                marker = Marker(token, italic, True)
            else:
                headed = heading is not None and index == at
                marker = _marker((token, italic, stars, lead_in and not index, headed, last is not None or index > 0))
            found.append(_Piece(item, marker, printed, None, empty, "", silent))
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


def _heading(flow: Flow, *, whole: bool) -> tuple[Flow | None, Flow]:
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


def _speaks_of_definitions(text: str) -> bool:
    lower = text.lower()
    return ("defin" in lower or "term" in lower or "as used in" in lower or "mean" in lower) and bool(
        _DEFINITIONS.search(text)
    )


def _unmarked(item: Item, flow: Flow, before: str, about_definitions: bool) -> _Piece:
    if item.what == "heading":
        return _Piece(item, None, "", flow, Flow("", flow.last_page))
    announced = _speaks_of_definitions(before)
    term = _term(flow, loose=about_definitions or announced)
    if term:
        introduces = announced or ends_as_lead_in(before)
        return _Piece(item, Marker("", lead_in=introduces), "", None, flow, term)
    return _Piece(item, None, "", item.heading, flow)


class _Builder:
    """Gives the pieces of a section their parents, citations and ids."""

    def __init__(self, parent: Draft | None, citation: str, prefix: str, ids: Ids, pieces: list[_Piece]) -> None:
        self.parent = parent
        self.citation = citation
        self.prefix = prefix
        self.ids = ids
        self.pieces = pieces
        # For each piece the next one with a marker.
        self.following: list[_Piece | None] = []
        upcoming: _Piece | None = None
        for piece in reversed(pieces):
            self.following.append(upcoming)
            upcoming = piece if piece.marker is not None else upcoming
        self.following.reverse()
        # The open provisions: (key of the chain entry, draft, citation, id prefix).
        self.open: list[tuple[tuple[int, int], Draft, str, str]] = []
        self.made: dict[int, Draft] = {}
        self.numbers: dict[int, str] = {}
        self.loose: dict[str, int] = {}

    def drafts(self) -> list[Draft]:
        result: list[Draft] = []
        for index, piece in enumerate(self.pieces):
            if piece.silent:
                continue
            draft = self._marked(piece) if piece.marker is not None else self._follows(piece, index)
            self.made[id(piece)] = draft
            result.append(draft)
        return result

    def _marked(self, piece: _Piece) -> Draft:
        level, value, _ = piece.chain[-1]
        keep = 0
        for entry, opened in zip(piece.chain[:-1], self.open, strict=False):
            if opened[0] != entry[:2]:
                break
            keep += 1
        del self.open[keep:]
        above, citation, prefix = self._top()
        defined = level == DEFINITION
        if defined:
            citation = f"{self.citation} “{piece.term}”"
            prefix = f"{self.prefix}-{slug(piece.term) or 'definition'}"
        else:
            spaced = " " if citation.endswith("”") else ""
            citation = f"{citation}{spaced}{piece.number}"
            prefix = f"{prefix}-{slug(piece.number) if ' ' in piece.number else piece.number.strip('()')}"
        heading = piece.heading
        draft = Draft(
            self.ids.new(prefix),
            above,
            "definition" if piece.term else "paragraph",
            piece.number,
            citation,
            piece.flow,
            heading.text if heading else "",
            heading,
            piece.term,
        )
        self.open.append(((level, value), draft, citation, draft.id))
        return draft

    def _top(self) -> tuple[str | None, str, str]:
        if self.open:
            _, draft, citation, prefix = self.open[-1]
            return draft.id, citation, prefix
        return (self.parent.id if self.parent else None), self.citation, self.prefix

    def _follows(self, piece: _Piece, index: int) -> Draft:
        """Text without a marker of its own belongs to what the next marker leaves open."""
        depth = len(self.open)
        following = self.following[index]
        if piece.item.quoted and _AUTHORITY.match(piece.flow.text):
            depth = 0
        elif following is not None and self.open:
            shared = 0
            for entry, opened in zip(following.chain, self.open, strict=False):
                if opened[0] != (entry[0], entry[1]):
                    break
                shared += 1
            depth = min(depth, max(shared + (len(following.chain) > shared and shared < len(self.open)), 1))
        elif following is None and depth > 1 and not self._announced(piece, index):
            depth -= 1
        if depth:
            _, draft, citation, prefix = self.open[depth - 1]
            above: str | None = draft.id
        else:
            above, citation, prefix = (self.parent.id if self.parent else None), self.citation, self.prefix
        item = piece.item
        what = f"{prefix}-{item.what if item.what in ('table', 'image') else 'p'}"
        count = self.loose[what] = self.loose.get(what, 0) + 1
        name = self.ids.new(f"{what}{count}")
        if item.table is not None:
            return table_draft(name, above, citation, item.table, item.table_notes)
        if item.image:
            return Draft(name, above, "table", "", citation, piece.flow, image=item.image)
        heading = piece.heading
        return Draft(name, above, "paragraph", "", citation, piece.flow, heading.text if heading else "", heading)

    def _announced(self, piece: _Piece, index: int) -> bool:
        """Whether a table or picture stands right under the open paragraph that ends in a colon."""
        above = self.pieces[index - 1]
        shown = piece.item.what in ("table", "image")
        return shown and above.marker is not None and above.flow.text.endswith(":")

    def ambiguities(self, marked: list[_Piece], levels: Levels) -> list[ParsedAmbiguity]:
        """The ambiguous paragraphs as citations; other readings are written with the numbers of their own chains."""
        other = dict(levels.ambiguous)
        if not other:
            return []
        numbers: dict[tuple[int, int], str] = {}
        result: list[ParsedAmbiguity] = []
        passages = _passages(marked, self.citation)
        for index, piece in enumerate(marked):
            for level, value, _ in piece.chain[-1:]:
                numbers[level, value] = f" “{piece.term}” " if level == DEFINITION else piece.number
            if index not in other or piece.silent:
                continue
            draft = self.made[id(piece)]
            found = {draft.label: piece.chain}
            for chain in other[index]:
                # What another reading of a marker opens was never read so; it is written as its level is.
                path = [
                    numbers.get((level, value)) or f"({written(STYLES[level - 1], value)})"
                    for level, value, _ in chain[:-1]
                ]
                found.setdefault(f"{self.citation}{''.join(path)}{piece.number}", chain)
            if len(found) > 1:
                paths = tuple(tuple((level, value) for level, value, _ in chain) for chain in found.values())
                result.append(ParsedAmbiguity(draft.id, tuple(found), draft.label, passages[index], paths))
        return result


def table_draft(name: str, parent: str | None, label: str, table: Table, notes: Sequence[int]) -> Draft:
    """A table as a provision: its title is the heading, what describes it the text."""
    return Draft(
        id=name,
        parent=parent,
        kind="table",
        number="",
        label=label,
        flow=table.description,
        heading=table.title.text,
        heading_flow=table.title,
        rows=table.rows,
        header_rows=table.header_rows,
        pages=table.pages,
        own_notes=notes,
    )
