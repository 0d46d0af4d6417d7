"""``sources`` of a letter's head: what full citations need to know of a work, and the key that cites it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from commenttrack.errors import BadInput
from commenttrack.letters.authorities import (
    Authority,
    Case,
    CitedDocument,
    Code,
    Comment,
    DeclaredSource,
    PublicLaw,
    Report,
    StatutesAtLarge,
)
from commenttrack.letters.citation_reading import UnreadableCitation, parse
from commenttrack.letters.fields import choice_of, day_of, fields_of, lines_of, list_of, text_of

_REGISTER_KINDS = ("proposed", "final", "notice")
KINDS = (*_REGISTER_KINDS, "statute", "case", "comment", "report")
_KEYS = ("key", "kind", "cite", "title", "author", "number", "date", "url", "short", "last_page", "cfr")
_FIELDS = {
    "statute": ("cite", "title"),
    "case": ("cite", "title", "short"),
    "comment": ("cite", "title", "author", "date", "url", "short"),
    "report": ("title", "author", "number", "date", "url", "short"),
}
_KEY = re.compile(r"[a-z][\w.-]*\Z")


def sources_of(value: object) -> tuple[tuple[CitedDocument, ...], tuple[DeclaredSource, ...]]:
    """The documents of the Federal Register, and the other works, that a head declares.

    Raises :class:`BadInput` for an entry that its kind does not allow, for a citation that is not of its kind, and for
    a key that stands twice.
    """
    documents: list[CitedDocument] = []
    works: list[DeclaredSource] = []
    keys: set[str] = set()
    for item in list_of(value, "sources"):
        values = fields_of(item, "sources", _KEYS)
        kind = choice_of(values.get("kind"), "sources: kind", KINDS, "") if values.get("kind") else ""
        key = text_of(values.get("key"), "sources: key")
        if key and not _KEY.match(key):
            raise BadInput(f"sources: key must begin with a small letter and have no spaces, not {key!r}.")
        if key in keys:
            raise BadInput(f"sources: the key {key} stands twice.")
        keys |= {key} - {""}
        if kind in _FIELDS:
            works.append(_work(values, kind, key))
        else:
            documents.append(_document(values, kind, key))
    return tuple(documents), tuple(works)


def _work(values: Mapping[str, Any], kind: str, key: str) -> DeclaredSource:
    if not key:
        raise BadInput(f"sources: a {kind} needs a key, as in key: gao-report, by which [@gao-report, 12] cites it.")
    for name in values:
        if name not in (*_FIELDS[kind], "key", "kind"):
            raise BadInput(f"sources: {key} is a {kind} and has no {name}; it can have {', '.join(_FIELDS[kind])}.")
    text = {name: text_of(values.get(name), f"sources: {name}") for name in _FIELDS[kind] if name != "date"}
    title, cite, short = text["title"], text.get("cite", ""), text.get("short", "")
    if kind == "report":
        if not title:
            raise BadInput(f"sources: {key} needs a title.")
        report = Report(key, author=text["author"], title=title, number=text["number"], url=text["url"], short=short)
        return DeclaredSource(key, replace(report, date=_when(values)))
    authority = _cited(cite, kind, key)
    match authority:
        case Case():
            authority = replace(authority, name=title or authority.name, short=short)
        case Code() | PublicLaw() | StatutesAtLarge():
            authority = replace(authority, name=title or authority.name)
        case Comment():
            authority = replace(
                authority,
                author=text["author"] or authority.author,
                title=title,
                date=_when(values) or authority.date,
                url=text["url"],
                short=short,
            )
    return DeclaredSource(key, authority)


_READ_AS: dict[str, tuple[type[Authority], ...]] = {
    "statute": (Code, PublicLaw, StatutesAtLarge),
    "case": (Case,),
    "comment": (Comment,),
}
_EXAMPLES = {
    "statute": "50 U.S.C. 1701-1708 or Pub. L. 115-232, 132 Stat. 1636",
    "case": "467 U.S. 837 (1984)",
    "comment": "CMS-2019-0090-0015",
}


def _cited(cite: str, kind: str, key: str) -> Authority:
    try:
        citations = parse(cite)
    except UnreadableCitation:
        citations = ()
    if len(citations) != 1 or not isinstance(citations[0].authority, _READ_AS[kind]):
        raise BadInput(f"sources: the cite of {key} must be that of a {kind}, as in {_EXAMPLES[kind]}, not {cite!r}.")
    return citations[0].authority


def _when(values: Mapping[str, Any]) -> str:
    """A day as ISO; a month or year as typed."""
    day = values.get("date")
    if isinstance(day, date):
        return day.isoformat()
    return text_of(day, "sources: date")


def _document(values: Mapping[str, Any], kind: str, key: str) -> CitedDocument:
    for name in ("author", "number", "url"):
        if name in values:
            raise BadInput(
                f"sources: a document of the Federal Register has no {name}; say its kind ({', '.join(KINDS)}) if it "
                "is another work."
            )
    cite = text_of(values.get("cite"), "sources: cite")
    match = re.fullmatch(r"(\d{1,3})\s*(?:FR|Fed\. Reg\.)\s*([\d,]+)", cite)
    if match is None:
        raise BadInput(f"sources: cite must be volume and first page, as in 89 FR 5698, not {cite!r}.")
    day = values.get("date")
    if isinstance(day, str):
        day = day_of(day, "sources: date")
    if day is not None and not isinstance(day, date):
        raise BadInput(f"sources: date must be a day such as 2024-01-29, not {day!r}.")
    cfr: list[tuple[int, str]] = []
    for place in lines_of(values.get("cfr"), "sources: cfr"):
        part = re.fullmatch(r"(\d+)\s*CFR\s*(?:part\s*)?(\w+)", place)
        if part is None:
            raise BadInput(f"sources: cfr must be titles and parts, as in 15 CFR part 7, not {place!r}.")
        cfr.append((int(part.group(1)), part.group(2)))
    last = text_of(values.get("last_page"), "sources: last_page")
    if last and not last.isdecimal():
        raise BadInput(f"sources: last_page must be a page number, not {last!r}.")
    return CitedDocument(
        int(match.group(1)),
        int(match.group(2).replace(",", "")),
        int(last) if last else None,
        text_of(values.get("title"), "sources: title"),
        kind if kind in _REGISTER_KINDS else "",  # type: ignore[arg-type]  # one of the three just asked for
        day.isoformat() if day else "",
        tuple(cfr),
        key,
        text_of(values.get("short"), "sources: short"),
    )
