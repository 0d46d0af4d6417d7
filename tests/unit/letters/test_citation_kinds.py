"""Every kind of authority, as it is typed, read and printed in full in both forms."""

import pytest

from commenttrack.errors import BadInput
from commenttrack.letters.authorities import Code, covers, declared_sources
from commenttrack.letters.citation_forms import bluebook, ofr
from commenttrack.letters.citation_reading import REPORTERS, UnreadableCitation, parse
from commenttrack.letters.cited_sources import sources_of
from commenttrack.letters.markdown import content_from_markdown


def spaced(text):
    """No-break spaces made visible."""
    return text.replace("\u00a0", "~")


def one(source, declared=None):
    (citation,) = parse(source, declared)
    return citation.authority


# What is typed, the form of the OFR, the Bluebook's.
FORMS = [
    # the Federal Register, pasted in full or typed in short
    ("89 FR 5698, 5702", "89~FR~5698, 5702", "89~Fed.~Reg.~5698, 5702 (2024)"),
    (
        "Taking Steps, 89 Fed. Reg. 5698, 5702 (proposed Jan. 29, 2024) (to be codified at 15 C.F.R. pt. 7)",
        "89~FR~5698, 5702",
        "Taking Steps, 89~Fed.~Reg.~5698, 5702 (proposed Jan.~29, 2024) (to be codified at 15~C.F.R.~pt.~7)",
    ),
    ("86 Fed. Reg. 36075 (July 8, 2021)", "86~FR~36075", "86~Fed.~Reg.~36075 (July~8, 2021)"),
    ("89 Fed. Reg. 96 (Sept. 3, 2024)", "89~FR~96", "89~Fed.~Reg.~96 (Sept.~3, 2024)"),
    (
        "89 Fed. Reg. 1, 3 (proposed May 2, 2024) (to be codified at 6 C.F.R. pt. 226 and 15 C.F.R. pts. 7, 9)",
        "89~FR~1, 3",
        "89~Fed.~Reg.~1, 3 (proposed May~2, 2024) (to be codified at 6~C.F.R.~pt.~226 and 15~C.F.R.~pts.~7, 9)",
    ),
    (
        "89 Fed. Reg. 5698, 5730 (proposed Jan. 29, 2024) (to be codified at 15 C.F.R. § 7.302(b)(2))",
        "89~FR~5698, 5730 (proposed §~7.302(b)(2))",
        "89~Fed.~Reg.~5698, 5730 (proposed Jan.~29, 2024) (to be codified at 15~C.F.R. §~7.302(b)(2))",
    ),
    (
        "89 FR 5698, 5730, proposed § 7.302(b)(2)",
        "89~FR~5698, 5730 (proposed §~7.302(b)(2))",
        "89~Fed.~Reg.~5698, 5730 (2024) (proposed §~7.302(b)(2))",
    ),
    ("89 FR 5698, 5702 n.12", "89~FR~5698, 5702 n.12", "89~Fed.~Reg.~5698, 5702 n.12 (2024)"),
    ("89 FR 5698, 5702 & nn. 12-13", "89~FR~5698, 5702 nn.12–13", "89~Fed.~Reg.~5698, 5702 nn.12–13 (2024)"),
    ("89 FR 5698, 5702-5704", "89~FR~5698, 5702–5704", "89~Fed.~Reg.~5698, 5702–04 (2024)"),
    ("89 FR 5698, 5702, 5705", "89~FR~5698, 5702, 5705", "89~Fed.~Reg.~5698, 5702, 5705 (2024)"),
    # the Code of Federal Regulations
    ("15 CFR 7.2", "15~CFR~7.2", "15~C.F.R.~§~7.2"),
    ("15 CFR 7.2(a) and (b)", "15~CFR~7.2(a), (b)", "15~C.F.R.~§~7.2(a), (b)"),
    ("15 CFR 7.2(a)-(c)", "15~CFR~7.2(a)–(c)", "15~C.F.R.~§~7.2(a)–(c)"),
    ("15 CFR 7.2, 7.4", "15~CFR~7.2, 7.4", "15~C.F.R.~§§~7.2, 7.4"),
    ("15 CFR 7.2-7.5", "15~CFR~7.2–7.5", "15~C.F.R.~§§~7.2–7.5"),
    ("15 CFR 7.2 through 7.5", "15~CFR~7.2–7.5", "15~C.F.R.~§§~7.2–7.5"),
    ("15 C.F.R. § 7.2 (2024)", "15~CFR~7.2", "15~C.F.R.~§~7.2 (2024)"),
    ("15 CFR part 7", "15~CFR~part~7", "15~C.F.R.~pt.~7"),
    ("15 CFR parts 730-774", "15~CFR~parts~730–774", "15~C.F.R.~pts.~730–774"),
    ("15 CFR part 774, supp. no. 1", "15~CFR~part~774, supplement no. 1", "15~C.F.R.~pt.~774, supp.~no.~1"),
    ("12 C.F.R. pt. 1002, app. B", "12~CFR~part~1002, appendix B", "12~C.F.R.~pt.~1002, app.~B"),
    ("15 CFR part 7, subpart B", "15~CFR~part~7, subpart B", "15~C.F.R.~pt.~7, subpt.~B"),
    # a hyphen within a section's number is no range
    ("17 CFR 240.14a-8", "17~CFR~240.14a-8", "17~C.F.R.~§~240.14a-8"),
    ("48 CFR 52.204-21", "48~CFR~52.204-21", "48~C.F.R.~§~52.204-21"),
    ("26 CFR 1.401(k)-1(a)", "26~CFR~1.401(k)-1(a)", "26~C.F.R.~§~1.401(k)-1(a)"),
    # statutes
    ("50 U.S.C. 1705(a)", "50~U.S.C.~1705(a)", "50~U.S.C.~§~1705(a)"),
    ("50 U.S.C. §§ 1701-1708", "50~U.S.C.~1701–1708", "50~U.S.C.~§§~1701–1708"),
    ("50 USC 4801 et seq.", "50~U.S.C.~4801 et seq.", "50~U.S.C.~§~4801 et seq."),
    ("42 U.S.C. 300gg-11", "42~U.S.C.~300gg-11", "42~U.S.C.~§~300gg-11"),
    ("42 U.S.C. 1395w-4(a)-(c), 1396a", "42~U.S.C.~1395w-4(a)–(c), 1396a", "42~U.S.C.~§§~1395w-4(a)–(c), 1396a"),
    (
        "Administrative Procedure Act, 5 U.S.C. § 553(b)-(c) (2018)",
        "Administrative Procedure Act, 5~U.S.C.~553(b)–(c)",
        "Administrative Procedure Act, 5~U.S.C.~§~553(b)–(c) (2018)",
    ),
    (
        "Export Control Reform Act of 2018, Pub. L. 115-232, § 1758, 132 Stat. 1636, 2218",
        "Export Control Reform Act of 2018, Pub.~L. 115-232, sec.~1758, 132~Stat.~1636, 2218",
        "Export Control Reform Act of 2018, Pub.~L. No.~115-232, §~1758, 132~Stat.~1636, 2218",
    ),
    (
        "Pub. L. No. 115-232, §§ 1758, 1759(a)",
        "Pub.~L. 115-232, secs.~1758, 1759(a)",
        "Pub.~L. No.~115-232, §§~1758, 1759(a)",
    ),
    ("Public Law 117-263 (2022)", "Pub.~L. 117-263 (2022)", "Pub.~L. No.~117-263 (2022)"),
    ("132 Stat. 1636, 2218 (2018)", "132~Stat.~1636, 2218 (2018)", "132~Stat.~1636, 2218 (2018)"),
    # comments
    (
        "CMS-2019-0090-0015",
        "Comment No.~CMS-2019-0090-0015, https://www.regulations.gov/comment/CMS-2019-0090-0015",
        "Comment No.~CMS-2019-0090-0015, https://www.regulations.gov/comment/CMS-2019-0090-0015",
    ),
    (
        "Fieldstone Ass’n, Comment No. FDA-2019-N-2845-0123, at 3-4 (Mar. 13, 2019)",
        "Fieldstone Ass’n, Comment No.~FDA-2019-N-2845-0123, at~3–4 (Mar.~13, 2019), "
        "https://www.regulations.gov/comment/FDA-2019-N-2845-0123",
        "Fieldstone Ass’n, Comment No.~FDA-2019-N-2845-0123, at~3–4 (Mar.~13, 2019), "
        "https://www.regulations.gov/comment/FDA-2019-N-2845-0123",
    ),
]
# Cases print alike in both forms.
CASES = [
    (
        "Chevron U.S.A. Inc. v. NRDC, Inc., 467 U.S. 837, 843-44 (1984)",
        "Chevron U.S.A. Inc. v. NRDC, Inc., 467~U.S.~837, 843–44 (1984)",
    ),
    (
        "Am. Radio Relay League, Inc. v. FCC, 524 F.3d 227, 236–37 (D.C. Cir. 2008)",
        "Am. Radio Relay League, Inc. v. FCC, 524~F.3d~227, 236–37 (D.C.~Cir. 2008)",
    ),
    ("In re Foo, 1 F. 4th 2 (9th Cir. 2021)", "In re Foo, 1~F.4th~2 (9th~Cir. 2021)"),
    ("Loper v. Raimondo, 144 S.Ct. 2244, 2273 (2024)", "Loper v. Raimondo, 144~S.~Ct.~2244, 2273 (2024)"),
    ("Loper v. Raimondo, 603 U.S. ___ (2024)", "Loper v. Raimondo, 603~U.S.~___ (2024)"),
    ("Doe v. Roe, 603 F.Supp.3d 12, 15 & n.3 (D.D.C. 2022)", "Doe v. Roe, 603~F.~Supp.~3d~12, 15 n.3 (D.D.C. 2022)"),
    ("Doe v. Roe, 9 Fed. Cl. 12 (2001)", "Doe v. Roe, 9~Fed.~Cl.~12 (2001)"),
    ("Roe v. Doe, 88 F. App'x 12 (4th Cir. 2004)", "Roe v. Doe, 88~F.~App’x~12 (4th~Cir. 2004)"),
    ("467 U.S. 837", "467~U.S.~837"),
]


