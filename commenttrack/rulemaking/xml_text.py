"""The running text of an element as a reader of the printed page sees it.

Federal Register XML mixes text with emphasis (E), superscripts (SU), note calls (SU before FTREF), fractions (FR) and
printed pages (PRTPAGE). Some files were printed prettily: each inner element then stands on a line of its own, and a
space that a reader sees is one space more than the indentation. :func:`read` undoes exactly that, so that
``regulations.gov</E>⏎    . Except`` becomes “regulations.gov. Except” and “H₂O” does not fall apart. Other files lost
the spaces around inner elements; :func:`is_loose` recognizes them, and :func:`read` puts the spaces back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml.etree import _Element

ITALIC = frozenset({"03"})
# Superscripts and subscripts belong to the word they stand at.
_RAISED = frozenset({"51", "52", "53", "54", "8051", "8052", "7051", "7052"})
_INDENT = re.compile(r"\n[ \t]*\Z")
_LEADING_INDENT = re.compile(r"\n[ \t]*")
# Marks for where a line may break, which take no room.
_WITHOUT_ROOM = ("\u200b", "\u2060", "\ufeff", "\u00ad")
_ENOUGH = 300
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
        whole = self.text
        stop = len(whole) if end is None else end
        while start < stop and whole[start].isspace():
            start += 1
        while stop > start and whole[stop - 1].isspace():
            stop -= 1
        stop = max(start, stop)
        if start == 0 and stop == len(whole):
            return self
        text = whole[start:stop]
        if not (self.breaks or self.italics or self.calls):
            return Flow(text, self.page)
        first = not start or whole[:start].isspace()
        last = stop == len(whole) or whole[stop:].isspace()

        def keep(offset: int) -> bool:
            # A mark at the very edge belongs to the stretch it ends, a mark before all text to the first one.
            return (start < offset or (first and offset <= start)) and (offset <= stop or last)

        def move(offset: int) -> int:
            return min(max(offset - start, 0), len(text))

        return Flow(
            text,
            self.page_at(start),
            tuple([(move(o), p) for o, p in self.breaks if start < o <= stop or (o > stop and last)]),
            tuple([(move(s), move(e)) for s, e in self.italics if s < stop and e > start]),
            tuple([c._replace(offset=move(c.offset)) for c in self.calls if keep(c.offset)]),
        )


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
        if raw.isprintable() and "  " not in raw:
            # The only white space that is printable is the common one.
            text = raw.strip(" ")
        else:
            raw = _without_marks(raw)
            text = " ".join(raw.split())
        if not text:
            # White space between two inner elements.
            if raw and self.last and self.last != " ":
                self.pieces.append(" ")
                self.length += 1
                self.last = " "
            return
        if self.last and self.last != " " and (raw[0].isspace() or (inner and self._runs_together(text[0]))):
            text = " " + text
        if raw[-1].isspace():
            text += " "
        self.pieces.append(text)
        self.length += len(text)
        self.last = text[-1]

    def _runs_together(self, following: str) -> bool:
        """Whether the text so far and the next character would make one word of two."""
        return self.last not in _OPENING and following not in _CLOSING

    def element(self, element: _Element) -> None:
        # The indentation before a child says how much of the white space after it is indentation too.
        indent = 0
        text = element.text
        if text:
            if "\n" in text:
                indent = _indentation(text)
                text = _unindented_start(text)
            if text:
                self.add(text, inner=self.loose and not _is_raised(element))
        for child in element:
            self.child(child)
            tail = child.tail
            if not tail:
                indent = 0
                continue
            inner = child.tag in ("PRTPAGE", "FTREF") or (self.loose and not _is_raised(child))
            if "\n" in tail:
                text, indent = self.unindented(tail, indent), _indentation(tail)
                if text:
                    self.add(text, inner=inner)
            else:
                self.add(tail, inner=inner)
                indent = 0

    def unindented(self, tail: str, indent: int) -> str:
        leading = _LEADING_INDENT.match(tail)
        text = tail[1 + min(indent, leading.end() - 1) :] if leading else tail
        trailing = _INDENT.search(text)
        return text[: trailing.start()] if trailing else text

    def child(self, child: _Element) -> None:
        tag = child.tag
        if tag == "PRTPAGE":
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
            for number in re.split(r"[\s,]+", plain(child).strip()):
                if number:
                    self.calls.append(NoteCall(self.length, number, self.pages.page, self.pages.count()))
        elif tag == "LI":
            self.add(" ")
            self.element(child)
            self.add(" ")
        elif tag == "STARS":
            self.add(" * * * ")
        elif tag == "E" and child.get("T") in ITALIC:
            start = self.length
            self.element(child)
            if self.length > start:
                self.italics.append((start, self.length))
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
        return Flow(
            text,
            page,
            tuple([(min(o, end), p) for o, p in breaks]) if breaks else (),
            tuple([(s, min(e, end)) for s, e in self.italics if s < end]) if self.italics else (),
            tuple([c._replace(offset=end) if c.offset > end else c for c in self.calls]) if self.calls else (),
        )


def read(element: _Element, pages: PageCounter, *, loose: bool = False) -> Flow:
    """The running text of ``element``; ``pages`` is moved on.

    ``loose`` is for files whose printer did not keep spaces, see :func:`is_loose`.
    """
    page = pages.page
    if not len(element):
        # Most elements are text and nothing else, and mostly without white space that is to be folded.
        text = element.text or ""
        if text.isprintable() and "  " not in text:
            return Flow(text.strip(" "), page)
        return Flow(" ".join(_without_marks(text).split()), page)
    reader = _Reader(pages, loose)
    reader.element(element)
    return reader.flow(page)


def plain(element: _Element) -> str:
    """All text of an element as it stands in the file."""
    return "".join(str(piece) for piece in element.itertext())


def join(flows: Iterable[Flow]) -> Flow:
    """Several flows as one, a space between them."""
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
        if "\n" in tail[:1]:
            previous = emphasis.getprevious()
            parent = emphasis.getparent()
            before = (
                parent.text
                if previous is None and parent is not None
                else previous.tail
                if previous is not None
                else ""
            )
            tail = tail[1 + _indentation(before) :]
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


def _indentation(text: str | None) -> int:
    """How many spaces and tabs stand on the last line of a text when nothing else does."""
    if not text or "\n" not in text:
        return 0
    last = text[text.rindex("\n") + 1 :]
    return 0 if last.strip(" \t") else len(last)


def _unindented_start(text: str) -> str:
    """The text before the first child: what stands before it on lines of its own is indentation, as is its end."""
    if text.lstrip(" \t").startswith("\n"):
        text = text.lstrip()
    trailing = _INDENT.search(text)
    return text[: trailing.start()] if trailing else text


def _is_raised(element: _Element) -> bool:
    return element.tag == "SU" or element.get("T") in _RAISED


def _is_call(element: _Element) -> bool:
    following = element.getnext()
    return following is not None and following.tag == "FTREF" and not (element.tail or "").strip()
