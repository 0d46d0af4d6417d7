"""What an organization is to the association can change, as far as nothing is left without a lead."""

import pytest
from sqlalchemy import select

from commenttrack.audit import AuditEvent
from commenttrack.letters.leads import LeadsLetters, change_kind
from commenttrack.members.models import OrganizationKind, Person
from commenttrack.members.operations import LastLead, is_staff, lead
from tests.factories import world

BY = {"actor": "Ada", "now": world.NOW}
KIND = OrganizationKind


def test_a_change_is_recorded_with_what_it_was_before_and_only_when_there_is_one(session):
    member = world.organization(session)
    assert change_kind(session, member, KIND.PARTNER, **BY)
    assert not change_kind(session, member, KIND.PARTNER, **BY)
    events = session.scalars(select(AuditEvent).where(AuditEvent.subject == f"organization {member.id}")).all()
    assert [(event.action, event.details["before"], event.details["kind"]) for event in events] == [
        ("organization kind changed", "member", "partner")
    ]


def test_the_only_lead_stays_until_there_is_another(session):
    first = world.organization(session, kind=KIND.LEAD)
    with pytest.raises(LastLead, match="the only lead"):
        change_kind(session, first, KIND.PARTNER, **BY)
    second = world.organization(session)
    change_kind(session, second, KIND.LEAD, **BY)
    change_kind(session, first, KIND.OTHER, **BY)
    assert lead(session) is second
    with pytest.raises(LastLead):
        change_kind(session, second, KIND.MEMBER, **BY)


@pytest.mark.parametrize("kind", [KIND.MEMBER, KIND.OTHER])
def test_whoever_leads_a_letter_frozen_or_not_stays_a_lead_or_a_partner(session, kind):
    letter = world.letter(session, world.part("a"))
    world.version(session, letter)
    world.organization(session, kind=KIND.LEAD)
    with pytest.raises(LeadsLetters, match=letter.title):
        change_kind(session, letter.lead, kind, **BY)
    change_kind(session, letter.lead, KIND.PARTNER, **BY)
    assert letter.lead.kind is KIND.PARTNER


def test_one_that_leads_a_letter_with_others_stays_a_lead_or_a_partner(session):
    partner = world.organization(session, "The Partners", kind=KIND.PARTNER)
    letter = world.letter(session, world.part("a"))
    letter.head_json = {**letter.head_json, "lead": [letter.lead.name, partner.name]}
    session.flush()
    with pytest.raises(LeadsLetters):
        change_kind(session, partner, KIND.MEMBER, **BY)


def test_the_people_of_a_lead_are_staff_from_the_change_on(session):
    member = world.organization(session)
    person = world.person(session, member)
    assert person not in session.scalars(select(Person).where(is_staff())).all()
    change_kind(session, member, KIND.LEAD, **BY)
    assert person in session.scalars(select(Person).where(is_staff())).all()
