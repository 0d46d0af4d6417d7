"""The lines of a printed page that are not its text: running heads, page numbers, the printer's own line, stamps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from commenttrack.rulemaking.provisions import Unparsed
from commenttrack.rulemaking.text_blocks import SourceText, page_mark
from commenttrack.rulemaking.written_days import first_date

RUNNING_HEAD = "running head"
PRINTERS_LINE = "printer's line"
PAGE_NUMBERS = "page number of the copy"
STAMP = "notice of publication on the first page"

# “23644 Federal Register / Vol. 89, No. 66 / Thursday, April 4, 2024 / Proposed Rules”, the number at either end.
_HEAD = re.compile(
    r"\s*(?:(?P<left>[0-9]{1,6})\s+)?Federal\s+Register\s*/\s*Vol\.\s*[0-9]+,\s*No\.\s*[0-9]+\s*/\s*"
    r"(?P<day>[A-Z][a-z]+,\s+[A-Z][a-z]+\s+[0-9]{1,2},\s+[0-9]{4})\s*/\s*"
    r"(?P<section>[A-Z][A-Za-z ]+?)\s*(?P<right>[0-9]{1,6})?\s*\Z"
)
_PRINTER = re.compile(r"\s*(?:VerDate\s|Jkt\s+[0-9]|[A-Za-z0-9_-]+ on [A-Z0-9]+(?:PROD)\S* with\s)")
_STAMP = re.compile(
    r"This document is scheduled to be published in the\s+Federal Register on\s+"
    r"(?:(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})|(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"|(?P<words>[A-Z][a-z]+ [0-9]{1,2}, [0-9]{4}))"
    r"(?:\s+and\s+available\s+online\s+at\s+(?:https?://)?(?:www\.)?federalregister\.gov/(?:d/(?P<number>[0-9A-Z]+-[0-9]+))?\S*)?"
    r"(?:,?\s+and\s+on\s+(?:https?://)?(?:www\.)?(?:govinfo|fdsys)\.gov\S*)?",
)
_PUBLICATION = re.compile(r"Publication\s+Date:\s*([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_NUMBER_LINE = re.compile(
    r"\s*(?:[-–—]\s*)?(?:Page\s+)?([0-9]{1,5})(?:\s+of\s+[0-9]{1,5})?(?:\s*[-–—])?\s*\Z", re.IGNORECASE
)
_DIGITS = re.compile(r"[0-9]+")
_SECTIONS = {"Proposed Rules": "proposed_rule", "Rules and Regulations": "rule", "Notices": "notice"}
_SECTIONS["Presidential Documents"] = "presidential_document"
# A line that stands at the same place of this many pages is a running head.
_OFTEN = 3
# How many lines from the edge of a page running heads stand.
_EDGE = 3


class RunningLines:
    """Takes the lines of a text one by one and keeps back the heads and printer's lines of the Federal Register."""

    def __init__(self) -> None:
        self.start_page: int | None = None
        self.last_page: int | None = None
        self.kind = ""
        self.publication_date: str | None = None
        self._kept_back: list[tuple[str, str]] = []

    def take(self, line: str) -> str | None:
        """The line, a page mark in place of a running head with its page, or None when nothing is left of it."""
        head = _HEAD.match(line)
        if head:
            self._kept_back.append((line, RUNNING_HEAD))
            self.kind = self.kind or _SECTIONS.get(head["section"].strip(), "")
            day = first_date(head["day"])
            self.publication_date = self.publication_date or (day.isoformat() if day else None)
            number = head["left"] or head["right"]
            if number is None:
                return None
            self.last_page = int(number)
            if self.start_page is None:
                self.start_page = self.last_page
                return None
            return page_mark(number)
        if _PRINTER.match(line):
            self._kept_back.append((line, PRINTERS_LINE))
            return None
        return line

    def tell(self, source: SourceText) -> None:
        """Put what was read into the source."""
        source.start_page = source.start_page or self.start_page
        source.end_page = source.end_page or self.last_page
        source.kind = source.kind or self.kind
        source.publication_date = source.publication_date or self.publication_date
        for why in (RUNNING_HEAD, PRINTERS_LINE):
            texts = [" ".join(line.split()) for line, reason in self._kept_back if reason == why]
            if texts:
                source.aside.append(Unparsed("\n".join(texts), why, None))


def without_edges(pages: Sequence[Sequence[str]], source: SourceText) -> list[list[str]]:
    """The pages of a copy without the numbers and heads that stand at the edge of page after page.

    What is taken away goes to ``source.aside``.
    """
    result = [list(page) for page in pages]
    numbers = _page_numbers(result)
    seen: Counter[str] = Counter()
    for page in result:
        seen.update({_DIGITS.sub("0", " ".join(page[index].split())) for index in _edges(page)})
    heads: list[str] = []
    for index, page in enumerate(result):
        for at in _edges(page):
            line = " ".join(page[at].split())
            number = _NUMBER_LINE.match(line)
            if number and (index, at) in numbers:
                page[at] = ""
            elif seen[_DIGITS.sub("0", line)] >= max(_OFTEN, len(result) // 3) and len(line) < 150 and not number:
                heads.append(line)
                page[at] = ""
    if numbers:
        source.aside.append(Unparsed(" ".join(numbers[key] for key in sorted(numbers)), PAGE_NUMBERS, None))
    if heads:
        source.aside.append(Unparsed("\n".join(heads), RUNNING_HEAD, None))
    return result


def _edges(page: Sequence[str]) -> list[int]:
    filled = [index for index, line in enumerate(page) if line.strip()]
    return list(dict.fromkeys([*filled[:_EDGE], *filled[-_EDGE:]]))


def _page_numbers(pages: Sequence[Sequence[str]]) -> dict[tuple[int, int], str]:
    """Lines at the edge that hold a number which goes up by one from page to page: (page, line) → as printed."""
    found: dict[int, list[tuple[int, int, str]]] = {}
    for index, page in enumerate(pages):
        for at in _edges(page):
            number = _NUMBER_LINE.match(page[at])
            if number:
                # Pages whose numbers run along have the same difference.
                found.setdefault(int(number[1]) - index, []).append((index, at, " ".join(page[at].split())))
    best = max(found.values(), key=len, default=[])
    return {(index, at): text for index, at, text in best} if len(best) >= min(2, len(pages)) else {}


def stamp(text: str, source: SourceText) -> str:
    """The text of the first page without the notice of publication, which tells the day and often the number."""
    found = _STAMP.search(text)
    if not found:
        return text
    source.aside.append(Unparsed(" ".join(found[0].split()), STAMP, None))
    try:
        if found["month"]:
            day: date | None = date(int(found["year"]), int(found["month"]), int(found["day"]))
        elif found["iso"]:
            day = date.fromisoformat(found["iso"])
        else:
            day = first_date(found["words"])
    except ValueError:
        day = None
    source.publication_date = source.publication_date or (day.isoformat() if day else None)
    source.document_number = source.document_number or found["number"] or ""
    return f"{text[: found.start()]}\n{text[found.end() :]}"


def publication_in(text: str) -> str | None:
    """The day that the filing line of a copy for inspection names, as ISO 8601."""
    found = _PUBLICATION.search(text)
    if not found:
        return None
    try:
        return date(int(found[3]), int(found[1]), int(found[2])).isoformat()
    except ValueError:
        return None
