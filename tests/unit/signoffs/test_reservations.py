"""Reservations in ticks and in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.signoffs.reservations import (
    BadReservation,
    ShownPart,
    parts_named,
    settled_reservation,
    with_subparts,
)

PARTS = (
    ShownPart("intro", "", "", 1),
    ShownPart("general", "I", "General", 1),
    ShownPart("sections", "II", "Section by section", 1),
    ShownPart("scope", "II.A", "Scope", 2),
    ShownPart("records", "II.B", "Records", 2),
    ShownPart("logs", "II.B.1", "Logs", 3),
    ShownPart("answers", "III", "Answers", 1),
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("except Part III.B", ("III.B",)),
        ("Parts II, III.A.1, and IV", ("II", "III.A.1", "IV")),
        ("Parts I and II", ("I", "II")),
        ("Part III.B. We agree with the rest.", ("III.B",)),
        ("15 CFR part 7 and part 1790", ()),
        ("as a part in this matter; Part Iota", ()),
        ("EXCEPT PART II.B AND PART iii", ("II.B", "III")),
        ("except part II.B, i.e. logs; not part d of Medicare, nor a part civil in tone", ("II.B",)),
        ("", ()),
    ],
)
def test_the_numbers_of_the_letters_parts_are_read_from_a_text(text, numbers):
    assert parts_named(text, [part.number for part in PARTS]) == numbers


@pytest.mark.parametrize("words", ["except part ii.b", "EXCEPT PART II.B", "EXCEPT PART IV.C"])
def test_a_part_is_checked_however_its_number_is_written(words):
    with pytest.raises(BadReservation, match=r"names Part (II.B, which is not ticked|IV.C, and this letter has no)"):
        settled_reservation(PARTS, {"scope"}, words)


def test_who_excepts_a_part_excepts_what_stands_below_it():
    assert with_subparts(PARTS, {"sections"}) == {"sections", "scope", "records", "logs"}
    assert with_subparts(PARTS, {"records"}) == {"records", "logs"}
    assert with_subparts(PARTS, {"records", "answers"}) == {"records", "logs", "answers"}


@given(st.frozensets(st.sampled_from([part.key for part in PARTS])))
def test_excepting_is_closed_and_keeps_what_was_ticked(ticked):
    whole = with_subparts(PARTS, ticked)
    assert ticked <= whole
    assert with_subparts(PARTS, whole) == whole


def test_ticks_alone_print_as_the_topmost_parts():
    assert settled_reservation(PARTS, {"records"}, "") == ("except Part II.B", frozenset({"records", "logs"}))
    assert settled_reservation(PARTS, {"records", "logs", "answers"}, " ")[0] == "except Parts II.B and III"


def test_a_part_without_a_number_is_named_by_its_heading():
    parts = (ShownPart("a", "", "Costs", 1), ShownPart("b", "", "Scope", 1))
    assert settled_reservation(parts, {"a"}, "")[0] == "except “Costs”"


def test_words_that_name_no_part_are_preceded_by_the_ticked_ones():
    words, excepted = settled_reservation(PARTS, {"logs"}, "our members differ on  this.")
    assert words == "except Part II.B.1: our members differ on this."
    assert excepted == {"logs"}


def test_words_that_already_except_something_are_followed_by_the_parts_number():
    words, _ = settled_reservation(PARTS, {"records"}, "Joins except for the comment on records.")
    assert words == "Joins except for the comment on records (Part II.B)"


def test_words_that_name_the_ticked_parts_print_as_they_are():
    assert settled_reservation(PARTS, {"scope"}, "joins except Part II.A")[0] == "joins except Part II.A"


def test_a_reservation_in_words_alone_excepts_nothing():
    assert settled_reservation(PARTS, (), "without joining the data of Appendix 2") == (
        "without joining the data of Appendix 2",
        frozenset(),
    )


@pytest.mark.parametrize(
    ("ticked", "words", "complaint"),
    [
        ((), "", "tick the parts"),
        ((), "except Part IX", "no such part"),
        ((), "except Part II.A", "not ticked"),
        (("records",), "except Part II.A", "not ticked"),
        (("scope", "answers"), "except Part II.A", "Part III"),
        (("gone",), "", "not in this version"),
        (tuple(part.key for part in PARTS), "", "every part"),
    ],
)
def test_a_reservation_that_does_not_fit_the_parts_is_refused_in_words(ticked, words, complaint):
    with pytest.raises(BadReservation, match=complaint):
        settled_reservation(PARTS, ticked, words)
