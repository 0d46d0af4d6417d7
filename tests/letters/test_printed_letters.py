"""Letters as PDF: accessible, complete, the same every time."""

import json
import re

import page
import pikepdf
import pytest
from letter_shapes import letter, missing_marks

from commenttrack.errors import BadInput
from commenttrack.letters import assets, rendering
from commenttrack.letters.assets import CannotRender, FontsMissing
from commenttrack.letters.laid_out import Arrangement, TextLost
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.pdf import MissingGlyphs

FULL = """---
letterhead: {name: Association for Measured Trade, tagline: Standards and services, address: [1 Example Street]}
date: 2026-11-20
via: Via regulations.gov
to: [[The Honorable Jane Doe, Director, Bureau of Exports], [John Roe, Counsel]]
re: [Licences by End Use, Docket BE-2026-0001]
salutation: "Dear Director Doe:"
closing: Respectfully submitted,
contact: Write to us.
order: lead-first
toc: true
signatories:
  - {organization: Zeta Group, person: Zoe Zed, title: President}
  - {organization: The Alpha Association, person: Al Alpha, title: Counsel, reservation: Joins except Part II}
  - {organization: Beta, recorded_by_mail: true}
---
Opening words with a note.[^one] § ¶ – — “ ” ‘ ’ … • ➤ ☐ Łódź İstanbul

# Scope

> The licence shall be granted.

[@91 FR 70010, 70012]

Keep {--shall--}{++may++} here.[^two] And [the site](https://example.org).

- First
  - Nested
- Second

# Costs

| Item | Cost |
|---|---:|
| Licence | 1,200 |

[^one]: A note with *emphasis*.

[^two]: Another note.

    Its second paragraph.
"""


@pytest.fixture
def full(printed):
    return printed(FULL)


def test_a_letter_is_valid_pdf_ua_1(full):
    result = page.validate_pdf(str(full.path), profile=page.ValidationProfile.PDF_UA_1)
    assert result.is_compliant, result


def test_a_letter_claims_pdf_ua_1_and_pdf_a_3a(full):
    with pikepdf.open(full.path) as pdf, pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert str(pdf.Root.Lang) == "en-US"
        assert metadata["dc:title"] == "Comments: Licences by End Use"


def test_notes_are_tagged_as_notes_with_references(full):
    assert len(full.elements("Note")) == 2
    assert len({str(note.ID) for note in full.elements("Note")}) == 2
    assert len(full.elements("Reference")) == 2


def test_header_cells_say_what_they_head(full):
    assert [str(cell.A.Scope) for cell in full.elements("TH")] == ["/Column", "/Column"]


def test_redlines_are_heard(full):
    heard = [str(span.ActualText) for span in full.elements("Span") if "/ActualText" in span]
    assert heard == ["[delete: shall]", "[insert: may]"]


def test_redline_words_can_be_printed(printed):
    text = " ".join(printed("---\nredline_words: shown\n---\nKeep {--shall--}{++may++} here.").words())
    assert "[delete: shall] [insert: may]" in text or "[delete: shall][insert: may]" in text


def test_every_word_stands_in_the_text_in_order(full):
    words = iter(full.words())
    wanted = (
        "Association for Measured Trade Standards November 20, 2026 Via regulations.gov The Honorable Jane Doe "
        "John Roe Re: Licences by End Use Dear Director Doe: Contents Opening words I. Scope "
        "The licence shall be granted. "
        "91 FR 70010, 70012 Keep shall may here. First Nested Second II. Costs Item Cost Licence 1,200 Write to us. "
        "Respectfully submitted, Zoe Zed President Zeta Group Al Alpha Counsel The Alpha Association "
        "Joins except Part II Beta"
    )
    missing = [word for word in wanted.split() if not any(word in found for found in words)]
    assert missing == []


