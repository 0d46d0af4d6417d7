"""Pages of a Word letter: upright and landscape sections, columns of signatures, line numbers, running heads."""

import itertools
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree
from lxml.etree import _Element

from commenttrack.letters.languages import right_to_left
from commenttrack.letters.own_words import own_words
from commenttrack.letters.word_marks import inside, marked, unmark
from commenttrack.letters.word_package import NAMES, Parts, R, W, declare, made, properties, put, relate, w

_LONG, _SHORT, _INCH = 15840, 12240, 1440
"""Twentieths of a point: US Letter, one-inch margins."""
_ROOM = 3240
"""The right margin of a copy to read through."""
_GAP = 360


@dataclass(frozen=True, slots=True)
class Frame:
    """What a Word file carries around its text: author and moment of its changes, languages, running heads and feet.

    ``stamp`` is ISO 8601 in UTC, or empty for changes without a moment. ``draft`` and ``review`` print a mark at the
    head of each page, ``review`` numbers the lines and leaves a wide margin; ``banner`` is a line at the foot.
    """

    author: str
    stamp: str
    lang: str = "en-US"
    second_lang: str = ""
    left: str = ""
    right: str = ""
    draft: bool = False
    review: bool = False
    banner: str = ""
    fonts: str = "serif"
    """See :class:`content.HouseStyle`."""

    @property
    def mark(self) -> str:
        """What stands at the head of each page of a letter that is not for filing."""
        words = own_words(self.lang)
        return words.draft if self.draft else words.review if self.review else ""


@dataclass(frozen=True, slots=True)
class _Layout:
    landscape: bool = False
    columns: int = 1
    block: str = ""
    """The mark of the passage, so that two landscape passages in a row do not become one."""


def text_width(frame: Frame, *, landscape: bool = False) -> int:
    """Twentieths of a point between the margins."""
    return (_LONG if landscape else _SHORT) - _INCH - (_ROOM if frame.review else _INCH)


