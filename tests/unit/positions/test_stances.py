"""What a stance needs and which stances contradict each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.positions.stances import (
    Condition,
    IncompleteStance,
    MemberView,
    Stance,
    contradict,
    contradicts_draft,
    refused_links,
    require_complete,
    shortcomings,
)

any_stance = st.sampled_from(list(Stance))


def test_support_with_change_needs_both_a_request_and_a_reason():
    found = shortcomings(Stance.SUPPORT_WITH_CHANGE)
    assert len(found) == 2
    assert "request" in found[0]
    assert "reason" in found[1]


def test_a_blank_reason_is_no_reason():
    with pytest.raises(IncompleteStance, match="needs a reason"):
        require_complete(Stance.OPPOSE, reason=" \n ")


def test_support_cannot_ask_for_other_words():
    with pytest.raises(IncompleteStance, match="cannot carry requested text"):
        require_complete(Stance.SUPPORT, request="Change it", requested_text="{++30++} days")


def test_requested_text_without_a_request_is_refused():
    assert any("needs a request" in line for line in shortcomings(Stance.OPPOSE, reason="r", requested_text="x"))


@given(any_stance)
def test_every_stance_can_be_kept_with_a_reason_and_a_request(stance):
    require_complete(stance, reason="because", request="do this")


@given(any_stance, any_stance)
def test_contradiction_is_symmetric_and_never_with_itself(one, other):
    assert contradict(one, other) == contradict(other, one)
    assert not contradict(one, one)


def test_opposition_contradicts_both_kinds_of_support_and_nothing_else():
    assert {s for s in Stance if contradict(Stance.OPPOSE, s)} == {Stance.SUPPORT, Stance.SUPPORT_WITH_CHANGE}


@pytest.mark.parametrize(
    ("view", "drafted", "of_position", "contradicts"),
    [
        (MemberView.SUPPORT, Stance.OPPOSE, False, True),
        (MemberView.SUPPORT_WITH_CHANGE, Stance.OPPOSE, False, True),
        (MemberView.OPPOSE, Stance.SUPPORT, False, True),
        (MemberView.OPPOSE, Stance.OPPOSE, False, False),
        (MemberView.SUPPORT, Stance.SUPPORT_WITH_CHANGE, False, False),
        (MemberView.CLARIFY, Stance.OPPOSE, False, False),
        (MemberView.NO_VIEW, Stance.OPPOSE, False, False),
        (MemberView.CANNOT_COMMENT, Stance.SUPPORT, False, False),
        (MemberView.OPPOSE, Stance.OPPOSE, True, True),
        (MemberView.OPPOSE, Stance.NEUTRAL, True, False),
        (MemberView.SUPPORT, Stance.OPPOSE, True, False),
    ],
)
def test_a_draft_contradicts_a_member_on_the_provision_or_by_the_position_it_carries(
    view, drafted, of_position, contradicts
):
    assert contradicts_draft(view, drafted, of_position=of_position) is contradicts


def test_who_cannot_sign_what_is_asked_means_what_contradicts_the_view():
    drafted = [Stance.OPPOSE, Stance.SUPPORT_WITH_CHANGE]
    refused = refused_links(MemberView.OPPOSE, Condition.NOT_IF_ASKED, drafted, of_position=False)
    assert refused == (False, True)


def test_who_cannot_sign_what_is_asked_and_contradicts_none_of_it_refuses_all():
    drafted = [Stance.OPPOSE, Stance.SUPPORT_WITH_CHANGE]
    assert refused_links(MemberView.CLARIFY, Condition.NOT_IF_ASKED, drafted, of_position=False) == (True, True)
    assert refused_links(MemberView.CLARIFY, Condition.ONLY_IF_ASKED, drafted, of_position=False) == (False, False)
