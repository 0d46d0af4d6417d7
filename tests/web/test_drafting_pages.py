"""The pages of the draft: rendering while typing, order, comparing, restoring, composing again, heads, house styles."""

import io
import re
from typing import get_args

import pytest
from PIL import Image
from sqlalchemy import select

from commenttrack.jobs import Job
from commenttrack.kept import Kept
from commenttrack.letters import rule_details
from commenttrack.letters.draft_warnings import Kind
from commenttrack.letters.models import DraftSnapshot, HouseStyle, Letter, LetterPart, LetterVersion
from commenttrack.resources import folder
from commenttrack.rulemaking.models import Provision, ProvisionKind
from commenttrack.worker import Worker

DRAFT = "/dockets/1/draft"
TEMPLATES = folder("templates") / "web" / "letters"


@pytest.fixture
def part(stored):
    """A generated comment."""
    return stored.scalars(select(LetterPart).where(LetterPart.kind == "comment", LetterPart.level == 2)).first()


@pytest.fixture
def member(app):
    return app.test_client()


def save(post, part, text, revision=None):
    return post(
        f"{DRAFT}/parts/{part.id}",
        {"revision": revision or part.revision, "heading": part.heading, "text": text, "requested_text": ""},
    )


def now(stored, part):
    """The part as the last request left it."""
    return stored.scalars(select(LetterPart).where(LetterPart.id == part.id)).one()


def test_the_rendering_of_a_part_is_a_piece_of_a_page_with_the_numbers_of_the_letter(post, part):
    answer = post(f"{DRAFT}/parts/{part.id}/preview", {"heading": "H", "text": "A *word*.", "requested_text": ""})
    assert answer.status_code == 200
    assert "<em>word</em>" in answer.text
    assert "<html" not in answer.text
    assert "A." in answer.text


def test_the_rendering_shows_the_pages_of_citations_and_reads_the_rule_once(post, stored, part, monkeypatch):
    provision = part.links[0].provision_position.provision
    register = provision.rule_document.metadata_json["fr_citation"]
    section, reads = provision.label.partition(" CFR ")[2], []
    monkeypatch.setattr(rule_details, "_RULES", Kept(1))
    read = rule_details.parsed_rule
    monkeypatch.setattr(rule_details, "parsed_rule", lambda *args: reads.append(args) or read(*args))
    for word in ("A", "Another"):
        text = f"{word} [@{register}, § {section}]."
        answer = post(f"{DRAFT}/parts/{part.id}/preview", {"heading": "H", "text": text, "requested_text": ""}).text
        assert f"{register}, {provision.pages[0]}" in answer.replace("\u00a0", " ")
    assert len(reads) == 1
    post(f"{DRAFT}/parts/{part.id}/preview", {"heading": "H", "text": "No citation.", "requested_text": ""})
    assert len(reads) == 1


def test_a_cross_reference_leads_to_what_it_means_in_the_rendering_of_a_part_and_on_the_pages_of_the_letter(
    staff, member, post, part, sign_tokens
):
    asks = f"See [#{part.key}] and [#dearer].\n\n::: request {{#dearer}}\nAsk *more*.\n:::"
    rendered = post(f"{DRAFT}/parts/{part.id}/preview", {"heading": "H", "text": asks, "requested_text": ""}).text
    assert f'href="{DRAFT}/preview#part-{part.key}"' in rendered
    assert f'href="{DRAFT}/preview#part-dearer"' in rendered
    assert 'id="part-dearer"' in rendered
    for page in (staff.get(f"{DRAFT}/preview").text, member.get(f"/sign/{sign_tokens[0]}/").text):
        wanted = set(re.findall(r'href="#(.+?)"', page))
        assert f"part-{part.key}" in wanted
        assert wanted <= set(re.findall(r'id="(.+?)"', page))


def test_what_cannot_be_rendered_says_why_and_is_no_failure(post, part):
    answer = post(f"{DRAFT}/parts/{part.id}/preview", {"heading": "H", "text": "A call.[^9]"})
    assert answer.status_code == 200
    assert "is called but not defined" in answer.text


