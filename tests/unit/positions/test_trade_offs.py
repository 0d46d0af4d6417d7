"""Who can sign what, compared with trying every letter."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.positions.trade_offs import Member, TooManyAnswers, effects, front, joiners

REQUESTS = tuple(f"r{number}" for number in range(6))
some_requests = st.frozensets(st.sampled_from(REQUESTS), max_size=3)
some_members = st.lists(
    st.tuples(some_requests, st.frozensets(st.sampled_from(REQUESTS), max_size=1), st.integers(1, 4)), max_size=7
).map(lambda rows: [Member(f"m{place}", *row) for place, row in enumerate(rows)])


def every_letter(members, requests):
    """The best (weight, kept) pairs of all letters there can be."""
    most = {}
    for size in range(len(requests) + 1):
        for kept in itertools.combinations(requests, size):
            weight = sum(member.weight for member in members if member.joins(kept))
            most[size] = max(most.get(size, -1), weight)
    return sorted(
        (
            (weight, size)
            for size, weight in most.items()
            if not any(w >= weight and s >= size and (w, s) != (weight, size) for s, w in most.items())
        ),
        reverse=True,
    )


@given(some_members)
def test_the_front_is_that_of_trying_every_letter(members):
    found = front(members, REQUESTS)
    assert found.proven
    assert [(each.weight, len(each.kept)) for each in found.trade_offs] == every_letter(members, REQUESTS)


@given(some_members)
def test_each_trade_off_says_who_really_joins(members):
    for each in front(members, REQUESTS).trade_offs:
        assert each.joiners == joiners(members, each.kept)
        assert {*each.joiners, *each.lost} == {member.name for member in members}
        assert {*each.kept, *each.dropped} == set(REQUESTS)


@given(some_members, st.randoms())
def test_the_order_of_members_changes_nothing(members, chance):
    shuffled = list(members)
    chance.shuffle(shuffled)
    assert [each.kept for each in front(members, REQUESTS).trade_offs] == [
        each.kept for each in front(shuffled, REQUESTS).trade_offs
    ]


@given(some_members, st.frozensets(st.sampled_from(REQUESTS)))
def test_what_a_request_costs_and_wins_is_the_difference_of_two_letters(members, kept):
    for effect in effects(members, REQUESTS, kept):
        with_it, without = (
            set(joiners(members, kept | {effect.request})),
            set(joiners(members, kept - {effect.request})),
        )
        assert set(effect.gained_if_dropped) == without - with_it
        assert set(effect.lost_if_dropped) == with_it - without
        assert set(effect.lost_if_kept).isdisjoint(with_it)


def test_what_nobody_contests_is_always_kept():
    members = [Member("a", refuses=frozenset({"r1"}))]
    assert all("r0" in each.kept for each in front(members, REQUESTS).trade_offs)


def test_forty_members_and_sixty_contested_requests_are_searched_to_the_end():
    chance = random.Random(7)
    requests = [f"r{number:02}" for number in range(60)]
    members = [
        Member(f"m{number}", frozenset({requests[number], *chance.sample(requests, chance.randint(1, 4))}))
        for number in range(40)
    ]
    members += [Member(f"n{number}", frozenset({requests[number]})) for number in range(40, 60)]
    found = front(members[:40], requests)
    assert found.proven
    assert found.trade_offs[0].lost == ()
    assert len(found.trade_offs[-1].kept) == 60
    kept = [len(each.kept) for each in found.trade_offs]
    assert kept == sorted(kept)


def test_a_search_that_would_hold_too_much_says_that_nothing_is_proven():
    chance = random.Random(1)
    requests = [f"r{number:02}" for number in range(30)]
    members = [Member(f"m{number}", frozenset(chance.sample(requests, 8))) for number in range(30)]
    found = front(members, requests, most_states=50)
    assert not found.proven
    assert all(each.joiners == joiners(members, each.kept) for each in found.trade_offs)


def test_more_different_answers_than_fit_are_refused_with_what_to_do():
    requests = [f"r{number:03}" for number in range(70)]
    with pytest.raises(TooManyAnswers, match="section"):
        front([Member(request, frozenset({request})) for request in requests], requests)
