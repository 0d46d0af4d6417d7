"""The elements of a Federal Register document, walked once in document order.

Each element that this reader knows is text, opens something or stands aside; what it holds is collected in a
:class:`document_text.DocumentText`. The text of an element that it does not know goes to ``unparsed`` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from lxml.etree import _Element

from commenttrack.rulemaking.document_head import Head
from commenttrack.rulemaking.document_text import (
    BILLING_CODE,
    DATED,
    FILING_LINE,
    RUNNING_HEAD,
    SIGNATURE,
    UNKNOWN,
    DocumentText,
)
from commenttrack.rulemaking.footnotes import RawNote, read_footnote
from commenttrack.rulemaking.preamble import Block
from commenttrack.rulemaking.provisions import LevelPath, Passage, Unparsed
from commenttrack.rulemaking.section_pieces import Item
from commenttrack.rulemaking.sections import table_draft
from commenttrack.rulemaking.tables import CONTENTS_ENTRIES, read_contents, read_table
from commenttrack.rulemaking.xml_text import Flow, NoteCall, PageCounter, join, plain, read

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

_MARKED = re.compile(r"\([a-z]\)\s")
_RANKS = {"HED": 0, "HD1": 1, "HD2": 2, "HD3": 3}


class Body(DocumentText):
    """Walks a document; afterwards ``drafts``, ``notes``, ``unparsed``, ``amendments`` and ``ambiguities`` are full."""

    def __init__(self, pages: PageCounter, *, loose: bool, settled: Mapping[Passage, LevelPath] | None = None) -> None:
        super().__init__(pages, settled)
        self.head = Head(pages, loose=loose)
        self.filing_line = ""
        # That of a presidential document.
        self.order_name = ""
        self.loose = loose
        self.notes: list[RawNote] = []

    # The walk ----------------------------------------------------------------------------------------------------

    def walk(self, root: _Element) -> None:
        """Read the whole document; the fields and captions of PREAMB go to the head."""
        self._children(root)
        self.close_section()
        self.close_preamble()

    def _on_preamb(self, element: _Element) -> None:
        """Some notices print their whole text in PREAMB, after the fields."""
        self.stray(element.text)
        for child in element:
            if self.head.take(child):
                self.stray(child.tail)
            else:
                self._element(child)
        self.codification.cfr = self.head.cfr

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
            self.add_text(self._read(element))
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
            self.add_text(flow)
        elif len(element):
            self._children(element)
        elif (element.text or "").strip():
            self.unparsed.append(Unparsed(" ".join(plain(element).split()), f"{UNKNOWN}: {tag}", self.pages.page))
        tail = element.tail
        if tail and not tail.isspace():
            self.stray(tail)

    def _children(self, element: _Element) -> None:
        self.stray(element.text)
        for child in element:
            self._element(child)

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
        if self.items is not None:
            self.items.append(Item("stars", Flow("", self.pages.page)))
        self._children(element)

    def _on_hd(self, element: _Element) -> None:
        flow = self._read(element)
        if not flow.text and not flow.calls:
            return
        rank = _RANKS.get(element.get("SOURCE") or "", 3)
        if self.items is not None and self.open_heading(flow, rank):
            return
        if self.items is None and self.regulation and _MARKED.match(flow.text) and self.amends_section():
            # The text of an airworthiness directive does not always stand in an EXTRACT.
            self.close_preamble()
            self.items = []
        if self.items is not None:
            self.items.append(Item("heading", flow, rank=max(rank, 1)))
        elif not self.regulation or not self.open_heading(flow, rank):
            self.blocks.append(Block(flow, rank=rank))

    def _on_gpotable(self, element: _Element) -> None:
        table = read_table(element, self.pages, loose=self.loose)
        serials: list[int] = []
        for note in table.notes:
            serials.append(self.pages.count())
            self.notes.append(RawNote(serials[-1], note.number, note.flow, table=True))
        if self.items is not None:
            self.items.append(Item("table", table.description, table=table, table_notes=serials))
        else:
            self.blocks.append(Block(table.description, table=table, table_notes=tuple(serials)))

    def _picture(self, element: _Element) -> None:
        for mark in element.iter("PRTPAGE"):
            self.pages.turn(mark)
        name = " ".join(plain(element).split())
        flow = Flow(name, self.pages.page)
        if self.items is not None:
            self.items.append(Item("image", flow, image=name))
        else:
            self.blocks.append(Block(flow, image=name))

    def _on_note(self, element: _Element) -> None:
        """A NOTE is a heading with a paragraph, not an outline entry."""
        pending: Flow | None = None
        seen = False
        self.stray(element.text)
        for child in element:
            if child.tag == "HD" and not seen:
                pending, seen = self._read(child), True
                self.stray(child.tail)
            elif child.tag in _TEXT and seen:
                self.add_text(self._read(child), pending)
                pending = None
                self.stray(child.tail)
            else:
                self._element(child)
        if pending is not None:
            self.add_text(Flow("", pending.last_page), pending)

    def _on_extract(self, element: _Element) -> None:
        """Quoted matter; after an instruction for a section it is its new text (airworthiness directives)."""
        if self.items is None and self.regulation and self.amends_section():
            self.close_preamble()
            self.items = []
            self._children(element)
            return
        items, first = self.items, len(self.items or ())
        self._children(element)
        # Unless an appendix was opened within, whose text it is.
        if items is not None and items is self.items:
            for item in items[first:]:
                item.quoted = item.what == "text"

    def _authority(self, element: _Element) -> None:
        """Authority and source lines: a heading with text, under the part or section."""
        flows = [self._read(child) for child in element if child.tag not in ("HD", "EAR")]
        heads = [self._read(child) for child in element if child.tag in ("HD", "EAR")]
        for child in element:
            self.stray(child.tail)
        if not len(element):
            flows = [self._read(element)]
        else:
            self.stray(element.text)
        # A page may turn between them.
        flow, heading = join([flow for flow in flows if flow.text or flow.calls] or flows), join(heads)
        if not flow.text and not heading.text:
            return
        if not self.regulation:
            self.blocks.append(Block(flow, heading=heading if heading.text else None))
        elif self.items is not None:
            self.items.append(Item("text", join([heading, flow]), quoted=True))
        else:
            self.add(self.codification.authority(heading, flow))

    def _on_amdpar(self, element: _Element) -> None:
        self.begin_regulation()
        flow = self._read(element)
        if flow.text:
            self.add_instruction(flow)

    def _on_lstsub(self, element: _Element) -> None:
        """The list of subjects: a heading, sometimes with a CFR title for each list."""
        if self.group_heading is not None:
            self.close_preamble()
            self.group_heading = None
        self.stray(element.text)
        for child in element:
            if child.tag == "HD":
                rank = 2 if child.get("SOURCE") in ("HD2", "HD3") else 1
                self.blocks.append(Block(self._read(child), rank=rank))
                self.stray(child.tail)
            elif child.tag == "CFR":
                self.blocks.append(Block(self._read(child), rank=2))
                self.stray(child.tail)
            else:
                self._element(child)
        self.blocks.append(Block(Flow("", self.pages.page), closes=True))

    def _on_regtext(self, element: _Element) -> None:
        self.begin_regulation()
        self.codification.enter(element.get("TITLE") or "", element.get("PART") or "")
        self.codification.close_subpart()
        self._children(element)
        self.close_section()
        self.close_preamble()
        # What follows is text between the amendments, such as a note that an appendix is not codified.
        self.regulation = False
        self.section = None

    def _on_part(self, element: _Element) -> None:
        self.begin_regulation()
        self.release_lead_in()
        self.codification.close_part()
        self._children(element)
        if _holds_text(element):
            self.close_section()
            self.codification.close_part()

    def _on_subpart(self, element: _Element) -> None:
        self.begin_regulation()
        self.codification.close_subpart()
        self._children(element)
        if _holds_text(element):
            self.close_section()
            self.codification.close_subpart()

    def _group(self, element: _Element) -> None:
        self.begin_regulation()
        self._children(element)

    def _on_contents(self, element: _Element) -> None:
        """The list of sections of a part is a table, its entries are not sections."""
        self.begin_regulation()
        self._strays_within(element)
        table = read_contents(element, self.pages, loose=self.loose)
        above = self.codification.above
        name = self.ids.new(f"{above.id if above else 'rule'}-contents")
        self.add(table_draft(name, above.id if above else None, above.label if above else "", table, []))

    def _strays_within(self, element: _Element) -> None:
        """Text of a list that stands in none of its entries."""
        entries = set(element.iter(*CONTENTS_ENTRIES))
        inside = {inner for entry in entries for inner in entry.iter() if inner is not entry}
        for inner in element.iter():
            if inner not in inside:
                self.stray(None if inner in entries else inner.text)
                self.stray(None if inner is element else inner.tail)

    def _on_section(self, element: _Element) -> None:
        self.begin_regulation()
        children = list(element)
        tags = [child.tag for child in children]
        if tags[:1] == ["PRTPAGE"]:
            # The page begins with the section.
            self.pages.turn(children[0])
        number = join([self._read(child) for child, tag in zip(children, tags, strict=True) if tag == "SECTNO"])
        # “§ 170.40 [Reserved]” has no subject but that.
        named = "SUBJECT" if "SUBJECT" in tags else "RESERVED"
        subject = join([self._read(child) for child, tag in zip(children, tags, strict=True) if tag == named])
        self.section = self.add(self.codification.section(number, subject))
        self.items = []
        self.stray(element.text)
        for child, tag in zip(children, tags, strict=True):
            if tag in ("SECTNO", named):
                self.stray(child.tail)
            else:
                self._element(child)
        self.close_section()

    def _on_appendix(self, element: _Element) -> None:
        self.begin_regulation()
        self.section = None
        self._children(element)
        self.close_section()


@lru_cache(maxsize=256)
def _handler(tag: str) -> Callable[[Body, _Element], None] | None:
    """The method of :class:`Body` for an element of its own kind."""
    return getattr(Body, f"_on_{tag.lower()}", None) if tag.isalnum() else None


def _holds_text(element: _Element) -> bool:
    """Whether a PART or SUBPART wraps its text; elsewhere it is only a heading for what follows."""
    return any(child.tag in ("SECTION", "SUBPART", "SUBJGRP", "APPENDIX", "AMDPAR") for child in element)
