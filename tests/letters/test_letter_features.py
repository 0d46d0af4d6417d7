"""What letters show besides their text: logos, exhibits, annexes, signatures, review copies, two languages."""

import base64
import io
import json
import re
from pathlib import Path

import page
import pikepdf
import pytest
from PIL import Image, ImageDraw

from commenttrack.letters.files import for_review, render
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.pdf import missing_glyphs

CJK = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 8"><g opacity="0.5"><path d="M0 0L20 8"/></g></svg>'


def chart(kind="PNG", mode="RGBA"):
    out = io.BytesIO()
    picture = Image.new(mode, (400, 200))
    ImageDraw.Draw(picture).rectangle((20, 20, 300, 180), fill="#1f3a5f" if mode != "CMYK" else (9, 9, 0, 0))
    picture.save(out, kind)
    return out.getvalue()


FILES = {"logo.png": chart(), "logo.svg": DRAWING, "chart.jpg": chart("JPEG", "CMYK")}


@pytest.fixture
def made(printed):
    """Print a letter with its pictures; what comes out is valid PDF/UA-1."""

    def make(markdown, *, review=False):
        content = content_from_markdown(markdown, FILES.__getitem__)
        pdf = printed.of(for_review(content) if review else content)
        result = page.validate_pdf(str(pdf.path), profile=page.ValidationProfile.PDF_UA_1)
        assert result.is_compliant, result
        return pdf

    return make


@pytest.mark.parametrize("logo", ["logo.png", "logo.svg"])
def test_a_logo_stands_in_the_letterhead_and_says_what_it_is(made, logo):
    pdf = made(f"---\nletterhead: {{name: House, logo: {logo}, logo_alt: A house by the sea}}\n---\nText.")
    (figure,) = pdf.elements("Figure")
    assert str(figure.Alt) == "A house by the sea"
    left, bottom, right, top = (float(side) for side in figure.A.BBox)
    assert 72 <= left < right <= 300
    assert 600 < bottom < top <= 720.5


def test_images_keep_to_what_an_archive_can_show(made):
    pdf = made("::: exhibit Costs\n![Bars that rise](chart.jpg)\n\nSource: Own count.\n:::")
    images = [item for item in pdf.elements_of_file() if item.get("/Subtype") == "/Image"]
    assert images
    assert not any(item.get("/Interpolate", False) for item in images)
    assert "Exhibit A. Costs" in pdf.text()
    assert "Source: Own count." in pdf.text()


def test_an_image_in_the_page_for_the_screen_is_inside_it():
    content = content_from_markdown("![Bars](chart.jpg)", FILES.__getitem__)
    (source,) = re.findall(r'<img src="([^"]+)" alt="Bars">', render(content, ".html").decode())
    assert Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))).size == (400, 200)


def test_each_agency_is_addressed_with_its_own_identifiers(made):
    head = (
        "to:\n  - {lines: [Jane, Bureau A], attention: Clerk, re: [Docket 1]}\n  - {lines: [Office B], re: [Docket 2]}"
    )
    words = " ".join(made(f"---\n{head}\nre: [Title]\n---\nText.").words())
    assert "Jane Bureau A Attention: Clerk Re: Docket 1 Office B Re: Docket 2 Re: Title" in words


def test_three_hundred_and_seventy_five_organizations_sign_and_none_is_split(made):
    entries = [
        {"organization": f"Org{number} of {'very ' * (number % 5)}long names", "person": f"Person{number}",
         "title": f"Title{number}", "reservation": f"Except{number}" if number % 7 == 0 else ""}
        for number in range(375)
    ]  # fmt: skip
    pdf = made(f"---\nclosing: Sincerely,\nsignatories: {json.dumps(entries)}\n---\nText.")
    pages = pdf.pages
    for number in range(375):
        wanted = [f"Person{number}\n", f"Title{number}\n", f"Org{number} ", f"Except{number}\n"]
        wanted = wanted if number % 7 == 0 else wanted[:3]
        assert any(all(word in text for word in wanted) for text in pages), f"organization {number} is split"
    assert len(pages) < 30


