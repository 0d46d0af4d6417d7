"""A Federal Register document in whatever form somebody has it: XML, a page of federalregister.gov, the text edition
of govinfo.gov, plain or pasted text, a PDF.

All forms give the same :class:`ParsedRule`. ``document.form`` says which it was and ``document.limits`` what could not
be known from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from commenttrack.errors import BadInput
from commenttrack.rulemaking import (
    block_elements,
    block_roles,
    federal_register,
    govinfo_text,
    html_pages,
    inspection_pdf,
    plain_text,
    text_bytes,
)
from commenttrack.rulemaking.provisions import LevelPath, ParsedRule, Passage
from commenttrack.rulemaking.text_blocks import SourceText

XML, ISSUE, HTML, GOVINFO, TEXT, PDF = "xml", "issue", "html", "govinfo", "text", "pdf"

# The longest rules have about 10 MB of text in 200,000 lines; no paragraph of one has 100,000 characters.
MAXIMUM_TEXT_BYTES = 15_000_000
_MOST_LINES = 500_000
_LONGEST_PARAGRAPH = 500_000
_MOST_BLOCKS = 200_000
_READ = "XML, HTML, text and PDF files of a Federal Register document are read"

_OTHER_FILES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"BM", "a bitmap picture"),
    (b"PK\x03\x04", "a Word file or another archive; save its text as .txt, or paste it"),
    (b"\xd0\xcf\x11\xe0", "an old Word file; save its text as .txt, or paste it"),
    (b"{\\rtf", "a rich-text file; save its text as .txt, or paste it"),
    (b"\x1f\x8b", "a compressed file; unpack it first"),
    (b"%!PS", "PostScript"),
)
_PROLOG = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*>)*", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z][A-Za-z0-9:_.-]*)")
_HTML_TAGS = frozenset(
    re.findall(
        r"\w+", "html head body div span article section main h1 h2 h3 h4 h5 h6 p pre table ul ol meta link br a"
    )
)

_HEAD_BLOCKS = 80
_LONGEST_TITLE = 160
_ACTIONS = (
    ("proposed_rule", re.compile(r"\bpropos(?:ed|al)|\brulemaking\b", re.IGNORECASE)),
    ("rule", re.compile(r"\brules?\b|\bregulations?\b", re.IGNORECASE)),
    ("notice", re.compile(r"\bnotice\b|\brequest\b|\border\b", re.IGNORECASE)),
)
_PROPOSES = re.compile(r"\bpropos(?:es|ed|ing|al)\b", re.IGNORECASE)


def form_of(data: bytes, *, name: str = "the file") -> str:
    """Which form the bytes are: xml, issue (a whole day in XML), html, govinfo, text or pdf.

    Raises :class:`BadInput` for what is none of them, such as a picture or an archive.
    """
    if not data.strip():
        raise BadInput(f"{name} is empty.")
    for start, what in _OTHER_FILES:
        if data.startswith(start) and (start != b"BM" or b"\0" in data[:64]):
            raise BadInput(f"{name} is {what}. {_READ}.")
    if b"%PDF-" in data[:1024]:
        return PDF
    head = data[:100_000].removeprefix(b"\xef\xbb\xbf")
    wide = text_bytes.wide_encoding(data)
    opening = head.decode(wide or "latin-1", "ignore").lstrip("\ufeff")
    prolog = _PROLOG.match(opening)
    root = _ROOT.match(opening, prolog.end() if prolog else 0)
    if root is None:
        if opening.lstrip().startswith(("<?xml", "<!DOCTYPE", "<!ENTITY")):
            return XML
        return HTML if _in_page(opening) else GOVINFO if govinfo_text.is_govinfo(opening) else TEXT
    if root[1].lower() in _HTML_TAGS:
        edition = "<pre" in opening.lower() and govinfo_text.is_govinfo(govinfo_text.preformatted(opening))
        return GOVINFO if edition else HTML
    return ISSUE if root[1] == federal_register.ISSUE else XML


def _in_page(start: str) -> bool:
    """Whether text that does not start with a tag is mark-up all the same."""
    return len(re.findall(r"</(?:p|div|h[1-6]|li|span)>", start[:20_000], re.IGNORECASE)) > 3


def read(
    data: bytes,
    *,
    name: str = "the file",
    publication_date: date | None = None,
    settled: Mapping[Passage, LevelPath] | None = None,
) -> ParsedRule:
    """One document in any form; the arguments are those of :func:`federal_register.parse`.

    Raises :class:`BadInput` when the bytes cannot be read or are no Federal Register document.
    """
    form = form_of(data, name=name)
    if form in (XML, ISSUE):
        return federal_register.parse(data, name=name, publication_date=publication_date, settled=settled)
    if form == PDF:
        source = inspection_pdf.read(data, name)
    else:
        if len(data) > MAXIMUM_TEXT_BYTES:
            raise BadInput(
                f"{name} is {len(data) / 1e6:.1f} MB, more than the {MAXIMUM_TEXT_BYTES // 1_000_000} MB a document "
                f"may have in this form."
            )
        text, doubt = text_bytes.decoded(data, name)
        if text.count("\n") > _MOST_LINES:
            raise BadInput(
                f"{name} has more than {_MOST_LINES:,} lines, more than any document of the Federal Register."
            )
        if form == HTML:
            source = html_pages.read(text, name)
        elif form == GOVINFO:
            source = govinfo_text.read(govinfo_text.preformatted(text))
        else:
            source = plain_text.read(text)
        if doubt:
            source.limits.append(doubt)
    return _rule(source, name, publication_date, settled)


def _rule(
    source: SourceText, name: str, publication_date: date | None, settled: Mapping[Passage, LevelPath] | None
) -> ParsedRule:
    if not any(block.flow.text or block.grid for block in source.blocks):
        raise BadInput(f"{name} holds no text that could be cited.")
    if len(source.blocks) > _MOST_BLOCKS or any(len(b.flow.text) > _LONGEST_PARAGRAPH for b in source.blocks):
        raise BadInput(f"{name} has more or longer paragraphs than any Federal Register document, so it is not read.")
    signed = bool(source.kind or source.document_number)
    if not signed and not any(block_roles.SIGNS.search(block.flow.text) for block in source.blocks):
        raise BadInput(
            f"{name} does not look like a Federal Register document: it names no CFR part, no agency or date caption, "
            f"no section and no FR Doc. number. {_READ}."
        )
    limits = list(source.limits)
    kind = source.kind or _kind(source)
    if not kind:
        kind = "proposed_rule"
        limits.append("the kind of document is not stated; it is taken for a proposed rule")
    given = publication_date or (date.fromisoformat(source.publication_date) if source.publication_date else None)
    root = block_elements.elements(replace(source, kind=kind))
    rule = federal_register.from_elements(root, name=name, publication_date=given, settled=settled)
    document = rule.document
    if source.start_page is None:
        limits.append("printed pages are not known")
    if not document.agencies:
        limits.append("the agency is not named in this form")
    if document.publication_date is None:
        limits.append("the publication date is not known")
    title = document.title or source.title
    if not title:
        limits.append("the title is not in this form")
    number = document.document_number or source.document_number
    return replace(
        rule,
        document=replace(
            document,
            title=title or _makeshift_title(rule, number, name),
            document_number=number,
            end_page=source.end_page or document.end_page,
            form=source.form,
            limits=tuple(dict.fromkeys(limits)),
        ),
        unparsed=(*source.aside, *rule.unparsed),
    )


def _kind(source: SourceText) -> str:
    """The kind of document by its ACTION line, else by how it amends the CFR; empty when neither tells."""
    found = source.blocks
    for index, block in enumerate(found[:_HEAD_BLOCKS]):
        tag, end = block_roles.caption(block.flow.text)
        if tag == "ACT":
            action = block.flow.text[end:].strip() or (found[index + 1].flow.text if index + 1 < len(found) else "")
            return next((kind for kind, pattern in _ACTIONS if pattern.search(action)), "")
    for block in found:
        if block_roles.ISSUANCE.match(block.flow.text) and block_roles.AMENDS.search(block.flow.text):
            return "proposed_rule" if _PROPOSES.search(block.flow.text) else "rule"
    return ""


def _makeshift_title(rule: ParsedRule, number: str, name: str) -> str:
    """What to call a document whose title is not in the text."""
    if number:
        return f"Document {number}"
    first = next((p.heading or p.text for p in rule.provisions if p.heading or p.text), name)
    return first if len(first) <= _LONGEST_TITLE else f"{first[:_LONGEST_TITLE].rsplit(' ', 1)[0]}…"
