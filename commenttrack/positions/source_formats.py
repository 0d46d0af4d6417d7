"""The text of a source document's file: plain text, Markdown, HTML, PDF or Word."""

import io
import re
import zipfile

from lxml import etree, html

from commenttrack.errors import BadInput
from commenttrack.positions.source_pdf import text_of_pdf

_READ = "Text, Markdown, HTML, PDF and Word (.docx) files are read"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# A Word file is a zip: this much text is more than any policy paper and less than a bomb.
_LARGEST_PART = 50_000_000
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body|<article|<div|<p\b|<h[1-6]\b)", re.IGNORECASE)
_LINE_TAGS = frozenset({"li", "tr", "br"})
_BLOCK_TAGS = _LINE_TAGS | {
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "blockquote",
    "ul",
    "ol",
    "table",
}
_HEADING = re.compile(r"h([1-6])")

_UNREAD_TAGS = frozenset({"script", "style", "nav", "noscript", "template", "svg", "form", "button"})


def text_of(data: bytes, *, name: str) -> str:
    """The text of a file. Raises :class:`BadInput` naming the kinds that are read when this is none of them."""
    if not data.strip():
        raise BadInput(f"{name} is empty.")
    if data.startswith(b"%PDF-"):
        text = text_of_pdf(data, name)
    elif data.startswith(b"PK\x03\x04"):
        text = _word(data, name)
    elif _HTML.match(data):
        text = _html(data, name)
    else:
        text = _plain(data, name)
    if not text.strip():
        raise BadInput(f"{name} holds no text; a scanned document must be put through character recognition first.")
    return text


def _plain(data: bytes, name: str) -> str:
    if b"\x00" in data:
        raise BadInput(f"{name} is not a text file. {_READ}.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{name} is not UTF-8 text: the byte at {error.start} cannot be read. {_READ}; save the text as UTF-8."
        ) from error


def _word(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = archive.getinfo("word/document.xml")
            if part.file_size > _LARGEST_PART:
                raise BadInput(f"{name}: its text is larger than {_LARGEST_PART:,} bytes.")
            body = archive.read(part)
    except (zipfile.BadZipFile, KeyError) as error:
        raise BadInput(f"{name} is not a Word document. {_READ}.") from error
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise BadInput(f"{name}: word/document.xml cannot be read: {error}.") from error
    return "\n\n".join(_word_paragraph(paragraph) for paragraph in root.iter(f"{_WORD}p"))


def _word_paragraph(paragraph: etree._Element) -> str:
    text = "".join(
        (node.text or "") if node.tag == f"{_WORD}t" else "\t" if node.tag == f"{_WORD}tab" else "\n"
        for node in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br")
    )
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    heading = re.fullmatch(r"Heading(\d)", style.get(f"{_WORD}val", "") if style is not None else "")
    if heading:
        return f"{'#' * int(heading[1])} {text}"
    # Word keeps the numbers of its lists elsewhere; that a paragraph is in one is all that stands here.
    in_list = paragraph.find(f"{_WORD}pPr/{_WORD}numPr") is not None
    return f"• {text}" if in_list and text.strip() else text


def _html(data: bytes, name: str) -> str:
    try:
        root = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", no_network=True))
    except etree.ParserError as error:
        raise BadInput(f"{name} cannot be read as HTML: {error}. {_READ}.") from error
    body = root.find("body")
    parts: list[str] = []
    _html_text(body if body is not None else root, parts, number=None)
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip("\n") + "\n"


def _html_text(node: html.HtmlElement, parts: list[str], *, number: int | None) -> None:
    if not isinstance(node.tag, str) or node.tag in _UNREAD_TAGS:
        return
    heading = _HEADING.fullmatch(node.tag)
    ends_paragraph = heading is not None or (node.tag in _BLOCK_TAGS and node.tag not in _LINE_TAGS)
    if ends_paragraph or node.tag in _LINE_TAGS:
        parts.append("\n\n" if ends_paragraph else "\n")
    if node.tag == "li":
        parts.append(f"{number}. " if number is not None else "• ")
    elif heading:
        parts.append("#" * int(heading[1]) + " ")
    parts.append(re.sub(r"\s+", " ", node.text or ""))
    count = 0
    for child in node:
        count += child.tag == "li"
        _html_text(child, parts, number=count if node.tag == "ol" else None)
        parts.append(re.sub(r"\s+", " ", child.tail or ""))
    if ends_paragraph:
        parts.append("\n\n")
