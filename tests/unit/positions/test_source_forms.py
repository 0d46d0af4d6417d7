"""One document in five forms gives one outline."""

import io
import re
import zipfile

import pytest

from commenttrack.positions.source_documents import parse
from commenttrack.positions.source_formats import text_of
from commenttrack.positions.source_text import unmarked
from tests.factories.source_forms import FORMS, as_html, as_pdf

PAPER = """# Principles for Pumps

June 2024

We hold three things, and the U.S. government should act on them.

1. Pumps need power. We urge the agency to say so in its rule, since a pump without power moves nothing at all.

2. Pumps need people. The agency should count them.

a. Count those who mend pumps, wherever they live and whatever they are paid for it by those who own the pumps.

b. Count those who watch them.

3. The agency should give pumps a peace that lasts: (a) from noise, and (b) from dust.
"""


def outline(parsed):
    """What must be the same in every form; emphasis marks and spaces are the form's own."""
    return [
        (
            position.label,
            position.parent and position.parent.partition("/")[2],
            _plain(position.heading),
            _plain(position.text),
        )
        for position in parsed.positions
    ]


def _plain(text):
    return re.sub(r"[*_\s]", "", text)


@pytest.mark.parametrize("name", FORMS)
def test_a_small_paper_reads_the_same_in_every_form(name):
    plain = parse(PAPER.encode(), name="paper.txt")
    assert [position.label for position in plain.positions] == ["1", "2", "2.a", "2.b", "3", "3(a)", "3(b)"]
    assert outline(parse(FORMS[name](PAPER), name=name)) == outline(plain)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("seed", ["000", "001", "002", "003", "004"])
def test_a_seed_document_reads_the_same_in_every_form(shared, seed, name):
    data = next((shared / "seeds").glob(f"{seed}*.txt")).read_bytes()
    plain, formed = parse(data, name="paper.txt"), parse(FORMS[name](data.decode()), name=name)
    assert outline(formed) == outline(plain)
    assert [position.deferred for position in formed.positions] == [position.deferred for position in plain.positions]
    assert (formed.source, formed.signatories, formed.participants) == (
        plain.source,
        plain.signatories,
        plain.participants,
    )
    assert [(one.speaker, one.evidence) for one in formed.context] == [
        (one.speaker, one.evidence) for one in plain.context
    ]


@pytest.mark.parametrize("name", FORMS)
def test_spans_point_into_the_text_that_was_taken_out(name):
    data = FORMS[name](PAPER)
    text = text_of(data, name=name)
    for position in parse(data, name=name).positions:
        assert " ".join(text[position.start : position.end].split()) == position.text


def test_a_paragraph_goes_on_over_the_turn_of_a_page():
    filler = "\n\n".join(
        f"{n}. Ask number {n}. " + "It is a long one, and it goes on for a while. " * 6 for n in range(1, 25)
    )
    parsed = parse(as_pdf(filler), name="long.pdf")
    assert [position.label for position in parsed.positions] == [str(n) for n in range(1, 25)]
    assert len({len(position.text) for position in parsed.positions}) == 1


def test_page_numbers_and_running_heads_are_left_out_of_a_pdf():
    from weasyprint import HTML

    boxes = "@top-center { content: 'Draft of the Pump League' } @bottom-center { content: counter(page) }"
    style = f"<style>@page {{ {boxes} }}</style>"
    body = "".join(f"<p>{n}. {'The agency should act on this at once. ' * 30}</p>" for n in range(1, 13))
    text = text_of(HTML(string=style + body).write_pdf(), name="running.pdf")
    assert "Pump League" not in text
    assert not re.search(r"^\s*\d\s*$", text, re.MULTILINE)


def test_scripts_styles_and_menus_of_a_page_are_no_text():
    page = as_html(PAPER).decode().replace("<main>", "<nav>Home About</nav><main>").encode()
    text = text_of(page, name="page.html")
    assert not any(word in text for word in ("alert", "color", "Home About"))


def test_a_layout_that_is_not_known_becomes_paragraphs_and_says_so():
    parsed = parse(b"we hope for the best, all of us.\n\nwe fear the worst, and our members do.\n", name="loose.txt")
    assert [position.label for position in parsed.positions] == ["¶1", "¶2"]
    assert [item.start for item in parsed.unsure] == [position.start for position in parsed.positions]
    assert all("each paragraph is taken for itself" in item.why for item in parsed.unsure)


def numbered_word_file(*items):
    """A Word file whose numbers stand in its numbering only: 1. over (a)."""
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate([("decimal", "%1."), ("lowerLetter", "(%2)")])
    )
    numbering = (
        f'<w:numbering {names}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    )
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>"
        for depth, text in items
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/numbering.xml", numbering)
    return data.getvalue()


def test_numbers_that_word_counts_itself_become_labels():
    items = [(0, "We ask for power."), (1, "By day."), (1, "By night."), (0, "We ask for people."), (1, "With hands.")]
    parsed = parse(numbered_word_file(*items), name="asks.docx")
    assert [(position.label, position.text) for position in parsed.positions] == [
        ("1", "We ask for power."),
        ("1(a)", "By day."),
        ("1(b)", "By night."),
        ("2", "We ask for people."),
        ("2(a)", "With hands."),
    ]


@pytest.mark.parametrize(
    ("passage", "shown"),
    [
        (
            "**Controls must rest on a *stated* risk.** They do not.",
            "Controls must rest on a stated risk. They do not.",
        ),
        ("__Both__ and _each_, but snake_case and **kwargs stay", "Both and each, but snake_case and **kwargs stay"),
        ("**The first sentence of a passage in bold.", "The first sentence of a passage in bold."),
        ("Its last sentence, split off.**", "Its last sentence, split off."),
        ("for it.\n\n### **4 The U.S. should work in", "for it.\n\n4 The U.S. should work in"),
        ("### **2 Openness.**\n\nNo. #4 stays", "2 Openness.\n\nNo. #4 stays"),
        ("5 * 3 and 4 * 2; members* and others* * not voting", "5 * 3 and 4 * 2; members* and others* * not voting"),
    ],
)
def test_a_passage_is_shown_without_the_marks_of_emphasis_and_with_other_asterisks(passage, shown):
    assert unmarked(passage) == shown
