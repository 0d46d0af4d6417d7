import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.errors import BadInput
from commenttrack.rulemaking.citations import (
    Citation,
    FederalRegisterCitation,
    find,
    paragraph_paths,
    parse,
    parse_federal_register,
    paths,
)


@pytest.mark.parametrize(
    "text",
    [
        "6 CFR 226.1(a)(2)",
        "6 CFR part 226",
        "38 CFR part 3 subpart A",
        "§ 226.1(a)",
        "6 CFR 226.1 “Cyber incident”",
        "6 CFR 226.1 “Ransomware attack” (4)(i)",
        "7 CFR 1b.2(f)(3)(ii)",
        "41 CFR 102-3.5",
    ],
)
def test_a_citation_is_written_as_it_was_read(text):
    assert str(parse(text)) == text


def test_bluebook_forms_are_read_too():
    assert parse("15 C.F.R. § 7.2(b)") == Citation(15, "7", "7.2", ("b",))
    assert parse("15 C.F.R. pt. 7") == Citation(15, "7")


@pytest.mark.parametrize("text", ["", "89 FR 5698", "paragraph (a)", "6 CFR", "6 CFR 226.1 and more"])
def test_what_is_no_citation_is_refused_by_name(text):
    with pytest.raises(BadInput, match="not a citation of the CFR"):
        parse(text)


def test_citations_sort_in_the_order_of_the_rule():
    ordered = [
        "6 CFR 226.2",
        "6 CFR 226.2(a)",
        "6 CFR 226.2(h)",
        "6 CFR 226.2(h)(2)",
        "6 CFR 226.2(h)(2)(ix)",
        "6 CFR 226.2(h)(10)",
        "6 CFR 226.2(i)",
        "6 CFR 226.10(a)",
        "15 CFR 7.1",
    ]
    assert [str(c) for c in sorted(map(parse, reversed(ordered)), key=lambda c: c.order)] == ordered


def test_a_paragraph_contains_what_stands_under_it():
    assert parse("6 CFR 226.1(a)").contains(parse("6 CFR 226.1(a)(2)(i)"))
    assert not parse("6 CFR 226.1(a)").contains(parse("6 CFR 226.1(b)"))
    assert not parse("6 CFR 226.1").contains(parse("6 CFR 226.10"))
    assert parse("6 CFR part 226").contains(parse("6 CFR 226.1(a)"))
    assert parse("6 CFR 226.1").contains(parse("6 CFR 226.1 “Director”"))


def test_citations_are_found_in_running_text_with_their_place():
    text = "Under 6 CFR 226.3(a)(1) and § 226.4, see 89 FR 23644, 23651–53, and 15 C.F.R. pt. 7."
    found = list(find(text, title=6))
    assert [str(entry.citation) for entry in found] == [
        "6 CFR 226.3(a)(1)",
        "6 CFR 226.4",
        "89 FR 23644, 23651–23653",
        "15 CFR part 7",
    ]
    assert [text[entry.start : entry.end] for entry in found][1] == "§ 226.4"


def test_federal_register_citations_have_two_written_forms():
    citation = parse_federal_register("89 Fed. Reg. 50,698, 50,702")
    assert citation == FederalRegisterCitation(89, 50698, ((50702, 50702),))
    assert str(citation) == "89 FR 50698, 50702"
    assert citation.written("Fed. Reg.", comma=True) == "89 Fed. Reg. 50,698, 50,702"


@given(
    st.integers(1, 99),
    st.integers(1, 99_999),
    st.lists(st.tuples(st.integers(10, 99_999), st.integers(0, 40)), max_size=3),
)
def test_any_federal_register_citation_survives_being_written(volume, page, pins):
    citation = FederalRegisterCitation(volume, page, tuple((first, first + more) for first, more in pins))
    assert parse_federal_register(str(citation)) == citation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(f)(1) through (4)", ["f1", "f2", "f3", "f4"]),
        ("(a)(6)(iii) through (v)", ["a6iii", "a6iv", "a6v"]),
        ("(a), (c), (d), and (e)", ["a", "c", "d", "e"]),
        ("(d)(1) and (2) and (e)", ["d1", "d2", "e"]),
        ("(h) through (k)", ["h", "i", "j", "k"]),
    ],
)
def test_lists_and_ranges_of_paragraphs_are_written_out(text, expected):
    assert ["".join(path) for path in paths(text)] == expected


def test_paragraphs_are_found_in_an_instruction():
    assert paragraph_paths("by revising paragraphs (a)(2) and (b), the words in paragraph (c)") == [
        ("a", "2"),
        ("b",),
        ("c",),
    ]
