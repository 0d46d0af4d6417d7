"""Quotations, pages and requested text, checked against the rule."""

import pytest

from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.quotations import DiffersFromRule, check, require

QUOTED_RIGHT = [
    "> The Bureau shall grant a licence within 30 days\n\n[@91 FR 70010, 70015]",
    "> The Bureau shall grant a licence within 30 days [@91 FR 70010, 70015]",
    "> The Bureau shall grant a licence within 30 days\n\n[@91 FR 70010, 70015], which is short.",
    "> The Bureau shall grant a licence within 30 days[^1]\n\n[^1]: [@91 FR 70010, 70015].",
    "> “The Bureau shall grant a licence within 30 days”\n\n[@91 FR 70010, 70015]",
    "It says “shall grant a licence” [@91 FR 70010, 70015] now.",
    "It says “within 30 days,” ([@91 FR 70015]).",
    'It says "unless the applicant" [@91 FR 70010, 70015-16].',
    "It says “within 30 days.”[^1]\n\n[^1]: [@See 91 FR 70010, 70015].",
    # typography folded
    "> An applicant's history would count only where the end use can't be told--which the Bureau expects to be rare."
    "\n\n[@91 FR 70010, 70013]",
    "> unless the applicant 'fails to answer' a request\n\n[@91 FR 70010, 70015]",
    # ellipses and brackets
    "> The Bureau shall grant a licence ... unless the applicant\n\n[@91 FR 70010, 70015]",
    "> The Bureau shall grant a licence . . . . unless the applicant\n\n[@91 FR 70010, 70015]",
    "> [T]he Bureau shall grant a licence within 30 days\n\n[@91 FR 70010, 70015]",
    "> The [agency] shall grant a licence within 30 days [emphasis added]\n\n[@91 FR 70010, 70015]",
    # over a marker, with the marker, and with the heading as printed
    "> “fails to answer” a request. A fee of $120 is due\n\n[@91 FR 70010, 70015]",
    "> (2) A fee of $120 is due\n\n[@91 FR 70010, 70016]",
    # a code section instead of a page; a note of the rule
    "> A fee of $120 is due\n\n[@15 CFR 90.3(b)(2)]",
    "> A fee of $120 is due\n\n[@15 CFR 90.3]",
    "> See the report of the Office\n\n[@91 FR 70010, 70013]",
    # a run over a page break is cited by the page it begins on
    "> by end use. An applicant’s history\n\n[@91 FR 70010, 70012-13]",
]


def problems(markdown, rule):
    return check(content_from_markdown(markdown), rule)


@pytest.mark.parametrize("markdown", QUOTED_RIGHT)
def test_a_quotation_that_stands_at_the_cited_page_passes(markdown, rule):
    assert problems(markdown, rule) == []


@pytest.mark.parametrize(
    "markdown",
    [
        "> The Bureau shall grant a licence within 60 days\n\n[@84 FR 100, 102]",
        "> Nothing like it.\n\n[@Letter of the Example Group, at 3]",
        "> Nothing like it.",
        "Somebody says “nothing like it” here.",
        "> Current words.\n\n[@15 CFR 12.1]",
    ],
)
def test_what_is_not_cited_to_this_rule_is_not_checked(markdown, rule):
    assert problems(markdown, rule) == []


def test_an_altered_word_is_shown_with_the_nearest_passage_and_the_difference(rule):
    (problem,) = problems("> The Bureau may grant a licence within 30 days\n\n[@91 FR 70010, 70015]", rule)
    assert problem.kind == "quotation"
    assert problem.nearest == "The Bureau shall grant a licence within 30 days,"
    assert "[-shall-]{+may+}" in str(problem)
    assert "page 70015 (15 CFR 90.3(b)(1))" in str(problem)


@pytest.mark.parametrize(
    "quoted",
    [
        "the Bureau shall grant a licence within 30 days",
        "The Bureau shall grant a licence, within 30 days",
        "The Bureau shall grant licence within 30 days",
        "grant a licence ... The Bureau shall",
        "he Bureau shall grant",
    ],
)
def test_capitals_points_missing_words_and_the_order_of_pieces_count(quoted, rule):
    assert [problem.kind for problem in problems(f"> {quoted}\n\n[@91 FR 70010, 70015]", rule)] == ["quotation"]


