"""The page behind a mailed link."""

import datetime as dt
import re

import pytest
from sqlalchemy import func, select

from commenttrack.audit import AuditEvent
from commenttrack.db import transaction
from commenttrack.letters.attachments import attach_file, mentioned
from commenttrack.letters.models import Letter
from commenttrack.letters.operations import add_part, edit_head, edit_part, freeze
from commenttrack.letters.second_language import edit_second
from commenttrack.members.links import new_token
from commenttrack.outbox import OutgoingMail
from commenttrack.rulemaking.operations import parsed_rule
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.models import SignOff, SignOffRequest
from commenttrack.web.logs import without_tokens
from tests.factories.pages import token_of, without_token


@pytest.fixture
def member(app):
    return app.test_client()


def fields(page, **more):
    hidden = dict(re.findall(r'<input id="\w+" name="(version|seen)" type="hidden" value="(\d*)">', page))
    return {**hidden, "csrf_token": token_of(page), "name": "Ada Signer", "title": "President", **more}


def new_version(app, heading="A heading that moved"):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        letter = session.get(Letter, 1)
        part = letter.parts[2]
        edit_part(
            session,
            part,
            expected_revision=part.revision,
            heading=heading,
            text=part.text,
            requested_text=part.requested_text,
            actor="test",
            now=house.clock(),
        )
        freeze(session, letter, storage=house.storage, actor="test", now=house.clock())


def test_a_signer_reads_both_languages_and_gets_the_files_that_are_filed_with_the_letter(
    app, member, staff, stored, sign_tokens
):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        letter, by = session.get(Letter, 1), {"actor": "test", "now": house.clock()}
        edit_head(session, letter, {**letter.head_json, "translation": {"lang": "es"}}, **by)
        row = attach_file(
            session,
            letter,
            b"a,b",
            key="data",
            file_name="Data.csv",
            media_type="text/csv",
            storage=house.storage,
            **by,
        )
        text = f"::: exhibit Data {{#data}}\n{mentioned(row)}\n:::"
        part = add_part(session, letter, heading="Data", text=text, **by)
        session.flush()
        edit_second(session, part, expected_revision=part.revision, heading="Datos", text="Los *datos*.", **by)
        freeze(session, letter, storage=house.storage, **by)
    page = member.get(f"/sign/{sign_tokens[0]}/").text
    assert 'lang="es"' in page
    assert "<em>datos</em>" in page
    address = f"/sign/{sign_tokens[0]}/files/1"
    assert address in page
    assert member.get(address).data == b"a,b"
    assert member.get(f"/sign/{sign_tokens[0]}/files/2").status_code == 404
    assert member.get("/sign/unknown/files/1").status_code == 404
    assert staff.get("/dockets/1/draft/attached/1").data == b"a,b"
    assert "exhibit-data-csv.txt" in staff.get("/dockets/1/draft/versions/2").text


def test_a_signer_reads_the_pages_of_citations_as_they_print(app, member, sign_tokens):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        letter, by = session.get(Letter, 1), {"actor": "test", "now": house.clock()}
        rule = parsed_rule(session, letter.rule_document)
        quoted = next(p for p in rule.provisions if len(p.text.split()) > 12 and p.pages[0] > rule.document.start_page)
        words, register = " ".join(quoted.text.split()[:8]), letter.head_json["sources"][0]["cite"]
        add_part(session, letter, heading="", text=f"It says:\n\n> {words}\n\n[@{register}]", **by)
        freeze(session, letter, storage=house.storage, **by)
    page = member.get(f"/sign/{sign_tokens[0]}/").text.replace("\u00a0", " ")
    assert f"{register}, {quoted.pages[0]}</p>" in page


def test_reading_the_page_changes_nothing(app, member, stored, sign_tokens):
    before = stored.scalar(select(func.count()).select_from(AuditEvent))
    answer = member.get(f"/sign/{sign_tokens[0]}/")
    assert answer.status_code == 200
    assert "Will you join this letter?" in answer.text
    assert stored.scalar(select(func.count()).select_from(AuditEvent)) == before
    assert stored.scalars(select(SignOffRequest)).first().opened_at is None


def test_the_page_sends_no_referrer(member, sign_tokens):
    assert member.get(f"/sign/{sign_tokens[0]}/").headers["Referrer-Policy"] == "no-referrer"


