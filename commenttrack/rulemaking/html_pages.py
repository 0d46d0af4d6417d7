"""Pages of federalregister.gov: the full text as the site sets it, in its older and its present mark-up.

The site's own furniture (table of contents, “Back to Top”, page tooltips, rulers around regulatory text) is no text of
the document and is left out. Other pages are read by their headings and paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree, html
from lxml.etree import _Element

from commenttrack.errors import BadInput
from commenttrack.rulemaking import block_roles as roles
from commenttrack.rulemaking import text_blocks as blocks
from commenttrack.rulemaking.govinfo_text import revealed
from commenttrack.rulemaking.text_blocks import (
    ITALIC_CLOSE,
    ITALIC_OPEN,
    Block,
    Grid,
    SourceText,
    flow_of,
    last_page,
    page_mark,
    with_notes,
)
from commenttrack.rulemaking.xml_text import Flow, plain

_SKIPPED = frozenset(
    {
        "script", "style", "nav", "noscript", "template", "svg", "form", "button", "head", "iframe", "object", "select",
        "textarea", "input", "title", "link", "meta", "canvas", "audio", "video",
    }
)  # fmt: skip
_BLOCKS = frozenset(
    {
        "p", "div", "section", "article", "main", "header", "footer", "aside", "blockquote", "ul", "ol", "li",
        "dl", "dt", "dd", "table", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "pre", "hr",
        "center", "address", "body", "html", "fieldset", "details", "summary", "tbody", "thead", "tfoot",
        "tr", "td", "th", "caption",
    }
)  # fmt: skip
_FURNITURE = frozenset(
    {
        "back-to-top", "divider", "unprinted-element", "unprinted-element-wrapper", "unprinted-element-border",
        "tooltip", "back", "toolbar", "sr-only",
    }
)  # fmt: skip
_PAGE_MARKS = frozenset({"printed-page", "printed-page-inline", "printed-page-details"})
_KINDS = {
    "amendment-part": blocks.INSTRUCTION,
    "stars": blocks.STARS,
    "cfr-section": blocks.SECTION,
    "signature": blocks.SIGNATURE,
    "signature-date": blocks.SIGNATURE,
    "signature-name": blocks.SIGNATURE,
    "signature-title": blocks.SIGNATURE,
    "fr-doc": blocks.FILING,
    "frdoc": blocks.FILING,
    "document-details": blocks.FILING,
    "billing-code": blocks.BILLING,
    "agency": blocks.AGENCY,
    "subagency": blocks.SUBAGENCY,
    "cfr": blocks.CFR,
    "department-docket": blocks.DOCKET,
    "docket": blocks.DOCKET,
    "rin": blocks.RIN,
    "subject": blocks.TITLE,
    "document-title": blocks.TITLE,
}
_HEAD_KINDS = frozenset({blocks.AGENCY, blocks.SUBAGENCY, blocks.CFR, blocks.DOCKET, blocks.RIN, blocks.TITLE})
_CONTENT = (
    "//*[contains(concat(' ', @class, ' '), ' fulltextWrapper ')]",
    "//*[@id='fulltext_content_area' or @id='fulltext-content-area' or @id='document-content' or @id='body_html']",
    "//*[contains(concat(' ', @class, ' '), ' full-text ') or contains(concat(' ', @class, ' '), ' body-html ')]",
    "//article",
    "//main",
    "//body",
)
_DOCUMENT_CLASSES = {
    "doc-prorule": "proposed_rule",
    "doc-rule": "rule",
    "doc-notice": "notice",
    "doc-presdocu": "presidential_document",
}
_HEADING = re.compile(r"h([1-6])\Z")
_NOTE_ID = re.compile(r"(?:footnote|fn)-?([0-9]{1,4}[a-z]?)", re.IGNORECASE)
_NOTE_NUMBER = re.compile(r"[0-9]{1,4}[a-z]?|\*{1,3}")
_SITE_TITLE = re.compile(r"^(?:Federal Register\s*(?:::|\|)\s*)+|\s*\|\s*Federal Register\s*$")
_WIDEST = 60
_SECTION_HEADS = (blocks.HEADING, blocks.SECTION)
_TALLEST = 500


def read(text: str, name: str) -> SourceText:
    """The blocks of a page. Raises :class:`BadInput` when it is nested too deeply or has no text."""
    # The text is decoded; what the page says of its encoding no longer holds.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BadInput(f"{name} cannot be read as HTML: {' '.join(str(error).split())[:200]}.") from None
    for entry in parser.error_log:
        if entry.level_name == "FATAL" and ("depth" in entry.message or "RESOURCE" in entry.type_name):
            raise BadInput(f"{name} nests elements more deeply than any page of a document does, so it is not read.")
        if entry.level_name == "FATAL" and ("too long" in entry.message or "huge" in entry.message):
            raise BadInput(f"{name} holds a single text longer than any document has, so it is not read.")
    source = SourceText("html", [])
    content = _content(root)
    reader = _Reader(source)
    reader.read(content)
    if not source.blocks:
        raise BadInput(f"{name} is a page without any text of a document.")
    title = root.findtext(".//title") or ""
    source.title = _SITE_TITLE.sub("", " ".join(title.split()))
    for node in (content, *content.iterancestors(), *content.iter("div")):
        for token in _classes(node):
            source.kind = source.kind or _DOCUMENT_CLASSES.get(token, "")
    return source


def _content(root: _Element) -> _Element:
    """The element that holds the text of the document."""
    for path in _CONTENT:
        found = root.xpath(path)
        if isinstance(found, list) and found and isinstance(found[0], _Element):
            return found[0]
    return root


class _Reader:
    """Walks the content; ``_loose`` is text outside any paragraph that is being collected."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._page: int | None = None
        self._loose: list[str] = []
        self._notes: list[Block] = []

    def read(self, content: _Element) -> None:
        self._children(content, "")
        self._flush("")
        merged = _with_subjects(self._source.blocks)
        self._source.blocks[:] = with_notes(merged, self._notes)
        pages = [p for b in merged for p in (b.flow.page, *(page for _, page in b.flow.breaks)) if p is not None]
        if pages:
            self._source.start_page, self._source.end_page = pages[0], pages[-1]

    def _children(self, node: _Element, kind: str) -> None:
        self._loose.append(node.text or "")
        for child in node:
            self._node(child, kind)
            self._loose.append(child.tail or "")

    def _node(self, node: _Element, kind: str) -> None:
        tag = node.tag
        if not isinstance(tag, str) or tag in _SKIPPED:
            return
        classes = _classes(node)
        if classes & _PAGE_MARKS:
            self._loose.append(_page(node))
            return
        if classes & _FURNITURE or self._is_site_contents(node, classes):
            return
        if tag not in _BLOCKS and not any(child.tag in _BLOCKS for child in node.iter() if child is not node):
            self._loose.append(inline(node))
            return
        if "footnote" in classes:
            self._flush(kind)
            self._note(node)
            return
        if "footnotes" in classes or node.get("id") == "footnotes":
            self._flush(kind)
            # The site puts a heading over the notes that the document does not have.
            for child in node:
                if not _HEADING.match(str(child.tag)):
                    self._node(child, kind)
            return
        kind = next((_KINDS[token] for token in _ordered_classes(node) if token in _KINDS), kind)
        self._turn(node)
        if tag == "table":
            self._flush(kind)
            self._table(node)
            return
        if tag in ("figure", "p") and node.find(".//img") is not None and not plain(node).strip():
            self._flush(kind)
            self._image(node)
            return
        self._flush(kind)
        if any(child.tag in _BLOCKS for child in node.iter() if child is not node):
            if tag == "li":
                self._loose.append(_list_sign(node))
            self._children(node, kind)
            self._flush(kind)
            return
        raw = inline(node)
        if tag == "li":
            raw = _list_sign(node) + raw
        heading = _HEADING.match(tag)
        self._add(raw, kind, rank=int(heading[1]) - 1 if heading else None)

    def _is_site_contents(self, node: _Element, classes: frozenset[str]) -> bool:
        """The table of contents the site makes; the one of regulatory text is a ``div``."""
        return node.get("id") == "table_of_contents" or (node.tag in ("ul", "ol") and "table-of-contents" in classes)

    def _turn(self, node: _Element) -> None:
        if node.tag in ("p", "li"):
            self._page = _data_page(node) or self._page

    def _flush(self, kind: str) -> None:
        raw, self._loose = "".join(self._loose), []
        if raw.strip():
            self._add(raw, kind, rank=None)

    def _add(self, raw: str, kind: str, *, rank: int | None) -> None:
        flow = flow_of(raw, self._page)
        self._page = last_page(raw, self._page)
        if not flow.text and not flow.calls:
            return
        if kind in (blocks.FILING, blocks.BILLING):
            kind = blocks.BILLING if roles.BILLING.match(flow.text) else blocks.FILING
        if kind == blocks.STARS and not roles.STARS.match(flow.text):
            kind = blocks.PARAGRAPH
        if kind == blocks.TITLE and self._source.blocks:
            # “subject” is also the class of a section's subject.
            kind = blocks.PARAGRAPH if any(b.kind not in _HEAD_KINDS for b in self._source.blocks) else kind
        if rank is not None and not kind:
            self._source.blocks.append(Block(flow, blocks.HEADING, rank=rank))
            return
        self._source.blocks.append(Block(flow, kind or blocks.PARAGRAPH, indented=rank is None))

    def _note(self, node: _Element) -> None:
        identified = _NOTE_ID.search(node.get("id") or "")
        number = identified[1] if identified else ""
        paragraphs = list(node.iter("p")) or [node]
        for index, paragraph in enumerate(paragraphs):
            flow = flow_of(inline(paragraph), _data_page(paragraph) or self._page)
            if index == 0:
                started = re.match(rf"{re.escape(number)}\.?\s*" if number else r"([0-9]{1,4})\.\s+", flow.text)
                if started:
                    number = number or started[1]
                    flow = flow.cut(started.end())
            if flow.text:
                self._notes.append(Block(flow, blocks.NOTE, number=number if index == 0 else ""))

    def _image(self, node: _Element) -> None:
        picture = node if node.tag == "img" else node.find(".//img")
        if picture is None:
            return
        source = (picture.get("src") or "").rsplit("/", 1)[-1]
        name = picture.get("alt") or picture.get("id") or source or "picture"
        self._source.blocks.append(Block(flow_of(name, self._page), blocks.IMAGE))

    # Tables ----------------------------------------------------------------------------------------------------------

    def _table(self, node: _Element) -> None:
        start = self._page
        title = " ".join(flow_of(inline(caption), None).text for caption in node.iter("caption"))
        heads: list[list[tuple[str, int, int]]] = []
        rows: list[list[tuple[str, int, int]]] = []
        notes: list[tuple[str, str]] = []
        turned: list[int] = []
        for row in node.iter("tr"):
            if _nearest(row, "table") is not node:
                continue
            cells: list[tuple[str, int, int]] = []
            for cell in row.iter("td", "th"):
                if _nearest(cell, "tr") is not row:
                    continue
                raw = inline(cell)
                flow = flow_of(raw, self._page)
                turned += [page for _, page in flow.breaks]
                self._page = last_page(raw, self._page)
                cells.append((_with_calls(flow), _span(cell, "colspan", _WIDEST), _span(cell, "rowspan", _TALLEST)))
            if _nearest(row, "tfoot") is not None:
                notes += [("", text) for text, _, _ in cells if text]
            elif _is_head(row, rows):
                heads.append(cells)
            else:
                rows.append(cells)
        grid = Grid(title, _spanned(heads), _filled(rows), tuple(notes))
        breaks = tuple((0, page) for page in dict.fromkeys(turned))
        self._source.blocks.append(Block(Flow("", start, breaks), blocks.TABLE, grid=grid))


