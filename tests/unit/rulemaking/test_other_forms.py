"""Pages, text editions, pasted text and PDFs become the same values as XML, and say what they cannot tell."""

import io
from datetime import date
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
import weasyprint
from hypothesis import given
from hypothesis import strategies as st

from commenttrack.errors import BadInput
from commenttrack.rulemaking import govinfo_text, other_forms
from commenttrack.rulemaking.line_mending import Vocabulary, has_room, joined, width_of
from commenttrack.rulemaking.provisions import from_json, to_json
from commenttrack.rulemaking.text_blocks import SourceText

DOCUMENTS = Path(__file__).parents[2] / "documents"


@pytest.fixture(scope="module")
def edition():
    return other_forms.read((DOCUMENTS / "form-edition.htm").read_bytes())


@pytest.fixture(scope="module")
def page():
    return other_forms.read((DOCUMENTS / "form-page.html").read_bytes())


@pytest.fixture(scope="module")
def paste():
    return other_forms.read((DOCUMENTS / "form-paste.txt").read_bytes())


def headings(rule):
    return [(p.label, p.heading) for p in rule.provisions if p.kind == "preamble_heading"]


def labels(rule, *kinds):
    return [p.label for p in rule.provisions if p.kind in kinds and p.number]


def text_with(rule, words):
    return next(p for p in rule.provisions if words in p.text)


# The text edition ------------------------------------------------------------------------------------------------


def test_a_text_edition_tells_its_head(edition):
    document = edition.document
    assert (document.form, document.kind, document.document_number) == ("govinfo", "proposed_rule", "2025-03999")
    assert (document.start_page, document.end_page, document.fr_citation) == (11500, 11502, "90 FR 11500")
    assert document.publication_date == "2025-03-07"
    assert document.title == "Keeping of Lamps; Records of Lighthouse Keepers and Their Assistants"
    assert [(a.name, a.subagency) for a in document.agencies] == [("Department of Commerce", "Bureau of Lighthouses")]
    assert document.docket_ids == ("250301-0044", "BOL-2025-0001")
    assert document.rins == ("0694-ZZ99",)
    assert [(c.title, c.part) for c in document.cfr] == [(15, "990")]
    assert [entry.date for entry in document.comment_dates] == ["2025-05-06"]


def test_a_text_edition_keeps_its_outline(edition):
    assert headings(edition) == [
        ("", "SUPPLEMENTARY INFORMATION:"),
        ("I", "Background"),
        ("I.A", "What the Logs Show"),
        ("I.A.1", "Hours"),
        ("I.A.2", "Costs"),
        ("", "List of Subjects in 15 CFR Part 990"),
    ]


def test_typewriter_signs_are_printed_as_quotes_dashes_and_section_signs(edition):
    text = text_with(edition, "logs").text
    assert "“logs”" in text
    assert "them—all of them—and reads self-reported hours" in text
    assert "the agency's record" in text
    assert "described in § 990.1" in text


def test_a_paragraph_goes_on_after_the_notes_of_its_page(edition):
    provision = text_with(edition, "The logs are described in")
    assert [(provision.text[:offset][-7:], note) for offset, note in provision.note_calls] == [("record,", "n1")]
    assert [note.text for note in edition.notes[:2]] == [
        "See the report of the Bureau on lamps, part 2 (published in 2021), at page 5. "
        "This paragraph goes on with the note.",
        "A second note.",
    ]


def test_a_page_mark_within_a_paragraph_breaks_no_sentence(edition):
    provision = text_with(edition, "in the spring and again in the autumn")
    assert provision.pages == (11500, 11501)
    assert provision.page_at(provision.text.index("spring")) == 11500
    assert provision.page_at(provision.text.index("autumn")) == 11501


def test_a_table_of_hyphens_and_dots_has_rows_and_cells(edition):
    table = next(p for p in edition.provisions if p.kind == "table")
    assert table.heading == "Table 1—Lamps by District"
    assert table.rows == (
        ("District", "Lamps lit at dusk", "Lamps put out"),
        ("First", "12", "11"),
        ("Second, which has the longest name of them all", "1,3", ""),
        ("Third", "", "2"),
    )
    assert [note.text for note in edition.notes if note.id in table.notes] == ["Counted by hand."]


