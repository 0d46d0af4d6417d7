"""Redlines as JSON and as a page."""

import json
import re

import pytest
from lxml import html

from commenttrack.errors import BadInput
from commenttrack.letters.files import render_redline
from commenttrack.rulemaking.redline import FORMAT, to_json
from commenttrack.rulemaking.redline_pages import summary
from tests.factories.amended_sections import applied, current, printed, rule, section

CURRENT = current(
    "(a) One <I>kind</I> of word.",
    "(b) Two words.",
    "(c) Three &lt;words&gt;.",
    more=section("21.2", "Left alone.", "(a) Same.") + section("21.3", "Left alone too.", "(a) Same."),
)
RULE = rule(
    "1. In § 21.1:",
    "a. Revise paragraph (a);",
    "b. Remove paragraph (b);",
    "c. Redesignate paragraph (c) as paragraph (d); and",
    "d. Treat the rest kindly.",
    printed("(a) One &lt;sort&gt; of word.", "STARS"),
)


@pytest.fixture(scope="module")
def result():
    return applied(RULE, CURRENT)


@pytest.fixture(scope="module")
def page(result):
    return html.fromstring(render_redline(result, ".html").decode())


def words(element):
    return " ".join(element.text_content().split())


def test_the_json_holds_summary_instructions_and_paragraphs(result):
    data = json.loads(render_redline(result, ".json"))
    assert data == json.loads(json.dumps(to_json(result)))
    assert data["format"] == FORMAT
    assert data["summary"] == {
        "instructions": 4,
        "applied": 3,
        "already": 0,
        "not_applied": 1,
        "elsewhere": 0,
        "share": 0.75,
    }
    assert data["current"] == [{"title": 4, "part": "21", "as_of": ""}]
    [moved] = [p for p in data["paragraphs"] if p["change"] == "redesignated"]
    assert (moved["label"], moved["former_label"], moved["number"], moved["former_number"], moved["instructions"]) == (
        "4 CFR 21.1(d)",
        "4 CFR 21.1(c)",
        "(d)",
        "(c)",
        ["i3"],
    )
    assert len({p["id"] for p in data["paragraphs"]}) == len(data["paragraphs"])


def test_every_paragraph_stands_under_one_before_it(result):
    seen = {None}
    for paragraph in result.paragraphs:
        assert paragraph.parent in seen
        seen.add(paragraph.id)


def test_a_change_is_told_in_words_beside_the_paragraph(page):
    marks = {
        div.get("id"): words(div.find_class("mark")[0])
        for div in page.find_class("paragraph")
        if div.find_class("mark")
    }
    assert marks == {"s21.1-a": "Revised", "s21.1-b": "Removed", "s21.1-c": "Redesignated, was (c)"}


def test_a_listener_hears_where_a_change_starts_and_ends(page):
    [paragraph] = [div for div in page.find_class("paragraph") if div.get("id") == "s21.1-a"]
    said = words(paragraph.find_class("words")[0])
    assert said == "(a) One [delete: kind][insert: <sort>] of word."
    assert [element.tag for element in paragraph.iter("ins", "del")] == ["del", "ins"]


def test_sections_without_a_change_are_named_in_one_line(page):
    assert [words(p) for p in page.find_class("gap")] == ["§ 21.2 to § 21.3 are not changed."]
    assert not page.xpath("//*[@id='s21.2']")


def test_what_was_not_carried_out_stands_first_with_its_words(page):
    [item] = page.find_class("open")[0].findall("li")
    assert "“Treat the rest kindly.” What the instruction does was not understood" in words(item)


def test_the_page_passes_a_strict_policy_and_fetches_nothing(result):
    text = render_redline(result, ".html").decode()
    assert not re.search(r"\sstyle=|<script|\son[a-z]+=|https?:|url\(|@import", text)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


def test_the_summary_counts_the_outcomes(result):
    assert summary(result) == "4 instructions: 3 carried out, 1 not carried out; 75% of those about this text."


def test_another_ending_is_refused(result):
    with pytest.raises(BadInput, match=r"written as \.json, \.html, \.docx, not as \.txt"):
        render_redline(result, ".txt")
