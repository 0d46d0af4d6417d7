"""The text of a Federal Register document, walked once in document order.

What stands before the amendments is preamble: its blocks are collected, and when a stretch of it ends the outline is
solved and its provisions are made. Parts, sections and appendices collect their own blocks in the same way. Nothing is
dropped: text that has no place goes to ``unparsed`` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from lxml.etree import _Element

from commenttrack.rulemaking.citations import paragraph_paths, path_values
from commenttrack.rulemaking.codification import Codification
from commenttrack.rulemaking.document_head import Head
from commenttrack.rulemaking.drafts import Draft, Ids
from commenttrack.rulemaking.footnotes import RawNote, read_footnote
from commenttrack.rulemaking.preamble import Block, Preamble, text_block
from commenttrack.rulemaking.provisions import LevelPath, ParsedAmbiguity, ParsedSettlement, Passage, Unparsed
from commenttrack.rulemaking.section_pieces import Item
from commenttrack.rulemaking.sections import appendix, paragraphs, table_draft
from commenttrack.rulemaking.tables import CONTENTS_ENTRIES, read_contents, read_table
from commenttrack.rulemaking.xml_text import Flow, NoteCall, PageCounter, join, plain, read

SIGNATURE = "signature block"
BILLING_CODE = "billing code"
FILING_LINE = "filing line"
DATED = "date of the document"
RUNNING_HEAD = "running head"
STARS = "stars for text left out"
STRAY = "text outside any paragraph"
UNKNOWN = "an element this reader does not know"
# What every document carries and nobody comments on.
ROUTINE = frozenset({SIGNATURE, BILLING_CODE, FILING_LINE, DATED, RUNNING_HEAD, STARS})

# The names of presidential documents, such as “Executive Order 14116 of February 9, 2024”.
_ORDER_NAMES = frozenset({"EXECORDR", "PROC", "DETNO", "PNOTICE", "PMEMO", "PORDER"})
_TEXT = frozenset({"P", "FP", "FP1", "FP2", "LI", "PSPACE", "BQ", "Q", "FRP", "SECHD", "RESERVED", "OLNOTE1"})
_AUTHORITY = frozenset(
    {"AUTH", "SOURCE", "SECAUTH", "PARAUTH", "CITA", "APPRO", "APPR", "EDNOTE", "EFFDNOT", "EFFDNOTP", "CROSSREF"}
)
_ROUTINE = {"SIG": SIGNATURE, "PSIG": SIGNATURE, "PLACE": SIGNATURE, "DATE": DATED, "TITLE3": RUNNING_HEAD}
_ROUTINE |= {"PRES": RUNNING_HEAD, "BILCOD": BILLING_CODE, "FRDOC": FILING_LINE, "FILED": FILING_LINE}
_PICTURES = frozenset({"GPH", "MATH"})
_GROUPS = frozenset({"CHAPTER", "SUBCHAP", "SUBTITLE", "SUBJGRP"})

# Further back than this no step belongs to the same instruction.
_MOST_STEPS = 40
# The number of an instruction that stands within another one.
_WITHIN = re.compile(r"\(?[A-Za-z]{1,5}[.)]|\([0-9]{1,2}\)")
# “the definitions of” and what goes on after the first term of the list.
_NAMES_TERM = re.compile(
    r"\bdefinitions?\s+(?:(?:of|for)\s+)?(?:the\s+terms?\s+)?\Z|”[,;.]?\s*(?:,\s*)?(?:and\s+)?\Z", re.IGNORECASE
)
_NEAR = 60
_NOT_CODIFIED = re.compile(
    r"\b(?:following|this|these|appendix|appendices|attachments?|statements?)\b[^.]{0,120}"
    r"\bwill not (?:appear|be (?:codified|printed|published))\b"
    r"[^.]{0,80}\b(?:Code of Federal Regulations|CFR)\b",
    re.IGNORECASE,
)
# “Appendix A to Part 1003—Form”, which is no heading within a section.
_OF_A_PART = re.compile(r"(?:appendix|supplement)\s+[A-Z0-9-]{1,6}\s+to\s+(?:sub)?part\s", re.IGNORECASE)
_MARKED = re.compile(r"\([a-z]\)\s")
_RANKS = {"HED": 0, "HD1": 1, "HD2": 2, "HD3": 3}


class Amendment(NamedTuple):
    """An instruction paragraph: the provision that carries it, its words, and the part it stands in."""

    provision: str
    number: str
    text: str
    page: int | None
    title: int | None
    part: str
    # The text with its italics in quotation marks, when it names definitions so.
    marked: str = ""


class Body:
    """Walks a document; afterwards ``drafts``, ``notes``, ``unparsed``, ``amendments`` and ``ambiguities`` are full."""

    def __init__(self, pages: PageCounter, *, loose: bool, settled: Mapping[Passage, LevelPath] | None = None) -> None:
        self.head = Head(pages, loose=loose)
        self.filing_line = ""
        # That of a presidential document.
        self.order_name = ""
        self.pages = pages
        self.loose = loose
        self.drafts: list[Draft] = []
        self.notes: list[RawNote] = []
        self.unparsed: list[Unparsed] = []
        self.amendments: list[Amendment] = []
        self.ambiguities: list[ParsedAmbiguity] = []
        self.settled: list[ParsedSettlement] = []
        self._given = settled
        ids = Ids()
        self._ids = ids
        self._preamble = Preamble(ids)
        self._blocks: list[Block] = []
        self._codification = Codification(ids)
        self._regulation = False
        # The section or appendix that was opened last, and what is being collected for it.
        self._section: Draft | None = None
        self._items: list[Item] | None = None
        # The heading of a group that text stands under until the next unit of the CFR.
        self._group_heading: Draft | None = None
        # How many instructions the sections before were printed for.
        self._heeded = 0

    # The walk ----------------------------------------------------------------------------------------------------

    def walk(self, root: _Element) -> None:
        """Read the whole document; the fields and captions of PREAMB go to the head."""
        self._children(root)
        self._close_section()
        self._close_preamble()

    def _on_preamb(self, element: _Element) -> None:
        """Some notices print their whole text in PREAMB, after the fields."""
        self._stray(element.text)
        for child in element:
            if self.head.take(child):
                self._stray(child.tail)
            else:
                self._element(child)
        self._codification.cfr = self.head.cfr

    def calls(self) -> Iterator[NoteCall]:
        """All note calls in the head and the provisions, in document order."""
        yield from self.head.calls
        for draft in self.drafts:
            if draft.heading_flow is not None:
                yield from draft.heading_flow.calls
            yield from draft.flow.calls

    def _element(self, element: _Element) -> None:
        tag = str(element.tag)
        if tag in _TEXT:
            self._add_text(self._read(element))
        elif (handler := _handler(tag)) is not None:
            handler(self, element)
        elif tag in _AUTHORITY:
            self._authority(element)
        elif tag in _ROUTINE:
            self._aside(element, _ROUTINE[tag])
        elif tag in _PICTURES:
            self._picture(element)
        elif tag in _GROUPS:
            self._group(element)
        elif tag in _ORDER_NAMES:
            flow = self._read(element)
            self.order_name = self.order_name or flow.text
            self._add_text(flow)
        elif len(element):
            self._children(element)
        elif (element.text or "").strip():
            self.unparsed.append(Unparsed(" ".join(plain(element).split()), f"{UNKNOWN}: {tag}", self.pages.page))
        tail = element.tail
        if tail and not tail.isspace():
            self._stray(tail)

    def _children(self, element: _Element) -> None:
        self._stray(element.text)
        for child in element:
            self._element(child)

    def _stray(self, text: str | None) -> None:
        if text and not text.isspace():
            self.unparsed.append(Unparsed(" ".join(text.split()), STRAY, self.pages.page))

    def _aside(self, element: _Element, why: str) -> None:
        page = self.pages.page
        parts = [read(child, self.pages, loose=self.loose).text for child in element]
        if not parts or (element.text or "").strip():
            parts = [read(element, self.pages, loose=self.loose).text]
        text = " ".join(part for part in parts if part)
        if text:
            self.unparsed.append(Unparsed(text, why, self.pages.page if page is None else page))
        if why == FILING_LINE:
            # Presidential documents have the day in an element of its own.
            apart = self.filing_line and "FR Doc" not in text
            self.filing_line = f"{self.filing_line} {text}" if apart else self.filing_line or text

    def _read(self, element: _Element) -> Flow:
        return read(element, self.pages, loose=self.loose)

    # Elements ----------------------------------------------------------------------------------------------------

    def _on_prtpage(self, element: _Element) -> None:
        self.pages.turn(element)
        if (element.text or "").strip() or len(element):
            self._children(element)

    def _on_ftnt(self, element: _Element) -> None:
        self.notes += read_footnote(element, self.pages, loose=self.loose)

    def _on_stars(self, element: _Element) -> None:
        if self._items is not None:
            self._items.append(Item("stars", Flow("", self.pages.page)))
        self._children(element)

    def _on_hd(self, element: _Element) -> None:
        flow = self._read(element)
        if not flow.text and not flow.calls:
            return
        rank = _RANKS.get(element.get("SOURCE") or "", 3)
        if self._items is not None and self._regulatory_heading(flow, rank):
            return
        if self._items is None and self._regulation and _MARKED.match(flow.text) and self._amends_section():
            # The text of an airworthiness directive does not always stand in an EXTRACT.
            self._close_preamble()
            self._items = []
        if self._items is not None:
            self._items.append(Item("heading", flow, rank=max(rank, 1)))
        elif not self._regulation or not self._regulatory_heading(flow, rank):
            self._blocks.append(Block(flow, rank=rank))

    def _on_gpotable(self, element: _Element) -> None:
        table = read_table(element, self.pages, loose=self.loose)
        serials: list[int] = []
        for note in table.notes:
            serials.append(self.pages.count())
            self.notes.append(RawNote(serials[-1], note.number, note.flow, table=True))
        if self._items is not None:
            self._items.append(Item("table", table.description, table=table, table_notes=serials))
        else:
            self._blocks.append(Block(table.description, table=table, table_notes=tuple(serials)))

    def _picture(self, element: _Element) -> None:
        for mark in element.iter("PRTPAGE"):
            self.pages.turn(mark)
        name = " ".join(plain(element).split())
        flow = Flow(name, self.pages.page)
        if self._items is not None:
            self._items.append(Item("image", flow, image=name))
        else:
            self._blocks.append(Block(flow, image=name))

    def _on_note(self, element: _Element) -> None:
        """A NOTE is a heading with a paragraph, not an outline entry."""
        pending: Flow | None = None
        seen = False
        self._stray(element.text)
        for child in element:
            if child.tag == "HD" and not seen:
                pending, seen = self._read(child), True
                self._stray(child.tail)
            elif child.tag in _TEXT and seen:
                self._add_text(self._read(child), pending)
                pending = None
                self._stray(child.tail)
            else:
                self._element(child)
        if pending is not None:
            self._add_text(Flow("", pending.last_page), pending)

    def _on_extract(self, element: _Element) -> None:
        """Quoted matter; after an instruction for a section it is its new text (airworthiness directives)."""
        if self._items is None and self._regulation and self._amends_section():
            self._close_preamble()
            self._items = []
            self._children(element)
            return
        items, first = self._items, len(self._items or ())
        self._children(element)
        # Unless an appendix was opened within, whose text it is.
        if items is not None and items is self._items:
            for item in items[first:]:
                item.quoted = item.what == "text"

    def _amends_section(self) -> bool:
        """Whether the last instruction adds to the section that was opened last."""
        if self._section is None or self._section.kind != "section" or not self.amendments:
            return False
        number = self._section.label.split()[-1:]
        if not number:
            return False
        named = re.compile(rf"(?:§|[Ss]ection|CFR)\s*{re.escape(number[0])}(?![0-9])")
        for amendment in self.amendments[: -_MOST_STEPS - 1 : -1]:
            if named.search(amendment.text):
                return True
            # “b. Adding the following new AD:” stands within “2. The FAA amends § 39.13 by:”.
            if not _WITHIN.fullmatch(amendment.number):
                break
        return False

    def _add_text(self, flow: Flow, heading: Flow | None = None) -> None:
        if heading is not None and not heading.text:
            heading = None
        if not flow.text and heading is None and not flow.calls:
            return
        if self._regulation and heading is not None and "will not" in flow.text and _NOT_CODIFIED.search(flow.text):
            # What follows is no text of the CFR, such as an appendix with the names of commenters.
            self._close_section()
            self._close_preamble()
            self._regulation, self._section, self._group_heading = False, None, None
        if self._items is not None:
            if flow.text.startswith("*") and flow.text.replace(" ", "") == "*" * 5:
                self._items.append(Item("stars", flow))
                self.unparsed.append(Unparsed(flow.text, STARS, flow.page))
                return
            self._items.append(Item("text", flow, None, "", False, heading))
        else:
            self._blocks.append(text_block((flow, None, None, (), "", heading, False)))

    def _authority(self, element: _Element) -> None:
        """Authority and source lines: a heading with text, under the part or section."""
        flows = [self._read(child) for child in element if child.tag not in ("HD", "EAR")]
        heads = [self._read(child) for child in element if child.tag in ("HD", "EAR")]
        for child in element:
            self._stray(child.tail)
        if not len(element):
            flows = [self._read(element)]
        else:
            self._stray(element.text)
        # A page may turn between them.
        flow, heading = join([flow for flow in flows if flow.text or flow.calls] or flows), join(heads)
        if not flow.text and not heading.text:
            return
        if not self._regulation:
            self._blocks.append(Block(flow, heading=heading if heading.text else None))
        elif self._items is not None:
            self._items.append(Item("text", join([heading, flow]), quoted=True))
        else:
            self._add(self._codification.authority(heading, flow))

    def _on_amdpar(self, element: _Element) -> None:
        self._begin_regulation()
        flow = self._read(element)
        if not flow.text:
            return
        draft = self._add(self._codification.instruction(flow))
        part = self._codification.part_number
        title = self._codification.title_of(part)
        marked = _italics_quoted(draft.flow) if draft.flow.italics and "definition" in flow.text else ""
        self.amendments.append(Amendment(draft.id, draft.number, draft.flow.text, draft.flow.page, title, part, marked))

    def _on_lstsub(self, element: _Element) -> None:
        """The list of subjects: a heading, sometimes with a CFR title for each list."""
        if self._group_heading is not None:
            self._close_preamble()
            self._group_heading = None
        self._stray(element.text)
        for child in element:
            if child.tag == "HD":
                rank = 2 if child.get("SOURCE") in ("HD2", "HD3") else 1
                self._blocks.append(Block(self._read(child), rank=rank))
                self._stray(child.tail)
            elif child.tag == "CFR":
                self._blocks.append(Block(self._read(child), rank=2))
                self._stray(child.tail)
            else:
                self._element(child)
        self._blocks.append(Block(Flow("", self.pages.page), closes=True))

    def _on_regtext(self, element: _Element) -> None:
        self._begin_regulation()
        self._codification.enter(element.get("TITLE") or "", element.get("PART") or "")
        self._codification.close_subpart()
        self._children(element)
        self._close_section()
        self._close_preamble()
        # What follows is text between the amendments, such as a note that an appendix is not codified.
        self._regulation = False
        self._section = None

    def _on_part(self, element: _Element) -> None:
        self._begin_regulation()
        self._release_lead_in()
        self._codification.close_part()
        self._children(element)
        if _holds_text(element):
            self._close_section()
            self._codification.close_part()

    def _on_subpart(self, element: _Element) -> None:
        self._begin_regulation()
        self._codification.close_subpart()
        self._children(element)
        if _holds_text(element):
            self._close_section()
            self._codification.close_subpart()

    def _group(self, element: _Element) -> None:
        self._begin_regulation()
        self._children(element)

    def _on_contents(self, element: _Element) -> None:
        """The list of sections of a part is a table, its entries are not sections."""
        self._begin_regulation()
        self._strays_within(element)
        table = read_contents(element, self.pages, loose=self.loose)
        above = self._codification.above
        name = self._ids.new(f"{above.id if above else 'rule'}-contents")
        self._add(table_draft(name, above.id if above else None, above.label if above else "", table, []))

    def _strays_within(self, element: _Element) -> None:
        """Text of a list that stands in none of its entries."""
        entries = set(element.iter(*CONTENTS_ENTRIES))
        inside = {inner for entry in entries for inner in entry.iter() if inner is not entry}
        for inner in element.iter():
            if inner not in inside:
                self._stray(None if inner in entries else inner.text)
                self._stray(None if inner is element else inner.tail)

    def _on_section(self, element: _Element) -> None:
        self._begin_regulation()
        children = list(element)
        tags = [child.tag for child in children]
        if tags[:1] == ["PRTPAGE"]:
            # The page begins with the section.
            self.pages.turn(children[0])
        number = join([self._read(child) for child, tag in zip(children, tags, strict=True) if tag == "SECTNO"])
        # “§ 170.40 [Reserved]” has no subject but that.
        named = "SUBJECT" if "SUBJECT" in tags else "RESERVED"
        subject = join([self._read(child) for child, tag in zip(children, tags, strict=True) if tag == named])
        self._section = self._add(self._codification.section(number, subject))
        self._items = []
        self._stray(element.text)
        for child, tag in zip(children, tags, strict=True):
            if tag in ("SECTNO", named):
                self._stray(child.tail)
            else:
                self._element(child)
        self._close_section()

    def _on_appendix(self, element: _Element) -> None:
        self._begin_regulation()
        self._section = None
        self._children(element)
        self._close_section()

    # Regulatory structure ------------------------------------------------------------------------------------------

    def _begin_regulation(self) -> None:
        """A unit of regulatory text starts: what was open before it is complete."""
        self._close_section()
        self._close_preamble()
        self._regulation = True
        self._group_heading = None

    def _release_lead_in(self) -> None:
        """Headings and text before a part, such as “Federal Reserve System” in a joint rule, stand in no other part."""
        above = self._codification.above
        if above is None:
            return
        first = len(self.drafts)
        for index in range(len(self.drafts) - 1, -1, -1):
            draft = self.drafts[index]
            if draft.kind not in ("preamble_heading", "preamble_paragraph") or draft.label.startswith("amendment"):
                break
            if draft.kind == "preamble_heading":
                first = index
        for draft in self.drafts[first:]:
            if draft.parent == above.id:
                draft.parent = None

    def _regulatory_heading(self, flow: Flow, rank: int) -> bool:
        """Whether a heading opens a part, subpart, appendix or group; if so it is opened."""
        inside = self._items is not None
        if rank > 1:
            return False
        # What came before stands under the units open until now.
        self._close_preamble()
        # An appendix often stands in an EXTRACT at the end of the last section.
        in_appendix = inside and (
            (self._section is not None and self._section.kind == "appendix") or _OF_A_PART.match(flow.text) is not None
        )
        draft = None
        if not inside:
            draft = self._codification.part(flow) or self._codification.subpart(flow)
        if draft is None and (not inside or in_appendix):
            draft = self._codification.appendix(flow)
            if draft is not None:
                self._close_section()
                self._section, self._items = self._add(draft), []
                return True
        if inside:
            return False
        if draft is None:
            draft = self._group_heading = self._codification.group(flow)
        else:
            self._group_heading = None
        self._add(draft)
        return True

    def _close_section(self) -> None:
        items, self._items = self._items, None
        if not items:
            return
        section = self._section
        if section is not None and section.kind == "appendix":
            self._keep(*appendix(items, section, self._ids, settled=self._given))
            return
        drafts, ambiguities, settled = paragraphs(
            items,
            section,
            section.label if section else "",
            section.id if section else "text",
            self._ids,
            subject=section.heading if section and section.kind == "section" else "",
            expected=self._named_paths(),
            settled=self._given,
        )
        self._keep(drafts, ambiguities, settled)

    def _keep(self, drafts: list[Draft], ambiguities: list[ParsedAmbiguity], settled: list[ParsedSettlement]) -> None:
        self.drafts += drafts
        self.ambiguities += ambiguities
        self.settled += settled

    def _named_paths(self) -> frozenset[tuple[int, ...]]:
        """The paragraphs that the instructions since the last section name, and those they stand in."""
        new = self.amendments[self._heeded :]
        self._heeded = len(self.amendments)
        return frozenset(
            [values for amendment in new for path in paragraph_paths(amendment.text) for values in _lines(path)]
        )

    def _add(self, draft: Draft) -> Draft:
        self._close_preamble()
        self.drafts.append(draft)
        return draft

    def _close_preamble(self) -> None:
        if self._blocks:
            above = (self._group_heading or self._codification.above) if self._regulation else None
            self.drafts += self._preamble.drafts(self._blocks, above)
            self._blocks = []


def _italics_quoted(flow: Flow) -> str:
    """The text with quotation marks around what is set in italics, but for the punctuation at its end."""
    pieces: list[str] = []
    position = 0
    last = ""
    for start, end in flow.italics:
        words = flow.text[start:end].rstrip(" ,;.:")
        gap = flow.text[position:start]
        if "“" in words or not words.strip() or not _NAMES_TERM.search(last + gap, max(0, len(last + gap) - _NEAR)):
            continue
        last = f"“{words}”"
        pieces += [gap, last]
        position = start + len(words)
    return "".join([*pieces, flow.text[position:]])


@lru_cache(maxsize=1024)
def _lines(path: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """The values of a paragraph's path and of those it stands in; most are named several times."""
    values = path_values(path)
    return tuple(values[:length] for length in range(1, len(values) + 1))


@lru_cache(maxsize=256)
def _handler(tag: str) -> Callable[[Body, _Element], None] | None:
    """The method of :class:`Body` for an element of its own kind."""
    return getattr(Body, f"_on_{tag.lower()}", None) if tag.isalnum() else None


def _holds_text(element: _Element) -> bool:
    """Whether a PART or SUBPART wraps its text; elsewhere it is only a heading for what follows."""
    return any(child.tag in ("SECTION", "SUBPART", "SUBJGRP", "APPENDIX", "AMDPAR") for child in element)