def inline(node: _Element) -> str:
    """The text within a node with page marks, italics and note calls as signs of :func:`text_blocks.flow_of`."""
    return node_text(node, top=True)


def node_text(node: _Element, *, top: bool = False) -> str:
    """See :func:`inline`; without ``top`` the node's own tag and class count too."""
    if not isinstance(node.tag, str) or node.tag in _SKIPPED:
        return ""
    classes = _classes(node)
    if classes & _PAGE_MARKS:
        return _page(node)
    if not top and classes & _FURNITURE:
        return ""
    concealed = node.get("data-cfemail")
    if concealed and re.fullmatch("[0-9a-fA-F]+", concealed):
        return revealed(concealed)
    if node.tag == "br":
        return " "
    if node.tag == "sup" or "footnote-reference" in classes or node.get("rel") == "footnote":
        number = plain(node).strip().strip("[]").strip()
        linked = node.tag == "a" or any(
            "footnote" in (link.get("href") or "") or link.get("rel") == "footnote" for link in node.iter("a")
        )
        if linked and _NOTE_NUMBER.fullmatch(number):
            return f"\\{number}\\"
    text = (node.text or "") + "".join(node_text(child) + (child.tail or "") for child in node)
    if (node.tag in _BLOCKS or "amendment-part-number" in classes) and not top:
        return f" {text} "
    if node.tag in ("i", "em") or "e-03" in classes:
        return f"{ITALIC_OPEN}{text}{ITALIC_CLOSE}"
    return text


