"""The text of a source document's file: plain text, Markdown, HTML, PDF or Word."""

import re

from lxml import etree, html

from commenttrack.errors import BadInput
from commenttrack.positions.source_pdf import text_of_pdf
from commenttrack.positions.source_word import text_of_word

_READ = "Text, Markdown, HTML, PDF and Word (.docx) files are read"
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
        text = text_of_word(data, name)
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
