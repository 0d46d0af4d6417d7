"""Two states of a letter compared: what was reworded, added, taken out, moved, and what only got another number."""

import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from commenttrack.errors import BadInput
from commenttrack.letters.comparison import compare
from commenttrack.letters.comparison_files import Titles, as_letter, render
from commenttrack.letters.content import LetterContent, LetterHead, LetterPartContent
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.pictures import checked
from commenttrack.letters.rendering import letter_html

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TITLES = Titles("Comments", "Version 1", "Version 2", "January 5, 2027")


def letter(*parts, **head):
    """A letter of parts given as (key, heading, text) or (key, heading, text, requested text)."""
    contents = (LetterPartContent(key, heading, 1, text, *more) for key, heading, text, *more in parts)
    return LetterContent(LetterHead(**head), tuple(contents))


def happened(comparison):
    return [(part.key, part.what, part.moved) for part in comparison.parts]


def in_marks(runs):
    marks = {"same": "{}", "delete": "[-{}-]", "insert": "[+{}+]"}
    return "".join(marks[run.kind].format(run.text) for run in runs)


def shown(comparison, key):
    part = next(part for part in comparison.parts if part.key == key)
    return [in_marks(piece.runs) for piece in part.pieces]


def test_a_letter_compared_with_itself_shows_no_difference():
    same = letter(("a", "Costs", "Words.[^1]\n\n[^1]: A note."), ("b", "Scope", "More."))
    found = compare(same, same)
    assert found.same
    assert found.summary == "no difference"


def test_words_are_compared_and_not_lines():
    found = compare(letter(("a", "Costs", "The firm\nmust pay.")), letter(("a", "Costs", "The firm must\nnot pay.")))
    assert shown(found, "a") == ["The firm must [+not +]pay."]


def test_a_moved_part_is_shown_as_moved_and_the_parts_it_passed_as_renumbered():
    a, b, c, d = (("a", "A", "1."), ("b", "B", "2."), ("c", "C", "3."), ("d", "D", "4."))
    found = compare(letter(a, b, c, d), letter(d, a, b, c))
    assert happened(found) == [("d", "same", True), ("a", "same", False), ("b", "same", False), ("c", "same", False)]
    assert [(part.earlier_number, part.number) for part in found.parts][:2] == [
        ("Part IV", "Part I"),
        ("Part I", "Part II"),
    ]
    assert found.summary == "1 part moved, 3 renumbered"


def test_a_part_that_is_gone_stands_where_it_stood_and_a_new_one_where_it_stands():
    a, b, c = (("a", "A", "1."), ("b", "B", "2."), ("c", "C", "3."))
    found = compare(letter(a, b), letter(a, c))
    assert happened(found) == [("a", "same", False), ("b", "removed", False), ("c", "added", False)]


def test_paragraphs_find_their_later_selves_among_new_ones():
    old = "The costs of small firms are high.\n\nThe rule is long."
    new = "An opening that nobody wrote before.\n\nThe costs of all small firms are high.\n\nThe rule is too long."
    assert shown(compare(letter(("a", "A", old)), letter(("a", "A", new))), "a") == [
        "[+An opening that nobody wrote before.+]",
        "The costs of[+ all+] small firms are high.",
        "The rule is [+too +]long.",
    ]


def test_a_change_in_a_note_a_citation_a_list_and_a_quotation_is_found():
    old = "> Said [@91 FR 12, 13]\n\n- one\n- two\n\nText.[^a]\n\n[^a]: See one."
    new = "> Said [@91 FR 12, 14]\n\n- one\n- three things\n\nText.[^a]\n\n[^a]: See two."
    found = [
        line
        for line in shown(compare(letter(("a", "A", old)), letter(("a", "A", new))), "a")
        if "[+" in line or "[-" in line
    ]
    assert found == ["[91 FR 12, [-13-][+14+]]", "[-two-]", "[+three things+]", "See [-one-][+two+]."]


def test_a_change_of_marks_alone_is_shown_as_typed():
    found = compare(letter(("a", "A", "A word.")), letter(("a", "A", "A **word**.")))
    assert found.parts[0].as_typed
    assert shown(found, "a") == ["A [+**+]word[+**+]."]