def test_the_regulatory_text_of_an_edition_has_cfr_citations(edition):
    assert labels(edition, "paragraph") == [
        "15 CFR 990.1(b)",
        "15 CFR 990.1(b)(1)",
        "15 CFR 990.1(b)(1)(i)",
        "15 CFR 990.1(b)(1)(ii)",
        "15 CFR 990.1(c)",
    ]
    assert [(i.verb, i.target) for i in edition.instructions] == [
        ("keep", "15 CFR part 990 authority citation"),
        ("revise", "15 CFR 990.1(b)(1)"),
        ("add", "15 CFR 990.1(c)"),
    ]


def test_an_address_hidden_from_robots_is_shown(edition):
    addresses = next(c.text for c in edition.document.captions if c.heading.startswith("ADDRESSES"))
    assert "kc@m" in addresses
    assert "[email" not in addresses


def test_an_edition_saved_without_html_reads_the_same(edition):
    page = (DOCUMENTS / "form-edition.htm").read_text()
    bare = page[page.index("<pre>") + 5 : page.index("</pre>")]
    rule = other_forms.read(bare.replace("&#160;", " ").encode())
    assert [p.label for p in rule.provisions] == [p.label for p in edition.provisions]


def test_an_edition_whose_editor_stripped_line_ends_keeps_its_paragraphs(edition):
    lines = (DOCUMENTS / "form-edition.htm").read_text().split("\n")
    rule = other_forms.read("\n".join(line.rstrip() for line in lines).encode())
    assert headings(rule) == headings(edition)
    assert labels(rule, "paragraph") == labels(edition, "paragraph")


# Pages -----------------------------------------------------------------------------------------------------------


def test_a_page_gives_fields_notes_pages_and_tables(page):
    document = page.document
    assert (document.form, document.kind, document.title) == ("html", "proposed_rule", "Keeping of Lamps")
    assert (document.start_page, document.end_page) == (11500, 11501)
    assert document.docket_ids == ("250301-0044",)
    provision = text_with(page, "Keepers have kept logs of their own, and still do.")
    assert (provision.pages, provision.note_calls) == ((11500, 11501), ((22, "n1"),))
    assert [(note.number, note.text, note.page) for note in page.notes] == [("1", "See the report.", 11500)]
    table = next(p for p in page.provisions if p.rows)
    assert (table.heading, table.header_rows) == ("Table 1—Lamps", 2)
    assert table.rows == (("District", "Lamps", ""), ("", "Lit", "Out"), ("First", "12", "11"), ("Both", "", "3"))


def test_a_page_gives_sections_and_instructions(page):
    section = next(p for p in page.provisions if p.kind == "section")
    assert (section.label, section.heading) == ("15 CFR 990.1", "Records of lamps.")
    assert [(p.label, p.heading) for p in page.provisions if p.parent == section.id] == [
        ("15 CFR 990.1(a)", "Keepers."),
        ("15 CFR 990.1(c)", ""),
    ]
    assert [(i.verb, i.target) for i in page.instructions] == [("revise", "15 CFR 990.1")]


def test_the_furniture_of_the_site_is_no_text_of_the_document(page):
    everything = str(to_json(page))
    for words in ("Back to Top", "Back to Citation", "Start Amendment", "print page", "Footnotes", "The site", "Home"):
        assert words not in everything


def test_a_page_in_latin_1_declared_or_not_keeps_its_signs():
    text = "<html><head>{}</head><body><h1>DATES:</h1><p>Due by June 3, 2024.</p><p>“§ 7.2” – so</p></body></html>"
    declared = '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">'
    for head in (declared, ""):
        rule = other_forms.read(
            text.format(head).replace("<p>“", "<h1>SUPPLEMENTARY INFORMATION:</h1><p>“").encode("cp1252")
        )
        assert text_with(rule, "§").text == "“§ 7.2” – so"
        assert any("encoding" in limit for limit in rule.document.limits) is (not head)


