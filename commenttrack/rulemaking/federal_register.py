"""Federal Register XML (PRORULE, RULE, NOTICE, a whole daily issue) as a :class:`ParsedRule`.

The stages: :mod:`xml_source` reads the bytes safely; :mod:`document_body` walks the document once, in its order, and
hands fields and captions to :mod:`document_head`, text to :mod:`document_text`; the outline of the preamble and the
levels of each section are solved over the whole of it; notes find their calls; dates, questions and instructions are
read from the finished provisions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from lxml import etree
from lxml.etree import _Element

from commenttrack.errors import BadInput
from commenttrack.rulemaking import amendatory, comment_dates, questions
from commenttrack.rulemaking.document_body import Body
from commenttrack.rulemaking.footnotes import settled as settled_notes
from commenttrack.rulemaking.provisions import LevelPath, ParsedDocument, ParsedRule, Passage, Unparsed
from commenttrack.rulemaking.written_days import first_date
from commenttrack.rulemaking.xml_source import read_root
from commenttrack.rulemaking.xml_text import PageCounter, is_loose, plain

KINDS = {
    "PRORULE": "proposed_rule",
    "RULE": "rule",
    "NOTICE": "notice",
    "PRESDOCU": "presidential_document",
    "CORRECT": "correction",
}
ISSUE = "FEDREG"
LONELY_CALL = "a note is called here that does not stand in the document"

# What stands above the first words of a presidential document.
_RUNNING_HEADS = frozenset({"TITLE3", "PRES"})
_DOCUMENT_NUMBER = re.compile(r"FR\s+Doc\.?\s*(?:No\.?)?:?\s*([A-Z0-9]+(?:[-‐‑–—][A-Z0-9]+)+)")
# The Federal Register started in 1936 with volume 1.
_YEAR_BEFORE_VOLUME_1 = 1935


def parse(
    data: bytes,
    *,
    name: str = "the file",
    publication_date: date | None = None,
    settled: Mapping[Passage, LevelPath] | None = None,
) -> ParsedRule:
    """One Federal Register document.

    ``name`` is how refusals call the file. ``publication_date`` is the day of the issue when the caller knows it;
    otherwise it is worked out from the filing line where that is safe. ``settled`` gives the levels of paragraphs that
    somebody settled; the rest of their sections is solved around them.

    Raises :class:`BadInput` when the bytes are not such a document or have nothing that could be commented on.
    """
    root = read_root(data, name)
    tag = root.tag
    if tag == ISSUE:
        raise BadInput(f"{name} is a whole daily issue of the Federal Register, not one document: read it as an issue.")
    if tag not in KINDS:
        raise BadInput(
            f"{name} is XML with the root <{str(tag)[:40]}>, not a Federal Register document "
            f"(expected <PRORULE>, <RULE> or <NOTICE>)."
        )
    return from_elements(root, name=name, publication_date=publication_date, settled=settled)


def from_elements(
    root: _Element,
    *,
    name: str = "the file",
    publication_date: date | None = None,
    settled: Mapping[Passage, LevelPath] | None = None,
) -> ParsedRule:
    """The document whose elements stand under ``root``, which is one of :data:`KINDS`; see :func:`parse`."""
    rule = _document(root, PageCounter(_start_page(root)), publication_date, settled)
    if not rule.provisions:
        raise BadInput(f"{name} has no text: there is no heading, paragraph or section in it that could be cited.")
    return rule


def parse_issue(data: bytes, *, name: str = "the file", publication_date: date | None = None) -> list[ParsedRule]:
    """All documents of a daily issue (FEDREG), in its order; a single document gives a list of one.

    A document that starts in mid-page takes its page from the issue. Documents without text are left out.
    """
    root = read_root(data, name)
    if root.tag != ISSUE:
        return [parse(data, name=name, publication_date=publication_date)]
    if publication_date is None:
        publication_date = first_date(" ".join(plain(e) for e in root.iterchildren("DATE")))
    pages = PageCounter(None)
    rules: list[ParsedRule] = []
    for element in _documents(root, pages):
        # Its own marks tell best; a document that has none stands on the page the issue has come to.
        start = _start_page(element)
        if start is not None:
            pages.page = start
        rule = _document(element, pages, publication_date)
        if rule.provisions:
            rules.append(rule)
    if not rules:
        raise BadInput(f"{name} is a daily issue without a single document that has text.")
    return rules


def _documents(root: _Element, pages: PageCounter) -> Iterator[_Element]:
    """The documents of an issue; pages that turn between them are counted when the walk comes by."""
    stack = [iter(root)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag in KINDS:
            yield element
        elif element.tag == "PRTPAGE":
            pages.turn(element)
        elif len(element):
            stack.append(iter(element))


def _start_page(root: _Element) -> int | None:
    """The printed page on which a document starts.

    A PRTPAGE marks the place where a page begins. A document that starts at the top of a page has one before its first
    word; in any other the first one is where its second page begins, so it starts on the page before.
    """
    mark = next(root.iter("PRTPAGE"), None)
    if mark is None:
        return None
    digits = (mark.get("P") or "").replace(",", "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element is mark:
            return int(digits)
        if element.tag in _RUNNING_HEADS:
            continue
        text = element.text if event == "start" else element.tail
        if text and text.strip():
            return int(digits) - 1
    return int(digits)


def _order_title(body: Body) -> str:
    """What a presidential document is called: its name and the first heading in it."""
    heading = next((draft.heading for draft in body.drafts if draft.kind == "preamble_heading"), "")
    return "—".join(filter(None, (body.order_name, heading))) if body.order_name else ""


def _document(
    root: _Element,
    pages: PageCounter,
    publication_date: date | None,
    settled: Mapping[Passage, LevelPath] | None = None,
) -> ParsedRule:
    start_page = pages.page
    body = Body(pages, loose=is_loose(root), settled=settled)
    body.walk(root)
    head = body.head
    notes, note_ids, missing = settled_notes(body.notes, body.calls())
    provisions = tuple(draft.finished(note_ids) for draft in body.drafts)
    if publication_date is None:
        publication_date = comment_dates.printed_on(p.image for p in provisions if p.image)
    dates, relative = comment_dates.read_dates(head.captions, provisions, publication_date, body.filing_line)
    year = comment_dates.issue_year(publication_date, body.filing_line)
    number = _DOCUMENT_NUMBER.search(body.filing_line)
    document = ParsedDocument(
        kind=KINDS[str(root.tag)],
        title=head.title or _order_title(body),
        action=head.caption("ACTION").replace("\n", " "),
        document_number=re.sub("[‐‑–—]", "-", number[1]) if number else "",
        agencies=head.agencies,
        docket_ids=head.docket_ids,
        rins=head.rins,
        cfr=head.cfr,
        start_page=start_page,
        end_page=pages.page,
        comment_dates=dates,
        relative_dates=relative,
        publication_date=publication_date.isoformat() if publication_date else None,
        fr_citation=f"{year - _YEAR_BEFORE_VOLUME_1} FR {start_page}" if start_page and year else "",
        summary=head.caption("SUMMARY"),
        captions=head.captions,
    )
    return ParsedRule(
        document=document,
        provisions=provisions,
        notes=notes,
        questions=questions.find(provisions),
        instructions=amendatory.find(body.amendments),
        unparsed=(*body.unparsed, *(Unparsed(call.number, LONELY_CALL, call.page) for call in missing)),
        ambiguities=tuple(body.ambiguities),
        settled=tuple(body.settled),
    )
