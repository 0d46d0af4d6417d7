"""Agreeing again in one step, on the page behind the mailed link."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from commenttrack.db import transaction
from commenttrack.letters.models import Letter
from commenttrack.letters.operations import add_part, edit_part, freeze, move_part
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.clearing import Judgement, changes_to_judge, judge
from commenttrack.signoffs.lifecycle import Decision, Weight
from commenttrack.signoffs.models import SignOff
from tests.factories.pages import token_of


@pytest.fixture
def member(app):
    return app.test_client()


class Forms(HTMLParser):
    """The forms of a page by the label of their button, each with what a click on it sends."""

    def __init__(self, page):
        super().__init__()
        self.found, self.sent, self.button = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.sent = {}
        elif self.sent is None:
            return
        elif tag == "button":
            self.button = ""
            if "name" in given:
                self.sent.setdefault(given["name"], []).append(given["value"])
        elif tag == "textarea" or (
            tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given)
        ):
            self.sent.setdefault(given["name"], []).append(given.get("value") or "")

    def handle_data(self, data):
        if self.button is not None:
            self.button += data

    def handle_endtag(self, tag):
        if tag == "button" and self.button is not None:
            self.found[" ".join(self.button.split())], self.button = self.sent, None
        elif tag == "form":
            self.sent = None


def decide(member, token, **said):
    page = member.get(f"/sign/{token}/").text
    hidden = dict(re.findall(r'<input id="\w+" name="(version|seen)" type="hidden" value="(\d*)">', page))
    form = {**hidden, "csrf_token": token_of(page), "name": "Ada Signer", "title": "President", **said}
    answer = member.post(f"/sign/{token}/", data=form)
    assert answer.status_code == 303, answer.text


def change(app, what=None):
    """Change the letter (the heading of its third part unless told otherwise) and freeze it."""
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        letter = session.get(Letter, 1)
        (what or reword)(session, letter, house.clock())
        freeze(session, letter, storage=house.storage, actor="test", now=house.clock())


def reword(session, letter, now, place=2):
    part = letter.parts[place]
    edit_part(
        session, part, expected_revision=part.revision, heading="A heading that moved", text=part.text,
        requested_text=part.requested_text, actor="test", now=now,
    )  # fmt: skip


def current(stored):
    return stored.scalars(select(SignOff).where(SignOff.is_current)).one()


def test_a_name_is_set_under_the_new_wording_with_one_button(app, member, stored, sign_tokens):
    decide(member, sign_tokens[0], decision="joined", authority="Board resolution 12")
    change(app)
    page = member.get(f"/sign/{sign_tokens[0]}/").text
    assert "The letter changed. Do you still join?" in page
    answer = member.post(f"/sign/{sign_tokens[0]}/", data=Forms(page).found["Re-affirm for version 2"])
    assert answer.status_code == 303
    made = current(stored)
    assert (made.decision, made.letter_version.number) == (Decision.JOINED, 2)
    assert (made.name, made.title, made.authority) == ("Ada Signer", "President", "Board resolution 12")


def test_a_reservation_goes_along_with_its_parts_and_follows_their_numbers(app, member, stored, sign_tokens):
    version = stored.get(Letter, 1).versions[0]
    part = next(part for part in version.parts_json if part["number"] == "III")
    decide(member, sign_tokens[0], decision="joined_with_reservation", excepted=[part["key"]])

    def one_before(session, letter, now):
        added = add_part(session, letter, heading="A part before", text="More.", actor="test", now=now)
        move_part(session, added, to=0, actor="test", now=now)

    change(app, one_before)
    page = member.get(f"/sign/{sign_tokens[0]}/").text
    assert "The letter changed. Your signature stands." in page
    assert "What you signed does not cover them." in page
    member.post(f"/sign/{sign_tokens[0]}/", data=Forms(page).found["Re-affirm for version 2"])
    made = current(stored)
    assert (made.decision, made.reservation) == (Decision.JOINED_WITH_RESERVATION, "except Part IV")
    assert part["key"] not in {covered.part_key for covered in made.parts}


def test_a_reservation_is_added_with_one_button(app, member, stored, sign_tokens):
    decide(member, sign_tokens[0], decision="joined")
    change(app)
    form = Forms(member.get(f"/sign/{sign_tokens[0]}/").text).found["Join version 2 with this reservation"]
    assert "excepted" not in form
    key = stored.get(Letter, 1).versions[1].parts_json[2]["key"]
    member.post(f"/sign/{sign_tokens[0]}/", data={**form, "excepted": [key]})
    assert current(stored).decision is Decision.JOINED_WITH_RESERVATION


def test_a_name_is_withdrawn_with_one_button(app, member, stored, sign_tokens):
    decide(member, sign_tokens[0], decision="joined")
    change(app)
    form = Forms(member.get(f"/sign/{sign_tokens[0]}/").text).found["Withdraw our name"]
    member.post(f"/sign/{sign_tokens[0]}/", data={**form, "reason": "Too far."})
    assert (current(stored).decision, current(stored).reason) == (Decision.WITHDRAWN, "Too far.")


def test_a_reservation_that_no_longer_fits_must_be_said_anew(app, member, stored, sign_tokens):
    part = stored.get(Letter, 1).versions[0].parts_json[2]
    said = f"We take no view on Part {part['number']}"
    decide(
        member, sign_tokens[0], decision="joined_with_reservation", excepted=[part["key"]], reservation=said
    )  # fmt: skip

    def taken_out(session, letter, now):
        found = next(each for each in letter.parts if each.key == part["key"])
        found.included = False

    change(app, taken_out)
    page = member.get(f"/sign/{sign_tokens[0]}/").text
    assert "It no longer fits the letter" in page
    assert "Re-affirm for version 2" not in Forms(page).found
    assert Forms(page).found["Join version 2 with this reservation"]["reservation"] == [said]


def test_a_cosmetic_change_is_shown_with_who_judged_it_and_why(app, member, stored, sign_tokens):
    decide(member, sign_tokens[0], decision="joined")
    change(app)
    house = app.extensions["commenttrack"]
    with house.writing() as session, transaction(session):
        letter = session.get(Letter, 1)
        (found,) = changes_to_judge(session, letter)
        judge(
            session, letter, [Judgement(found.change, Weight.COSMETIC, "Only the heading.")], actor="Dana Reyes",
            now=house.clock(), settings=house.settings,
        )  # fmt: skip
    page = member.get(f"/sign/{sign_tokens[0]}/").text
    assert "The letter changed. Your signature stands." in page
    assert "Cosmetic: judged to change nothing you agreed to" in page
    assert re.search(r"cosmetic</span> Dana Reyes, [^<]*: “Only the heading.”", page)
    assert "Asks for your agreement" not in page


def test_what_moved_is_heard_as_deleted_and_inserted(app, member, sign_tokens):
    decide(member, sign_tokens[0], decision="joined")
    change(app)
    page = member.get(f"/sign/{sign_tokens[0]}/").text
    changes = page.partition('id="changes"')[2].partition('id="again"')[0]
    assert '<del><span class="visually-hidden"> [delete: </span>' in changes
    assert '<ins><span class="visually-hidden"> [insert: </span>' in changes


def test_a_colleague_who_was_handed_the_link_does_not_agree_again_in_the_first_ones_name(
    app, member, stored, sign_tokens
):
    decide(member, sign_tokens[0], decision="joined", authority="Mine alone")
    address = f"/sign/{sign_tokens[0]}/hand-on"
    form = {"csrf_token": token_of(member.get(address).text), "name": "Bo Colleague", "email": "bo@colleague.example"}
    member.post(address, data=form)
    token = stored.scalars(
        select(OutgoingMail).where(OutgoingMail.to_email == "bo@colleague.example").order_by(OutgoingMail.id.desc())
    ).first().secret  # fmt: skip
    change(app)
    form = Forms(app.test_client().get(f"/sign/{token}/").text).found["Re-affirm for version 2"]
    assert (form["name"], form["authority"]) == (["Bo Colleague"], [""])


def test_a_decision_recorded_meanwhile_is_not_replaced_by_the_one_button(app, member, stored, sign_tokens):
    decide(member, sign_tokens[0], decision="joined")
    change(app)
    form = Forms(member.get(f"/sign/{sign_tokens[0]}/").text).found["Re-affirm for version 2"]
    decide(member, sign_tokens[0], decision="withdrawn")
    answer = member.post(f"/sign/{sign_tokens[0]}/", data=form)
    assert answer.status_code == 409
    assert current(stored).decision is Decision.WITHDRAWN
