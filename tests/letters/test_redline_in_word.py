"""A redline as a Word file: accepting all changes gives the proposed text, rejecting them the current one."""

import io
import zipfile

import pytest
from lxml import etree

from commenttrack.letters.files import render_redline
from tests.factories.amended_sections import applied, current, printed, rule

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TABLE = "<GPOTABLE COLS='2'><ROW><ENT>Small</ENT><ENT>$10</ENT></ROW></GPOTABLE>"


@pytest.fixture(scope="module")
def document():
    result = applied(
        rule(
            "1. Amend § 21.1 by revising paragraph (a), removing paragraph (b), and adding paragraphs (d) and (e):",
            printed("(a) One new word.", "STARS", "(d) Four.", "(e) Fees:").replace("</SECTION>", TABLE + "</SECTION>"),
        ),
        current("(a) One old word.", "(b) Two words.", "(c) Three words."),
    )
    with zipfile.ZipFile(io.BytesIO(render_redline(result, ".docx"))) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def read(document, without):
    """The paragraphs left when the changes of one kind are dropped, with those of the other kind in."""
    found = []
    for paragraph in document.iter(f"{W}p"):
        texts = [
            text.text
            for text in paragraph.iter(f"{W}t", f"{W}delText")
            if next(text.iterancestors(f"{W}{without}"), None) is None
        ]
        ended = paragraph.find(f"{W}pPr/{W}rPr/{W}{without}") is not None
        if not ended:
            found.append("".join(texts))
        else:
            assert "".join(texts) == ""
    return [line for line in found if line[:1] == "("] + [line for line in found if "$" in line]


def test_accepting_all_gives_the_proposed_text(document):
    assert read(document, "del") == ["(a) One new word.", "(c) Three words.", "(d) Four.", "(e) Fees:", "$10"]


def test_rejecting_all_gives_the_current_text(document):
    assert read(document, "ins") == ["(a) One old word.", "(b) Two words.", "(c) Three words."]


def test_every_change_has_an_author_and_a_number_of_its_own(document):
    changes = list(document.iter(f"{W}ins", f"{W}del"))
    assert {change.get(f"{W}author") for change in changes} == {"CommentTrack"}
    assert len({change.get(f"{W}id") for change in changes}) == len(changes) > 8


def test_an_added_table_row_is_a_tracked_row(document):
    [row] = document.iter(f"{W}tr")
    assert row.find(f"{W}trPr/{W}ins") is not None
