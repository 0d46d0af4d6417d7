"""The page where changes since signature are judged."""

import re

import pytest
from sqlalchemy import select

from commenttrack.letters.models import LetterPart, LetterVersion
from commenttrack.members.models import Organization
from commenttrack.members.permissions import Role
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.models import SignOffRequest, WordingClearance
from tests.factories.pages import enter


@pytest.fixture
def moved(post, stored):
    """Somebody joined version 1 and one part was reworded in version 2; the part."""
    version = stored.scalars(select(LetterVersion)).one()
    post(
        "/dockets/1/sign/1/received",
        {"received-version": version.id, "received-decision": "joined", "received-name": "Delphine"},
    )
    part = stored.scalars(select(LetterPart).where(LetterPart.included)).first()
    fields = {
        "revision": part.revision,
        "heading": part.heading,
        "text": f"{part.text} We say so **again**.",
        "requested_text": part.requested_text,
    }
    post(f"/dockets/1/draft/parts/{part.id}", fields)
    assert post("/dockets/1/draft/freeze").status_code == 303
    return part


def names_of(page):
    """The names of the fields of the one open change, and the hidden list of what is shown."""
    (name,) = set(re.findall(r'name="weight-([^"]+)"', page))
    return name, re.search(r'name="judged_at" type="hidden" value="([^"]+)"', page)[1]


def test_the_page_shows_the_words_the_organization_and_who_moved_them(moved, staff):
    page = staff.get("/dockets/1/sign/changes/").text
    assert "We say so again." in page
    assert "Reworded by Administrator Person" in page
    assert "Agreed to in version 1 by" in page


def test_a_part_added_since_is_told_beside_what_is_judged_and_freezing_leads_to_judging(moved, post, staff, stored):
    fields = {"heading": "An afterthought", "after": moved.id, "text": "We add this."}
    assert post("/dockets/1/draft/parts/new", fields).status_code == 303
    frozen = post("/dockets/1/draft/freeze", follow_redirects=True)
    assert "Now judge what moved since organizations signed" in frozen.text
    signed = stored.scalars(select(Organization.name).join(SignOffRequest).where(SignOffRequest.id == 1)).one()
    page = re.sub(r"<[^>]+>", "", staff.get("/dockets/1/sign/changes/").text)
    assert re.search(rf"An afterthought, not seen by {re.escape(signed)}", page)


def test_each_organization_stands_beside_the_version_that_it_agreed_to(moved, post, staff, stored):
    second = stored.scalars(select(LetterVersion).where(LetterVersion.number == 2)).one()
    fields = {"received-version": second.id, "received-decision": "joined", "received-name": "Anselm"}
    assert post("/dockets/1/sign/2/received", fields).status_code == 303
    other = stored.scalars(select(LetterPart).where(LetterPart.included, LetterPart.id != moved.id)).first()
    words = {"revision": other.revision, "heading": other.heading, "requested_text": other.requested_text}
    post(f"/dockets/1/draft/parts/{other.id}", {**words, "text": f"{other.text} Truly."})
    assert post("/dockets/1/draft/freeze").status_code == 303
    page = staff.get("/dockets/1/sign/changes/").text
    names = stored.scalars(select(Organization.name).join(SignOffRequest).order_by(SignOffRequest.id).limit(2)).all()
    assert f"Agreed to in version 1 by {names[0]}; in version 2 by {names[1]}." in page


def test_the_page_of_an_organization_shows_what_moved_as_a_reader_reads_it(moved, staff):
    page = staff.get("/dockets/1/sign/1").text
    assert "What moved since the decision" in page
    assert "joined: version 1, received by mail, by Administrator Person" in page
    assert "We say so again." in page


def test_a_name_prints_only_for_an_organization_that_joined(moved, post, staff, stored):
    assert "<dt>Prints as</dt><dd>Delphine" in staff.get("/dockets/1/sign/1").text
    second = stored.scalars(select(LetterVersion).where(LetterVersion.number == 2)).one()
    fields = {"received-version": second.id, "received-decision": "declined", "received-name": "Anselm"}
    assert post("/dockets/1/sign/2/received", fields).status_code == 303
    assert "<dt>Given by</dt><dd>Anselm" in staff.get("/dockets/1/sign/2").text


