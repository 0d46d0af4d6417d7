"""The state of each provision in the matrix."""

from hypothesis import given
from hypothesis import strategies as st

from commenttrack.positions.coverage import Coverage, Held, coverage, summary
from commenttrack.positions.stances import Stance

held_values = st.lists(
    st.builds(Held, st.sampled_from("abcx"), st.sampled_from(list(Stance)), st.sampled_from(["", "Org"]))
)


def test_a_provision_nobody_looked_at_is_unassigned():
    assert coverage(["a"], []) == {"a": Coverage.UNASSIGNED}


def test_a_provision_reviewed_without_comment_says_so():
    assert coverage(["a"], [], reviewed=["a"]) == {"a": Coverage.REVIEWED}


def test_a_stance_of_the_letter_outweighs_an_earlier_review_without_comment():
    assert coverage(["a"], [Held("a", Stance.CLARIFY)], reviewed=["a"]) == {"a": Coverage.ADDRESSED}


def test_a_members_stance_alone_addresses_nothing():
    assert coverage(["a"], [Held("a", Stance.OPPOSE, "Org")]) == {"a": Coverage.UNASSIGNED}


def test_a_member_against_the_draft_is_a_conflict():
    held = [Held("a", Stance.SUPPORT), Held("a", Stance.OPPOSE, "Org")]
    assert coverage(["a"], held) == {"a": Coverage.CONFLICT}


@given(held_values, st.sets(st.sampled_from("abc")))
def test_every_provision_has_one_state_and_the_summary_counts_each_once(held, reviewed):
    states = coverage("abc", held, reviewed=reviewed)
    assert list(states) == ["a", "b", "c"]
    assert set(summary(states)) == set(Coverage)
    assert sum(summary(states).values()) == 3


@given(held_values)
def test_the_order_of_the_stances_does_not_matter(held):
    assert coverage("abc", held) == coverage("abc", held[::-1])
