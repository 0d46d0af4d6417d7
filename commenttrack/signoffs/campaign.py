"""Who is asked until when, and which mail fits: pure rules on plain values.

Moments are aware; a deadline of the association is a day, and lasts to its end in Eastern time, as a docket does.
"""

import datetime as dt
import enum
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
WITHOUT_DEADLINE = dt.timedelta(days=30)
"""How long a link is good when the docket has no internal deadline and no comment date."""


class Asking(enum.StrEnum):
    """Why an organization is written to; each has a mail of its own in templates/notices."""

    INVITATION = "invitation"
    ASKED_AGAIN = "asked_again"
    """The letter moved since the organization was asked or decided."""
    REMINDER = "reminder"


def asking(*, asked_before: bool, moved: bool, decided: bool) -> Asking:
    """The mail that fits: the first invitation, news of a moved letter, or a reminder on the same version.

    Somebody who decided and is asked again on an unmoved letter gets the invitation: there is nothing to remind of.
    """
    if not asked_before:
        return Asking.INVITATION
    if moved:
        return Asking.ASKED_AGAIN
    return Asking.INVITATION if decided else Asking.REMINDER


def end_of_day(day: dt.date) -> dt.datetime:
    """The first moment after a day in Eastern time, in UTC: what is due on the day is late from here on."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), EASTERN).astimezone(dt.UTC)


def closes_at(internal_deadline: dt.date | None, comment_date: dt.date | None, *, asked_at: dt.datetime) -> dt.datetime:
    """When decisions by link end: after the internal deadline, else the docket's, else a month after the asking.

    An internal deadline after the docket's is the staff's word too: agencies take late comments, and an extension is
    often known before it is printed.
    """
    day = internal_deadline or comment_date
    return end_of_day(day) if day else asked_at + WITHOUT_DEADLINE


def comments_close(day: dt.date, time: str | None, zone: str) -> dt.datetime:
    """The first moment at which a comment is late, in UTC: after the hour the notice names, else after the day."""
    if time is None:
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
    hour, minute = (int(piece) for piece in time.split(":")[:2])
    # "By 5:00 p.m." takes in what arrives at 5:00:00 and nothing after it; the minute itself is given.
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(zone)).astimezone(dt.UTC) + dt.timedelta(minutes=1)


def day_in_words(day: dt.date) -> str:
    """``Friday, March 6, 2026``."""
    return f"{day:%A, %B} {day.day}, {day.year}"


def moment_in_words(moment: dt.datetime) -> str:
    """``March 6, 2026, 4:05 p.m. EST``: the moment in Eastern time, with the zone in force."""
    local = moment.astimezone(EASTERN)
    hour = local.hour % 12 or 12
    half = "a.m." if local.hour < 12 else "p.m."
    return f"{local:%B} {local.day}, {local.year}, {hour}:{local:%M} {half} {local:%Z}"


def last_moment_in_words(closes: dt.datetime) -> str:
    """The last minute before an exclusive end: midnight reads ``Friday, March 6, 2026, 11:59 p.m. EST``."""
    last = (closes - dt.timedelta(minutes=1)).astimezone(EASTERN)
    return f"{last:%A}, {moment_in_words(last)}"


def comment_date_in_words(day: dt.date, time: str | None, zone: str) -> str:
    """The docket's date with its hour and zone, as far as the notice gives them."""
    words = day_in_words(day)
    zone = {"America/New_York": "Eastern time"}.get(zone, zone)
    if time is None:
        return f"{words} ({zone}; the notice names no hour)"
    hour, minute = (int(piece) for piece in time.split(":")[:2])
    return f"{words}, {hour % 12 or 12}:{minute:02} {'a.m.' if hour < 12 else 'p.m.'} {zone}"
