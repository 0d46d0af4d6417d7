"""The conditions of a letter gate the freezing of the version that is filed, and of no other."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from commenttrack import audit
from commenttrack.letters.operations import NotReadyToFreeze, freeze
from commenttrack.signoffs.campaigns import set_conditions
from commenttrack.signoffs.certificate import certificate_content, certificate_html
from commenttrack.signoffs.finals import (
    NotFrozenForFiling,
    QuorumNotMet,
    freeze_for_filing,
    gate_of_draft,
    gate_of_version,
    make_final,
)
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.models import FinalVersion
from commenttrack.signoffs.operations import invite, record_received
from commenttrack.signoffs.reading import current_decision
from commenttrack.storage import Storage
from tests.factories import world

LATER = world.NOW + dt.timedelta(days=1)
# What the database decides is tested on both, the rest on the quicker one.
ONE_DATABASE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
WHY = "The board decided on March 3 to file without them."


class Coalition:
    """A letter that must be joined by Acme Metals and one more, and the members asked."""

    def __init__(self, session, tmp_path):
        self.session, self.settings = session, world.settings(tmp_path)
        self.storage = Storage(f"file://{tmp_path / 'files'}")
        self.letter = world.letter(session)
        self.acme = world.organization(session, "Acme Metals")
        set_conditions(
            session,
            self.letter,
            lead_must_join=False,
            at_least=2,
            must_join=[self.acme],
            mailed_code=False,
            actor="Dana Reyes",
            now=world.NOW,
        )

    def decide(self, organization, decision=Decision.JOINED):
        person = world.signer(self.session, organization)
        request = invite(
            self.session, self.letter, organization, person, actor="S", now=world.NOW, settings=self.settings
        )
        current = current_decision(self.session, request)
        record_received(
            self.session,
            request,
            version=self.letter.versions[-1],
            decision=decision,
            name=person.name,
            seen=current.id if current else None,
            actor="Dana Reyes",
            now=world.NOW,
        )

    def joined(self):
        """Both conditions met on version 1."""
        self.freeze_to_be_signed()
        self.decide(self.acme)
        self.decide(world.organization(self.session, "Birch Optics"))
        return self

    def freeze_to_be_signed(self):
        return freeze(self.session, self.letter, storage=self.storage, actor="Dana Reyes", now=world.NOW)

    def freeze_for_filing(self, **values):
        return freeze_for_filing(
            self.session, self.letter, storage=self.storage, actor="Dana Reyes", now=LATER, **values
        )


@pytest.fixture
def coalition(session, tmp_path):
    return Coalition(session, tmp_path)


@ONE_DATABASE
def test_a_version_to_be_signed_is_frozen_before_anybody_joined_and_says_what_is_missing(coalition):
    version = coalition.freeze_to_be_signed()
    gate = gate_of_version(coalition.session, version)
    assert gate.final is None
    assert gate.shortfalls == (
        "These must join and have not: Acme Metals.",
        "At least 2 organizations must join, and 0 stand under it.",
    )


def test_freezing_for_filing_is_refused_while_a_condition_is_not_met(coalition):
    coalition.freeze_to_be_signed()
    coalition.decide(coalition.acme)
    with pytest.raises(QuorumNotMet, match="At least 2 organizations must join, and 1 stands under it"):
        coalition.freeze_for_filing()
    assert coalition.session.scalars(select(FinalVersion)).all() == []


@ONE_DATABASE
def test_once_enough_joined_the_version_they_signed_is_frozen_for_filing(coalition):
    final = coalition.joined().freeze_for_filing()
    assert final.letter_version.number == 1
    assert (final.standing_json, final.shortfalls, final.reason) == (["Acme Metals", "Birch Optics"], "", "")
    assert len(coalition.letter.versions) == 1


@ONE_DATABASE
def test_a_draft_that_was_reworded_is_not_frozen_for_filing_on_signatures_for_other_words(coalition):
    coalition.joined()
    world.reword(coalition.session, coalition.letter, "a", "Other words.")
    assert gate_of_draft(coalition.session, coalition.letter).standing == ()
    with pytest.raises(QuorumNotMet, match="0 stand under it"):
        coalition.freeze_for_filing()
    assert len(coalition.letter.versions) == 1
    assert coalition.freeze_to_be_signed().number == 2


def test_a_reason_lets_it_be_frozen_and_stays_with_the_version_in_the_trail_and_on_the_certificate(coalition):
    coalition.joined()
    world.reword(coalition.session, coalition.letter, "a", "Other words.")
    final = coalition.freeze_for_filing(without_quorum=f"  {WHY}\n")
    assert (final.letter_version.number, final.reason) == (2, WHY)
    event = coalition.session.scalars(
        select(audit.AuditEvent).where(audit.AuditEvent.action == "version frozen for filing")
    ).one()
    assert (event.details["without_quorum"], event.details["version"]) == (WHY, 2)
    certificate = certificate_content(
        coalition.session, final.letter_version, files=[], without_quorum=final.reason, now=LATER
    )
    page = certificate_html(certificate, stamp=LATER)
    assert f"Frozen all the same, because: {WHY}" in page
    assert "Conditions now" not in page


@ONE_DATABASE
def test_a_reason_that_is_not_needed_is_not_kept(coalition):
    assert coalition.joined().freeze_for_filing(without_quorum=WHY).reason == ""


@ONE_DATABASE
def test_freezing_for_filing_twice_is_once(coalition):
    first = coalition.joined().freeze_for_filing()
    assert make_final(coalition.session, first.letter_version, actor="Another", now=LATER).id == first.id


def test_the_database_keeps_no_version_short_of_signatures_without_a_reason(coalition):
    version = coalition.freeze_to_be_signed()
    with pytest.raises(IntegrityError), coalition.session.begin_nested():
        coalition.session.add(
            FinalVersion(
                letter_version=version,
                conditions="at least 2 organizations",
                standing_json=[],
                shortfalls="At least 2 organizations must join, and 0 stand under it.",
                reason="",
                frozen_by="Nobody",
                frozen_at=LATER,
            )
        )
        coalition.session.flush()


@ONE_DATABASE
class TestFiling:
    """What a version frozen for filing, or not, means for its packet."""

    def gate(self, coalition):
        return gate_of_version(coalition.session, coalition.letter.versions[-1])

    def test_a_version_that_was_only_frozen_to_be_signed_is_not_filed(self, coalition):
        with pytest.raises(NotFrozenForFiling, match="Freeze it for filing first"):
            self.gate(coalition.joined()).reason_to_file(WHY)

    def test_without_conditions_any_frozen_version_is_filed(self, session):
        version = world.version(session, world.letter(session))
        assert gate_of_version(session, version).reason_to_file("") == ""

    def test_the_reason_given_when_it_was_frozen_is_not_asked_for_again_when_more_join(self, coalition):
        coalition.freeze_to_be_signed()
        coalition.freeze_for_filing(without_quorum=WHY)
        assert self.gate(coalition).reason_to_file("") == WHY
        coalition.decide(coalition.acme)
        assert self.gate(coalition).reason_to_file("") == WHY

    def test_it_does_not_answer_for_somebody_who_left_afterwards(self, coalition):
        coalition.freeze_to_be_signed()
        coalition.decide(coalition.acme)
        coalition.freeze_for_filing(without_quorum=WHY)
        coalition.decide(coalition.acme, Decision.WITHDRAWN)
        gate = self.gate(coalition)
        with pytest.raises(QuorumNotMet, match="Acme Metals"):
            gate.reason_to_file("")
        assert gate.reason_to_file("They told the board.") == "They told the board."

    def test_nor_for_conditions_that_were_set_afterwards(self, coalition):
        coalition.joined().freeze_for_filing()
        set_conditions(
            coalition.session,
            coalition.letter,
            lead_must_join=False,
            at_least=3,
            must_join=[],
            mailed_code=False,
            actor="Dana Reyes",
            now=LATER,
        )
        with pytest.raises(QuorumNotMet, match="At least 3 organizations"):
            self.gate(coalition).reason_to_file("")


@ONE_DATABASE
def test_what_reads_as_a_frozen_version_is_still_not_frozen_twice_to_be_signed(coalition):
    coalition.freeze_to_be_signed()
    with pytest.raises(NotReadyToFreeze, match="word for word as version 1"):
        coalition.freeze_to_be_signed()
