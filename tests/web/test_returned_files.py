"""Word files that come back, on their pages."""

import io
import re

import pytest
from sqlalchemy import select

from commenttrack.letters.models import LetterPart, PartComment, ReturnedFile, SuggestedEdit
from tests.factories.word_files import Desk

PAGE = "/dockets/1/draft/returned/"


@pytest.fixture
def desk(staff):
    return Desk(staff.get(f"{PAGE}word.docx").data)


@pytest.fixture
def words(stored):
    """Two words of the first part that has a plain sentence."""
    part = next(part for part in stored.scalars(select(LetterPart).order_by(LetterPart.place)) if part.included)
    found = re.search(r"[a-z]{4,} [a-z]{4,}", part.text)
    return part, found.group()


@pytest.fixture
def bring(post):
    def send(data, name="back.docx", **more):
        return post(PAGE, {"file": (io.BytesIO(data), name), "organization": 0, "sender": "Ann, by mail", **more})

    return send


def test_the_draft_page_leads_to_the_files(staff):
    assert PAGE in staff.get("/dockets/1/draft/").text


def test_a_file_goes_out_comes_back_and_is_decided(staff, stored, bring, post, desk, words):
    part, old = words
    desk.replace(old, "quite other")
    desk.comment("I. ", "Which?")
    address = bring(desk.file()).location
    page = staff.get(address)
    assert "quite other" in page.text
    assert "Ann" in page.text
    edit = stored.scalars(select(SuggestedEdit)).one()
    answer = post(f"{address}/edits/{edit.id}", {"act": "accept"})
    assert (answer.status_code, answer.location) == (303, f"{address}#edit-{edit.id}")
    changed = stored.get(LetterPart, part.id, populate_existing=True)
    assert "quite other" in changed.text
    assert "accepted by" in staff.get(address).text
    post(f"{address}/edits/{edit.id}", {"act": "undo"})
    assert stored.get(LetterPart, part.id, populate_existing=True).text == part.text


def test_all_of_an_author_are_accepted_at_once(staff, stored, bring, post, desk, words):
    desk.replace(words[1], "quite other")
    address = bring(desk.file()).location
    post(f"{address}/all", {"author": "Ann"})
    assert stored.scalars(select(SuggestedEdit)).one().state.value == "accepted"
    assert "1 of 1 suggestions by Ann were accepted" in staff.get(address).text


def test_a_file_that_cannot_be_read_is_kept_and_the_page_says_why(staff, stored, bring):
    page = staff.get(bring(b"nonsense", "letter.docx").location)
    assert "could not be read" in page.text
    file = stored.scalars(select(ReturnedFile)).one()
    assert staff.get(f"{PAGE}{file.id}/file").data == b"nonsense"
    assert "could not be read" in staff.get(PAGE).text


def test_the_same_file_is_named_and_not_stored_twice(stored, bring, desk):
    bring(desk.file())
    again = bring(desk.file(), "again.docx")
    assert again.status_code == 422
    assert "as back.docx" in again.text
    assert len(stored.scalars(select(ReturnedFile)).all()) == 1


def test_no_file_chosen_is_said_beside_the_field(post):
    answer = post(PAGE, {"organization": 0})
    assert answer.status_code == 422
    assert "Choose the file that came back." in answer.text


def test_a_changed_place_shows_both_texts(staff, stored, bring, post, desk, words):
    part, old = words
    desk.replace(old, "quite other")
    address = bring(desk.file()).location
    edit = stored.scalars(select(SuggestedEdit)).one()
    post(
        f"/dockets/1/draft/parts/{part.id}",
        {"revision": part.revision, "heading": part.heading, "text": "All new.", "requested_text": ""},
    )
    answer = post(f"{address}/edits/{edit.id}", {"act": "accept"})
    assert answer.status_code == 409
    assert "All new." in answer.text
    assert old in answer.text


def test_a_comment_is_settled_and_opened_again(staff, stored, bring, post, desk):
    desk.comment("I. ", "Which?")
    address = bring(desk.file()).location
    comment = stored.scalars(select(PartComment)).one()
    assert "Which?" in staff.get(address).text
    post(f"{PAGE}comments/{comment.id}", {"act": "resolve"})
    assert "settled by" in staff.get(address).text
    post(f"{PAGE}comments/{comment.id}", {"act": "open"})
    assert "settled by" not in staff.get(address).text


def test_a_file_of_another_docket_is_not_there(staff, bring, desk):
    address = bring(desk.file()).location
    assert staff.get(address.replace("/dockets/1/", "/dockets/2/")).status_code == 404


def test_markup_in_a_file_stays_text_on_the_page(staff, bring, desk, words):
    desk.author = "<b>Ann</b>"
    desk.replace(words[1], "<script>alert(1)</script>")
    page = staff.get(bring(desk.file(), "<i>.docx").location).text
    assert "<script>alert" not in page
    assert "<b>Ann" not in page


def test_comments_stand_beside_the_suggestions_of_their_part(staff, bring, desk, words):
    _, old = words
    desk.replace(old, "quite other")
    desk.comment("I. ", "Which?")
    page = staff.get(bring(desk.file()).location).text
    beside = page[page.index('class="returned-part"') :]
    assert beside.index("quite other") < beside.index("Which?") < beside.index("</section>")


def test_the_list_says_in_words_how_many_suggestions_stand_where(staff, bring, desk, words):
    desk.replace(words[1], "quite other")
    bring(desk.file())
    assert "1 open, 0 accepted, 0 rejected, 0 not placed" in staff.get(PAGE).text
