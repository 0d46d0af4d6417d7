"""Two documents side by side, as `commenttrack rule compare` shows them."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from click.testing import CliRunner

from commenttrack.cli import main
from commenttrack.errors import BadInput
from commenttrack.rulemaking import comparison, federal_register, other_forms
from commenttrack.rulemaking.comparison import changes, compare
from commenttrack.rulemaking.corrections import exchange, places, statements
from commenttrack.rulemaking.provisions import ParsedProvision
from commenttrack.rulemaking.succession import LaterKind

CMS = ("cms-1802-snf-fy2025", "prorule-2024-06812-cms-snf-fy2025.xml", "final-2024-16907.xml")
EPRESCRIBING = ("cms-2019-0090-epa", "proposed-2019-13028.htm", "final-2020-28877.htm")


def pair(shared, folder, *names):
    return [other_forms.read((shared / "pairs" / folder / name).read_bytes(), name=name) for name in names]


@pytest.mark.parametrize("documents", [CMS, EPRESCRIBING])
def test_a_real_final_rule_is_compared_whole(shared, documents):
    earlier, later = pair(shared, *documents)
    found = comparison.to_json(compare(earlier, later))
    assert (found["format"], found["kind"], found["evidence"]["strong"]) == ("commenttrack-succession/1", "final", True)
    assert [row["earlier"] for row in found["provisions"] if row["earlier"]] == [p.id for p in earlier.provisions]
    later_ones = Counter(row["later"] for row in found["provisions"] if row["later"])
    in_question = {candidate["id"] for row in found["provisions"] for candidate in row["candidates"]}
    assert set(later_ones.values()) == {1}
    assert set(later_ones) | in_question == {p.id for p in later.provisions}
    assert sum(found["fates"].values()) == len(found["provisions"])


def test_regulatory_text_of_a_real_pair_keeps_its_citations(shared):
    earlier, later = pair(shared, *CMS)
    found = comparison.to_json(compare(earlier, later))
    fates = {row["earlier_label"]: row for row in found["provisions"] if row["earlier_label"]}
    assert fates["42 CFR 413.360(f)(3)"]["fate"] == "changed"
    assert [run for run in fates["42 CFR 413.360(f)(3)"]["difference"] if run["kind"] != "same"] == [
        {"kind": "delete", "text": " of this Part"}
    ]


def test_documents_in_the_wrong_order_are_refused(shared):
    earlier, later = pair(shared, *CMS)
    with pytest.raises(BadInput, match="give the earlier document first"):
        compare(later, earlier)


def test_a_reopening_says_no_provision_again_and_its_date_is_in_force(shared):
    reopening = federal_register.parse((shared / "rules" / "prorule-2016-08806.xml").read_bytes())
    head = replace(
        reopening.document, action="Proposed rule.", fr_citation="81 FR 3033", start_page=3033, end_page=3038
    )
    proposal = replace(
        reopening,
        document=replace(
            head, comment_dates=tuple(replace(date, date="2016-03-21") for date in reopening.document.comment_dates)
        ),
    )
    found = comparison.to_json(compare(proposal, reopening))
    assert (found["kind"], found["provisions"]) == ("reopening", [])
    assert found["evidence"]["named"] == "81 FR 3033-3038"
    assert [(date["date"], date["in_force"]) for date in found["comment_dates"]] == [
        ("2016-03-21", False),
        ("2016-05-05", True),
    ]


def test_a_document_that_does_not_say_what_it_is_is_compared_all_the_same(shared):
    rule = federal_register.parse((shared / "rules" / "prorule-2024-02703.xml").read_bytes())
    found = compare(rule, rule)
    assert found.kind is LaterKind.OTHER
    assert {anchor.fate.value for anchor in found.anchors} == {"unchanged"}


def test_the_command_writes_the_comparison_and_says_how_often_each_fate_occurs(shared, tmp_path):
    folder, *names = EPRESCRIBING
    files = [str(shared / "pairs" / folder / name) for name in names]
    result = CliRunner().invoke(main, ["rule", "compare", *files, "-o", str(tmp_path / "out.json")])
    assert (result.exit_code, result.stderr.startswith("final: ")) == (0, True)
    assert json.loads((tmp_path / "out.json").read_text())["format"] == "commenttrack-succession/1"


def test_the_difference_of_a_table_stays_within_the_rows_that_changed():
    found = changes("Costs\n2026 | 4\n2027 | 5", "Costs\n2026 | 4\n2027 | 6")
    assert [(change.kind, change.text) for change in found if change.kind != "same"] == [
        ("delete", "5"),
        ("insert", "6"),
    ]
    assert "".join(change.text for change in found if change.kind != "insert") == "Costs\n2026 | 4\n2027 | 5"


def correction(text):
    provision = ParsedProvision("c1", None, "preamble_paragraph", "", "", "", text, (8100,), ())
    return type("Rule", (), {"provisions": (provision,)})


def test_a_correction_names_page_column_section_and_words():
    text = (
        "In proposed rule document 2026–01580, beginning on page 5698 in the issue of Thursday, January 29, 2026, make "
        "the following corrections: 1. On page 5,702, in the second column, in § 7.2(a), in the third line, “thirty” "
        "should read “sixty”. 2. On page 5703, in the third column, the table is corrected as set forth below."
    )
    found = [(each.page, each.column, each.section, each.wrong, each.right) for each in statements(correction(text))]
    assert found == [(5702, "second", "§ 7.2(a)", "thirty", "sixty"), (5703, "third", "", "", "")]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("the phrase “at most ten” is corrected to read “at least ten”", ("at most ten", "at least ten")),
        ("remove the word “may” and add in its place the word “must”", ("may", "must")),
        ("``(b)(1)'' should read ``(b)(2)''", ("(b)(1)", "(b)(2)")),
        ("the heading should be in italics", ("", "")),
    ],
)
def test_the_words_that_a_correction_exchanges(statement, words):
    (found,) = statements(correction(f"On page 5702, {statement}."))
    assert (found.wrong, found.right) == words


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("in § 7.2, in paragraph (b)(2), in the third line, “a” should read “b”", "§ 7.2(b)(2)"),
        ("in 15 CFR 7.2(b), in paragraph (b)(2), “a” should read “b”", "15 CFR 7.2(b)(2)"),
        ("in § 7.2(b), in paragraph (2), “a” should read “b”", "§ 7.2(b)"),
        ("in § 7.2, in paragraphs (b) and (c), “a” should read “b”", "§ 7.2"),
        ("in § 7.2, in paragraph (2) of the definition of “Part”, “a” should read “b”", "§ 7.2"),
        ("in the third line, “§ 7.4(a)” should read “§ 7.4(b)”", ""),
        ("in §§ 7.2 and 7.3, “a” should read “b”", ""),
        ("in § 7.2 and in § 7.3, “a” should read “b”", ""),
        ("in the preamble, in the discussion of § 7.2(b), “a” should read “b”", ""),
    ],
)
def test_a_statement_names_one_place_of_the_cfr_or_none(statement, place):
    (found,) = statements(correction(f"On page 5702, {statement}."))
    assert (found.section, found.wrong != "") == (place, True)


def test_a_statement_without_a_section_is_about_the_one_printed_above_as_corrected():
    document = (
        "<RULE><PREAMB><CFR>15 CFR Part 7</CFR><SUBJECT>Rules</SUBJECT></PREAMB><SUPLINF>"
        '<HD SOURCE="HD2">Correction</HD><P>In rule document 2026–01580, beginning on page 5698, make these:</P>'
        '<REGTEXT TITLE="15" PART="7"><SECTION><SECTNO>§ 7.2</SECTNO><SUBJECT>[Corrected]</SUBJECT></SECTION>'
        "<AMDPAR>1. On page 5702, in paragraph (b)(2), “ten” should read “two”.</AMDPAR>"
        "<AMDPAR>2. On the same page, in § 7.3(c), “may” should read “must” and “six” should read “five”.</AMDPAR>"
        "<AMDPAR>3. On page 5703, in paragraph (d), the heading is corrected to read “Scope”.</AMDPAR>"
        "</REGTEXT></SUPLINF></RULE>"
    )
    parsed = federal_register.parse(document.encode())
    assert [(each.page, each.section, each.wrong) for each in statements(parsed)][:3] == [
        (5702, "15 CFR 7.2(b)(2)", "ten"),
        (5702, "§ 7.3(c)", "may"),
        (5702, "§ 7.3(c)", "six"),
    ]
    assert [(each.verb, each.target, each.words) for each in parsed.instructions] == [
        ("revise", "15 CFR 7.2(b)(2)", ("ten", "two")),
        ("revise", "15 CFR 7.3(c)", ("may", "must")),
        ("revise", "15 CFR 7.3(c)", ("six", "five")),
        ("revise", "15 CFR 7.2(d) heading", ()),
    ]


def test_words_go_to_the_paragraph_that_is_named_and_to_no_other():
    texts = {
        "(a)": "Ten days.",
        "(b)(1)": "Within ten days or ten hours.",
        "(b)(2)": "After ten days.",
        "(c)": "Two days.",
    }
    earlier = [
        ParsedProvision(path, None, "paragraph", "", f"15 CFR 7.2{path}", "", text, (5702,), ())
        for path, text in texts.items()
    ]

    def placed(said):
        (found,) = places(statements(correction(f"On page 5702, {said} should read “one”.")), earlier)
        return found.earlier, [candidate.id for candidate in found.candidates]

    assert placed("in § 7.2(b)(2), “ten”") == ("(b)(2)", [])
    assert placed("in § 7.2(b), “ten hours”") == ("(b)(1)", [])
    # Several times in what is named, somewhere else alone, and nowhere.
    assert placed("in § 7.2(b), “ten days”") == (None, ["(b)(1)", "(b)(2)"])
    assert placed("in § 7.2(a), “Two”") == (None, ["(c)"])
    assert placed("in § 7.2(c), “nine”") == (None, ["(c)"])


def test_words_that_stand_twice_are_not_exchanged():
    assert exchange("may and may", "may", "must") is None
    assert exchange("mayor and may", "may", "must").applied("mayor and may") == "mayor and must"
