"""Days on which comments, requests to appear, hearings and rebuttals are due or held, each with its source.

No date is ever moved: what the document says governs. A day counted from the publication date is computed only when
that date is known, and says how.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from commenttrack.rulemaking.provisions import ParsedCaption, ParsedDate, ParsedProvision, ParsedRelativeDate

EASTERN = "America/New_York"

_MONTH_NAMES = (
    ("January", "Jan"),
    ("February", "Feb"),
    ("March", "Mar"),
    ("April", "Apr"),
    ("May",),
    ("June", "Jun"),
    ("July", "Jul"),
    ("August", "Aug"),
    ("September", "Sept", "Sep"),
    ("October", "Oct"),
    ("November", "Nov"),
    ("December", "Dec"),
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names}
_MONTHS |= {name.upper(): number for name, number in _MONTHS.items()}
_DATE = re.compile(
    r"\b(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?\s+"
    r"([0-9]{1,2})(?:st|nd|rd|th)?,?\s+((?:19|20)[0-9]{2})\b"
)
_NUMBERS = {
    "five": 5,
    "seven": 7,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty-five": 45,
    "sixty": 60,
    "seventy-five": 75,
    "ninety": 90,
}
_COUNT = (
    r"(?:(?P<digits>[0-9]{1,3})|(?P<word>"
    + "|".join(_NUMBERS)
    + r"))(?:\s*\([0-9]{1,3}\))?(?:[ -](?:calendar\s)?days?)"
)
_AFTER_PUBLICATION = re.compile(
    _COUNT
    + r"\s*(?:after|from|of|following)\s+(?:the\s+)?(?:date\s+(?:of|that|on\s+which)\s+)?(?:the\s+|this\s+|its\s+)?"
    r"(?:(?:notice|document|rule|proposal|proposed\s+rule)\s+(?:is|was)\s+)?(?:publication|published|publish)",
    re.IGNORECASE,
)
_RELATIVE = re.compile(_COUNT + r"\s*(?:after|from|following|before|prior\s+to)\s+(?:the\s+)?\w+", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?\s*(?P<half>[ap])\.?\s?m\b\.?|(?P<midnight>midnight)|(?P<noon>noon)\b)"
    r"[\s,]*\(?(?P<zone>(?:Eastern|Central|Mountain|Pacific|Alaska|Hawaii|local)\b(?:\s+(?:Standard|Daylight))?(?:\s+Time)?"
    r"|[ECMP][SD]?T\b|AK[SD]?T\b|H[SD]?T\b|UTC\b)?",
    re.IGNORECASE,
)
_ZONES = {
    "e": EASTERN,
    "c": "America/Chicago",
    "m": "America/Denver",
    "p": "America/Los_Angeles",
    "a": "America/Anchorage",
    "h": "Pacific/Honolulu",
    "u": "UTC",
}
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z(•“\"])|\n+")
# Full stops that end no sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|No|Nos|U\.S|a\.m|p\.m|St|Ave|Dr|Mr|Ms|Jr|Inc|Sec|e\.g|i\.e|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec))\.$"
)

_NOT_DUE = re.compile(
    r"(?:publish(?:ed|ing)?|dated|issued|appear(?:ed|ing)|notice|document|rule|proposal|NPRM|register|FR\s[0-9]+\s?\)?,?)"
    r"\s*(?:in\s+the\s+federal\s+register\s*)?(?:,|\()?\s*(?:on|of|at|from|dated)?\s*\(?$"
    r"|(?:clos(?:ed|ing|es?)|end(?:ed|ing|s)?|expir(?:ed|es?|ing)|scheduled\s+to\s+(?:close|end|expire)|"
    r"originally\s+\w+)\s+(?:on\s+|by\s+)?$"
    r"|\bfrom\s*$|\beffective\s*(?:on|date:?|as\s+of)?\s*$|\b(?:as\s+of|since|enacted\s+on|signed\s+on|held\s+on)\s*$",
    re.IGNORECASE,
)
_ENDS_NOW = re.compile(
    r"(?:will\s+(?:close|end|expire|be\s+closed)|period\s+(?:now\s+)?(?:closes|ends|expires|closing)|closing\s+date|"
    r"(?:is|are)\s+(?:extended|reopened)[^.]{0,80})\s*(?:is|on|:|at|until|through|to)?[^.]{0,40}$",
    re.IGNORECASE,
)
_WAS = re.compile(r"\b(?:was|were|had|previously|originally)\b[^.]{0,60}$", re.IGNORECASE)
_CUE = re.compile(
    r"(?:\bby|on\s+or\s+before|no\s+later\s+than|not\s+later\s+than|\buntil|\bthrough|\bbefore|\bdue(?:\s+on|\s+by|\s+date\s+is|\s+date:)?"
    r"|\bto|\bdeadline(?:\s+is|\s+of|:)?|\bdate:|\bis|\bends?(?:\s+on)?|\bcloses?(?:\s+on)?)\s*:?\s*"
    r"(?:(?:[0-9]{1,2}(?::[0-9]{2})?\s*[ap]\.?m\.?|midnight|close of business|\(?[A-Z]{2,3}T?\)?|Eastern|Time|Standard|Daylight|on|of|,"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)[\s,]*)*$",
    re.IGNORECASE,
)
_ON_COLLECTION = "comments on the information collection"
_COLLECTION = re.compile(
    r"\binformation\s+collection|\bcollections?\s+of\s+information|\bPaperwork\s+Reduction|\bICRs?\b", re.IGNORECASE
)
_PURPOSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("rebuttal comments", re.compile(r"\brebuttal|\breply\s+comments?|\bresponsive\s+comments?", re.IGNORECASE)),
    (
        "hearing requests",
        re.compile(
            r"\brequests?\s+(?:for|that|to\s+hold)\s+(?:a\s+)?(?:public\s+)?(?:hearing|meeting)|\bhearing\s+requests?"
            r"|\brequest\s+(?:a|an)\s+(?:public\s+|virtual\s+|in-person\s+)?(?:hearing|meeting)",
            re.IGNORECASE,
        ),
    ),
    (
        "requests to appear",
        re.compile(
            r"\brequests?\s+(?:to|for)\s+(?:appear|testify|speak|present|participat)|\b(?:notice|notification)s?\s+of\s+(?:intent|appearance)"
            r"|\bregist(?:er|ration)\b|\bsign\s+up\b|\bto\s+(?:testify|speak)\b",
            re.IGNORECASE,
        ),
    ),
    (
        _ON_COLLECTION,
        re.compile(
            r"\binformation\s+collection|\bcollection\s+of\s+information|\bPaperwork\s+Reduction|\bOMB\b", re.IGNORECASE
        ),
    ),
    (
        "comments",
        re.compile(r"\bcomment|\bsubmissions?\b|\bresponses?\b|\binformation\s+must|\bviews\b", re.IGNORECASE),
    ),
    (
        "hearing",
        re.compile(r"\bhearings?\b", re.IGNORECASE),
    ),
    ("meeting", re.compile(r"\bmeetings?\b|\bwebinar|\bworkshop|\blistening\s+session", re.IGNORECASE)),
    ("nominations", re.compile(r"\bnominations?\b|\bapplications?\b|\bpetitions?\b|\bobjections?\b", re.IGNORECASE)),
)
_HELD = re.compile(
    r"\b(?:hearings?|meetings?|webinars?|workshops?)\b.{0,80}?\b(?:will\s+be\s+held|will\s+(?:take\s+place|begin|start|convene)|is\s+scheduled|are\s+scheduled|be\s+conducted)"
    r"|\b(?:will|plans\s+to)\s+(?:hold|convene|host|conduct)\b.{0,80}?\b(?:hearings?|meetings?|webinars?|workshops?)",
    re.IGNORECASE | re.DOTALL,
)
_FEDERAL_REGISTER = re.compile(r"\bFederal\s+Register\b", re.IGNORECASE)
_EFFECTIVE = re.compile(
    r"\beffective\b|\bcompliance\s+date|\bapplicab(?:le|ility)|\bincorporation\s+by\s+reference|\bin\s+effect\b|\btake\s+effect",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:must|should|please|may|submit|due|will\s+(?:consider|accept|be\s+accepted)|invites?|requests?|deadline)\b",
    re.IGNORECASE,
)

_PICTURE = re.compile(r"E[A-Z]([0-9]{2})([A-Z]{2})([0-9]{2})\.")
_PICTURE_MONTHS = ("JA", "FE", "MR", "AP", "MY", "JN", "JY", "AU", "SE", "OC", "NO", "DE")
# One of these stands in any sentence of the body that sets a date.
_DUE_WORDS = (
    "must",
    "should",
    "ubmit",
    "due",
    "will consider",
    "will be accepted",
    "accept",
    "deadline",
    "nvite",
    "equest",
)
# How far before a date its preposition is looked for, in characters.
_NEAR = 120

_FILED = re.compile(
    r"Filed\s+([0-9]{1,2})[-–]([0-9]{1,2})[-–]([0-9]{2,4})\s*;\s*([0-9]{1,2}:[0-9]{2}\s*[ap]\.?m)", re.IGNORECASE
)


def first_date(text: str) -> date | None:
    """The first calendar day written out in a text."""
    for match in _DATE.finditer(text):
        day = _day(match)
        if day is not None:
            return day
    return None


def filed_on(filing_line: str) -> date | None:
    """The day of “[FR Doc. 2024-02590 Filed 2-9-24; 8:45 am]”."""
    found = _FILED.search(filing_line)
    if not found:
        return None
    year = int(found[3]) if len(found[3]) == 4 else 2000 + int(found[3])
    if len(found[3]) == 2 and int(found[3]) > 90:
        year -= 100
    try:
        return date(year, int(found[1]), int(found[2]))
    except ValueError:
        return None


def printed_on(pictures: Iterable[str]) -> date | None:
    """The day of the issue from the number of a picture: EN05JN26.097 was made for 5 June 2026."""
    for picture in pictures:
        found = _PICTURE.match(picture)
        if found and found[2] in _PICTURE_MONTHS:
            try:
                return date(2000 + int(found[3]), _PICTURE_MONTHS.index(found[2]) + 1, int(found[1]))
            except ValueError:
                continue
    return None


@dataclass(frozen=True, slots=True)
class Publication:
    """The day that “after publication” is counted from, and how it is known when nobody gave it."""

    day: date
    basis: str


def counted_from(given: date | None, filing_line: str) -> Publication | None:
    """The publication date to count from: the one given, else what the filing line makes likely.

    On the regular schedule a document is on public inspection at 8:45 a.m. on the business day before its issue (1 CFR
    17.2); an agency may have it filed earlier, never later. So the day counted from is the earliest that is possible,
    which errs on the safe side, and the basis says that it is an inference. Other hours tell nothing about the issue.
    """
    if given is not None:
        return Publication(given, "")
    found = _FILED.search(filing_line)
    day = filed_on(filing_line)
    if not found or day is None or not found[4].startswith("8:45"):
        return None
    return Publication(
        next_business_day(day),
        f"taken to be the business day after the filing on {day.isoformat()} at 8:45 a.m.; check it against the issue",
    )


def issue_year(given: date | None, filing_line: str) -> int | None:
    """The year of the issue, which tells its volume."""
    filed = filed_on(filing_line)
    if given is not None or filed is None:
        return given.year if given else None
    # What is filed in the last days of December may come out in January.
    return next_business_day(filed).year if (filed.month, filed.day) >= (12, 28) else filed.year


def next_business_day(day: date) -> date:
    """The next day that is neither on a weekend nor a federal holiday."""
    import holidays  # A slow import that most documents do not need.

    closed = holidays.country_holidays("US", categories=("public",), years=(day.year, day.year + 1))
    day += timedelta(days=1)
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day


def read_dates(
    captions: Iterable[ParsedCaption],
    provisions: Sequence[ParsedProvision],
    given: date | None,
    filing_line: str,
) -> tuple[tuple[ParsedDate, ...], tuple[ParsedRelativeDate, ...]]:
    """All comment dates with their sources, and those that hang on an event without a known day.

    Every caption is read; in the body only sentences that set a deadline. A date that repeats one already found for the
    same purpose is left out, one that differs stays, so that a conflict shows.
    """
    dates: list[ParsedDate] = []
    relative: list[ParsedRelativeDate] = []
    seen: set[tuple[str, str]] = set()
    earliest = given or filed_on(filing_line)

    @cache
    def published() -> Publication | None:
        # Worked out only when a date is counted from it.
        return counted_from(given, filing_line)

    def keep(found: Iterable[ParsedDate | ParsedRelativeDate], *, prose: bool) -> None:
        for entry in found:
            if isinstance(entry, ParsedRelativeDate):
                if not prose and all(entry.text != other.text for other in relative):
                    relative.append(entry)
            elif (entry.purpose, entry.date) not in seen:
                if earliest is not None and entry.date < earliest.isoformat():
                    continue
                seen.add((entry.purpose, entry.date))
                dates.append(entry)

    for caption in captions:
        source = caption.heading.rstrip(":. ").upper()
        if "DATE" in source:
            keep(_in_text(caption.text, source, published, prose=False), prose=False)
    for caption in captions:
        source = caption.heading.rstrip(":. ").upper()
        if source in ("SUMMARY", "ADDRESSES", "ACTION"):
            keep(_in_text(caption.text, source, published, prose=True), prose=True)
    about_collection: set[str | None] = set()
    for provision in provisions:
        text = provision.text
        if provision.kind == "preamble_heading":
            if provision.parent in about_collection or _COLLECTION.search(provision.heading):
                about_collection.add(provision.id)
        elif provision.kind == "preamble_paragraph" and _may_set_a_date(text):
            found = _in_text(text, "SUPPLEMENTARY INFORMATION", published, prose=True)
            if provision.parent in about_collection or _COLLECTION.search(text):
                found = (_for_collection(entry) for entry in found)
            keep(found, prose=True)
    return tuple(dates), tuple(relative)


def _may_set_a_date(text: str) -> bool:
    return "omment" in text and any(word in text for word in _DUE_WORDS) and bool(_DATE.search(text))


def _for_collection(entry: ParsedDate | ParsedRelativeDate) -> ParsedDate | ParsedRelativeDate:
    """What a passage on the Paperwork Reduction Act sets a date for."""
    return replace(entry, purpose=_ON_COLLECTION) if entry.purpose == "comments" else entry


def _in_text(
    text: str, source: str, publication: Callable[[], Publication | None], *, prose: bool
) -> Iterator[ParsedDate | ParsedRelativeDate]:
    subject = ""
    for sentence in _sentences(text):
        counted = _AFTER_PUBLICATION.search(sentence)
        matches = list(_DATE.finditer(sentence))
        purpose = _purpose(sentence) or (subject if matches or counted else "")
        if not matches and not counted:
            # “Comment Due Date:” on a line of its own speaks of the line below it.
            subject = _purpose(sentence) if len(sentence) < 60 else ""
            if _RELATIVE.search(sentence) and purpose and not prose:
                yield ParsedRelativeDate(purpose, source, sentence)
            continue
        subject = ""
        for match in matches:
            day = _day(match)
            before = sentence[max(0, match.start() - _NEAR) : match.start()]
            if day is None or not _is_due(before, sentence, prose=prose):
                continue
            found = _purpose_of_date(sentence, match) or purpose
            if not found:
                continue
            time, zone = _time(sentence, match.start(), match.end())
            yield ParsedDate(day.isoformat(), time, zone, found, source, False, sentence)
        if counted and purpose and not _speaks_of_effect(sentence):
            days = int(counted["digits"] or _NUMBERS[counted["word"].lower()])
            if prose and not re.search(r"insert|within|by", sentence, re.IGNORECASE):
                continue
            time, zone = _time(sentence, counted.start(), counted.end())
            published = publication()
            if published is None:
                if not prose:
                    yield ParsedRelativeDate(purpose, source, sentence)
                continue
            how = f"{days} days after publication on {published.day.isoformat()}"
            if published.basis:
                how += f" ({published.basis})"
            due = published.day + timedelta(days=days)
            yield ParsedDate(due.isoformat(), time, zone, purpose, source, True, sentence, how)


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for cut in _SENTENCE.finditer(text):
        piece = text[start : cut.start()]
        if "\n" not in cut[0] and _ABBREVIATION.search(piece):
            continue
        if piece.strip():
            yield piece.strip()
        start = cut.end()
    if text[start:].strip():
        yield text[start:].strip()


def _is_due(before: str, sentence: str, *, prose: bool) -> bool:
    """Whether the date after ``before`` is one to come that something is due or held on."""
    now = bool(_ENDS_NOW.search(before))
    if _NOT_DUE.search(before) and not now:
        return False
    if _WAS.search(before) and not _CUE.search(before):
        return False
    if re.search(
        r"\b(?:was|were)\s+(?:originally\s+|previously\s+)?(?:due|scheduled|to\s+(?:close|end))\b[^.]{0,40}$",
        before,
        re.IGNORECASE,
    ):
        return False
    if prose:
        return bool(_CUE.search(before)) and bool(_ASKS.search(sentence)) and not _speaks_of_effect(sentence)
    return True


def _speaks_of_effect(sentence: str) -> bool:
    return bool(_EFFECTIVE.search(sentence)) and not re.search(r"\bcomment", sentence, re.IGNORECASE)


def _purpose(sentence: str) -> str:
    """What a sentence sets a date for, empty when it is not about taking part."""
    # The Federal Register registers nobody.
    sentence = _FEDERAL_REGISTER.sub("", sentence)
    if _speaks_of_effect(sentence):
        return ""
    if _HELD.search(sentence) and not re.search(
        r"\bsubmit\b|\bcomments?\s+(?:must|should|will)", sentence, re.IGNORECASE
    ):
        return "hearing" if re.search(r"\bhearing", sentence, re.IGNORECASE) else "meeting"
    for name, pattern in _PURPOSES:
        if pattern.search(sentence):
            return name
    return ""


def _purpose_of_date(sentence: str, match: re.Match[str]) -> str:
    """The purpose of one date of several in a sentence: what is said since the date before it."""
    earlier = [m.end() for m in _DATE.finditer(sentence) if m.end() <= match.start()]
    if not earlier:
        return ""
    return _purpose(sentence[earlier[-1] : match.start()])


def _time(sentence: str, start: int, end: int) -> tuple[str | None, str]:
    """The hour and zone nearest to the date, within a few words of it."""
    best: re.Match[str] | None = None
    distance = 100
    for match in _TIME.finditer(sentence):
        gap = start - match.end() if match.end() <= start else match.start() - end
        if 0 <= gap < distance or (match.start() >= end and gap < distance):
            best, distance = match, max(gap, 0)
    if best is None:
        return None, EASTERN
    zone = (best["zone"] or "").lower()
    place = EASTERN if not zone or zone.startswith("local") else _ZONES.get(zone[0], EASTERN)
    if best["midnight"]:
        # The end of the day named, as people mean it.
        return "23:59", place
    if best["noon"]:
        return "12:00", place
    hour = int(best["hour"]) % 12 + (12 if best["half"].lower() == "p" else 0)
    minute = int(best["minute"] or 0)
    return (f"{hour:02d}:{minute:02d}", place) if minute < 60 else (None, place)


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[3]), _MONTHS[match[1]], int(match[2]))
    except ValueError:
        return None