def test_markdown_that_cannot_be_read_is_compared_as_typed():
    found = compare(letter(("a", "A", "::: exhibit X\nopen")), letter(("a", "A", "Closed.")))
    assert found.parts[0].as_typed
    assert found.parts[0].what == "changed"


def test_a_cross_reference_reads_as_it_prints():
    a, b = ("a", "A", "See [#b]."), ("b", "B", "There.")
    found = compare(letter(a, b), letter(a, ("c", "C", "New."), b))
    assert shown(found, "a") == ["See Part [-II-][+III+]."]


def test_the_head_is_compared_line_by_line():
    found = compare(letter(("a", "", "x"), date="January 5, 2027"), letter(("a", "", "x"), date="January 6, 2027"))
    assert [in_marks(piece.runs) for piece in found.head if piece.what != "same"] == ["Date: January [-5-][+6+], 2027"]
    assert found.summary == "the head changed"


def test_a_paragraph_of_thousands_of_words_that_changed_stands_whole():
    long = " ".join(f"word{number % 40}" for number in range(3_000))
    [line] = shown(compare(letter(("a", "A", long)), letter(("a", "A", f"{long} end"))), "a")
    assert line.startswith("[-word0")
    assert line.endswith("end+]")


def test_another_format_is_refused():
    same = letter(("a", "A", "x"))
    with pytest.raises(BadInput, match=r"\.pdf or \.docx, not as \.odt"):
        render(compare(same, same), TITLES, ".odt")


def test_the_words_of_a_redline_are_escaped():
    found = compare(letter(("a", "A", "1 * 2 {x} [y]")), letter(("a", "A", "1 * 3 {x} [y] \\# z")))
    html = letter_html(as_letter(found, TITLES))
    assert "{x} [y]" in html
    assert "{--" not in html


# ------------------------------------------------------------------------------------------------------------- in Word


def document(before, after):
    with zipfile.ZipFile(io.BytesIO(render(compare(before, after), TITLES, ".docx"))) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def left(root, without):
    """The paragraphs that stand when the changes of one kind are dropped."""
    found = []
    for paragraph in root.iter(f"{W}p"):
        texts = [
            text.text or ""
            for text in paragraph.iter(f"{W}t", f"{W}delText")
            if next(text.iterancestors(f"{W}{without}"), None) is None
        ]
        if paragraph.find(f"{W}pPr/{W}rPr/{W}{without}") is None:
            found.append(" ".join("".join(texts).split()))
        else:
            assert "".join(texts).strip() == ""
    return [line for line in found if line]


def words(content):
    """What the redline shows of a letter, one line a piece."""
    found = compare(content, content)
    lines = []
    for part in found.parts:
        lines.append(part.title[0].text if part.title else "")
        lines += [("Note: " if piece.kind == "note" else "") + piece.runs[0].text for piece in part.pieces]
    return [line for line in lines if line]


def test_accepting_all_gives_the_later_state_and_rejecting_all_the_earlier_one_parts_in_their_places():
    a, b, c = (("a", "A", "One old word.[^1]\n\n[^1]: A note."), ("b", "B", "Two.\n\nThree."), ("c", "C", "Gone."))
    before, after = (
        letter(a, b, c),
        letter(("b", "B", "Two.\n\nThree!"), ("d", "D", "New."), ("a", "A", "One new word.")),
    )
    root = document(before, after)
    assert left(root, "del") == words(after)
    assert left(root, "ins") == words(before)


_WORDS = st.lists(
    st.sampled_from(["must", "shall", "(a)", "§ 7.2", "firm,", "1.", "- x", "*", "{--", "co-op", "50%"]),
    min_size=1,
    max_size=9,
)
_TEXTS = st.lists(_WORDS.map(" ".join), min_size=1, max_size=3)


@st.composite
def _letters(draw):
    keys = draw(st.lists(st.sampled_from("abcde"), unique=True, min_size=1))
    escape = str.maketrans({mark: f"\\{mark}" for mark in "*{}[]-.#()"})
    texts = (["\n\n".join(text.translate(escape) for text in draw(_TEXTS))] for _ in keys)
    return letter(*((key, f"Part {key}", *text) for key, text in zip(keys, texts, strict=True)), numbered=False)


