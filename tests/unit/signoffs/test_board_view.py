"""Which organizations the board shows: filters, orders, addresses, and the table for other programs."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.signoffs.board_view import ORDERS, BoardLine, BoardView, chosen, query_of, sheet_of, view_of
from commenttrack.signoffs.lifecycle import PartState, Standing

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)


def line(name, standing=Standing.ASKED, *, hours=0, decided=None, **values):
    moment = NOW + dt.timedelta(hours=hours)
    made = {
        "request_id": 1,
        "organization": name,
        "kind": "member",
        "person": "Ada",
        "standing": standing,
        "asked_at": moment,
        "asked_version": 1,
        "opened_at": None,
        "decided_at": None if decided is None else NOW + dt.timedelta(hours=decided),
        "version": None if decided is None else 1,
        "by_mail": False,
        "reservation": "",
        "uncovered": False,
        "states": (PartState.UNDECIDED,),
    }
    return BoardLine(**{**made, **values})


LINES = [
    line("Zinc Group", Standing.JOINED, decided=5),
    line("The Acme Council", Standing.STALE, hours=2, decided=3, uncovered=True),
    line("Élan Partners", hours=1, kind="partner", person="Bo Ström"),
    line("Beta LLC", Standing.JOINED, decided=5, reservation="except Part II"),
]


def names(**view):
    return [each.organization for each in chosen(LINES, BoardView(**view))]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ({}, ["The Acme Council", "Beta LLC", "Élan Partners", "Zinc Group"]),
        ({"backwards": True}, ["Zinc Group", "Élan Partners", "Beta LLC", "The Acme Council"]),
        ({"standings": (Standing.STALE,)}, ["The Acme Council"]),
        ({"kind": "partner"}, ["Élan Partners"]),
        ({"uncovered": True}, ["The Acme Council"]),
        ({"words": "STRÖM élan"}, ["Élan Partners"]),
        ({"words": "part ii"}, ["Beta LLC"]),
        ({"words": "nobody"}, []),
        ({"order": "decided"}, ["The Acme Council", "Beta LLC", "Zinc Group", "Élan Partners"]),
        ({"order": "decided", "backwards": True}, ["Élan Partners", "Beta LLC", "Zinc Group", "The Acme Council"]),
        ({"order": "asked"}, ["Beta LLC", "Zinc Group", "Élan Partners", "The Acme Council"]),
        ({"order": "standing"}, ["Élan Partners", "Beta LLC", "Zinc Group", "The Acme Council"]),
    ],
)
def test_the_board_shows_the_chosen_organizations_in_the_chosen_order(view, expected):
    assert names(**view) == expected


@given(
    st.builds(
        BoardView,
        standings=st.lists(st.sampled_from(Standing), unique=True).map(tuple),
        kind=st.sampled_from(["", "member"]),
        words=st.text(max_size=10).map(str.strip),
        uncovered=st.booleans(),
        order=st.sampled_from(ORDERS),
        backwards=st.booleans(),
        opened=st.lists(st.text(min_size=1, max_size=5), unique=True).map(tuple),
        all_parts=st.booleans(),
    )
)
def test_an_address_keeps_the_whole_view(view):
    from urllib.parse import parse_qs

    assert view_of(parse_qs(query_of(view), keep_blank_values=True)) == view


def test_what_is_no_choice_of_ours_is_left_out_of_an_address():
    assert view_of({"standing": ["signed"], "sort": ["-password"], "uncovered": ["yes"]}) == BoardView()


def test_a_second_click_on_a_column_turns_its_order_round():
    once = BoardView().ordered_by("decided")
    assert (once.order, once.backwards) == ("decided", False)
    assert once.ordered_by("decided").backwards
    assert not once.ordered_by("decided").ordered_by("opened").backwards


def test_a_second_click_on_a_group_of_parts_closes_it_and_keeps_the_others():
    view = BoardView(words="acme", opened=("a",)).turned("b")
    assert (view.opened, view.words) == (("a", "b"), "acme")
    assert view.turned("a").opened == ("b",)
    assert not BoardView(opened=("a",), all_parts=True).narrows


def test_the_table_for_other_programs_says_in_words_what_the_marks_say():
    sheet = sheet_of([LINES[1]], ["I. Scope"])
    told = dict(zip([column.name for column in sheet.columns], sheet.rows[0], strict=True))
    assert told["State"] == "Stale"
    assert told["Asked (Eastern)"] == "2026-03-02 12:00"
    assert told["I. Scope"] == "no decision yet"
