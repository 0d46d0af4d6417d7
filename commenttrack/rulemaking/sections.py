"""The paragraphs of a section: the pieces that its blocks were cut into, with levels, citations and parents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from commenttrack.rulemaking.drafts import Draft, Ids, slug
from commenttrack.rulemaking.enumerators import written
from commenttrack.rulemaking.paragraph_levels import (
    DEFINITION,
    STYLES,
    Levels,
    solve,
)
from commenttrack.rulemaking.preamble_outline import Heading, bare, depths, split_number
from commenttrack.rulemaking.provisions import LevelPath, ParsedAmbiguity, ParsedSettlement, Passage
from commenttrack.rulemaking.section_pieces import Item, Piece, heading_of, pieces_of, speaks_of_definitions
from commenttrack.rulemaking.tables import Table
from commenttrack.wording import wording_digest

# Captions of what they stand over, and marked paragraphs; no entries of an outline.
_NO_OUTLINE = re.compile(r"\(|(?:figure|table|equation|note|example)s?\b", re.IGNORECASE)
# “3.2.1 Ambient temperature.”
_NUMBERED = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,2}){1,5}\.?)\s+(?=[A-Z“\"(\[])")
_AUTHORITY = re.compile(r"\(?(?:Authority|Secs?\.|Approved by the Office)")


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
    about_definitions = speaks_of_definitions(subject)
    pieces: list[Piece] = []
    stars = listing = False
    before = ""
    for item in items:
        if item.what == "stars":
            stars = True
            continue
        found = pieces_of(item, stars, before, about_definitions, listing)
        if listing or found[0].term:
            # A list of definitions is open from its first term to the next headed paragraph of the section.
            for piece in found:
                if piece.marker is not None:
                    listing = bool(piece.term) if not piece.number else listing and not piece.marker.has_heading
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


def appendix(
    items: list[Item], unit: Draft, ids: Ids, *, settled: Mapping[Passage, LevelPath] | None = None
) -> tuple[list[Draft], list[ParsedAmbiguity], list[ParsedSettlement]]:
    """The provisions of an appendix: its headings nest, and what stands under one is read apart from the rest.

    An item below “I.” and “A.” is cited as “appendix A I.A”; a paragraph that starts with “3.2.1” is cited as
    “appendix A 3.2.1”, and what follows it stands under it.
    """
    ranked: dict[int, Heading] = {}
    numbered: dict[int, str] = {}
    for index, item in enumerate(items):
        text = item.flow.text
        if item.what == "heading" and text and not _NO_OUTLINE.match(text):
            ranked[index] = Heading(item.rank, *split_number(text))
        elif item.what == "text" and text[:1].isdigit() and item.heading is None and (found := _NUMBERED.match(text)):
            numbered[index] = found[1]
    solved = dict(zip(ranked, depths(list(ranked.values())), strict=True))
    made: list[Draft] = []
    ambiguities: list[ParsedAmbiguity] = []
    held: list[ParsedSettlement] = []
    # The open headings and numbered paragraphs, and the numbers they are cited by.
    chain: list[tuple[Draft, str]] = [(unit, "")]
    depth = 1
    start = 0
    for stop in [*sorted({*ranked, *numbered}), len(items)]:
        above, _ = chain[-1]
        drafts, unclear, kept = paragraphs(items[start:stop], above, above.label, above.id, ids, settled=settled)
        made += drafts
        ambiguities += unclear
        held += kept
        if stop == len(items):
            break
        if stop in ranked:
            depth = solved[stop]
            del chain[depth:]
            depth += 1
            number = ranked[stop].number
        else:
            number = numbered[stop]
            while len(chain) > depth and not number.startswith(f"{chain[-1][1]}."):
                chain.pop()
        chain.append(_appendix_entry(items[stop], number, unit, *chain[-1], ids))
        made.append(chain[-1][0])
        start = stop + 1
    return made, ambiguities, held


def _appendix_entry(item: Item, number: str, unit: Draft, above: Draft, path: str, ids: Ids) -> tuple[Draft, str]:
    """A heading or numbered paragraph of an appendix, and the numbers it is cited by."""
    rest = item.flow.cut(len(number)) if number else item.flow
    own = bare(number)
    path = own if "." in own else ".".join(filter(None, (path, own)))
    heading, flow = heading_of(rest, whole=item.what == "heading")
    name = path if own else slug(rest.text) or "heading"
    draft = Draft(
        id=ids.new(f"{unit.id}-{name}"),
        parent=above.id,
        kind="paragraph",
        number=number,
        label=f"{unit.label} {path}" if path else unit.label,
        flow=flow,
        heading=heading.text if heading else "",
        heading_flow=heading,
    )
    return draft, path


def _passages(marked: list[Piece], citation: str) -> list[Passage]:
    """How each marked paragraph is known again."""
    found: list[Passage] = []
    before = ""
    for piece in marked:
        digest = wording_digest(piece.heading.text if piece.heading else "", piece.flow.text)
        found.append(Passage(citation, piece.number, digest, before))
        if not piece.silent:
            before = digest
    return found


def _settled(marked: list[Piece], citation: str, settled: Mapping[Passage, LevelPath]) -> dict[int, Passage]:
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


def _completes(above: Piece, piece: Piece) -> bool:
    """Whether a paragraph is the text of the marked heading above it."""
    return (
        above.item.what == "heading"
        and above.marker is not None
        and not above.flow.text
        and piece.item.what == "text"
        and piece.marker is None
        and piece.heading is None
    )


class _Builder:
    """Gives the pieces of a section their parents, citations and ids."""

    def __init__(self, parent: Draft | None, citation: str, prefix: str, ids: Ids, pieces: list[Piece]) -> None:
        self.parent = parent
        self.citation = citation
        self.prefix = prefix
        self.ids = ids
        self.pieces = pieces
        # For each piece the next one with a marker.
        self.following: list[Piece | None] = []
        upcoming: Piece | None = None
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

    def _marked(self, piece: Piece) -> Draft:
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

    def _follows(self, piece: Piece, index: int) -> Draft:
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

    def _announced(self, piece: Piece, index: int) -> bool:
        """Whether a table or picture stands right under the open paragraph that ends in a colon."""
        above = self.pieces[index - 1]
        shown = piece.item.what in ("table", "image")
        return shown and above.marker is not None and above.flow.text.endswith(":")

    def ambiguities(self, marked: list[Piece], levels: Levels) -> list[ParsedAmbiguity]:
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
