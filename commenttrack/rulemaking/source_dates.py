"""Comment dates as the public systems give them, beside those the document states; they do not always agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from commenttrack.rulemaking.answer_values import EASTERN, day, moment
from commenttrack.rulemaking.date_wordings import EASTERN as EASTERN_NAME
from commenttrack.rulemaking.provisions import ParsedDate

COMMENTS = "comments"
COMMENTS_OPEN = "start of the comment period"


def from_moment(written: str, purpose: str, source: str) -> Iterator[ParsedDate]:
    """The day of a value from regulations.gov, or nothing when it holds none.

    A moment with its offset is given in Eastern time, where agencies reckon: 2020-11-24T04:59:59Z is the end of
    23 November. A day alone was cut from such a moment, so it may be one too late; it is kept as given and says so.
    """
    at = moment(written)
    if at is not None:
        local = at.astimezone(EASTERN)
        # A period opens at midnight, which is no hour anyone set.
        time = None if local.time() == dt.time() else f"{local:%H:%M}"
        basis = f"given as {written}, here in Eastern time"
        yield ParsedDate(local.date().isoformat(), time, EASTERN_NAME, purpose, source, False, written, basis)
        return
    stated = day(written)
    if stated is not None:
        basis = "the day of a moment in UTC, which may be the day after in Eastern time"
        yield ParsedDate(stated.isoformat(), None, "UTC", purpose, source, False, written, basis)


def in_conflict(dates: Iterable[ParsedDate]) -> dict[str, tuple[ParsedDate, ...]]:
    """By purpose, the dates of every purpose for which sources give different days, the earliest first."""
    by_purpose: dict[str, list[ParsedDate]] = {}
    for date in dates:
        by_purpose.setdefault(date.purpose, []).append(date)
    return {
        purpose: tuple(sorted(found, key=lambda date: (date.date, date.time or "24:00")))
        for purpose, found in by_purpose.items()
        if len({date.date for date in found}) > 1
    }
