"""LETTER.md: the head, the body, and what is refused."""

import pytest

from commenttrack.errors import BadInput
from commenttrack.letters.blocks import (
    Cite,
    ListBlock,
    NoteCall,
    Paragraph,
    Quote,
    Styled,
    Table,
    Text,
    inlines_in,
    plain,
    plain_blocks,
)
from commenttrack.letters.body import as_markdown, read, read_requested
from commenttrack.letters.content import Addressee, Signatory, ordered_signatories
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.notes import arrange
from commenttrack.letters.outline import part_numbers, roman
from commenttrack.members.names import name_key

HEAD = """---
letterhead: {name: House, tagline: Line, address: [One, Two]}
date: 2026-03-05
to: [[Jane Doe, Director], [John Roe]]
re: [Title, Docket]
order: lead-first
signatories:
  - {organization: Beta, person: B, title: Counsel, reservation: except Part II}
  - The Alpha
---
"""


def body(text):
    return read(text).blocks


def test_the_head_is_read_into_its_fields():
    content = content_from_markdown(HEAD + "Text.")
    head = content.head
    assert (head.letterhead.name, head.letterhead.address) == ("House", ("One", "Two"))
    assert head.date == "March 5, 2026"
    assert head.to == (Addressee(("Jane Doe", "Director")), Addressee(("John Roe",)))
    assert content.signatories == (Signatory("Beta", "B", "Counsel", "except Part II"), Signatory("The Alpha"))
    assert [part.text for part in content.parts] == ["Text."]


def test_a_letter_needs_no_head():
    assert content_from_markdown("Text.").head.citations == "ofr"
    assert content_from_markdown("---\n---\nText.").parts[0].text == "Text."


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ("colour: red", "colour"),
        ("letterhead: {colour: red}", "colour"),
        ("signatories: [{organization: A, colour: red}]", "colour"),
    ],
)
def test_an_unknown_key_is_refused_by_name_with_the_allowed_ones(head, named):
    with pytest.raises(BadInput, match=rf"{named}\. Allowed are .*"):
        content_from_markdown(f"---\n{head}\n---\nText.")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("order: random", "order must be one of"),
        ("toc: perhaps", "toc must be true or false"),
        ("date: [1]", "date must be text"),
        ("date: 2026-13-05x\nto: 5: 6", "not YAML in line"),
        ("via: a\nvia: b", "stands twice"),
        ("a: &x [1]\nvia: *x", "anchors"),
        ("lang: '<x>'", "language tag"),
        ("signatories: [{person: A}]", "needs an organization"),
        ("signatories: [A]\nlead: B", "not among"),
        ("sources: [{cite: somewhere}]", "volume and first page"),
        ("- a", "keys and values"),
        ("1: a", "not a word"),
    ],
)
def test_a_head_that_cannot_be_meant_is_refused_with_the_place(head, message):
    with pytest.raises(BadInput, match=message):
        content_from_markdown(f"---\n{head}\n---\nText.")


def test_a_head_that_is_not_closed_is_refused():
    with pytest.raises(BadInput, match="not closed"):
        content_from_markdown("---\ndate: 2026-03-05\n\nText.")


def test_the_body_is_cut_at_headings_and_keys_come_from_them():
    parts = content_from_markdown("Opening.\n\n# One\n\nText.\n\n## Two\n\n# One\n").parts
    assert [(part.key, part.heading, part.level) for part in parts] == [
        ("opening", "", 0),
        ("one", "One", 1),
        ("two", "Two", 2),
        ("one-2", "One", 1),
    ]


def test_a_link_defined_in_another_part_keeps_its_address():
    content = content_from_markdown("See [there][x].\n\n# Part\n\n[x]: https://example.org/a\n")
    inlines = arrange(content).parts[0].blocks[0].inlines
    assert any(isinstance(inline, Styled) and inline.href == "https://example.org/a" for inline in inlines)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="https://example.org/a.png">',
        "<iframe></iframe> and <b>bold</b>",
    ],
)
def test_raw_html_stays_text(text):
    assert plain_blocks(body(text)) == text


@pytest.mark.parametrize("address", ["https://example.org/a.png", "file:///etc/passwd"])
def test_an_image_that_would_have_to_be_fetched_is_refused(address):
    with pytest.raises(BadInput, match="fetches nothing"):
        content_from_markdown(f"![A map]({address})")


def test_an_address_that_is_not_for_readers_is_no_link():
    (paragraph,) = body("[here](file:///etc/passwd) [there](https://example.org)")
    links = [inline.href for inline in inlines_in(paragraph.inlines) if isinstance(inline, Styled)]
    assert links == ["https://example.org"]
    assert "file:///etc/passwd" in plain(paragraph.inlines)


def test_redlines_hold_styles_and_run_over_paragraphs():
    first, second = body("Keep {--old *x*--}{++new\n\nsecond++} end.")
    assert plain(first.inlines, deleted=False) == "Keep new"
    assert plain(first.inlines, added=False) == "Keep old x"
    assert second.inlines[0] == Styled("ins", (Text("second"),))


