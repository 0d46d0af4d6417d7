import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.rulemaking.enumerators import letter_value, readings, roman, roman_value
from commenttrack.rulemaking.paragraph_levels import STYLES, Marker, solve


def levels(text, stars=(), lead_ins=(), expected=frozenset()):
    """Solve markers written as words; a star before a marker says that it is in italics."""
    markers = [
        Marker(word.strip("*"), word.startswith("*"), index in stars, index in lead_ins)
        for index, word in enumerate(text.split())
    ]
    solved = solve(markers, expected)
    return written(solved.chains), solved.ambiguous


def written(chains):
    return [".".join(str(value) for _, value, _ in chain) for chain in chains]


@pytest.mark.parametrize(
    ("markers", "paths"),
    [
        ("a b c", ["1", "2", "3"]),
        (
            "a 1 i A *1* *i* *ii* *2* B ii 2 b",
            [
                "1",
                "1.1",
                "1.1.1",
                "1.1.1.1",
                "1.1.1.1.1",
                "1.1.1.1.1.1",
                "1.1.1.1.1.2",
                "1.1.1.1.2",
                "1.1.1.2",
                "1.1.2",
                "1.2",
                "2",
            ],
        ),
        ("f g h i j", ["6", "7", "8", "9", "10"]),
        ("a 1 i ii iii iv v vi b", ["1", "1.1", "1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "2"]),
        ("h 1 i ii 2 i j", ["8", "8.1", "8.1.1", "8.1.2", "8.2", "9", "10"]),
        ("h i 1 2 j", ["8", "9", "9.1", "9.2", "10"]),
        ("b c 1 d", ["2", "3", "3.1", "4"]),
        ("k l m n", ["11", "12", "13", "14"]),
        ("t u v w x", ["20", "21", "22", "23", "24"]),
        ("y z aa bb 1 cc", ["25", "26", "27", "28", "28.1", "29"]),
        ("1 2 i ii 3", ["1", "2", "2.1", "2.2", "3"]),
    ],
)
def test_levels_are_solved_over_the_whole_section(markers, paths):
    found, _ = levels(markers, stars=(0,))
    assert found == paths


def test_a_later_paragraph_settles_an_earlier_reading():
    assert levels("h 1 i ii")[0][2:] == ["8.1.1", "8.1.2"]
    assert levels("h 1 i j")[0][2:] == ["9", "10"]


def test_what_stays_ambiguous_is_reported():
    found, ambiguous = levels("h 1 i", stars=(0,))
    assert [index for index, _ in ambiguous] == [2]
    assert [found[2], *written(ambiguous[0][1])] == ["9", "8.1.1"]


def test_every_reading_that_is_as_good_is_reported():
    found, ambiguous = levels("ii c B 2", stars=(0, 1), lead_ins=(1, 3))
    assert [index for index, _ in ambiguous] == [0, 1, 2, 3]
    assert found[3] == "2"
    assert sorted(written(ambiguous[3][1])) == ["100.2.2", "35.100.2.2", "35.2"]


def test_an_instruction_that_names_the_paragraph_settles_it():
    found, ambiguous = levels("h 1 i", stars=(0,), expected=frozenset({(8,), (8, 1), (8, 1, 1)}))
    assert found[2] == "8.1.1"
    assert ambiguous == ()


def test_stars_explain_a_gap():
    assert levels("a c", stars=(1,))[0] == ["1", "3"]
    assert levels("a 2 iii", stars=(1, 2))[0] == ["1", "1.2", "1.2.3"]


def test_definitions_open_lists_of_their_own():
    solved = solve([Marker(""), Marker("1"), Marker("i"), Marker("2"), Marker(""), Marker("1")])
    assert [[level for level, _, _ in chain] for chain in solved.chains] == [
        [0],
        [0, 2],
        [0, 2, 3],
        [0, 2],
        [0],
        [0, 2],
    ]


def test_the_list_around_the_definitions_goes_on_after_them():
    solved = solve([Marker("a"), Marker("", lead_in=True), Marker(""), Marker("b"), Marker("1")])
    assert [[entry[:2] for entry in chain] for chain in solved.chains][3:] == [[(1, 2)], [(1, 2), (2, 1)]]


@given(st.integers(1, 150))
def test_roman_numerals_are_read_as_they_are_written(number):
    assert roman_value(roman(number)) == number


def test_words_in_parentheses_are_no_numerals():
    assert [roman_value(word) for word in ("iiii", "vx", "mild", "mix", "")] == [None] * 5
    assert [letter_value(word) for word in ("a", "zz", "ab", "é")] == [1, 52, None, None]
    assert readings("Of") == ()


@st.composite
def outlines(draw):
    """A section printed in full: paths in order, with the marker of each."""
    markers = []

    def grow(depth):
        for value in range(1, draw(st.integers(2, 4)) + 1):
            style = STYLES[depth]
            text = {"a": chr(96 + value), "1": str(value), "i": roman(value), "A": chr(64 + value)}[style]
            markers.append((depth + 1, text, depth >= 4))
            if depth < 5 and draw(st.booleans()) and len(markers) < 60:
                grow(depth + 1)

    grow(0)
    return markers


@given(outlines())
def test_a_section_printed_in_full_is_never_misread(outline):
    lead_ins = [index > 0 and outline[index - 1][0] < level for index, (level, _, _) in enumerate(outline)]
    solved = solve(
        [Marker(text, italic, lead_in=lead) for (_, text, italic), lead in zip(outline, lead_ins, strict=True)]
    )
    assert [len(chain) for chain in solved.chains] == [level for level, _, _ in outline]


def test_a_long_section_takes_work_in_proportion():
    def calls(count):
        """How many functions are called: the same on every machine, unlike seconds."""
        markers = [
            Marker(str(1 + index % 9)) if index % 10 else Marker(chr(97 + index // 10 % 26)) for index in range(count)
        ]
        made = 0

        def counted(frame, event, argument):
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            solve(markers)
        finally:
            sys.setprofile(None)
        return made

    assert calls(4000) < 12 * calls(400)
