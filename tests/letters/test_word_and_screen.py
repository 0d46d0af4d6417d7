"""Letters as Word files and as pages for the screen."""

import io
import re
import zipfile

import pytest
from lxml import etree, html

from commenttrack.errors import BadInput
from commenttrack.letters.files import render
from commenttrack.letters.markdown import content_from_markdown

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LETTER = """---
letterhead: {name: Association & Co.}
date: 2026-11-20
to: [[Jane Doe, Director]]
illustrative: Not a real rule.
draft: true
signatories: [{organization: Alpha, person: A, title: Counsel}]
---
Words with a note.[^n] Keep {--shall--}{++may++} here. Again.[^n]

# Costs

| Item | Cost |
|---|---:|
| Licence | 1,200 |

After the table.

[^n]: The note’s *text*.
"""


@pytest.fixture(scope="module")
def word():
    data = render(content_from_markdown(LETTER), ".docx")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def text(data):
    return "".join(etree.fromstring(data).itertext())


def test_every_part_of_the_word_file_is_well_formed_and_declared(word):
    types = word["[Content_Types].xml"].decode()
    for name, data in word.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(data)
    for name in ("header1", "header2", "footer1"):
        assert f"/word/{name}.xml" in types
    targets = set(re.findall(r'Target="([\w/]+\.xml)"', word["word/_rels/document.xml.rels"].decode()))
    assert {f"word/{target}" for target in targets} <= set(word)


def test_notes_are_true_footnotes(word):
    root = etree.fromstring(word["word/document.xml"])
    assert len(root.findall(f".//{W}footnoteReference")) == 1
    assert "The note’s text." in text(word["word/footnotes.xml"])


def test_redlines_are_tracked_changes_with_their_own_ids(word):
    root = etree.fromstring(word["word/document.xml"])
    changes = [*root.iter(f"{W}del"), *root.iter(f"{W}ins")]
    assert ["".join(change.itertext()) for change in changes] == ["shall", "may"]
    assert len({change.get(f"{W}id") for change in changes}) == 2
    assert {change.get(f"{W}author") for change in changes} == {"Association & Co."}
    assert {change.get(f"{W}date") for change in changes} == {"2026-11-20T12:00:00Z"}


def test_tables_have_header_rows_and_headings_are_headings(word):
    root = etree.fromstring(word["word/document.xml"])
    assert len(root.findall(f".//{W}tblHeader")) == 1
    assert [style.get(f"{W}val") for style in root.iter(f"{W}pStyle")].count("Heading1") == 1


def test_the_page_carries_number_draft_mark_and_banner(word):
    assert "NUMPAGES" in text(word["word/footer1.xml"])
    assert "Not a real rule." in text(word["word/footer1.xml"])
    assert "DRAFT" in text(word["word/header1.xml"])
    assert "DRAFT" in text(word["word/header2.xml"])


def test_the_same_letter_gives_the_same_word_file(word):
    content = content_from_markdown(LETTER)
    assert render(content, ".docx") == render(content, ".docx")


def test_a_page_for_the_screen_fetches_and_runs_nothing():
    page = html.document_fromstring(render(content_from_markdown(LETTER + "\n<script>x</script>"), ".html"))
    assert page.xpath("//script | //img | //iframe | //link | //@onclick | //@style") == []
    assert "<script>x</script>" in page.text_content()


def test_notes_on_the_screen_link_there_and_back():
    page = html.document_fromstring(render(content_from_markdown(LETTER), ".html"))
    for link in page.xpath("//a[starts-with(@href, '#')]"):
        assert page.xpath(f"//*[@id='{link.get('href')[1:]}']"), link.get("href")


def test_redlines_on_the_screen_are_said_in_words():
    page = html.document_fromstring(render(content_from_markdown(LETTER), ".html"))
    assert "[delete: shall][insert: may]" in page.text_content()


def test_another_ending_is_refused():
    with pytest.raises(BadInput, match=r"not as \.odt"):
        render(content_from_markdown("Text."), ".odt")
