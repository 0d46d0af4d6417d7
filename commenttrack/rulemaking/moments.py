"""Days and moments as agencies and members count them: a deadline is a day, and lasts to its end in Eastern time.

Moments are aware.
"""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

from commenttrack.errors import BadInput

EASTERN = ZoneInfo("America/New_York")
WITHOUT_DEADLINE = dt.timedelta(days=30)
"""How long a mailed link is good when the docket has no internal deadline and no comment date."""


def end_of_day(day: dt.date) -> dt.datetime:
    """The first moment after a day in Eastern time, in UTC: what is due on the day is late from here on.

    Raises :class:`BadInput` for the last day of the calendar, which no day follows.
    """
    if day == dt.date.max:
        raise BadInput(f"Give an earlier day than {day}.")
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), EASTERN).astimezone(dt.UTC)


def closes_at(internal_deadline: dt.date | None, comment_date: dt.date | None, *, asked_at: dt.datetime) -> dt.datetime:
    """When answers by link end: after the internal deadline, else the docket's, else a month after the asking.

    An internal deadline after the docket's is the staff's word too: agencies take late comments, and an extension is
    often known before it is printed.
    """
    day = internal_deadline or comment_date
    return end_of_day(day) if day else asked_at + WITHOUT_DEADLINE


def is_working_day(day: dt.date) -> bool:
    """Whether a day is neither on a weekend nor a federal holiday, as observed."""
    return day.weekday() < 5 and day not in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[dt.date]:
    import holidays  # A slow import that most documents do not need.

    # New Year's Day may be observed on the last day of the year before.
    return frozenset(holidays.country_holidays("US", categories=("public",), years=(year, year + 1)))


def moment_in_words(moment: dt.datetime) -> str:
    """``March 6, 2026, 4:05 p.m. Eastern``: the moment in Eastern time, as every page, mail and certificate says it."""
    local = moment.astimezone(EASTERN)
    hour = local.hour % 12 or 12
    half = "a.m." if local.hour < 12 else "p.m."
    return f"{local:%B} {local.day}, {local.year}, {hour}:{local:%M} {half} Eastern"


def last_moment_in_words(closes: dt.datetime) -> str:
    """The last minute before an exclusive end: midnight reads ``Friday, March 6, 2026, 11:59 p.m. Eastern``."""
    last = (closes - dt.timedelta(minutes=1)).astimezone(EASTERN)
    return f"{last:%A}, {moment_in_words(last)}"
