"""When the schedule writes mails: reminders to the undecided and the daily digest. Pure rules on plain values.

Mails go out on working days between 8 a.m. and 6 p.m. Eastern: never at night, on a federal holiday or on a weekend.
Days are counted on the Eastern wall clock, so a change of the clocks moves no mail by an hour. Moments are aware.
"""

import datetime as dt
from collections.abc import Collection, Sequence

from commenttrack.rulemaking.moments import EASTERN, is_working_day

FIRST_AFTER = dt.timedelta(days=5)
THEN_EVERY = dt.timedelta(days=2)
MOST = 5
WITHIN = dt.timedelta(days=30)
"""Never more than ``MOST`` reminders in any ``WITHIN``."""
LAST_HOURS = dt.timedelta(hours=72)
"""Before decisions close: from here on reminders come every day."""
IN_LAST_HOURS_EVERY = dt.timedelta(days=1)
KEPT_BACK = 1
"""Of ``MOST``, for the last hours: else an early start would use all of them up weeks before the deadline."""
OPENS, CLOSES = 8, 18
"""Hours of the Eastern day between which mail goes out."""


def next_reminder(
    asked_at: dt.datetime, sent: Collection[dt.datetime], closes: dt.datetime, now: dt.datetime
) -> dt.datetime | None:
    """When somebody undecided is reminded next: a moment from ``now`` on, in UTC; None when it would be too late.

    ``asked_at`` is the last mail that asked; ``sent`` are all reminders so far, by the schedule or by hand, in any
    order; ``closes`` is the first moment at which a decision is too late.
    """
    reminders = sorted(sent)
    last = max([asked_at, *reminders])
    reminded = bool(reminders) and reminders[-1] >= asked_at
    last_hours = closes - LAST_HOURS
    due = _later(last, THEN_EVERY if reminded else FIRST_AFTER)
    moment = next_open(max(_allowed(reminders, due, MOST - KEPT_BACK), now))
    if moment >= last_hours:
        due = max(last_hours, _later(last, IN_LAST_HOURS_EVERY))
        moment = next_open(max(_allowed(reminders, due, MOST), now))
    return moment if moment < closes else None


def _later(moment: dt.datetime, days: dt.timedelta) -> dt.datetime:
    """The same hour on the Eastern wall clock some days later."""
    return (moment.astimezone(EASTERN) + days).astimezone(dt.UTC)


def _allowed(reminders: Sequence[dt.datetime], moment: dt.datetime, most: int) -> dt.datetime:
    """The moment, or a later one at which fewer than ``most`` reminders lie within the days before it."""
    return max(moment, reminders[-most] + WITHIN) if len(reminders) >= most else moment


def next_open(moment: dt.datetime) -> dt.datetime:
    """The moment itself when mail may go out then, else the next morning on which it may; in UTC."""
    local = moment.astimezone(EASTERN)
    day = local.date()
    if is_working_day(day):
        if local.hour < OPENS:
            return morning(day)
        if local.hour < CLOSES:
            return moment.astimezone(dt.UTC)
    day += dt.timedelta(days=1)
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return morning(day)


def is_open(moment: dt.datetime) -> bool:
    """Whether mail that nobody waits for may go out at a moment."""
    return next_open(moment) == moment


def morning(day: dt.date) -> dt.datetime:
    """When mail begins to go out on a day, in UTC; what the digest tells of ends here."""
    return dt.datetime.combine(day, dt.time(OPENS), EASTERN).astimezone(dt.UTC)


def digest_until(now: dt.datetime) -> dt.datetime | None:
    """The end of what a digest written now tells of: this morning at 8 Eastern; None when none is written now."""
    return morning(now.astimezone(EASTERN).date()) if is_open(now) else None
