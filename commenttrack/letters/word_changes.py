"""Whole paragraphs and table rows as tracked changes: accepted or rejected, none leaves an empty line behind.

Word marks the words of a paragraph and its end apart; pandoc marks the words only.
"""

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

from commenttrack.letters.word_package import W, made, properties, put


def mark_whole(root: _Element) -> None:
    """Mark the ends of paragraphs, and the rows, whose words are all put in or all taken out."""
    kinds = {paragraph: _kind(paragraph) for paragraph in root.iter(f"{{{W}}}p")}
    for paragraph, kind in kinds.items():
        if kind:
            _wrap_spaces(paragraph, kind)
            end = made("rPr")
            end.append(made(kind))
            put(properties(paragraph, "pPr"), end)
    for row in root.iter(f"{{{W}}}tr"):
        found = {kinds[paragraph] for paragraph in row.iter(f"{{{W}}}p") if any(True for _ in _words(paragraph))}
        kind = found.pop() if len(found) == 1 else ""
        if kind:
            properties(row, "trPr").append(made(kind))


def _words(paragraph: _Element) -> Iterator[_Element]:
    for text in paragraph.iter(f"{{{W}}}t", f"{{{W}}}delText"):
        if (text.text or "").strip():
            yield text


def _kind(paragraph: _Element) -> str:
    """“ins” or “del” when all words of the paragraph are so, else empty."""
    found = set()
    for text in _words(paragraph):
        change = next(text.iterancestors(f"{{{W}}}ins", f"{{{W}}}del"), None)
        found.add(etree.QName(change).localname if change is not None else "")
    return found.pop() if len(found) == 1 else ""


def _wrap_spaces(paragraph: _Element, kind: str) -> None:
    """The spaces between two changes belong to the change."""
    for run in paragraph.findall(f"{{{W}}}r"):
        change = etree.Element(f"{{{W}}}{kind}")
        run.addprevious(change)
        change.append(run)
        if kind == "del":
            for text in run.findall(f"{{{W}}}t"):
                text.tag = f"{{{W}}}delText"
