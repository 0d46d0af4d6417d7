"""Which requests a letter can keep and who can then sign it: exact, and the same for the same question every time.

A member joins when the letter keeps nothing the member cannot accept and everything the member insists on. A request
that nobody refuses is always kept: taking it out wins nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from commenttrack.errors import Refused

MOST_STATES = 100_000
"""How many partial choices the search holds at once before it gives up the proof. About a minute of work."""
MOST_AT_ONCE = 63
"""Contested requests, and members with different answers: both are bits of one 64-bit number."""
_BEAM = 100
"""Partial choices per number of kept requests in the quick first pass, which finds good trade-offs to measure with."""
_SLICE = 20_000
"""Partial choices whose bounds are computed at once; bounds the memory."""
# Prices of a kept request in signatures, as fractions, for the bound by duality; any prices are right, these are tight.
_PRICES = ((1, 4), (1, 3), (1, 2), (2, 3), (1, 1), (3, 2), (2, 1), (3, 1), (4, 1))

_Ints = npt.NDArray[np.int64]
_Masks = npt.NDArray[np.uint64]


class TooManyAnswers(Refused):
    """More contested requests or different answers than the search can hold."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member's conditions: requests it cannot sign, requests it insists on, and how much its name counts."""

    name: str
    refuses: frozenset[str] = frozenset()
    insists: frozenset[str] = frozenset()
    weight: int = 1

    def joins(self, kept: Collection[str]) -> bool:
        """Whether it signs a letter that keeps exactly these requests."""
        return self.refuses.isdisjoint(kept) and self.insists.issubset(kept)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one request does to a letter: names of members, in their order."""

    request: str
    lost_if_kept: tuple[str, ...]
    """Who cannot sign a letter that keeps it."""
    gained_if_dropped: tuple[str, ...]
    """Who joins when it alone is taken out, and does not while it stays."""
    lost_if_dropped: tuple[str, ...]
    """Who joins while it stays, and not when it is taken out."""


@dataclass(frozen=True, slots=True)
class TradeOff:
    """One best choice: no other keeps as many requests and wins more, or wins as many and keeps more."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    joiners: tuple[str, ...]
    lost: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Front:
    """The best trade-offs, most joiners first; ``proven`` says whether the search went through to its end."""

    trade_offs: tuple[TradeOff, ...]
    proven: bool


def joiners(members: Iterable[Member], kept: Collection[str]) -> tuple[str, ...]:
    """Who signs a letter that keeps exactly these requests, in the members' order."""
    kept = frozenset(kept)
    return tuple(member.name for member in members if member.joins(kept))


def effects(members: Sequence[Member], requests: Sequence[str], kept: Collection[str]) -> tuple[Effect, ...]:
    """What each request does to a letter that keeps ``kept``, in the requests' order."""
    found = []
    for request in requests:
        with_it, without = frozenset(kept) | {request}, frozenset(kept) - {request}
        found.append(
            Effect(
                request,
                tuple(member.name for member in members if request in member.refuses),
                tuple(m.name for m in members if m.joins(without) and not m.joins(with_it)),
                tuple(m.name for m in members if m.joins(with_it) and not m.joins(without)),
            )
        )
    return tuple(found)


def front(members: Sequence[Member], requests: Sequence[str], *, most_states: int = MOST_STATES) -> Front:
    """The best trade-offs between weight that joins and number of requests kept.

    Exact when ``proven``; otherwise more than ``most_states`` partial choices could not be told apart, and the
    trade-offs are the best that were found. Ties go to the choice that the search, which depends on nothing but names
    and answers, meets first. Raises :class:`TooManyAnswers` beyond :data:`MOST_AT_ONCE`.
    """
    known = frozenset(requests)
    able = [member for member in members if not member.refuses & member.insists and member.insists <= known]
    contested = sorted(known & frozenset(request for member in able for request in member.refuses))
    search = _Search(able, contested)
    proven = search.run(_BEAM, exact=False) or search.run(most_states, exact=True)
    found: list[TradeOff] = []
    for dropped in search.best_choices(contested):
        kept = tuple(request for request in requests if request not in dropped)
        joining = frozenset(joiners(members, kept))
        found.append(
            TradeOff(
                kept=kept,
                dropped=tuple(request for request in requests if request in dropped),
                joiners=tuple(member.name for member in members if member.name in joining),
                lost=tuple(member.name for member in members if member.name not in joining),
                weight=sum(member.weight for member in members if member.name in joining),
            )
        )
    best = [
        one
        for one in found
        if not any(
            other.weight >= one.weight
            and len(other.kept) >= len(one.kept)
            and (other.weight, len(other.kept)) != (one.weight, len(one.kept))
            for other in found
        )
    ]
    return Front(tuple(sorted(best, key=lambda one: -one.weight)), proven)


