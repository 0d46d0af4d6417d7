"""Properties of coverage and staleness over random letters and edits."""

from hypothesis import given
from hypothesis import strategies as st

from commenttrack.signoffs.lifecycle import (
    JOINING,
    Comparison,
    Decision,
    PartState,
    Standing,
    compare,
    covered_parts,
    part_state,
    standing,
)
from commenttrack.wording import wording_digest

KEYS = st.sampled_from([f"p{i}" for i in range(12)])
TEXTS = st.text(alphabet="ab \n", max_size=6)
LETTERS = st.dictionaries(KEYS, TEXTS, min_size=1)


def digests(letter):
    return {key: wording_digest("", text) for key, text in letter.items()}


@given(shown=LETTERS, today=LETTERS, excepted=st.frozensets(KEYS))
def test_a_decision_is_stale_exactly_when_a_covered_part_has_other_words_or_is_gone(shown, today, excepted):
    covered = covered_parts(digests(shown), excepted)
    comparison = compare(covered, frozenset(shown), digests(today))
    moved = {
        key
        for key in shown
        if key not in excepted and " ".join(shown[key].split()) != " ".join(today.get(key, "?").split())
    }
    assert set(comparison.changed) | set(comparison.removed) == moved
    assert comparison.stale == bool(moved)
    assert set(comparison.added) == today.keys() - shown.keys()


@given(shown=LETTERS, data=st.data())
def test_rewording_one_part_makes_exactly_the_decisions_that_cover_it_stale(shown, data):
    reworded = data.draw(st.sampled_from(sorted(shown)))
    exceptions = data.draw(st.lists(st.frozensets(st.sampled_from(sorted(shown))), min_size=1, max_size=6))
    today = digests({**shown, reworded: shown[reworded] + " new"})
    for excepted in exceptions:
        comparison = compare(covered_parts(digests(shown), excepted), frozenset(shown), today)
        assert comparison.stale == (reworded not in excepted)
        assert comparison.changed == (() if reworded in excepted else (reworded,))


@given(letter=LETTERS, spaces=st.sampled_from([" ", "  ", "\n", "\u00a0", "\u2009", "\t"]))
def test_white_space_never_makes_a_decision_stale(letter, spaces):
    respaced = {key: spaces + text.replace(" ", spaces) + spaces for key, text in letter.items()}
    assert compare(digests(letter), frozenset(letter), digests(respaced)) == Comparison((), (), ())


@given(decision=st.sampled_from(Decision), changed=st.booleans(), opened=st.booleans())
def test_only_a_name_under_the_letter_can_be_stale(decision, changed, opened):
    comparison = Comparison(("a",) if changed else (), (), ())
    expected = Standing.STALE if changed and decision in JOINING else Standing(decision.value)
    assert standing(decision, comparison, opened=opened) is expected


def test_an_undecided_organization_is_asked_until_its_link_is_opened():
    assert standing(None, None, opened=False) is Standing.ASKED
    assert standing(None, None, opened=True) is Standing.OPENED


@given(shown=LETTERS, today=LETTERS, excepted=st.frozensets(KEYS), decision=st.sampled_from(sorted(JOINING)))
def test_every_part_of_today_has_the_one_state_that_follows_from_what_was_shown(shown, today, excepted, decision):
    covered = covered_parts(digests(shown), excepted)
    comparison = compare(covered, frozenset(shown), digests(today))
    for key in today:
        state = part_state(key, decision, covered, frozenset(shown), comparison)
        if key not in shown:
            assert state is PartState.NOT_COVERED
        elif key in excepted:
            assert state is PartState.EXCEPTED
        else:
            same = digests(today)[key] == digests(shown)[key]
            assert state is (PartState.COVERED if same else PartState.CHANGED)


def test_who_did_not_join_covers_no_part():
    comparison = Comparison((), (), ())
    assert part_state("a", Decision.DECLINED, {"a"}, {"a"}, comparison) is PartState.NOT_JOINED
    assert part_state("a", None, set(), set(), None) is PartState.UNDECIDED
