"""Calendar days as documents write them: “March 29, 2024”, “29 March 2024”, “03/29/2024”.

Figures are read in the order of the country: month, day, year. What can be no day, or another day just as well, is
found without one, so that nobody takes it for granted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

MONTH_NAMES = (
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
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names}
MONTHS |= {name.upper(): number for name, number in MONTHS.items()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)[0-9]{2}"
# Of several days, as “April 4–5, 2024” and “4–5 April 2024”, the first.
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH})\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?(?:\s?(?:[-–]|and|through)\s?[0-9]{{1,2}})?,?\s+({_YEAR})\b"
)
# A digit comes first, since it is found soonest; a day does not go on from a number, an amount or a path.
_DAY_FIRST = re.compile(
    rf"[0-9](?<![\w$§/.,–-].)[0-9]?(?:st|nd|rd|th)?(?:\s?(?:[-–]|and|through)\s?[0-9]{{1,2}}(?:st|nd|rd|th)?)?"
    rf"(?:\s+(?:day\s+)?of)?\s+({_MONTH})\.?,?\s+({_YEAR})\b"
)
# Not within the number of a docket, a path or a longer fraction; what a range of days ends with is none of these.
_IN_FIGURES = re.compile(
    rf"[0-9](?:(?<![\w$§/.,–-].)|(?<=/{_YEAR}[-–].))[0-9]?/[0-9]{{1,2}}/(?:{_YEAR}|[0-9]{{2}})"
    r"(?![\w/%]|[.,][0-9]|[-–](?![0-9]{1,2}/))"
)
# A number after one of these counts something else: “No. 12 March 2024”, “part 5 May 2024”.
_COUNTED = re.compile(
    r"(?:\b(?:Nos?|Number|Docket|RIN|OMB|Titles?|Chapters?|Parts?|Pts?|Subparts?|Sections?|Secs?|Paragraphs?|Appendix|Articles?|"
    r"Pages?|Pp?|Volumes?|Vols?|Forms?|Items?|Tables?|Figures?|Version|Revision|Rev|Amendment|Edition|Release|Phase|Steps?|"
    r"Options?|Questions?|Rules?|CFR|FR|Stat|U\.S\.C)\b\.?|§|#)\s*$",
    re.IGNORECASE,
)
# A year after a day or the comma behind it, which is found sooner still.
_AFTER_A_DAY = re.compile(r"[12](?<=[0-9tdh,\s]\s.)[09][0-9]{2}\b")
# A day and a year: what stands where the month comes first, and is found much sooner than a month.
_DAY_AND_YEAR = re.compile(r"[0-9](?:st|nd|rd|th)?,?\s+(?:19|20)[0-9]{2}\b")
_LONGEST_WORD = 16
_YEAR_OF_TWO_DIGITS = 2
_MONTHS_OF_A_YEAR = 12
_LAST_YEAR_OF_THIS_CENTURY = 90


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day as it stands in a text, from ``start`` to ``end``; None where the words name none, or not one only."""

    day: date | None
    start: int
    end: int


def first_date(text: str) -> date | None:
    """The first calendar day written out in a text."""
    return next((written.day for written in written_days(text) if written.day is not None), None)


def may_hold_a_day(text: str) -> bool:
    """A quick look that spares most texts the expressions."""
    return _month_may_come_first(text) or bool(_DAY_FIRST.search(text) or ("/" in text and _IN_FIGURES.search(text)))


def written_days(text: str, *, dates_only: bool = False) -> list[WrittenDay]:
    """The days of a text in order.

    ``dates_only`` says that the text gives dates and little else, as DATES does: figures with a year of two digits are
    looked at there too, and read when they can be nothing but month, day and year.
    """
    found: list[WrittenDay] = []
    if _month_may_come_first(text):
        found += [_written(match.span(), match[3], MONTHS[match[1]], match[2]) for match in _MONTH_FIRST.finditer(text)]
    others: list[WrittenDay] = []
    for match in _DAY_FIRST.finditer(text):
        if not _is_counted(text, match.start()):
            number = match[0][:2] if match[0][1].isdigit() else match[0][0]
            start = match.start()
            if text.endswith(" the ", 0, start):
                # “by the 29th of March 2024”
                start -= len("the ")
            others.append(_written((start, match.end()), match[2], MONTHS[match[1]], number))
    if "/" in text:
        for match in _IN_FIGURES.finditer(text):
            month, day, year = match[0].split("/")
            if (len(year) > _YEAR_OF_TWO_DIGITS or dates_only) and not _is_counted(text, match.start()):
                others.append(_in_figures(match.span(), month, day, year))
    return sorted(found + others, key=attrgetter("start")) if others else found


def _month_may_come_first(text: str) -> bool:
    return bool(_AFTER_A_DAY.search(text) and _DAY_AND_YEAR.search(text))


def _written(span: tuple[int, int], year: str | int, month: str | int, day: str) -> WrittenDay:
    try:
        return WrittenDay(date(int(year), int(month), int(day)), *span)
    except ValueError:
        return WrittenDay(None, *span)


def _in_figures(span: tuple[int, int], month: str, day: str, year: str) -> WrittenDay:
    if len(year) > _YEAR_OF_TWO_DIGITS:
        return _written(span, year, month, day)
    # Elsewhere “4/5/24” is the fourth of May, and “04/05/06” may begin with the year.
    if int(day) <= _MONTHS_OF_A_YEAR:
        return WrittenDay(None, *span)
    return _written(span, int(year) + (1900 if int(year) > _LAST_YEAR_OF_THIS_CENTURY else 2000), month, day)


def _is_counted(text: str, start: int) -> bool:
    return _COUNTED.search(text, max(0, start - _LONGEST_WORD), start) is not None
