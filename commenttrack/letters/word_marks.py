"""The ids that the template for Word gives to passages: they come out as bookmarks, are acted on, and go.

The template writes ``<div id="ctlandscape-3">``; the Word writer makes a bookmark of that name around the passage.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from commenttrack.letters.word_package import W, w


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage: what stands between the two ends of a bookmark, in the order of the document."""

    name: str
    start: _Element
    end: _Element


def marked(root: _Element, pattern: str) -> list[Marked]:
    """The passages whose names match a pattern as a whole, in the order of the document."""
    ends = {w(end, "id"): end for end in root.iter(f"{{{W}}}bookmarkEnd")}
    return [
        Marked(w(start, "name"), start, ends[w(start, "id")])
        for start in root.iter(f"{{{W}}}bookmarkStart")
        if re.fullmatch(pattern, w(start, "name"))
    ]


def inside(root: _Element, passages: list[Marked]) -> Iterator[tuple[_Element, Marked]]:
    """Each element that begins within one of the passages, with the innermost of those."""
    starts = {passage.start: passage for passage in passages}
    ends = {passage.end: passage for passage in passages}
    within: list[Marked] = []
    for element in root.iter():
        if element in starts:
            within.append(starts[element])
        elif element in ends:
            within.remove(ends[element])
        elif within:
            yield element, within[-1]


def unmark(passages: list[Marked]) -> None:
    """Take the bookmarks away; the passages stay."""
    for passage in passages:
        for each in (passage.start, passage.end):
            parent = each.getparent()
            if parent is not None:
                parent.remove(each)
