"""The text of a Federal Register document as it gathers: what is open, and what has been collected for it.

What stands before the amendments is preamble: its blocks are collected, and when a stretch of it ends the outline is
solved and its provisions are made. Parts, sections and appendices collect their own blocks in the same way. Nothing is
dropped: text that has no place goes to ``unparsed`` with the reason. :mod:`document_body` knows the elements that the
text comes from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from commenttrack.rulemaking.citations import Citation, paragraph_paths, path_values
from commenttrack.rulemaking.codification import Codification
from commenttrack.rulemaking.correction_statements import begins, corrected_section
from commenttrack.rulemaking.drafts import Draft, Ids
from commenttrack.rulemaking.preamble import Block, Preamble, text_block
from commenttrack.rulemaking.provisions import LevelPath, ParsedAmbiguity, ParsedSettlement, Passage, Unparsed
from commenttrack.rulemaking.section_pieces import Item
from commenttrack.rulemaking.sections import appendix, paragraphs
from commenttrack.rulemaking.xml_text import Flow, PageCounter

# Why text is no provision.
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
    # The section that stands above as “§ 7.302 [Corrected]”.
    corrected: Citation | None = None


class DocumentText:
    """What a document says, in its order: ``drafts``, ``unparsed``, ``amendments``, ``ambiguities`` and ``settled``.

    ``given`` are the levels that were settled for passages whose markers can be read in more than one way.
    """

    def __init__(self, pages: PageCounter, given: Mapping[Passage, LevelPath] | None) -> None:
        self.pages = pages
        self.drafts: list[Draft] = []
        self.unparsed: list[Unparsed] = []
        self.amendments: list[Amendment] = []
        self.ambiguities: list[ParsedAmbiguity] = []
        self.settled: list[ParsedSettlement] = []
        self._given = given
        ids = Ids()
        self.ids = ids
        self._preamble = Preamble(ids)
        # The stretch of preamble that is being collected.
        self.blocks: list[Block] = []
        self.codification = Codification(ids)
        # Whether text outside a section stands under what is open of the CFR.
        self.regulation = False
        # The section or appendix that was opened last, and what is being collected for it.
        self.section: Draft | None = None
        self.items: list[Item] | None = None
        # The heading of a group that text stands under until the next unit of the CFR.
        self.group_heading: Draft | None = None
        # How many instructions the sections before were printed for.
        self._heeded = 0

    # Text ----------------------------------------------------------------------------------------------------------

    def add_text(self, flow: Flow, heading: Flow | None = None) -> None:
        """A paragraph, with the heading it runs on from, for what is open."""
        if heading is not None and not heading.text:
            heading = None
        if not flow.text and heading is None and not flow.calls:
            return
        if self.regulation and heading is not None and "will not" in flow.text and _NOT_CODIFIED.search(flow.text):
            # What follows is no text of the CFR, such as an appendix with the names of commenters.
            self.close_section()
            self.close_preamble()
            self.regulation, self.section, self.group_heading = False, None, None
        if self.items is not None:
            if flow.text.startswith("*") and flow.text.replace(" ", "") == "*" * 5:
                self.items.append(Item("stars", flow))
                self.unparsed.append(Unparsed(flow.text, STARS, flow.page))
                return
            self.items.append(Item("text", flow, None, "", False, heading))
        else:
            self.blocks.append(text_block((flow, None, None, (), "", heading, False)))

    def stray(self, text: str | None) -> None:
        """Text between elements, unless it is blank."""
        if text and not text.isspace():
            self.unparsed.append(Unparsed(" ".join(text.split()), STRAY, self.pages.page))

    def add_instruction(self, flow: Flow) -> None:
        """An instruction paragraph, which is a provision and an amendment."""
        draft = self.add(self.codification.instruction(flow))
        part = self.codification.part_number
        title = self.codification.title_of(part)
        marked = _italics_quoted(draft.flow) if draft.flow.italics and "definition" in flow.text else ""
        text, page = draft.flow.text, draft.flow.page
        corrected = self._corrected() if begins(text) else None
        self.amendments.append(Amendment(draft.id, draft.number, text, page, title, part, marked, corrected))

    def _corrected(self) -> Citation | None:
        """The section that is open to be corrected, when it is one of the part that is open."""
        above = self.group_heading or self.section
        if above is None:
            return None
        found = corrected_section(above.label if above.kind == "section" else "", above.heading or above.flow.text)
        return found if found and found.part == self.codification.part_number else None

    def amends_section(self) -> bool:
        """Whether the last instruction adds to the section that was opened last."""
        if self.section is None or self.section.kind != "section" or not self.amendments:
            return False
        number = self.section.label.split()[-1:]
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

    # Regulatory structure ------------------------------------------------------------------------------------------

    def begin_regulation(self) -> None:
        """A unit of regulatory text starts: what was open before it is complete."""
        self.close_section()
        self.close_preamble()
        self.regulation = True
        self.group_heading = None

    def release_lead_in(self) -> None:
        """Headings and text before a part, such as “Federal Reserve System” in a joint rule, stand in no other part."""
        above = self.codification.above
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

    def open_heading(self, flow: Flow, rank: int) -> bool:
        """Whether a heading opens a part, subpart, appendix or group; if so it is opened."""
        inside = self.items is not None
        if rank > 1:
            return False
        # What came before stands under the units open until now.
        self.close_preamble()
        # An appendix often stands in an EXTRACT at the end of the last section.
        in_appendix = inside and (
            (self.section is not None and self.section.kind == "appendix") or _OF_A_PART.match(flow.text) is not None
        )
        draft = None
        if not inside:
            draft = self.codification.part(flow) or self.codification.subpart(flow)
        if draft is None and (not inside or in_appendix):
            draft = self.codification.appendix(flow)
            if draft is not None:
                self.close_section()
                self.section, self.items = self.add(draft), []
                return True
        if inside:
            return False
        if draft is None:
            draft = self.group_heading = self.codification.group(flow)
        else:
            self.group_heading = None
        self.add(draft)
        return True

    def close_section(self) -> None:
        """Nothing more comes for the open section or appendix: its levels are solved."""
        items, self.items = self.items, None
        if not items:
            return
        section = self.section
        if section is not None and section.kind == "appendix":
            self._keep(*appendix(items, section, self.ids, settled=self._given))
            return
        drafts, ambiguities, settled = paragraphs(
            items,
            section,
            section.label if section else "",
            section.id if section else "text",
            self.ids,
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

    def add(self, draft: Draft) -> Draft:
        """A provision of its own; a stretch of preamble before it is complete."""
        self.close_preamble()
        self.drafts.append(draft)
        return draft

    def close_preamble(self) -> None:
        """A stretch of preamble ends: its outline is solved."""
        if self.blocks:
            above = (self.group_heading or self.codification.above) if self.regulation else None
            self.drafts += self._preamble.drafts(self.blocks, above)
            self.blocks = []


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
