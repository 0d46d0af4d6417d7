"""Lists of whom to ask, as people make them."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.errors import BadInput
from commenttrack.signoffs.invitation_lists import (
    Invitee,
    UnreadableList,
    as_json,
    folded_name,
    from_json,
    read_list,
    template_csv,
    template_xlsx,
)

ADA = Invitee(2, "Acme Metals", "Ada Signer", "ada@example.org", "President", "We spoke.")


def listed(*lines):
    return read_list("\n".join(lines).encode())


def problems(*rows):
    return [(each.column, each.row, each.sentence) for each in listed("organization,person,email", *rows).problems]


@pytest.mark.parametrize(
    "head",
    [
        "organization,person,email,title,note",
        "Company,Contact Name,E-Mail Address,Job title,Personal note",
        "MEMBER,Signatory,e_mail,Position,Message",
        "\ufeff Organisation ,Full name,Email,Role,Notes",
    ],
)
def test_columns_are_known_by_what_people_call_them(head):
    assert listed(head, "Acme Metals,Ada Signer,Ada@Example.org,President,We spoke.").invitees == (ADA,)


def test_a_title_above_the_columns_and_other_columns_are_passed_over():
    found = listed("Whom we ask,,,", ",,,", "Id,email,person,organization", "7,a@b.org,Ada,Acme")
    assert found.invitees == (Invitee(4, "Acme", "Ada", "a@b.org", "", ""),)


@pytest.mark.parametrize("written", ["Ada <ada@example.org>", "mailto:ada@example.org", " ADA@example.org "])
def test_an_address_is_taken_out_of_what_stands_around_it(written):
    assert listed("organization,person,email", f"Acme,Ada,{written}").invitees[0].email == "ada@example.org"


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (",Ada,ada@example.org", "A", "Give the organization"),
        ("Acme,,ada@example.org", "B", "Give the name"),
        ("Acme,Ada,", "C", "Give the person’s e-mail"),
        ("Acme,Ada,ada at example.org", "C", "is no e-mail address"),
        ("Acme,Ada,ada@example.org;b@example.org", "C", "is no e-mail address"),
        ("Acme,Ada,ada\x01@example.org", "C", "is no e-mail address"),
        (f"{'A' * 301},Ada,ada@example.org", "A", "Shorten"),
    ],
)
def test_a_row_that_cannot_be_used_says_where_and_what_to_do(row, column, says):
    ((found, number, sentence),) = problems(row)
    assert (found, number) == (column, 2)
    assert says in sentence


def test_the_others_are_taken_all_the_same():
    found = listed("organization,person,email", "Acme,Ada,", "Birch,Ben,ben@example.org")
    assert [each.organization for each in found.invitees] == ["Birch"]


def test_an_organization_stands_in_a_list_once():
    assert problems("The Acme Co.,Ada,a@b.org", "acme co,Ben,b@b.org")[0][:2] == ("A", 3)


def test_a_formula_is_told_with_its_cell_and_never_calculated():
    book = openpyxl.Workbook()
    for row in (["organization", "person", "email"], ["Acme", "Ada", '=CONCAT("a","@b.org")']):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    found = read_list(data.getvalue())
    assert found.invitees == ()
    assert [(each.column, each.row) for each in found.problems] == [("C", 2)]
    assert "formula" in found.problems[0].sentence


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"name,phone\nAda,1\n", "No column for organization"),
        (b"organization,person,email\n", "no row below"),
        (b"", "empty"),
        (b"%PDF-1.7", "PDF"),
        (("organization,person,email\n" + "A,B,a@b.org\n" * 1001).encode(), "Split"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(data, says):
    with pytest.raises(BadInput, match=says):
        read_list(data)


@pytest.mark.parametrize("data", [template_csv(), template_xlsx(stamp=dt.datetime(2026, 3, 2, tzinfo=dt.UTC))])
def test_the_template_can_be_read(data):
    found = read_list(data)
    assert (len(found.invitees), found.problems, found.invitees[0].note) == (1, (), "We spoke about it in May.")


def test_rows_come_back_from_the_form_as_they_went():
    assert from_json(as_json([ADA])) == (ADA,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "{}",
        "[1]",
        '[{"row": 1}]',
        as_json([ADA, ADA]),
        as_json([Invitee(2, "", "", "", "", "")]),
        "[" * 9_999,
    ],
)
def test_rows_that_were_tampered_with_are_refused(text):
    with pytest.raises(UnreadableList):
        from_json(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    try:
        read_list(data)
    except BadInput as error:
        assert str(error)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Acme Co.", "acme  co"),
        ("Smith & Sons, LLC", "Smith and Sons LLC"),
        ("The", "the"),
        ("Caf\u00e9 Union", "Cafe\u0301 Union"),
    ],
)
def test_names_are_compared_without_case_punctuation_article_and_the_encoding_of_accents(one, other):
    assert folded_name(one) == folded_name(other)