@pytest.mark.parametrize("form", ["<p>{}</p>", "<pre>[Federal Register Volume 1, Number 2]\n{}</pre>"])
def test_entities_for_characters_nobody_can_read_do_no_harm(form):
    text = "SUPPLEMENTARY INFORMATION: The &#1;proposed&#xFFFE; rule&#11; of lamps."
    rule = other_forms.read(form.format(text).encode())
    assert "proposed rule of lamps." in " ".join(p.text for p in rule.provisions)


# Plain text --------------------------------------------------------------------------------------------------------


def test_pasted_text_without_wraps_keeps_outline_and_levels(paste):
    assert headings(paste) == [
        ("", "SUPPLEMENTARY INFORMATION:"),
        ("I", "Background"),
        ("I.A", "What the Logs Show"),
        ("I.B", "Costs"),
        ("II", "Abbreviations"),
        ("", "List of Subjects in 15 CFR Part 990"),
    ]
    assert labels(paste, "paragraph") == ["15 CFR 990.1(a)", "15 CFR 990.1(a)(1)", "15 CFR 990.1(a)(2)"]
    assert [(i.verb, i.target) for i in paste.instructions[1:]] == [
        ("revise", "15 CFR 990.1(a)"),
        ("remove", "15 CFR 990.1(d)"),
    ]


def test_endnotes_of_a_paste_stand_at_their_calls(paste):
    provision = text_with(paste, "since 1852.")
    assert provision.note_calls == ((provision.text.index("1852.") + 5, "n1"),)
    assert paste.notes[0].text == "See the report of the Bureau on lamps."


def test_pasted_text_says_what_it_does_not_know(paste):
    assert paste.document.form == "text"
    assert "printed pages are not known" in paste.document.limits
    assert "the publication date is not known" in paste.document.limits
    assert paste.document.start_page is None
    assert all(p.pages == () for p in paste.provisions)


def test_a_publication_date_given_is_used():
    data = (
        (DOCUMENTS / "form-paste.txt")
        .read_bytes()
        .replace(b"on or before May 6, 2025", b"within 30 days after publication")
    )
    rule = other_forms.read(data, publication_date=date(2025, 3, 7))
    assert [(entry.date, entry.computed) for entry in rule.document.comment_dates] == [("2025-04-06", True)]


def test_a_pasted_section_alone_is_cited():
    lines = (
        "§ 990.1 Records of lamps.",
        "(a) Keepers record.",
        "(b) Assistants do so:",
        "(1) At dusk;",
        "(2) at dawn.",
    )
    rule = other_forms.read("\n".join(lines).encode())
    found = labels(rule, "section", "paragraph")
    assert found == ["§ 990.1", "§ 990.1(a)", "§ 990.1(b)", "§ 990.1(b)(1)", "§ 990.1(b)(2)"]


def test_running_heads_of_the_printed_pages_become_pages():
    lines = [
        "23644 Federal Register / Vol. 89, No. 66 / Thursday, April 4, 2024 / Proposed Rules",
        "",
        "SUMMARY: The Bureau proposes that all keepers record the hours of lamps, and of bells.",
        "",
        "SUPPLEMENTARY INFORMATION:",
        "",
        "Keepers have kept logs since 1852, which all of them have shown to the inspectors of",
        "Federal Register / Vol. 89, No. 66 / Thursday, April 4, 2024 / Proposed Rules 23645",
        "the Bureau whenever it was asked for, and often when it was not, in order to be seen.",
    ]
    rule = other_forms.read("\n".join(lines).encode())
    provision = text_with(rule, "inspectors of the Bureau")
    assert provision.pages == (23644, 23645)
    assert (rule.document.publication_date, rule.document.fr_citation) == ("2024-04-04", "89 FR 23644")


@pytest.mark.parametrize("name", ["form-edition.htm", "form-page.html", "form-paste.txt"])
def test_the_json_of_any_form_reads_back(name):
    rule = other_forms.read((DOCUMENTS / name).read_bytes())
    assert from_json(to_json(rule)) == rule


# PDF ---------------------------------------------------------------------------------------------------------------

