"""The current text of the Code of Federal Regulations, from the XML of ecfr.gov and govinfo, as provisions.

Four schemas hold the same text: the bulk files of ecfr.gov (``DIV8 N="§ 21.0"``), what its API gives for a part
(root ``DIV5``, ``N="1b.2"``), both also for a whole title, and the annual volumes of govinfo (``CFRGRANULE``,
``SECTION`` with ``SECTNO``). Their elements are given the names that the Federal Register has for them and are then
read like the new text of a rule, so that a paragraph has the same citation, level and wording on both sides.

Lists of contents are left out, since they repeat headings. What the publisher adds is kept apart by its kind: the
citations of a section's history, and editorial notes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from commenttrack.errors import BadInput
from commenttrack.rulemaking.citations import FederalRegisterCitation
from commenttrack.rulemaking.citations import find as find_citations
from commenttrack.rulemaking.document_body import Body
from commenttrack.rulemaking.provisions import ParsedAmbiguity, ParsedProvision, Unparsed
from commenttrack.rulemaking.xml_source import read_root
from commenttrack.rulemaking.xml_text import PageCounter, is_loose, plain

# Beside the kinds of a rule's provisions: what the publisher adds under a section or part.
HISTORY, NOTE = "history", "note"

_DIVISIONS = {"DIV5": "PART", "DIV6": "SUBPART", "DIV7": "SUBJGRP", "DIV8": "SECTION", "DIV9": "APPENDIX"}
_UNITS = frozenset(_DIVISIONS.values())
_EMPHASIS = {"I": "03", "i": "03", "em": "03", "B": "04", "b": "04"}
_HEADINGS = {"HD1": "HD1", "HD2": "HD2", "HD3": "HD3", "HED": "HED", "HED1": "HED"}
_ADDED_BY_PUBLISHER = {
    "CITA": HISTORY,
    "EDNOTE": NOTE,
    "EFFDNOT": NOTE,
    "EFFDNOTP": NOTE,
    "CROSSREF": NOTE,
    "EXT-XREF": NOTE,
}
_LEFT_OUT = ("PRTPAGE", "CONTENTS", "EAR", "PGHD", "LDRFIG")
_FLUSH = re.compile(r"FP[0-9-]+")
_NUMBERED_HEAD = re.compile(r"\s*(§§?\s*)?([0-9][^\s]*)\s*")
_TITLE_IN_METADATA = re.compile(r"title-([0-9]{1,2})\b")
_PART_NUMBER = re.compile(r"\bpart\s+([0-9]+[A-Za-z]?)\b", re.IGNORECASE)
_LEADING_NUMBER = re.compile(r"[§\s]*([0-9]+[A-Za-z]?)[.-]")


@dataclass(frozen=True, slots=True)
class CurrentText:
    """Parts, subparts, sections and paragraphs of one CFR title as they stand, in their order.

    ``provisions`` are like those of a rule; they have no pages, and two more kinds: ``history`` and ``note``. ``as_of``
    is the day of the text as the file gives it (ISO 8601), or empty. ``title`` is None when the file does not tell it.
    """

    title: int | None
    as_of: str
    provisions: tuple[ParsedProvision, ...]
    unparsed: tuple[Unparsed, ...] = ()
    ambiguities: tuple[ParsedAmbiguity, ...] = ()


def read(
    data: bytes, *, name: str = "the file", parts: Collection[str] | None = None, title: int | None = None
) -> CurrentText:
    """The text in a file of any of the four schemas; with ``parts`` only these, which matters for a whole title.

    ``title`` is the one that was asked for: a part as the API gives it need not tell its title. The file's goes first.

    Raises :class:`BadInput` when the bytes are not such a file or hold none of the parts.
    """
    root = read_root(data, name)
    title = _title(root) or title
    units = list(_units(root))
    if not units:
        raise BadInput(
            f"{name} is XML with the root <{str(root.tag)[:40]}> and holds no part or section of the CFR "
            f"(expected eCFR divisions such as <DIV5>, or <PART> with <SECTION>)."
        )
    if parts is not None:
        wanted = [unit for unit in units if _part_number(unit) in parts]
        if not wanted:
            held = ", ".join(dict.fromkeys(_part_number(unit) or "?" for unit in units[:8]))
            raise BadInput(f"{name} holds part {held}, not part {', '.join(sorted(parts))}.")
        units = wanted
    # The elements are renamed in place: the tree was made here, for this.
    container = etree.Element("TEXT")
    schema = "eCFR" if str(units[0].tag).startswith("DIV") else "annual"
    for unit in units:
        unit.tail = None
        text = etree.SubElement(container, "REGTEXT", TITLE=str(title or ""), PART=_part_number(unit))
        text.append(unit)
    _renamed(container)
    if schema == "eCFR":
        _unwrapped(container)
    added = {
        tag.lower(): [
            list(_taken_out(element))
            # A list, since elements are taken out; a note of the publisher may print whole sections.
            for element in list(container.iter(tag))
            if next(element.iterancestors(*_ADDED_BY_PUBLISHER), None) is None
        ]
        for tag in ("SECTION", "APPENDIX", "PART", "SUBPART")
    }
    body = Body(PageCounter(None), loose=is_loose(container))
    body.walk(container)
    provisions = tuple(_with_additions([draft.finished({}) for draft in body.drafts], added))
    if not provisions:
        raise BadInput(f"{name} holds no text.")
    return CurrentText(title, _as_of(root), provisions, tuple(body.unparsed), tuple(body.ambiguities))


def last_amended(history: str) -> FederalRegisterCitation | None:
    """The latest Federal Register citation in the history of a section or part."""
    found = [item.citation for item in find_citations(history)]
    cited = [citation for citation in found if isinstance(citation, FederalRegisterCitation)]
    return max(cited, key=lambda citation: (citation.volume, citation.page), default=None)


def _units(root: _Element) -> Iterator[_Element]:
    """The outermost parts; in a file without one the outermost subparts, sections and appendices."""
    wanted = {"DIV5", "PART"}
    if next(root.iter("DIV5", "PART"), None) is None:
        wanted = {*_DIVISIONS, *_UNITS}
    stack = [root]
    while stack:
        element = stack.pop()
        if element.tag in wanted:
            yield element
        elif element.tag != "CONTENTS":
            stack.extend(reversed(element))


def _title(root: _Element) -> int | None:
    for tag in ("CFRTITLE", "TITLENUM"):
        found = next(root.iter(tag), None)
        digits = re.search(r"[0-9]+", plain(found)) if found is not None else None
        if digits:
            return int(digits[0])
    for element in root.iter("DIV1", "DIV5", "DIV6", "DIV8", "DIV9"):
        # In bulk files N of a title counts volumes, and NODE starts with the title.
        node = (element.get("NODE") or "").partition(":")[0]
        if node.isdigit():
            return int(node)
        metadata = _TITLE_IN_METADATA.search(element.get("hierarchy_metadata") or "")
        if metadata:
            return int(metadata[1])
        if element.tag == "DIV1" and (element.get("N") or "").isdigit():
            return int(element.get("N") or "")
    return None


def _as_of(root: _Element) -> str:
    for tag in ("ORIGINALDATE", "DATE"):
        found = next(root.iter(tag), None)
        if found is not None and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", (found.text or "").strip()):
            return (found.text or "").strip()
    return ""


def _part_number(unit: _Element) -> str:
    if unit.tag == "DIV5" and unit.get("N"):
        return (unit.get("N") or "").strip()
    heading = next(unit.iter("HEAD", "HD"), None)
    if unit.tag in ("DIV5", "PART"):
        found = _PART_NUMBER.search(plain(heading)) if heading is not None else None
        return found[1] if found else ""
    number = next(unit.iter("DIV8", "SECTNO"), None)
    if number is None:
        return ""
    found = _LEADING_NUMBER.match(number.get("N") or plain(number))
    return found[1] if found else ""


def _renamed(container: _Element) -> None:
    """Give every element the name that the Federal Register has for it."""
    etree.strip_elements(container, *_LEFT_OUT, with_tail=False)
    # A list, since elements are put in and taken out on the way.
    for element in list(container.iter()):
        tag = str(element.tag)
        if tag in _EMPHASIS:
            element.tag = "E"
            element.set("T", _EMPHASIS[tag])
        elif tag in _HEADINGS:
            element.tag = "HD"
            element.set("SOURCE", _HEADINGS[tag])
        elif _FLUSH.fullmatch(tag):
            element.tag = "FP"
        elif tag == "TABLE":
            _table(element)
        elif tag == "img":
            element.tag = "GPH"
            element.text = (element.get("src") or "picture").rpartition("/")[2]
        elif tag in _DIVISIONS:
            element.tag = _DIVISIONS[tag]
            head = element.find("HEAD")
            if head is not None:
                _head(element, head)


def _unwrapped(container: _Element) -> None:
    """In the files of ecfr.gov a line break is a space, and bulk files have “ - ” for every dash."""
    dashed = any("—" in text for text in container.itertext())
    for element in container.iter():
        for name in ("text", "tail"):
            text = getattr(element, name)
            if text and text.strip():
                text = text.replace("\n", " ")
                setattr(element, name, text if dashed else text.replace(" - ", "—"))


def _head(element: _Element, head: _Element) -> None:
    if element.tag != "SECTION":
        head.tag = "HD"
        head.set("SOURCE", "HED")
        return
    number = etree.Element("SECTNO")
    found = _NUMBERED_HEAD.match(head.text or "")
    head.tag = "SUBJECT"
    if found:
        number.text = f"§ {found[2]}" if found[1] is None else found[0].strip()
        head.text = (head.text or "")[found.end() :]
        element.insert(0, number)


def _table(element: _Element) -> None:
    """An HTML table with the names of a Federal Register table; one row of heads becomes its head."""
    rows = list(element.iter("TR", "tr"))
    heads = [row for row in rows if all(cell.tag in ("TH", "th") for cell in row) and len(row)]
    caption = next(element.iter("CAPTION", "caption"), None)
    element.tag = "GPOTABLE"
    for child in list(element):
        element.remove(child)
    element.text = None
    if caption is not None:
        caption.tag, caption.tail = "TTITLE", None
        element.append(caption)
    for row in rows:
        in_head = len(heads) == 1 and row is heads[0]
        row.tag, row.tail, row.text = ("BOXHD" if in_head else "ROW"), None, None
        for cell in row:
            cell.tag, cell.tail = ("CHED" if in_head else "ENT"), None
            if in_head:
                cell.set("H", "1")
            elif (cell.get("colspan") or "").isdigit():
                cell.set("A", str(min(int(cell.get("colspan") or "1"), 50) - 1))
        element.append(row)


def _taken_out(element: _Element) -> Iterator[tuple[str, str]]:
    """What the publisher added directly under a unit, as (kind, text); it is taken out of the text."""
    for child in list(element):
        kind = _ADDED_BY_PUBLISHER.get(str(child.tag))
        if kind:
            pieces = [plain(part) for part in child] if child.find("HD") is not None else [plain(child)]
            text = " ".join(" ".join(pieces).split())
            element.remove(child)
            if text:
                yield kind, text


def _with_additions(
    provisions: list[ParsedProvision], added: dict[str, list[list[tuple[str, str]]]]
) -> Iterator[ParsedProvision]:
    """History and notes stand after the last paragraph of the unit they belong to.

    ``added`` holds, for each kind of unit, one list for each unit in document order.
    """
    own: dict[str, list[tuple[str, str]]] = {}
    for kind, lists in added.items():
        units = [provision for provision in provisions if provision.kind == kind]
        # A heading that is not one of a subpart makes no subpart; then its notes stand with the last one before.
        own.update({unit.id: items for unit, items in zip(units, lists, strict=False)})
    pending: list[ParsedProvision] = []
    for provision in provisions:
        if provision.kind in added or provision.kind == "preamble_heading":
            yield from pending
            pending = [
                ParsedProvision(
                    id=f"{provision.id}-{kind}{count}",
                    parent=provision.id,
                    kind=kind,
                    number="",
                    label=provision.label,
                    heading="",
                    text=text,
                    pages=(),
                    notes=(),
                )
                for count, (kind, text) in enumerate(own.get(provision.id, ()), 1)
            ]
        yield provision
    yield from pending
