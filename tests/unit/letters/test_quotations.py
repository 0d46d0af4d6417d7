"""Quotations, pages and requested text, checked against the rule."""

from dataclasses import replace

import pytest

from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.quotations import DiffersFromRule, Findings, check, require, review
from commenttrack.letters.rule_text import RuleText
from commenttrack.rulemaking.ecfr import CurrentText
from commenttrack.rulemaking.provisions import ParsedProvision

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
    # without a page, which the letter gets when it is built; with the section in place of it
    "> The Bureau shall grant a licence within 30 days\n\n[@91 FR 70010]",
    "> The Bureau shall grant a licence within 30 days\n\n[@91 FR 70010, § 90.3(b)(1)]",
    "> The Bureau shall grant a licence within 30 days\n\n[@91 FR 70010, 70015, proposed § 90.3(b)]",
    "> The Bureau shall grant a licence within 30 days\n\n[@15 CFR 90.3(b)(1)-(2)]",
    # words that are added, changed in a letter, marked as they stand, and stressed
    "“The Bureau shall grant [to each applicant] a licence [sic] within 30 days” [@91 FR 70010, 70015].",
    "“shall grant a licence[s] within 30 days” (emphasis added) [@91 FR 70010, 70015].",
    "“shall grant *a licence* within **30 days**.” See [@91 FR 70010, 70015].",
    # quotations within quotations
    "“unless the applicant ‘fails to answer’ a request” [@91 FR 70010, 70015]",
    "“unless the applicant “fails to answer” a request” [@91 FR 70010, 70015]",
    # several in a sentence; the citation first; in a note, a list, a table; over paragraphs; introduced
    "It “shall grant a licence” and that “within 30 days, unless” something else [@91 FR 70010, 70015].",
    "At [@91 FR 70010, 70015] it “shall grant a licence within 30 days”.",
    "Text.[^1]\n\n[^1]: See [@91 FR 70010, 70015] (“shall grant a licence within 30 days”).",
    "Text “shall grant a licence”.[^1]\n\n[^1]: See [@91 FR 70010, 70015].",
    "| What it says | Where |\n|---|---|\n| “shall grant a licence.” | [@91 FR 70010, 70015] |",
    "“The Bureau shall grant a licence within 30 days, unless the applicant ‘fails to answer’ a request.\n\n"
    "“A fee of $120 is due at filing.” [@91 FR 70010, 70015]",
    "> The Bureau shall grant a licence within 30 days, unless the applicant “fails to answer” a request.\n>\n"
    "> A fee of $120 is due at filing.\n\n[@91 FR 70010, 70015]",
    "The Bureau writes in [@91 FR 70010, 70015]:\n\n> The Bureau shall grant a licence within 30 days",
    # names that a letter gives are not quotations
    "The proposal (the “Proposed Rule of the Bureau”) [@91 FR 70010, 70015] is long. The “usual suspects” agree.",
    "The Bureau’s paper (together, the “Papers of the Bureau”) is at [@91 FR 70010, 70015].",
]