STYLE = """<style>
@page { size: letter; margin: 1in; @bottom-center { content: counter(page) } }
body { font: 12pt serif; line-height: 2 } p { margin: 0 } .t { text-indent: .5in }
.s { font-size: 8pt; text-align: right; line-height: 1.2 } sup { font-size: 7pt }
.n { position: running(none); } .f { float: footnote; font-size: 9pt; line-height: 1.2 }
.f::footnote-call { content: counter(footnote); font-size: 7pt; vertical-align: super }
.f::footnote-marker { content: counter(footnote) " "; font-size: 9pt }
</style>"""
FILLER = "The keepers of the lights have kept their logs in the same way since the year in which the tower was built. "


@pytest.fixture(scope="module")
def inspection_copy():
    parts = [
        '<p class="s">This document is scheduled to be published in the<br>Federal Register on 03/07/2025 and '
        "available online at<br>https://federalregister.gov/d/2025-03999, and on https://govinfo.gov</p>",
        "<p>BILLING CODE 3510-00-P</p><p>DEPARTMENT OF COMMERCE</p><p>Bureau of Lighthouses</p><p>15 CFR Part 990</p>",
        "<p>[Docket No. 250301-0044]</p><p>RIN 0694-ZZ99</p><p>Keeping of Lamps</p>",
        "<p>AGENCY: Bureau of Lighthouses, Commerce.</p><p>ACTION: Proposed rule.</p>",
        "<p>DATES: Comments must be received on or before [INSERT DATE 60 DAYS AFTER DATE OF PUBLICATION IN THE "
        "FEDERAL REGISTER].</p><p>SUPPLEMENTARY INFORMATION:</p><p>I. Background</p>",
        f'<p class="t">{FILLER * 12}</p>',
        f'<p class="t">{FILLER}The Bureau knows of none<span class="f">See the report of the Bureau.</span> that is '
        f"better. {FILLER * 12}</p>",
        "<p>A. Questions</p><p class='t'>The Bureau seeks comment on whether the hours of all the lamps are right.</p>",
        "<p>List of Subjects in 15 CFR Part 990</p><p class='t'>Lamps.</p>",
        "<p class='t'>For the reasons set out in the preamble, the Bureau proposes to amend 15 CFR part 990 as "
        "follows:</p><p>PART 990—LAMPS</p><p class='t'>1. Revise § 990.1 to read as follows:</p>"
        "<p>§ 990.1 Records of lamps.</p>",
        "<p class='t'>(a) Keepers keep a record.</p><p class='t'>(b) So do assistants.</p>",
        "<p>Dated: March 3, 2025.</p><p>Grace Beacon,</p><p>Director.</p>",
        "<p>[FR Doc. 2025-03999 Filed: 3/6/2025 8:45 am; Publication Date: 3/7/2025]</p>",
    ]
    return weasyprint.HTML(string=STYLE + "".join(parts)).write_pdf()


def test_a_copy_for_inspection_gives_outline_dates_and_levels(inspection_copy):
    rule = other_forms.read(inspection_copy)
    document = rule.document
    assert (document.form, document.kind, document.title) == ("pdf", "proposed_rule", "Keeping of Lamps")
    assert (document.publication_date, document.document_number) == ("2025-03-07", "2025-03999")
    assert [entry.date for entry in document.comment_dates] == ["2025-05-06"]
    assert [label for label, _ in headings(rule)] == ["", "I", "I.A", ""]
    assert labels(rule, "paragraph") == ["15 CFR 990.1(a)", "15 CFR 990.1(b)"]
    assert document.start_page is None
    assert "printed pages are not known" in document.limits


def test_page_numbers_and_the_stamp_of_a_copy_are_kept_apart(inspection_copy):
    rule = other_forms.read(inspection_copy)
    reasons = {entry.why: entry.text for entry in rule.unparsed}
    assert reasons["page number of the copy"].split()[:3] == ["1", "2", "3"]
    assert reasons["notice of publication on the first page"].startswith("This document is scheduled")
    paragraph = text_with(rule, "that is better")
    assert paragraph.text.count("tower was built.") == 13
    assert not any(character.isdigit() for character in paragraph.text)


