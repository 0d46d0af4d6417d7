"""Deadlines and the choice of a mail."""

import datetime as dt

import pytest

from commenttrack.signoffs.campaign import (
    Asking,
    asking,
    closes_at,
    comment_date_in_words,
    last_moment_in_words,
    moment_in_words,
)

NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("before", "moved", "decided", "kind"),
    [
        (False, False, False, Asking.INVITATION),
        (True, False, False, Asking.REMINDER),
        (True, True, False, Asking.ASKED_AGAIN),
        (True, True, True, Asking.ASKED_AGAIN),
        (True, False, True, Asking.INVITATION),
    ],
)
def test_the_mail_follows_from_what_happened(before, moved, decided, kind):
    assert asking(asked_before=before, moved=moved, decided=decided) is kind


def test_decisions_end_with_the_internal_deadline_in_eastern_time():
    # 8 March 2026 is the change to daylight time: the day of the deadline ends at 4:00 UTC instead of 5:00.
    assert closes_at(dt.date(2026, 3, 7), dt.date(2026, 3, 27), asked_at=NOW) == dt.datetime(
        2026, 3, 8, 5, tzinfo=dt.UTC
    )
    assert closes_at(dt.date(2026, 3, 20), None, asked_at=NOW) == dt.datetime(2026, 3, 21, 4, tzinfo=dt.UTC)


def test_an_internal_deadline_after_the_dockets_is_the_staffs_word():
    # A late comment, or an extension that is known and not printed yet.
    late = closes_at(dt.date(2026, 4, 20), dt.date(2026, 3, 27), asked_at=NOW)
    assert late == closes_at(dt.date(2026, 4, 20), None, asked_at=NOW)


def test_without_an_internal_deadline_decisions_end_with_the_docket():
    assert closes_at(None, dt.date(2026, 3, 27), asked_at=NOW) == dt.datetime(2026, 3, 28, 4, tzinfo=dt.UTC)


def test_without_any_date_a_link_is_good_for_a_month():
    assert closes_at(None, None, asked_at=NOW) == NOW + dt.timedelta(days=30)


def test_moments_print_with_the_zone_in_force():
    assert moment_in_words(NOW) == "March 2, 2026, 10:00 a.m. Eastern"
    assert moment_in_words(dt.datetime(2026, 7, 1, 16, 5, tzinfo=dt.UTC)) == "July 1, 2026, 12:05 p.m. Eastern"
    assert moment_in_words(dt.datetime(2026, 7, 1, 4, 5, tzinfo=dt.UTC)) == "July 1, 2026, 12:05 a.m. Eastern"


def test_a_deadline_prints_as_the_last_minute_of_its_day():
    assert last_moment_in_words(closes_at(dt.date(2026, 3, 20), None, asked_at=NOW)) == (
        "Friday, March 20, 2026, 11:59 p.m. Eastern"
    )


def test_a_comment_date_prints_the_hour_only_when_the_notice_names_one():
    day = dt.date(2026, 3, 27)
    assert comment_date_in_words(day, "17:00", "America/New_York") == "Friday, March 27, 2026, 5:00 p.m. Eastern"
    assert "names no hour" in comment_date_in_words(day, None, "America/New_York")
    assert comment_date_in_words(day, "00:30", "America/Chicago").endswith("12:30 a.m. America/Chicago")
