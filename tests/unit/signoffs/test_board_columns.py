"""The columns of the board: every part in exactly one, few enough for a page, and a group hides nothing pressing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.signoffs.board_columns import (
    HOLDING,
    MOST_GROUPS,
    MOST_PARTS,
    BoardPart,
    cell_of,
    columns_of,
    label_of,
    parts_in_words,
    standing_under,
    table_of,
)
from commenttrack.signoffs.lifecycle import PartState

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


def letter(*under, level=1):
    """A part for each number, with as many parts under it."""
    parts = []
    for number, count in zip(ROMAN, under, strict=False):
        parts.append(BoardPart(number, number, f"About {number}", level))
        parts += [BoardPart(f"{number}.{k}", f"{number}.{k}", "Under", level + 1) for k in "ABCDEFGHIJ"[:count]]
    return parts


LONG = letter(0, 5, 6, 4, 6)
STATES = st.lists(st.sampled_from(PartState), min_size=len(LONG), max_size=len(LONG)).map(tuple)


def spans(columns):
    return [(column.start, column.stop) for column in columns]


def test_a_letter_that_fits_has_a_column_for_each_part():
    parts = LONG[:MOST_PARTS]
    assert spans(columns_of(parts)) == [(place, place + 1) for place in range(MOST_PARTS)]
    assert not any(column.group for column in columns_of(parts))


def test_a_long_letter_has_a_column_for_each_part_of_the_top_with_what_stands_under_it():
    columns = columns_of(LONG)
    assert [label_of(LONG[column.start : column.stop]) for column in columns] == ["I", "II", "III", "IV", "V"]
    assert [column.group for column in columns] == ["", "II", "III", "IV", "V"]


def test_an_opened_group_shows_its_parts_one_by_one_and_leaves_the_others_closed():
    columns = columns_of(LONG, {"III", "unknown"})
    assert spans(columns)[2:9] == [(place, place + 1) for place in range(7, 14)]
    assert [column.opened for column in columns].count(True) == 1
    assert len(columns_of(LONG, all_parts=True)) == len(LONG)


def test_a_single_part_at_the_top_gives_way_to_the_parts_under_it():
    parts = [BoardPart("t", "", "Comments", 1), *letter(3, 9, 9, level=2)]
    assert [label_of(parts[column.start : column.stop]) for column in columns_of(parts)] == [
        "Comments",
        "I",
        "II",
        "III",
    ]


def test_many_parts_of_one_level_stand_in_runs():
    parts = [BoardPart(str(number), str(number), "", 1) for number in range(1, 61)]
    columns = columns_of(parts)
    assert len(columns) <= MOST_GROUPS
    assert label_of(parts[columns[0].start : columns[0].stop]) == "1–6"


@given(st.lists(st.integers(0, 4), max_size=90), st.sets(st.integers(0, 89)))
def test_every_part_stands_in_exactly_one_column(levels, opened):
    parts = [BoardPart(str(place), "", "x" if level else "", level) for place, level in enumerate(levels)]
    columns = columns_of(parts, {str(place) for place in opened})
    assert [place for column in columns for place in range(column.start, column.stop)] == list(range(len(parts)))
    assert len(columns_of(parts)) <= MOST_PARTS
    assert all(label_of(parts[column.start : column.stop]) for column in columns)


@given(STATES)
def test_a_group_says_how_much_of_it_is_joined_and_never_hides_what_is_not(states):
    cell = cell_of(LONG, states)
    held = sum(state in HOLDING for state in states)
    assert (cell.state in HOLDING) == (held == len(states))
    if cell.count:
        assert cell.count == f"{held}/{len(states)}"
        assert cell.state is not PartState.CHANGED or PartState.CHANGED in states
        assert (PartState.CHANGED in states) == (cell.state is PartState.CHANGED)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({}, "all 26 parts"),
        ({"II.C": PartState.EXCEPTED, "IV": PartState.EXCEPTED}, "24 of 26 parts; except II.C, IV"),
        (
            {"I": PartState.CHANGED, "V.A": PartState.NOT_COVERED},
            "24 of 26 parts; earlier wording: I; added since: V.A",
        ),
        (
            dict.fromkeys(["I", "II", "II.A", "II.B", "II.C", "II.D"], PartState.EXCEPTED),
            "20 of 26 parts; except I, II, II.A, II.B and 2 more",
        ),
    ],
)
def test_what_an_organization_stands_under_is_said_in_a_line(states, expected):
    assert parts_in_words(LONG, [states.get(part.key, PartState.COVERED) for part in LONG]) == expected


def test_whoever_has_not_joined_stands_under_nothing_that_need_be_said():
    assert parts_in_words(LONG, [PartState.UNDECIDED] * len(LONG)) == ""
    assert parts_in_words(LONG, [PartState.NOT_JOINED] * len(LONG)) == ""


def test_the_table_draws_each_kind_of_cell_once_and_counts_who_stands_under_all_of_a_group():
    all_of_it = (PartState.COVERED,) * len(LONG)
    but_one = tuple(PartState.EXCEPTED if part.key == "II.C" else PartState.COVERED for part in LONG)
    states = [all_of_it, but_one, but_one]
    columns = columns_of(LONG)
    table = table_of(LONG, columns, states)
    assert len(table.cells) == len(PartState) + 1
    assert table.cells[table.rows[1][1]].words == "joined 5 of 6; excepted by reservation: II.C"
    assert table.rows[1] == table.rows[2]
    assert standing_under(columns, states) == [3, 1, 3, 3, 3]
    assert table_of(LONG[:3], columns_of(LONG[:3]), [all_of_it[:3]]).in_words == ("",)
