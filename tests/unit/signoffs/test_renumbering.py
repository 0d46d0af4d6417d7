"""A reservation under a later version: computed words follow the parts, a signer's own words are left and told of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.signoffs.renumbering import printed_reservation
from commenttrack.signoffs.reservations import ShownPart, parts_named, settled_reservation

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


def parts(keys):
    return [ShownPart(key, number, f"Heading {key}", 1) for key, number in zip(keys, _ROMAN, strict=False)]


@pytest.mark.parametrize(
    ("given_words", "ticked", "today", "printed", "trouble"),
    [
        ("", "b", "abc", "except Part II", ""),
        ("", "b", "xabc", "except Part III", ""),
        ("", "bc", "cxb", "except Parts I and III", ""),
        ("", "bc", "ab", "except Part II", ""),
        ("we take no view", "b", "xabc", "except Part III: we take no view", ""),
        ("joins except for records", "b", "xabc", "joins except for records (Part III)", ""),
        ("not Part II, for now", "b", "abcx", "not Part II, for now", ""),
        ("not Part II, for now", "b", "xabc", "not Part II, for now", "what it calls Part II is Part III now"),
        ("not Part II, for now", "b", "ac", "not Part II, for now", "what it calls Part II is no longer in the letter"),
        ("only as to exports", "", "xabc", "only as to exports", ""),
        ("", "b", "ac", "except Part II", "none of the parts it excepts is in the letter any more"),
    ],
)
def test_a_reservation_prints_what_was_meant(given_words, ticked, today, printed, trouble):
    words, excepted = settled_reservation(parts("abc"), set(ticked), given_words)
    found = printed_reservation(words, excepted, parts("abc"), parts(today))
    assert (found.words, found.trouble) == (printed, trouble)


@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdef"), min_size=1, max_size=5), st.data())
def test_computed_words_always_name_exactly_the_excepted_parts_of_today(today, ticked, data):
    kept = today[: data.draw(st.integers(1, 6))]
    words, excepted = settled_reservation(parts("abcdef"), ticked, data.draw(st.sampled_from(["", "no view"])))
    found = printed_reservation(words, excepted, parts("abcdef"), parts(kept))
    now = {part.number: part.key for part in parts(kept)}
    if not found.trouble:
        assert {now[number] for number in parts_named(found.words)} == set(kept) & excepted
    else:
        assert not set(kept) & excepted or set(kept) <= excepted