@pytest.mark.parametrize(("typed", "register", "book"), [*FORMS, *((typed, form, form) for typed, form in CASES)])
def test_an_authority_prints_in_both_forms(typed, register, book):
    authority = one(typed)
    assert (spaced(ofr(authority)), spaced(bluebook(authority))) == (register, book)


@pytest.mark.parametrize("typed", [typed for typed, *_ in (*FORMS, *CASES)])
def test_a_printed_citation_is_read_as_what_it_was(typed):
    authority = one(typed)
    for printed in (bluebook(authority), ofr(authority)):
        again = one(printed)
        assert type(again) is type(authority)
        assert bluebook(again).split(" (")[0].split(", ")[-1] == bluebook(authority).split(" (")[0].split(", ")[-1]


@pytest.mark.parametrize("reporter", REPORTERS)
def test_each_reporter_is_known_however_it_is_spaced(reporter):
    for typed in (reporter, reporter.replace(" ", ""), reporter.replace("’", "'")):
        case = one(f"Ames v. Bell, 12 {typed} 34, 36 (D.D.C. 2001)")
        assert case.reporter == reporter


@pytest.mark.parametrize(
    ("comma", "printed"), [(True, "88~Fed.~Reg.~50,379, 50,381–82"), (False, "88~Fed.~Reg.~50379")]
)
def test_pages_of_five_digits_have_a_comma_by_setting(comma, printed):
    assert spaced(bluebook(one("88 FR 50379, 50381-82"), thousands=comma)).startswith(printed)


