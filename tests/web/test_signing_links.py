"""What a mailed link lets its holder do besides deciding, and what it no longer does."""

import dataclasses
import io
import re

import pytest
from sqlalchemy import select

from commenttrack.db import transaction
from commenttrack.letters.models import LetterPart, LetterVersion
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.models import Delegation, SigningCampaign, SignOff, SignOffRequest
from commenttrack.web.app import create_app
from tests.factories.pages import NOW, token_of


@pytest.fixture
def member(app):
    return app.test_client()


def newest_mail(stored):
    return stored.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()


def test_a_decision_is_handed_on_and_the_link_is_dead_for_everybody_else(app, member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/hand-on"
    page = member.get(address).text
    form = {"csrf_token": token_of(page), "name": "Bo Colleague", "email": "bo@colleague.example"}
    answer = member.post(address, data=form)
    assert answer.status_code == 303
    assert "Handed on to Bo Colleague" in member.get(answer.headers["Location"]).text
    assert stored.scalars(select(Delegation)).one().to_person.name == "Bo Colleague"
    stranger = app.test_client()
    assert stranger.get(f"/sign/{sign_tokens[0]}/").status_code == 404
    assert stranger.get(f"/sign/{sign_tokens[0]}/handed-on").status_code == 404


def test_handing_on_without_an_address_says_so_and_changes_nothing(member, stored, sign_tokens):
    address = f"/sign/{sign_tokens[0]}/hand-on"
    answer = member.post(address, data={"csrf_token": token_of(member.get(address).text), "name": "Bo"})
    assert answer.status_code == 422
    assert "Give their address." in answer.text
    assert stored.scalars(select(Delegation)).all() == []


def test_a_replaced_link_looks_like_an_unknown_one(app, member, post, stored, sign_tokens):
    asked = stored.scalars(select(SignOffRequest)).first()
    assert post(f"/dockets/1/sign/{asked.id}/ask-again", {"again-person": asked.person_id}).status_code == 303
    replaced, unknown = member.get(f"/sign/{sign_tokens[0]}/"), app.test_client().get("/sign/invented-token/")
    assert replaced.status_code == unknown.status_code == 404
    token = re.compile(r'name="csrf_token"[^>]*>')
    assert token.sub("", replaced.text) == token.sub("", unknown.text)


@pytest.mark.parametrize("email", ["somebody@else.example", "not an address", ""])
def test_asking_about_a_link_says_the_same_whoever_asks(member, stored, sign_tokens, email):
    page = member.get("/sign/invented-token/").text
    before = newest_mail(stored).id
    answer = member.post("/sign/invented-token/owner", data={"csrf_token": token_of(page), "email": email})
    assert answer.status_code == 303
    assert "If a link was mailed to that address" in member.get(answer.headers["Location"]).text
    assert newest_mail(stored).id == before


def test_where_a_code_is_asked_for_the_link_alone_shows_and_decides_nothing(app, member, stored, sign_tokens):
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        session.add(SigningCampaign(letter_id=1, mailed_code=True, started_at=NOW))
    address = f"/sign/{sign_tokens[0]}/"
    page = member.get(address)
    assert page.status_code == 403
    assert "A code, please" in page.text
    assert "Will you join" not in page.text
    assert member.get(f"{address}letter.pdf").status_code == 403
    email = stored.scalars(select(SignOffRequest)).first().person.email
    assert email not in page.text
    member.post(f"{address}code", data={"csrf_token": token_of(page.text)})
    code = newest_mail(stored).secret
    wrong = member.post(f"{address}unlock", data={"csrf_token": token_of(page.text), "code": "000 000x"})
    assert wrong.status_code == 303
    assert "not the code" in member.get(address).text
    assert stored.scalars(select(SignOffRequest)).first().code_attempts == 1
    member.post(f"{address}unlock", data={"csrf_token": token_of(page.text), "code": code})
    assert "Will you join this letter?" in member.get(address).text
    assert app.test_client().get(address).status_code == 403


def test_the_mail_a_recorded_decision_rests_on_is_kept_and_handed_out(post, staff, stored):
    version = stored.scalars(select(LetterVersion)).one()
    fields = {
        "received-version": version.id,
        "received-decision": "joined",
        "received-name": "Delphine",
        "received-file": (io.BytesIO(b"From: a member"), "yes.eml"),
    }
    assert post("/dockets/1/sign/1/received", fields, content_type="multipart/form-data").status_code == 303
    address = re.search(r'href="(/dockets/1/sign/1/received/\d+)"', staff.get("/dockets/1/sign/1").text)[1]
    answer = staff.get(address)
    assert answer.data == b"From: a member"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert staff.get(address.replace("/sign/1/", "/sign/2/")).status_code == 404


def test_of_decisions_received_by_mail_a_second_click_changes_nothing_and_none_replaces_one_unseen(post, staff, stored):
    version = stored.scalars(select(LetterVersion)).one()
    seen = re.search(r'name="received-seen" type="hidden" value="([^"]*)"', staff.get("/dockets/1/sign/1").text)[1]
    fields = {"received-version": version.id, "received-decision": "joined", "received-seen": seen}
    for _ in range(2):
        assert post("/dockets/1/sign/1/received", {**fields, "received-name": "Delphine"}).status_code == 303
    other = post("/dockets/1/sign/1/received", {**fields, "received-name": "Anselm"})
    assert other.status_code == 422
    assert "was recorded while this page was open (joined, by Delphine" in other.text
    assert stored.scalars(select(SignOff.name)).all() == ["Delphine"]
    fields["received-seen"] = re.search(r'name="received-seen" type="hidden" value="(\d+)"', other.text)[1]
    assert post("/dockets/1/sign/1/received", {**fields, "received-name": "Anselm"}).status_code == 303


def test_parts_ticked_for_a_reservation_received_by_mail_are_not_covered(post, staff, stored):
    version = stored.scalars(select(LetterVersion)).one()
    name, key = re.search(
        r'name="([^"]*excepted)" type="checkbox" value="([^"]+)"', staff.get("/dockets/1/sign/1").text
    ).groups()
    fields = {
        "received-version": version.id,
        "received-decision": "joined_with_reservation",
        "received-name": "Delphine",
    }
    assert post("/dockets/1/sign/1/received", {**fields, name: key}).status_code == 303
    made = stored.scalars(select(SignOff)).one()
    assert made.reservation.startswith("except ")
    assert key not in {part.part_key for part in made.parts}


def test_a_mail_about_an_older_version_may_except_a_part_that_was_taken_out_since(post, staff, stored):
    version = stored.scalars(select(LetterVersion)).one()
    part = stored.scalars(select(LetterPart).where(LetterPart.included, LetterPart.heading != "")).all()[-1]
    assert post(f"/dockets/1/draft/parts/{part.id}/place", {"act": "leave out"}).status_code == 303
    assert post("/dockets/1/draft/freeze").status_code == 303
    assert "(until version 1)</label>" in staff.get("/dockets/1/sign/1").text
    fields = {
        "received-version": version.id,
        "received-decision": "joined_with_reservation",
        "received-name": "Delphine",
    }
    assert post("/dockets/1/sign/1/received", {**fields, "received-excepted": part.key}).status_code == 303
    made = stored.scalars(select(SignOff)).one()
    assert made.reservation.startswith("except ")
    assert part.key not in {covered.part_key for covered in made.parts}


def test_a_whole_association_may_sign_from_one_address(app, sign_tokens):
    for _ in range(2):
        for token in sign_tokens:
            for _ in range(20):
                assert app.test_client().get(f"/sign/{token}/").status_code == 200


def test_members_at_one_address_may_all_ask_for_their_codes_within_a_minute(app, member, sign_tokens):
    with app.extensions["commenttrack"].writing() as session, transaction(session):
        session.add(SigningCampaign(letter_id=1, mailed_code=True, started_at=NOW))
    asked = {token: [] for token in sign_tokens}
    for _ in range(4):
        for token, answers in asked.items():
            form = {"csrf_token": token_of(member.get(f"/sign/{token}/").text)}
            answers.append(member.post(f"/sign/{token}/code", data=form).status_code)
    for answers in asked.values():
        assert answers[0] == 303
        assert 429 not in answers[:3]
        assert answers[3] == 429


def test_one_link_is_limited_and_so_are_tries_at_links_that_do_not_exist(app, member, sign_tokens):
    answers = {member.get(f"/sign/{sign_tokens[0]}/").status_code for _ in range(70)}
    assert answers == {200, 429}
    tried = [member.get(f"/sign/invented-{number}/").status_code for number in range(40)]
    assert tried[:20] == [404] * 20
    assert tried[-1] == 429


def test_the_signers_address_is_believed_only_from_a_proxy_of_our_own(app, member, stored, sign_tokens):
    def signed_from(client, token, headers):
        page = client.get(f"/sign/{token}/").text
        hidden = dict(re.findall(r'<input id="\w+" name="(version|seen)" type="hidden" value="(\d*)">', page))
        form = {**hidden, "csrf_token": token_of(page), "name": "Ada", "decision": "joined"}
        assert client.post(f"/sign/{token}/", data=form, headers=headers).status_code == 303
        return stored.scalars(select(SignOff).order_by(SignOff.id.desc())).first().address

    headers = {"X-Forwarded-For": "203.0.113.7, 198.51.100.9"}
    assert signed_from(member, sign_tokens[0], headers) == "127.0.0.1"
    settings = dataclasses.replace(app.extensions["commenttrack"].settings, proxies=1)
    behind = create_app(settings, clock=lambda: NOW)
    assert signed_from(behind.test_client(), sign_tokens[1], headers) == "198.51.100.9"
