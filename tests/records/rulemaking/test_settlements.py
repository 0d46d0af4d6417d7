"""What people settle about a document: kept, applied to the rows that are there, found again at the next import."""

import datetime as dt

import pytest
from sqlalchemy import select

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.positions.mapping import map_position
from commenttrack.positions.models import Position, ProvisionPosition, Stance
from commenttrack.rulemaking import settlements
from commenttrack.rulemaking.models import Provision
from commenttrack.rulemaking.operations import import_rule, parsed_rule
from tests.factories.ambiguous_rule import ambiguous_rule

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
NINTH, FIRST = "4 CFR 21.1(i)", "4 CFR 21.1(h)(1)(i)"
WHO = {"actor": "Ada Reader", "now": NOW}


def stored(session, storage, data=None, docket=None):
    return import_rule(
        session, data or ambiguous_rule(), name="rule.xml", storage=storage, docket=docket, actor="A test", now=NOW
    )


def settle(session, storage, document, reading=FIRST, **more):
    return settlements.settle(
        session, document, provision="s21.1-i", reading=reading, storage=storage, **{**WHO, **more}
    )


def last(session, document):
    return session.scalars(
        select(Provision).where(Provision.rule_document_id == document.id).order_by(Provision.place.desc())
    ).first()


def test_the_provision_keeps_its_row_and_gets_the_settled_citation(session, storage):
    document = stored(session, storage)
    row = last(session, document).id
    changed = settle(session, storage, document)
    provision = last(session, document)
    assert [(each.before, each.after) for each in changed] == [(NINTH, FIRST)]
    assert (provision.id, provision.label, provision.key) == (row, FIRST, "s21.1-h-1-i")
    assert provision.parent.label == "4 CFR 21.1(h)(1)"


def test_nothing_is_left_to_settle_afterwards_and_the_rows_read_back_as_the_file_parses(session, storage):
    document = stored(session, storage)
    settle(session, storage, document)
    assert settlements.open_ambiguities(document) == []
    rule = parsed_rule(session, document)
    assert rule.provisions[-1].label == FIRST
    assert len(rule.settled) == 1


def test_what_is_mapped_to_the_paragraph_stays_mapped(session, storage, library):
    document = stored(session, storage)
    position = session.scalars(select(Position)).first()
    link = map_position(session, last(session, document), position, stance=Stance.SUPPORT, **WHO)
    settle(session, storage, document)
    session.expire_all()
    link = session.get(ProvisionPosition, link.id)
    assert link.provision.label == FIRST
    assert not link.suspect


def test_who_settled_what_and_why_is_in_the_trail(session, storage):
    document = stored(session, storage)
    settle(session, storage, document, reason="  The printed page shows the indent.  ")
    [row] = settlements.settlements_of(session, document)
    assert (row.reading, row.instead_of, row.settled_by, row.settled_at) == (FIRST, NINTH, "Ada Reader", NOW)
    event = session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.action == "level settled")).one()
    assert (event.actor, event.details["reason"]) == ("Ada Reader", "The printed page shows the indent.")
    assert event.details["cited_otherwise"] == [[NINTH, FIRST]]


def test_agreeing_with_the_program_settles_it_too(session, storage):
    document = stored(session, storage)
    assert settle(session, storage, document, reading=NINTH) == []
    assert settlements.open_ambiguities(document) == []
    assert last(session, document).label == NINTH


def test_a_new_import_of_the_same_file_is_read_as_settled(session, storage):
    settle(session, storage, stored(session, storage))
    again = stored(session, storage)
    assert last(session, again).label == FIRST
    assert settlements.open_ambiguities(again) == []


def test_a_corrected_file_is_read_as_settled_where_the_words_are_the_same(session, storage):
    first = stored(session, storage)
    settle(session, storage, first)
    corrected = stored(session, storage, ambiguous_rule("<P>(g) New before it.</P>"), docket=first.docket)
    assert last(session, corrected).label == FIRST
    known = settlements.settlements_of(session, corrected)
    assert settlements.in_force(corrected, known) == {known[0].id: "s21.1-h-1-i"}


def test_a_settlement_that_no_paragraph_matches_any_more_is_known(session, storage):
    settle(session, storage, stored(session, storage))
    other = stored(session, storage, ambiguous_rule(last="Other words altogether."))
    [known] = settlements.settlements_of(session, other)
    assert settlements.in_force(other, [known]) == {}
    assert known.text == "Who keeps it says where."
    assert len(settlements.open_ambiguities(other)) == 1


def test_another_document_is_not_under_the_settlement(session, storage):
    settle(session, storage, stored(session, storage))
    other = stored(session, storage, ambiguous_rule(number="2017-00001"))
    assert settlements.settlements_of(session, other) == []
    assert last(session, other).label == NINTH


def test_a_document_without_a_number_is_known_again_in_its_docket_only(session, storage):
    first = stored(session, storage, ambiguous_rule(number=""))
    settle(session, storage, first)
    beside = stored(session, storage, ambiguous_rule("<P>(g) New.</P>", number=""), docket=first.docket)
    elsewhere = stored(session, storage, ambiguous_rule(number=""))
    assert [last(session, document).label for document in (beside, elsewhere)] == [FIRST, NINTH]


def test_a_settlement_can_be_taken_back(session, storage):
    document = stored(session, storage)
    row = last(session, document).id
    settle(session, storage, document)
    [known] = settlements.settlements_of(session, document)
    settlements.take_back(session, document, known, storage=storage, **WHO)
    assert (last(session, document).id, last(session, document).label) == (row, NINTH)
    assert len(settlements.open_ambiguities(document)) == 1
    assert session.scalars(select(audit.AuditEvent.action).order_by(audit.AuditEvent.number.desc())).first() == (
        "settlement taken back"
    )


def test_two_people_settling_the_same_paragraph_do_not_overwrite_each_other(session, storage):
    document = stored(session, storage)
    settle(session, storage, document)
    with pytest.raises(Conflict, match="settled meanwhile"):
        settle(session, storage, document, reading=NINTH)


def test_only_a_reading_the_program_found_can_be_chosen(session, storage):
    with pytest.raises(Refused, match="not one of the readings"):
        settle(session, storage, stored(session, storage), reading="4 CFR 21.1(z)")


def test_rows_that_the_file_no_longer_gives_are_left_alone(session, storage):
    document = stored(session, storage)
    last(session, document).text = "Altered since."
    session.flush()
    with pytest.raises(settlements.ReadDifferently, match="Import the document into a new docket"):
        settle(session, storage, document)