def test_a_remark_is_kept_beside_the_citation():
    (citation,) = parse("See 89 FR 5698, 5702 (emphasis added) (footnote omitted)")
    assert citation.remark == "(emphasis added) (footnote omitted)"
    assert ofr(citation.authority) == ofr(one("89 FR 5698, 5702"))


def test_a_semicolon_within_brackets_separates_nothing():
    assert len(parse("89 FR 5698, 5702 (finding one; finding another); 15 CFR 7.2")) == 2


@pytest.mark.parametrize(
    "signal", ["See", "See also", "Cf.", "But see", "See, e.g.,", "See generally", "But cf.", "Accord", "Contra"]
)
def test_signals_are_kept(signal):
    (citation,) = parse(f"{signal} 15 CFR 7.2")
    assert (citation.signal, citation.authority) == (signal, Code(15, "CFR", ("7.2",)))


@pytest.mark.parametrize("typed", ["Id. at 5703", "id.", "Fieldstone, supra note 3, at 4", "Ames, 467 U.S. at 843"])
def test_a_short_form_typed_by_hand_is_refused(typed):
    with pytest.raises(UnreadableCitation, match="short form"):
        parse(typed)


@pytest.mark.parametrize(
    "typed", ["Ames v. Bell, 467 U.S. 837, 12 (1984)", "132 Stat. 1636, 12", "89 FR 5698, 5705-5702"]
)
def test_a_page_before_the_first_is_refused_in_every_series(typed):
    with pytest.raises(UnreadableCitation, match="before page"):
        parse(typed)


