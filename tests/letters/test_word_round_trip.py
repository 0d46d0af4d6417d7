"""Letters sent out as Word files, changed by hand and brought back: every change on its place, none lost."""

import random
import re
import shutil
import subprocess

import pytest

from commenttrack.letters.exported_word import from_json
from commenttrack.letters.files import render
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.returned_places import place_changes
from commenttrack.letters.returned_word import read_word
from tests.factories.word_files import Desk
from tests.letters.letter_shapes import letter

LETTER = """---
letterhead: {name: Association & Co.}
date: 2026-11-20
to: [[Jane Doe, Director]]
signatories: [{organization: Alpha, person: A}, {organization: Beta, person: B}]
---
Words with a note.[^n] Keep {--shall--}{++may++} here. See [#costs] and [@89 FR 5698, 5702].

# Costs

- one **bold** item
- two

> A quotation of two lines. [@89 FR 5698, 5703]

| Item | Cost |
|---|---:|
| Licence | 1,200 |

After the table. The *last words* stand here.

# More words

Text of the end.

[^n]: The note’s *text*.
"""


@pytest.fixture(scope="module")
def sent():
    return render(content_from_markdown(LETTER), ".docx")


@pytest.fixture
def desk(sent):
    return Desk(sent)


def placed(data):
    word = read_word(data)
    return place_changes(word, from_json(word.attached))


def edited(data):
    """Each suggestion as the line of the part it changes reads then."""
    word = read_word(data)
    exported = from_json(word.attached)
    found = place_changes(word, exported)
    parts = {part.key: part for part in exported.parts}
    out = []
    for each in found.suggestions:
        source = parts[each.part].field(each.field)
        assert source[each.start : each.end] == each.before
        text = source[: each.start] + "⟦" + each.after + "⟧" + source[each.end :]
        at = text.index("⟦")
        out.append(text[max(text.rfind("\n", 0, at), 0) : (text + "\n").index("\n", text.index("⟧"))].strip("\n"))
    return out


def test_a_file_that_was_not_touched_says_nothing(sent):
    found = placed(sent)
    assert (found.suggestions, found.unplaced, found.tracked, found.untracked) == ((), (), 0, 0)


@pytest.mark.parametrize(
    ("change", "reads"),
    [
        (lambda d: d.replace("Keep", "Hold"), "Words with a note.[^n] ⟦Hold⟧ {--shall--}{++may++} here."),
        (lambda d: d.delete("bold"), "- one ⟦⟧ item"),
        (lambda d: d.replace("bold", "plain"), "- one **⟦plain⟧** item"),
        (lambda d: d.delete(" words"), "The *last⟦⟧* stand here."),
        (lambda d: d.delete("words stand"), "The *last⟦* ⟧ here."),
        (lambda d: d.delete("(89\u00a0FR\u00a05698, 5702)"), "See [#costs] and ⟦⟧."),
        (lambda d: d.insert("* new_ ", after="Text "), "Text ⟦\\* new\\_ ⟧of the end."),
        (lambda d: d.insert("two ", after="shall"), "{--shall⟦two ⟧--}"),
        (lambda d: d.insert("x", after="shallmay"), "{++may⟦x⟧++}"),
        (lambda d: d.insert_paragraph("three", after="two"), "- two⟦\n- three⟧"),
        (lambda d: d.insert_paragraph("A new one.", after="Text of the end"), "Text of the end.⟦\n\nA new one.⟧"),
        (lambda d: d.delete_paragraph("two"), "- one **bold** item⟦⟧"),
        (lambda d: d.delete_paragraph("After the table"), "⟦⟧"),
        (lambda d: d.split(after="After the table."), "After the table.⟦\n\n⟧ The *last words* stand here."),
        (lambda d: d.insert_row(["Fee|s", "3"], after="Item"), "|---|---:|⟦\n| Fee\\|s | 3 |⟧"),
        (lambda d: d.insert_row(["Fees", "3"], after="Licence"), "| Licence | 1,200 |⟦\n| Fees | 3 |⟧"),
        (lambda d: d.replace("Licence", "Permit"), "| ⟦Permit⟧ | 1,200 |"),
        (lambda d: d.insert_note("See *this*.", after="After the table"), "After the table⟦^[See \\*this\\*.]⟧."),
        (lambda d: d.replace("text", "word", part="footnotes"), "[^n]: The note’s *⟦word⟧*."),
        (lambda d: d.replace("More", "Many"), "⟦Many⟧ words"),
        (lambda d: d.delete("A quotation"), "> ⟦⟧ of two lines. [@89 FR 5698, 5703]"),
    ],
)
def test_a_change_of_the_print_is_an_edit_of_the_source(desk, change, reads):
    change(desk)
    (line,) = edited(desk.file())
    assert reads in line


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d.delete("5702"), "citation"),
        (lambda d: d.delete("I. "), "number of a heading"),
        (lambda d: d.delete("Beta"), "the signature block"),
        (lambda d: d.replace("Jane Doe", "John Roe"), "the addressees"),
        (lambda d: d.bold("After"), "house style"),
        (lambda d: d.delete("rt\u00a0I"), "cross-reference"),
        (lambda d: d.insert_paragraph("x", after="Licence"), "table cell"),
    ],
)
def test_what_is_computed_is_listed_with_the_reason(desk, change, why):
    change(desk)
    found = placed(desk.file())
    assert found.suggestions == ()
    assert why in " ".join(each.why for each in found.unplaced)


