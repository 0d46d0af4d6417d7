import pytest

from commenttrack.rulemaking.preamble_outline import Heading, bare, depths, split_number


def outline(*lines):
    headings = []
    for line in lines:
        rank, text = line.split(" ", 1)
        headings.append(Heading(int(rank), *split_number(text)))
    return list(depths(headings))


@pytest.mark.parametrize(
    ("heading", "number", "rest"),
    [
        ("IV. Discussion", "IV.", "Discussion"),
        ("(1) Wages", "(1)", "Wages"),
        ("a) Scope", "a)", "Scope"),
        ("U.S. Policy", "", "U.S. Policy"),
        ("Alternatives. None", "", "Alternatives. None"),
        ("II.B.1. Costs", "II.B.1.", "Costs"),
        ("2024 Rates", "", "2024 Rates"),
    ],
)
def test_an_enumerator_is_told_from_the_words(heading, number, rest):
    assert split_number(heading) == (number, rest)


def test_ranks_beyond_the_third_come_from_the_enumerators():
    assert outline(
        "1 IV. Rule", "2 A. Terms", "3 i. Entity", "3 ii. Incident", "3 1. Kind", "3 2. Size", "3 a. Least", "3 i. One",
        "3 ii. Two", "3 b. Guide", "3 iii. Reports", "3 1. One", "2 B. Scope",
    ) == [1, 2, 3, 3, 4, 4, 5, 6, 6, 5, 3, 4, 2]  # fmt: skip


def test_an_i_between_h_and_j_is_a_letter():
    assert outline("1 I. X", "2 A. Y", "3 1. Z", "3 a. A", "3 h. H", "3 i. I", "3 j. J")[-3:] == [4, 4, 4]


def test_agencies_may_order_the_styles_as_they_like():
    assert outline("1 V. X", "2 A. Y", "3 1. One", "3 a. A", "3 (1) B", "3 (2) C", "3 b. D", "3 2. Two") == [
        1,
        2,
        3,
        4,
        5,
        5,
        4,
        3,
    ]


def test_a_repeated_number_stays_beside_its_double():
    assert outline("1 II. X", "2 B. Y", "3 2. A", "3 3. B", "3 3. C", "3 4. D")[2:] == [3, 3, 3, 3]


def test_headings_without_numbers_stand_under_the_last_numbered_one():
    assert outline("1 I. X", "2 A. Y", "3 e. A", "3 Likely", "3 Unlikely", "3 f. B")[2:] == [3, 4, 4, 3]


def test_the_punctuation_is_not_part_of_the_label():
    assert [bare(number) for number in ("IV.", "(1)", "a)")] == ["IV", "1", "a"]
