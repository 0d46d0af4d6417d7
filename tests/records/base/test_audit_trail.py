"""The audit chain: append-only, and any alteration in the database is found."""

import datetime as dt
import threading

import pytest
from sqlalchemy import delete, event, text, update
from sqlalchemy.exc import DatabaseError

from commenttrack.audit import AuditEvent, AuditHead, AuditTrailIsAppendOnly, record, verify
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


def without_guards(session):
    """What somebody does who may change the database's own rules."""
    session.commit()
    on = {"keeps": "audit_event", "holds": "audit_event", "advances": "audit_head", "stays": "audit_head"}
    for name, table in on.items():
        suffix = "" if session.get_bind().dialect.name == "sqlite" else f" ON {table}"
        session.execute(text(f"DROP TRIGGER audit_head_{name}{suffix}"))
    session.commit()
    session.expire_all()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'Somebody else' WHERE number = 3",
        "DELETE FROM audit_event WHERE number = 5",
        "UPDATE audit_head SET number = 4",
        "UPDATE audit_head SET number = 9",
        "DELETE FROM audit_head",
    ],
)
def test_the_database_itself_refuses_to_change_the_trail(session, statement):
    write(session)
    session.commit()
    with pytest.raises(DatabaseError, match="audit trail"):
        session.execute(text(statement))
    session.rollback()
    assert verify(session) == (5, [])


def test_an_event_removed_from_the_end_is_missed_and_later_events_do_not_hide_it(session):
    write(session)
    without_guards(session)
    session.execute(delete(AuditEvent).where(AuditEvent.number >= 4))
    assert [broken.why for broken in verify(session)[1]] == ["events 4 to 5 are missing from the end of the trail"]
    write(session, 1)
    session.commit()
    assert "events 4 to 5 are missing; the next one is 6" in [broken.why for broken in verify(session)[1]]


def test_a_last_event_written_anew_does_not_fit_the_head(session):
    write(session)
    before = session.get(AuditEvent, 5).previous_hash
    values = {"action": "x", "subject": "y", "now": NOW, "actor": "Forger"}
    session.commit()
    without_guards(session)
    session.execute(delete(AuditEvent).where(AuditEvent.number == 5))
    session.execute(update(AuditHead).values(number=4, hash=before))
    session.expire_all()
    record(session, **values)
    session.execute(update(AuditHead).values(hash="f" * 64))
    session.expire_all()
    assert [broken.number for broken in verify(session)[1]] == [5]


def test_a_removed_head_is_found(session):
    write(session)
    without_guards(session)
    session.execute(delete(AuditHead))
    session.expire_all()
    assert [broken.why for broken in verify(session)[1]] == ["the row that says where the trail ends is missing"]


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
    without_guards(session)
    session.execute(update(AuditEvent).where(AuditEvent.number == 3).values({column: value}))
    session.expire_all()
    _, breaks = verify(session)
    assert {broken.number for broken in breaks} & {3, 4}


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_event SET at = 'garbage' WHERE number = 3", 3),
        ("UPDATE audit_event SET details = '{' WHERE number = 3", 3),
        ("UPDATE audit_event SET actor = x'ff' WHERE number = 3", 3),
        ("UPDATE audit_head SET number = 'x'", 6),
    ],
)
def test_what_was_altered_so_that_it_cannot_be_read_is_found_too(session, statement, broken):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes no such value")
    write(session)
    without_guards(session)
    session.execute(text(statement))
    session.expire_all()
    assert broken in [each.number for each in verify(session)[1]]


def test_what_others_append_while_the_trail_is_walked_is_no_break(engine):
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite shows one reader one state")
    sessions, appended = make_sessions(engine), []

    def append(connection, cursor, statement, *_):
        if "audit_head" in statement and not appended:
            appended.append(1)
            with sessions() as other, transaction(other):
                write(other, 2)

    with sessions() as session, transaction(session):
        write(session)
    event.listen(engine, "before_cursor_execute", append)
    with sessions() as session:
        assert verify(session) == (7, [])
    event.remove(engine, "before_cursor_execute", append)


def test_a_missing_event_is_found_by_its_number(session):
    write(session)
    without_guards(session)
    session.execute(delete(AuditEvent).where(AuditEvent.number == 3))
    session.expire_all()
    count, breaks = verify(session)
    assert count == 4
    assert any("event 3 is missing" in broken.why for broken in breaks)


def test_two_events_that_changed_places_are_found(session):
    write(session)
    without_guards(session)
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