def test_blocks_of_signatures_carry_their_headings(made):
    head = "signatories: [{organization: B, block: For trade}, {organization: A, block: For labour, person: P}, C]"
    words = " ".join(made(f"---\n{head}\n---\nText.").words())
    assert re.search(r"For trade B For labour P A C", words)


def test_an_annex_can_lie_on_its_side_and_keeps_the_marks_of_its_pages(made):
    pdf = made("---\ndraft: true\n---\n# A\n\nx\n\n# B {.annex .landscape}\n\ny\n\n# C {.annex}\n\nz")
    with pikepdf.open(pdf.path) as file:
        sizes = [tuple(float(side) for side in item.mediabox[2:]) for item in file.pages]
    assert sizes == [(612, 792), (792, 612), (612, 792)]
    assert all("DRAFT" in text for text in pdf.pages)


def test_only_the_table_of_a_part_can_lie_on_its_side(made):
    pdf = made("Before.\n\n::: landscape\n| a | b |\n|---|---|\n| c | d |\n:::\n\nAfter.")
    assert [text.split()[0] for text in pdf.pages] == ["Before.", "a", "After."]


def test_a_review_copy_numbers_its_lines_outside_the_text(made):
    text = "Words that fill the lines of a page. " * 60
    plain, review = made(text), made(text, review=True)
    assert all("REVIEW COPY" in one for one in review.pages)
    numbers = re.findall(r"(?m)^\s*(\d+) +Words|^\s*(\d+)\s{2,}\w", review.text("-layout"))
    assert [int(one or other) for one, other in numbers][:5] == [1, 2, 3, 4, 5]
    heard = [str(element.S) for element in review.elements("P")]
    assert len(heard) == len(plain.elements("P"))
    with pikepdf.open(review.path) as pdf:
        assert b"/Artifact BMC" in pdf.pages[0].Contents[-1].read_bytes()


def test_a_review_copy_is_the_same_file_each_time(made):
    assert made("Words.", review=True).data == made("Words.", review=True).data


@pytest.mark.parametrize(("fonts", "absent"), [("sans", "Serif"), ("serif-throughout", "Sans")])
def test_a_house_style_chooses_the_fonts(made, fonts, absent):
    pdf = made(f"---\nhouse_style: {{fonts: {fonts}}}\n---\n# A\n\nText.\n\n# B\n\nText.")
    names = [str(item["/BaseFont"]) for item in pdf.elements_of_file() if "/BaseFont" in item]
    assert names
    assert not [name for name in names if f"Source-{absent}" in name]


TWO = """---
salutation: "Dear Director:"
translation: {lang: LANG, layout: LAYOUT, heading: SECOND, salutation: GREETING}
---
Opening words.[^1]

::: translation
FIRST[^1]

[^1]: NOTE
:::

# Scope

One.

- A
- B

::: translation
# HEADING

EINS

- C
- D
:::

[^1]: A note.
"""


def two(layout, lang, **words):
    text = TWO.replace("LAYOUT", layout).replace("LANG", lang)
    for name, word in words.items():
        text = text.replace(name, word)
    return text


GERMAN = {"SECOND": "Deutsch", "GREETING": "Guten Tag", "FIRST": "Worte.", "NOTE": "Anmerkung.", "HEADING": "Umfang"}


@pytest.mark.parametrize("layout", ["after", "side-by-side"])
def test_the_second_language_is_there_whole_and_says_which_it_is(made, layout):
    pdf = made(two(layout, "de", **GERMAN))
    words = pdf.words()
    wanted = "Dear Director: Opening One. A B Guten Tag Worte. Umfang EINS C D A note. Anmerkung."
    assert [word for word in wanted.split() if not any(word in one for one in words)] == []
    assert [str(item.Lang) for item in pdf.elements_of_file() if "/Lang" in item and item.get("/Type") == "/StructElem"]
    assert {str(i.Lang) for i in pdf.elements_of_file() if "/Lang" in i and "/Pages" not in i} == {"de"}
    assert ("Deutsch" in words) == (layout == "after")


