"""A Word file that came back, read into plain values: paragraphs with who put in and took out what, and comments.

Text is conserved: each character of ``w:t`` and ``w:delText`` of the body, notes, running heads and feet stands in
exactly one :class:`Piece`. What a page would not show twice (the fallback of a drawing) is read once; codes of fields
are not text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from lxml.etree import QName, _Element

from commenttrack.letters.returned_comments import Comment, comments_of, moment
from commenttrack.letters.returned_package import NotAWordFile, Package, W, open_package
from commenttrack.letters.returned_text import (
    BREAK,
    CALL,
    FormatChange,
    Mark,
    MarkKind,
    Paragraph,
    Piece,
    ReturnedWord,
    RowChange,
    Story,
)


def read_word(data: bytes) -> ReturnedWord:
    """Read a Word file.

    Raises :class:`returned_package.NotAWordFile` for what is not one, cannot be read, or must not be opened.
    """
    package = open_package(data)
    try:
        return _read(package)
    except RecursionError:
        raise NotAWordFile("The file is nested deeper than any document; it was not read.") from None


def _read(package: Package) -> ReturnedWord:
    reader = _Reader()
    reader.story("body", "", package.tree(package.document))
    for kind, part in (("footnote", "footnotes"), ("endnote", "endnotes")):
        for name in package.related(part):
            for note in package.tree(name):
                if _local(note) == kind and _w(note, "type") in ("", "normal"):
                    reader.story(kind, _w(note, "id"), note)  # type: ignore[arg-type]  # one of the two just named
    for name in package.related("header"):
        reader.story("header", name, package.tree(name))
    for name in package.related("footer"):
        reader.story("footer", name, package.tree(name))
    reader.boxes()
    return ReturnedWord(
        tuple(reader.stories),
        tuple(_with_places(comments_of(package), reader)),
        tuple(reader.formats),
        tuple(reader.rows),
        package.notices,
        _attached(package),
    )


ATTACHED = "urn:commenttrack:word"
"""The namespace of what our export lays into a Word file about itself."""


def _attached(package: Package) -> str:
    for name in package.related("customXml"):
        if ATTACHED.encode() in package.parts[name]:
            root = package.tree(name)
            if root.tag == f"{{{ATTACHED}}}exported":
                return root.text or ""
    return ""


# ---------------------------------------------------------------------------------------------------------- the walk


def _local(element: _Element) -> str:
    return QName(element).localname if isinstance(element.tag, str) else ""


def _w(element: _Element, name: str) -> str:
    return str(element.get(f"{{{W}}}{name}", ""))


_KINDS: dict[str, MarkKind] = {
    "ins": "insertion",
    "del": "deletion",
    "moveFrom": "move from",
    "moveTo": "move to",
    "cellIns": "insertion",
    "cellDel": "deletion",
}
_FORMATS = {
    "rPrChange": "format of words",
    "pPrChange": "format of a paragraph",
    "sectPrChange": "format of pages",
    "tblPrChange": "format of a table",
    "tblGridChange": "columns of a table",
    "tblPrExChange": "format of a table",
    "trPrChange": "format of a table row",
    "tcPrChange": "format of a table cell",
    "numberingChange": "numbering",
    "cellIns": "a table cell put in",
    "cellDel": "a table cell taken out",
    "cellMerge": "table cells merged",
}
_ONE_CHARACTER = {
    "tab": ("tab", "\t"),
    "ptab": ("tab", "\t"),
    "br": ("break", BREAK),
    "cr": ("break", BREAK),
    "noBreakHyphen": ("symbol", "\u2011"),
    "softHyphen": ("symbol", "\u00ad"),
}
_SKIPPED = frozenset({"pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr", "smartTagPr"})
_CODES = frozenset({"instrText", "delInstrText", "fldData"})


class _Reader:
    """Walks the stories of one file."""

    def __init__(self) -> None:
        self.stories: list[Story] = []
        self.formats: list[FormatChange] = []
        self.rows: list[RowChange] = []
        self.places: dict[str, tuple[int, int, int]] = {}
        """Of each comment: story, paragraph, characters before it."""
        self.quotes: dict[str, list[str]] = {}
        self._numbers = 0
        self._waiting: list[_Element] = []
        self._moves: dict[str, str] = {}
        self._open_comments: set[str] = set()
        self._bookmarks: dict[str, str] = {}
        self._paragraphs: list[Paragraph] = []
        self._pieces: list[Piece] = []
        self._kind = ""
        self._counts = [0, 0]
        self._cell: tuple[int, int, int] | None = None

    def story(
        self, kind: Literal["body", "footnote", "endnote", "header", "footer", "text box"], name: str, root: _Element
    ) -> None:
        self._paragraphs, self._pieces, self._kind = [], [], kind
        self._counts, self._cell = [0, 0], None
        self._moves, self._open_comments, self._bookmarks = {}, set(), {}
        self._walk(root, ())
        if self._pieces:  # text outside of any paragraph; no schema allows it, and none of it is dropped
            self._close((), "", ())
        self.stories.append(Story(kind, name, tuple(self._paragraphs)))

    def boxes(self) -> None:
        """Text boxes stand in runs of other stories; each becomes one of its own, boxes within boxes too."""
        number = 0
        while self._waiting:
            number += 1
            self.story("text box", str(number), self._waiting.pop(0))

    def _mark(self, element: _Element) -> Mark:
        self._numbers += 1
        kind = _KINDS[_local(element)]
        name = self._moves.get(kind, "") if kind.startswith("move") else ""
        return Mark(self._numbers, kind, _w(element, "author").strip(), moment(_w(element, "date")), name)

    def _walk(self, element: _Element, marks: tuple[Mark, ...]) -> None:
        for child in element:
            self._one(child, marks)

    def _one(self, element: _Element, marks: tuple[Mark, ...]) -> None:
        name = _local(element)
        match name:
            case "" | "proofErr" | "Fallback":
                pass
            case "p" if QName(element).namespace == W:
                self._paragraph(element, marks)
            case "tbl":
                self._table(element, marks)
            case "ins" | "del" | "moveFrom" | "moveTo":
                self._walk(element, (*marks, self._mark(element)))
            case "moveFromRangeStart" | "moveToRangeStart":
                self._moves["move from" if name.startswith("moveFrom") else "move to"] = _w(element, "name")
            case "moveFromRangeEnd" | "moveToRangeEnd":
                self._moves.pop("move from" if name.startswith("moveFrom") else "move to", None)
            case "r" if QName(element).namespace == W:
                self._run(element, marks)
            case "commentRangeStart":
                self._comment_at(_w(element, "id"))
                self._open_comments.add(_w(element, "id"))
            case "commentRangeEnd":
                self._open_comments.discard(_w(element, "id"))
            case "bookmarkStart":
                self._bookmarks[_w(element, "id")] = _w(element, "name")
            case "bookmarkEnd":
                self._bookmarks.pop(_w(element, "id"), None)
            case "AlternateContent":
                chosen = next((child for child in element if _local(child) == "Choice"), None)
                self._walk(element if chosen is None else chosen, marks)
            case "txbxContent":
                self._waiting.append(element)
            case _ if name in _SKIPPED:
                self._properties(element)
            case "t" | "delText":
                # In runs, in formulas (m:t), and wherever a later version of the format puts text.
                self._add(Piece(element.text or "", marks))
            case _ if name in _CODES:
                pass
            case _:
                self._walk(element, marks)

    # ------------------------------------------------------------------------------------------------------ paragraphs

    def _paragraph(self, element: _Element, marks: tuple[Mark, ...]) -> None:
        outer, self._pieces = self._pieces, []
        if outer:
            # A paragraph within a run's paragraph: what stood before it is a paragraph of its own.
            inner, self._pieces = self._pieces, outer
            self._close((), "", ())
            self._pieces = inner
        properties = element.find(f"{{{W}}}pPr")
        end, style = marks, ""
        if properties is not None:
            named = properties.find(f"{{{W}}}pStyle")
            style = _w(named, "val") if named is not None else ""
            run = properties.find(f"{{{W}}}rPr")
            if run is not None:
                end = (*marks, *(self._mark(child) for child in run if _local(child) in _KINDS))
        first = dict(self._bookmarks)
        at = len(self.formats)
        for child in element:
            self._one(child, marks)
        names = tuple(dict.fromkeys((*first.values(), *self._bookmarks.values())))
        text = "".join(piece.text for piece in self._pieces)
        # What a change of format concerns is known when its paragraph is.
        for index in range(at, len(self.formats)):
            if not self.formats[index].text:
                self.formats[index] = replace(self.formats[index], text=text[:200])
        self._close(end, style, names)

    def _close(self, end: tuple[Mark, ...], style: str, bookmarks: tuple[str, ...]) -> None:
        cell = self._cell
        where = self._where() if cell else self._where(1)
        if cell is None:
            self._counts[0] += 1
        row = (cell[0], cell[1]) if cell else None
        self._paragraphs.append(Paragraph(tuple(self._pieces), end, where, style, row, False, bookmarks))
        self._pieces = []
        for comment in self._open_comments:
            self.quotes.setdefault(comment, []).append(" ")

    def _where(self, ahead: int = 0) -> str:
        if self._cell:
            table, row, column = self._cell
            return f"table {table}, row {row}, column {column}"
        return f"paragraph {self._counts[0] + (ahead or 1)}"

    # ---------------------------------------------------------------------------------------------------------- tables

    def _table(self, element: _Element, marks: tuple[Mark, ...]) -> None:
        outer = self._cell
        self._counts[1] += 1
        table = self._counts[1]
        rows = 0
        for child in element:
            found = list(_through(child, "tr"))
            for row in found:
                rows += 1
                self._row(row, marks, table, rows)
            if not found:
                self._one(child, marks)
        self._cell = outer

    def _row(self, element: _Element, marks: tuple[Mark, ...], table: int, row: int) -> None:
        before, column = len(self._paragraphs), 0
        change: Mark | None = None
        self._cell = (table, row, 1)
        for child in element:
            if _local(child) == "trPr":
                for mark in child:
                    if _local(mark) in ("ins", "del"):
                        change = self._mark(mark)
            found = list(_through(child, "tc"))
            for cell in found:
                column += 1
                self._cell = (table, row, column)
                self._walk(cell, marks)
                if len(self._paragraphs) > before:
                    self._paragraphs[-1] = replace(self._paragraphs[-1], last_of_cell=True)
            if not found:
                self._one(child, marks)
        if change is not None:
            texts = tuple("".join(p.text for p in each.pieces) for each in self._paragraphs[before:])
            self.rows.append(RowChange(change, f"table {table}, row {row}", texts, (table, row)))

    # ------------------------------------------------------------------------------------------------------------ runs

    def _run(self, element: _Element, marks: tuple[Mark, ...]) -> None:
        bold = italic = False
        for child in element:
            name = _local(child)
            if name == "rPr":
                bold, italic = _on(child, "b"), _on(child, "i")
                # A run can carry its own mark in its properties: so LibreOffice writes fields.
                marks = (*marks, *(self._mark(mark) for mark in child if _local(mark) in _KINDS))
                self._properties(child)
                at = len(self.formats)
                if at and not self.formats[-1].text and child.find(f"{{{W}}}rPrChange") is not None:
                    text = "".join(t.text or "" for t in element.iter(f"{{{W}}}t", f"{{{W}}}delText"))
                    self.formats[-1] = replace(self.formats[-1], text=text[:200])
            elif name in ("t", "delText"):
                self._add(Piece(child.text or "", marks, "text", "", bold, italic))
            elif name in _ONE_CHARACTER:
                what, text = _ONE_CHARACTER[name]
                self._add(Piece(text, marks, what))
            elif name == "sym":
                self._add(Piece(_symbol(_w(child, "char")), marks, "symbol"))
            elif name in ("footnoteReference", "endnoteReference"):
                self._add(Piece(CALL, marks, "note", f"{name.removesuffix('Reference')} {_w(child, 'id')}"))
            elif name == "commentReference":
                self._comment_at(_w(child, "id"))
            elif name in ("drawing", "pict", "object"):
                self._add(Piece(CALL, marks, "picture"))
                self._walk(child, marks)
            else:
                self._one(child, marks)

    def _add(self, piece: Piece) -> None:
        if not piece.text:
            return
        for comment in self._open_comments:
            self.quotes.setdefault(comment, []).append(piece.text)
        self._pieces.append(piece)

    def _comment_at(self, comment: str) -> None:
        at = sum(len(piece.text) for piece in self._pieces)
        self.places.setdefault(comment, (len(self.stories), len(self._paragraphs), at))

    def _properties(self, element: _Element) -> None:
        for change in element:
            name = _local(change)
            if name == "rPr":
                self._properties(change)
            elif name in _FORMATS:
                self.formats.append(
                    FormatChange(
                        _w(change, "author").strip(),
                        moment(_w(change, "date")),
                        _FORMATS[name],
                        "",
                        self._where(),
                        self._kind,
                    )
                )


def _through(element: _Element, name: str) -> Iterator[_Element]:
    """The rows or cells that an element is or wraps, those of tables further inside left out."""
    if _local(element) == name:
        yield element
    elif _local(element) in ("sdt", "sdtContent", "customXml", "ins", "del", "smartTag"):
        for child in element:
            yield from _through(child, name)


def _on(properties: _Element, name: str) -> bool:
    found = properties.find(f"{{{W}}}{name}")
    return found is not None and _w(found, "val") not in ("0", "false", "off")


def _symbol(code: str) -> str:
    """A character of a symbol font: its code in Unicode, or the sign for an unknown one."""
    try:
        value = int(code, 16)
    except ValueError:
        return "\ufffd"
    return "\ufffd" if 0xD800 <= value <= 0xDFFF or value > 0x10FFFF or value == 0 else chr(value)


def _with_places(comments: Iterable[Comment], reader: _Reader) -> Iterator[Comment]:
    """Comments with their places; a reply that has none of its own stands where the comment it answers stands."""
    for comment in comments:
        keys = [key for key in (comment.id, comment.parent) if key in reader.places]
        if not keys:
            yield comment
            continue
        story, paragraph, at = reader.places[keys[0]]
        quote = " ".join("".join(reader.quotes.get(keys[0], ())).split())
        yield replace(comment, quote=quote, story=story, paragraph=paragraph, at=at)
