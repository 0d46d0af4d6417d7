"""Citations of the rule get their pages from the printed-page marks."""

import pytest

from commenttrack.letters.content import LetterPartContent
from commenttrack.letters.files import render
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.pins import may_want_pages, with_pins

HEAD = "---\nsources: [{key: nprm, cite: 91 FR 70010, title: T}]\n---\n"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("> A fee of $120 is due\n\n[@91 FR 70010]", "> A fee of $120 is due\n\n[@91 FR 70010, 70016]"),
        ("It “shall grant a licence” [@See 91 FR 70010].", "It “shall grant a licence” [@See 91 FR 70010, 70015]."),
        ("It “shall grant a licence” [@nprm].", "It “shall grant a licence” [@nprm, 70015]."),
        ("It “shall grant a licence” [@Cf. nprm].", "It “shall grant a licence” [@Cf. nprm, 70015]."),
        # over a page break, and over several
        ("> by end use. An applicant’s\n\n[@nprm]", "> by end use. An applicant’s\n\n[@nprm, 70012-70013]"),
        (
            "> unless the applicant “fails to answer” a request. A fee of $120\n\n[@nprm]",
            "> unless the applicant “fails to answer” a request. A fee of $120\n\n[@nprm, 70015-70016]",
        ),
        # two quotations for one citation
        (
            "“An applicant’s history” counts and “A fee of $120” is due [@91 FR 70010].",
            "“An applicant’s history” counts and “A fee of $120” is due [@91 FR 70010, 70013, 70016].",
        ),
        # provisions
        ("See [@91 FR 70010, § 90.3(b)(2)].", "See [@91 FR 70010, 70016, § 90.3(b)(2)]."),
        ("See [@nprm § 90.3].", "See [@nprm, 70015-70016, § 90.3]."),
        ("See [@nprm, § 90.3(b)(1) (emphasis added)].", "See [@nprm, 70015, § 90.3(b)(1) (emphasis added)]."),
        # several authorities in one citation, notes, and the second of two alike
        ("“shall grant”[^a]\n\n[^a]: [@nprm; 15 CFR 1.1].", "“shall grant”[^a]\n\n[^a]: [@nprm, 70015; 15 CFR 1.1]."),
        ("All of [@nprm] and “shall grant a” [@nprm].", "All of [@nprm] and “shall grant a” [@nprm, 70015]."),
        ("`[@nprm]` and “shall grant a licence” [@nprm].", "`[@nprm]` and “shall grant a licence” [@nprm, 70015]."),
    ],
)  # fmt: skip
def test_a_citation_without_a_page_gets_that_of_its_quotation_or_provision(typed, printed, rule):
    (part,) = with_pins(content_from_markdown(HEAD + typed), rule).parts
    assert part.text == printed


@pytest.mark.parametrize(
    "typed",
    [
        "We answer [@nprm].",
        "“not in the rule at all” [@nprm].",
        "“shall grant a licence” [@91 FR 70010, 70016].",
        "“shall grant a licence” [@84 FR 100].",
        "“shall grant a licence” [@15 CFR 90.3].",
        "See [@91 FR at 70015] and “shall grant a licence” [@nprm].",
    ],
)
def test_other_citations_stay_as_they_are(typed, rule):
    content = content_from_markdown(HEAD + typed)
    assert with_pins(content, rule) == content


@pytest.mark.parametrize(
    ("typed", "may"),
    [
        ("[@nprm]", True),
        ("[@See nprm § 90.3]", True),
        ("[@91 FR 70010]", True),
        ("[@89 FR 1, 2; nprm]", True),
        ("[@91 FR 70010, 70012]", False),
        ("[@nprm, 70012]", False),
        ("[@15 CFR 7.2]", False),
        ("no citation, 91 FR 70010", False),
    ],
)
def test_a_letter_says_at_a_glance_whether_a_page_may_be_missing(typed, may):
    assert may_want_pages(LetterPartContent("p", "", 0, f"Text {typed}.")) is may


def test_the_letter_that_is_built_has_the_pages(rule):
    html = render(content_from_markdown(HEAD + "It “shall grant a licence” [@nprm]."), ".html", rule=rule)
    assert "91\u00a0FR\u00a070010, 70015" in html.decode()
