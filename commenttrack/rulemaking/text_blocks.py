"""The blocks of a document that is not XML: paragraphs, headings, tables and notes, with what the form says of them.

Each form (body HTML, govinfo text, plain text, the text of a PDF) is cut into blocks; :mod:`block_elements` then puts
the blocks into the elements of Federal Register XML, so that there is one reader of outlines, sections and dates.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from commenttrack.rulemaking.provisions import Unparsed
from commenttrack.rulemaking.xml_text import Flow, NoteCall

# Printed pages stand in raw text between these two characters of the private use area, which no document prints.
PAGE_OPEN, PAGE_CLOSE = "\ue000", "\ue001"
# So do italics.
ITALIC_OPEN, ITALIC_CLOSE = "\ue002", "\ue003"

PARAGRAPH, HEADING, STARS, TABLE, IMAGE, NOTE = "paragraph", "heading", "stars", "table", "image", "note"
SECTION, INSTRUCTION, AUTHORITY, SIGNATURE, FILING, BILLING = (
    "section",
    "instruction",
    "authority",
    "signature",
    "filing",
    "billing",
)
# Fields of the head that a form marks as such.
AGENCY, SUBAGENCY, CFR, DOCKET, RIN, TITLE = "agency", "subagency", "cfr", "docket", "rin", "title"

_TOKEN = re.compile(
    rf"{PAGE_OPEN}([0-9]{{1,6}}){PAGE_CLOSE}|\\([0-9]{{1,4}}[a-z]?|\*{{1,3}})\\|([{ITALIC_OPEN}{ITALIC_CLOSE}])"
)
_ILLEGIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SECTION_SIGNS = re.compile(r"\bSec\.\s+Sec\.\s+(?=[0-9])")
_SECTION_SIGN = re.compile(r"\bSec\.\s{2,}(?=[0-9])")
_DOUBLE_HYPHEN = re.compile(r"(?<!-)--(?!-)")
_OPENING_QUOTES = re.compile(r"``\s?")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows of head cells and rows of cells; a head cell of the tuple (text, columns it spans)."""

    title: str
    heads: tuple[tuple[tuple[str, int], ...], ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[tuple[str, str], ...] = ()
    # What stands between the title and the rows.
    description: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """``kind`` is what the form itself says (one of the constants above), a paragraph when it says nothing.

    ``rank`` is a heading's: 1 to 3 when the form tells, 0 for captions, None when it must be found. ``alone`` says that
    blank lines stand around the block, ``indented`` that its first line is set in, ``number`` is a note's own.
    ``page`` of the flow is None where the form knows no printed pages.
    """

    flow: Flow
    kind: str = PARAGRAPH
    rank: int | None = None
    alone: bool = False
    indented: bool = False
    number: str = ""
    grid: Grid | None = None


@dataclass(slots=True)
class SourceText:
    """A form taken apart: its blocks in order, and what it says about the document outside of them.

    ``kind`` is a kind of :data:`provisions.DOCUMENT_KINDS` or empty; ``aside`` is what belongs to the form and not to
    the text, such as running heads; ``limits`` says what this form cannot tell.
    """

    form: str
    blocks: list[Block]
    kind: str = ""
    start_page: int | None = None
    end_page: int | None = None
    publication_date: str | None = None
    document_number: str = ""
    title: str = ""
    aside: list[Unparsed] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


def legible(text: str) -> str:
    """Text without the characters that XML does not have; entities and hidden addresses can stand for them."""
    return _ILLEGIBLE.sub(" ", text)


def page_mark(page: int | str) -> str:
    """How raw text says that a printed page begins here."""
    return f"{PAGE_OPEN}{page}{PAGE_CLOSE}"


def last_page(raw: str, page: int | None) -> int | None:
    """The printed page at the end of raw text that begins on ``page``."""
    return next((int(found[0]) for found in reversed(_TOKEN.findall(raw)) if found[0]), page)


def flow_of(raw: str, page: int | None) -> Flow:
    """Raw text as a reader sees it: one space between words, page marks and calls such as ``\\5\\`` as offsets."""
    raw = legible(raw)
    pieces: list[str] = []
    length = 0
    breaks: list[tuple[int, int]] = []
    calls: list[NoteCall] = []
    position = 0

    def add(text: str) -> None:
        nonlocal length
        folded = " ".join(text.split())
        if text[:1].isspace() and length and pieces[-1][-1] != " ":
            folded = f" {folded}"
        if text[-1:].isspace() and folded.strip():
            folded += " "
        if length and pieces[-1][-1] == " ":
            folded = folded.lstrip(" ")
        if folded and (length or folded.strip()):
            pieces.append(folded)
            length += len(folded)

    first = page
    italics: list[tuple[int, int]] = []
    since: int | None = None
    for token in _TOKEN.finditer(raw):
        add(raw[position : token.start()])
        position = token.end()
        if token[3] == ITALIC_OPEN:
            since = length
            continue
        if token[3]:
            if since is not None and length > since:
                italics.append((since, length))
            since = None
            continue
        if token[1] is None:
            while length and pieces[-1][-1] == " ":
                pieces[-1] = pieces[-1][:-1]
                length -= 1
                if not pieces[-1]:
                    pieces.pop()
            calls.append(NoteCall(length, token[2], page, 0))
            continue
        if int(token[1]) == page:
            # Pages are marked twice, in the text and beside it.
            continue
        page = int(token[1])
        if length:
            breaks.append((length, page))
        else:
            first = page
    add(raw[position:])
    text = "".join(pieces).rstrip(" ")
    end = len(text)
    return Flow(
        text,
        first,
        tuple((min(offset, end), number) for offset, number in breaks),
        tuple((min(start, end), min(stop, end)) for start, stop in italics if start < end),
        tuple(NoteCall(min(call.offset, end), call.number, call.page, 0) for call in calls),
    )


def typeset(raw: str) -> str:
    """The typewriter signs of the Government Publishing Office as they are printed: quotes, dashes, section signs."""
    text = _SECTION_SIGNS.sub("§§ ", raw)
    text = _SECTION_SIGN.sub("§ ", text)
    text = _DOUBLE_HYPHEN.sub("—", text)
    if "``" not in text:
        return text
    pieces = _OPENING_QUOTES.split(text)
    # Two apostrophes also mean seconds of arc; they close a quotation only where one is open.
    return pieces[0] + "".join("“" + piece.replace("''", "”", 1) for piece in pieces[1:])


def with_notes(found: Sequence[Block], notes: Sequence[Block]) -> list[Block]:
    """The blocks with each note after the block that calls it; the paragraphs of a note stay together.

    Notes of one number are called in their order; those that nothing calls stand at the end.
    """
    groups: list[list[Block]] = []
    for note in notes:
        if note.number or not groups:
            groups.append([note])
        else:
            groups[-1].append(note)
    waiting: dict[str, deque[list[Block]]] = {}
    for group in groups:
        waiting.setdefault(group[0].number, deque()).append(group)
    result: list[Block] = []
    for block in found:
        result.append(block)
        for call in block.flow.calls:
            if waiting.get(call.number):
                result += waiting[call.number].popleft()
    left = {id(group) for queue in waiting.values() for group in queue}
    for group in groups:
        if id(group) in left:
            result += group
    return result