def test_a_part_of_another_docket_is_not_rendered(post, part):
    assert post(f"/dockets/2/draft/parts/{part.id}/preview", {"text": "x"}).status_code == 404


def test_htmx_is_told_to_use_neither_eval_nor_styles_of_its_own(staff, part):
    page = staff.get(f"{DRAFT}/parts/{part.id}")
    assert '"allowEval": false' in page.text
    assert '"includeIndicatorStyles": false' in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_a_part_is_moved_to_a_place_and_a_place_that_is_none_is_refused(post, stored, part):
    assert post(f"{DRAFT}/parts/{part.id}/place", {"act": "to", "to": "0"}).status_code == 303
    assert now(stored, part).place == 0
    assert post(f"{DRAFT}/parts/{part.id}/place", {"act": "to", "to": "-1"}).status_code == 400
    assert post(f"{DRAFT}/parts/{part.id}/place", {"act": "to", "to": "x"}).status_code == 400


def test_moving_from_a_parts_page_leads_back_to_it(post, part):
    answer = post(f"{DRAFT}/parts/{part.id}/place", {"act": "down", "from": str(part.id)})
    assert answer.headers["Location"].endswith(f"/parts/{part.id}")


def test_two_states_are_compared_and_a_part_gets_its_frozen_words_back(staff, post, stored, part):
    composed = part.text
    save(post, part, "Words of today.")
    page = staff.get(f"{DRAFT}/compare")
    assert "1 part reworded" in page.text
    assert "Words of today" in page.text
    assert post(f"{DRAFT}/parts/{part.id}/from/1").status_code == 303
    assert now(stored, part).text == composed
    assert "No difference" in staff.get(f"{DRAFT}/compare").text
    assert "Words of today" in staff.get(f"{DRAFT}/parts/{part.id}/earlier").text


def test_a_state_that_is_not_there_is_not_found(staff, post, part):
    assert staff.get(f"{DRAFT}/compare?earlier=9").status_code == 404
    assert staff.get(f"{DRAFT}/restore/9").status_code == 404
    assert staff.get(f"{DRAFT}/restore/draft").status_code == 404
    assert post(f"{DRAFT}/parts/{part.id}/from/draft").status_code == 404
    assert staff.get(f"{DRAFT}/compare/1/draft.odt").status_code == 404


def test_restoring_a_version_keeps_the_draft_and_is_itself_restored_over(staff, post, stored, part):
    save(post, part, "Words of today.")
    assert "would read as version 1 did: 1 part reworded" in staff.get(f"{DRAFT}/restore/1").text
    assert post(f"{DRAFT}/restore/1").status_code == 303
    kept = stored.scalars(select(DraftSnapshot)).one()
    assert post(f"{DRAFT}/restore/d{kept.id}").status_code == 303
    assert now(stored, part).text == "Words of today."
    assert post(f"{DRAFT}/restore/d{kept.id}").status_code == 422


def test_an_earlier_wording_comes_back_from_its_page(post, stored, part):
    composed = part.text
    save(post, part, "Words of today.")
    wording = now(stored, part).earlier_wordings[0]
    assert post(f"{DRAFT}/parts/{part.id}/earlier/{wording.id}").status_code == 303
    assert now(stored, part).text == composed
    other = stored.scalars(select(LetterPart).where(LetterPart.id != part.id)).first()
    assert post(f"{DRAFT}/parts/{other.id}/earlier/{wording.id}").status_code == 404


def test_composing_again_shows_the_difference_and_takes_what_is_ticked(staff, post, stored, part):
    composed = part.text
    save(post, part, "Words of today.")
    page = staff.get(f"{DRAFT}/compose")
    assert "1 edited part differs" in page.text
    assert post(f"{DRAFT}/compose").status_code == 303
    assert now(stored, part).text == "Words of today."
    assert post(f"{DRAFT}/compose", {"take": part.key}).status_code == 303
    assert now(stored, part).text == composed
    assert "Nothing would change" in staff.get(f"{DRAFT}/compose").text