@settings(max_examples=6, deadline=None)
@given(_letters(), _letters())
def test_any_two_letters_come_back_out_of_a_redline_in_word(before, after):
    root = document(before, after)
    assert left(root, "del") == [" ".join(line.split()) for line in words(after)]
    assert left(root, "ins") == [" ".join(line.split()) for line in words(before)]


@settings(max_examples=60, deadline=None)
@given(_letters(), _letters())
def test_the_runs_of_a_comparison_join_to_both_states(before, after):
    found = compare(before, after)
    for content, gone in ((before, "insert"), (after, "delete")):
        for part in content.parts:
            compared = next(each for each in found.parts if each.key == part.key)
            texts = ["".join(run.text for run in piece.runs if run.kind != gone) for piece in compared.pieces]
            own = next(each for each in compare(content, content).parts if each.key == part.key)
            assert [text for text in texts if text] == [piece.runs[0].text for piece in own.pieces]


def test_a_redline_in_pdf_is_the_same_bytes_for_the_same_comparison():
    before, after = content_from_markdown("# A\n\nOld."), content_from_markdown("# A\n\nNew.")
    first, second = (render(compare(before, after), TITLES, ".pdf") for _ in range(2))
    assert first.startswith(b"%PDF-")
    assert first == second


# --------------------------------------------------------------------------------------- pictures, a second language


def picture(name, colour):
    data = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(data, "PNG")
    return checked(name, data.getvalue())


def test_a_redline_shows_the_pictures_that_came_and_went():
    pictures = (picture("old.png", "navy"), picture("new.png", "red"), picture("kept.png", "green"))
    before = letter(("a", "A", "Words.\n\n![Bars](old.png)\n\n![Both](kept.png)"))
    after = letter(("a", "A", "Words.\n\n![Bars](new.png)\n\n![Both](kept.png)"))
    found = compare(before, after)
    assert [(piece.kind, piece.what, piece.mark) for piece in found.parts[0].pieces][1:] == [
        ("picture", "removed", "old.png"),
        ("picture", "added", "new.png"),
        ("picture", "same", "kept.png"),
    ]
    html = letter_html(as_letter(found, TITLES, pictures))
    assert html.count("<img") == 3
    assert html.index("Picture taken out:") < html.index("Picture put in:")
    with zipfile.ZipFile(io.BytesIO(render(found, TITLES, ".docx", pictures))) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
        assert len([name for name in archive.namelist() if name.startswith("word/media/")]) == 3
    around = [{each.tag.removeprefix(W) for each in drawing.iterancestors()} for drawing in root.iter(f"{W}drawing")]
    assert [bool(tags & {"ins"}) for tags in around] == [False, True, False]
    assert [bool(tags & {"del"}) for tags in around] == [True, False, False]


def test_a_picture_that_was_not_given_is_named_in_a_redline():
    found = compare(letter(("a", "A", "x")), letter(("a", "A", "x\n\n![Bars](new.png)")))
    assert "[image new.png: Bars]" in letter_html(as_letter(found, TITLES))


@pytest.mark.parametrize("suffix", [".html", ".docx"])
def test_a_redline_of_a_letter_in_two_languages_shows_what_became_of_both(suffix):
    before, after = (
        replace(content, parts=tuple(replace(p, translated_heading="Costos", translation=text) for p in content.parts))
        for content, text in (
            (letter(("a", "A", "x")), "Palabras viejas."),
            (letter(("a", "A", "y")), "Palabras nuevas."),
        )
    )
    found = compare(before, after)
    assert shown(found, "a")[-2:] == ["Costos", "Palabras [-viejas-][+nuevas+]."]
    titles = replace(TITLES, second_lang="es")
    if suffix == ".html":
        html = letter_html(as_letter(found, titles))
        assert '<div class="two" lang="es"' in html
        assert "viejas" in html
    else:
        with zipfile.ZipFile(io.BytesIO(render(found, titles, suffix))) as archive:
            root = etree.fromstring(archive.read("word/document.xml"))
        assert "Palabras nuevas." in left(root, "del")
        assert "Palabras viejas." in left(root, "ins")