def test_long_texts_side_by_side_lose_nothing_over_pages(made):
    english = "\n\n".join(f"Para{n} " + "some words of it " * 40 + f"[^{n}]" for n in range(14))
    notes = "\n\n".join(f"[^{n}]: Note{n} {'said at length ' * 12} Ends{n}." for n in range(14))
    german = english.replace("Para", "Absatz").replace("some words", "einige lange Worte")
    german_notes = notes.replace("Note", "Notiz").replace("Ends", "Schluss")
    head = "translation: {lang: de, layout: side-by-side}"
    text = f"---\n{head}\n---\n{english}\n\n::: translation\n{german}\n\n{german_notes}\n:::\n\n{notes}"
    found = re.sub(r"\s|\u2010", "", made(text).text())
    wanted = [f"{word}{n}" for n in range(14) for word in ("Para", "Absatz", "Note", "Notiz", "Ends", "Schluss")]
    assert [word for word in wanted if word not in found] == []


@pytest.mark.parametrize("layout", ["after", "side-by-side"])
def test_chinese_stands_beside_or_after_the_english(made, layout):
    if not CJK.is_file():
        pytest.skip("Debian's fonts-noto-cjk (91 MB) is not installed")
    words = {
        "SECOND": "中文译文",
        "GREETING": "尊敬的局长：",
        "FIRST": "信函的开头。",
        "NOTE": "注释。",
        "HEADING": "范围",
        "EINS": "“数字经济”",
    }
    pdf = made(two(layout, "zh-Hans", **words))
    text = re.sub(r"\s", "", pdf.text())
    assert all(word in text for name, word in words.items() if layout == "after" or name != "SECOND")
    names = {str(item["/BaseFont"]) for item in pdf.elements_of_file() if "/BaseFont" in item}
    assert any("Noto-Serif-CJK-SC" in name for name in names)


@pytest.mark.parametrize(
    ("characters", "advice"),
    [
        ("漢字", "fonts-noto-cjk"),
        ("한국어", "fonts-noto-cjk"),
        ("\U0001f9c0", "in words"),
        ("\u1820", "fonts-noto-core"),
    ],
)
def test_the_message_about_a_missing_glyph_names_the_package_that_helps(characters, advice):
    message = missing_glyphs(list(characters))
    assert advice in message
    assert f"U+{ord(characters[0]):04X}" in message


def test_text_from_right_to_left_keeps_its_words(made):
    text = made("---\nlang: he\n---\n# שלום\n\nמכתב עם English words ומספר 12 (סוגריים).[^1]\n\n[^1]: הערה.").text()
    for word in ("שלום", "מכתב", "English words", "12", "סוגריים", "הערה"):
        assert word in text


# ------------------------------------------------------------------------------------------ the program's own words

WORDS = """---
lang: LANG
toc: true
draft: true
---
# One

Text{-- a--}{++ b++}.

# Two

Text.
"""


def test_the_words_of_the_program_are_in_the_language_of_the_letter(made):
    pdf = made(WORDS.replace("LANG", "es"))
    words = " ".join(pdf.words())
    assert "Índice" in words
    assert "Página 1 de 1" in words
    assert "BORRADOR – NO PRESENTAR" in words
    assert not re.search("Contents|Page|DRAFT", words)
    said = [str(item.ActualText) for item in pdf.elements("Span") if "/ActualText" in item]
    assert said == ["[eliminar:  a]", "[insertar:  b]"]


def test_words_that_stay_english_are_tagged_as_english(made):
    pdf = made(WORDS.replace("LANG", "sv"))
    assert [str(item.Lang) for item in pdf.elements("Span") if "/Lang" in item] == ["en"]
    assert "Page 1 of 1" in " ".join(pdf.words())
