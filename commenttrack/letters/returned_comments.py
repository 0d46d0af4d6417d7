"""The comments of a Word file: who said what in the margin, which one answers which, which are settled."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import QName, _Element

from commenttrack.letters.returned_package import Package, W

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. ``parent`` is the id of the one it answers, or empty."""

    id: str
    author: str
    time: dt.datetime | None
    text: str
    parent: str = ""
    resolved: bool = False
    quote: str = ""
    """The words it stands at."""
    story: int = -1
    paragraph: int = -1
    """Index of the story and of the paragraph in it where it begins; -1 when the file does not say."""
    at: int = 0
    """Characters before it in that paragraph, all marks' texts counted."""


def moment(text: str) -> dt.datetime | None:
    """A moment of a Word file in UTC: files say UTC and mean it, with or without the Z.

    None for what is none, and for the first and last year of the calendar: by them programs say that they know none,
    and another zone's clock cannot show their edges.
    """
    try:
        found = dt.datetime.fromisoformat(text.strip())
        if not dt.MINYEAR < found.year < dt.MAXYEAR:
            return None
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def comments_of(package: Package) -> Iterator[Comment]:
    """The comments in the order of the file, without their places in the text."""
    ids: dict[str, str] = {}
    elements = [
        element
        for name in package.related("comments")
        for element in package.tree(name).iterchildren(f"{{{W}}}comment")
    ]
    for element in elements:
        for paragraph in element.iter(f"{{{W}}}p"):
            if key := str(paragraph.get(f"{{{_W14}}}paraId", "")):
                ids[key] = _id(element)
    parents: dict[str, str] = {}
    resolved: set[str] = set()
    for name in package.related("commentsExtended"):
        for extension in package.tree(name):
            own = ids.get(str(extension.get(f"{{{_W15}}}paraId", "")), "")
            parent = ids.get(str(extension.get(f"{{{_W15}}}paraIdParent", "")), "")
            if own and parent and own != parent:
                parents[own] = parent
            if own and extension.get(f"{{{_W15}}}done") in ("1", "true"):
                resolved.add(own)
    for element in elements:
        own, parent = _id(element), parents.get(_id(element), "")
        lines = ["".join(_text(line)) for line in element.iter(f"{{{W}}}p")]
        yield Comment(
            own,
            str(element.get(f"{{{W}}}author", "")).strip(),
            moment(str(element.get(f"{{{W}}}date", ""))),
            "\n".join(lines).strip(),
            parent,
            own in resolved or parent in resolved,
        )


def _id(element: _Element) -> str:
    return str(element.get(f"{{{W}}}id", ""))


def _text(line: _Element) -> Iterator[str]:
    for element in line.iter(f"{{{W}}}*"):
        name = QName(element).localname
        if name in ("t", "delText"):
            yield element.text or ""
        elif name in ("br", "cr"):
            yield "\n"
        elif name == "tab":
            yield "\t"
