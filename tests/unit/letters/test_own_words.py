"""The program's own words in a letter are those of its language, on the screen, in Word and in print."""

import io
import re
import zipfile
from dataclasses import fields, replace

import pytest
from lxml import etree, html

from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.own_words import ENGLISH, TABLE, OwnWords, own_words
from commenttrack.letters.rendering import letter_html
from commenttrack.letters.word import letter_docx
from commenttrack.web.letter_pages import readable, readable_part

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWN = ("en", "es", "fr", "de", "pt")


def words_of(words: OwnWords) -> dict[str, str]:
    """Every word of a table by its name."""
    found = {}
    for each in fields(words):
        value = getattr(words, each.name)
        if isinstance(value, str):
            found[each.name] = value
        else:
            found |= {f"{each.name} {number}": str(item[-1]) for number, item in enumerate(value)}
    return found


@pytest.mark.parametrize("words", TABLE, ids=lambda words: words.lang)
def test_every_word_exists_in_every_language_with_the_same_places_for_what_is_put_in(words):
    english, own = words_of(ENGLISH), words_of(words)
    assert own.keys() == english.keys()
    assert {name for name, text in own.items() if not text.strip()} == (
        set() if words.lang in DRAWN else {"draft_mark"}
    )
    for name, text in own.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", english[name]), name
    assert [kind for kind, _ in words.files] == [kind for kind, _ in ENGLISH.files]


@pytest.mark.parametrize(
    ("lang", "found"),
    [("es-MX", "es"), ("pt_BR", "pt"), ("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-TW", "en"), ("ko", "en")],
)
def test_a_language_without_a_table_has_english_words(lang, found):
    assert own_words(lang).lang == found
    assert own_words(lang).own(lang) == (found != "en")


LETTER = """---
lang: LANG
to: [{lines: [Office], attention: Doe}]
re: [X]
toc: true
draft: true
lead: A
signature_blocks: by-lead
annex_of_signatories: true
signatories: [{organization: A, about: Old.}, B]
---
# One

X [#costs], [#request-1], [#two], [#first].

{requests}

# Two {#two}

::: request § 7.2
Wait.
:::

::: exhibit X {#costs}
Words.

SOURCE X
:::

# Three {.annex #first}

X
"""


def letter(lang):
    return content_from_markdown(LETTER.replace("LANG", lang).replace("SOURCE", own_words(lang).source))


def said(words):
    """What a letter like this prints, whatever its form."""
    nbsp = "\u00a0"
    return [
        words.contents, words.re, words.attention.format(name="Doe"), words.part_name("II"), words.joined, words.about,
        words.annexes.format(letter="A"), words.exhibit.format(letter="A"), words.request.format(number=1),
        words.mark_of(f"Annex{nbsp}A", f"Annex{nbsp}A:"), *words.requests,
    ]  # fmt: skip


def plain(text):
    return re.sub(r"[\s\u00a0\u200e]+", "", text)


@pytest.mark.parametrize("words", TABLE, ids=lambda words: words.lang)
def test_screen_and_word_say_them_in_the_language_of_the_letter(words):
    content = letter(words.lang)
    screen = html.fromstring(letter_html(content))
    file = zipfile.ZipFile(io.BytesIO(letter_docx(content)))
    document = etree.fromstring(file.read("word/document.xml"))
    around = "".join(file.read(f"word/{name}.xml").decode() for name in ("header1", "footer1"))
    for text in (screen.find("body").text_content(), "".join(document.itertext())):
        assert [word for word in said(words) if plain(word) not in plain(text)] == []
    assert words.draft in around
    assert [piece for piece in re.split(r"\{\w+\}", words.page) if piece not in around] == []
    assert screen.xpath("//p[@class='exhibit-source']")
    assert screen.xpath("//*[@lang='en']") == ([screen] if words is ENGLISH else [])


def test_english_words_in_another_language_are_marked_as_english():
    content = letter("sv")
    screen = html.fromstring(letter_html(content))
    marked = {plain(each.text_content()) for each in screen.xpath("//*[@lang='en']")}
    english = {plain(word) for word in said(ENGLISH)} - {
        plain(ENGLISH.attention.format(name="Doe")),
        plain(ENGLISH.about),
    }
    assert english <= marked
    document = etree.fromstring(zipfile.ZipFile(io.BytesIO(letter_docx(content))).read("word/document.xml"))
    runs = [
        "".join(r.itertext()) for r in document.iter(f"{W}r") if r.find(f"{W}rPr/{W}lang[@{W}val='en']") is not None
    ]
    assert {"Contents", "Provision"} <= set(runs)
    (part,) = (each for each in readable(content).parts if each.key == "first")
    assert part.mark == '<span lang="en">Annex\u00a0A:</span>'
    assert '<span lang="en">Exhibit\u00a0A</span>' in readable_part(content, "two", "").parts[0].body


TWO = """---
lang: es
translation: {lang: en-US, layout: LAYOUT}
---
# Uno

Texto.

:::: translation
# One

See [#annex] and [#exhibit-a].[^1]

::: exhibit Costs
Words.
:::

[^1]: See [#annex].
::::

::: exhibit Costos
Texto.
:::

# Datos {.annex #annex}

Véase [#exhibit-a].
"""


@pytest.mark.parametrize("layout", ["after", "side-by-side"])
def test_each_of_two_languages_has_words_of_its_own(layout):
    screen = letter_html(content_from_markdown(TWO.replace("LAYOUT", layout)))
    found = plain(html.fromstring(screen).text_content())
    assert plain("See Annex and Exhibit A.") in found
    assert plain("Véase Documento A.") in found
    assert plain("See Annex.") in found
    assert plain("Documento A. Costos") in found
    assert plain("Exhibit A. Costs") in found


@pytest.mark.parametrize(("lang", "around"), [("es", "[eliminar:  Y]"), ("ar", "[delete:  Y]")])
def test_a_change_is_named_in_the_language_that_is_read(lang, around):
    content = content_from_markdown(f"---\nlang: {lang}\n---\nX{{-- Y--}}{{++ Z++}}.")
    assert around in html.fromstring(letter_html(content)).text_content()


def test_the_text_of_the_agency_says_its_own_language_in_a_letter_in_another():
    content = content_from_markdown("---\nlang: es\n---\n# Uno\n\nTexto.")
    part = replace(content.parts[0], requested_text="Report {--within--}{++after++}.")
    screen = html.fromstring(letter_html(replace(content, parts=(part,))))
    (agency,) = screen.xpath("//*[@lang='en-US']")
    assert "[delete: within]" in agency.text_content()
    assert "Texto solicitado" not in agency.text_content()
