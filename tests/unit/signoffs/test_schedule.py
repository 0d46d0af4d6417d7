"""When the schedule reminds: by table, and by random campaigns."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commenttrack.rulemaking.moments import EASTERN, is_working_day
from commenttrack.signoffs.schedule import (
    CLOSES,
    MOST,
    OPENS,
    WITHIN,
    digest_until,
    is_open,
    next_open,
    next_reminder,
)


def eastern(month, day, hour=10, minute=0, year=2026):
    return dt.datetime(year, month, day, hour, minute, tzinfo=EASTERN)


FAR = eastern(6, 1)


@pytest.mark.parametrize(
    ("why", "asked", "sent", "closes", "expected"),
    [
        ("the first after five days", eastern(3, 2), [], FAR, eastern(3, 9, 8)),  # Saturday the 7th waits for Monday
        ("the first on a working day", eastern(3, 4), [], FAR, eastern(3, 9)),
        ("then every two days", eastern(3, 4), [eastern(3, 9)], FAR, eastern(3, 11)),
        ("not on a weekend", eastern(3, 4), [eastern(3, 9), eastern(3, 11), eastern(3, 12)], FAR, eastern(3, 16, 8)),
        (
            "four in thirty days, the fifth for the last hours",
            eastern(3, 4),
            [eastern(3, 9), eastern(3, 11), eastern(3, 13), eastern(3, 16)],
            eastern(4, 3, 0),
            eastern(3, 31, 8),
        ),
        (
            "never a sixth in thirty days",
            eastern(3, 4),
            [eastern(3, 9), eastern(3, 11), eastern(3, 13), eastern(3, 16), eastern(3, 18)],
            eastern(4, 3, 0),
            None,
        ),
        (
            "again when thirty days are over",
            eastern(3, 4),
            [eastern(3, 9), eastern(3, 11), eastern(3, 13), eastern(3, 16)],
            FAR,
            eastern(4, 8),
        ),
        ("every day in the last 72 hours", eastern(3, 4), [eastern(3, 11)], eastern(3, 14, 0), eastern(3, 12)),
        ("a day after the asking in the last 72 hours", eastern(3, 10), [], eastern(3, 14, 0), eastern(3, 11)),
        ("not on the day of the asking itself", eastern(3, 13), [], eastern(3, 14, 0), None),
        (
            "not on a federal holiday",
            eastern(6, 28),
            [],
            eastern(8, 1),
            eastern(7, 6, 8),
        ),  # Independence Day
        ("not at night", eastern(3, 3, 23), [], FAR, eastern(3, 9, 8)),
        ("not before the morning", eastern(3, 4, 6), [], FAR, eastern(3, 9, 8)),
        ("asked anew, it waits again", eastern(3, 16), [eastern(3, 9), eastern(3, 11)], FAR, eastern(3, 23, 8)),
        ("never after the close", eastern(3, 4), [], eastern(3, 4, 12), None),
        ("the clocks go forward between", eastern(3, 5), [], FAR, eastern(3, 10)),
        ("the clocks go back between", eastern(10, 29), [], eastern(12, 1), eastern(11, 3)),
    ],
)
def test_the_next_reminder(why, asked, sent, closes, expected):
    due = next_reminder(asked, sent, closes, max([asked, *sent]))
    assert (due and due.astimezone(EASTERN)) == expected, why


def test_a_reminder_that_was_missed_goes_out_as_soon_as_mail_may():
    assert next_reminder(eastern(3, 2), [], FAR, eastern(3, 10, 3)) == eastern(3, 10, 8)
    assert next_reminder(eastern(3, 2), [], FAR, eastern(3, 10, 11, 30)) == eastern(3, 10, 11, 30)


moments = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: eastern(1, 1, 0, year=2025) + dt.timedelta(minutes=minutes)
)
moments = moments.map(lambda moment: moment.astimezone(dt.UTC))


@given(
    asked=moments,
    length=st.integers(0, 70 * 24),
    naps=st.lists(st.integers(1, 200), min_size=1, max_size=20),
    by_hand=st.lists(st.integers(0, 30 * 24), max_size=2),
)
@settings(deadline=None)
def test_a_campaign_never_writes_too_often_too_late_at_night_or_on_a_holiday(asked, length, naps, by_hand):
    """A worker that looks at odd hours, in any rhythm, and staff who remind by hand now and then."""
    closes = asked + dt.timedelta(hours=length)
    manual = sorted(asked + dt.timedelta(hours=hours) for hours in by_hand)
    sent, now, written = [], asked, []
    for step in range(200):
        if now >= closes + dt.timedelta(days=2):
            break
        sent = sorted({*written, *(moment for moment in manual if moment <= now)})
        due = next_reminder(asked, sent, closes, now)
        assert due == next_reminder(asked, list(reversed(sent)), closes, now)
        assert due is None or now <= due < closes
        if due == now:
            before = [moment for moment in sent if now - moment < WITHIN]
            assert len(before) < MOST
            local = now.astimezone(EASTERN)
            assert OPENS <= local.hour < CLOSES
            assert is_working_day(local.date())
            assert now - max([asked, *sent]) >= dt.timedelta(hours=23)  # a day on which the clocks go forward
            written.append(now)
        now += dt.timedelta(hours=naps[step % len(naps)] / 8)


@given(moments)
def test_mail_may_go_out_at_the_next_open_moment_and_not_before(moment):
    opens = next_open(moment)
    assert opens >= moment
    assert is_open(opens)
    between = moment + (opens - moment) / 2
    assert opens == moment or not is_open(between) or between == opens


@pytest.mark.parametrize("day", [eastern(3, 8), eastern(11, 1), eastern(3, 9), eastern(11, 2)])
def test_the_morning_is_at_eight_on_the_wall_clock_also_when_the_clocks_change(day):
    opens = next_open(day.replace(hour=1)).astimezone(EASTERN)
    assert (opens.hour, opens.minute) == (8, 0)


def test_the_digest_tells_of_what_was_until_this_morning():
    assert digest_until(eastern(3, 10, 7, 59)) is None
    assert digest_until(eastern(3, 10, 11)) == eastern(3, 10, 8)
    assert digest_until(eastern(3, 14, 11)) is None
