"""What the printed letter gained is in the Word file too: sections, languages, images, contents, signatures."""

import io
import re
import zipfile

import pytest
from lxml import etree
from PIL import Image

from commenttrack.letters.exported_word import from_json
from commenttrack.letters.files import for_review, render
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.returned_places import place_changes
from commenttrack.letters.returned_word import read_word
from tests.factories.word_files import Desk

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60"><rect width="200" height="60" fill="#123"/></svg>'
)
LETTER = """---
letterhead: {name: Association, logo: logo.svg, logo_alt: Two hands}
date: 2026-11-20
to:
  - {lines: [Jane Doe], attention: Rule Clerk, re: [Docket No. A-1]}
  - {lines: [John Roe], re: [Docket No. B-2]}
toc: true
lead: [Alpha, Beta]
order: lead-first
signature_blocks: by-lead
annex_of_signatories: true
signatories:
  - {organization: Alpha, person: Ann, title: President, about: Alpha is old.}
  - {organization: Beta, person: Bo}
  - {organization: Gamma, reservation: except Part II}
---
An opening, see [#costs] and [#why]. See [the rule](https://www.federalregister.gov/).

{requests}

# Why {#why}

![Bars that rise](chart.png)

::: exhibit Costs by size {#costs}
| Size | Cost |
|---|---:|
| small | 1,200 |

Source: Survey, 2026.
:::

::: request § 7.2(a)(1)
Limit the paragraph to persons of concern and say in the text of the paragraph who they are.
:::

# Wide

Before.

::: landscape
| a | b |
|---|---|
| 1 | 2 |
:::

After.

# Data {#data .annex .landscape}

Wide data.

# Method {.annex}

How it was counted.
"""


def chart():
    out = io.BytesIO()
    Image.new("RGB", (1200, 300), "navy").save(out, "PNG")
    return out.getvalue()


FILES = {"logo.svg": SVG, "chart.png": chart()}


def content(markdown):
    return content_from_markdown(markdown, FILES.__getitem__)