def test_a_day_that_is_none_is_refused():
    with pytest.raises(UnreadableCitation, match="no day of the calendar"):
        parse("89 FR 5698 (proposed Feb. 30, 2024)")


# ------------------------------------------------------------------------------------------------ declared by key

HEAD = """---
citations: bluebook
sources:
  - {key: nprm, cite: 89 FR 5698, last_page: 5735, title: Taking Steps, kind: proposed, date: 2024-01-29, cfr: [15 CFR 7]}
  - {key: ieepa, kind: statute, cite: 50 U.S.C. 1701-1708, title: Emergency Act}
  - {key: ecra, kind: statute, cite: "Pub. L. 115-232, 132 Stat. 1636"}
  - {key: ames, kind: case, cite: 467 U.S. 837 (1984), title: Ames v. Bell, short: Ames}
  - {key: fieldstone, kind: comment, cite: CMS-2019-0090-0015, author: Fieldstone Ass’n, date: 2019-03-13}
  - {key: gao, kind: report, author: Gov’t Accountability Off., number: GAO-21-179, title: Chips, date: Dec. 2020, url: "https://www.gao.gov/x"}
---
"""  # noqa: E501


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("nprm", "Taking Steps, 89~Fed.~Reg.~5698 (proposed Jan.~29, 2024) (to be codified at 15~C.F.R.~pt.~7)"),
        (
            "nprm, 5702",
            "Taking Steps, 89~Fed.~Reg.~5698, 5702 (proposed Jan.~29, 2024) (to be codified at 15~C.F.R.~pt.~7)",
        ),
        (
            "nprm, 5702-03, § 7.2(b)",
            "Taking Steps, 89~Fed.~Reg.~5698, 5702–03 (proposed Jan.~29, 2024) (to be codified at 15~C.F.R. §~7.2(b))",
        ),
        (
            "nprm § 7.2(b)",
            "Taking Steps, 89~Fed.~Reg.~5698 (proposed Jan.~29, 2024) (to be codified at 15~C.F.R. §~7.2(b))",
        ),
        ("ieepa", "Emergency Act, 50~U.S.C.~§§~1701–1708"),
        ("ieepa, § 1705(a)", "Emergency Act, 50~U.S.C.~§~1705(a)"),
        ("ecra, § 1758, 2218", "Pub.~L. No.~115-232, §~1758, 132~Stat.~1636, 2218"),
        ("ecra, 2218", "Pub.~L. No.~115-232, 132~Stat.~1636, 2218"),
        ("ames, 843-44", "Ames v. Bell, 467~U.S.~837, 843–44 (1984)"),
        (
            "fieldstone, at 3",
            "Fieldstone Ass’n, Comment No.~CMS-2019-0090-0015, at~3 (Mar.~13, 2019), "
            "https://www.regulations.gov/comment/CMS-2019-0090-0015",
        ),
        ("gao, 12", "Gov’t Accountability Off., GAO-21-179, Chips, at~12 (Dec. 2020), https://www.gao.gov/x"),
        ("gao, tbl. 3", "Gov’t Accountability Off., GAO-21-179, Chips, tbl. 3 (Dec. 2020), https://www.gao.gov/x"),
    ],
)
def test_a_declared_source_is_cited_by_its_key(typed, printed):
    head = content_from_markdown(HEAD + "Text.").head
    assert spaced(bluebook(one(typed, declared_sources(head.sources, head.works)))) == printed