def _page(node: _Element) -> str:
    page = _data_page(node)
    return f" {page_mark(page)}" if page is not None else " "


def _data_page(node: _Element) -> int | None:
    page = node.get("data-page") or ""
    return int(page) if page.isascii() and page.isdigit() and len(page) <= 6 else None


def _ordered_classes(node: _Element) -> Iterator[str]:
    return (token.replace("_", "-").lower() for token in (node.get("class") or "").split())


def _classes(node: _Element) -> frozenset[str]:
    return frozenset(_ordered_classes(node))


def _list_sign(node: _Element) -> str:
    parent = node.getparent()
    if parent is None or parent.tag != "ol":
        listed = any("subject-list" in _classes(above) for above in node.iterancestors("div"))
        return "" if listed else "• "
    place = 1 + sum(sibling.tag == "li" for sibling in node.itersiblings(preceding=True))
    return f"{place}. "


def _with_subjects(found: Sequence[Block]) -> list[Block]:
    """Sections whose number and subject are set apart become one block."""
    result: list[Block] = []
    for block in found:
        last = result[-1] if result else None
        bare = roles.SECTION.fullmatch(last.flow.text) if last is not None else None
        worded = block.kind in _SECTION_HEADS or (
            block.kind == blocks.PARAGRAPH and roles.is_title_like(block.flow.text.rstrip("."))
        )
        if worded and last is not None and bare is not None and not bare["subject"] and last.kind in _SECTION_HEADS:
            result[-1] = Block(Flow(f"{last.flow.text} {block.flow.text}", last.flow.page), blocks.SECTION)
            continue
        result.append(block)
    return result