def test_a_quotation_far_from_everything_says_so(rule):
    (problem,) = problems("> Zebras graze under umbrella acacias.\n\n[@91 FR 70010, 70015]", rule)
    assert "No passage comes near it" in str(problem)


@pytest.mark.parametrize("cite", ["91 FR 70010, 70016", "91 FR 70010", "91 FR 70012", "15 CFR 90.3(b)(2)"])
def test_a_quotation_on_another_page_is_a_problem_that_names_the_page(cite, rule):
    (problem,) = problems(f"> The Bureau shall grant a licence\n\n[@{cite}]", rule)
    assert problem.kind == "page"
    assert "stands on page 70015 (15 CFR 90.3(b)(1))" in str(problem)


def test_a_page_outside_the_document_is_a_problem_even_without_a_quotation(rule):
    (problem,) = problems("We read this twice.[^1]\n\n[^1]: [@91 FR 70010, 70099].", rule)
    assert problem.kind == "citation"
    assert "ends at page 70020" in str(problem)


def test_every_problem_is_listed_with_the_number_of_its_part(rule):
    found = problems(
        "# First\n\n> Zebras.\n\n[@91 FR 70010, 70015]\n\n# Second\n\n- “A fee of $90” [@91 FR 70010, 70016]\n", rule
    )
    assert [problem.where for problem in found] == ["Part I, “First”", "Part II, “Second”"]


def test_an_unreadable_citation_is_a_problem_of_its_part(rule):
    (problem,) = problems("# One\n\nSee [@91 FR at 70015].\n\n# Two\n\nText.", rule)
    assert problem.kind == "text"
    assert "first page" in problem.message


def test_require_refuses_with_all_problems(rule):
    content = content_from_markdown("“No” [@91 FR 70010, 70015] and “never” [@91 FR 70010, 70015]")
    with pytest.raises(DiffersFromRule) as refused:
        require(content, rule)
    assert len(refused.value.problems) == 2


def requested(text, *labels):
    part = LetterPartContent("p", "Heading", 1, "Text.", text, labels)
    return LetterContent(LetterHead(), (part,))


def test_requested_text_that_starts_from_the_provision_passes(rule):
    text = "A fee of {--$120--}{++$60++} is due at filing.{++ It may be waived.++}"
    assert check(requested(text, "15 CFR 90.3(b)(2)"), rule) == []
    assert check(requested(text + "\n\n{++(3) A new paragraph.++}", "15 CFR 90.3(b)(2)"), rule) == []


def test_requested_text_on_other_words_is_a_problem(rule):
    (problem,) = check(requested("A fee of {--$120--}{++$60++} is due on filing.", "15 CFR 90.3(b)(2)"), rule)
    assert problem.kind == "requested_text"
    assert "[-at-]{+on+}" in str(problem)


@pytest.mark.parametrize(
    "paragraph",
    [
        "A fee of {--$120--}{++$60++} is due at filing.",
        "(2) A fee of {--$120--}{++$60++} is due at filing.",
        "§ 90.3(b)(2) A fee of {--$120--}{++$60++} is due at filing.",
        "We ask that the Bureau write {++sixty++} in place of {--30 days--} here and elsewhere in its text.",
        "{++A new paragraph of our own.++}",
    ],
)
def test_redlines_typed_in_the_text_pass_when_their_words_are_the_rules(paragraph, rule):
    assert problems(paragraph, rule) == []


@pytest.mark.parametrize(
    "paragraph",
    [
        "A fee of {--$120--}{++$60++} is due on filing.",
        "We ask that the Bureau write {++sixty++} in place of {--90 days--} here and elsewhere in its text.",
    ],
)
def test_redlines_typed_on_other_words_are_a_problem(paragraph, rule):
    assert [problem.kind for problem in problems(paragraph, rule)] == ["requested_text"]
