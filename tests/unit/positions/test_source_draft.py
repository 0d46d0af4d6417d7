"""Correcting an outline: what is a position, under which, from where to where; the source's words stay the source's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.errors import Refused
from commenttrack.positions import source_draft as drafts
from commenttrack.positions.source_documents import parse_text

TEXT = """Principles for Pumps

The league has met for years.

1. Pumps need power. We urge the agency to say so. A pump without power moves nothing.

a. Count those who mend pumps.

b. Count those who watch them.

2. Pumps need people. To be discussed later.

Sign up for a newsletter about pumps today.
"""


@pytest.fixture
def draft():
    return drafts.draft_of(parse_text(TEXT, stem="doc"), TEXT)


def shown(draft):
    """Label and parent's label of each position."""
    found = {}
    for place, entry in enumerate(draft.entries):
        if entry.held:
            above = drafts.parent_of(draft, place)
            found[entry.label] = draft.entries[above].label if above is not None else None
    return found


def place_of(draft, label):
    return next(place for place, entry in enumerate(draft.entries) if entry.label == label)


def test_the_draft_begins_as_the_outline_was_read(draft):
    assert shown(draft) == {"1": None, "1.a": "1", "1.b": "1", "2": None}


def test_moving_out_and_in_again_changes_nothing(draft):
    place = place_of(draft, "1.b")
    out = drafts.outdent(draft, place)
    assert shown(out)["1.b"] is None
    assert drafts.indent(out, place) == draft


def test_what_stands_below_moves_along(draft):
    assert shown(drafts.outdent(drafts.indent(draft, place_of(draft, "1.b")), place_of(draft, "1.a"))) == {
        "1": None,
        "1.a": None,
        "1.b": "1.a",
        "2": None,
    }


def test_the_first_position_cannot_stand_under_another(draft):
    with pytest.raises(Refused, match="no position above"):
        drafts.indent(draft, place_of(draft, "1"))


def test_children_of_a_position_that_is_none_any_more_move_out(draft):
    marked = drafts.mark(draft, place_of(draft, "1"), "context")
    assert shown(marked) == {"1.a": None, "1.b": None, "2": None}


def test_a_new_label_takes_those_below_along_and_is_given_once(draft):
    named = drafts.name(draft, place_of(draft, "1"), label="A", heading="Power")
    assert shown(named) == {"A": None, "A.a": "A", "A.b": "A", "2": None}
    with pytest.raises(Refused, match="another position"):
        drafts.name(draft, place_of(draft, "1"), label="2", heading="")


def test_a_passage_splits_at_a_sentence_and_merges_back_into_the_same_words(draft):
    place = place_of(draft, "1")
    entry = draft.entries[place]
    starts = [start for start, _ in drafts.sentences(TEXT, entry)]
    assert len(starts) > 1
    split = drafts.split(draft, TEXT, place, starts[1])
    first, second = split.entries[place], split.entries[place + 1]
    assert drafts.text_of_entry(TEXT, first) + " " + drafts.text_of_entry(TEXT, second) == drafts.text_of_entry(
        TEXT, entry
    )
    merged = drafts.merge(split, place + 1)
    assert (merged.entries[place].start, merged.entries[place].end) == (entry.start, entry.end)
    assert shown(merged) == shown(draft)


def test_a_passage_is_not_split_inside_a_sentence(draft):
    place = place_of(draft, "1")
    with pytest.raises(Refused, match="one of its sentences begins"):
        drafts.split(draft, TEXT, place, draft.entries[place].start + 3)


def test_merging_takes_the_words_between_as_the_source_has_them(draft):
    place = place_of(draft, "1.b")
    merged = drafts.merge(draft, place)
    assert drafts.text_of_entry(TEXT, merged.entries[place - 1]) == (
        "Count those who mend pumps. b. Count those who watch them."
    )


def test_a_third_partys_document_holds_no_position_whatever_is_asked(draft):
    third = drafts.head(draft, title="T", publisher="", date="", kind="other", coalition=False)
    assert shown(third) == {}
    with pytest.raises(Refused, match="never becomes a position"):
        drafts.mark(third, 0, "position")
    made = drafts.source_file(third, TEXT, file_name="f", sha256="0")
    assert (made.positions, made.coalition) == ((), False)


def test_a_news_article_cannot_be_called_the_coalitions_own(draft):
    with pytest.raises(Refused, match="third party"):
        drafts.head(draft, title="T", publisher="", date="", kind="news", coalition=True)


def test_what_was_left_out_can_be_taken_in(draft):
    place = next(
        place for place, entry in enumerate(draft.entries) if "newsletter" in drafts.text_of_entry(TEXT, entry)
    )
    taken = drafts.mark(draft, place, "position")
    assert taken.entries[place].label
    assert (
        "newsletter"
        in drafts.source_file(
            drafts.head(taken, title="T", publisher="", date="", kind="other", coalition=True),
            TEXT,
            file_name="f",
            sha256="0",
        )
        .positions[-1]
        .quotation
    )


def test_everything_in_the_way_is_said_at_once(draft):
    broken = drafts.head(draft, title="", publisher="", date="", kind="other", coalition=True)
    with pytest.raises(Refused, match="title"):
        drafts.source_file(broken, TEXT, file_name="f", sha256="0")


def test_a_draft_is_read_back_from_json_as_it_was(draft):
    assert drafts.from_json(drafts.to_json(draft)) == draft


MOVES = st.lists(
    st.tuples(st.sampled_from(["indent", "outdent", "merge", "context", "position", "split"]), st.integers(0, 12)),
    max_size=25,
)


@given(MOVES)
def test_no_order_of_corrections_makes_words_or_an_outline_that_does_not_hold(moves):
    draft = drafts.draft_of(parse_text(TEXT, stem="doc"), TEXT)
    for move, number in moves:
        place = number % len(draft.entries)
        try:
            if move == "split":
                at = drafts.sentences(TEXT, draft.entries[place])[-1][0]
                draft = drafts.split(draft, TEXT, place, at)
            elif move in ("context", "position"):
                draft = drafts.mark(draft, place, move)
            else:
                draft = getattr(drafts, move)(draft, place)
        except Refused:
            continue
    held = [entry for entry in draft.entries if entry.held]
    assert len({entry.label for entry in held}) == len(held)
    assert all(0 <= entry.start <= entry.end <= len(TEXT) for entry in draft.entries)
    assert [(entry.start, -entry.end) for entry in draft.entries] == sorted(
        (entry.start, -entry.end) for entry in draft.entries
    )
    if held:
        made = drafts.source_file(
            drafts.head(draft, title="T", publisher="", date="", kind="other", coalition=True),
            TEXT,
            file_name="f",
            sha256="0",
        )
        seen = set()
        for position in made.positions:
            assert position.parent is None or position.parent in seen
            assert position.quotation == " ".join(TEXT[position.start : position.end].split())
            seen.add(position.label)
