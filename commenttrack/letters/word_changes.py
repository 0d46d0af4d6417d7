"""Whole paragraphs and table rows as tracked changes: accepted or rejected, none leaves an empty line behind.

Word marks the words of a paragraph and its end apart; pandoc marks the words only.
"""

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def mark_whole(root: _Element) -> None:
    """Mark the ends of paragraphs, and the rows, whose words are all put in or all taken out."""
    kinds = {paragraph: _kind(paragraph) for paragraph in root.iter(f"{{{_W}}}p")}
    for paragraph, kind in kinds.items():
        if kind:
            _wrap_spaces(paragraph, kind)
            properties = _first(paragraph, "pPr")
            etree.SubElement(etree.SubElement(properties, f"{{{_W}}}rPr"), f"{{{_W}}}{kind}")
    for row in root.iter(f"{{{_W}}}tr"):
        found = {kinds[paragraph] for paragraph in row.iter(f"{{{_W}}}p") if any(True for _ in _words(paragraph))}
        kind = found.pop() if len(found) == 1 else ""
        if kind:
            etree.SubElement(_first(row, "trPr"), f"{{{_W}}}{kind}")


def _words(paragraph: _Element) -> Iterator[_Element]:
    for text in paragraph.iter(f"{{{_W}}}t", f"{{{_W}}}delText"):
        if (text.text or "").strip():
            yield text


def _kind(paragraph: _Element) -> str:
    """“ins” or “del” when all words of the paragraph are so, else empty."""
    found = set()
    for text in _words(paragraph):
        change = next(text.iterancestors(f"{{{_W}}}ins", f"{{{_W}}}del"), None)
        found.add(etree.QName(change).localname if change is not None else "")
    return found.pop() if len(found) == 1 else ""


def _wrap_spaces(paragraph: _Element, kind: str) -> None:
    """The spaces between two changes belong to the change."""
    for run in paragraph.findall(f"{{{_W}}}r"):
        change = etree.Element(f"{{{_W}}}{kind}")
        run.addprevious(change)
        change.append(run)
        if kind == "del":
            for text in run.findall(f"{{{_W}}}t"):
                text.tag = f"{{{_W}}}delText"


def _first(element: _Element, name: str) -> _Element:
    """The properties of a paragraph or row, which stand first in it."""
    found = element.find(f"{{{_W}}}{name}")
    if found is None:
        found = etree.Element(f"{{{_W}}}{name}")
        element.insert(0, found)
    return found