def in_sections(body: _Element, frame: Frame) -> None:
    """Part the body into sections, size tables and pictures by the width that their section gives them."""
    for old in body.findall("w:sectPr", NAMES):
        body.remove(old)
    segments = _segments(body)
    for index, (layout, blocks) in enumerate(segments):
        _sized(blocks, text_width(frame, landscape=layout.landscape) // layout.columns, layout, frame)
        section = _section(layout, segments[index - 1][0] if index else None, frame)
        if index + 1 == len(segments):
            if layout.columns > 1:  # columns are made equally long only when something follows them
                _ended(body, blocks, section)
                section = _section(_Layout(), layout, frame)
                body.append(_thin())
            body.append(section)
        else:
            _ended(body, blocks, section)
    if not segments:
        body.append(_section(_Layout(), None, frame))
    unmark(marked(body, r"ct(?:columns|landscape|wide)[\d-]+"))


def _segments(body: _Element) -> list[tuple[_Layout, list[_Element]]]:
    passages = marked(body, r"ct(?:columns\d+|landscape|wide)-?[\d-]+")
    starts = {passage.start: passage for passage in passages if passage.start.getparent() is body}
    ends = {passage.end: passage for passage in passages if passage.end.getparent() is body}
    stack = [_Layout()]
    found: list[tuple[_Layout, _Element]] = []
    for child in body:
        if child in starts:
            name = starts[child].name
            if name.startswith("ctcolumns"):
                stack.append(_Layout(columns=int(name.removeprefix("ctcolumns").partition("-")[0]), block=name))
            else:
                stack.append(stack[-1] if stack[-1].landscape else _Layout(landscape=True, block=name))
        elif child in ends:
            stack.pop()
        elif etree.QName(child).localname in ("p", "tbl"):
            layout = stack[-1]
            found.append((layout if layout.landscape or layout.columns > 1 else _Layout(), child))
    return [
        (layout, [child for _, child in group]) for layout, group in itertools.groupby(found, key=lambda pair: pair[0])
    ]


def _ended(body: _Element, blocks: list[_Element], section: _Element) -> None:
    """Let a section end with its last paragraph; a table at its end gets a paragraph behind it that takes no room."""
    last = blocks[-1]
    if etree.QName(last).localname != "p":
        thin = _thin()
        last.addnext(thin)
        last = thin
    put(properties(last, "pPr"), section)


def _thin() -> _Element:
    paragraph = made("p")
    put(properties(paragraph, "pPr"), made("spacing", before="0", after="0", line="20", lineRule="exact"))
    return paragraph


def _section(layout: _Layout, before: _Layout | None, frame: Frame) -> _Element:
    """The properties of a section; ``before`` is how the one before it is laid out, None for the first."""
    turned = before is not None and (layout.landscape or before.landscape)
    kind = "" if before is None else f'<w:type w:val="{"nextPage" if turned else "continuous"}"/>'
    size = f'w:w="{_LONG}" w:h="{_SHORT}" w:orient="landscape"' if layout.landscape else f'w:w="{_SHORT}" w:h="{_LONG}"'
    heads = ""
    if before is None or turned:
        side = 2 if layout.landscape else 1
        heads = (
            f'<w:headerReference w:type="default" r:id="rIdheader{side}"/>'
            f'<w:footerReference w:type="default" r:id="rIdfooter{side}"/>'
        )
    if before is None:
        heads += '<w:headerReference w:type="first" r:id="rIdheader3"/>'
        heads += f'<w:footerReference w:type="first" r:id="rIdfooter{2 if layout.landscape else 1}"/>'
    right = _ROOM if frame.review else _INCH
    lines = '<w:lnNumType w:countBy="1" w:distance="240" w:restart="newPage"/>' if frame.review else ""
    turned_pages = "<w:bidi/>" if right_to_left(frame.lang) else ""
    columns = f'<w:cols w:num="{layout.columns}" w:space="{_GAP}"/>' if layout.columns > 1 else ""
    return etree.fromstring(
        f'<w:sectPr xmlns:w="{W}" xmlns:r="{R}">{heads}{kind}<w:pgSz {size}/>'
        f'<w:pgMar w:top="{_INCH}" w:right="{right}" w:bottom="{_INCH}" w:left="{_INCH}" w:header="720" w:footer="720" '
        f'w:gutter="0"/>{lines}{columns}{"<w:titlePg/>" if before is None else ""}{turned_pages}</w:sectPr>'
    )


def on_new_pages(body: _Element) -> None:
    """Begin the passages that the template marks so on pages of their own."""
    passages = marked(body, r"ctpage-\d+")
    first: set[str] = set()
    for element, passage in inside(body, passages):
        if element.tag == f"{{{W}}}p" and passage.name not in first:
            first.add(passage.name)
            put(properties(element, "pPr"), made("pageBreakBefore"))
    unmark(passages)


# ------------------------------------------------------------------------------------------------- tables and pictures

_EMU = 635
"""English metric units in a twentieth of a point."""
_TALLEST = 9360
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PEN = 3456
"""The line that is signed on: 2.4 inches."""


def _sized(blocks: list[_Element], width: int, layout: _Layout, frame: Frame) -> None:
    for block in blocks:
        for table in block.iter(f"{{{W}}}tbl"):
            _as_wide_as(table, width if table is block else width // 2)
        for picture in block.iter(f"{{{_WP}}}inline"):
            _no_larger(picture, block, width)
        style = block.find("w:pPr/w:pStyle", NAMES)
        if style is not None and w(style, "val") == "SignatureLine":
            room = (text_width(frame) - _GAP * (layout.columns - 1)) // layout.columns
            end = max(room - _PEN, room // 10)
            put(properties(block, "pPr"), made("ind", right=str(end)))


def _as_wide_as(table: _Element, width: int) -> None:
    """Columns in the shares that they have, summing to the width."""
    columns = table.findall("w:tblGrid/w:gridCol", NAMES)
    total = sum(int(w(column, "w") or 0) for column in columns)
    for column in columns:
        share = int(w(column, "w") or 0) / total if total else 1 / len(columns)
        column.set(f"{{{W}}}w", str(int(width * share)))
    put(properties(table, "tblPr"), made("tblW", type="pct", w="5000"))


def _no_larger(picture: _Element, block: _Element, width: int) -> None:
    logo = block.find("w:pPr/w:pStyle", NAMES)
    widest, tallest = width, _TALLEST if width < _SHORT else 7200
    if logo is not None and w(logo, "val") == "Logo":
        widest, tallest = 4320, 1296
    cell = next(picture.iterancestors(f"{{{W}}}tc"), None)
    if cell is not None:
        row = cell.getparent()
        widest = int(width / max(len(row.findall("w:tc", NAMES)) if row is not None else 1, 1)) - 240
    sizes = [element for element in picture.iter(f"{{{_WP}}}extent", f"{{{_A}}}ext") if element.get("cx")]
    for size in sizes:
        cx, cy = int(size.get("cx", "1")), int(size.get("cy", "1"))
        factor = min(1.0, widest * _EMU / cx, tallest * _EMU / cy)
        size.set("cx", str(int(cx * factor)))
        size.set("cy", str(int(cy * factor)))


# --------------------------------------------------------------------------------------------- running heads and feet


def add_running(parts: Parts, frame: Frame) -> None:
    """Heads and feet: for upright pages, for pages on their side, and the head of the first page."""
    for number, landscape in ((1, False), (2, True)):
        width = text_width(frame, landscape=landscape)
        _add(parts, f"header{number}", "hdr", "header", _head(frame, width, first=False))
        _add(parts, f"footer{number}", "ftr", "footer", _foot(frame, width))
    _add(parts, "header3", "hdr", "header", _head(frame, text_width(frame), first=True))


def _add(parts: Parts, name: str, tag: str, kind: str, inner: str) -> None:
    parts[f"word/{name}.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:{tag} xmlns:w="{W}">{inner}</w:{tag}>'
    ).encode()
    declare(parts, f"/word/{name}.xml", f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml")
    relate(parts, f"rId{name}", kind, f"{name}.xml")


def run(text: str, style: str = "") -> str:
    """A run of text."""
    return f'<w:r>{style}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def field(code: str, shown: str = "1") -> str:
    """A field: what Word computes, and what is shown until it does."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{shown}</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


_ENGLISH = '<w:rPr><w:lang w:val="en-US"/></w:rPr>'
_TAB = "<w:r><w:tab/></w:r>"
_BOLD = '<w:rPr><w:b/><w:color w:val="7A1F12"/></w:rPr>'


def _line(style: str, width: int, inner: str, *, turned: bool = False) -> str:
    tabs = f'<w:tabs><w:tab w:val="clear" w:pos="9360"/><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
    bidi = "<w:bidi/>" if turned else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{tabs if width != 9360 else ""}{bidi}</w:pPr>{inner}</w:p>'


def _head(frame: Frame, width: int, *, first: bool) -> str:
    mark = _line("Header", width, run(frame.mark, _BOLD)) if frame.mark else ""
    left, right = ("", "") if first else (frame.left, frame.right)
    return mark + _line("Header", width, run(left) + _TAB + run(right), turned=right_to_left(frame.lang))


def _foot(frame: Frame, width: int) -> str:
    words = own_words(frame.lang)
    before, between, after = re.split(r"\{pages?\}", words.page)
    turned = right_to_left(words.lang)
    style = "<w:rPr><w:rtl/></w:rPr>" if turned else "" if words.own(frame.lang) else _ENGLISH
    pages = run(before, style) + field("PAGE") + run(between, style) + field("NUMPAGES")
    pages += run(after, style) if after else ""
    banner = run(frame.banner, _BOLD)
    if right_to_left(frame.lang) and not turned:  # English words of the page numbers read from left to right
        return _line("Footer", width, pages + _TAB + banner)
    return _line("Footer", width, banner + _TAB + pages, turned=turned)
