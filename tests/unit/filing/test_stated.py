"""Finding the sentence of a part in which the letter states an objection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.filing.stated import LONGEST, own_words, statement

PART = """We oppose paragraph (a).

> The agency proposes that records be kept for ten years. [@91 FR 5698, 5701]

Keeping **every** record for ten years costs small exporters more than the rule saves.[^1] Others differ.

| Years | Cost |
|---|---|
| 10 | $5 |

[^1]: See the analysis of costs.
"""


def test_the_sentence_that_gives_the_reason_is_found_without_its_marks():
    found = statement(PART, "Every record kept ten years costs small exporters more than it saves.")
    assert found == "Keeping every record for ten years costs small exporters more than the rule saves."


def test_the_agencys_own_words_are_never_quoted_as_the_coalitions():
    assert statement(PART, "The agency proposes that records be kept for ten years.") == ""


def test_the_request_is_looked_for_when_no_sentence_gives_the_reason():
    text = "We ask the Department to keep the present period of five years. It works."
    assert statement(text, "Nothing alike.", "Keep the present period of five years.") == text.split(". ")[0] + "."


@pytest.mark.parametrize("said", ["", "   ", "the of and", "§ –"])
def test_nothing_is_found_for_nothing(said):
    assert statement(PART, said) == ""


def test_a_sentence_that_shares_too_little_is_not_taken():
    assert statement(PART, "Exporters abroad face conflicting duties under privacy law in several countries.") == ""


def test_a_very_long_sentence_is_cut_at_a_word():
    found = statement("We say " + "again " * 300 + "this.", "We say again this.")
    assert len(found) <= LONGEST + 2
    assert found.endswith("again …")


@given(st.text(max_size=200), st.text(max_size=60))
def test_what_is_quoted_stands_in_the_part(text, said):
    found = statement(text, said)
    assert found == "" or any(found.removesuffix(" …") in paragraph for paragraph in own_words(text))


def test_no_quotation_joins_what_stood_before_and_after_the_agencys_words():
    text = "The agency writes:\n\n> Keep it.\n\nKeeping records costs exporters dearly."
    assert statement(text, "Keeping records costs exporters.") == "Keeping records costs exporters dearly."