@pytest.mark.parametrize("text", ["Word {--open.", "Word {++open.\n\nMore.", "{--a--} {++"])
def test_a_redline_that_is_not_closed_is_refused_with_its_line(text):
    with pytest.raises(BadInput, match="line 1 is not closed"):
        read(text)


def test_requested_text_is_wording_and_not_markdown():
    (paragraph,) = read_requested("1. Keep *this* [^x] {--old--}{++_new_++}")
    assert paragraph.inlines == (
        Text("1. Keep *this* [^x] "),
        Styled("del", (Text("old"),)),
        Styled("ins", (Text("_new_"),)),
    )


def test_a_quotation_takes_the_citation_at_its_end_or_below_it():
    for text in ("> Words.\n\n[@84 FR 1, 2]", "> Words. [@84 FR 1, 2]", "> Words.\n>\n> ([@84 FR 1, 2])"):
        (quote,) = body(text)
        assert isinstance(quote, Quote)
        assert any(inline == Cite("84 FR 1, 2") for inline in quote.source)
        assert plain_blocks(quote.blocks) == "Words."


def test_tables_lists_and_notes_are_read():
    blocks = body("- a\n  - b\n\n3. c\n4. d\n\n| h | k |\n|---|--:|\n| 1 | 2 |\n\nx[^n]\n\n[^n]: Note.\n")
    bullets, numbers, table, paragraph = blocks
    assert isinstance(bullets.items[0][1], ListBlock)
    assert numbers.start == 3
    assert isinstance(table, Table)
    assert table.align == ("", "right")
    assert paragraph.inlines[-1] == NoteCall("n")


def test_text_nested_beyond_measure_is_refused_and_not_dropped():
    with pytest.raises(BadInput, match="nested"):
        read("> " * 60 + "deep")


@pytest.mark.parametrize(
    "text",
    [
        "1. Not a list",
        "- nor this",
        "* * *",
        "# no heading",
        "a_b_c [x](y) <z> {--k--} ^[n] [^1] [@c] `d` & | \\",
        "12) x",
    ],
)
def test_any_text_survives_being_written_as_markdown(text):
    (paragraph,) = body(as_markdown(text))
    assert isinstance(paragraph, Paragraph)
    assert plain(paragraph.inlines) == text


def letter(*headings, numbered=True):
    text = "\n\n".join(f"{'#' * level} {heading}\n\nText." for level, heading in headings)
    return content_from_markdown(f"---\nnumbered: {str(numbered).lower()}\n---\n{text}")


def test_headings_are_numbered_as_in_outlines():
    content = letter((1, "A"), (2, "B"), (3, "C"), (2, "D"), (1, "E"))
    assert [number for number, _ in part_numbers(content)] == ["I", "I.A", "I.A.1", "I.B", "II"]


def test_headings_with_their_own_numbers_keep_them():
    assert {number for number, _ in part_numbers(letter((1, "I. Scope"), (1, "II. Costs")))} == {""}
    assert {number for number, _ in part_numbers(letter((1, "A"), (1, "B"), numbered=False))} == {""}


def test_heading_levels_start_at_one_and_skip_none():
    parts = arrange(letter((3, "A"), (6, "B"), (2, "C"))).parts
    assert [part.level for part in parts] == [1, 2, 1]


def test_roman_numerals():
    assert [roman(number) for number in (1, 4, 9, 14, 40, 375)] == ["I", "IV", "IX", "XIV", "XL", "CCCLXXV"]


def test_cross_references_follow_the_number_of_the_part():
    content = content_from_markdown("# One\n\nSee [#two].\n\n# Two\n\nText.")
    assert "Part\u00a0II" in plain(arrange(content).parts[0].blocks[0].inlines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Call.[^a]", "called but not defined"),
        ("Text.\n\n[^a]: Lonely note.", "defined but never called"),
        ("Call.[^a]\n\n[^a]: Inner[^b].\n\n[^b]: No.", "note within a note"),
        ("Call.[^a]\n\n[^a]: One.\n\n[^a]: Two.", "defined twice"),
        ("See [#nowhere].", "refers to no part"),
    ],
)
def test_notes_and_references_without_a_partner_are_refused(text, message):
    with pytest.raises(BadInput, match=message):
        arrange(content_from_markdown(text))


def test_notes_are_numbered_where_they_are_called_over_all_parts():
    letter = arrange(content_from_markdown("# A\n\nx[^z] y^[inline]\n\n# B\n\nk[^a] z[^z]\n\n[^a]: A.\n\n[^z]: Z."))
    assert [plain_blocks(note.blocks) for note in letter.notes] == ["Z.", "inline", "A."]


def test_signatories_sort_without_the_article_case_and_accents():
    names = ["Zeta", "The Beta", "Éclair", "alpha", "10 Tens", "9 Nines"]
    assert sorted(names, key=name_key) == ["9 Nines", "10 Tens", "alpha", "The Beta", "Éclair", "Zeta"]


def test_the_lead_signs_first_when_asked_for():
    content = content_from_markdown("---\norder: lead-first\nlead: Zeta\nsignatories: [Beta, Zeta, Alpha]\n---\nText.")
    assert [signatory.organization for signatory in ordered_signatories(content)] == ["Zeta", "Alpha", "Beta"]
