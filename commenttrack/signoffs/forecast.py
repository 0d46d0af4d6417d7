"""How many organizations will have decided by the deadline, at the pace of those asked so far. Pure.

The times that answers took are the only evidence: of those who answered, how long they took; of the others, how long
they have been silent, which is evidence too. Their distribution is estimated with the silent ones counted as long as
they have waited (the product-limit estimate of Kaplan and Meier). An organization that has waited w is then expected to
answer within t with probability 1 - S(t) / S(w). Nothing is assumed beyond the slowest answer so far: what was not seen
yet is not promised. Reminders, weekends and the rush before a deadline are not modelled.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from commenttrack.rulemaking.moments import EASTERN

FEWEST_ANSWERS = 3
"""With fewer there is no pace to speak of."""
_LIKELY = 0.1
"""The share left out on each side of the likely range."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One organization: when it was asked about the wording it decides on, and when it answered."""

    asked_at: dt.datetime
    answered_at: dt.datetime | None
    opened: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many of ``asked`` will have answered when decisions close. ``expected`` is None when too little is known."""

    asked: int
    answered: int
    unopened: int
    """Of the undecided, those who have not opened their link as far as is known."""
    expected: float | None
    low: int
    high: int
    """The likely range of the count: it is left with a chance of at most a tenth on each side."""
    closes: dt.datetime
    over: bool
    """Whether decisions are closed already."""

    @property
    def sentence(self) -> str:
        """The forecast for people."""
        closes = _day(self.closes)
        if not self.asked:
            return "Nobody was asked yet."
        if self.answered == self.asked:
            return f"All {self.asked} have decided." if self.asked > 1 else "The one organization asked has decided."
        if self.over:
            return f"Decisions closed {closes}: {self.answered} of {self.asked} had decided."
        if self.expected is None:
            return (
                f"{self.answered} of {self.asked} have decided: too few to say what to expect by {closes}."
                f"{self._unopened}"
            )
        likely = round_half_up(self.expected)
        between = "" if self.low == self.high else f" (probably {self.low} to {self.high})"
        return f"At this pace {likely} of {self.asked} will have decided by {closes}{between}.{self._unopened}"

    @property
    def _unopened(self) -> str:
        if not self.unopened:
            return ""
        verb = "has" if self.unopened == 1 else "have"
        return f" {self.unopened} {verb} not opened the letter yet, as far as we know."


def forecast(asked: Sequence[Asked], *, closes: dt.datetime, now: dt.datetime) -> Forecast:
    """The forecast at ``now`` for the moment at which decisions close. Moments are aware."""
    silent = [each for each in asked if each.answered_at is None]
    answered = len(asked) - len(silent)
    over = closes <= now
    expected: float | None = None
    low = high = answered
    if over or not silent:
        expected = float(answered)
    elif answered >= FEWEST_ANSWERS:
        chances = _chances(asked, silent, closes=closes, now=now)
        expected = answered + math.fsum(chances)
        low, high = (answered + count for count in _likely(chances))
    return Forecast(
        asked=len(asked),
        answered=answered,
        unopened=sum(not each.opened for each in silent),
        expected=expected,
        low=low,
        high=high,
        closes=closes,
        over=over,
    )


def _chances(asked: Sequence[Asked], silent: Sequence[Asked], *, closes: dt.datetime, now: dt.datetime) -> list[float]:
    """The chance of each silent organization to answer before decisions close."""
    survival = Survival(
        [_seconds(each.asked_at, each.answered_at) for each in asked if each.answered_at is not None],
        [_seconds(each.asked_at, now) for each in silent],
    )
    return [
        1 - survival.beyond(_seconds(each.asked_at, closes)) / survival.beyond(_seconds(each.asked_at, now))
        for each in silent
    ]


def _seconds(start: dt.datetime, end: dt.datetime) -> float:
    """How long from one moment to the other; a clock that was set back gives no time below none."""
    return max((end - start).total_seconds(), 0.0)


class Survival:
    """The share of organizations that take longer than a time, from answers and from silences so far (seconds)."""

    def __init__(self, answers: Sequence[float], silences: Sequence[float]) -> None:
        self._steps: list[tuple[float, float]] = []
        waiting, share = len(answers) + len(silences), 1.0
        # A silence of the same length as an answer was still there when the answer came.
        events = sorted([(time, 0) for time in answers] + [(time, 1) for time in silences])
        for time, group in groupby(events, key=lambda event: event[0]):
            kinds = [kind for _, kind in group]
            answered = kinds.count(0)
            if answered:
                share *= 1 - answered / waiting
                self._steps.append((time, share))
            waiting -= len(kinds)

    def beyond(self, time: float) -> float:
        """The share that takes longer than this; never 0 for a time that somebody has been silent."""
        share = 1.0
        for step, value in self._steps:
            if step > time:
                break
            share = value
        return share


def _likely(chances: Sequence[float]) -> tuple[int, int]:
    """The range of how many come true, each by itself, without the rarest tenth on each side."""
    shares = [1.0]
    for chance in chances:
        grown = [0.0] * (len(shares) + 1)
        for count, share in enumerate(shares):
            grown[count] += share * (1 - chance)
            grown[count + 1] += share * chance
        shares = grown
    below, low = 0.0, 0
    while low < len(chances) and below + shares[low] <= _LIKELY:
        below += shares[low]
        low += 1
    above, high = 0.0, len(chances)
    while high > low and above + shares[high] <= _LIKELY:
        above += shares[high]
        high -= 1
    return low, high


def round_half_up(value: float) -> int:
    """The nearest whole number, halves up."""
    return math.floor(value + 0.5)


def _day(closes: dt.datetime) -> str:
    """``Friday, March 6``: the last day on which a decision counts."""
    last = (closes - dt.timedelta(microseconds=1)).astimezone(EASTERN)
    return f"{last:%A, %B} {last.day}"
