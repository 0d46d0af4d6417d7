"""How many will have decided: the estimate, its sentence, and what must never happen to it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.signoffs.forecast import Asked, Survival, forecast

NOW = dt.datetime(2026, 3, 3, 15, 0, tzinfo=dt.UTC)
"""A Tuesday."""
FRIDAY = dt.datetime(2026, 3, 7, 5, 0, tzinfo=dt.UTC)
"""The first moment after Friday, March 6, in Washington."""
HOUR = dt.timedelta(hours=1)


def asked(*answers, silent=(), unopened=0, now=NOW):
    """Organizations that took so many hours to answer, and others that have been silent for so many."""
    start = now - 400 * HOUR
    return [
        *(Asked(start, start + took * HOUR, opened=True) for took in answers),
        *(Asked(now - waited * HOUR, None, opened=place >= unopened) for place, waited in enumerate(silent)),
    ]


@pytest.mark.parametrize(
    ("organizations", "closes", "sentence"),
    [
        ([], FRIDAY, "Nobody was asked yet."),
        (asked(5, 6), FRIDAY, "All 2 have decided."),
        (asked(5), FRIDAY, "The one organization asked has decided."),
        (
            asked(5, 6, silent=(10, 10)),
            FRIDAY,
            "2 of 4 have decided: too few to say what to expect by Friday, March 6.",
        ),
        (
            asked(silent=(10, 10), unopened=1),
            FRIDAY,
            "0 of 2 have decided: too few to say what to expect by Friday, March 6. "
            "1 has not opened the letter yet, as far as we know.",
        ),
        (
            # Whoever answered took at most 20 hours, and there are 86 left: those who wait 1 hour will have answered.
            asked(2, 4, 8, 20, silent=(1, 1)),
            FRIDAY,
            "At this pace 6 of 6 will have decided by Friday, March 6.",
        ),
        (
            # Silent for longer than anybody took: nothing says that they will answer.
            asked(2, 4, 8, 20, silent=(200, 300), unopened=2),
            FRIDAY,
            "At this pace 4 of 6 will have decided by Friday, March 6. "
            "2 have not opened the letter yet, as far as we know.",
        ),
        (
            asked(2, 4, 8, 20, 30, 60, 120, silent=(70, 25, 25, 25)),
            FRIDAY,
            "At this pace 10 of 11 will have decided by Friday, March 6 (probably 8 to 11).",
        ),
        (asked(2, 4, silent=(9,)), NOW - HOUR, "Decisions closed Tuesday, March 3: 2 of 3 had decided."),
    ],
)
def test_the_forecast_is_one_plain_sentence(organizations, closes, sentence):
    assert forecast(organizations, closes=closes, now=NOW).sentence == sentence


def test_the_estimate_counts_the_silent_as_long_as_they_have_waited():
    # Worked out by hand: at 2 of 5 that wait one answers, at 4 of the 3 that are left (one went silent at 3) one more.
    survival = Survival([2, 4], [3, 9, 9])
    assert survival.beyond(1) == 1
    assert survival.beyond(2) == pytest.approx(4 / 5)
    assert survival.beyond(4) == pytest.approx(4 / 5 * 2 / 3)
    assert survival.beyond(100) == pytest.approx(4 / 5 * 2 / 3)


def test_a_clock_that_was_set_back_breaks_nothing():
    odd = [Asked(NOW, NOW - HOUR, opened=True)] * 3 + [Asked(NOW + HOUR, None, opened=True)]
    assert 3 <= forecast(odd, closes=FRIDAY, now=NOW).expected <= 4


hours = st.integers(0, 300)
organizations = st.builds(
    lambda answers, silent: asked(*answers, silent=silent), st.lists(hours, max_size=12), st.lists(hours, max_size=12)
)


@given(organizations, st.integers(-50, 500))
def test_the_forecast_lies_between_those_who_answered_and_all(everybody, left):
    found = forecast(everybody, closes=NOW + left * HOUR, now=NOW)
    assert 0 <= found.answered <= found.low <= found.high <= found.asked or found.expected is None
    if found.expected is not None:
        assert found.answered - 1e-9 <= found.expected <= found.asked + 1e-9
        assert found.low - 1 <= found.expected <= found.high + 1
    assert found.sentence.endswith(".")


@given(organizations, st.integers(1, 300), st.integers(0, 300))
def test_a_later_deadline_never_makes_it_fewer(everybody, left, more):
    early = forecast(everybody, closes=NOW + left * HOUR, now=NOW)
    late = forecast(everybody, closes=NOW + (left + more) * HOUR, now=NOW)
    if early.expected is not None:
        assert late.expected >= early.expected - 1e-9
        assert (late.low, late.high) >= (early.low, early.high)


@given(organizations, st.integers(1, 300), st.data())
def test_an_answer_now_never_makes_it_fewer_than_have_answered_then(everybody, left, data):
    silent = [place for place, each in enumerate(everybody) if each.answered_at is None]
    if not silent:
        return
    place = data.draw(st.sampled_from(silent))
    after = list(everybody)
    after[place] = Asked(after[place].asked_at, NOW, opened=True)
    closes = NOW + left * HOUR
    before, found = forecast(everybody, closes=closes, now=NOW), forecast(after, closes=closes, now=NOW)
    assert found.answered == before.answered + 1
    if found.expected is not None and before.expected is not None:
        # One answer more is evidence that the others answer, never that they do not.
        assert found.expected >= before.expected - 1e-9


@given(organizations)
def test_at_the_deadline_nothing_is_expected_any_more(everybody):
    found = forecast(everybody, closes=NOW, now=NOW)
    assert found.expected == found.answered == found.low == found.high