def test_joining_is_recorded_on_the_version_shown_and_confirmed(member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    answer = member.post(address, data=fields(member.get(address).text, decision="joined"), follow_redirects=True)
    assert "Recorded: joined" in answer.text
    made = stored.scalars(select(SignOff)).one()
    assert (made.decision, made.name, made.letter_version.number) == (Decision.JOINED, "Ada Signer", 1)
    assert made.recorded_by == ""


def test_a_reservation_excepts_the_ticked_part_and_what_is_below_it(member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    version = stored.get(Letter, 1).versions[0]
    part = next(part for part in version.parts_json if part["number"] == "III")
    data = fields(member.get(address).text, decision="joined_with_reservation", excepted=[part["key"]])
    answer = member.post(address, data=data, follow_redirects=True)
    assert "except Part III" in answer.text
    assert f"<dt>Not covered</dt><dd>III. {part['heading']}" in answer.text
    assert part["key"] not in {covered.part_key for covered in stored.scalars(select(SignOff)).one().parts}


def test_only_who_joined_is_told_of_being_asked_again(member, stored, sign_tokens):
    address, again = f"/sign/{sign_tokens[0]}/", "you are told and asked again.</p>"
    for decision, said in (("declined", False), ("joined", True)):
        data = fields(member.get(address).text, decision=decision)
        assert (again in member.post(address, data=data, follow_redirects=True).text) is said


def test_the_page_offers_a_check_box_for_each_part_with_a_heading(member, stored, sign_tokens):
    page = member.get(f"/sign/{sign_tokens[0]}/").text
    parts = [part for part in stored.get(Letter, 1).versions[0].parts_json if part["heading"]]
    boxes = re.findall(r'<input id="excepted-\d+" name="excepted" type="checkbox" value="([^"]+)">', page)
    assert boxes == [part["key"] for part in parts]


def test_a_decision_without_a_choice_is_asked_again_with_a_link_to_the_field(member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    answer = member.post(address, data=fields(member.get(address).text))
    assert answer.status_code == 422
    assert '<a href="#decision">Choose a decision.</a>' in answer.text
    assert stored.scalars(select(SignOff)).all() == []


def test_a_version_that_no_page_showed_is_refused(member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    for version in (0, 999, 10**30):
        form = {**fields(member.get(address).text), "version": version, "decision": "joined"}
        assert member.post(address, data=form).status_code in (400, 422)
    assert stored.scalars(select(SignOff)).all() == []


def test_a_wording_that_moved_while_the_page_was_open_is_not_signed_unseen(app, member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    data = fields(member.get(address).text, decision="joined")
    new_version(app)
    answer = member.post(address, data=data)
    assert answer.status_code == 409
    assert "The letter has moved" in answer.text
    assert "A heading that moved" in answer.text
    assert stored.scalars(select(SignOff)).all() == []
    again = member.post(address, data=fields(answer.text, decision="joined"))
    assert again.status_code == 303


def test_a_signer_sees_what_changed_since_the_decision(app, member, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    member.post(address, data=fields(member.get(address).text, decision="joined"))
    new_version(app)
    page = member.get(address).text
    assert "What changed since you decided" in page
    assert "A heading that moved" in page


def test_a_decision_recorded_meanwhile_is_not_replaced_unseen(member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    data = fields(member.get(address).text, decision="joined")
    member.post(address, data=fields(member.get(address).text, decision="declined", reason="Ours"))
    answer = member.post(address, data=data)
    assert answer.status_code == 409
    assert stored.scalars(select(SignOff).where(SignOff.is_current)).one().decision is Decision.DECLINED


def test_a_second_click_shows_what_the_first_one_recorded(member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    data = fields(member.get(address).text, decision="joined")
    assert member.post(address, data=data).status_code == 303
    second = member.post(address, data=data)
    assert second.status_code == 409
    assert "<h1>Recorded: joined</h1>" in second.text
    assert "Sending it again changed nothing." in second.text
    assert stored.scalars(select(SignOff)).one().is_current


def test_every_link_that_does_not_work_gets_the_same_answer(app, member, sign_tokens):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        session.scalars(select(SignOffRequest).order_by(SignOffRequest.id)).first().expires_at = (
            house.clock() - dt.timedelta(days=1)
        )
    expired, invented = member.get(f"/sign/{sign_tokens[0]}/"), member.get("/sign/" + "x" * 43 + "/")
    assert expired.status_code == invented.status_code == 404
    assert without_token(expired.text) == without_token(invented.text)
    assert "not valid" in invented.text
    for path in ("recorded", "letter.pdf"):
        assert without_token(member.get(f"/sign/invented/{path}").text) == without_token(invented.text)


def test_the_replaced_link_stops_working(app, post, member, stored, sign_tokens):
    request = stored.scalars(select(SignOffRequest).order_by(SignOffRequest.id)).first()
    answer = post(f"/dockets/1/sign/{request.id}/ask-again", {"again-person": request.person_id, "again-note": ""})
    assert answer.status_code == 303
    assert member.get(f"/sign/{sign_tokens[0]}/").status_code == 404


def test_a_second_click_ends_no_link_just_mailed(post, staff, stored):
    page = staff.get("/dockets/1/sign/1").text
    form = {
        "again-person": re.search(r'id="again-person".*?value="(\d+)"', page, re.S)[1],
        "again-replaced": re.search(r'name="again-replaced" type="hidden" value="(\d+)"', page)[1],
    }
    before = stored.scalar(select(func.count(OutgoingMail.id)))
    for _ in range(2):
        assert post("/dockets/1/sign/1/ask-again", form).status_code == 303
    assert stored.scalar(select(func.count(OutgoingMail.id))) == before + 1
    assert "and no second one" in staff.get("/dockets/1/sign/1").text


def test_opened_is_noted_by_a_post_only(member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/"
    token = token_of(member.get(address).text)
    assert member.post(address + "opened", data={"csrf_token": token}).status_code == 204
    assert stored.scalars(select(SignOffRequest).order_by(SignOffRequest.id)).first().opened_at is not None


def test_staff_never_see_a_token(app, staff, stored, sign_tokens):
    for mail in stored.scalars(select(OutgoingMail)).all():
        page = staff.get(f"/administration/outbox/{mail.id}").text
        assert "/sign/" in page
        assert not any(token in page for token in sign_tokens)
    board = staff.get("/dockets/1/sign/").text + staff.get("/dockets/1/sign/1").text
    assert not any(token in board for token in sign_tokens)


def test_masking_leaves_no_part_of_a_token():
    token = "abcDEF_123-456" * 3
    assert without_tokens(f"GET /sign/{token}/opened HTTP/1.1") == "GET /sign/…/opened HTTP/1.1"
    assert without_tokens("/dockets/1/sign/6") == "/dockets/1/sign/6"
    assert without_tokens(f"GET /Sign/{new_token()}/ HTTP/1.1") == "GET /Sign/…/ HTTP/1.1"


def test_the_log_holds_no_token(member, sign_tokens, caplog):
    with caplog.at_level("INFO"):
        member.get(f"/sign/{sign_tokens[0]}/")
    assert "/sign/" in caplog.text
    assert sign_tokens[0] not in caplog.text
