"""Asking and deciding, against the database."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from commenttrack import audit
from commenttrack.errors import Conflict, NotFound
from commenttrack.members.links import LinkExpired, LinkUnknown
from commenttrack.outbox import SECRET_MARK, OutgoingMail
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.links import find_request, mark_opened
from commenttrack.signoffs.models import SignOff, SignOffRequest
from commenttrack.signoffs.operations import (
    decide,
    invite,
    record_received,
    remind,
)
from commenttrack.signoffs.reading import ComparedSignOff, invitation, signatories, signature_block, trail
from commenttrack.signoffs.refusals import (
    CannotBeAsked,
    DecidedMeanwhile,
    IncompleteDecision,
    LetterHasMoved,
    NothingFrozen,
    RecordedAlready,
    StaleSignOffs,
)
from tests.factories import world

NOW = world.NOW
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def settings(tmp_path):
    return world.settings(tmp_path)


class Campaign:
    """A frozen letter of parts a, b and c, and one member asked to sign it."""

    def __init__(self, session, settings):
        self.session, self.settings = session, settings
        self.letter = world.letter(session)
        self.version = world.version(session, self.letter)
        self.member = world.organization(session, "Acme Metals")
        self.person = world.signer(session, self.member)
        self.request = self.invite()

    def invite(self, now=NOW, **values):
        return invite(
            self.session,
            self.letter,
            self.member,
            self.person,
            actor="Staff",
            now=now,
            settings=self.settings,
            **values,
        )

    def mails(self):
        return self.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()

    def token(self):
        """The token of the newest mail that carries a link."""
        return [mail.secret for mail in self.mails() if mail.secret][-1]

    def decide(self, decision=Decision.JOINED, *, token=None, version=None, now=LATER, **values):
        return decide(
            self.session,
            token or self.token(),
            version=version or self.version,
            decision=decision,
            name=values.pop("name", "Ada Signer"),
            now=now,
            **values,
        )


@pytest.fixture
def campaign(session, settings):
    return Campaign(session, settings)


# ------------------------------------------------------------------------------------------------------------ asking


def test_an_invitation_mails_a_link_whose_token_is_stored_hashed_only(campaign):
    token = campaign.token()
    assert len(token) >= 43
    assert find_request(campaign.session, token, now=NOW) is campaign.request
    stored = [
        str(value)
        for row in (campaign.request, *campaign.mails(), *campaign.session.scalars(select(audit.AuditEvent)))
        for name, value in vars(row).items()
        if name != "secret"
    ]
    assert not any(token in value for value in stored)


def test_the_invitation_says_who_asks_for_what_and_by_when_in_text_and_html(campaign):
    (mail,) = campaign.mails()
    assert mail.to_email == campaign.person.email
    for body in (mail.text, mail.html):
        body = " ".join(body.split())
        assert campaign.letter.lead.name in body
        assert "Safeguards for Exports" in body
        assert "DOC-2026-0001" in body
        assert "Friday, March 20, 2026, 11:59 p.m. Eastern" in body
        assert "Friday, March 27, 2026, 5:00 p.m. Eastern" in body
        assert f"http://127.0.0.1:8000/sign/{SECRET_MARK}" in body
    assert "<img" not in mail.html
    assert "http" not in re.sub(r"http://127\.0\.0\.1:8000/sign/\S+", "", mail.html)


def test_a_name_in_a_mail_is_escaped_in_its_html(session, settings):
    letter = world.letter(session)
    world.version(session, letter)
    member = world.organization(session, "Smith & <b>Sons</b>")
    invite(session, letter, member, world.signer(session, member), actor="S", now=NOW, settings=settings)
    mail = session.scalars(select(OutgoingMail)).one()
    assert "Smith &amp; &lt;b&gt;Sons&lt;/b&gt;" in mail.html
    assert "Smith & <b>Sons</b>" in mail.text


def test_an_illustrative_docket_says_so_in_every_mail(session, settings):
    letter = world.letter(session, docket=world.docket(session, illustrative=True))
    world.version(session, letter)
    member = world.organization(session)
    invite(session, letter, member, world.signer(session, member), actor="S", now=NOW, settings=settings)
    mail = session.scalars(select(OutgoingMail)).one()
    assert "illustrative docket" in mail.text
    assert "Illustrative docket" in mail.html


def test_asking_again_replaces_the_link(campaign):
    first = campaign.token()
    campaign.invite(now=LATER)
    assert campaign.token() != first
    with pytest.raises(LinkUnknown):
        find_request(campaign.session, first, now=LATER)
    assert find_request(campaign.session, campaign.token(), now=LATER) is campaign.request
    assert len(campaign.mails()) == 2


def test_asking_twice_in_one_moment_mails_the_link_that_works(campaign):
    campaign.invite(now=NOW)
    assert find_request(campaign.session, campaign.token(), now=NOW) is campaign.request


def test_a_moved_letter_asks_again_with_what_changed(campaign):
    world.reword(campaign.session, campaign.letter, "b", "Other words.")
    world.version(campaign.session, campaign.letter)
    campaign.invite(now=LATER)
    mail = campaign.mails()[-1]
    assert "has changed" in mail.subject
    assert re.search(r"Heading b: reworded", mail.text)
    assert "Heading a: reworded" not in mail.text


def test_a_reminder_goes_to_the_undecided_only(campaign):
    decided = world.organization(campaign.session, "Borealis Cables")
    person = world.signer(campaign.session, decided)
    token = campaign.token()
    invite(campaign.session, campaign.letter, decided, person, actor="S", now=NOW, settings=campaign.settings)
    campaign.decide(token=token)
    before = len(campaign.mails())
    assert remind(campaign.session, campaign.letter, actor="S", now=LATER, settings=campaign.settings) == [
        campaign.session.scalars(select(SignOffRequest).where(SignOffRequest.organization_id == decided.id)).one()
    ]
    (mail,) = campaign.mails()[before:]
    assert mail.to_email == person.email
    assert "not yet heard" in mail.text


def test_a_second_click_on_remind_writes_nothing(campaign):
    def click(minutes):
        now = LATER + dt.timedelta(minutes=minutes)
        return remind(campaign.session, campaign.letter, actor="S", now=now, settings=campaign.settings)

    assert [len(click(minutes)) for minutes in (0, 0, 5, 11)] == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("spoil", "refusal", "words"),
    [
        (lambda c: setattr(c.person, "email", None), CannotBeAsked, "no e-mail"),
        (lambda c: setattr(c, "person", world.person(c.session)), CannotBeAsked, "not a signatory"),
        (lambda c: setattr(c.letter.docket, "internal_deadline", dt.date(2026, 3, 1)), CannotBeAsked, "ended"),
        (lambda c: c.letter.versions.clear(), NothingFrozen, "Freeze"),
    ],
    ids=["no-address", "not-a-signatory", "too-late", "nothing-frozen"],
)
def test_an_invitation_that_could_not_be_answered_is_refused(session, settings, spoil, refusal, words):
    campaign = Campaign.__new__(Campaign)
    campaign.session, campaign.settings = session, settings
    campaign.letter = world.letter(session)
    world.version(session, campaign.letter)
    campaign.member = world.organization(session)
    campaign.person = world.signer(session, campaign.member)
    spoil(campaign)
    with pytest.raises(refusal, match=words):
        campaign.invite()
    assert campaign.mails() == []


# ---------------------------------------------------------------------------------------------------------- the link


def test_invented_replaced_and_expired_links_read_alike(campaign):
    old = campaign.token()
    campaign.invite(now=LATER)
    after = dt.datetime(2026, 3, 21, 4, 0, tzinfo=dt.UTC)
    sentences = set()
    for token, now, refusal in (
        ("invented", NOW, LinkUnknown),
        ("\udce9" * 50, NOW, LinkUnknown),
        (old, LATER, LinkUnknown),
        (campaign.token(), after, LinkExpired),
    ):
        with pytest.raises(NotFound) as caught:
            find_request(campaign.session, token, now=now)
        assert type(caught.value) is refusal
        sentences.add(str(caught.value))
    assert len(sentences) == 1


def test_a_link_works_until_the_last_moment_of_the_internal_deadline(campaign):
    assert find_request(campaign.session, campaign.token(), now=dt.datetime(2026, 3, 21, 3, 59, tzinfo=dt.UTC))


def test_a_deadline_brought_forward_ends_the_links_that_are_out(campaign):
    campaign.letter.docket.internal_deadline = dt.date(2026, 3, 1)
    with pytest.raises(LinkExpired):
        find_request(campaign.session, campaign.token(), now=LATER)


def test_finding_a_request_changes_nothing(campaign):
    campaign.session.commit()
    find_request(campaign.session, campaign.token(), now=LATER)
    invitation(campaign.session, campaign.request)
    assert not campaign.session.dirty
    assert not campaign.session.new
    assert campaign.request.opened_at is None


def test_opening_is_noted_once(campaign):
    mark_opened(campaign.session, campaign.request, now=NOW)
    mark_opened(campaign.session, campaign.request, now=LATER)
    assert campaign.request.opened_at == NOW
    assert [event.action for event in trail(campaign.session, campaign.request)].count("sign-off link opened") == 1


def test_an_old_link_shows_that_a_newer_version_exists_and_what_changed(campaign):
    world.reword(campaign.session, campaign.letter, "b", "Other words.")
    newer = world.version(campaign.session, campaign.letter)
    shown = invitation(campaign.session, campaign.request)
    assert shown.moved
    assert shown.version is newer
    assert shown.comparison.changed == ("b",)


# ---------------------------------------------------------------------------------------------------------- deciding


def test_a_decision_stores_who_for_whom_when_and_on_which_wording(campaign):
    made = campaign.decide(
        name="  Ada\n Signer ", title="President", authority="Board, May 2026", address="192.0.2.7", client="Browser"
    )
    assert (made.name, made.title, made.authority) == ("Ada Signer", "President", "Board, May 2026")
    assert (made.decision, made.decided_at) == (Decision.JOINED, LATER)
    assert (made.address, made.client, made.recorded_by) == ("192.0.2.7", "Browser", "")
    assert made.letter_version is campaign.version
    assert {part.part_key: part.digest for part in made.parts} == {
        part["key"]: part["digest"] for part in campaign.version.parts_json
    }


def test_a_reservation_leaves_the_excepted_part_out_of_what_is_bound(campaign):
    number = campaign.version.parts_json[1]["number"]
    made = campaign.decide(Decision.JOINED_WITH_RESERVATION, excepted={"b"})
    assert [part.part_key for part in made.parts] == ["a", "c"]
    assert made.reservation == f"except Part {number}"


def test_changing_ones_mind_supersedes_and_keeps_the_trail(campaign):
    first = campaign.decide()
    second = campaign.decide(Decision.DECLINED, reason="Our board said no.", seen=first.id)
    assert [s.is_current for s in campaign.session.scalars(select(SignOff).order_by(SignOff.id))] == [False, True]
    assert second.reason == "Our board said no."
    actions = [event.action for event in trail(campaign.session, campaign.request)]
    assert actions == ["sign-off asked (invitation)", "sign-off joined", "sign-off declined"]


def test_a_second_decision_that_has_not_seen_the_first_is_told_and_not_recorded(campaign):
    campaign.decide(name="First Signer")
    with pytest.raises(DecidedMeanwhile, match="First Signer") as caught:
        campaign.decide(Decision.DECLINED)
    assert isinstance(caught.value, Conflict)
    assert campaign.session.scalars(select(SignOff)).one().decision is Decision.JOINED


def test_a_second_click_is_told_that_its_decision_was_recorded(campaign):
    campaign.decide(Decision.JOINED_WITH_RESERVATION, name="Ada  Signer", excepted={"b"})
    with pytest.raises(RecordedAlready, match="recorded already: joined with a reservation, by Ada Signer"):
        campaign.decide(Decision.JOINED_WITH_RESERVATION, name="Ada Signer ", excepted={"b"})
    for other in ({"name": "Ada Signer"}, {"name": "Ada Signer", "excepted": {"c"}}, {"name": "Bo", "excepted": {"b"}}):
        with pytest.raises(DecidedMeanwhile, match="Yours was not recorded"):
            campaign.decide(Decision.JOINED_WITH_RESERVATION if "excepted" in other else Decision.JOINED, **other)
    assert len(campaign.session.scalars(select(SignOff)).all()) == 1


def test_a_decision_on_a_version_that_is_no_longer_the_newest_is_refused(campaign):
    world.reword(campaign.session, campaign.letter, "a", "Other words.")
    newer = world.version(campaign.session, campaign.letter)
    with pytest.raises(LetterHasMoved, match="version 2"):
        campaign.decide()
    assert campaign.decide(version=newer).letter_version is newer


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "Shorten"),
        ({"reservation": "except Part I"}, "reservation"),
        ({"excepted": {"a"}}, "reservation"),
        ({"reason": "because"}, "reason"),
        ({"decision": Decision.WITHDRAWN}, "nothing to withdraw"),
    ],
)
def test_a_decision_that_lacks_or_mixes_something_is_refused(campaign, values, words):
    with pytest.raises(IncompleteDecision, match=words):
        campaign.decide(**values)
    assert campaign.session.scalars(select(SignOff)).all() == []


def test_a_joined_organization_can_withdraw(campaign):
    joined = campaign.decide()
    campaign.decide(Decision.WITHDRAWN, seen=joined.id)
    assert signatories(campaign.session, campaign.version) == ()


def test_the_signer_gets_a_copy_without_the_link(campaign):
    made = campaign.decide(Decision.JOINED_WITH_RESERVATION, excepted={"b"}, title="President")
    mail = campaign.mails()[-1]
    for body in (mail.text, mail.html):
        assert "Joined with a reservation" in body
        assert made.reservation in body
        assert campaign.version.parts_json[0]["digest"] in body
        assert campaign.version.parts_json[1]["digest"] not in body
        assert "March 3, 2026, 10:00 a.m. Eastern" in body
        assert "/sign/" not in body


def test_a_decision_received_by_mail_is_recorded_as_such_even_after_the_deadline(campaign):
    late = dt.datetime(2026, 3, 25, tzinfo=dt.UTC)
    made = record_received(
        campaign.session,
        campaign.request,
        version=campaign.version,
        decision=Decision.JOINED,
        name="Ada Signer",
        actor="Josephine Staff",
        now=late,
    )
    assert made.recorded_by == "Josephine Staff"
    (signatory,) = signatories(campaign.session, campaign.version)
    assert signatory.recorded_by_mail
    assert "Josephine Staff" in campaign.mails()[-1].text


def test_the_reason_stays_out_of_the_audit_trail(campaign):
    campaign.decide(Decision.DECLINED, reason="A secret ground")
    assert not any("secret" in str(event.details) for event in campaign.session.scalars(select(audit.AuditEvent)))


def test_every_step_extends_a_chain_that_verifies(campaign):
    first = campaign.decide()
    campaign.decide(Decision.ABSTAINED, seen=first.id)
    count, breaks = audit.verify(campaign.session)
    assert (count, breaks) == (3, [])


# ------------------------------------------------------------------------------------------------- the signature block


def test_a_changed_wording_keeps_a_name_out_of_the_block_until_somebody_says_so(campaign):
    campaign.decide(title="President")
    world.reword(campaign.session, campaign.letter, "b", "Other words.")
    newer = world.version(campaign.session, campaign.letter)
    with pytest.raises(StaleSignOffs, match="Acme Metals"):
        signatories(campaign.session, newer)
    assert signatories(campaign.session, newer, leave_out_stale=True) == ()
    (printed,) = signatories(campaign.session, campaign.version)
    assert (printed.organization, printed.person, printed.title) == ("Acme Metals", "Ada Signer", "President")


def test_an_excepted_part_may_change_without_touching_the_signature(campaign):
    campaign.decide(Decision.JOINED_WITH_RESERVATION, excepted={"b"})
    world.reword(campaign.session, campaign.letter, "b", "Other words.")
    assert len(signatories(campaign.session, world.version(campaign.session, campaign.letter))) == 1


def test_a_part_added_later_is_reported_as_not_covered(campaign):
    made = campaign.decide()
    campaign.letter.parts.append(world.part("d"))
    newer = world.version(campaign.session, campaign.letter)
    block = signature_block(campaign.session, newer)
    assert block.current == (made,)
    assert [(entry.sign_off, entry.comparison.added) for entry in block.uncovered] == [(made, ("d",))]
    assert isinstance(block.uncovered[0], ComparedSignOff)


def test_who_declined_or_abstained_stands_in_no_block(campaign):
    campaign.decide(Decision.ABSTAINED)
    assert signatories(campaign.session, campaign.version) == ()
