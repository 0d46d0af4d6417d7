"""Links that move on: replaced, handed on, asked about, and the mailed code beside them."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from commenttrack.errors import BadInput, Conflict
from commenttrack.members.links import LinkUnknown
from commenttrack.members.models import Person, Signatory
from commenttrack.outbox import SECRET_MARK, OutgoingMail
from commenttrack.signoffs.codes import GOOD_FOR, MOST_A_DAY, TRIES, CodeNotSent, check_code, code_needed, send_code
from commenttrack.signoffs.handing_on import CannotHandOn, hand_on
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.links import find_request
from commenttrack.signoffs.models import Delegation, RetiredLink, Retirement, SigningCampaign
from commenttrack.signoffs.old_links import Answer, ask_about
from commenttrack.signoffs.operations import decide, invite, record_received
from commenttrack.signoffs.reading import trail
from commenttrack.signoffs.received import LARGEST, received_file
from commenttrack.storage import Storage
from tests.factories import world

NOW = world.NOW
LATER = NOW + dt.timedelta(hours=1)


class Asked:
    """One member asked to sign a frozen letter."""

    def __init__(self, session, tmp_path):
        self.session, self.settings = session, world.settings(tmp_path)
        self.letter = world.letter(session)
        self.version = world.version(session, self.letter)
        self.member = world.organization(session, "Acme Metals")
        self.person = world.signer(session, self.member, name="Ada Signer", email="ada@acme.example")
        self.request = self.invite()

    def invite(self, now=NOW):
        return invite(
            self.session, self.letter, self.member, self.person, actor="Staff", now=now, settings=self.settings
        )

    def mails(self):
        return self.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()

    def token(self):
        return [mail.secret for mail in self.mails() if len(mail.secret) > 10][-1]

    def hand_on(self, token=None, *, name="Bo Colleague", email="bo@acme.example", now=LATER, **values):
        return hand_on(
            self.session, token or self.token(), name=name, email=email, now=now, settings=self.settings, **values
        )

    def ask_about(self, token, email, now=LATER):
        return ask_about(self.session, token, email, now=now, settings=self.settings)


@pytest.fixture
def asked(session, tmp_path):
    return Asked(session, tmp_path)


class TestHandingOn:
    def test_the_colleague_gets_a_new_link_and_the_old_one_works_no_more(self, asked):
        first = asked.token()
        asked.hand_on(note="You know this better.")
        mail = next(mail for mail in asked.mails() if mail.to_email == "bo@acme.example")
        assert "You know this better." in mail.text
        assert mail.secret not in mail.text
        assert SECRET_MARK in mail.text
        assert find_request(asked.session, mail.secret, now=LATER) is asked.request
        assert asked.request.person.name == "Bo Colleague"
        with pytest.raises(LinkUnknown):
            find_request(asked.session, first, now=LATER)

    def test_the_one_who_handed_on_gets_a_copy_without_a_link(self, asked):
        asked.hand_on()
        (copy,) = [mail for mail in asked.mails() if mail.subject.startswith("Handed on to Bo Colleague")]
        assert copy.to_email == "ada@acme.example"
        assert "/sign/" not in copy.text + copy.html

    def test_the_trail_keeps_who_handed_on_to_whom(self, asked):
        asked.hand_on(address="203.0.113.7", client="A browser")
        (delegation,) = asked.session.scalars(select(Delegation)).all()
        assert (delegation.from_person.name, delegation.to_person.name) == ("Ada Signer", "Bo Colleague")
        assert (delegation.address, delegation.client) == ("203.0.113.7", "A browser")
        assert "sign-off handed on" in [event.action for event in trail(asked.session, asked.request)]
        assert [link.why for link in asked.session.scalars(select(RetiredLink))] == [Retirement.HANDED_ON]

    def test_a_colleague_who_is_new_may_sign_on_the_word_of_the_one_who_named_them(self, asked):
        asked.hand_on()
        colleague = asked.session.scalars(select(Person).where(Person.email == "bo@acme.example")).one()
        signatory = asked.session.scalars(select(Signatory).where(Signatory.person_id == colleague.id)).one()
        assert signatory.authority == "named by Ada Signer"
        assert colleague.organization is asked.member

    def test_it_can_be_handed_on_again_and_the_last_one_decides(self, asked):
        asked.hand_on()
        asked.hand_on(name="Cy Third", email="cy@acme.example")
        made = decide(
            asked.session, asked.token(), version=asked.version, decision=Decision.JOINED, name="Cy Third", now=LATER
        )
        assert made.request.person.name == "Cy Third"
        assert len(asked.session.scalars(select(Delegation)).all()) == 2

    @pytest.mark.parametrize("email", ["", "bo", "bo@acme", "bo@acme.example, x@y.example", "Bo <bo@acme.example>"])
    def test_what_is_no_address_is_refused_and_the_link_stays(self, asked, email):
        with pytest.raises(CannotHandOn):
            asked.hand_on(email=email)
        assert find_request(asked.session, asked.token(), now=LATER) is asked.request

    def test_the_address_of_another_organizations_person_is_refused_without_saying_whose_it_is(self, asked):
        world.signer(asked.session, world.organization(asked.session, "Brass"), email="x@brass.example")
        with pytest.raises(CannotHandOn, match="cannot be used here") as refusal:
            asked.hand_on(email="X@brass.example")
        assert "Brass" not in str(refusal.value)

    def test_nobody_hands_on_to_themselves(self, asked):
        with pytest.raises(CannotHandOn, match="colleague"):
            asked.hand_on(email="Ada@acme.example")


class TestAskingAboutAnOldLink:
    def test_the_owner_of_a_replaced_link_gets_a_fresh_one_by_mail(self, asked):
        first = asked.token()
        asked.invite(now=LATER)
        second = asked.token()
        assert asked.ask_about(first, "ADA@acme.example") is Answer.NEW_LINK
        assert asked.token() not in (first, second)
        assert asked.mails()[-1].to_email == "ada@acme.example"

    def test_another_address_gets_nothing(self, asked):
        first = asked.token()
        asked.invite(now=LATER)
        before = len(asked.mails())
        assert asked.ask_about(first, "eve@acme.example") is Answer.NOTHING
        assert asked.ask_about("invented", "ada@acme.example") is Answer.NOTHING
        assert len(asked.mails()) == before

    def test_the_owner_of_a_link_handed_on_is_told_to_whom_and_gets_no_link(self, asked):
        first = asked.token()
        asked.hand_on()
        assert asked.ask_about(first, "ada@acme.example") is Answer.EXPLAINED
        mail = asked.mails()[-1]
        assert "handed on to Bo Colleague" in mail.text
        assert "/sign/" not in mail.text + mail.html

    def test_an_hour_brings_three_new_links_at_most_and_none_of_them_is_a_reminder(self, asked):
        first = asked.token()
        moments = [LATER + dt.timedelta(minutes=minute) for minute in (0, 5, 10, 15, 90)]
        asked.request.reminders_stopped_at = NOW  # reminders, not what the person asks for
        answers = [asked.ask_about(first, "ada@acme.example", now=moment) for moment in moments]
        assert answers == [Answer.NEW_LINK, Answer.NEW_LINK, Answer.NEW_LINK, Answer.NOTHING, Answer.NEW_LINK]
        assert asked.request.reminders == []

    def test_who_got_the_decision_handed_back_gets_a_new_link(self, asked):
        first = asked.token()
        asked.hand_on()
        asked.hand_on(name="Ada Signer", email="ada@acme.example")
        assert asked.ask_about(first, "ada@acme.example") is Answer.NEW_LINK

    def test_a_deadline_moved_back_lets_the_owner_of_an_expired_link_have_a_new_one(self, asked):
        late = NOW + dt.timedelta(days=40)
        asked.letter.docket.internal_deadline = late.date()
        assert asked.ask_about(asked.token(), "ada@acme.example", now=late) is Answer.NEW_LINK

    def test_past_the_time_the_owner_is_told_so_once_an_hour(self, asked):
        late = NOW + dt.timedelta(days=40)
        before = len(asked.mails())
        for _ in range(3):
            assert asked.ask_about(asked.token(), "ada@acme.example", now=late) is Answer.EXPLAINED
        assert len(asked.mails()) == before + 1
        assert "time for decisions by link ended" in " ".join(asked.mails()[-1].text.split())


class TestTheMailedCode:
    @pytest.fixture
    def locked(self, asked):
        asked.session.add(SigningCampaign(letter=asked.letter, mailed_code=True, started_at=NOW))
        asked.session.flush()
        return asked

    def code(self, asked, now=LATER):
        send_code(asked.session, asked.token(), now=now)
        return asked.mails()[-1].secret

    def test_only_a_letter_that_asks_for_it_needs_one(self, asked):
        assert not code_needed(asked.session, asked.request)

    def test_the_code_of_the_newest_mail_opens_once(self, locked):
        code = self.code(locked)
        assert code_needed(locked.session, locked.request)
        assert re.fullmatch(r"\d{6}", code)
        assert code not in locked.mails()[-1].text
        assert check_code(locked.session, locked.token(), f" {code[:3]} {code[3:]} ", now=LATER)
        assert not check_code(locked.session, locked.token(), code, now=LATER)

    def test_a_newer_code_replaces_the_one_before(self, locked):
        first = self.code(locked)
        second = self.code(locked, now=LATER + dt.timedelta(minutes=2))
        after = LATER + dt.timedelta(minutes=3)
        if first != second:
            assert not check_code(locked.session, locked.token(), first, now=after)
        assert check_code(locked.session, locked.token(), second, now=after)

    def test_it_is_good_for_a_quarter_of_an_hour(self, locked):
        code = self.code(locked)
        assert not check_code(locked.session, locked.token(), code, now=LATER + GOOD_FOR)

    def test_it_cannot_be_tried_out(self, locked):
        code = self.code(locked)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for _ in range(TRIES):
            assert not check_code(locked.session, locked.token(), wrong, now=LATER)
        assert not check_code(locked.session, locked.token(), code, now=LATER)

    def test_a_second_code_within_a_minute_is_refused(self, locked):
        self.code(locked)
        with pytest.raises(CodeNotSent, match="less than a minute"):
            send_code(locked.session, locked.token(), now=LATER + dt.timedelta(seconds=59))

    def test_codes_cannot_be_tried_out_by_asking_for_new_ones_all_day(self, locked):
        for count in range(MOST_A_DAY):
            send_code(locked.session, locked.token(), now=LATER + count * dt.timedelta(minutes=2))
        with pytest.raises(CodeNotSent, match="within a day"):
            send_code(locked.session, locked.token(), now=LATER + dt.timedelta(hours=23))
        send_code(locked.session, locked.token(), now=LATER + dt.timedelta(hours=25))

    def test_a_new_link_forgets_the_code_of_the_one_before(self, locked):
        code = self.code(locked)
        locked.invite(now=LATER)
        assert not check_code(locked.session, locked.token(), code, now=LATER)


class TestWhatCameByMail:
    def test_the_file_is_kept_with_the_decision_byte_for_byte(self, asked, tmp_path):
        storage = Storage(f"file://{tmp_path / 'files'}")
        made = record_received(
            asked.session,
            asked.request,
            version=asked.version,
            decision=Decision.JOINED,
            name="Ada Signer",
            file=received_file("C:\\mails\\Yes.EML", b"From: ada", storage=storage),
            actor="Staff",
            now=LATER,
        )
        kept = made.received_file
        assert (kept.name, kept.media_type, kept.size) == ("Yes.EML", "message/rfc822", 9)
        assert storage.get(kept.storage_key) == b"From: ada"
        assert trail(asked.session, asked.request)[-1].details["received_file"] == kept.sha256

    @pytest.mark.parametrize(
        ("name", "data", "why"),
        [("run.exe", b"x", "no mail, scan"), ("yes.eml", b"", "empty"), ("yes.pdf", b"x" * (LARGEST + 1), "smaller")],
    )
    def test_what_is_no_mail_or_scan_is_refused(self, tmp_path, name, data, why):
        with pytest.raises(BadInput, match=why):
            received_file(name, data, storage=Storage(f"file://{tmp_path / 'files'}"))


def test_two_who_hand_on_at_once_do_not_both_succeed(asked):
    first = asked.token()
    asked.hand_on(first)
    with pytest.raises((LinkUnknown, Conflict)):
        asked.hand_on(first, name="Cy Third", email="cy@acme.example")