def opened(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def document(data):
    return etree.fromstring(opened(data)["word/document.xml"])


def styled(root, style):
    return [
        "".join(t.text or "" for t in p.iter(f"{W}t"))
        for p in root.iter(f"{W}p")
        if (s := p.find(f"{W}pPr/{W}pStyle")) is not None and s.get(f"{W}val") == style
    ]


def attribute(element, name):
    return element.get(f"{W}{name}")


@pytest.fixture(scope="module")
def sent():
    return render(content(LETTER), ".docx")


@pytest.fixture(scope="module")
def root(sent):
    return document(sent)


def test_sections_turn_their_pages_and_come_back(root):
    sizes = [attribute(each.find(f"{W}pgSz"), "orient") or "upright" for each in root.iter(f"{W}sectPr")]
    assert sizes == ["upright", "landscape", "upright", "upright", "upright", "landscape", "upright"]
    columns = [each.find(f"{W}cols") for each in root.iter(f"{W}sectPr")]
    assert [attribute(each, "num") for each in columns if each is not None] == ["2"]


def test_a_section_ends_with_its_last_paragraph_or_table(root):
    texts = []
    at = ""
    for each in root[0]:
        at = "".join(t.text or "" for t in each.iter(f"{W}t")) or at
        if next(each.iter(f"{W}sectPr"), None) is not None:
            texts.append(at)
    assert texts[:2] == ["Before.", "ab12"]
    assert texts[-2] == "Wide data."


def test_a_landscape_page_has_a_running_head_as_wide_as_it_is(sent):
    parts = opened(sent)
    assert b'w:pos="12960"' in parts["word/header2.xml"]
    assert b'w:pos="12960"' not in parts["word/header1.xml"]


def test_a_drawing_has_pixels_for_programs_that_know_no_drawings_and_words_for_what_it_shows(sent, root):
    pixels = [data for name, data in opened(sent).items() if re.fullmatch(r"word/media/pixels\d+\.png", name)]
    assert [Image.open(io.BytesIO(data)).size[0] for data in pixels] == [1600]
    assert [each.get("descr") for each in root.iter(f"{WP}docPr")] == ["Two hands", "Bars that rise"]


def test_no_image_is_wider_than_its_text_or_carries_its_bytes_twice(root):
    widths = [int(each.get("cx")) for each in root.iter(f"{WP}extent")]
    assert all(width <= 6.5 * 914400 for width in widths)
    assert b"base64" not in etree.tostring(root)


def test_cross_references_lead_to_bookmarks_that_word_can_read(root):
    names = [attribute(each, "name") for each in root.iter(f"{W}bookmarkStart")]
    anchors = {attribute(each, "anchor") for each in root.iter(f"{W}hyperlink")} - {None}
    assert anchors <= set(names)
    assert all(re.fullmatch(r"_[a-z]+_\w{1,33}", name) for name in names)
    assert len(set(names)) == len(names)


def test_the_contents_name_each_heading_and_ask_for_its_page(root):
    lines = styled(root, "Contents1")
    assert [line.rstrip("1") for line in lines] == [
        "I. Why", "II. Wide", "Annex\u00a0A: Data", "Annex\u00a0B: Method",
        "Annex\u00a0C: About the Undersigned Organizations",
    ]  # fmt: skip
    codes = [each.text for each in root.iter(f"{W}instrText")]
    assert len([code for code in codes if "PAGEREF" in code]) == len(lines)


def test_each_addressee_has_its_own_block(root):
    assert styled(root, "Addressee") == ["Jane DoeAttention: Rule Clerk", "John Roe"]
    assert styled(root, "Subject") == ["Re: Docket No. A-1", "Re: Docket No. B-2"]


def test_the_leads_sign_on_lines_side_by_side_and_the_others_under_a_heading(root):
    assert len(styled(root, "SignatureLine")) == 2
    assert styled(root, "SigningOrganization") == ["Alpha", "Beta"]
    assert styled(root, "SignatureHeading") == ["Joined by"]
    assert (styled(root, "SigningName"), styled(root, "Reservation")) == (["Gamma*"], ["* except Part II"])


def test_exhibits_requests_and_annexes_have_styles_and_annexes_pages_of_their_own(root):
    assert styled(root, "ExhibitCaption") == ["Exhibit\u00a0A. Costs by size"]
    assert styled(root, "ExhibitSource") == ["Source: Survey, 2026."]
    assert styled(root, "RequestLabel") == ["Request\u00a01 · § 7.2(a)(1)"]
    broken = [p for p in root.iter(f"{W}p") if p.find(f"{W}pPr/{W}pageBreakBefore") is not None]
    assert ["".join(p.itertext()).partition(":")[0] for p in broken] == [
        "Annex\u00a0A", "Annex\u00a0B", "Annex\u00a0C",
    ]  # fmt: skip


def test_columns_of_the_table_of_requests_are_wide_enough_for_their_longest_words(root):
    table = next(root.iter(f"{W}tbl"))
    no, provision, request, reasons = (int(attribute(each, "w")) for each in table.iter(f"{W}gridCol"))
    assert no < provision < request > reasons
    assert min(provision, reasons) > 1100
    assert 9300 < no + provision + request + reasons <= 9360


ORDER = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "numPr", "pBdr", "tabs", "bidi", "spacing", "ind", "jc"),
    *("outlineLvl", "rPr", "sectPr"),
)


def test_properties_stand_in_the_order_of_the_schema(root):
    for properties in root.iter(f"{W}pPr"):
        places = [ORDER.index(etree.QName(each).localname) for each in properties]
        assert places == sorted(places)


def test_a_review_copy_numbers_its_lines_and_leaves_room(sent):
    root = document(render(for_review(content(LETTER)), ".docx"))
    assert all(each.find(f"{W}lnNumType") is not None for each in root.iter(f"{W}sectPr"))
    assert {attribute(each.find(f"{W}pgMar"), "right") for each in root.iter(f"{W}sectPr")} == {"3240"}
    assert not list(document(sent).iter(f"{W}lnNumType"))


def test_the_same_letter_with_images_gives_the_same_bytes(sent):
    assert render(content(LETTER), ".docx") == sent


def test_a_file_of_all_features_that_was_not_touched_says_nothing(sent):
    assert said(sent) == ([], [], 0, 0)