def test_a_footnote_of_a_copy_stands_at_its_call(inspection_copy):
    rule = other_forms.read(inspection_copy)
    paragraph = text_with(rule, "that is better")
    assert [paragraph.text[:offset][-4:] for offset, _ in paragraph.note_calls] == ["none"]
    assert [note.text for note in rule.notes] == ["See the report of the Bureau."]


def locked(data):
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(result, encryption=pikepdf.Encryption(owner="a", user="b"))
    return result.getvalue()


def scanned():
    result = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(result)
    return result.getvalue()


# Bad input ---------------------------------------------------------------------------------------------------------

DEEP = b"<html><body>" + b"<div>" * 10_000 + b"SUMMARY: deep" + b"</div>" * 10_000 + b"</body></html>"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "JPEG picture"),
        (b"PK\x03\x04" + bytes(50), "Word file"),
        (b"%PDF-1.7\nnothing", "damaged"),
        (b"SUMMARY: a\nb\x00c", "NUL byte in line 2"),
        (b"<html><body><p>SUMMARY:\x00</p></body></html>", "NUL"),
        (DEEP, "nests elements"),
        (b"SUMMARY: rule " * 8_000_000, "MB"),
        (b"a\n" * 600_000, "lines"),
        (b"SUMMARY: a rule " * 100_000, "longer paragraphs"),
        (b"This is a letter about the weather.", "does not look like"),
        (b"<html><body><p>404</p></body></html>", "does not look like"),
        (b"<html><body></body></html>", "without any text"),
        ("規則 SUMMARY: 規則規則".encode("shift_jis"), "encoding"),
        ("SUMMARY: “§”".encode()[:-1], "damaged bytes in line 1"),
        (b"SUMMARY: \x81\x8d", "neither UTF-8 nor Windows-1252"),
        (b"\xff\xfeS\x00U\x00\x00", "UTF-16"),
        (b"SUMMARY: This proposed rule", "no text"),
        (b"<?xml version='1.0'?><PRORULE>", "x.txt"),
        (b"<FEDREG/>", "daily issue"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><PRORULE>&a;</PRORULE>', "entities"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, words):
    with pytest.raises(BadInput) as refusal:
        other_forms.read(data, name="x.txt")
    assert words in str(refusal.value)
    assert "x.txt" in str(refusal.value)


def test_a_locked_pdf_is_refused(inspection_copy):
    with pytest.raises(BadInput, match="password"):
        other_forms.read(locked(inspection_copy))


def test_a_pdf_cut_in_half_is_refused(inspection_copy):
    with pytest.raises(BadInput, match="damaged"):
        other_forms.read(inspection_copy[: len(inspection_copy) // 2])


def test_a_scanned_pdf_is_refused():
    with pytest.raises(BadInput, match="scanned"):
        other_forms.read(scanned())


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(data):
    for start in (b"", b"SUMMARY: a proposed rule\n\nI. A\n", b"<html><p>SUMMARY:", b"[Federal Register Volume 1]\n"):
        try:
            other_forms.read(start + data)
        except BadInput:
            continue


PIECES = st.sampled_from(
    [
        "SUMMARY: a", "I. Background", "    (a) text of it", "0", "-" * 72, "\\1\\", "    \\1\\ note",
        "[[Page 12]]", "", "", "§ 1.2 Scope.", "PART 5--LAMPS", "1. Amend § 1.2:", "* * * * *", "Sec.",
        "1.2  Scope", "Dated: May 1, 2020.", "A b  c", "List of Subjects in 5 CFR Part 5",
        "For the reasons, amends 5 CFR part 5", "e-", "<bullet> x", "[1] note", "x[1]",
    ]
)  # fmt: skip


@given(st.lists(PIECES, min_size=1, max_size=40), st.booleans())
def test_every_word_of_generated_lines_comes_out_once(lines, edition):
    start = ["[Federal Register Volume 1, Number 1 (Monday, May 4, 2020)]"] if edition else []
    body = [
        "AGENCY: Lamps.",
        "",
        "ACTION: Proposed rule.",
        "",
        "SUPPLEMENTARY INFORMATION:",
        "",
        "    Words first.",
        "",
    ]
    try:
        rule = other_forms.read("\n".join([*start, *body, *lines]).encode())
    except BadInput:
        return
    made = [*(c.heading + c.text for c in rule.document.captions)]
    for p in rule.provisions:
        made += [p.number, p.heading, p.text, *(cell for row in p.rows for cell in row)]
    made += [note.number + note.text for note in rule.notes]
    made += [u.text for u in rule.unparsed if u.why not in ("printer's header",)]
    count = "".join(made)
    source = "\n".join([*body, *lines])
    for word in ("Words", "Background", "text", "Scope", "LAMPS", "Amend", "Dated", "Subjects", "reasons", "note"):
        assert count.count(word) == source.count(word), word


# Mending ------------------------------------------------------------------------------------------------------------

NOTHING = Vocabulary.of([])


@pytest.mark.parametrize(
    ("first", "second", "known", "wanted"),
    [
        ("the Part D e-", "prescribing program", "", "the Part D e-prescribing program"),
        ("the regu-", "lation of", "this regulation", "the regulation of"),
        ("a prior-", "authorization request", "prior authorization of", "a prior-authorization request"),
        ("pre-", "and post-sale", "", "pre- and post-sale"),
        ("entities--", "health plans", "", "entities--health plans"),
        ("since 2010-", "2014", "", "since 2010-2014"),
        ("the in\u00ad", "spector", "", "the inspector"),
        ("one", "two", "", "one two"),
    ],
)
def test_words_broken_at_line_ends_are_mended(first, second, known, wanted):
    assert joined(first, second, Vocabulary.of([known]), wraps_at_hyphens=False) == wanted


def test_a_page_mark_never_stands_inside_a_word():
    assert joined("regu-", "lation of lamps", Vocabulary.of(["a regulation"]), mark="<7>") == "regulation<7> of lamps"


WORDS = st.lists(st.from_regex(r"[a-z]{1,12}(-[a-z]{2,8})?", fullmatch=True), min_size=1, max_size=80)


@given(WORDS, st.integers(30, 90))
def test_wrapping_and_mending_gives_the_text_again(words, width):
    text = " ".join(words)
    lines, line = [], ""
    for piece in text.replace("-", "- ").split(" "):
        glued = line.endswith("-")
        if line and len(line) + (not glued) + len(piece) > width:
            lines.append(line)
            line = piece
        else:
            line = f"{line}{'' if glued or not line else ' '}{piece}"
    lines.append(line)
    whole = lines[0]
    for following in lines[1:]:
        whole = joined(whole, following, NOTHING, wraps_at_hyphens=True)
    # “pre-” before “and” stands for a word that follows.
    assert whole.replace("- ", "-") == text.replace("- ", "-")


@given(WORDS, st.integers(30, 90))
def test_a_full_line_has_no_room_for_the_next_word(words, width):
    lines, line = [], ""
    for word in (word.replace("-", "") for word in words):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    assert not any(has_room(a, b, width) for a, b in pairwise(lines))


def test_lines_as_long_as_paragraphs_were_not_wrapped():
    assert width_of([FILLER * 3, "Short one", FILLER * 2] * 5) == 0
    assert 60 <= width_of([FILLER[:70], FILLER[:68], "ends here."] * 10) <= 72


class CountedLine(str):
    """A line that counts how often it is asked whether it is blank."""

    asked = 0

    def strip(self, *given):
        CountedLine.asked += 1
        return super().strip(*given)


def test_the_end_of_a_run_of_blank_lines_is_looked_for_once():
    reader = govinfo_text._Reader(["Some words of a paragraph."] + [CountedLine("")] * 500, SourceText("govinfo", []))
    CountedLine.asked = 0
    reader.read()
    assert CountedLine.asked <= 4 * 500


def test_a_hyphen_at_the_end_of_a_line_is_looked_for_at_its_end_only():
    # With an expression that is tried at every word this takes minutes.
    text = "a" * 400_000 + "-"
    assert joined(text, "b", Vocabulary.of([text])) == text + "b"