def test_an_unknown_key_is_refused_with_those_that_are_known():
    with pytest.raises(UnreadableCitation, match=r"no source of the letter’s head .*the keys there are ames"):
        parse("gao, 12", {"ames": one("467 U.S. 837")})


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "case", "cite": "467 U.S. 837"}, "needs a key"),
        ({"kind": "case", "key": "a", "cite": "15 CFR 7.2"}, "must be that of a case"),
        ({"kind": "statute", "key": "a", "cite": "467 U.S. 837"}, "must be that of a statute"),
        ({"kind": "comment", "key": "a", "cite": "nothing"}, "CMS-2019-0090-0015"),
        ({"kind": "report", "key": "a"}, "needs a title"),
        ({"kind": "report", "key": "a", "title": "T", "cite": "89 FR 1"}, "has no cite"),
        ({"kind": "book", "key": "a"}, "must be one of"),
        ({"key": "A b", "cite": "89 FR 1"}, "small letter"),
        ({"cite": "89 FR 1", "author": "X"}, "has no author"),
    ],
)
def test_a_source_that_its_kind_does_not_allow_is_refused(entry, message):
    with pytest.raises(BadInput, match=message):
        sources_of([entry])


def test_a_key_stands_once():
    with pytest.raises(BadInput, match="stands twice"):
        sources_of([{"key": "a", "cite": "89 FR 1"}, {"key": "a", "kind": "report", "title": "T"}])


@pytest.mark.parametrize(
    ("typed", "label", "inside"),
    [
        ("15 CFR 7.2", "15 CFR 7.2(a)(1)", True),
        ("15 CFR 7.2", "15 CFR 7.20", False),
        ("15 CFR part 7", "15 CFR 7.2", True),
        ("15 CFR 7.2(a) and (c)", "15 CFR 7.2(c)(1)", True),
        ("15 CFR 7.2(a) and (c)", "15 CFR 7.2(b)", False),
        ("15 CFR 7.2(a)-(c)", "15 CFR 7.2(b)(4)", True),
        ("15 CFR 7.2(a)-(c)", "15 CFR 7.2(d)", False),
        ("15 CFR 7.2(a)-(c)", "15 CFR 7.3(b)", False),
        ("15 CFR 7.2(a)(i)-(v)", "15 CFR 7.2(a)(iv)", True),
        ("15 CFR 7.2(a)(i)-(iii)", "15 CFR 7.2(a)(iv)", False),
        ("15 CFR 7.2(a)(8)-(11)", "15 CFR 7.2(a)(10)", True),
        ("15 CFR 7.2-7.11", "15 CFR 7.9(b)", True),
        ("15 CFR 7.2-7.11", "15 CFR 7.12", False),
        ("15 CFR 7.2", "16 CFR 7.2", False),
    ],
)
def test_a_citation_covers_what_lies_within_it(typed, label, inside):
    assert covers(one(typed), label) is inside
