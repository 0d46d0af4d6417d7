"""Who is asked until when, and which mail fits: pure rules on plain values.

Moments are aware; a deadline of the association is a day, and lasts to its end in Eastern time, as a docket does.
"""

import datetime as dt
import enum
from zoneinfo import ZoneInfo

from commenttrack.rulemaking.moments import closes_at, last_moment_in_words, moment_in_words

__all__ = [
    "Asking",
    "asking",
    "closes_at",
    "comment_date_in_words",
    "comments_close",
    "day_in_words",
    "last_moment_in_words",
    "moment_in_words",
]


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


def comment_date_in_words(day: dt.date, time: str | None, zone: str) -> str:
    """The docket's date with its hour and zone, as far as the notice gives them."""
    words = day_in_words(day)
    zone = {"America/New_York": "Eastern"}.get(zone, zone)
    if time is None:
        return f"{words} ({zone} time; the notice names no hour)"
    hour, minute = (int(piece) for piece in time.split(":")[:2])
    return f"{words}, {hour % 12 or 12}:{minute:02} {'a.m.' if hour < 12 else 'p.m.'} {zone}"
