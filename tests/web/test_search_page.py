"""The page behind the search box of the top bar."""

import re

import pytest

from commenttrack.members.permissions import Role
from tests.factories.pages import enter


def links(page):
    return re.findall(r'<li><a href="([^"]+)">', page)


@pytest.mark.parametrize(
    ("query", "address"),
    [("illustrative", "/dockets/1/read"), ("1790.2(a)", "/dockets/1/read/1/"), ("license", "/dockets/1/draft/parts/")],
)
def test_what_is_found_leads_to_where_it_stands(staff, query, address):
    page = staff.get("/search", query_string={"q": query})
    assert page.status_code == 200
    assert any(link.startswith(address) for link in links(page.text))
    for link in links(page.text):
        assert staff.get(link).status_code == 200


def test_the_words_are_marked(staff):
    assert "<mark>" in staff.get("/search?q=license").text


def test_a_guest_is_led_to_the_letter_and_not_to_its_editor(app):
    guest = enter(app.test_client(), Role.GUEST)
    found = links(guest.get("/search?q=license").text)
    assert found
    assert {guest.get(link).status_code for link in found} == {200}


def test_a_search_in_one_docket_says_so_and_an_unknown_docket_is_not_there(staff):
    assert "Search everything" in staff.get("/search?q=license&docket=1").text
    assert staff.get("/search?q=license&docket=999").status_code == 404


@pytest.mark.parametrize("query", ['"', "<script>", "a' OR 1=1 --", "{{ 7*7 }}", "%00"])
def test_hostile_queries_are_only_words(staff, query):
    page = staff.get("/search", query_string={"q": query})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_nothing_found_is_said(staff):
    assert "Nothing holds this word" in staff.get("/search?q=zzzzqqq").text
