"""The running text of an element as a reader of the printed page sees it.

Federal Register XML mixes text with emphasis (E), superscripts (SU), note calls (SU before FTREF), fractions (FR) and
printed pages (PRTPAGE). Some files were printed prettily: each inner element then stands on a line of its own, and a
space that a reader sees is one space more than the indentation. :func:`read` undoes exactly that, so that
``regulations.gov</E>⏎    . Except`` becomes “regulations.gov. Except” and “H₂O” does not fall apart. Other files lost
the spaces around inner elements; :func:`is_loose` recognizes them, and :func:`read` puts the spaces back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from lxml.etree import _Element

ITALIC = frozenset({"03"})
# Superscripts and subscripts belong to the word they stand at.
_RAISED = frozenset({"51", "52", "53", "54", "8051", "8052", "7051", "7052"})
# Marks for where a line may break, which take no room.
_WITHOUT_ROOM = ("\u200b", "\u2060", "\ufeff", "\u00ad")
_ENOUGH = 300
# Around these the space is lost in every file.
_LOSE_SPACE = frozenset({"PRTPAGE", "FTREF"})
_BETWEEN_NUMBERS = re.compile(r"[\s,]+")
_OPENING = "([{“‘\u00a0—–-/"
_CLOSING = ".,;:)]}”’!?%—–-/"


# Every element of a document becomes a flow, so these are tuples, which are made several times faster than dataclasses.


class NoteCall(NamedTuple):
    """Where a note is called: ``offset`` in the text, ``number`` as printed, the printed page.

    ``serial`` tells calls and notes of a document apart and orders them as they were read.
    """

    offset: int
    number: str
    page: int | None
    serial: int


class Flow(NamedTuple):
    """Running text with what stands in it at which offset.

    ``page`` is the printed page of the first character; ``breaks`` are (offset, page that starts there); ``italics``
    are (start, end); ``calls`` are note calls, whose numbers are not part of ``text``.
    """

    text: str
    page: int | None
    breaks: tuple[tuple[int, int], ...] = ()
    italics: tuple[tuple[int, int], ...] = ()
    calls: tuple[NoteCall, ...] = ()

    @property
    def last_page(self) -> int | None:
        return self.breaks[-1][1] if self.breaks else self.page

    def page_at(self, offset: int) -> int | None:
        page = self.page
        for start, number in self.breaks:
            if start > offset:
                break
            page = number
        return page

    def cut(self, start: int, end: int | None = None) -> Flow:
        """The stretch from ``start`` to ``end`` without the white space at its edges; offsets move along."""
        whole, page, breaks, italics, calls = self
        stretch = whole[start:end]
        text = stretch.strip()
        length = len(text)
        if length == len(whole):
            return self
        if not (breaks or italics or calls):
            return _flow((text, page, (), (), ()))
        start += len(stretch) - len(stretch.lstrip())
        stop = start + length
        if breaks:
            page = self.page_at(start)
        if breaks or calls:
            # A mark at the very edge belongs to the stretch it ends, a mark before all text to the first one.
            last = stop == len(whole) or whole[stop:].isspace()
            first = not start or whole[:start].isspace()
            breaks = tuple([(min(o - start, length), p) for o, p in breaks if start < o and (o <= stop or last)])
            calls = tuple(
                [
                    NoteCall(min(max(o - start, 0), length), number, at, serial)
                    for o, number, at, serial in calls
                    if (start < o or first) and (o <= stop or last)
                ]
            )
        if italics:
            italics = tuple([(max(s - start, 0), min(e - start, length)) for s, e in italics if s < stop and e > start])
        return _flow((text, page, breaks, italics, calls))


# The same value as Flow(…) in a quarter of the time: the function that Python writes for a NamedTuple is passed by.
# Used where a flow is made for every element.
_flow: Callable[[tuple[object, ...]], Flow] = partial(tuple.__new__, Flow)


class PageCounter:
    """The printed page the reader has come to, moved on by each PRTPAGE in document order."""

    __slots__ = ("page", "serial")

    def __init__(self, page: int | None = None) -> None:
        self.page = page
        self.serial = 0

    def count(self) -> int:
        """The next serial number of a note or note call."""
        self.serial += 1
        return self.serial

    def turn(self, element: _Element) -> int | None:
        """Note a PRTPAGE; a page number that is not one (roman front matter) leaves the page as it was."""
        digits = (element.get("P") or "").replace(",", "").strip()
        if not digits.isascii() or not digits.isdigit():
            return None
        self.page = int(digits)
        return self.page


class _Reader:
    """Collects the text of one element; see :func:`read`."""

    __slots__ = ("breaks", "calls", "italics", "last", "length", "loose", "pages", "pieces")

    def __init__(self, pages: PageCounter, loose: bool) -> None:
        self.pages = pages
        self.loose = loose
        self.pieces: list[str] = []
        self.length = 0
        # The last character so far.
        self.last = ""
        self.breaks: list[tuple[int, int]] = []
        self.italics: list[tuple[int, int]] = []
        self.calls: list[NoteCall] = []

    def add(self, raw: str, *, inner: bool = False) -> None:
        """Add text; ``inner`` says that an element starts or ends before it whose space may be lost."""
        # The only white space that is printable is the common one.
        if not raw.isprintable() or "  " in raw:
            raw = _folded(_without_marks(raw))
            if not raw:
                return
        last = self.last
        if raw[0] == " ":
            if not last or last == " ":
                raw = raw[1:]
                if not raw:
                    return
        elif inner and last and last != " " and last not in _OPENING and raw[0] not in _CLOSING:
            # The text so far and the next character would make one word of two.
            raw = " " + raw
        self.pieces.append(raw)
        self.length += len(raw)
        self.last = raw[-1]

    def element(self, element: _Element) -> None:
        # The indentation before a child says how much of the white space after it is indentation too.
        indent = 0
        loose = self.loose
        text = element.text
        if text:
            if "\n" in text:
                text, indent = _unindented_start(text)
            if text:
                self.add(text, inner=loose and not _is_raised(element))
        if not len(element):
            return
        for child in element:
            tag = child.tag
            self.child(child, tag)
            tail = child.tail
            if not tail:
                indent = 0
                continue
            inner = tag in _LOSE_SPACE or (loose and not _is_raised(child))
            if "\n" in tail:
                text, indent = _unindented(tail, indent)
                if text:
                    self.add(text, inner=inner)
            else:
                self.add(tail, inner=inner)
                indent = 0

    def child(self, child: _Element, tag: str) -> None:
        # The most common one first.
        if tag == "E":
            start = self.length
            self.element(child)
            if self.length > start and child.get("T") in ITALIC:
                self.italics.append((start, self.length))
        elif tag == "PRTPAGE":
            page = self.pages.turn(child)
            if page is not None:
                self.breaks.append((self.length, page))
            self.element(child)
        elif tag == "FTREF":
            self.element(child)
        elif tag == "SU" and _is_call(child):
            # A thin space sets the number off; it goes with the number.
            if self.last == " ":
                self.pieces[-1] = self.pieces[-1][:-1]
                self.length -= 1
                if not self.pieces[-1]:
                    self.pieces.pop()
                self.last = self.pieces[-1][-1] if self.pieces else ""
            for number in _BETWEEN_NUMBERS.split(plain(child).strip()):
                if number:
                    self.calls.append(NoteCall(self.length, number, self.pages.page, self.pages.count()))
        elif tag == "LI":
            self.add(" ")
            self.element(child)
            self.add(" ")
        elif tag == "STARS":
            self.add(" * * * ")
        else:
            self.element(child)

    def flow(self, page: int | None) -> Flow:
        # Only the end can hold a space too many: add() lets none in at the start.
        text = "".join(self.pieces).rstrip(" ")
        end = len(text)
        breaks = self.breaks
        # A page turned before the first word is the page the text stands on.
        while breaks and breaks[0][0] == 0:
            page = breaks.pop(0)[1]
        return _flow(
            (
                text,
                page,
                tuple([(min(o, end), p) for o, p in breaks]) if breaks else (),
                tuple([(s, min(e, end)) for s, e in self.italics if s < end]) if self.italics else (),
                tuple([c._replace(offset=end) if c.offset > end else c for c in self.calls]) if self.calls else (),
            )
        )


def read(element: _Element, pages: PageCounter, *, loose: bool = False) -> Flow:
    """The running text of ``element``; ``pages`` is moved on.

    ``loose`` is for files whose printer did not keep spaces, see :func:`is_loose`.
    """
    page = pages.page
    if not len(element):
        # Most elements are text and nothing else, and mostly without white space that is to be folded.
        text = element.text or ""
        if not text and element.tag == "PRTPAGE":
            pages.turn(element)
        if text.isprintable() and "  " not in text:
            return _flow((text.strip(" "), page, (), (), ()))
        return _flow((" ".join(_without_marks(text).split()), page, (), (), ()))
    reader = _Reader(pages, loose)
    reader.element(element)
    return reader.flow(page)


def plain(element: _Element) -> str:
    """All text of an element as it stands in the file."""
    return "".join(str(piece) for piece in element.itertext())


def join(flows: Sequence[Flow]) -> Flow:
    """Several flows as one, a space between them."""
    if len(flows) == 1:
        return flows[0]
    text = ""
    page: int | None = None
    breaks: list[tuple[int, int]] = []
    italics: list[tuple[int, int]] = []
    calls: list[NoteCall] = []
    last: int | None = None
    for flow in flows:
        base = len(text) + 1 if text and flow.text else len(text)
        if not text and page is None:
            page = flow.page
        elif flow.page is not None and flow.page != last:
            breaks.append((base, flow.page))
        text = f"{text} {flow.text}" if text and flow.text else text + flow.text
        breaks += [(o + base, p) for o, p in flow.breaks]
        italics += [(s + base, e + base) for s, e in flow.italics]
        calls += [NoteCall(c.offset + base, c.number, c.page, c.serial) for c in flow.calls]
        last = flow.last_page
    return Flow(text, page, tuple(breaks), tuple(italics), tuple(calls))


def is_loose(root: _Element) -> bool:
    """Whether the file lost the spaces around inner elements, as many issues before 2013 did.

    There “identified by<E>Docket No. 1</E>or<E>” stands for five words; in other files a word that goes on right after
    an emphasis is rare.
    """
    kept = lost = 0
    for emphasis in root.iter("E"):
        tail = emphasis.tail
        if not tail or emphasis.get("T") in _RAISED:
            continue
        if tail[0] == "\n":
            previous = emphasis.getprevious()
            parent = emphasis.getparent()
            before = (
                parent.text
                if previous is None and parent is not None
                else previous.tail
                if previous is not None
                else ""
            )
            tail = tail[1 + _indentation(before or "") :]
        if tail[:1].isspace():
            kept += 1
        elif tail[:1].isalnum():
            lost += 1
        if kept + lost >= _ENOUGH:
            break
    return lost > kept


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    for mark in _WITHOUT_ROOM:
        text = text.replace(mark, "")
    return text


def _folded(text: str) -> str:
    """The text with single spaces between its words, and one at each end that has white space."""
    if not text:
        return ""
    folded = " ".join(text.split())
    if not folded:
        return " "
    before, after = text[0].isspace(), text[-1].isspace()
    return f" {folded} " if before and after else " " + folded if before else folded + " " if after else folded


def _indentation(text: str) -> int:
    """How many spaces and tabs stand on the last line of a text when nothing else does."""
    end = _before_indentation(text)
    return len(text) - end - 1 if end >= 0 else 0


def _unindented_start(text: str) -> tuple[str, int]:
    """The text before the first child, and the indentation at its end.

    What stands before the text on lines of its own is indentation too.
    """
    indent = _indentation(text)
    if text.lstrip(" \t").startswith("\n"):
        text = text.lstrip()
    end = _before_indentation(text)
    return text[:end] if end >= 0 else text, indent


def _unindented(tail: str, indent: int) -> tuple[str, int]:
    """The text after a child that stands on a line of its own with this indentation, and the indentation at its end."""
    start = 0
    if tail[0] == "\n":
        # Never more than there is.
        start = 1
        while start <= indent and start < len(tail) and tail[start] in " \t":
            start += 1
    end = _before_indentation(tail)
    if end < 0:
        return tail[start:], 0
    # The line that was taken off at the start may be the last one.
    return tail[start:end] if end >= start else tail[start:], len(tail) - end - 1


def _before_indentation(text: str) -> int:
    """Where the last line of a text starts, with its break, when it holds nothing but spaces and tabs; else -1."""
    line = text.rfind("\n")
    return -1 if line < 0 or text[line + 1 :].strip(" \t") else line


def _is_raised(element: _Element) -> bool:
    return element.tag == "SU" or element.get("T") in _RAISED


def _is_call(element: _Element) -> bool:
    following = element.getnext()
    return following is not None and following.tag == "FTREF" and not (element.tail or "").strip()