def test_each_page_has_its_number_and_the_letter_its_bookmarks(full):
    pages = full.pages
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
    with pikepdf.open(full.path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Contents", "I. Scope", "II. Costs"]


def test_the_letters_data_is_attached(full):
    with pikepdf.open(full.path) as pdf:
        data = json.loads(pdf.attachments["letter.json"].get_file().read_bytes())
    assert data["format"] == "commenttrack-letter/1"
    assert [part["key"] for part in data["parts"]] == ["opening", "scope", "costs"]
    assert data["signatories"][0]["organization"] == "Zeta Group"


def test_all_fonts_are_the_letters_own(full):
    with pikepdf.open(full.path) as pdf:
        names = {
            str(item.BaseFont) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert names
    assert all(re.search(r"Source|CT-", name) for name in names), names


def test_the_same_letter_gives_the_same_bytes(printed):
    assert printed(FULL).data == printed(FULL).data


def test_only_a_draft_carries_the_mark(printed):
    draft = printed("---\ndraft: true\n---\n" + "Words and words. " * 900)
    assert len(draft.pages) > 2
    assert all("DRAFT" in text for text in draft.pages)
    assert "DRAFT" not in printed("Words.").text()


def test_an_illustrative_letter_says_so_on_every_page(printed):
    pages = printed("---\nillustrative: Not a real rule.\n---\n" + "Words and words. " * 900).pages
    assert all("Not a real rule." in text for text in pages)


@pytest.mark.parametrize("text", ["Cheese \U0001f9c0 here.", "[^a]\n\n[^a]: A note \U0001f9c0.", "\U00012000"])
def test_a_character_without_a_glyph_stops_the_letter(printed, text):
    with pytest.raises(MissingGlyphs, match="no glyph"):
        printed(text)


def test_html_and_addresses_stay_text(printed):
    text = printed("<script>alert(1)</script> [x](file:///etc/passwd)").text()
    assert "<script>alert(1)</script>" in text
    assert "file:///etc/passwd" in text
    assert "root:" not in text


@pytest.mark.parametrize("address", ["https://example.org/a.png", "file:///etc/passwd", "asset:../letter.html"])
def test_nothing_is_fetched_while_a_letter_is_printed(address, monkeypatch):
    css = assets.font_faces() + f"body {{ background: url('{address}') }}"
    monkeypatch.setattr(rendering, "font_faces", lambda: css)
    with pytest.raises(CannotRender, match="fetches nothing"):
        rendering.letter_pdf(content_from_markdown("Words."))


def test_missing_fonts_are_refused_and_not_replaced(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "_FONTS", tmp_path)
    with pytest.raises(FontsMissing, match="Run make"):
        rendering.letter_pdf(content_from_markdown("Words."))


@pytest.mark.parametrize("seed", range(3))
def test_no_note_is_lost_in_long_letters(printed, seed):
    source = letter(seed, paragraphs=60, notes=80, longest_note=900, long_notes=2, tables=1, redlines=2)
    assert missing_marks(source, printed(source).text()) == []


def test_a_very_long_note_goes_on_at_the_end_and_says_where(printed):
    text = " ".join(printed(letter(1, paragraphs=6, notes=1, longest_note=2500, long_notes=1)).words())
    assert re.search(r"Continued on page \d+", text)
    assert "Continuation of notes Note 1, continued" in text
    assert "Note1ends." in text


def test_what_the_pages_lose_is_found(monkeypatch):
    original = rendering.pages._laid_out

    def losing(html):
        document = original(html)
        body = document.pages[0]._page_box.children[0].children[0]
        section = body.children[-1]
        section.children[0].children = section.children[0].children[:1]  # all lines after the first
        return document

    monkeypatch.setattr(rendering.pages, "_laid_out", losing)
    monkeypatch.setattr(Arrangement, "repair", lambda *_: None)
    with pytest.raises(TextLost, match="could not hold all"):
        rendering.letter_pdf(content_from_markdown("Words that run over several lines. " * 20))


def test_signatories_of_one_organization_stay_together(printed):
    made = printed(letter(2, paragraphs=8, notes=3, signatories=40))
    for text in made.pages:
        assert text.count("President") == len(re.findall(r"Person \d+", text))


def test_a_table_wider_than_the_paper_is_refused(printed):
    row = "|" + "|".join(f"column{number}" for number in range(60)) + "|"
    with pytest.raises(TextLost, match="table"):
        printed(f"{row}\n|{'---|' * 60}\n{row}\n")


def test_a_text_beyond_any_letter_is_refused_at_once(printed):
    with pytest.raises(BadInput, match="at most"):
        printed("word " * 1_000_000)


def test_the_joint_letter_of_march_2025_keeps_every_word_and_signature(printed, shared):
    source = next((shared / "seeds").glob("004*.txt")).read_text(encoding="utf-8")
    before, after = source.split("Sincerely,")
    date, addressee, salutation, *paragraphs = [block.strip() for block in before.strip().split("\n\n")]
    names = [line.strip() for line in after.strip().splitlines()]
    assert len(names) == 14
    body = "\n\n".join(paragraphs).replace("every\n\ncorner", "every corner")
    head = {
        "date": date,
        "to": [addressee.splitlines()],
        "salutation": salutation,
        "closing": "Sincerely,",
        "signatories": [{"organization": name} for name in names],
    }
    made = printed(f"---\n{json.dumps(head, ensure_ascii=False)}\n---\n{body}\n")
    found = iter(made.words())
    wanted = re.sub(r"(?m)^- ", "", source).replace("\\$", "$").split()
    assert [word for word in wanted if word not in found] == []
    text = made.text()
    positions = [text.rindex(name) for name in names]
    assert positions == sorted(positions)
    assert "➤" in text
    assert "•" in text
