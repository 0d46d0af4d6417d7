"""Jobs as rows: queued with their cause, run at least once, visible when they fail."""

import datetime as dt
import threading

import pytest
from sqlalchemy import select

from commenttrack.db import make_sessions, transaction
from commenttrack.errors import Refused
from commenttrack.jobs import MAX_ATTEMPTS, SILENCE, Job, JobState, queue, run_again, run_next, sweep

NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)


@pytest.fixture
def sessions(engine):
    return make_sessions(engine)


def put(sessions, key="packet 1", **payload):
    with sessions() as session, transaction(session):
        return queue(session, name="build", key=key, payload=payload, now=NOW).id


def job(sessions, number):
    with sessions() as session:
        return session.get_one(Job, number)


def run(sessions, work, now=NOW):
    return run_next(sessions, {"build": work}, clock=lambda: now)


def test_one_cause_queues_one_job(sessions):
    assert put(sessions) == put(sessions)
    assert put(sessions, "packet 2") != put(sessions)


def test_a_job_whose_cause_failed_is_never_run(sessions):
    with sessions() as session, pytest.raises(RuntimeError), transaction(session):
        queue(session, name="build", key="k", payload={}, now=NOW)
        raise RuntimeError("the cause failed")
    assert not run(sessions, lambda payload: {})


def test_a_job_runs_with_its_payload_and_keeps_its_result(sessions):
    number = put(sessions, letter=7)
    assert run(sessions, lambda payload: {"double": payload["letter"] * 2})
    done = job(sessions, number)
    assert (done.state, done.result, done.finished_at, done.attempts) == (JobState.DONE, {"double": 14}, NOW, 1)
    assert not run(sessions, lambda payload: {})


@pytest.mark.parametrize(
    ("failure", "error"),
    [(Refused("The letter is empty."), "The letter is empty."), (ValueError("bad"), "ValueError: bad")],
)
def test_a_job_that_fails_says_why_and_can_be_run_again(sessions, failure, error):
    def fail(payload):
        raise failure

    number = put(sessions)
    assert run(sessions, fail)
    failed = job(sessions, number)
    assert (failed.state, failed.error) == (JobState.FAILED, error)
    with sessions() as session, transaction(session):
        run_again(session, session.get_one(Job, number))
    assert run(sessions, lambda payload: {"ok": True})
    assert job(sessions, number).state is JobState.DONE


def test_only_a_failed_job_can_be_run_again(sessions):
    number = put(sessions)
    with sessions() as session, pytest.raises(Refused, match="queued"):
        run_again(session, session.get_one(Job, number))


def test_a_job_nobody_can_run_fails_and_takes_no_worker_down(sessions):
    number = put(sessions)
    assert run_next(sessions, {}, clock=lambda: NOW)
    assert job(sessions, number).state is JobState.FAILED


def lose(sessions, number, *, attempts, beat):
    """Leave the job as a worker leaves it that was killed while it ran."""
    with sessions() as session, transaction(session):
        lost = session.get_one(Job, number)
        lost.state, lost.attempts, lost.beat_at = JobState.RUNNING, attempts, beat


def test_a_job_that_lost_its_worker_is_run_by_the_next_one(sessions):
    number = put(sessions)
    lose(sessions, number, attempts=1, beat=NOW)
    assert not run(sessions, lambda payload: {}, now=NOW + SILENCE)
    assert run(sessions, lambda payload: {}, now=NOW + SILENCE + dt.timedelta(seconds=1))
    assert (job(sessions, number).state, job(sessions, number).attempts) == (JobState.DONE, 2)


def test_a_job_that_kills_every_worker_fails_in_the_end(sessions):
    number = put(sessions)
    lose(sessions, number, attempts=MAX_ATTEMPTS, beat=NOW)
    with sessions() as session, transaction(session):
        assert sweep(session, now=NOW + SILENCE * 2) == 1
    assert job(sessions, number).state is JobState.FAILED
    assert "worker stopped" in job(sessions, number).error


def test_two_workers_never_run_the_same_job(sessions):
    numbers = [put(sessions, f"packet {n}", number=n) for n in range(10)]
    ran, gate = [], threading.Barrier(2)

    def work():
        gate.wait(timeout=10)
        while run(sessions, lambda payload: ran.append(payload["number"]) or {}):
            pass

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(ran) == list(range(10))
    with sessions() as session:
        assert {each.state for each in session.scalars(select(Job).where(Job.id.in_(numbers)))} == {JobState.DONE}
