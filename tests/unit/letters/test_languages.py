"""Which way languages are written, and citations within lines from right to left."""

import io
import zipfile

import pytest
from lxml import etree

from commenttrack.letters.languages import direction, language_name, marked, right_to_left
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.rendering import letter_html
from commenttrack.letters.word import letter_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.mark.parametrize(
    ("lang", "turned"),
    [("ar", True), ("he-IL", True), ("az-Arab", True), ("ar-Latn", False), ("en-US", False), ("zh-Hans", False)],
)
def test_the_script_of_a_language_goes_before_what_it_is_mostly_written_in(lang, turned):
    assert right_to_left(lang) is turned
    assert direction(lang) == ("rtl" if turned else "ltr")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("انظر § 7.2(a).", "انظر |§ 7.2(a)|."),
        ("في (89 FR 5698, 5702)، ثم", "في (|89 FR 5698, 5702|)، ثم"),
        ("عام 2027 ثم", "عام 2027 ثم"),
        ("من office@example.org الآن", "من |office@example.org| الآن"),
        ("نص", "نص"),
    ],
)
def test_a_run_from_left_to_right_keeps_the_signs_at_its_ends(text, kept):
    assert marked(text) == kept.replace("|", "\u200e")
    assert marked(text).replace("\u200e", "") == text


LETTER = """---
lang: ar
letterhead: {name: المجلس}
re: [ضمانات]
toc: true
signatories: [{organization: المجلس, person: نور}]
---
# النطاق

نص.

No item may be exported{-- anywhere--}.

# ثانياً

| رقم | نص |
|---:|---|
| 1 | نص |
"""


def test_what_stands_around_a_letter_from_right_to_left_follows_and_words_of_the_agency_do_not():
    html = letter_html(content_from_markdown(LETTER))
    assert '<html lang="ar" dir="rtl">' in html
    assert '<p class="redline" dir="ltr">No item' in html


def test_in_word_letterhead_contents_signatures_tables_and_heads_follow_the_direction():
    with zipfile.ZipFile(io.BytesIO(letter_docx(content_from_markdown(LETTER)))) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
        head = archive.read("word/header1.xml").decode()
    turned = {}
    for paragraph in root.iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        bidi = paragraph.find(f"{W}pPr/{W}bidi") is not None
        turned.setdefault(style.get(f"{W}val") if style is not None else "", []).append(bidi)
    for style in ("Letterhead", "Subject", "ContentsTitle", "Contents1", "SignatureLine", "Signer", "TableText"):
        assert turned[style] == [True] * len(turned[style]), style
    assert root.find(f".//{W}tbl/{W}tblPr/{W}bidiVisual") is not None
    assert all(section.find(f"{W}bidi") is not None for section in root.iter(f"{W}sectPr"))
    assert "<w:bidi/>" in head
    redline = next(p for p in root.iter(f"{W}p") if p.find(f"{W}del") is not None)
    assert redline.find(f"{W}pPr/{W}bidi") is None


def test_a_language_is_called_by_its_name_where_it_is_known():
    tags = ["es", "es-MX", "zh-Hans-CN", "zh_Hant", "zh-TW", "AR", "qaa"]
    names = ["Spanish", "Spanish", "Chinese (simplified)", "Chinese (traditional)", "Chinese", "Arabic", "qaa"]
    assert [language_name(tag) for tag in tags] == names
