"""From the mapping to parts."""

import re

import pytest

from commenttrack.letters.composition import (
    Answer,
    Inputs,
    MappedPosition,
    compose,
)
from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.notes import arrange
from commenttrack.letters.passages import passage, sentences
from commenttrack.letters.quotations import check
from commenttrack.letters.rule_names import agency_name, cited_document

LICENCE = MappedPosition(
    1, "s90.3-b-1", "support_with_change", "Thirty days is short.", "Allow 60 days for complex cases.",
    "The Bureau shall grant a licence within {--30--}{++60++} days, unless the applicant “fails to answer” a request.",
    "Workable periods", "Periods should be workable.", "Principles", "3(b)",
)  # fmt: skip
FEES = MappedPosition(2, "s90.3-b-2", "oppose", "Fees deter small firms.")
SCOPE = MappedPosition(3, "p-II-1", "support", "End use is the right test.", source="Principles", label="4")
FEES_TOO = MappedPosition(4, "s90.3-b-2", "clarify", "", "The Bureau should say who pays.")


def parts(rule, *mapping, answers=(), **more):
    return compose(Inputs(rule, mapping, answers, coalition="The Coalition", **more))


def content(drafts):
    return LetterContent(
        LetterHead(),
        tuple(LetterPartContent(d.key, d.heading, d.level, d.text, d.requested_text, d.labels) for d in drafts),
    )


def test_comments_stand_in_the_order_of_the_rule_whatever_the_order_of_the_mapping(rule):
    drafts = [draft for draft in parts(rule, FEES, LICENCE, SCOPE) if draft.mappings and draft.kind == "comment"]
    assert [draft.heading.replace("\u00a0", " ") for draft in drafts] == [
        "Section II of the preamble—Scope of Licences",
        "Proposed § 90.3(b)(1)—Time",
        "Proposed § 90.3(b)(2)—Time",
    ]


def test_keys_say_what_a_part_addresses_and_not_where_it_stands(rule):
    alone = {draft.key for draft in parts(rule, FEES)}
    assert alone < {draft.key for draft in parts(rule, SCOPE, FEES)}
    assert "comment-s90.3-b-2" in alone


def test_positions_on_one_provision_are_one_part_that_knows_its_sources(rule):
    (part,) = [draft for draft in parts(rule, FEES_TOO, FEES) if draft.key == "comment-s90.3-b-2"]
    assert part.mappings == (2, 4)
    assert part.provisions == ("s90.3-b-2",)
    assert part.text.index("oppose") < part.text.index("The Bureau should say who pays.")
    assert part.text.count("> ") == 1


def test_every_composed_letter_agrees_with_its_rule(rule):
    drafts = parts(rule, FEES, LICENCE, SCOPE, FEES_TOO, answers=(Answer(9, "q1", "Thirty days."),))
    assert check(content(drafts), rule) == []
    assert [number for number in (part.number for part in arrange(content(drafts)).parts) if number]


def test_a_quotation_names_the_page_on_which_it_stands(rule):
    (scope,) = [draft for draft in parts(rule, SCOPE) if draft.key == "comment-p-II-1"]
    assert "[@91 FR 70010, 70012-70013]" in scope.text
    (fees,) = [draft for draft in parts(rule, FEES) if draft.key == "comment-s90.3-b-2"]
    assert "> A fee of $120 is due at filing.\n\n[@91 FR 70010, 70016]" in fees.text


def test_a_request_is_asked_of_the_agency_by_its_own_name(rule):
    texts = "\n".join(draft.text for draft in parts(rule, LICENCE, FEES))
    assert "We ask the Bureau to allow 60 days for complex cases." in texts
    assert "We ask the Bureau not to adopt it." in texts


def test_the_summary_lists_each_request_with_its_part(rule):
    (summary,) = [draft for draft in parts(rule, FEES, LICENCE, SCOPE) if draft.kind == "summary"]
    assert re.findall(r"\[#([\w.-]+)\]", summary.text) == ["comment-s90.3-b-1", "comment-s90.3-b-2"]
    assert "Do not adopt the provision." in summary.text


def test_an_answer_quotes_the_question_under_the_agencys_number(rule):
    (answer,) = [draft for draft in parts(rule, answers=(Answer(9, "q1", "Sixty."),)) if draft.answers]
    assert answer.heading == "The Bureau’s question 1"
    assert answer.text.startswith("> Should the period in § 90.3(b)(1) be 30 days or 60 days?\n\n[@91 FR 70010, 70013]")
    assert answer.text.endswith("Sixty.")


def test_requested_text_goes_into_the_part_and_is_not_quoted_twice(rule):
    (part,) = [draft for draft in parts(rule, LICENCE) if draft.requested_text]
    assert "{++60++}" in part.requested_text
    assert "> " not in part.text


def test_the_introduction_defines_what_the_letter_is_about(rule):
    text = parts(rule, SCOPE)[0].text.replace("\u00a0", " ")
    assert "“Licences by End Use” [@91 FR 70010], docket BL-2026-0001 and RIN 9999-AA02 (the “Proposed Rule”)" in text


def test_texts_that_people_wrote_are_taken_as_they_are(rule):
    drafts = parts(rule, SCOPE, introduction="We begin.", general="In general.", conclusion="We end.")
    assert drafts[0].text.startswith("We begin.\n\n")
    assert [draft.text for draft in drafts if draft.kind in ("general", "conclusion")] == ["In general.", "We end."]


def test_openings_vary_so_that_comments_do_not_begin_alike(rule):
    one, two = (MappedPosition(n, p, "support") for n, p in ((1, "s90.3-b-1"), (2, "s90.3-b-2")))
    first, second = (draft.text.split(".")[0].split("§")[0] for draft in parts(rule, one, two) if draft.mappings)
    assert first != second


def test_an_entry_for_another_rule_is_an_error(rule):
    with pytest.raises(ValueError, match="names no provision"):
        parts(rule, MappedPosition(1, "elsewhere", "support"))


@pytest.mark.parametrize(
    ("kind", "word"), [("proposed_rule", "Proposed §\u00a090.3(b)(2)"), ("rule", "§\u00a090.3(b)(2)")]
)
def test_only_a_proposal_is_called_proposed(rules, kind, word):
    (part,) = [draft for draft in parts(rules.rule(kind), FEES) if draft.key == "comment-s90.3-b-2"]
    assert part.heading.startswith(word)


def test_the_agency_is_called_by_what_it_is(rule):
    assert agency_name(rule) == "the Bureau"


def test_the_rule_can_be_cited_in_full(rule):
    cited = cited_document(rule)
    assert (cited.volume, cited.start_page, cited.kind, cited.date) == (91, 70010, "proposed", "2026-11-20")


def test_sentences_end_at_points_and_not_at_abbreviations():
    text = "The U.S. agency, e.g. Dr. Smith at No. 5, asks. Why? “So.” It does."
    assert [text[start:end] for start, end in sentences(text)] == [
        "The U.S. agency, e.g. Dr. Smith at No. 5, asks.",
        "Why?",
        "“So.”",
        "It does.",
    ]


def test_a_passage_is_whole_sentences_about_the_matter():
    text = " ".join(["Filler sentence about nothing here."] * 20 + ["Storage must be local."] + ["More filler."] * 20)
    start, end = passage(text, "local storage", 10)
    assert text[start:end] == "Storage must be local."
