"""Comments in the columns of ISO and of the Department of Defense, and a member's filled template."""

import pytest

from commenttrack.positions.comment_matrices import (
    DOD_COLUMNS,
    ISO_COLUMNS,
    Layout,
    NotATemplate,
    clause_of,
    matrix_sheet,
    member_comments,
)
from commenttrack.positions.exchange import LinkNow, PositionNow, ProvisionNow, Said, Standing
from commenttrack.positions.spreadsheet_files import Table

PROVISIONS = {
    key: ProvisionNow(key, label, "5698", "Text.")
    for key, label in (
        ("p", ""),
        ("s", "15 CFR 7.2"),
        ("a", "15 CFR 7.2(a)"),
        ("a1", "15 CFR 7.2(a)(1)"),
        ("t", "15 CFR 7.3"),
    )
}


def standing(**links):
    places = {(key, number): LinkNow(1, said) for number, (key, said) in enumerate(links.items(), 1)}
    return Standing(1, PROVISIONS, {n: PositionNow(n, str(n), "S", "") for n in range(1, 9)}, places)


SAID = standing(
    t=Said("support_with_change", (), "Too short.", "Give 90 days.", "within {--72--}{++90++} hours"),
    a1=Said("oppose", ("arbitrary",), "Costs.", ""),
    a=Said("oppose", (), "Costs.", ""),
    s=Said("support"),
    p=Said("clarify", (), "", "Say which."),
)


def test_iso_has_a_row_for_each_comment_in_the_documents_order():
    sheet = matrix_sheet(Layout.ISO, SAID, organization="The House")
    assert sheet.columns == ISO_COLUMNS
    assert sheet.rows == (
        ("The House", "", "Preamble", "", "te", "Say which.", "Say which.", ""),
        ("The House", "", "7.2", "(a)", "te", "Costs.", "Do not adopt.", ""),
        ("The House", "", "7.2", "(a)(1)", "te", "Costs.", "Do not adopt.", ""),
        ("The House", "", "7.3", "", "te", "Too short.", "Give 90 days.\n\nwithin 90 hours", ""),
    )


def test_a_legal_ground_makes_a_comment_of_the_defense_matrix_critical():
    sheet = matrix_sheet(Layout.DOD, SAID, organization="The House")
    assert sheet.columns == DOD_COLUMNS
    assert [(row[0], row[3], row[5]) for row in sheet.rows] == [
        (1, "S", "Preamble"),
        (2, "M", "15 CFR 7.2(a)"),
        (3, "C", "15 CFR 7.2(a)(1)"),
        (4, "S", "15 CFR 7.3"),
    ]


@pytest.mark.parametrize(
    ("label", "clause"),
    [
        ("15 CFR 7.2(a)(1)", ("7.2", "(a)(1)")),
        ("6 CFR 226.1", ("226.1", "")),
        ("§ 7.2(a)", ("7.2", "(a)")),
        ("7 CFR 1b.4(c)(30)", ("1b.4", "(c)(30)")),
        ("IV.A.1", ("IV.A.1", "")),
        ("Definitions", ("Definitions", "")),
    ],
)
def test_a_citation_has_a_clause_and_a_paragraph(label, clause):
    assert clause_of(label) == clause


HEADER = (
    "MB/NC¹", "Line number\n(e.g. 17)", "Clause/\nSubclause\n(e.g. 3.1)", "Paragraph/\nFigure/\nTable/\n(e.g. Table 1)",
    "Type of comment²", "Comments", "Proposed change", "Observations of the secretariat",
)  # fmt: skip


def comments(*rows, above=((1, ("Template for comments", "Date: 2026-03-02")),)):
    table = Table("", (*above, (3, HEADER), *((at, row) for at, row in enumerate(rows, 4))))
    return member_comments(table, PROVISIONS.values())


@pytest.mark.parametrize(
    ("clause", "paragraph", "keys"),
    [
        ("7.2", "(a)(1)", ("a1",)),
        ("7.2", "(a) (1)", ("a1",)),
        ("7.2", "Paragraph (a)", ("a",)),
        ("§ 7.2(a)", "", ("a",)),
        ("15 CFR 7.3", "Table 1", ("t",)),
        ("7.2", "(z)", ("s",)),
        ("9.9", "", ()),
        ("", "", ()),
        ("all", "", ()),
    ],
)
def test_a_comment_is_matched_by_its_clause(clause, paragraph, keys):
    [found] = comments(("US", "12", clause, paragraph, "te", "Costs.", "Drop it.", ""))
    assert found.provisions == keys
    assert (found.row, found.organization, found.kind, found.change) == (4, "US", "technical", "Drop it.")


def test_a_comment_is_kept_with_all_that_its_row_says():
    [found] = comments(("US", "12", "7.2", "(a)", "ge", "Costs.", "Drop it.", ""))
    assert found.text == "7.2, (a), line 12 (general): Costs.\nProposed change: Drop it."


def test_rows_without_a_comment_are_no_comments():
    assert comments(("US", "", "7.2", "", "ge", "", "", ""), ("",) * 8, ("US",)) == []


def test_another_table_is_refused():
    with pytest.raises(NotATemplate, match="ISO"):
        member_comments(Table("", ((1, ("Name", "Phone")),)), PROVISIONS.values())


def test_what_goes_out_in_the_template_is_matched_again_when_it_comes_back():
    rows = matrix_sheet(Layout.ISO, SAID, organization="US").rows
    names = tuple(column.name for column in ISO_COLUMNS)
    table = Table("", ((1, names), *((at, tuple(map(str, row))) for at, row in enumerate(rows, 2))))
    assert [each.provisions for each in member_comments(table, PROVISIONS.values())] == [(), ("a",), ("a1",), ("t",)]