def test_the_pdf_of_the_draft_is_made_by_the_worker_once(app, staff, post, stored):
    assert staff.get(f"{DRAFT}/preview.pdf").status_code == 303
    waiting = post(f"{DRAFT}/preview.pdf").headers["Location"]
    assert "is being made" in staff.get(waiting).text
    worker = Worker(app.extensions["commenttrack"].settings)
    while worker.step():
        pass
    assert "is ready" in staff.get(waiting).text
    answer = staff.get(f"{DRAFT}/preview.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert post(f"{DRAFT}/preview.pdf").headers["Location"] == waiting
    assert len(stored.scalars(select(Job).where(Job.name == "make a file of the letter")).all()) == 1


def test_the_head_holds_several_agencies_leads_and_a_look(staff, post, stored):
    data = {
        "name": "Council", "date": "January 5, 2027", "salutation": "Dear all:", "closing": "Yours,",
        "to": "First Agency\nAttention: Docket 1\nRe: RIN 1\n\nSecond Agency", "re": "The rule",
        "fonts": "sans", "citations": "bluebook", "order": "lead-first", "signature_blocks": "by-lead",
        "signature_columns": "2", "numbering": "decimal", "redline_words": "shown", "exhibits": "numbers", "toc": "y",
        "annex": "About us",
    }  # fmt: skip
    assert post(f"{DRAFT}/head", data).status_code == 303
    head = stored.scalars(select(Letter)).one().head_json
    assert head["to"] == [{"lines": ["First Agency"], "attention": "Docket 1", "re": ["RIN 1"]}, ["Second Agency"]]
    assert head["house_style"]["numbering"] == "decimal"
    assert head["annex_of_signatories"] == "About us"
    page = staff.get(f"{DRAFT}/head").text
    assert "Attention: Docket 1\nRe: RIN 1" in page
    assert staff.get(f"{DRAFT}/preview").status_code == 200


def test_a_part_is_written_in_two_languages_beside_each_other(staff, post, stored, part):
    assert staff.get(f"{DRAFT}/second-language").status_code == 404
    head = {**HEAD, "second_lang": "ar", "second_layout": "side-by-side", "second_salutation": "السادة الكرام:"}
    assert post(f"{DRAFT}/head", head).status_code == 303
    assert stored.scalars(select(Letter)).one().head_json["translation"]["layout"] == "side-by-side"
    assert "السادة الكرام" in staff.get(f"{DRAFT}/head").text
    page = staff.get(f"{DRAFT}/parts/{part.id}/second-language").text
    assert 'dir="rtl"' in page
    assert "Write it beside the first" in staff.get(f"{DRAFT}/").text
    words = {"revision": now(stored, part).revision, "second_heading": "العنوان", "second_text": "نص *مهم*."}
    address = f"{DRAFT}/parts/{part.id}/second-language"
    assert "<em>مهم</em>" in post(address, {**words, "act": "preview"}).text
    assert now(stored, part).second_text == ""
    assert post(address, words).status_code == 303
    assert "<em>مهم</em>" in staff.get(f"{DRAFT}/preview").text
    both = post(address, {**words, "second_text": "نص آخر."})
    assert both.status_code == 409
    assert "نص آخر." in both.text
    save(post, part, "New words in the first language.", now(stored, part).revision)
    assert "was reworded since" in staff.get(f"{DRAFT}/").text
    assert "New words" in staff.get(address).text
    assert staff.get(f"{DRAFT}/second-language").status_code == 200


def test_the_summary_of_requests_is_switched_off_and_on_with_the_look(post, stored):
    def included():
        return stored.scalars(select(LetterPart.included).where(LetterPart.kind == "summary")).one()

    assert included()
    assert post(f"{DRAFT}/head", {k: v for k, v in HEAD.items() if k != "requests_table"}).status_code == 303
    assert (included(), stored.scalars(select(Letter)).one().head_json["requests_table"]) == (False, False)
    assert post(f"{DRAFT}/head", {**HEAD, "requests_table": "y"}).status_code == 303
    assert included()


def logo():
    data = io.BytesIO()
    Image.new("RGB", (60, 20), "navy").save(data, "PNG")
    data.seek(0)
    return data


LOOK = {
    "fonts": "serif", "citations": "ofr", "order": "alphabetical", "signature_blocks": "together",
    "exhibits": "letters", "signature_columns": "auto", "numbering": "outline", "redline_words": "hidden",
    "requests_table": "y",
}  # fmt: skip
HEAD = {**LOOK, "name": "Council", "date": "January 5, 2027", "second_layout": "after"}


def test_a_house_style_is_kept_with_its_logo_and_a_bad_logo_is_refused(post, stored):
    lead = stored.scalars(select(Letter)).one().lead_id
    address = f"/organizations/{lead}/house-style"
    answer = post(address, {**LOOK, "logo": (logo(), "logo.png")}, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert stored.scalars(select(HouseStyle)).one().logo_name == "logo.png"
    answer = post(address, {**LOOK, "logo": (io.BytesIO(b"no"), "x.png")}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "is not an image" in answer.text


def test_a_head_or_house_style_that_somebody_changed_meanwhile_is_shown_and_not_overwritten(staff, post, stored):
    letter = stored.scalars(select(Letter)).one()
    second = LOOK | {"revision": letter.revision, "via": ""}
    first = second | {"via": "By hand"}
    assert f'name="revision" type="hidden" value="{letter.revision}"' in staff.get(f"{DRAFT}/head").text
    assert post(f"{DRAFT}/head", first).status_code == 303
    refused = post(f"{DRAFT}/head", second | {"date": "May 1, 2027"})
    assert "Stored: By hand" in refused.text
    assert "May 1, 2027" in refused.text
    revision = re.search(r'name="revision" type="hidden" value="(\d+)"', refused.text)[1]
    assert stored.scalars(select(Letter)).one().head_json["via"] == "By hand"
    assert post(f"{DRAFT}/head", second | {"revision": revision}).status_code == 303

    address = f"/organizations/{letter.lead_id}/house-style"
    assert post(address, {**LOOK, "seen": "nothing", "fonts": "serif"}).status_code == 303
    refused = post(address, {**LOOK, "seen": "nothing", "fonts": "sans"})
    assert "Stored: Text in Source Serif, headings in Source Sans" in refused.text
    assert stored.scalars(select(HouseStyle)).one().head_json["house_style"]["fonts"] == "serif"


def test_pasted_characters_that_no_letter_can_print_are_not_kept_and_foreign_line_breaks_become_breaks(
    post, stored, part
):
    save(post, part, "One\vtwo\u2028three\x01\ufffe\x7f.")
    assert now(stored, part).text == "One\ntwo\nthree."
    post(f"{DRAFT}/head", {**LOOK, "address": "1 Way\x02\vTown"})
    assert stored.scalars(select(Letter)).one().head_json["letterhead"]["address"] == ["1 Way", "Town"]


def test_saving_a_part_as_a_browser_sends_it_changes_no_words_that_nobody_changed(post, stored, part):
    fields = {"heading": part.heading, "text": part.text, "requested_text": part.requested_text}
    sent = {name: value.replace("\n", "\r\n") for name, value in fields.items()}
    assert sent != fields
    assert post(f"{DRAFT}/parts/{part.id}", sent | {"revision": part.revision}).status_code == 303
    assert now(stored, part).text == fields["text"]
    assert not now(stored, part).earlier_wordings


def test_a_stale_page_starts_no_second_letter_over_the_first(post, stored):
    lead = stored.scalars(select(Letter)).one().lead_id
    assert post(f"{DRAFT}/start", {"lead": str(lead), "title": "Another"}).headers["Location"] == f"{DRAFT}/"
    assert len(stored.scalars(select(Letter)).all()) == 1


def test_a_part_is_added_once_by_a_double_click(staff, post, stored):
    key = re.search(r'name="key" type="hidden" value="(free-\w+)"', staff.get(f"{DRAFT}/parts/new").text)[1]
    for _ in range(2):
        assert post(f"{DRAFT}/parts/new", {"key": key, "heading": "Twice", "after": "0"}).status_code == 303
    assert len(stored.scalars(select(LetterPart).where(LetterPart.heading == "Twice")).all()) == 1
    assert post(f"{DRAFT}/parts/new", {"key": "summary", "heading": "x", "after": "0"}).status_code == 422


def test_nothing_is_frozen_and_no_packet_is_built_that_the_page_did_not_show(staff, post, stored, part):
    def hidden(name, page):
        return re.search(rf'name="{name}" type="hidden" value="(\w+)"', page)[1]

    version = hidden("version", staff.get("/dockets/1/file/").text)
    save(post, part, "Words of today.")
    seen = hidden("seen", staff.get(f"{DRAFT}/freeze").text)
    save(post, now(stored, part), "Words of a minute later.")
    refused = post(f"{DRAFT}/freeze", {"seen": seen})
    assert refused.status_code == 422
    assert "was changed since you opened this page" in refused.text
    assert post(f"{DRAFT}/freeze", {"seen": hidden("seen", refused.text)}).status_code == 303
    refused = post("/dockets/1/file/build", {"version": version})
    assert "Version 2 was frozen since you opened this page" in refused.text
    assert post("/dockets/1/file/build", {"version": hidden("version", refused.text)}).status_code == 303


def test_a_number_longer_than_any_is_refused_and_breaks_nothing(post, part):
    number = "9" * 5_000
    assert post(f"{DRAFT}/exhibits", {"exhibit": number}).status_code == 422
    assert post(f"{DRAFT}/parts/{part.id}/place", {"act": "up", "from": number}).status_code == 303


def test_a_logo_of_one_letter_stands_in_its_preview(staff, post):
    data = {**LOOK, "name": "Council", "logo": (logo(), "our logo.png")}
    assert post(f"{DRAFT}/head", data, content_type="multipart/form-data").status_code == 303
    page = staff.get(f"{DRAFT}/preview").text
    assert 'class="letter__logo"' in page
    assert 'alt="Council logo"' in page


def test_a_new_part_is_offered_the_place_before_the_conclusion_and_freezing_calls_it_new(staff, post, stored):
    page = staff.get(f"{DRAFT}/parts/new").text
    chosen = re.search(r'<option selected value="(\d+)">', page)[1]
    post(f"{DRAFT}/parts/new", {"heading": "The fee", "after": chosen, "text": "No fee."})
    page = staff.get(f"{DRAFT}/freeze").text
    assert page.index("The fee") < page.index("Conclusion")
    assert "new since version 1" in page


def test_the_rail_counts_the_provisions_that_the_queue_holds(staff, stored):
    def counted():
        return int(re.search(r"of ([\d,]+) provisions? addressed", staff.get(f"{DRAFT}/").text)[1])

    before = counted()
    chosen = Provision.kind == ProvisionKind.PARAGRAPH, Provision.text != ""
    stored.scalars(select(Provision).where(*chosen)).first().text = "* * * * *"
    stored.commit()
    assert counted() == before - 1


def test_what_no_font_prints_is_told_in_the_draft_and_is_not_frozen(staff, post, stored):
    part = stored.scalars(select(LetterPart).where(LetterPart.included)).all()[2]
    words = {"revision": part.revision, "heading": part.heading, "requested_text": part.requested_text}
    assert post(f"{DRAFT}/parts/{part.id}", {**words, "text": "Signed as \U000103a0 and 中."}).status_code == 303
    assert "no glyph for \U000103a0 (U+103A0)" in staff.get(f"{DRAFT}/").text
    refused = post(f"{DRAFT}/freeze")
    assert refused.status_code == 422
    assert "no glyph for \U000103a0" in refused.text
    assert len(stored.scalars(select(LetterVersion)).all()) == 1


def test_every_kind_of_warning_has_its_words_on_the_draft():
    beside_parts, above = ((TEMPLATES / name).read_text() for name in ("parts_list.html", "warnings.html"))
    for kind in get_args(Kind):
        assert f'("{kind}", "' in above
        # Those are about the letter as a whole.
        assert f'"{kind}": "' in beside_parts or kind in ("unwritten", "question")