def test_nothing_is_to_be_judged_before_the_moved_draft_is_frozen(moved, post, staff, stored):
    part = stored.get(LetterPart, moved.id, populate_existing=True)
    words = {"revision": part.revision, "heading": part.heading, "requested_text": part.requested_text}
    post(f"/dockets/1/draft/parts/{part.id}", {**words, "text": f"{part.text} And again."})
    board = staff.get("/dockets/1/sign/").text
    assert "Once the next version is frozen, you can say for each change" in board
    assert "Look at what changed" not in board
    assert "The draft has moved since version 2." in staff.get("/dockets/1/sign/changes/").text


def test_a_change_judged_substantive_leaves_the_board_waiting_for_the_signers(moved, post, staff):
    assert "Look at what changed" in staff.get("/dockets/1/sign/").text
    name, shown = names_of(staff.get("/dockets/1/sign/changes/").text)
    fields = {f"weight-{name}": "substantive", f"reason-{name}": "A new ask.", "judged_at": shown}
    assert post("/dockets/1/sign/changes/", fields).status_code == 303
    board = staff.get("/dockets/1/sign/").text
    assert "was judged substantive; now their signers have to answer" in board
    assert "Look at what changed" not in board


def test_a_cosmetic_judgement_makes_the_signature_current_again_and_stands_on_the_page(moved, post, staff, stored):
    assert "1 stale" in staff.get("/dockets/1/sign/").text
    name, shown = names_of(staff.get("/dockets/1/sign/changes/").text)
    answer = post(
        "/dockets/1/sign/changes/",
        {f"weight-{name}": "cosmetic", f"reason-{name}": "A repetition.", "judged_at": shown},
    )
    assert answer.status_code == 303
    board = staff.get("/dockets/1/sign/").text
    assert "1 of 2 joined" in board
    assert '<td class="b-cleared">' in board
    page = staff.get("/dockets/1/sign/changes/").text
    assert "A repetition." in page
    assert "signature stands" in stored.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first().subject


def test_a_judgement_without_a_reason_is_refused_and_keeps_the_choice(moved, post, staff, stored):
    name, shown = names_of(staff.get("/dockets/1/sign/changes/").text)
    answer = post("/dockets/1/sign/changes/", {f"weight-{name}": "cosmetic", "judged_at": shown})
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert re.search(rf'checked[^>]*name="weight-{re.escape(name)}"[^>]*value="cosmetic"', answer.text)
    assert stored.scalars(select(WordingClearance)).all() == []


def test_a_change_that_the_page_did_not_show_is_not_judged(moved, post, staff, stored):
    name, _ = names_of(staff.get("/dockets/1/sign/changes/").text)
    answer = post(
        "/dockets/1/sign/changes/", {f"weight-{name}": "cosmetic", f"reason-{name}": "So.", "judged_at": "another"}
    )
    assert answer.status_code == 422
    assert "moved while this page was open" in answer.text
    assert stored.scalars(select(WordingClearance)).all() == []


def test_taking_a_judgement_back_needs_a_reason_and_makes_the_signature_stale(moved, post, staff, stored):
    name, shown = names_of(staff.get("/dockets/1/sign/changes/").text)
    post(
        "/dockets/1/sign/changes/",
        {f"weight-{name}": "cosmetic", f"reason-{name}": "A repetition.", "judged_at": shown},
    )
    clearance = stored.scalars(select(WordingClearance)).one()
    assert post(f"/dockets/1/sign/changes/{clearance.id}/take-back").status_code == 422
    post(f"/dockets/1/sign/changes/{clearance.id}/take-back", {"back-reason": "It is more."})
    assert "1 stale" in staff.get("/dockets/1/sign/").text


def test_who_may_only_read_sees_the_changes_and_no_form(moved, app):
    page = enter(app.test_client(), Role.GUEST).get("/dockets/1/sign/changes/").text
    assert "We say so again." in page
    assert "weight-" not in page
