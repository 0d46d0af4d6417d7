"""Asking everybody on a list: all of it in one transaction, or nothing."""

import pytest
from sqlalchemy import func, select

from commenttrack.errors import Refused
from commenttrack.members.models import Organization, OrganizationKind, Person
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.invitation_lists import Invitee
from commenttrack.signoffs.inviting import ListMoved, Outcome, check, digest_of, invite_listed
from commenttrack.signoffs.models import SignOffRequest
from tests.factories import world

NOW = world.NOW


@pytest.fixture
def letter(session):
    made = world.letter(session)
    world.version(session, made)
    return made


def row(organization, email="ada@example.org", person="Ada Signer", note="", number=2):
    return Invitee(number, organization, person, email, "President", note)


def outcomes(session, letter, *rows):
    return [each.outcome for each in check(session, letter, rows)]


def send(session, letter, tmp_path, *rows, digest=None, **values):
    return invite_listed(
        session,
        letter,
        rows,
        digest=digest or digest_of(check(session, letter, rows)),
        kind=OrganizationKind.PARTNER,
        actor="Staff",
        now=NOW,
        settings=world.settings(tmp_path),
        **values,
    )


def counts(session):
    return [session.scalar(select(func.count()).select_from(each)) for each in (Organization, Person, SignOffRequest)]


def test_looking_stores_nothing(session, letter):
    before = counts(session)
    assert outcomes(session, letter, row("New Makers")) == [Outcome.NEW]
    assert counts(session) == before
    assert not session.new


def test_a_new_organization_and_person_are_added_and_asked(session, letter, tmp_path):
    (request,) = send(session, letter, tmp_path, row("New Makers", note="For you."), note="For all.")
    assert (request.organization.name, request.organization.kind) == ("New Makers", OrganizationKind.PARTNER)
    assert (request.person.name, request.person.title) == ("Ada Signer", "President")
    assert [signatory.person_id for signatory in request.organization.signatories] == [request.person_id]
    text = session.scalars(select(OutgoingMail.text)).one()
    assert text.index("For all.") < text.index("For you.")


def test_a_known_organization_is_found_however_its_name_is_written(session, letter, tmp_path):
    known = world.organization(session, "The Acme Metals, LLC")
    (checked,) = check(session, letter, [row("ACME metals LLC")])
    assert checked.outcome is Outcome.KNOWN
    assert "Known as The Acme Metals, LLC." in checked.sentence
    (request,) = send(session, letter, tmp_path, row("ACME metals LLC"))
    assert request.organization is known


def test_a_known_person_keeps_their_name(session, letter, tmp_path):
    known = world.signer(session, world.organization(session, "Acme"), name="Ada B. Signer", email="ada@example.org")
    assert "Ada B. Signer" in check(session, letter, [row("Acme")])[0].sentence
    assert send(session, letter, tmp_path, row("Acme"))[0].person is known


def test_who_was_asked_before_is_left_alone(session, letter, tmp_path):
    send(session, letter, tmp_path, row("Acme"))
    assert outcomes(session, letter, row("Acme"), row("Birch", "ben@example.org")) == [Outcome.ASKED, Outcome.NEW]
    assert len(send(session, letter, tmp_path, row("Acme"), row("Birch", "ben@example.org"))) == 1


def test_an_address_of_somebody_elses_person_is_refused(session, letter):
    world.signer(session, world.organization(session, "Birch"), email="ben@example.org")
    world.organization(session, "Acme")
    assert outcomes(session, letter, row("Acme", "ben@example.org")) == [Outcome.REFUSED]
    assert outcomes(session, letter, row("New Makers", "ben@example.org")) == [Outcome.REFUSED]
    assert outcomes(session, letter, row("New A"), row("New B")) == [Outcome.REFUSED] * 2


def test_a_name_that_may_be_meant_for_the_organization_of_its_address_is_named(session, letter):
    world.signer(session, world.organization(session, "Birch, Inc."), email="ben@example.org")
    (refused,) = check(session, letter, [row("Birch Company Trust", "ben@example.org")])
    assert " of Birch, Inc. If that is meant, write its name so; else: Add the organization" in refused.sentence


def test_what_changed_since_the_preview_stops_everything(session, letter, tmp_path):
    digest = digest_of(check(session, letter, [row("Acme")]))
    world.organization(session, "The Acme")
    before = counts(session)
    with pytest.raises(ListMoved):
        send(session, letter, tmp_path, row("Acme"), digest=digest)
    assert counts(session) == before


def test_a_list_nobody_of_which_can_be_asked_is_refused(session, letter, tmp_path):
    send(session, letter, tmp_path, row("Acme"))
    with pytest.raises(Refused, match="Nobody on this list"):
        send(session, letter, tmp_path, row("Acme"))
