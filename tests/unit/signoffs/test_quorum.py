"""Who must stand under a letter before it goes out."""

import pytest

from commenttrack.signoffs.quorum import Quorum


@pytest.mark.parametrize(
    ("quorum", "standing", "expected"),
    [
        (Quorum("Lead"), set(), ()),
        (Quorum("Lead", lead_must_join=True), {"A"}, ("Lead leads this letter and must join it.",)),
        (Quorum("Lead", lead_must_join=True), {"Lead"}, ()),
        (
            Quorum("Lead", at_least=3),
            {"A", "B"},
            ("At least 3 organizations must join, and 2 stand under it.",),
        ),
        (Quorum("Lead", at_least=2), {"A", "B"}, ()),
        (Quorum("Lead", must_join=("A", "B")), {"B"}, ("These must join and have not: A.",)),
        (Quorum("Lead", must_join=("Lead",)), {"B"}, ("These must join and have not: Lead.",)),
        (Quorum("Lead", must_join=("A, Inc.",)), {"B"}, ("These must join and have not: A, Inc.",)),
        (
            Quorum("Lead", lead_must_join=True, must_join=("Lead",)),
            set(),
            ("Lead leads this letter and must join it.",),
        ),
    ],
)
def test_each_condition_that_is_not_met_is_said_once(quorum, standing, expected):
    assert quorum.shortfalls(standing) == expected


@pytest.mark.parametrize(
    ("quorum", "words"),
    [
        (Quorum("Lead"), ""),
        (Quorum("Lead", at_least=10), "at least 10 organizations"),
        (Quorum("Lead", at_least=1), "at least 1 organization"),
        (Quorum("Lead", lead_must_join=True), "Lead"),
        (
            Quorum("Lead", lead_must_join=True, at_least=2, must_join=("A", "B")),
            "at least 2 organizations, with Lead, A and B",
        ),
    ],
)
def test_the_conditions_read_as_words(quorum, words):
    assert quorum.in_words() == words