def _nearest(node: _Element, tag: str) -> _Element | None:
    return next(node.iterancestors(tag), None)


def _span(cell: _Element, name: str, most: int) -> int:
    text = cell.get(name) or ""
    return max(1, min(int(text), most)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _is_head(row: _Element, rows: Sequence[object]) -> bool:
    parent = row.getparent()
    if parent is not None and parent.tag == "thead":
        return True
    return not rows and row.find("th") is not None and row.find("td") is None


def _with_calls(flow: Flow) -> str:
    """The text of a cell; a raised number stays in it, as in other tables."""
    text = flow.text
    for call in reversed(flow.calls):
        text = f"{text[: call.offset]} {call.number}{text[call.offset :]}"
    return text


def _spanned(rows: Sequence[Sequence[tuple[str, int, int]]]) -> tuple[tuple[tuple[str, int], ...], ...]:
    """Head rows with an empty cell below each one that reaches down."""
    result: list[tuple[tuple[str, int], ...]] = []
    down: dict[int, tuple[int, int]] = {}
    for cells in rows:
        made: list[tuple[str, int]] = []
        column = 0
        waiting = list(cells)
        while waiting or column in down:
            if column in down:
                span, left = down.pop(column)
                made.append(("", span))
                if left > 1:
                    down[column] = (span, left - 1)
                    column += span
                    continue
            else:
                text, span, tall = waiting.pop(0)
                made.append((text, span))
                if tall > 1:
                    down[column] = (span, tall - 1)
            column += span
        result.append(tuple(made))
    return tuple(result)


def _filled(rows: Sequence[Sequence[tuple[str, int, int]]]) -> tuple[tuple[str, ...], ...]:
    """Rows with empty cells where a cell takes more room."""
    return tuple(tuple(cell for text, span in made for cell in (text, *[""] * (span - 1))) for made in _spanned(rows))
