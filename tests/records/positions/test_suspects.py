"""Suspect links: the difference, the cause, and that nothing but a person's reason clears them."""

import datetime as dt

import pytest
from sqlalchemy import select

from commenttrack.audit import AuditEvent
from commenttrack.errors import Refused
from commenttrack.positions import mapping, suspects
from commenttrack.positions.models import Clearing, Position
from commenttrack.positions.operations import revise_position
from commenttrack.positions.stances import Stance
from commenttrack.rulemaking.models import Provision
from commenttrack.wording import wording_digest

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}


@pytest.fixture
def provision(session, document):
    return session.scalars(select(Provision).where(Provision.label == "15 CFR 1790.2(a)(1)")).one()


@pytest.fixture
def position(session, library):
    return session.scalars(select(Position).where(Position.label == "3(b)")).one()


@pytest.fixture
def link(session, provision, position):
    return mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)


def reword(session, provision, text):
    provision.text = text
    provision.wording_digest = wording_digest(provision.heading, provision.text)
    session.flush()


def today(link):
    return link.provision.wording_digest, link.position.current.wording_digest


def said(changes):
    return [(change.kind, change.text) for change in changes if change.kind != "same"]


def test_a_changed_provision_is_shown_beside_the_wording_at_review(session, link, provision):
    reword(session, provision, provision.text + " Nothing else.")
    (found,) = suspects.suspects(session, [link])
    (moved,) = found.moved
    assert (moved.side, moved.kept) == ("provision", True)
    assert said(moved.text) == [("insert", " Nothing else.")]


def test_the_wording_at_review_is_known_after_any_number_of_changes(session, link, provision):
    first = provision.text
    for number in range(3):
        reword(session, provision, f"Wording {number}.")
    (found,) = suspects.suspects(session, [link])
    before = "".join(change.text for change in found.moved[0].text if change.kind != "insert")
    assert before == first


def test_a_revised_position_is_shown_with_who_revised_it_and_when(session, link, position):
    statement = position.current.statement
    revise_position(session, position, heading=position.current.heading, statement=f"{statement} Now.", **BY)
    (found,) = suspects.suspects(session, [link])
    (moved,) = found.moved
    assert (moved.side, moved.by, moved.at) == ("position", "Ada", NOW)
    assert said(moved.text) == [("insert", " Now.")]


def test_clearing_needs_a_reason(session, link, provision):
    reword(session, provision, "Other words.")
    with pytest.raises(Refused, match="Say why"):
        suspects.clear_link(session, link, kind=Clearing.COSMETIC, reason=" ", seen=today(link), **BY)
    assert link.suspect


def test_clearing_keeps_who_why_and_both_wordings(session, document, link, provision):
    before = link.provision_digest
    reword(session, provision, "Other words.")
    suspects.clear_link(session, link, kind=Clearing.SUBSTANTIVE, reason="We hold it still.", seen=today(link), **BY)
    session.flush()
    (clearing,) = suspects.clearings_of(session, document)
    assert (clearing.cleared_by, clearing.kind, clearing.reason) == ("Ada", Clearing.SUBSTANTIVE, "We hold it still.")
    assert (clearing.provision_before, clearing.provision_after) == (before, provision.wording_digest)
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (last.action, last.details["reason"]) == ("suspect link cleared", "We hold it still.")
    assert suspects.suspect_links(session, document) == []


def test_a_clearing_of_wordings_that_moved_again_is_refused(session, link, provision):
    reword(session, provision, "Other words.")
    seen = today(link)
    reword(session, provision, "Still other words.")
    with pytest.raises(suspects.MovedAgain):
        suspects.clear_link(session, link, kind=Clearing.COSMETIC, reason="Style.", seen=seen, **BY)
    assert link.suspect


def test_a_link_that_is_not_suspect_cannot_be_cleared(session, link):
    with pytest.raises(suspects.NotSuspect):
        suspects.clear_link(session, link, kind=Clearing.COSMETIC, reason="Style.", seen=today(link), **BY)


def test_editing_a_suspect_link_does_not_clear_it(session, document, link, provision):
    reword(session, provision, "Other words.")
    mapping.change_mapping(
        session,
        link,
        expected_revision=link.revision,
        stance=Stance.OPPOSE,
        reason="Too broad.",
        request="",
        requested_text="",
        **BY,
    )
    session.flush()
    assert suspects.suspect_links(session, document) == [link]


def test_a_change_of_white_space_makes_nothing_suspect(session, document, link, provision):
    reword(session, provision, provision.text.replace(" ", "\u00a0\n", 1))
    assert suspects.suspect_links(session, document) == []
