"""The audit chain: append-only, and any alteration in the database is found."""

import datetime as dt
import threading

import pytest
from sqlalchemy import delete, text, update

from commenttrack.audit import AuditEvent, AuditTrailIsAppendOnly, record, verify
from commenttrack.db import make_sessions, transaction

NOW = dt.datetime(2026, 3, 2, 15, 0, 0, 123456, tzinfo=dt.UTC)


def write(session, count=5):
    return [
        record(
            session,
            actor=f"Person {n}",
            action="part edited",
            subject="letter 1",
            now=NOW + dt.timedelta(seconds=n),
            part=f"p{n}",
            after="é “quoted” 日本",
        )
        for n in range(count)
    ]


def test_an_untouched_chain_verifies_after_it_was_read_back(engine):
    sessions = make_sessions(engine)
    with sessions() as session, transaction(session):
        write(session)
    with sessions() as session:
        assert verify(session) == (5, [])


def test_an_empty_trail_verifies(session):
    assert verify(session) == (0, [])


def test_moments_in_any_zone_give_the_same_chain(session):
    eastern = dt.timezone(dt.timedelta(hours=-5))
    record(session, actor="A", action="b", subject="c", now=NOW.astimezone(eastern))
    session.commit()
    session.expire_all()
    assert verify(session) == (1, [])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "Somebody else"),
        ("action", "part deleted"),
        ("subject", "letter 2"),
        ("at", NOW + dt.timedelta(days=1)),
        ("details", {"part": "p9"}),
        ("hash", "0" * 64),
        ("previous_hash", "0" * 64),
    ],
)
def test_an_altered_event_is_found(session, column, value):
    write(session)
    session.commit()
    session.execute(update(AuditEvent).where(AuditEvent.number == 3).values({column: value}))
    session.expire_all()
    _, breaks = verify(session)
    assert {broken.number for broken in breaks} & {3, 4}


def test_a_missing_event_is_found_by_its_number(session):
    write(session)
    session.commit()
    session.execute(delete(AuditEvent).where(AuditEvent.number == 3))
    session.expire_all()
    count, breaks = verify(session)
    assert count == 4
    assert any("event 3 is missing" in broken.why for broken in breaks)


def test_two_events_that_changed_places_are_found(session):
    write(session)
    session.commit()
    for old, new in ((2, 99), (3, 2), (99, 3)):
        session.execute(text("UPDATE audit_event SET number = :new WHERE number = :old"), {"old": old, "new": new})
    session.expire_all()
    assert {broken.number for broken in verify(session)[1]} >= {2, 3}


def test_the_program_itself_can_neither_change_nor_delete_an_event(session):
    first, *_ = write(session)
    first.actor = "Somebody else"
    with pytest.raises(AuditTrailIsAppendOnly):
        session.flush()
    session.rollback()
    (first,) = write(session, 1)
    session.delete(first)
    with pytest.raises(AuditTrailIsAppendOnly):
        session.flush()


def test_an_event_stands_and_falls_with_the_transaction_of_its_cause(engine):
    sessions = make_sessions(engine)
    with sessions() as session, pytest.raises(RuntimeError), transaction(session):
        write(session)
        raise RuntimeError("the cause failed")
    with sessions() as session:
        assert verify(session) == (0, [])


def test_events_written_at_once_form_one_chain_without_gaps(engine):
    sessions = make_sessions(engine)
    gate, failed = threading.Barrier(4), []

    def run(who):
        gate.wait(timeout=10)
        try:
            for _ in range(10):
                with sessions() as session, transaction(session):
                    record(session, actor=f"T{who}", action="x", subject="y", now=NOW)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    with sessions() as session:
        assert verify(session) == (40, [])