def test_a_deletion_over_two_parts_names_both(desk):
    desk.delete_paragraph("After the table")
    desk.delete_paragraph("More words")
    found = placed(desk.file())
    assert found.tracked == len(found.unplaced) == 1
    assert "Costs" in found.unplaced[0].why
    assert "More words" in found.unplaced[0].why


def test_what_was_not_tracked_is_found_too(desk):
    desk.tracked = False
    desk.replace("Licence", "Permit")
    desk.insert_paragraph("Altogether new.", after="Text of the end")
    desk.delete_paragraph("two")
    found = placed(desk.file())
    assert (found.tracked, found.untracked, len(found.suggestions)) == (0, 3, 3)
    assert {each.author for each in found.suggestions} == {""}


WORD = re.compile(r"[a-z]{4,}")


@pytest.mark.parametrize("seed", range(12))
def test_of_random_changes_none_is_lost(seed):
    """Every change is in one suggestion or one unplaced entry, and accepting all reads as the file does."""
    rng = random.Random(seed)
    source = letter(seed, paragraphs=8, notes=6, longest_note=20, signatories=3, tables=1, redlines=1)
    desk = Desk(render(content_from_markdown(source), ".docx"))
    texts = [t for t in _paragraphs(desk) if len(WORD.findall(t)) > 6]
    for _ in range(14):
        text = rng.choice(texts)
        desk.author = rng.choice(("Ann", "Ben", "Cy"))
        words = [m.group() for m in WORD.finditer(text) if text.count(m.group()) == 1]
        if not words:
            continue
        word = rng.choice(words)
        try:
            paragraph = desk.paragraph(text[:40])
            action = rng.randrange(4)
            if action == 0:
                desk.delete(word)
            elif action == 1:
                desk.insert(" new*", after=word, pieces=rng.randint(1, 3))
            elif action == 2:
                desk.replace(word, "other")
            else:
                desk.split(after=word)
            assert paragraph is not None
        except (AssertionError, IndexError):
            continue  # somebody was there before
    found = placed(desk.file())
    numbers = [n for each in (*found.suggestions, *found.unplaced) for n in each.changes]
    assert sorted(numbers) == list(range(found.tracked))
    assert found.untracked == 0
    assert len(found.suggestions) > len(found.unplaced)


def _paragraphs(desk):
    tree = desk.trees["document"]
    tag = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    return ["".join(t.text or "" for t in p.iter(f"{tag}t")) for p in tree.iter(f"{tag}p")]


def test_what_the_file_says_about_itself_covers_the_words_of_the_parts(sent):
    exported = from_json(read_word(sent).attached)
    own = {}
    for paragraph in exported.paragraphs:
        for span in paragraph.spans:
            if span.kind == "own":
                own.setdefault((paragraph.part, paragraph.field), []).append(paragraph.text[span.start : span.end])
    assert "".join(own[1, "heading"]) == "Costs"
    assert "".join(own[1, "text"]).startswith("one bold itemtwoA quotation of two lines.ItemCostLicence1,200After")
    assert "".join(own[2, "text"]) == "Text of the end.The note’s text."


def test_nobody_sees_what_the_file_says_about_itself(sent):
    word = read_word(sent)
    assert not any("commenttrack-word" in piece.text for s in word.stories for p in s.paragraphs for piece in p.pieces)
    assert '"format":"commenttrack-word/1"' in word.attached


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_trip_through_libreoffice_loses_no_change(desk, tmp_path):
    desk.replace("Keep", "Hold")
    desk.author = "Ben"
    desk.delete("bold")
    desk.insert_paragraph("three", after="two")
    desk.split(after="After the table.")
    desk.delete("note’s", part="footnotes")
    desk.author = "Cy"
    desk.replace("Licence", "Permit")
    desk.move("of the end", after="Text ")
    desk.comment("After", "Why?")
    before = desk.file()
    (tmp_path / "sent.docx").write_bytes(before)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    kind = ["--convert-to", "docx:MS Word 2007 XML", "--outdir", str(tmp_path / "back"), str(tmp_path / "sent.docx")]
    subprocess.run(["soffice", "--headless", home, *kind], check=True, capture_output=True, timeout=120)
    one, other = placed(before), placed((tmp_path / "back" / "sent.docx").read_bytes())
    assert [(s.part, s.field, s.start, s.end, s.after, s.author, s.time) for s in one.suggestions] == [
        (s.part, s.field, s.start, s.end, s.after, s.author, s.time) for s in other.suggestions
    ]
    assert (one.unplaced, other.unplaced, other.untracked) == ((), (), 0)
    assert [(c.part, c.comment.text) for c in one.comments] == [(c.part, c.comment.text) for c in other.comments]
