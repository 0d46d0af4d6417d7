"""What surrounds a provision, with parents and without them."""

from commenttrack.positions.outline import passages
from commenttrack.rulemaking.provisions import ParsedProvision


def unit(key, text, *, parent=None, kind="paragraph", heading="§ 7.2", label="§ 7.2"):
    return ParsedProvision(
        id=key, parent=parent, kind=kind, number="", label=label, heading=heading, text=text, pages=(), notes=()
    )


EXTRACT = [
    unit("0", "Widget means a thing with:"),
    unit("1", "(1) Teeth; or"),
    unit("1i", "(i) Long ones;"),
    unit("a", "(a) Operators must:"),
    unit("a1", "(1) Report:"),
    unit("a1i", "(i) Within two days;"),
    unit("a1ii", "(ii) In writing:"),
    unit("a1iiA", "(A) By mail; or"),
    unit("b", "(b) Owners need not."),
    unit("h", "(h) Others must not."),
    unit("i", "(i) Nobody may refuse."),
    unit("i1", "(1) Except the sick."),
]


def found(provisions):
    return {passage.id: passage for passage in passages(provisions)}


def test_lead_ins_are_told_from_markers_where_there_are_no_parents():
    assert (
        found(EXTRACT)["a1iiA"].lead_in == "Widget means a thing with: (a) Operators must: (1) Report: (ii) In writing:"
    )


def test_paths_follow_the_markers():
    assert {key: passage.path for key, passage in found(EXTRACT).items()} == {
        "0": ("7.2",),
        "1": ("7.2", "1"),
        "1i": ("7.2", "1", "i"),
        "a": ("7.2", "a"),
        "a1": ("7.2", "a", "1"),
        "a1i": ("7.2", "a", "1", "i"),
        "a1ii": ("7.2", "a", "1", "ii"),
        "a1iiA": ("7.2", "a", "1", "ii", "A"),
        "b": ("7.2", "b"),
        "h": ("7.2", "h"),
        "i": ("7.2", "i"),
        "i1": ("7.2", "i", "1"),
    }


def test_a_path_is_read_from_the_label_where_parents_are_given():
    section = unit("s", "", kind="section", label="15 CFR 7.2", heading="Duties")
    paragraph = unit("p", "Report.", parent="s", label="15 CFR 7.2(a)(1)", heading="")
    passage = found([section, paragraph])["p"]
    assert (passage.path, passage.headings, passage.division) == (("7.2", "a", "1"), ("Duties",), "s")


def test_a_flat_heading_path_is_taken_apart():
    passage = found([unit("p", "Text.", kind="preamble_paragraph", heading="IV. Rule > B. Scope", label="IV.B")])["p"]
    assert passage.headings == ("IV. Rule", "B. Scope")
    assert not passage.regulatory


def test_citations_of_sections_and_paragraphs_are_read():
    text = "Proposed §§ 7.2(a)(1) and 7.3 follow 15 CFR 7.4, but not part 9 and not 2.5 percent."
    assert found([unit("p", text, kind="preamble_paragraph", heading="")])["p"].cites == (
        ("7.2", "a", "1"),
        ("7.3",),
        ("7.4",),
    )


def test_a_table_is_found_by_its_cells():
    table = ParsedProvision(
        id="t",
        parent=None,
        kind="table",
        number="",
        label="",
        heading="Fees",
        text="",
        pages=(),
        notes=(),
        rows=(("Pump", "3"),),
    )
    assert found([table])["t"].text == "Fees Pump 3"


def test_a_parent_that_is_its_own_ancestor_ends_the_walk():
    one, two = unit("1", "one", parent="2", heading=""), unit("2", "two", parent="1", heading="")
    assert found([one, two])["1"].lead_in == "two"


def test_an_invitation_to_comment_is_seen_in_the_text_or_the_heading():
    provisions = [
        unit("t", "The agency requests comment on fees.", kind="preamble_paragraph", heading="Fees"),
        unit("h", "1. Fees for pumps.", kind="preamble_paragraph", heading="IV. Rule > v. Request for Comments"),
        unit("n", "A comment was received.", kind="preamble_paragraph", heading="Fees"),
    ]
    assert [passage.invites_comment for passage in passages(provisions)] == [True, True, False]


def test_the_unnumbered_paragraph_that_opens_a_section_leads_in_the_numbered_ones():
    provisions = [
        unit("s", "", kind="section", label="15 CFR 7.2", heading="Duties"),
        unit("o", "An operator must:", parent="s", heading=""),
        unit("a", "Report:", parent="s", heading="")._replace(number="(a)"),
        unit("a1", "In writing.", parent="a", heading="")._replace(number="(1)"),
        unit("c", "This section ends in 2030.", parent="s", heading=""),
    ]
    assert {key: passage.lead_in for key, passage in found(provisions).items()} == {
        "o": "",
        "a": "An operator must:",
        "a1": "An operator must: Report:",
        "c": "",
    }


def test_entries_of_contents_and_of_abbreviations_are_nothing_to_suggest():
    provisions = [
        unit("c", "A. Fees for pumps", kind="preamble_paragraph", heading="Table of Contents"),
        unit("b", "PA Pump Association", kind="preamble_paragraph", heading="Abbreviations Used in This Document"),
        unit("t", "The contents of pumps", kind="preamble_paragraph", heading="I. Rule > A. Contents of pumps"),
        unit("r", "A report names the pump.", kind="preamble_paragraph", heading="I. Rule > B. Report Contents"),
        unit("l", "A label may say gal.", kind="preamble_paragraph", heading="I. Rule > C. Abbreviations on Labels"),
    ]
    assert list(found(provisions)) == ["t", "r", "l"]