# ---------------------------------------------------------------------------------------------------- two languages

TWO = """---
date: 2026-11-20
re: [Safeguards]
salutation: "Dear Sir:"
translation: {lang: LANG, layout: LAYOUT, salutation: "尊敬的局长："}
---
# Scope

The licence should go by end use.[^a]

- one

[^a]: English note.

::: translation
# SECOND

许可证应按最终用途发放。[^b]

- 一

[^b]: 中文注释。
:::

# Costs

They are high.
"""


def two(lang="zh-Hans", layout="after", heading="范围"):
    text = TWO.replace("LANG", lang).replace("LAYOUT", layout).replace("SECOND", heading)
    return render(content_from_markdown(text), ".docx")


def said(data):
    word = read_word(data)
    found = place_changes(word, from_json(word.attached))
    suggestions = [(each.part, each.field, each.before, each.after) for each in found.suggestions]
    return suggestions, [each.why for each in found.unplaced], found.tracked, found.untracked


@pytest.mark.parametrize("layout", ["after", "side-by-side"])
def test_every_word_of_the_second_language_is_marked_as_such_and_no_other(layout):
    chinese, other = [], []
    for run in document(two(layout=layout)).iter(f"{W}r"):
        text = "".join(t.text or "" for t in run.iter(f"{W}t")).strip()
        lang = run.find(f"{W}rPr/{W}lang")
        if re.search(r"[\u4e00-\u9fff]", text):
            chinese.append(lang is not None and attribute(lang, "eastAsia") == "zh-CN")
        elif re.search(r"[a-z]{3}", text):
            other.append(lang is None)
    assert chinese
    assert other
    assert all((*chinese, *other))


def test_two_languages_side_by_side_stand_in_a_table_block_beside_block():
    table = next(document(two(layout="side-by-side")).iter(f"{W}tbl"))
    rows = [["".join(cell.itertext()).strip() for cell in row.iter(f"{W}tc")] for row in table.iter(f"{W}tr")]
    assert rows == [["The licence should go by end use.", "许可证应按最终用途发放。"], ["one", "一"]]


@pytest.mark.parametrize("layout", ["after", "side-by-side"])
def test_changes_of_the_second_text_are_placed_in_it(layout):
    desk = Desk(two(layout=layout))
    desk.replace("最终", "实际")
    desk.replace("范围", "界限")
    desk.replace("注释", "脚注", part="footnotes")
    desk.replace("high", "low")
    suggestions, unplaced, tracked, untracked = said(desk.file())
    assert suggestions == [
        ("scope", "translated_heading", "范围", "界限"),
        ("scope", "translation", "最终", "实际"),
        ("scope", "translation", "注释", "脚注"),
        ("costs", "text", "high", "low"),
    ]
    assert (unplaced, tracked, untracked) == ([], 8, 0)


@pytest.mark.parametrize("layout", ["after", "side-by-side"])
def test_two_languages_that_were_not_touched_say_nothing(layout):
    assert said(two(layout=layout)) == ([], [], 0, 0)


def test_hebrew_and_arabic_are_set_from_right_to_left_and_latin_words_among_them_are_not():
    text = "---\ndate: 2026-11-20\n---\nהרישיון יינתן (End Use) עכשיו.\n\nPlain words.\n\nThe word רישיון here.\n"
    root = document(render(content_from_markdown(text), ".docx"))
    sides = [p.find(f"{W}pPr/{W}bidi") is not None for p in root.iter(f"{W}p") if "".join(p.itertext()).strip()]
    assert sides[-3:] == [True, False, False]
    right = ["".join(r.itertext()) for r in root.iter(f"{W}r") if r.find(f"{W}rPr/{W}rtl") is not None]
    assert "End" not in " ".join(right)
    assert sum("רישיון" in each for each in right) == 2


def test_a_page_number_of_the_contents_counted_anew_is_nobodys_change(sent):
    desk = Desk(sent)
    line = desk.paragraph("II. Wide")
    for text in line.iter(f"{W}t"):
        if text.text == "1":
            text.text = "12"
    assert said(desk.file()) == ([], [], 0, 0)
    line[-1].getparent().remove(line[-1])
    assert said(desk.file())[3] == 1
