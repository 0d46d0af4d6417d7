"""The text of a Federal Register document, walked once in document order.

What stands before the amendments is preamble: its blocks are collected, and when a stretch of it ends the outline is
solved and its provisions are made. Parts, sections and appendices collect their own blocks in the same way. Nothing is
dropped: text that has no place goes to ``unparsed`` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.etree import _Element

from commenttrack.rulemaking.citations import paragraph_paths, path_values
from commenttrack.rulemaking.document_head import Head
from commenttrack.rulemaking.drafts import Draft, Ids, slug
from commenttrack.rulemaking.footnotes import RawNote, read_footnote
from commenttrack.rulemaking.preamble_outline import Heading, bare, depths, split_number
from commenttrack.rulemaking.provisions import ParsedAmbiguity, ParsedCfr, Unparsed
from commenttrack.rulemaking.sections import Item, paragraphs, table_draft
from commenttrack.rulemaking.tables import Table, read_table
from commenttrack.rulemaking.xml_text import Flow, NoteCall, PageCounter, join, plain, read

SIGNATURE = "signature block"
BILLING_CODE = "billing code"
FILING_LINE = "filing line"
STRAY = "text outside any paragraph"
UNKNOWN = "an element this reader does not know"
# What the law makes every document carry and nobody comments on.
ROUTINE = frozenset({SIGNATURE, BILLING_CODE, FILING_LINE})

_TEXT = frozenset({"P", "FP", "FP1", "FP2", "LI", "PSPACE", "BQ", "Q", "FRP", "SECHD", "RESERVED"})
_AUTHORITY = frozenset(
    {"AUTH", "SOURCE", "SECAUTH", "PARAUTH", "CITA", "APPRO", "EDNOTE", "EFFDNOT", "EFFDNOTP", "CROSSREF"}
)
_ROUTINE = {"SIG": SIGNATURE, "BILCOD": BILLING_CODE, "FRDOC": FILING_LINE, "FILED": FILING_LINE}
_PICTURES = frozenset({"GPH", "MATH"})
_GROUPS = frozenset({"CHAPTER", "SUBCHAP", "SUBTITLE", "SUBJGRP"})

_PART = re.compile(r"(part\s+[0-9][0-9A-Za-z.–-]*)\s*[—–:-]?\s*(.*)", re.IGNORECASE | re.DOTALL)
_SUBPART = re.compile(
    r"(subparts?\s+[A-Z0-9]{1,5}(?:\s?(?:through|and|[-–])\s?[A-Z]{1,3}(?=\W))?)\s*[—–:.-]?\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_APPENDIX = re.compile(
    r"((?:appendix|appendices|supplement|annex|exhibit|attachment|schedule)\b(?:\s+(?:no\.\s*)?[A-Z0-9-]{1,6}\b)?)"
    r"\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_GROUP = re.compile(
    r"((?:sub)?chapter\s+[A-Z0-9]+|(?:sub)?title\s+[A-Z0-9]+)\s*[—–:-]?\s*(.*)", re.IGNORECASE | re.DOTALL
)
_TITLE_NUMBER = re.compile(r"title\s+([0-9]+)", re.IGNORECASE)
_SECTION_NUMBER = re.compile(r"[0-9][0-9A-Za-z]*(?:[.–-][0-9A-Za-z]+)*(?:\([0-9A-Za-z]+\)(?:-[0-9]+[A-Z]?)?)*")
_MARKED = re.compile(r"\([a-z]\)\s")
_RANKS = {"HED": 0, "HD1": 1, "HD2": 2, "HD3": 3}


@dataclass(frozen=True, slots=True)
class Amendment:
    """An instruction paragraph: the provision that carries it, its words, and the part it stands in."""

    provision: str
    number: str
    text: str
    page: int | None
    title: int | None
    part: str


@dataclass(slots=True)
class _Block:
    """A block of the preamble; ``rank`` is set on headings."""

    flow: Flow
    rank: int | None = None
    table: Table | None = None
    image: str = ""
    amendment: bool = False
    heading: Flow | None = None
    notes: tuple[int, ...] = ()
    # The end of the list of subjects: what follows stands under no heading of it.
    closes: bool = False


class Body:
    """Walks a document; afterwards ``drafts``, ``notes``, ``unparsed``, ``amendments`` and ``ambiguities`` are full."""

    def __init__(self, pages: PageCounter, *, loose: bool) -> None:
        self.head = Head(pages, loose=loose)
        self.cfr: Sequence[ParsedCfr] = ()
        self.filing_line = ""
        self.pages = pages
        self.loose = loose
        self.drafts: list[Draft] = []
        self.notes: list[RawNote] = []
        self.unparsed: list[Unparsed] = []
        self.amendments: list[Amendment] = []
        self.ambiguities: list[ParsedAmbiguity] = []
        self.ids = Ids()
        self._preamble: list[_Block] = []
        self._regulation = False
        self._title: int | None = None
        self._part: Draft | None = None
        self._part_number = ""
        self._subpart: Draft | None = None
        # The section or appendix that is open, its citation and id prefix, and what was collected for it.
        self._section: Draft | None = None
        self._citation = ""
        self._prefix = ""
        self._items: list[Item] | None = None
        self._subject = ""
        # How many instructions the sections before were printed for.
        self._heeded = 0
        self._counts: dict[str, int] = {}
        self._labels: dict[str, str] = {}

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
        self.cfr = self.head.cfr

    def calls(self) -> Iterator[NoteCall]:
        """All note calls in the head and the provisions, in document order."""
        yield from self.head.calls
        for draft in self.drafts:
            if draft.heading_flow is not None:
                yield from draft.heading_flow.calls
            yield from draft.flow.calls

    def _element(self, element: _Element) -> None:
        tag = str(element.tag)
        handler = getattr(self, f"_on_{tag.lower()}", None) if tag.isalnum() else None
        if handler is not None:
            handler(element)
        elif tag in _TEXT:
            self._text(element)
        elif tag in _AUTHORITY:
            self._authority(element)
        elif tag in _ROUTINE:
            self._aside(element, _ROUTINE[tag])
        elif tag in _PICTURES:
            self._picture(element)
        elif tag in _GROUPS:
            self._group(element)
        elif len(element):
            self._children(element)
        elif (element.text or "").strip():
            self.unparsed.append(Unparsed(" ".join(plain(element).split()), f"{UNKNOWN}: {tag}", self.pages.page))
        self._stray(element.tail)

    def _children(self, element: _Element) -> None:
        self._stray(element.text)
        for child in element:
            self._element(child)

    def _stray(self, text: str | None) -> None:
        if text and text.strip():
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
            self.filing_line = self.filing_line or text

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
        if self._items is not None and self._regulatory_heading(flow, rank, inside=True):
            return
        if self._items is None and self._regulation and _MARKED.match(flow.text) and self._amends_section():
            # The text of an airworthiness directive does not always stand in an EXTRACT.
            self._close_preamble()
            self._items = []
        if self._items is not None:
            self._items.append(Item("heading", flow))
        elif not self._regulation or not self._regulatory_heading(flow, rank, inside=False):
            self._preamble.append(_Block(flow, rank=rank))

    def _on_gpotable(self, element: _Element) -> None:
        table = read_table(element, self.pages, loose=self.loose)
        serials: list[int] = []
        for note in table.notes:
            serials.append(self.pages.count())
            self.notes.append(RawNote(serials[-1], note.number, note.flow, table=True))
        if self._items is not None:
            self._items.append(Item("table", table.description, table=table, table_notes=serials))
        else:
            self._preamble.append(_Block(table.description, table=table, notes=tuple(serials)))

    def _picture(self, element: _Element) -> None:
        for mark in element.iter("PRTPAGE"):
            self.pages.turn(mark)
        name = " ".join(plain(element).split())
        flow = Flow(name, self.pages.page)
        if self._items is not None:
            self._items.append(Item("image", flow, image=name))
        else:
            self._preamble.append(_Block(flow, image=name))

    def _on_note(self, element: _Element) -> None:
        """A NOTE is a heading with a paragraph, not an outline entry."""
        heading: Flow | None = None
        self._stray(element.text)
        for child in element:
            if child.tag == "HD" and heading is None:
                heading = self._read(child)
                self._stray(child.tail)
            elif child.tag in _TEXT and heading is not None:
                self._add_text(self._read(child), heading)
                heading = Flow("", None)
                self._stray(child.tail)
            else:
                self._element(child)
        if heading is not None and heading.text and heading.page is not None:
            self._add_text(Flow("", heading.last_page), heading)

    def _on_extract(self, element: _Element) -> None:
        """Quoted matter; after an instruction for a section it is its new text (airworthiness directives)."""
        if self._items is None and self._regulation and self._amends_section():
            self._close_preamble()
            self._items = []
            self._children(element)
            return
        first = len(self._items or ())
        self._children(element)
        if self._items is not None:
            for item in self._items[first:]:
                item.quoted = item.what == "text"

    def _amends_section(self) -> bool:
        """Whether the last instruction adds to the section that was opened last."""
        if self._section is None or self._section.kind != "section" or not self.amendments:
            return False
        number = self._citation.split()[-1]
        return re.search(rf"(?:§|[Ss]ection)\s*{re.escape(number)}(?![0-9])", self.amendments[-1].text) is not None

    def _text(self, element: _Element) -> None:
        self._add_text(self._read(element))

    def _add_text(self, flow: Flow, heading: Flow | None = None) -> None:
        if not flow.text and not flow.calls and not (heading and heading.text):
            return
        if self._items is not None:
            if flow.text.replace(" ", "") == "*" * 5:
                self._items.append(Item("stars", flow))
                self.unparsed.append(Unparsed(flow.text, "stars for text left out", flow.page))
                return
            self._items.append(Item("text", flow, heading=heading if heading and heading.text else None))
        else:
            self._preamble.append(_Block(flow, heading=heading if heading and heading.text else None))

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
        flow, heading = join(flows), join(heads)
        if not flow.text and not heading.text:
            return
        if not self._regulation:
            self._preamble.append(_Block(flow, heading=heading if heading.text else None))
            return
        if self._items is not None:
            self._items.append(Item("text", flow, quoted=True))
            if heading.text:
                self._items[-1].flow = join([heading, flow])
            return
        above = self._subpart or self._part
        prefix = above.id if above else "authority"
        self._add(
            Draft(
                id=self.ids.new(f"{prefix}-{slug(heading.text) or element.tag.lower()}"),
                parent=above.id if above else None,
                kind="paragraph",
                number="",
                label=above.label if above else "",
                flow=flow,
                heading=heading.text,
                heading_flow=heading,
            )
        )

    def _on_amdpar(self, element: _Element) -> None:
        self._begin_regulation()
        self._close_section()
        flow = self._read(element)
        if flow.text:
            self._preamble.append(_Block(flow, amendment=True))
            self._close_preamble()

    def _on_lstsub(self, element: _Element) -> None:
        """The list of subjects: a heading, sometimes with a CFR title for each list."""
        self._stray(element.text)
        for child in element:
            if child.tag == "HD":
                self._preamble.append(_Block(self._read(child), rank=1))
                self._stray(child.tail)
            elif child.tag == "CFR":
                self._preamble.append(_Block(self._read(child), rank=2))
                self._stray(child.tail)
            else:
                self._element(child)
        self._preamble.append(_Block(Flow("", self.pages.page), closes=True))

    def _on_regtext(self, element: _Element) -> None:
        self._begin_regulation()
        title, part = element.get("TITLE") or "", element.get("PART") or ""
        if title.isdigit():
            self._title = int(title)
        if part and part != self._part_number:
            self._part, self._subpart, self._part_number = None, None, part
        self._children(element)
        self._close_section()
        self._close_preamble()
        # What follows is text between the amendments, such as a note that an appendix is not codified.
        self._regulation = False
        self._section = None

    def _on_part(self, element: _Element) -> None:
        self._begin_regulation()
        self._close_section()
        self._part = self._subpart = None
        self._children(element)

    def _on_subpart(self, element: _Element) -> None:
        self._begin_regulation()
        self._close_section()
        self._subpart = None
        self._children(element)

    def _group(self, element: _Element) -> None:
        self._begin_regulation()
        self._close_section()
        self._children(element)

    def _on_contents(self, element: _Element) -> None:
        """The list of sections of a part is a table, its entries are not sections."""
        self._begin_regulation()
        self._close_section()
        heading = Flow("", self.pages.page)
        rows: list[list[str]] = []
        pages = [self.pages.page]
        self._strays_within(element)
        for entry in element.iter("HD", "SECHD", "SECTNO", "SUBJECT", "RESERVED", "APP", "P", "PRTPAGE"):
            if entry.tag == "PRTPAGE":
                self.pages.turn(entry)
                continue
            flow = self._read(entry)
            pages.append(self.pages.page)
            if entry.tag == "SECHD" and not heading.text:
                heading = flow
            elif entry.tag == "SUBJECT" and rows and len(rows[-1]) == 1:
                rows[-1].append(flow.text)
            elif flow.text:
                rows.append([flow.text])
        above = self._subpart or self._part
        label = above.label if above else ""
        table = Table(
            heading,
            Flow("", heading.page),
            tuple(tuple(row) for row in rows),
            0,
            (),
            tuple(dict.fromkeys(page for page in pages if page is not None)),
        )
        name = self.ids.new(f"{above.id if above else 'rule'}-contents")
        self._add(table_draft(name, above.id if above else None, label, table, []))

    def _strays_within(self, element: _Element) -> None:
        """Text of a list that stands in none of its entries."""
        entries = set(element.iter("HD", "SECHD", "SECTNO", "SUBJECT", "RESERVED", "APP", "P"))
        inside = {inner for entry in entries for inner in entry.iter() if inner is not entry}
        for inner in element.iter():
            if inner not in inside:
                self._stray(None if inner in entries else inner.text)
                self._stray(None if inner is element else inner.tail)

    def _on_section(self, element: _Element) -> None:
        self._begin_regulation()
        self._close_section()
        numbers = [self._read(child) for child in element if child.tag == "SECTNO"]
        subjects = [child for child in element if child.tag == "SUBJECT"]
        number = join(numbers)
        subject = join([self._read(child) for child in subjects])
        self._open_section(number, subject)
        self._items = []
        self._stray(element.text)
        for child in element:
            if child.tag in ("SECTNO", "SUBJECT"):
                self._stray(child.tail)
            elif child.tag == "RESERVED":
                self._add_text(self._read(child))
                self._stray(child.tail)
            else:
                self._element(child)
        self._close_section()

    def _on_appendix(self, element: _Element) -> None:
        self._begin_regulation()
        self._close_section()
        self._section = None
        self._children(element)
        self._close_section()

    # Regulatory structure ------------------------------------------------------------------------------------------

    def _begin_regulation(self) -> None:
        self._close_preamble()
        self._regulation = True

    def _regulatory_heading(self, flow: Flow, rank: int, *, inside: bool) -> bool:
        """Parts, subparts, groups and appendices by their headings; False when it is none of them."""
        text = flow.text
        found = _PART.match(text)
        if found and rank <= 1 and not inside:
            self._open_part(found, flow)
            return True
        found = _SUBPART.match(text)
        if found and rank <= 1:
            self._close_section()
            self._open_subpart(found, flow)
            return True
        found = _APPENDIX.match(text)
        if found and rank <= 1 and (not inside or self._appendix_open()):
            self._close_section()
            self._open_appendix(found, flow)
            return True
        if inside:
            return False
        found = _GROUP.match(text)
        if found:
            title = _TITLE_NUMBER.match(found[1])
            if title:
                self._title = int(title[1])
        number, rest = (found[1], flow.cut(found.start(2))) if found else ("", flow)
        self._add(
            Draft(
                id=self.ids.new(slug(found[1]) if found else f"group-{slug(text) or 'heading'}"),
                parent=self._subpart.id if self._subpart else self._part.id if self._part else None,
                kind="preamble_heading",
                number=number,
                label="",
                flow=Flow("", flow.last_page),
                heading=rest.text,
                heading_flow=rest,
            )
        )
        return True

    def _appendix_open(self) -> bool:
        return self._section is not None and self._section.kind == "appendix"

    def _open_part(self, found: re.Match[str], flow: Flow) -> None:
        number = found[1].split()[-1].rstrip(".–-")
        self._part_number = number
        title = self._title_of(number)
        rest = flow.cut(found.start(2))
        self._subpart = None
        self._part = self._add(
            Draft(
                id=self.ids.new(f"part{number}"),
                parent=None,
                kind="part",
                number=" ".join(found[1].split()),
                label=f"{title} CFR part {number}" if title else f"part {number}",
                flow=Flow("", flow.last_page),
                heading=rest.text,
                heading_flow=rest,
            )
        )

    def _open_subpart(self, found: re.Match[str], flow: Flow) -> None:
        letter = found[1].split(None, 1)[1]
        rest = flow.cut(found.start(2))
        base = self._part.label if self._part else f"part {self._part_number}" if self._part_number else ""
        prefix = f"part{self._part_number}-" if self._part_number else ""
        self._subpart = self._add(
            Draft(
                id=self.ids.new(f"{prefix}subpart{slug(letter).upper()}"),
                parent=self._part.id if self._part else None,
                kind="subpart",
                number=" ".join(found[1].split()),
                label=f"{base} subpart {letter}".strip(),
                flow=Flow("", flow.last_page),
                heading=rest.text,
                heading_flow=rest,
            )
        )

    def _open_appendix(self, found: re.Match[str], flow: Flow) -> None:
        number = " ".join(found[1].split())
        rest = flow.cut(found.start(2))
        base = self._part.label if self._part else f"part {self._part_number}" if self._part_number else ""
        above = self._subpart or self._part
        prefix = f"part{self._part_number}-" if self._part_number else ""
        draft = self._add(
            Draft(
                id=self.ids.new(f"{prefix}{slug(number)}"),
                parent=above.id if above else None,
                kind="appendix",
                number=number,
                label=f"{base} {number[0].lower()}{number[1:]}".strip(),
                flow=Flow("", flow.last_page),
                heading=rest.text,
                heading_flow=rest,
            )
        )
        self._section, self._citation, self._prefix = draft, draft.label, draft.id
        self._subject = ""
        self._items = []

    def _open_section(self, number: Flow, subject: Flow) -> None:
        found = _SECTION_NUMBER.search(number.text)
        name = found[0].rstrip(".–-") if found else ""
        part = self._part_number
        if "." in name and not name.startswith(f"{part}."):
            part = name.split(".")[0]
        title = self._title_of(part)
        above = self._subpart or self._part
        self._citation = f"{title} CFR {name}" if title and name else f"§ {name}" if name else number.text
        self._prefix = f"s{name}" if name else f"s-{slug(number.text or subject.text) or 'section'}"
        self._subject = subject.text
        heading = subject if number.text else join([number, subject])
        self._section = self._add(
            Draft(
                id=self.ids.new(self._prefix),
                parent=above.id if above else None,
                kind="section",
                number=number.text,
                label=self._citation,
                flow=Flow("", subject.last_page),
                heading=subject.text,
                heading_flow=join([number, heading]) if number.text else heading,
            )
        )
        self._prefix = self._section.id

    def _title_of(self, part: str) -> int | None:
        titles = {entry.title for entry in self.cfr if entry.part == part}
        if self._title is not None and (not titles or self._title in titles):
            return self._title
        if len(titles) == 1:
            return titles.pop()
        every = {entry.title for entry in self.cfr}
        return self._title if self._title is not None else every.pop() if len(every) == 1 else None

    def _close_section(self) -> None:
        if self._items:
            drafts, ambiguities = paragraphs(
                self._items,
                self._section,
                self._citation,
                self._prefix,
                self.ids,
                subject=self._subject,
                expected=self._named_paths(),
            )
            for draft in drafts:
                self._add(draft)
            self.ambiguities += ambiguities
        self._items = None

    def _named_paths(self) -> frozenset[tuple[int, ...]]:
        """The paragraphs that the instructions since the last section name, and those they stand in."""
        named: set[tuple[int, ...]] = set()
        for amendment in self.amendments[self._heeded :]:
            for path in paragraph_paths(amendment.text):
                values = path_values(path)
                named.update(values[:length] for length in range(1, len(values) + 1))
        self._heeded = len(self.amendments)
        return frozenset(named)

    def _add(self, draft: Draft) -> Draft:
        self._close_preamble()
        self.drafts.append(draft)
        return draft

    # The preamble --------------------------------------------------------------------------------------------------

    def _close_preamble(self) -> None:
        blocks, self._preamble = self._preamble, []
        if not blocks:
            return
        headings = [Heading(block.rank, *split_number(block.flow.text)) for block in blocks if block.rank]
        solved = iter(depths(headings))
        above_text = self._subpart or self._part if self._regulation else None
        chain: list[Draft] = []
        for block in blocks:
            if block.closes:
                chain.clear()
                continue
            if block.rank is not None:
                if block.rank:
                    del chain[next(solved) - 1 :]
                    chain.append(self._heading(block, chain))
                else:
                    # SUPPLEMENTARY INFORMATION is a caption: the outline starts beside it.
                    chain.clear()
                    above_text = self._heading(block, chain)
                continue
            above = chain[-1] if chain else above_text
            if block.amendment:
                self._amendment(block, self._subpart or self._part)
                continue
            self._paragraph(block, above)

    def _heading(self, block: _Block, chain: list[Draft]) -> Draft:
        number, _ = split_number(block.flow.text) if block.rank else ("", "")
        rest = block.flow.cut(len(number)) if number else block.flow
        above = chain[-1] if chain else None
        path = self._labels.get(above.id, "") if above else ""
        label = ".".join(filter(None, (path, bare(number)))) if number else path
        prefix = above.id if above else "p"
        own = bare(number) if number else slug(rest.text) or "heading"
        draft = Draft(
            id=self.ids.new(f"{prefix}.{own}" if above else f"p-{own}"),
            parent=above.id if above else None,
            kind="preamble_heading",
            number=number,
            label=label,
            flow=Flow("", block.flow.last_page),
            heading=rest.text,
            heading_flow=rest,
        )
        self._labels[draft.id] = label
        self.drafts.append(draft)
        return draft

    def _paragraph(self, block: _Block, above: Draft | None) -> None:
        base = above.id if above else "p"
        tag = "table" if block.table else "image" if block.image else ""
        count = self._counts[base + tag] = self._counts.get(base + tag, 0) + 1
        name = self.ids.new(f"{base}-{tag}{count}")
        parent = above.id if above else None
        label = self._labels.get(above.id, "") if above else ""
        if block.table is not None:
            self.drafts.append(table_draft(name, parent, label, block.table, list(block.notes)))
            return
        self.drafts.append(
            Draft(
                id=name,
                parent=parent,
                kind="table" if block.image else "preamble_paragraph",
                number="",
                label=label,
                flow=block.flow,
                heading=block.heading.text if block.heading else "",
                heading_flow=block.heading,
                image=block.image,
            )
        )

    def _amendment(self, block: _Block, above: Draft | None) -> None:
        number, _ = split_number(block.flow.text)
        flow = block.flow.cut(len(number)) if number else block.flow
        prefix = f"part{self._part_number}-" if self._part_number else ""
        draft = Draft(
            id=self.ids.new(f"{prefix}amendment-{bare(number) or 'x'}"),
            parent=above.id if above else None,
            kind="preamble_paragraph",
            number=number,
            label=f"amendment {bare(number)}".strip(),
            flow=flow,
        )
        self.drafts.append(draft)
        title = self._title_of(self._part_number) if self._part_number else self._title_of("")
        self.amendments.append(Amendment(draft.id, number, flow.text, flow.page, title, self._part_number))
