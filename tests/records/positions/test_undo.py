"""Undoing what one did on the mapping, as long as nobody changed it since."""

import datetime as dt

import pytest
from sqlalchemy import select

from commenttrack.audit import AuditEvent
from commenttrack.members.operations import add_person
from commenttrack.positions import assignments, mapping, undo
from commenttrack.positions.models import Position, ProvisionAssignment, ProvisionPosition, ProvisionReview, UndoStep
from commenttrack.positions.stances import Stance

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}


@pytest.fixture
def ada(session):
    return add_person(session, name="Ada", email="ada@example.org", actor="test", now=NOW)


@pytest.fixture
def units(session, document):
    return mapping.provisions_to_cover(session, document)[:3]


@pytest.fixture
def provision(units):
    return units[0]


@pytest.fixture
def position(session, library):
    return session.scalars(select(Position).where(Position.label == "3(b)")).one()


def links_on(provision):
    return undo.Rows(ProvisionPosition, "provision_id", [provision.id])


def doing(session, document, person, *rows, done="Did it"):
    return undo.remembered(session, document.docket_id, *rows, person=person, done=done, now=NOW)


def back(session, document, person, **which):
    return undo.undo(session, document.docket_id, person=person, now=NOW, **which)


def review(session, document, person, units):
    with doing(session, document, person, undo.Rows(ProvisionReview, "provision_id", [unit.id for unit in units])):
        for unit in units:
            mapping.mark_reviewed(session, unit, **BY)


def reviewed(session):
    return set(session.scalars(select(ProvisionReview.provision_id)))


def test_an_action_on_several_rows_goes_back_as_one(session, document, ada, units):
    review(session, document, ada, units)
    assert len(reviewed(session)) == 3
    back(session, document, ada)
    assert reviewed(session) == set()


def test_what_was_there_before_stays_when_the_rest_goes_back(session, document, ada, units):
    mapping.mark_reviewed(session, units[0], **BY)
    review(session, document, ada, units)
    back(session, document, ada)
    assert reviewed(session) == {units[0].id}


def test_a_changed_link_says_again_what_it_said(session, document, ada, provision, position):
    link = mapping.map_position(session, provision, position, stance=Stance.OPPOSE, reason="First.", **BY)
    session.flush()
    seen = link.revision
    with doing(session, document, ada, links_on(provision)):
        mapping.change_mapping(
            session,
            link,
            expected_revision=seen,
            stance=Stance.CLARIFY,
            reason="Second.",
            request="Say.",
            requested_text="",
            **BY,
        )
    back(session, document, ada)
    assert (link.stance, link.reason, link.request) == (Stance.OPPOSE, "First.", "")
    assert link.revision > seen + 1, "a form opened before has not seen the change and the undo"


def test_a_link_that_was_taken_off_comes_back_whole(session, document, ada, provision, position):
    link = mapping.map_position(
        session, provision, position, stance=Stance.OPPOSE, reason="Too broad.", score=0.4, why=["export"], **BY
    )
    session.flush()
    identity = link.id
    with doing(session, document, ada, links_on(provision)):
        mapping.unmap(session, link, **BY)
    assert session.scalars(select(ProvisionPosition)).all() == []
    back(session, document, ada)
    again = session.scalars(select(ProvisionPosition)).one()
    assert (again.id, again.reason, again.score, again.why) == (identity, "Too broad.", 0.4, ["export"])
    assert again.created_at == NOW


def test_what_somebody_changed_since_is_not_undone_and_the_sentence_says_where(
    session, document, ada, provision, position
):
    with doing(session, document, ada, links_on(provision), done="Mapped 3(b)"):
        link = mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    mapping.change_mapping(
        session,
        link,
        expected_revision=link.revision,
        stance=Stance.OPPOSE,
        reason="Not so.",
        request="",
        requested_text="",
        actor="Bea",
        now=NOW,
    )
    session.flush()
    with pytest.raises(undo.ChangedSince, match=rf"“Mapped 3\(b\)” cannot be undone.*{provision.label[:6]}"):
        back(session, document, ada)
    assert link.stance is Stance.OPPOSE


