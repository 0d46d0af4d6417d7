"""Names each background job and the operation that does it, and runs them. Nothing below knows the names."""

import datetime as dt
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.orm import Session

from commenttrack import jobs, outbox
from commenttrack.config import Settings
from commenttrack.db import make_engine, make_reading_sessions, make_sessions, transaction
from commenttrack.filing import limits
from commenttrack.filing.issue_report import issue_report
from commenttrack.filing.issue_report_files import report_pdf
from commenttrack.filing.operations import prepare_packet, record_packet
from commenttrack.letters import made_files
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.letters.operations import store_file
from commenttrack.letters.pictured import with_files
from commenttrack.letters.recorded_content import content_of_version
from commenttrack.letters.rendering import letter_pdf
from commenttrack.letters.rule_details import built
from commenttrack.members.models import Person
from commenttrack.rulemaking import importing
from commenttrack.rulemaking.models import RuleDocument
from commenttrack.signoffs import bounces, digests, reminding
from commenttrack.storage import Storage

PAUSE_SECONDS = 1.0
CAMPAIGN_PAUSE = dt.timedelta(minutes=1)
"""Between two looks at what the schedules of the campaigns have to write."""

log = structlog.get_logger()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _nobody(session: Session) -> Sequence[Person]:
    return ()


class Worker:
    """Runs queued jobs and sends waiting mail, one thing at a time, until stopped."""

    def __init__(self, settings: Settings, *, staff: digests.Staff = _nobody) -> None:
        """``staff`` says who gets the daily digest of sign-offs: the accounts belong to the pages, not to this."""
        self._staff, self._campaigns_at = staff, dt.datetime.min.replace(tzinfo=dt.UTC)
        self._settings = settings
        self._sender = settings.mail_from
        engine = make_engine(settings.database_url)
        self._sessions, self._reading = make_sessions(engine), make_reading_sessions(engine)
        self._limits = limits.load(settings.data)
        self._storage = Storage(settings.storage_url)
        self._carrier = outbox.transport(settings.mail_url)
        self._stop = threading.Event()
        self.runners: Mapping[str, jobs.Runner] = {
            "build packet": self._build_packet,
            "make the signers' copy": self._make_signing_copy,
            "make the issue report": self._make_issue_report,
            made_files.MAKE: self._make_letter_file,
            importing.IMPORT: self._import_document,
            importing.FETCH_TEXT: self._fetch_current_text,
        }

    def start(self) -> threading.Thread:
        """Run in a daemon thread of this process; :meth:`stop` ends it."""
        thread = threading.Thread(target=self.run, name="commenttrack-worker", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Ask :meth:`run` to return after what it is doing now."""
        self._stop.set()

    def run(self) -> None:
        """Work until :meth:`stop`. A database that is away for a while is waited for."""
        while not self._stop.is_set():
            try:
                busy = self.step()
            except Exception:
                log.exception("worker step failed")
                busy = False
            if not busy:
                self._stop.wait(PAUSE_SECONDS)

    def step(self) -> bool:
        """One job, what the campaigns have to write, and all waiting mail; whether there was anything to do."""
        ran = jobs.run_next(self._sessions, self.runners, clock=_now)
        self._run_campaigns(_now())
        sent = outbox.send_pending(
            self._sessions, self._carrier, sender=self._sender, now=_now(), refused=bounces.record
        )
        return ran or sent > 0

    def _run_campaigns(self, now: dt.datetime) -> None:
        """Reminders, digests and news that are due; each writes only what was not written before."""
        if now < self._campaigns_at + CAMPAIGN_PAUSE:
            return
        self._campaigns_at = now
        reminding.remind_due(self._sessions, now=now, settings=self._settings)
        digests.tell_joined(self._sessions, now=now)
        digests.write_staff_digests(self._sessions, staff=self._staff, now=now, settings=self._settings)

    def _import_document(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        return importing.run(payload, **self._means(payload["job"]))

    def _fetch_current_text(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        return importing.run_fetch_text(payload, **self._means(payload["job"]))

    def _means(self, job_id: int) -> importing.Means:
        @contextmanager
        def transactions() -> Iterator[Session]:
            with self._sessions() as session, transaction(session):
                yield session

        return {
            "transactions": transactions,
            "storage": self._storage,
            "settings": self._settings,
            "clock": _now,
            "tell": lambda progress: jobs.tell(self._sessions, job_id, progress, now=_now()),
        }

    def _build_packet(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Rendering takes seconds: it reads in one transaction and records in another, so that nobody waits for it."""
        actor, now = payload["actor"], _now()
        with self._reading() as session:
            prepared = prepare_packet(
                session,
                session.get_one(LetterVersion, payload["letter_version"]),
                storage=self._storage,
                leave_out_stale=payload.get("leave_out_stale", False),
                without_quorum=payload.get("without_quorum", ""),
                limits=self._limits,
                actor=actor,
                now=now,
            )
        with self._sessions() as session, transaction(session):
            filing = record_packet(session, prepared, storage=self._storage, actor=actor, now=now)
            return {"filing": filing.id}

    def _make_issue_report(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The issue-preservation report as it stands now, kept as a file."""
        now = _now()
        with self._reading() as session:
            letter = session.get_one(Letter, payload["letter"]) if payload["letter"] else None
            report = issue_report(session, session.get_one(RuleDocument, payload["document"]), letter, now=now)
        return {"file": self._storage.put(report_pdf(report, stamp=now))}

    def _make_letter_file(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The draft's PDF or a redline of two states, kept by what it says."""
        job = payload["job"]
        with self._reading() as session:
            return made_files.make(
                session,
                payload,
                storage=self._storage,
                tell=lambda progress: jobs.tell(self._sessions, job, progress, now=_now()),
            )

    def _make_signing_copy(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The frozen letter with the mark of a draft, for signers to take away."""
        with self._reading() as session:
            version = session.get_one(LetterVersion, payload["letter_version"])
            name = f"letter-for-signature-v{version.number}.pdf"
            if any(file.name == name for file in version.files):
                return {"file": name}
            content = content_of_version(version, draft=True)
            content = built(session, version.letter, content, self._storage)
            data = letter_pdf(with_files(version.letter, content, self._storage, frozen_at=version.frozen_at))
        with self._sessions() as session, transaction(session):
            store_file(
                session,
                session.get_one(LetterVersion, payload["letter_version"]),
                name=name,
                media_type="application/pdf",
                data=data,
                storage=self._storage,
                now=_now(),
            )
        return {"file": name}
