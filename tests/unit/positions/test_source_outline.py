"""What becomes a position, what hangs under what, and what is left as context, in self-written policy papers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commenttrack.positions.source_documents import from_json, parse_text, to_json
from commenttrack.wording import folded

AGENDA = """METERING COALITION
Policy Agenda
March 2024

The coalition speaks for makers of measuring devices. Its members sell in forty markets
and depend on rules that are stable, known in advance and the same for all of them alike.

I. Customs
A. Shorten release times. Customs authorities should release low-risk shipments within
two hours of arrival, and should publish the release times they reach each month.
B. Accept one filing. A shipment that crosses several borders should need a single
declaration.
1. The declaration should be electronic.
2. The declaration should be kept for no more than three years.
C. Train officers.
II. Data
A. Allow transfers. Governments should allow transfers under: (1) contracts; (2) codes of
conduct; and (3) certification.
B. Do not require local storage.
i. Mirrors are local storage.
ii. Caches are not.
III. Standards
Standards should come from international bodies in which the U.S. Government and
industry take part.
"""

MARKDOWN = """# Recommendations on Reporting Rules

*Adopted on 5 May 2023*

## Introduction

Acme Alliance and its members build pumps.

## Recommendation 1: One clock for all reports

Agencies should use one clock.

* The clock should start at confirmation.
* It should stop on weekends.

## Recommendation 2: Narrow scope

The scope must be narrow.

1. Cover large firms only.
2. Exempt:
   - schools;
   - hospitals.

## Conclusion

Thank you.
"""

TWO_SIDES = """The two sides met in May 2022 and reached a consensus on pumps.

PART I

Where things stand

Both sides regret the present state. We note the following:
  • Prices of pumps rose.
  • Trade in valves fell.

PART II

Where we agree

We recommend to both governments:
  1. Open Tenders.  Tenders for pumps should be open to firms of both sides.
  2. Shared Tests.  A test done by one side should count for the other.
To get there, we propose working groups on:
  • Pump tests.
  • Valve names.
What Remains Open
  • Topics to be discussed later. These include the price of steel; the shape of valves; and the length of pipes.
  • Review. The sides will meet again.

EASTERN PARTICIPANTS

Ann Example Director, Pump Institute
Bo Q. Sample President, Valve Council

WESTERN PARTICIPANTS