# ----------------------------------------------------------------------------------------------------------- the search


@dataclass(frozen=True, slots=True)
class _States:
    """Partial choices: one row each for who is left undecided (bits), what was dropped (bits), kept, joined weight."""

    left: _Masks
    dropped: _Masks
    kept: _Ints
    joined: _Ints

    def __len__(self) -> int:
        return len(self.left)

    def only(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> _States:
        return _States(self.left[rows], self.dropped[rows], self.kept[rows], self.joined[rows])


class _Search:
    """Decides request after request for all partial choices at once.

    Partial choices that leave the same members undecided are one, the better one. One that cannot lead to more than is
    known already is dropped; the bounds are those of linear programming duality (prices for requests, see
    :func:`_flow`) and of counting (keeping m more requests loses at least whom the m-th cheapest loses).
    """

    def __init__(self, members: Sequence[Member], contested: Sequence[str]) -> None:
        counted = frozenset(contested)
        weights: defaultdict[tuple[tuple[str, ...], tuple[str, ...]], int] = defaultdict(int)
        for member in members:
            weights[tuple(sorted(member.refuses & counted)), tuple(sorted(member.insists & counted))] += member.weight
        self.free = weights.pop(((), ()), 0)
        self.groups = sorted(weights)
        self.weights = np.array([weights[group] for group in self.groups], dtype=np.int64)
        if max(len(self.groups), len(contested)) > MOST_AT_ONCE:
            raise TooManyAnswers(
                f"{len(contested)} contested requests and {len(self.groups)} different answers are more than can be "
                f"searched; {MOST_AT_ONCE} of each can. Look at the requests of one section at a time."
            )
        self.order = _order(self.groups, contested)
        self.contested = contested
        at = {request: step for step, request in enumerate(self.order)}
        steps, size = len(self.order), len(self.groups)
        self.refusing = np.zeros((size, steps), dtype=np.int64)
        self.insisting = np.zeros((size, steps), dtype=np.int64)
        for row, (refused, insisted) in enumerate(self.groups):
            self.refusing[row, [at[request] for request in refused]] = 1
            self.insisting[row, [at[request] for request in insisted]] = 1
        speaks = self.refusing + self.insisting
        self.last = np.array([int(np.flatnonzero(row)[-1]) for row in speaks], dtype=np.int64)
        self.best: list[tuple[int, int]] = [(-1, 0)] * (steps + 1)
        """By number of kept contested requests: the largest weight found that keeps at least so many, and its drops."""

    def best_choices(self, contested: Sequence[str]) -> Iterator[frozenset[str]]:
        """The requests dropped by each best choice found."""
        for dropped in dict.fromkeys(drops for weight, drops in self.best if weight >= 0):
            yield frozenset(self.order[step] for step in range(len(contested)) if dropped >> step & 1)

    def run(self, width: int, *, exact: bool) -> bool:
        """One pass; whether nothing was left out. An exact pass stops where it would have to leave something out."""
        complete = True
        everybody = (1 << len(self.groups)) - 1
        states = _States(
            np.array([everybody], dtype=np.uint64),
            np.zeros(1, dtype=np.uint64),
            np.zeros(1, dtype=np.int64),
            np.full(1, self.free, dtype=np.int64),
        )
        for step in range(len(self.order)):
            if not len(states):
                break
            states = self._settled(self._decided(states, step), step)
            self._offer_completions(states, step + 1)
            states, promise = self._promising(states, step + 1)
            if exact and len(states) > width:
                return False
            if not exact and len(states) > width:
                narrowed = states.only(_foremost(states, promise, width))
                complete = complete and len(narrowed) == len(states)
                states = narrowed
        self._offer(states.kept, states.joined, states.dropped)
        return complete

    def _decided(self, states: _States, step: int) -> _States:
        """Each choice with the request kept, and with it dropped where somebody undecided refuses it."""
        refusing, insisting = _bits(self.refusing[:, step]), _bits(self.insisting[:, step])
        drop = states.only((states.left & refusing) != 0)
        return _States(
            np.concatenate([states.left & ~refusing, drop.left & ~insisting]),
            np.concatenate([states.dropped, drop.dropped | np.uint64(1 << step)]),
            np.concatenate([states.kept + 1, drop.kept]),
            np.concatenate([states.joined, drop.joined]),
        )

    def _settled(self, states: _States, step: int) -> _States:
        """Members whose last request this was have joined; of equal choices the best ones stay."""
        done = self.last == step
        settled = _bits(done.astype(np.int64))
        left = states.left & ~settled
        joined = states.joined + self._weight(states.left & settled)
        order = np.lexsort((states.dropped, -joined, -states.kept, left))
        ordered = _States(left, states.dropped, states.kept, joined).only(order)
        better = np.ones(len(ordered), dtype=bool)
        better[1:] = (ordered.left[1:] != ordered.left[:-1]) | (ordered.joined[1:] > ordered.joined[:-1])
        return ordered.only(better)

    def _offer_completions(self, states: _States, step: int) -> None:
        """Every choice can be completed by keeping all that follows, or by dropping it."""
        refusing = _bits(self.refusing[:, step:].any(axis=1).astype(np.int64))
        insisting = _bits(self.insisting[:, step:].any(axis=1).astype(np.int64))
        rest = len(self.order) - step
        following = np.uint64(((1 << rest) - 1) << step)
        self._offer(states.kept + rest, states.joined + self._weight(states.left & ~refusing), states.dropped)
        self._offer(states.kept, states.joined + self._weight(states.left & ~insisting), states.dropped | following)

    def _offer(self, kept: _Ints, joined: _Ints, dropped: _Masks) -> None:
        order = np.lexsort((dropped, -joined, kept))
        _, first = np.unique(kept[order], return_index=True)
        for row in order[first]:
            weight, drops = int(joined[row]), int(dropped[row])
            for count in range(int(kept[row]), -1, -1):
                if self.best[count][0] >= weight:
                    break
                self.best[count] = (weight, drops)

    def _promising(self, states: _States, step: int) -> tuple[_States, _Ints]:
        """The choices that may still lead to more than is known, with a measure of how good they look."""
        known = np.array([weight for weight, _ in self.best], dtype=np.int64)
        rows, promises = [], []
        for start in range(0, len(states), _SLICE):
            part = states.only(np.arange(start, min(start + _SLICE, len(states))))
            present = _unpacked(part.left, len(self.groups))
            rest = len(self.order) - step
            goal = known[part.kept[:, None] + np.arange(rest + 1)[None, :]] - part.joined[:, None]
            possible, promise = self._by_prices(present, step)
            hopeful = (possible > goal).any(axis=1)
            if rest:
                counted = self._by_counting(present[hopeful], step)
                hopeful[hopeful] = (np.minimum(counted, possible[hopeful]) > goal[hopeful]).any(axis=1)
            rows.append(hopeful)
            promises.append((part.joined + part.kept + promise)[hopeful])
        return states.only(np.concatenate(rows)), np.concatenate(promises)

    def _by_prices(self, present: _Ints, step: int) -> tuple[_Ints, _Ints]:
        """At most how much weight joins of those present, by number of requests kept from here on."""
        rest = len(self.order) - step
        kept = np.arange(rest + 1)
        bound = np.repeat((present @ self.weights)[:, None], rest + 1, axis=1)
        promise = bound[:, 0]
        for (price, per), surplus in zip(_PRICES, self._surpluses[step], strict=True):
            beyond = present @ surplus
            bound = np.minimum(bound, (price * (rest - kept)[None, :] + beyond[:, None]) // per)
            if price == per:
                promise = beyond
        return bound, promise

    @cached_property
    def _surpluses(self) -> list[list[_Ints]]:
        """By step and price: what each group's weight is above the share of prices that its refused requests carry."""
        return [
            [
                np.maximum(self.weights * per - _flow(self.refusing[:, step:], self.weights * per, price), 0)
                for price, per in _PRICES
            ]
            for step in range(len(self.order) + 1)
        ]

    def _by_counting(self, present: _Ints, step: int) -> _Ints:
        """The same, by counting whom the cheapest requests would lose."""
        refusing = self.refusing[:, step:]
        weighted = refusing * self.weights[:, None]
        losses = np.sort((present.astype(np.float64) @ weighted).astype(np.int64), axis=1)
        total = (present @ self.weights)[:, None]
        # Keeping the m cheapest needs losses enough to account for all refusals among them; whoever refuses most
        # accounts for most.
        degree = refusing.sum(axis=1)
        by_degree = np.argsort(-degree, kind="stable")
        weight = (present * self.weights)[:, by_degree]
        accounted, lost = np.cumsum(weight * degree[by_degree], axis=1), np.cumsum(weight, axis=1)
        needed = np.cumsum(losses, axis=1)
        least = np.zeros_like(needed)
        for column in range(weight.shape[1]):
            least = np.where(accounted[:, column, None] < needed, lost[:, column, None], least)
        least = np.where(needed > 0, least + 1, 0)
        return np.concatenate([total, total - np.maximum(losses, least)], axis=1)

    def _weight(self, masks: _Masks) -> _Ints:
        return _unpacked(masks, len(self.groups)) @ self.weights


def _order(groups: Sequence[tuple[tuple[str, ...], tuple[str, ...]]], contested: Sequence[str]) -> tuple[str, ...]:
    """Requests that have to do with each other together, and of those the most refused first."""
    together: list[set[str]] = []
    for refused, insisted in groups:
        merged = {*refused, *insisted}
        apart = []
        for each in together:
            if each & merged:
                merged |= each
            else:
                apart.append(each)
        together = [*apart, merged]
    refusals = {request: sum(request in refused for refused, _ in groups) for request in contested}
    return tuple(
        request
        for each in sorted(together, key=min)
        for request in sorted(each & set(contested), key=lambda request: (-refusals[request], request))
    )


def _flow(refusing: _Ints, supply: _Ints, price: int) -> _Ints:
    """How much of each member's supply a largest flow brings to the requests it refuses, each of which takes ``price``.

    The flow is the dual of choosing members and requests without a refusal between them, so it bounds that choice for
    any part of the members, too. Augmenting paths from the members with supply left, shortest first.
    """
    size, requests = refusing.shape
    refused = [np.flatnonzero(row).tolist() for row in refusing]
    spare, room = supply.tolist(), [price] * requests
    carried: list[dict[int, int]] = [{} for _ in range(requests)]
    while True:
        through: dict[int, int] = {}
        reached: dict[int, int] = dict.fromkeys((row for row in range(size) if spare[row] and refused[row]), -1)
        queue = list(reached)
        end = -1
        for row in queue:
            for request in refused[row]:
                if request in through:
                    continue
                through[request] = row
                if room[request]:
                    end = request
                    break
                for other, amount in carried[request].items():
                    if amount and other not in reached:
                        reached[other] = request
                        queue.append(other)
            if end >= 0:
                break
        if end < 0:
            return supply - np.array(spare, dtype=np.int64)
        path = [(end, through[end])]
        while reached[path[-1][1]] >= 0:
            request = reached[path[-1][1]]
            path.append((request, through[request]))
        start = path[-1][1]
        amount = min(spare[start], room[end], *(carried[reached[row]][row] for _, row in path[:-1]))
        spare[start] -= amount
        room[end] -= amount
        for request, row in path:
            carried[request][row] = carried[request].get(row, 0) + amount
            if reached[row] >= 0:
                carried[reached[row]][row] -= amount


def _foremost(states: _States, promise: _Ints, width: int) -> npt.NDArray[np.intp]:
    """Rows of the best-looking choices for each number of kept requests."""
    rows = np.lexsort((states.dropped, -promise, states.kept))
    kept = states.kept[rows]
    rank = np.arange(len(rows)) - np.searchsorted(kept, kept)
    return rows[rank < width]


def _bits(flags: npt.ArrayLike) -> np.uint64:
    """A column of flags as one number."""
    return np.uint64(sum(1 << int(place) for place in np.flatnonzero(flags)))


def _unpacked(masks: _Masks, size: int) -> _Ints:
    """Numbers as rows of flags."""
    return ((masks[:, None] >> np.arange(size, dtype=np.uint64)) & np.uint64(1)).astype(np.int64)
