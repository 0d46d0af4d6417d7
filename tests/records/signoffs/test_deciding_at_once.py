"""Two decisions for one organization at the same moment, in two transactions."""

import datetime as dt
import threading

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from commenttrack import audit
from commenttrack.db import make_sessions, transaction
from commenttrack.errors import Conflict
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.links import find_request
from commenttrack.signoffs.models import SignOff
from commenttrack.signoffs.operations import decide, invite, remind
from tests.factories import world


@pytest.fixture
def asked(engine, tmp_path):
    """Sessions on a database with one member asked to sign; the token and the id of the version."""
    sessions = make_sessions(engine)
    with sessions() as session, transaction(session):
        letter = world.letter(session)
        version = world.version(session, letter)
        member = world.organization(session, "Acme Metals")
        person = world.signer(session, member)
        invite(session, letter, member, person, actor="S", now=world.NOW, settings=world.settings(tmp_path))
        token = session.scalars(select(OutgoingMail)).one().secret
        version_id = version.id
    return sessions, token, version_id


def run_at_once(sessions, attempts):
    """Run each attempt in a thread and a transaction of its own, released together; what each raised, or None."""
    gate, raised = threading.Barrier(len(attempts)), [None] * len(attempts)

    def run(index, attempt):
        gate.wait(timeout=10)
        try:
            with sessions() as session, transaction(session):
                attempt(session)
        except Exception as error:
            raised[index] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return raised


def test_of_two_decisions_at_once_one_wins_and_the_other_is_told(asked):
    sessions, token, version_id = asked

    def attempt(decision, name):
        return lambda session: decide(
            session,
            token,
            version=session.get_one(LetterVersion, version_id),
            decision=decision,
            name=name,
            now=world.NOW,
        )

    raised = run_at_once(
        sessions,
        [attempt(Decision.JOINED, "Left Tab"), attempt(Decision.DECLINED, "Right Tab")] * 2,
    )
    assert raised.count(None) == 1, raised
    assert all(isinstance(error, Conflict) for error in raised if error)
    told = sorted(str(error).partition(" ")[0] for error in raised if error)
    assert told == ["A", "A", "This"]  # two others were recorded while …; this one was recorded already
    with sessions() as session:
        (made,) = session.scalars(select(SignOff)).all()
        assert made.is_current
        confirmations = [m for m in session.scalars(select(OutgoingMail)) if "confirmation" in m.key]
        assert len(confirmations) == 1
        assert audit.verify(session)[1] == []


def test_of_two_changes_of_mind_at_once_one_wins_and_the_other_is_told(asked):
    sessions, token, version_id = asked

    def deciding(session, decision, seen):
        return decide(
            session,
            token,
            version=session.get_one(LetterVersion, version_id),
            decision=decision,
            name="Ada Signer",
            seen=seen,
            now=world.NOW,
        )

    with sessions() as session, transaction(session):
        first = deciding(session, Decision.JOINED, None).id
    raised = run_at_once(
        sessions,
        [
            lambda session: deciding(session, Decision.DECLINED, first),
            lambda session: deciding(session, Decision.ABSTAINED, first),
        ],
    )
    assert raised.count(None) == 1, raised
    assert sum(isinstance(error, Conflict) for error in raised) == 1
    with sessions() as session:
        states = session.scalars(select(SignOff.is_current).order_by(SignOff.id)).all()
        assert states == [False, True]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_reminding_everybody_and_a_decision_under_way_do_not_wait_for_each_other(asked, tmp_path):
    sessions, _, version_id = asked
    settings, later = world.settings(tmp_path), world.NOW + dt.timedelta(hours=1)
    with sessions() as session, transaction(session):
        letter = session.get_one(LetterVersion, version_id).letter
        letter_id, member = letter.id, world.organization(session, "Birch Optics")
        invite(session, letter, member, world.signer(session, member), actor="S", now=world.NOW, settings=settings)
        token = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first().secret
    reminded = []

    def everybody():
        with sessions() as session, transaction(session):
            letter = session.get_one(Letter, letter_id)
            reminded.extend(remind(session, letter, actor="S", now=later, settings=settings))

    with sessions() as session, transaction(session):
        find_request(session, token, now=later, lock=True)  # as a decision begins
        thread = threading.Thread(target=everybody)
        thread.start()
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while thread.is_alive() and not session.scalar(waiting):
            pass
        version = session.get_one(LetterVersion, version_id)
        decide(session, token, version=version, decision=Decision.JOINED, name="Ada Signer", now=later)
    thread.join(timeout=30)
    assert [request.organization.name for request in reminded] == ["Acme Metals"]


def test_the_database_itself_refuses_a_second_current_decision(asked):
    sessions, token, version_id = asked
    with sessions() as session, transaction(session):
        made = decide(
            session,
            token,
            version=session.get_one(LetterVersion, version_id),
            decision=Decision.JOINED,
            name="Ada Signer",
            now=world.NOW,
        )
        row = {c.name: getattr(made, c.name) for c in SignOff.__table__.columns if c.name != "id"}
    with sessions() as session, pytest.raises(IntegrityError):
        session.execute(insert(SignOff).values(**row))
