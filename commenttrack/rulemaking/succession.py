"""What a later document of a proceeding is to an earlier one: its kind, what shows that it belongs, which dates hold.

The kind is read from the ACTION caption, then the title, then the summary: “Proposed rule; reopening of comment
period.” That it belongs is shown by the citation or number it names or a docket they share. A RIN alone shows little,
since some agencies use one for thousands of rules (1625–AA00 for every safety zone).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from commenttrack.rulemaking import citations
from commenttrack.rulemaking.provisions import ParsedDocument, ParsedRule
from commenttrack.wording import folded


class LaterKind(enum.StrEnum):
    """What a later document does to an earlier one."""

    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    SUPPLEMENTAL = "supplemental"
    REOPENING = "reopening"
    EXTENSION = "extension"
    FINAL = "final"
    OTHER = "other"
    # Its words do not tell; a person must say.


RESTATES = frozenset({LaterKind.SUPPLEMENTAL, LaterKind.FINAL})
"""Kinds that say the rule again, so that what is missing from them was taken out."""

SETS_DATES = frozenset(LaterKind) - {LaterKind.OTHER, LaterKind.WITHDRAWAL}
"""Kinds whose comment date takes the place of the one before it."""

# In the order in which they are looked for: “Supplemental notice; reopening of comment period” is supplemental. The
# words must be about the document: a title may speak of an error correction, of Supplemental Security Income, or of the
# extension of a compliance date.
_KINDS = (
    (
        LaterKind.CORRECTION,
        r"(?:;|—|^)\s*(?:technical\s+)?correct(?:ions?|ing amendments?)\s*(?:\.|;|$|\band\b|\bto\b)",
    ),
    (
        LaterKind.WITHDRAWAL,
        r"(?:;|—)\s*(?:notice of\s+)?withdrawal\b|\bwithdrawal of (?:the )?(?:notice of )?proposed|^withdrawal\.?$",
    ),
    (
        LaterKind.SUPPLEMENTAL,
        r"\bsupplement(?:al|ary)\s+(?:advance\s+|further\s+)?(?:notice|notification|proposed|proposal|request|NPRM)\b"
        r"|\bfurther notice of proposed\b|\bre-?propos(?:al|ed)\b|\brevised (?:notice of )?proposed rule"
        r"|\bsecond (?:notice of )?proposed rule",
    ),
    (LaterKind.REOPENING, r"\bre-?open(?:ing|ed|s)?\b[^.;]{0,60}\bcomment|\bcomment[^.;]{0,40}\bre-?open(?:ing|ed)?\b"),
    (
        LaterKind.EXTENSION,
        r"\bexten(?:sion|d|ds|ded|ding)\b[^.;]{0,60}\bcomment|\bcomment[^.;]{0,40}\bexten(?:sion|ded)\b",
    ),
)
_FINAL = re.compile(r"\bfinal (?:rules?|regulations?|action|determination)\b|\bfinal temporary regulations?\b", re.I)
# “Final rule; delay of effective date” changes nothing that was proposed.
_ABOUT_EFFECT = re.compile(r"\b(?:delay|stay|postpone)\w*\b", re.IGNORECASE)

_DASHES = str.maketrans("‐‑‒–—−", "------")
_NUMBER = re.compile(r"\b(?:C[0-9]-)?(?:(?:19|20)[0-9]{2}|E[0-9])-[0-9]{3,6}\b")
# What the Federal Register itself corrects: “C1-2024-06526”, often without an ACTION.
_CORRECTIONS_NUMBER = re.compile(r"C[0-9]-")
_STARTING_PAGE = re.compile(r"\b(?:beginning|starting|appearing)\s+on\s+pages?\s+([0-9,]+)", re.IGNORECASE)
# CMS and others add to their docket what a document is: CMS-1802-P, -F, -IFC, -N, -CN2.
_STAGE = re.compile(r"-(?:P|F|FC|IFC|N|NC|CN|PN|FN)[0-9]?$")


def kind_of(document: ParsedDocument) -> LaterKind:
    """What a document says it is to the ones before it; ``OTHER`` when its head does not tell."""
    if document.kind == "correction" or _CORRECTIONS_NUMBER.match(document.document_number):
        return LaterKind.CORRECTION
    for text in (document.action, document.title):
        for kind, pattern in _KINDS:
            if re.search(pattern, text, re.IGNORECASE):
                return kind
        if _FINAL.search(text):
            return LaterKind.OTHER if _ABOUT_EFFECT.search(text) else LaterKind.FINAL
    # The summary of a proposal may mention an extension of anything; that of a short notice says what it does.
    for kind, pattern in _KINDS:
        if kind in (LaterKind.REOPENING, LaterKind.EXTENSION) and re.search(
            rf"\b(?:is|are|hereby)\s+(?:{pattern})", document.summary, re.IGNORECASE
        ):
            return kind
    return LaterKind.OTHER


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a later document belongs to an earlier one. ``named`` is how it names it, or empty."""

    named: str
    dockets: tuple[str, ...]
    rins: tuple[str, ...]
    cfr: tuple[str, ...]
    same_title: bool

    @property
    def strong(self) -> bool:
        """Whether a program may take them as belonging together: named, or a shared docket and CFR part or RIN."""
        return bool(self.named or (self.dockets and (self.rins or self.cfr or self.same_title)))