def test_one_changed_row_keeps_the_whole_action(session, document, ada, units):
    review(session, document, ada, units)
    mapping.unmark_reviewed(session, units[1], actor="Bea", now=NOW)
    with pytest.raises(undo.ChangedSince):
        back(session, document, ada)
    assert reviewed(session) == {units[0].id, units[2].id}


def test_a_place_that_was_filled_again_is_not_overwritten(session, document, ada, provision, position):
    link = mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    other = session.scalars(select(Position).where(Position.label == "3.b")).one()
    later = mapping.map_position(session, provision, other, stance=Stance.SUPPORT, **BY)
    session.flush()
    with doing(session, document, ada, links_on(provision)):
        mapping.unmap(session, link, **BY)
    again = mapping.map_position(session, provision, position, stance=Stance.NEUTRAL, actor="Bea", now=NOW)
    session.flush()
    assert again.id != link.id or later is not None
    with pytest.raises(undo.ChangedSince):
        back(session, document, ada)
    assert again.stance is Stance.NEUTRAL


def test_steps_go_back_one_after_the_other(session, document, ada, provision):
    for day in (1, 2):
        with doing(session, document, ada, undo.Rows(ProvisionAssignment, "provision_id", [provision.id])):
            assignments.set_due(session, [provision], dt.date(2026, 4, day), **BY)
    back(session, document, ada)
    assert session.scalars(select(ProvisionAssignment.due)).one() == dt.date(2026, 4, 1)
    back(session, document, ada)
    assert session.scalars(select(ProvisionAssignment.due)).all() == []
    with pytest.raises(undo.NothingToUndo):
        back(session, document, ada)


def test_nobody_undoes_what_another_did(session, document, ada, units):
    bea = add_person(session, name="Bea", email="bea@example.org", actor="test", now=NOW)
    review(session, document, ada, units)
    step = session.scalars(select(UndoStep)).one()
    with pytest.raises(undo.NothingToUndo):
        back(session, document, bea, step_id=step.id)


def test_an_action_that_changed_nothing_leaves_no_step(session, document, ada, units):
    mapping.mark_reviewed(session, units[0], **BY)
    review(session, document, ada, units[:1])
    assert undo.steps_of(session, document.docket_id, ada) == []


def test_only_the_last_steps_are_kept(session, document, ada, provision):
    for number in range(undo.KEPT + 3):
        with doing(
            session, document, ada, undo.Rows(ProvisionAssignment, "provision_id", [provision.id]), done=str(number)
        ):
            assignments.set_due(session, [provision], dt.date(2026, 4, 1) + dt.timedelta(number), **BY)
    kept = [step.done for step in undo.steps_of(session, document.docket_id, ada)]
    assert kept == [str(number) for number in reversed(range(3, undo.KEPT + 3))]


def test_an_undo_is_in_the_trail(session, document, ada, units):
    review(session, document, ada, units)
    back(session, document, ada)
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (last.actor, last.action, last.details["done"]) == ("Ada", "undone", "Did it")
    assert len(last.details["rows"]) == 3


def test_giving_provisions_to_somebody_keeps_their_days(session, document, ada, units):
    assignments.set_due(session, units, dt.date(2026, 4, 1), **BY)
    assignments.give(session, units[:2], ada, **BY)
    session.flush()
    rows = {row.provision_id: (row.owner, row.due) for row in session.scalars(select(ProvisionAssignment))}
    assert rows == {
        units[0].id: (ada, dt.date(2026, 4, 1)),
        units[1].id: (ada, dt.date(2026, 4, 1)),
        units[2].id: (None, dt.date(2026, 4, 1)),
    }


def test_a_provision_given_to_nobody_with_no_day_has_no_assignment(session, document, ada, units):
    assignments.give(session, units, ada, **BY)
    assert assignments.give(session, units, None, **BY) == units
    session.flush()
    assert session.scalars(select(ProvisionAssignment)).all() == []
