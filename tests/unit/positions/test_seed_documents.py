"""The outlines of five real policy documents, as their authors numbered them."""

import pytest

from commenttrack.positions.source_documents import parse
from commenttrack.wording import folded


@pytest.fixture(scope="module")
def seeds(shared):
    files = sorted((shared / "seeds").iterdir())
    return [(file.read_bytes().decode(), parse(file.read_bytes(), name=file.name)) for file in files]


def tree(parsed):
    labels = {position.id: position.label for position in parsed.positions}
    return [(position.label, labels.get(position.parent)) for position in parsed.positions]


def test_five_principles_the_third_with_five_items_inside_its_sentence(seeds):
    _, parsed = seeds[0]
    inner = [(f"3({letter})", "3") for letter in "abcde"]
    assert tree(parsed) == [("1", None), ("2", None), ("3", None), *inner, ("4", None), ("5", None)]
    assert (parsed.source.kind, parsed.source.date, parsed.source.publisher) == ("principles", "2020-06", "ITI")


def test_three_recommendations_with_two_levels_below_in_broken_lines(seeds):
    _, parsed = seeds[1]
    assert tree(parsed) == [
        *(("1", None), ("1.a", "1"), ("1.b", "1"), ("1.c", "1"), ("1.d", "1")),
        *(("2", None), ("2.a", "2"), ("2.b", "2"), ("2.c", "2")),
        *(("3", None), ("3.a", "3"), ("3.a.i", "3.a"), ("3.a.ii", "3.a"), ("3.b", "3"), ("3.c", "3")),
    ]
    heading = next(position.heading for position in parsed.positions if position.label == "3")
    assert heading.endswith("support U.S. innovation leadership")


def test_eight_areas_four_tracks_and_what_is_put_off(seeds):
    _, parsed = seeds[2]
    labels = [position.label for position in parsed.positions]
    assert [label for label in labels if "¶" not in label] == [
        *(f"III.{n}" for n in range(1, 9)),
        *(f"IV.{n}" for n in range(1, 5)),
    ]
    assert all(position.heading for position in parsed.positions if position.label.startswith("III."))
    deferred = [position for position in parsed.positions if position.deferred]
    assert len(deferred) == 4
    assert "To Be Discussed Later" in deferred[0].heading
    assert (parsed.source.kind, parsed.source.date) == ("consensus", "2020-12")


def test_participants_of_two_sides(seeds):
    sides = [participant.side for participant in seeds[2][1].participants]
    assert (sides.count("American"), sides.count("Chinese")) == (12, 17)


def test_ten_observed_trends_are_context_under_their_own_heading(seeds):
    context = [item for item in seeds[2][1].context if item.heading == "Current Trends and Challenges"]
    assert len(context) == 10 + 3


def test_the_article_is_context_with_its_speakers(seeds):
    _, parsed = seeds[3]
    assert (parsed.source.kind, parsed.source.coalition, parsed.positions) == ("news", False, ())
    assert [item.speaker for item in parsed.context] == [
        *("Trade Law Daily", "The White House", "Samantha Power", "Samantha Power", "Samantha Power"),
    ]


def test_the_joint_letters_goals_bullets_date_addressee_and_signatories(seeds):
    _, parsed = seeds[4]
    bullets = [(1, 5), (2, 3), (3, 1)]
    expected = []
    for goal, count in bullets:
        expected += [(str(goal), None), *((f"{goal}.{n}", str(goal)) for n in range(1, count + 1))]
    assert tree(parsed) == expected
    assert (parsed.source.kind, parsed.source.date) == ("letter", "2025-03-12")
    assert len(parsed.source.addressee) == 5
    assert len(parsed.signatories) == 14
    assert all(signatory.organization and not signatory.person for signatory in parsed.signatories)


def test_every_span_holds_its_text(seeds):
    for text, parsed in seeds:
        for part in (*parsed.positions, *parsed.context, *parsed.unsure):
            assert folded(text[part.start : part.end]) == part.text
