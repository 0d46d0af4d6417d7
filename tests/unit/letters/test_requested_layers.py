"""Requested text in three layers."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.notes import arrange
from commenttrack.letters.rendering import letter_data, letter_html
from commenttrack.letters.requested_layers import layered, with_current_text
from commenttrack.rulemaking.redline import Redline, RedlineParagraph
from commenttrack.wording import Change

MARKED = "A fee of {--$120--}{++$60++} is due at filing.{++ It may be waived.++}"
CURRENT = "A fee of $90 is due."


def shown(request):
    return [(run.text, f"{'c' * run.current}{'p' * run.proposed}{'r' * run.requested}") for run in request.runs]


def joined(request, layer):
    return "".join(run.text for run in request.runs if getattr(run, layer))


def test_each_run_says_in_which_layers_it_stands():
    request = layered(MARKED, CURRENT, ["15 CFR 90.3(b)(2)"])
    assert shown(request) == [
        ("A fee of $", "cpr"),
        ("90", "c"),
        ("120", "p"),
        ("60", "r"),
        (" is due", "cpr"),
        (" at filing", "pr"),
        (".", "cpr"),
        (" It may be waived.", "r"),
    ]
    assert request.provisions == ("15 CFR 90.3(b)(2)",)


def test_without_the_current_text_nothing_stands_in_its_layer():
    request = layered(MARKED)
    assert request.current is None
    assert joined(request, "current") == ""
    assert joined(request, "proposed") == "A fee of $120 is due at filing."


_WORDS = st.lists(st.sampled_from(["the", "fee", "is due,", "(1)", "—", "30", ";", "unless"]), max_size=14).map(
    " ".join
)


@given(_WORDS, _WORDS, _WORDS)
def test_the_runs_of_a_layer_joined_are_its_text(current, proposed, requested):
    marked = f"{{--{proposed}--}}{{++{requested}++}}"
    request = layered(marked, current)
    assert (joined(request, "current"), joined(request, "proposed"), joined(request, "requested")) == (
        current, proposed, requested
    )  # fmt: skip
    assert all(run.text and (run.current or run.proposed or run.requested) for run in request.runs)


def paragraph(label, *changes):
    return RedlineParagraph(label, None, "paragraph", "revised", label, label, "", "", (), changes, (), ())


def redline(*paragraphs):
    return Redline("T", "2026-1", "91 FR 1", None, (), paragraphs, ())


def letter(**head):
    part = LetterPartContent("p", "Fees", 1, "Text.", MARKED, ("15 CFR 90.3(b)",))
    content = LetterContent(LetterHead(**head), (part,))
    changes = (Change("same", "A fee of $"), Change("delete", "90 is due."), Change("insert", "120 is due at filing."))
    fee = paragraph("15 CFR 90.3(b)(2)", *changes)
    other = paragraph("15 CFR 90.3(b)(1)", Change("same", "The Bureau grants a licence."))
    return with_current_text(content, redline(other, fee))


def test_the_current_text_is_that_of_the_paragraph_the_request_starts_from():
    (part,) = letter().parts
    assert part.current_text == CURRENT


def test_a_part_that_requests_nothing_has_no_current_text():
    content = LetterContent(LetterHead(), (LetterPartContent("p", "Fees", 1, "Text.", "", ("15 CFR 90.3",)),))
    assert with_current_text(content, redline(paragraph("15 CFR 90.3", Change("same", "x")))) == content


def test_the_data_of_the_letter_holds_the_layers():
    (part,) = json.loads(json.dumps(letter_data(arrange(letter()))))["parts"]
    (request,) = part["requests"]
    assert (request["current"], request["proposed"]) == (CURRENT, "A fee of $120 is due at filing.")
    assert request["requested"] == "A fee of $60 is due at filing. It may be waived."
    assert {"text": "120", "current": False, "proposed": True, "requested": False} in request["runs"]


def test_changes_typed_in_the_text_are_requests_in_the_data():
    content = content_from_markdown("# Fees\n\nA fee of {--$120--}{++$60++} is due.\n\nNothing here.")
    (request,) = letter_data(arrange(content))["parts"][0]["requests"]
    assert (request["current"], request["proposed"], request["requested"]) == (
        None, "A fee of $120 is due.", "A fee of $60 is due."
    )  # fmt: skip


def test_the_current_text_prints_only_when_the_head_says_so():
    assert "$<del" not in letter_html(letter())
    page = letter_html(letter(current_text="shown"))
    assert "Current text and the proposed changes" in page
    assert '<del class="said">90</del>' in page
    assert page.index(">90<") < page.index(">$60<")
    assert "Current text" not in letter_html(letter())


def test_what_prints_says_delete_and_insert_by_setting():
    hidden, said = (letter_html(letter(current_text="shown", redline_words=words)) for words in ("hidden", "shown"))
    assert '<span class="say shown">[delete: </span>' in said
    assert '<span class="say hidden">[delete: </span>' in hidden


@pytest.mark.parametrize("value", ["data", "shown"])
def test_the_head_says_whether_the_current_text_prints(value):
    assert content_from_markdown(f"---\ncurrent_text: {value}\n---\nText.").head.current_text == value


def test_a_request_without_current_text_prints_as_before():
    content = letter(current_text="shown")
    bare = replace(content, parts=(replace(content.parts[0], current_text=""),))
    assert "Current text" not in letter_html(bare)
