"""A level that somebody settled holds, and the section is solved around it."""

import pytest

from commenttrack.rulemaking import federal_register, provisions
from commenttrack.rulemaking.paragraph_levels import Marker, solve
from tests.factories.ambiguous_rule import ambiguous_rule, much_ambiguous_rule

NINTH, FIRST = "4 CFR 21.1(i)", "4 CFR 21.1(h)(1)(i)"


def labels(rule):
    return [p.label for p in rule.provisions if p.label.startswith("4 CFR 21.1(")]


def settled(reading, of=None):
    [ambiguity] = federal_register.parse(of or ambiguous_rule()).ambiguities
    return {ambiguity.passage: ambiguity.paths[ambiguity.readings.index(reading)]}


@pytest.mark.parametrize("reading", [NINTH, FIRST])
def test_a_settled_reading_holds_and_is_no_longer_in_question(reading):
    rule = federal_register.parse(ambiguous_rule(), settled=settled(reading))
    assert labels(rule)[-1] == reading
    assert rule.ambiguities == ()
    assert [held.provision for held in rule.settled] == [rule.provisions[-1].id]


FOUR = ["4 CFR 21.1(2)", "4 CFR 21.1(c)(B)(2)", "4 CFR 21.1(ii)(2)", "4 CFR 21.1(ii)(c)(B)(2)"]


def test_every_reading_that_remains_is_listed():
    ambiguity = federal_register.parse(much_ambiguous_rule()).ambiguities[-1]
    assert ambiguity.readings[0] == ambiguity.chosen == FOUR[0]
    assert sorted(ambiguity.readings) == FOUR
    assert len(ambiguity.paths) == len(FOUR)


@pytest.mark.parametrize("reading", FOUR)
def test_each_of_several_readings_can_be_settled(reading):
    ambiguity = federal_register.parse(much_ambiguous_rule()).ambiguities[-1]
    known = {ambiguity.passage: ambiguity.paths[ambiguity.readings.index(reading)]}
    rule = federal_register.parse(much_ambiguous_rule(), settled=known)
    assert labels(rule)[-1] == reading
    assert rule.ambiguities == ()


def test_what_follows_a_settled_paragraph_is_solved_around_it():
    more = ambiguous_rule(last="Who keeps it says where.</P><P>(j) Anything else.")
    rule = federal_register.parse(more, settled=settled(FIRST))
    assert labels(rule)[-2:] == [FIRST, "4 CFR 21.1(j)"]


@pytest.mark.parametrize(
    "corrected",
    [
        ambiguous_rule("<P>(g) Something new before it.</P>"),
        ambiguous_rule(heading="Records of every protest."),
        ambiguous_rule(last="Who  keeps it says\u00a0where."),
    ],
    ids=["another paragraph before", "other words around", "other spaces"],
)
def test_a_corrected_file_is_read_as_settled_where_the_words_are_the_same(corrected):
    assert labels(federal_register.parse(corrected, settled=settled(FIRST)))[-1] == FIRST


@pytest.mark.parametrize(
    "other",
    [
        ambiguous_rule(last="Who keeps it tells nobody."),
        ambiguous_rule().replace(b"21.1", b"21.2"),
        ambiguous_rule().replace(b"(i) Who", b"(j) Who"),
    ],
    ids=["other words", "another section", "another marker"],
)
def test_a_settlement_never_moves_to_another_paragraph(other):
    rule = federal_register.parse(other, settled=settled(FIRST))
    assert rule.settled == ()
    assert rule == federal_register.parse(other)


def test_words_that_stand_twice_are_told_apart_by_what_stands_before_them():
    twice = ambiguous_rule(
        last="[Reserved]</P><P>(ii) A second one.</P><P>(2) Another file.</P><P>(i) [Reserved]</P><P>(ii) Last."
    )
    one = federal_register.parse(ambiguous_rule(last="[Reserved]")).ambiguities[0]
    rule = federal_register.parse(twice, settled={one.passage: ((1, 8), (2, 1), (3, 1))})
    assert [held.provision for held in rule.settled] == ["s21.1-h-1-i"]


def test_a_place_that_cannot_be_had_is_left_out():
    solved = solve([Marker("a"), Marker("1"), Marker("b")], settled={2: ((1, 7),)})
    assert solved.settled == ()
    assert solved.chains == solve([Marker("a"), Marker("1"), Marker("b")]).chains


def test_settlements_survive_the_json_of_a_rule():
    rule = federal_register.parse(ambiguous_rule(), settled=settled(FIRST))
    assert provisions.from_json(provisions.to_json(rule)) == rule
    unsettled = federal_register.parse(ambiguous_rule())
    assert provisions.from_json(provisions.to_json(unsettled)) == unsettled