QUOTED_WRONG = [
    "It “may grant a licence” and that “within 30 days, unless” something else [@91 FR 70010, 70015].",
    "At [@91 FR 70010, 70015] it “may grant a licence within 30 days”.",
    "Text.[^1]\n\n[^1]: See [@91 FR 70010, 70015] (“may grant a licence within 30 days”).",
    "Text “may grant a licence”.[^1]\n\n[^1]: See [@91 FR 70010, 70015].",
    "| What it says | Where |\n|---|---|\n| “may grant a licence.” | [@91 FR 70010, 70015] |",
    "“The Bureau shall grant a licence within 30 days, unless the applicant ‘fails to answer’ a request.\n\n"
    "“A fee of $90 is due at filing.” [@91 FR 70010, 70015]",
    "The Bureau writes in [@91 FR 70010, 70015]:\n\n> The Bureau may grant a licence within 30 days",
    "- “may grant a licence” [@91 FR 70010, 70015]",
    "“The Bureau [to each applicant] may grant a licence” [@91 FR 70010, 70015].",
    "“shall grant a licence within [some or other] 90 days” [@91 FR 70010, 70015].",
    "“may grant *a licence* within **30 days**.” See [@91 FR 70010, 70015].",
    "“may grant a licence within 30 days” (emphasis added) [@91 FR 70010, 70015].",
    "“may grant a licence within 30 days” [@91 FR 70010, § 90.3(b)(1)].",
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


@pytest.mark.parametrize("markdown", QUOTED_WRONG)
def test_an_altered_word_is_found_wherever_it_is_quoted(markdown, rule):
    assert [problem.kind for problem in problems(markdown, rule)] == ["quotation"]


def test_a_quotation_from_another_section_than_the_cited_one_is_a_problem(rule):
    (problem,) = problems("“shall grant a licence within 30 days” [@91 FR 70010, § 90.3(b)(2)]", rule)
    assert problem.kind == "page"


def test_a_section_that_the_document_does_not_have_is_a_problem(rule):
    (problem,) = problems("See [@91 FR 70010, 70015, § 90.9].", rule)
    assert (problem.kind, "§ 90.9, which the document does not have" in problem.message) == ("citation", True)


def test_a_page_outside_a_declared_source_is_a_problem(rule):
    (problem,) = problems("---\nsources: [{cite: 89 FR 5698, last_page: 5735}]\n---\nSee [@89 FR 5698, 5800].", rule)
    assert "ends at page 5735 (pages 5698 to 5735)" in problem.message


def test_a_problem_names_the_line_of_the_text(rule):
    text = "First.\n\nSecond.\n\nIt “may grant a licence” [@91 FR 70010, 70015].\n\nA {--fee of $90--}{++x++} is."
    assert [problem.line for problem in problems(text, rule)] == [5, 7]
    assert str(problems(text, rule)[0]).startswith("Opening, line 5 of its text: The quotation “may grant")


@pytest.mark.parametrize(
    ("cite", "named"),
    [
        ("84 FR 100, 102", "84 FR 100, 102"),
        ("15 CFR 12.1", "15 CFR 12.1"),
        ("Ames v. Bell, 467 U.S. 837, 843 (1984)", "Ames v. Bell, 467 U.S. 837, 843 (1984)"),
        ("CMS-2019-0090-0015", "Comment No. CMS-2019-0090-0015"),
    ],
)
def test_a_quotation_of_what_is_not_imported_is_named_as_not_checked(cite, named, rule):
    findings = review(content_from_markdown(f"“Words of somebody else” [@{cite}]."), rule)
    (notice,) = findings.not_checked
    assert findings.problems == ()
    assert f"“Words of somebody else” is not checked: [@{named}" in str(notice)


def current(*texts):
    provisions = tuple(
        ParsedProvision(f"c{number}", None, "paragraph", "", label, "", text, (), ())
        for number, (label, text) in enumerate(texts)
    )
    return [CurrentText(15, "2026-01-01", provisions)]


def test_a_quotation_of_the_cfr_is_looked_for_in_the_current_text(rule):
    now = current(("15 CFR 12.1(a)", "Each person keeps a list of items."), ("15 CFR 90.3(b)(1)", "No licence is due."))
    content = content_from_markdown
    assert review(content("“keeps a list of items” [@15 CFR 12.1(a)]"), rule, now) == Findings((), ())
    assert check(content("“No licence is due” [@15 CFR 90.3(b)(1)]"), rule, now) == []
    assert check(content("“grant a licence within 30” [@15 CFR 90.3(b)(1)]"), rule, now) == []
    (wrong,) = check(content("“keeps a heap of items” [@15 CFR 12.1]"), rule, now)
    assert wrong.nearest == "keeps a list of items."
    assert "not in the current text word for word" in wrong.message
    (elsewhere,) = check(content("“keeps a list of items” [@15 CFR 12.1(b); 15 CFR 90.3]"), rule, now)
    assert elsewhere.kind == "page"


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


@pytest.mark.parametrize("cite", ["91 FR 70010, 70016", "91 FR 70012", "15 CFR 90.3(b)(2)"])
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


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("The Bureau shall grant a licence within {--30--}{++60++} days", ["15 CFR 90.3(b)(1)"]),
        ("(1) The Bureau {++promptly++} shall grant a licence", ["15 CFR 90.3(b)"]),
        ("(1) The Bureau shall grant a licence * * *\n\n(2) A fee of {--$120--}{++$60++} is due", ["15 CFR 90.3"]),
        ("* * * * *\n\n(2) A fee of {--$120--}{++$60++} is due", ["15 CFR 90.3(b)"]),
        ("unless the applicant “fails to answer” a request. A fee {++of any kind++}", ["15 CFR 90.3(b)"]),
        ("| Licence | {--$120--}{++$60++} |", ["15 CFR 90.4"]),
    ],
)
def test_requested_text_may_start_from_a_passage_several_paragraphs_or_a_row(text, labels, rule):
    row = ParsedProvision("t", None, "table", "", "15 CFR 90.4", "", "", (70016,), (), rows=(("Licence", "$120"),))
    rule = replace(rule, provisions=(*rule.provisions, row))
    assert check(requested(text, *labels), rule) == []
    (problem,) = check(requested(f"{text} of the moon", *labels), rule)
    assert problem.kind == "requested_text"


def test_requested_text_of_another_provision_is_a_problem(rule):
    (problem,) = check(requested("A fee of $120 is due", "15 CFR 90.3(b)(1)"), rule)
    assert "does not start from the words of 15 CFR 90.3(b)(1)" in problem.message


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


@pytest.mark.parametrize(
    "said", ["[t]he value of it [sic] remains", "that ‘[t]he value", "found that “[t]he value of it"]
)
def test_brackets_that_are_the_agencys_own_are_found_as_they_stand(said):
    text = "The Bureau found that “[t]he value of it [sic] remains” with the maker."
    provision = ParsedProvision(
        id="p1",
        parent=None,
        kind="preamble_paragraph",
        number="",
        label="II",
        heading="",
        text=text,
        pages=(70012,),
        notes=(),
    )
    assert next(RuleText([provision]).find(said), None) is not None
