"""Where in the CFR text stands: title, part and subpart as they are opened, and the provisions that open them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from commenttrack.rulemaking.drafts import Draft, Ids, slug
from commenttrack.rulemaking.preamble_outline import bare, split_number
from commenttrack.rulemaking.provisions import ParsedCfr
from commenttrack.rulemaking.xml_text import Flow, join

_DASH = r"\s*[—–:-]?\s*(.*)"
_FLAGS = re.IGNORECASE | re.DOTALL
# The common rule of several agencies has “PART [ ]” or “PART __”.
_PART = re.compile(r"(part\s+(?:[0-9][0-9A-Za-z.–-]*|\[[\s\w]{0,12}\]|_+))" + _DASH, _FLAGS)
_SUBPART = re.compile(
    r"(subparts?\s+[A-Z0-9]{1,5}(?:\s?(?:through|and|[-–])\s?[A-Z]{1,3}(?=\W))?)\s*[—–:.-]?\s*(.*)", _FLAGS
)
_APPENDIX = re.compile(
    r"((?:appendix|appendices|supplement|annex|exhibit|attachment|schedule)\b"
    r"(?:\s+(?:no\.\s*)?(?!of\b|to\b|for\b|and\b|in\b)(?-i:[A-Z0-9][A-Z0-9-]{0,5})\b|(?=\s+to\b|\s*[—–:-]|\s*\Z))"
    r"(?:\s+to\s+(?:sub)?part\s+[0-9A-Za-z]+(?:\s+of\s+part\s+[0-9A-Za-z]+)?)?)" + _DASH,
    _FLAGS,
)
_GROUP = re.compile(r"((?:sub)?chapter\s+[A-Z0-9]+|(?:sub)?title\s+[A-Z0-9]+)" + _DASH, _FLAGS)
_TITLE_NUMBER = re.compile(r"title\s+([0-9]+)", re.IGNORECASE)
# The Treasury numbers its instructions so; “Paragraph” for the first one.
_PARAGRAPH = re.compile(r"Par(?:agraph|\.)\s?[0-9]{1,3}[a-z]?\.\s")
_SECTION_NUMBER = re.compile(r"[0-9][0-9A-Za-z]*(?:[.–-][0-9A-Za-z]+)*(?:\([0-9A-Za-z]+\)(?:-[0-9]+[A-Z]?)?)*")


def instruction_number(text: str) -> tuple[str, str]:
    """The number of an instruction and the rest of it."""
    paragraph = _PARAGRAPH.match(text) if text.startswith("Par") else None
    return (paragraph[0].strip(), text[paragraph.end() :]) if paragraph else split_number(text)


# “§ __.1” of a common rule.
_BLANK_NUMBER = re.compile(r"_+\.[0-9][0-9A-Za-z]*")


class Codification:
    """The open title, part and subpart; ``cfr`` are the parts the head of the document names."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.cfr: Sequence[ParsedCfr] = ()
        self.title: int | None = None
        self.part_number = ""
        self._part: Draft | None = None
        self._subpart: Draft | None = None

    @property
    def above(self) -> Draft | None:
        """The innermost open unit that sections and instructions stand under."""
        return self._subpart or self._part

    def enter(self, title: str, part: str) -> None:
        """What a REGTEXT says of itself."""
        if title.isascii() and title.isdigit():
            self.title = int(title)
        if part and part != self.part_number:
            self.close_part()
            self.part_number = part

    def close_part(self) -> None:
        self._part = self._subpart = None

    def close_subpart(self) -> None:
        self._subpart = None

    def title_of(self, part: str) -> int | None:
        """The CFR title of a part, None when the document does not tell."""
        titles = {entry.title for entry in self.cfr if entry.part == part}
        if self.title is not None and (not titles or self.title in titles):
            return self.title
        if len(titles) == 1:
            return titles.pop()
        every = {entry.title for entry in self.cfr}
        return self.title if self.title is not None else every.pop() if len(every) == 1 else None

    # Units ---------------------------------------------------------------------------------------------------------

    def part(self, flow: Flow) -> Draft | None:
        """The part that a heading opens; None when it is no such heading. So with the following."""
        found = _PART.match(flow.text)
        if not found:
            return None
        self.part_number = found[1].split(None, 1)[1].rstrip(".–-")
        self._subpart = None
        title = self.title_of(self.part_number)
        label = f"{title} CFR part {self.part_number}" if title else f"part {self.part_number}"
        self._part = self._unit("part", f"part{slug(self.part_number) or '-x'}", None, found, flow, label)
        return self._part

    def subpart(self, flow: Flow) -> Draft | None:
        found = _SUBPART.match(flow.text)
        if not found:
            return None
        letter = found[1].split(None, 1)[1]
        name = f"{self._prefix()}subpart{slug(letter).upper()}"
        self._subpart = self._unit("subpart", name, self._part, found, flow, f"{self._base()} subpart {letter}".strip())
        return self._subpart

    def appendix(self, flow: Flow) -> Draft | None:
        found = _APPENDIX.match(flow.text)
        if not found:
            return None
        words = found[1].split()
        short = " ".join([words[0].lower(), *([words[1]] if len(words) > 1 and words[1].lower() != "to" else [])])
        name = f"{self._prefix()}{slug(short)}"
        return self._unit("appendix", name, self.above, found, flow, f"{self._base()} {short}".strip())

    def group(self, flow: Flow) -> Draft:
        """A chapter, a title or a group of sections: a heading without a citation of its own."""
        found = _GROUP.match(flow.text)
        title = _TITLE_NUMBER.match(found[1]) if found else None
        if title:
            self.title = int(title[1])
        name = slug(found[1]) if found else f"group-{slug(flow.text) or 'heading'}"
        return self._unit("preamble_heading", name, self.above, found, flow, "")

    def section(self, number: Flow, subject: Flow) -> Draft:
        """The section with this printed number, such as “§ 226.1”, and this subject."""
        found = _BLANK_NUMBER.search(number.text) or _SECTION_NUMBER.search(number.text)
        name = found[0].rstrip(".–-") if found else ""
        part = self.part_number
        if "." in name and not name.startswith((f"{part}.", "_")):
            part = name.split(".")[0]
        title = self.title_of(part)
        above = self.above
        return Draft(
            id=self._ids.new(f"s{name}" if name else f"s-{slug(number.text or subject.text) or 'section'}"),
            parent=above.id if above else None,
            kind="section",
            number=number.text,
            label=f"{title} CFR {name}" if title and name else f"§ {name}" if name else number.text,
            flow=Flow("", subject.last_page),
            heading=subject.text,
            heading_flow=join([number, subject]),
        )

    def instruction(self, flow: Flow) -> Draft:
        """An instruction paragraph; it is no text of the CFR, so it has no citation."""
        number, _ = instruction_number(flow.text)
        name = bare(number)
        above = self.above
        return Draft(
            id=self._ids.new(f"{self._prefix()}amendment-{(name if name.isalnum() else slug(name)) or 'x'}"),
            parent=above.id if above else None,
            kind="preamble_paragraph",
            number=number,
            label=f"amendment {name}".strip(),
            flow=flow.cut(len(number)) if number else flow,
        )

    def authority(self, heading: Flow, flow: Flow) -> Draft:
        """An authority or source line of a part or subpart."""
        above = self.above
        return Draft(
            id=self._ids.new(f"{above.id if above else 'rule'}-{slug(heading.text) or 'authority'}"),
            parent=above.id if above else None,
            kind="paragraph",
            number="",
            label=above.label if above else "",
            flow=flow,
            heading=heading.text,
            heading_flow=heading,
        )

    def _unit(
        self, kind: str, name: str, above: Draft | None, found: re.Match[str] | None, flow: Flow, label: str
    ) -> Draft:
        rest = flow.cut(found.start(2)) if found else flow
        return Draft(
            id=self._ids.new(name),
            parent=above.id if above else None,
            kind=kind,
            number=" ".join(found[1].split()) if found else "",
            label=label,
            flow=Flow("", flow.last_page),
            heading=rest.text,
            # Carries the page and the note calls of the number too.
            heading_flow=flow,
        )

    def _base(self) -> str:
        if self._part is not None or not self.part_number:
            return self._part.label if self._part else ""
        title = self.title_of(self.part_number)
        return f"{title} CFR part {self.part_number}" if title else f"part {self.part_number}"

    def _prefix(self) -> str:
        number = self.part_number
        if number.isalnum():
            return f"part{number}-"
        return f"part{slug(number) or '-x'}-" if number else ""