LIN Probe Professor of Pipes
"""


def outline(text):
    parsed = parse_text(text, stem="doc")
    return {position.label: position for position in parsed.positions}


def test_three_levels_of_a_paper_with_broken_lines_are_told_apart():
    assert list(outline(AGENDA)) == [
        *("I", "I.A", "I.B", "I.B.1", "I.B.2", "I.C"),
        *("II", "II.A", "II.A.1", "II.A.2", "II.A.3", "II.B", "II.B.i", "II.B.ii", "III"),
    ]


def test_each_item_hangs_under_the_item_its_label_names():
    for label, position in outline(AGENDA).items():
        assert position.parent == ("doc/" + label.rpartition(".")[0] if "." in label else None)


def test_a_run_in_heading_is_taken_off_the_text():
    item = outline(AGENDA)["I.B"]
    assert (item.heading, item.text) == (
        "Accept one filing",
        "A shipment that crosses several borders should need a single declaration.",
    )


def test_a_heading_on_its_own_line_takes_the_paragraph_below_as_its_text():
    item = outline(AGENDA)["III"]
    assert item.heading == "Standards"
    assert item.text.startswith("Standards should come from")


def test_an_abbreviation_does_not_end_a_heading():
    text = "1. Promote U.S. Trade in Pumps. We need it.\n\n2. Promote U.K. Trade in Valves. We need that.\n"
    assert [item.heading for item in outline(text).values()] == [
        "Promote U.S. Trade in Pumps",
        "Promote U.K. Trade in Valves",
    ]


def test_items_inside_a_sentence_keep_neither_their_marks_nor_their_separators():
    items = outline(AGENDA)
    assert [items[f"II.A.{n}"].text for n in (1, 2, 3)] == ["contracts", "codes of conduct", "certification"]


def test_a_cited_paragraph_is_no_item_inside_the_sentence():
    text = "1. Keep section 3(a) and section 4 (b) of the Act. They work.\n\n2. Repeal section 5.\n"
    assert list(outline(text)) == ["1", "2"]


def test_markdown_headings_with_numbers_are_items_and_bullets_hang_under_them():
    assert list(outline(MARKDOWN)) == ["1", "1.1", "1.2", "2", "2.1", "2.2", "2.2.1", "2.2.2"]


def test_introduction_and_conclusion_are_context():
    context = {item.heading for item in parse_text(MARKDOWN, stem="doc").context}
    assert {"Introduction", "Conclusion"} <= context


def test_parts_give_their_number_to_the_labels_of_their_items():
    assert [label for label in outline(TWO_SIDES) if "¶" not in label] == ["II.1", "II.2"]


def test_bullets_that_observe_are_context_and_bullets_that_ask_are_positions():
    parsed = parse_text(TWO_SIDES, stem="doc")
    assert {item.text for item in parsed.context if item.heading == "Where things stand"} >= {
        "Prices of pumps rose.",
        "Trade in valves fell.",
    }
    assert "Pump tests." in {position.text for position in parsed.positions}


def test_a_list_without_a_number_gets_a_label_that_no_reader_takes_for_the_sources_own():
    items = outline(TWO_SIDES)
    assert items["II.¶1"].text == "To get there, we propose working groups on:"
    assert items["II.¶1.2"].text == "Valve names."


def test_a_topic_for_later_is_deferred_with_what_it_names():
    items = outline(TWO_SIDES)
    assert [label for label, item in items.items() if item.deferred] == [
        *("II.¶2.1", "II.¶2.1.1", "II.¶2.1.2", "II.¶2.1.3"),
    ]
    assert items["II.¶2.1.3"].text == "the length of pipes"


def test_participants_are_read_with_their_side():
    found = [(p.person, p.affiliation, p.side) for p in parse_text(TWO_SIDES, stem="doc").participants]
    assert found == [
        ("Ann Example", "Director, Pump Institute", "Eastern"),
        ("Bo Q. Sample", "President, Valve Council", "Eastern"),
        ("LIN Probe", "Professor of Pipes", "Western"),
    ]


def test_a_sentence_cut_by_a_page_break_is_put_together():
    text = "1. We ask the agency to allow every\n\nlaboratory a second test.\n\n2. We ask for time.\n"
    assert outline(text)["1"].text == "We ask the agency to allow every laboratory a second test."


def test_a_gap_in_the_numbers_is_said():
    parsed = parse_text("1. Do this.\n2. Do that.\n5. Do more.\n", stem="doc")
    assert [item.text for item in parsed.unsure] == ["Do more."]
    assert "does not follow" in parsed.unsure[0].why


def test_the_ninth_letter_is_no_roman_numeral_after_h():
    text = "".join(f"{letter}. Item {letter} should stand.\n" for letter in "abcdefghij")
    assert list(outline(text)) == list("abcdefghij")


def test_a_paper_of_headings_gives_one_position_for_each():
    text = (
        "# Views on Pumps\n\n## Safety\n\nPumps should be safe.\n\n## Price\n\nPumps should be cheap.\n\nVery cheap.\n"
    )
    items = outline(text)
    assert [item.heading for item in items.values()] == ["Safety", "Price"]
    assert items["2"].text == "Pumps should be cheap. Very cheap."


def test_prose_without_an_outline_degrades_to_paragraphs_and_says_so():
    parsed = parse_text("We think that pumps are good.\n\nWe think that valves are bad.\n", stem="doc")
    assert [position.label for position in parsed.positions] == ["¶1", "¶2"]
    assert len(parsed.unsure) == 2


def test_labels_that_the_source_uses_twice_are_made_different():
    text = "Alpha Things\n\n1. Do a.\n2. Do b.\n\nBeta Things\n\n1. Do c.\n2. Do d.\n"
    assert len(outline(text)) == 4


LINES = st.sampled_from(
    [
        *("", "PART I", "PART II", "1. Open Tenders. They help.", "2. Close nothing.", "3. Ask:", "a. one", "b. two"),
        *("(a) small", "(i) tiny", "• a dot", "- a dash", "➤ Goal:", "## Markdown heading", "### 1 Numbered heading"),
        *("We recommend the following:", "We note:", "A sentence with (a) one; (b) two; and (c) three.", "Dear Sir:"),
        *("Sincerely,", "Acme", "EASTERN PARTICIPANTS", "Ann Example Director", "continued in lower case", "---"),
        *("To Be Discussed Later", "Topics to be discussed later. These include x; y; and z.", "9. Gap.", "\xa0"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=25))
def test_whatever_the_layout_spans_hold_the_text_and_ids_are_unique(lines):
    text = "\n".join(lines)
    parsed = parse_text(text, stem="doc")
    for part in (*parsed.positions, *parsed.context, *parsed.unsure):
        assert folded(text[part.start : part.end]) == part.text
    assert len({position.id for position in parsed.positions}) == len(parsed.positions)
    assert from_json(to_json(parsed)) == parsed


@pytest.mark.parametrize("text", ["1.\n", "•\n", "# \n", "PART I\n", "(a)"])
def test_a_marker_without_a_text_breaks_nothing(text):
    parse_text(text, stem="doc")
