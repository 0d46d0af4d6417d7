"""Background work as rows: a name and a payload, written in the transaction of its cause.

A row is the only truth about a job: it is claimed, beats while it runs, and is found again when its worker died, so a
job runs at least once and what it does must bear being done twice.
"""

import datetime as dt
import enum
import threading
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from commenttrack.db import Base, transaction
from commenttrack.errors import Refused


class JobState(enum.StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of background work. ``key`` names its cause, so that one cause queues one job."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[str] = mapped_column(default="")
    # What it is doing now, for the page that waits.
    created_at: Mapped[dt.datetime]
    beat_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(default="")


Runner = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Does a job: takes the payload, with the job's id as ``job``, and returns what the page shows of the result."""

SILENCE = dt.timedelta(minutes=2)
"""A running job that has not beaten for this long has lost its worker."""
BEAT_SECONDS = 20.0
MAX_ATTEMPTS = 3


def queue(session: Session, *, name: str, key: str, payload: Mapping[str, Any], now: dt.datetime) -> Job:
    """Queue a job in the caller's transaction; a cause that already queued its job gets that one back."""
    job = session.scalar(select(Job).where(Job.key == key))
    if job is None:
        job = Job(key=key, name=name, payload=dict(payload), state=JobState.QUEUED, created_at=now)
        session.add(job)
        session.flush()  # the page that queued it links to it by id
    return job


def tell(sessions: sessionmaker[Session], job_id: int, progress: str, *, now: dt.datetime) -> None:
    """Say what a running job is doing, in a transaction of its own, and that it is alive."""
    with sessions() as session, transaction(session):
        job = session.get_one(Job, job_id)
        job.progress, job.beat_at = progress, now


def run_again(session: Session, job: Job) -> None:
    """Queue a failed job again."""
    if job.state is not JobState.FAILED:
        raise Refused(f"Job {job.id} is {job.state}; only a failed job can be run again.")
    job.state, job.attempts, job.error, job.finished_at, job.progress = JobState.QUEUED, 0, "", None, ""


def sweep(session: Session, *, now: dt.datetime) -> int:
    """Queue again what lost its worker, or fail it after ``MAX_ATTEMPTS``; returns how many rows changed."""
    lost = session.scalars(
        select(Job).where(Job.state == JobState.RUNNING, Job.beat_at < now - SILENCE).with_for_update(skip_locked=True)
    ).all()
    for job in lost:
        if job.attempts >= MAX_ATTEMPTS:
            job.state, job.finished_at = JobState.FAILED, now
            job.error = f"Its worker stopped {job.attempts} times while it ran."
        else:
            job.state = JobState.QUEUED
    return len(lost)


def run_next(
    sessions: sessionmaker[Session], runners: Mapping[str, Runner], *, clock: Callable[[], dt.datetime]
) -> bool:
    """Claim and run one queued job; False when none is waiting. Its failure is recorded, never raised."""
    with sessions() as session, transaction(session):
        sweep(session, now=clock())
        job = session.scalar(
            select(Job).where(Job.state == JobState.QUEUED).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
        )
        if job is None:
            return False
        job.state, job.beat_at, job.attempts = JobState.RUNNING, clock(), job.attempts + 1
        job_id, name, payload = job.id, job.name, dict(job.payload)
    stop = threading.Event()
    beating = threading.Thread(target=_beat, args=(sessions, job_id, stop, clock), daemon=True)
    beating.start()
    result: dict[str, Any] = {}
    error = ""
    try:
        result = runners[name]({**payload, "job": job_id})
    except Refused as refusal:
        error = str(refusal)
    except Exception as failure:  # a job must never take its worker down; the row says what happened
        error = f"{type(failure).__name__}: {failure}"
    finally:
        stop.set()
        beating.join()
    with sessions() as session, transaction(session):
        job = session.get_one(Job, job_id)
        job.state = JobState.FAILED if error else JobState.DONE
        job.result, job.error, job.finished_at = result, error, clock()
    return True


def _beat(
    sessions: sessionmaker[Session], job_id: int, stop: threading.Event, clock: Callable[[], dt.datetime]
) -> None:
    while not stop.wait(BEAT_SECONDS):
        with sessions() as session, transaction(session):
            session.get_one(Job, job_id).beat_at = clock()