def evidence(earlier: ParsedDocument, later: ParsedRule) -> Evidence:
    """What the two documents share, and whether the later one names the earlier one."""
    document = later.document
    return Evidence(
        named=_named(earlier, later),
        dockets=_shared(map(_docket, earlier.docket_ids), map(_docket, document.docket_ids)),
        rins=_shared(earlier.rins, document.rins),
        cfr=_shared(*((f"{c.title} CFR part {c.part}" for c in d.cfr) for d in (earlier, document))),
        same_title=folded(earlier.title).casefold() == folded(document.title).casefold(),
    )


def _shared(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    there = set(other)
    return tuple(dict.fromkeys(value for value in one if value in there))


def _docket(identifier: str) -> str:
    return _STAGE.sub("", identifier.translate(_DASHES).upper())


def _named(earlier: ParsedDocument, later: ParsedRule) -> str:
    """The words by which the later document names the earlier one: its number, its citation or its page."""
    start = citations.parse_federal_register(earlier.fr_citation) if earlier.fr_citation else None
    for text in _texts(later):
        plain = text.translate(_DASHES)
        if earlier.document_number and earlier.document_number in _NUMBER.findall(plain):
            return f"document {earlier.document_number}"
        if start is None:
            continue
        for found in citations.find(text):
            cited = found.citation
            if (
                isinstance(cited, citations.FederalRegisterCitation)
                and cited.volume == start.volume
                and start.page <= cited.page <= max(earlier.end_page or 0, start.page)
                # A document often ends on the page on which the next one starts.
                and (cited.page == start.page or cited.page != earlier.end_page)
            ):
                return text[found.start : found.end]
        if kind_of(later.document) is LaterKind.CORRECTION:
            for match in _STARTING_PAGE.finditer(plain):
                if match[1].replace(",", "") == str(start.page):
                    return match[0]
    return ""


def _texts(rule: ParsedRule) -> Iterator[str]:
    yield from (caption.text for caption in rule.document.captions)
    yield from (f"{provision.heading} {provision.text}" for provision in rule.provisions)
    yield from (note.text for note in rule.notes)


def came_before(one: ParsedDocument, other: ParsedDocument) -> bool | None:
    """Whether one document was published before another; None when that cannot be told or it was the same day."""
    if one.publication_date and other.publication_date and one.publication_date != other.publication_date:
        return one.publication_date < other.publication_date
    if one.fr_citation and other.fr_citation and one.fr_citation != other.fr_citation:
        first, second = (citations.parse_federal_register(text) for text in (one.fr_citation, other.fr_citation))
        return (first.volume, first.page) < (second.volume, second.page)
    return None


@dataclass(frozen=True, slots=True)
class Published:
    """A document with what tells when it came out; either may be unknown."""

    document: int
    day: date | None
    fr_citation: str


def newest_first(documents: Sequence[Published], follows: Mapping[int, int]) -> list[int]:
    """The documents of a docket, the newest first: by citation or day where all have one, else as they were stored.

    What follows another one is always newer than that.
    """
    order: dict[int, tuple[int, ...]] = {}
    by_citation = all(entry.fr_citation for entry in documents)
    by_day = all(entry.day for entry in documents)
    for entry in documents:
        key: tuple[int, ...] = ()
        if by_citation:
            citation = citations.parse_federal_register(entry.fr_citation)
            key = (citation.volume, citation.page)
        elif by_day and entry.day:
            key = (entry.day.toordinal(),)
        order[entry.document] = (int(entry.document in follows), *key, entry.document)
    return sorted(order, key=lambda document: order[document], reverse=True)


@dataclass(frozen=True, slots=True)
class SetDate:
    """A date on which comments are due. ``document`` is what set it, None for a source that is no document."""

    document: int | None
    day: date
    time: str | None


def dates_in_force(
    dates: Sequence[SetDate], later_ones: Mapping[int, int], newest_first: Sequence[int]
) -> list[SetDate]:
    """The dates that planning looks at: of documents that follow one another, those the newest one sets.

    ``later_ones`` leads from each later document that may set dates to the earlier one it follows; ``newest_first``
    orders the documents. Documents that nobody linked stand beside one another, and all their dates stay. So does a
    date from elsewhere (an API, a person), unless it only repeats one that was replaced.
    """
    setting = {entry.document for entry in dates if entry.document is not None}
    families: dict[int, list[int]] = {}
    for document in newest_first:
        families.setdefault(_first(document, later_ones), []).append(document)
    speaks = {next((d for d in family if d in setting), None) for family in families.values()}
    stays = [entry for entry in dates if entry.document is not None and entry.document in speaks]
    replaced = {entry.day for entry in dates if entry.document is not None and entry.document not in speaks}
    held = {entry.day for entry in stays}
    return [
        entry
        for entry in dates
        if entry in stays or (entry.document is None and not (entry.day in replaced and entry.day not in held and held))
    ]


def _first(document: int, later_ones: Mapping[int, int]) -> int:
    seen = {document}
    while (before := later_ones.get(document)) is not None and before not in seen:
        document = before
        seen.add(document)
    return document
