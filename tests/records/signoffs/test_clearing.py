"""Judging changes of wording that people signed."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.letters.operations import edit_part
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.board import board
from commenttrack.signoffs.certificate import certificate_content, certificate_html
from commenttrack.signoffs.clearing import Judgement, NothingToJudge, changes_to_judge, judge, take_back
from commenttrack.signoffs.lifecycle import Decision, PartState, Standing, Weight
from commenttrack.signoffs.models import WordingClearance
from commenttrack.signoffs.operations import decide, invite
from commenttrack.signoffs.reading import signature_block
from commenttrack.signoffs.refusals import CannotBeAsked
from commenttrack.wording import wording_digest
from tests.factories import world

LATER = world.NOW + dt.timedelta(days=1)


class Campaign:
    """A frozen letter of parts a, b and c, and members who joined it."""

    def __init__(self, session, tmp_path):
        self.session, self.settings = session, world.settings(tmp_path)
        self.letter = world.letter(session)
        self.freeze()

    def freeze(self):
        self.version = world.version(self.session, self.letter)
        return self.version

    def reword(self, key, text):
        world.reword(self.session, self.letter, key, text)
        return self.freeze()

    def join(self, name, **values):
        member = world.organization(self.session, name)
        person = world.signer(self.session, member)
        invite(self.session, self.letter, member, person, actor="S", now=world.NOW, settings=self.settings)
        token = self.mails()[-1].secret
        decision = Decision.JOINED_WITH_RESERVATION if values else Decision.JOINED
        return decide(
            self.session, token, version=self.version, decision=decision, name=person.name, now=world.NOW, **values
        )

    def mails(self):
        return self.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()

    def changes(self):
        return changes_to_judge(self.session, self.letter)

    def judge(self, *judged, now=LATER):
        return judge(
            self.session,
            self.letter,
            [Judgement(change.change, weight, reason) for change, weight, reason in judged],
            actor="Dana Reyes",
            now=now,
            settings=self.settings,
        )

    def standings(self):
        return {row.request.organization.name: row.standing for row in board(self.session, self.letter).rows}


@pytest.fixture
def campaign(session, tmp_path):
    return Campaign(session, tmp_path)


def test_a_change_judged_cosmetic_leaves_sign_offs_standing_and_tells_their_signers_what_changed_and_why(campaign):
    campaign.join("Acme")
    campaign.reword("b", "What we state in part b.")
    (change,) = campaign.changes()
    assert [sign_off.organization.name for sign_off in change.sign_offs] == ["Acme"]
    assert campaign.standings() == {"Acme": Standing.STALE}
    told = campaign.judge((change, Weight.COSMETIC, "A synonym."))
    assert campaign.standings() == {"Acme": Standing.JOINED}
    assert [each.organization.name for each in told.informed] == ["Acme"]
    mail = campaign.mails()[-1]
    assert "[removed: say] [added: state]" in mail.text.replace("\n", " ")
    assert "Dana Reyes: A synonym." in mail.text
    assert "[removed: say]" in mail.html
    assert mail.secret == ""
    (row,) = board(campaign.session, campaign.letter).rows
    assert row.states == (PartState.COVERED, PartState.CLEARED, PartState.COVERED)
    block = signature_block(campaign.session, campaign.version)
    assert [entry.comparison.cleared for entry in block.cleared] == [("b",)]


def test_a_change_judged_substantive_asks_its_signers_again_and_they_stay_stale_until_they_answer(campaign):
    campaign.join("Acme")
    version = campaign.reword("b", "We oppose it.")
    told = campaign.judge((campaign.changes()[0], Weight.SUBSTANTIVE, "Our stance changed."))
    assert [each.organization.name for each in told.asked_again] == ["Acme"]
    assert campaign.standings() == {"Acme": Standing.STALE}
    mail = campaign.mails()[-1]
    assert "have changed" in mail.text
    assert mail.secret
    decide(
        campaign.session,
        mail.secret,
        version=version,
        decision=Decision.JOINED,
        name="A",
        seen=board(campaign.session, campaign.letter).rows[0].sign_off.id,
        now=LATER,
    )
    assert campaign.standings() == {"Acme": Standing.JOINED}


def test_only_those_who_agreed_to_the_part_are_written_to_and_each_once(campaign):
    campaign.join("Acme")
    campaign.join("Brass", excepted={"b"})
    campaign.join("Copper")
    world.reword(campaign.session, campaign.letter, "a", "What we state in part a.")
    campaign.reword("b", "We oppose it.")
    before = len(campaign.mails())
    by_key = {change.change.part_key: change for change in campaign.changes()}
    assert [each.organization.name for each in by_key["b"].sign_offs] == ["Acme", "Copper"]
    told = campaign.judge((by_key["a"], Weight.COSMETIC, "A synonym."), (by_key["b"], Weight.SUBSTANTIVE, "New."))
    assert {each.organization.name for each in told.asked_again} == {"Acme", "Copper"}
    assert {each.organization.name for each in told.informed} == {"Brass"}
    assert len(campaign.mails()) == before + 3
    assert campaign.standings() == {
        "Acme": Standing.STALE,
        "Brass": Standing.JOINED_WITH_RESERVATION,
        "Copper": Standing.STALE,
    }


def test_cosmetic_steps_never_add_up_to_a_change_nobody_judged(campaign):
    campaign.join("Acme")
    campaign.reword("b", "What we state in part b.")
    campaign.judge((campaign.changes()[0], Weight.COSMETIC, "A synonym."))
    campaign.reword("b", "What we state in part b today.")
    assert campaign.standings() == {"Acme": Standing.STALE}
    (change,) = campaign.changes()
    assert change.judged is None
    assert "".join(run.text for run in change.difference.text if run.kind != "insert") == "What we say in part b."


def test_a_part_taken_out_can_be_judged_like_a_change(campaign):
    campaign.join("Acme")
    campaign.letter.parts[2].included = False
    campaign.freeze()
    (change,) = campaign.changes()
    assert change.change.after == ""
    assert change.difference.what == "removed"
    campaign.judge((change, Weight.COSMETIC, "Said again in part b."))
    assert campaign.standings() == {"Acme": Standing.JOINED}


def test_a_part_added_later_is_nothing_to_judge_and_stays_uncovered(campaign):
    campaign.join("Acme")
    added = world.part("d")
    added.place = 3
    campaign.letter.parts.append(added)
    campaign.freeze()
    assert campaign.changes() == []
    (row,) = board(campaign.session, campaign.letter).rows
    assert row.states[-1] is PartState.NOT_COVERED


def test_a_judgement_needs_a_reason_and_leaves_nothing_without_one(campaign):
    campaign.join("Acme")
    campaign.reword("b", "Other.")
    with pytest.raises(Refused, match="Say why"):
        campaign.judge((campaign.changes()[0], Weight.COSMETIC, "  "))
    assert campaign.session.scalars(select(WordingClearance)).all() == []


def test_a_change_is_judged_once_and_the_second_person_is_told_by_whom(campaign):
    campaign.join("Acme")
    campaign.reword("b", "Other.")
    (change,) = campaign.changes()
    campaign.judge((change, Weight.SUBSTANTIVE, "It is."))
    with pytest.raises(NothingToJudge, match="Dana Reyes judged"):
        campaign.judge((change, Weight.COSMETIC, "It is not."))


def test_a_judgement_of_a_change_that_is_no_longer_there_is_refused(campaign):
    campaign.join("Acme")
    campaign.reword("b", "Other.")
    (change,) = campaign.changes()
    campaign.reword("b", "What we say in part b.")
    with pytest.raises(NothingToJudge, match="moved while"):
        campaign.judge((change, Weight.COSMETIC, "A synonym."))


def test_a_judgement_taken_back_makes_the_sign_off_stale_again_and_both_stay_in_the_trail(campaign):
    campaign.join("Acme")
    campaign.reword("b", "What we state in part b.")
    campaign.judge((campaign.changes()[0], Weight.COSMETIC, "A synonym."))
    judged = campaign.changes()[0].judged
    take_back(campaign.session, judged, actor="Lee Park", reason="“State” is a word of art.", now=LATER)
    with pytest.raises(NothingToJudge, match="already"):  # a second click
        take_back(campaign.session, judged, actor="Lee Park", reason="“State” is a word of art.", now=LATER)
    assert campaign.standings() == {"Acme": Standing.STALE}
    actions = [
        (event.action, event.actor)
        for event in campaign.session.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.number))
    ]
    assert ("change judged cosmetic", "Dana Reyes") in actions
    assert ("judgement of a change taken back", "Lee Park") in actions


def test_after_the_time_for_decisions_a_substantive_change_cannot_be_sent_round(campaign):
    campaign.join("Acme")
    campaign.reword("b", "Other.")
    with pytest.raises(CannotBeAsked, match="time for decisions"):
        campaign.judge((campaign.changes()[0], Weight.SUBSTANTIVE, "It is."), now=LATER + dt.timedelta(days=60))


def test_a_signer_without_an_address_is_reported_so_that_the_staff_tells_them(campaign):
    sign_off = campaign.join("Acme")
    sign_off.request.person.email = None
    campaign.reword("b", "What we state in part b.")
    told = campaign.judge((campaign.changes()[0], Weight.COSMETIC, "A synonym."))
    assert [each.organization.name for each in told.without_address] == ["Acme"]


def test_who_moved_a_part_and_when_is_told_from_the_audit_trail(campaign):
    campaign.join("Acme")
    part = campaign.letter.parts[1]
    edited_at = world.NOW + dt.timedelta(hours=3)
    edit_part(
        campaign.session,
        part,
        expected_revision=part.revision,
        heading=part.heading,
        text="Other words.",
        requested_text="",
        actor="Lee Park",
        now=edited_at,
    )
    campaign.session.flush()
    campaign.freeze().frozen_at = edited_at + dt.timedelta(hours=1)
    (change,) = campaign.changes()
    assert [(cause.actor, cause.at, cause.action) for cause in change.causes] == [
        ("Lee Park", edited_at, "part edited")
    ]


TEXTS = st.sampled_from(["one", "two", " one ", "two two", "three"])
KEYS = "abcde"
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reword"), st.sampled_from(KEYS), TEXTS),
        st.tuples(st.just("leave out"), st.sampled_from(KEYS), st.booleans()),
        st.tuples(st.just("join"), st.sets(st.sampled_from(KEYS), max_size=3), st.none()),
        st.tuples(st.just("judge"), st.integers(0, 4), st.sampled_from(Weight)),
    ),
    max_size=14,
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_sign_off_is_current_exactly_when_each_covered_wording_is_there_or_its_change_was_judged_cosmetic(
    session, tmp_path, steps
):
    """Random edits, reservations and judgements against a plain bookkeeping of digests."""
    outer = session.begin_nested()
    campaign = Campaign(session, tmp_path)
    for key in KEYS[3:]:
        added = world.part(key)
        added.place = len(campaign.letter.parts)
        campaign.letter.parts.append(added)
    campaign.freeze()
    kept, cosmetic = {}, set()
    for number, (what, subject, value) in enumerate(steps):
        shown = {part["key"]: part["digest"] for part in campaign.version.parts_json}
        if what == "reword":
            campaign.reword(subject, value)
        elif what == "leave out":
            part = next(part for part in campaign.letter.parts if part.key == subject)
            part.included = value or sum(each.included for each in campaign.letter.parts) == 1
            campaign.freeze()
        elif what == "join":
            excepted = subject & set(shown)
            if len(excepted) == len(shown):
                continue
            campaign.join(f"Member {number}", **({"excepted": excepted} if excepted else {}))
            kept[f"Member {number}"] = {key: digest for key, digest in shown.items() if key not in excepted}
        else:
            open_changes = [change for change in campaign.changes() if change.judged is None]
            if subject < len(open_changes):
                change = open_changes[subject].change
                campaign.judge((open_changes[subject], value, "A reason."))
                if value is Weight.COSMETIC:
                    cosmetic.add((change.part_key, change.before, change.after))
    today = {
        part.key: wording_digest(part.heading, part.text, part.requested_text)
        for part in campaign.letter.parts
        if part.included
    }
    expected = {
        name: all(
            today.get(key, "") == digest or (key, digest, today.get(key, "")) in cosmetic
            for key, digest in covered.items()
        )
        for name, covered in kept.items()
    }
    assert {name: standing is not Standing.STALE for name, standing in campaign.standings().items()} == expected
    outer.rollback()
    session.expunge_all()


def test_the_certificate_names_the_judgement_that_a_signature_rests_on(campaign):
    campaign.join("Acme")
    version = campaign.reword("b", "What we state in part b.")
    campaign.judge((campaign.changes()[0], Weight.COSMETIC, "A synonym."))
    certificate = certificate_content(campaign.session, version, files=[], now=LATER)
    (decision,) = certificate.signed
    assert decision.cleared == ("II. Heading b",)
    (clearance,) = certificate.clearances
    assert (clearance.part, clearance.by, clearance.reason) == ("II. Heading b", "Dana Reyes", "A synonym.")
    assert "judged cosmetic" in certificate_html(certificate, stamp=LATER)
