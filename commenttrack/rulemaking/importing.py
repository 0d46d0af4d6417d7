"""Bringing a document into a docket, by file or by name: kept first, then read, then stored, with its progress.

The bytes of an upload go into the storage before anything is tried, and the job that imports them is the row that
remembers them: a file that cannot be read is still there, with the reason. Reading and fetching happen before a
transaction is opened, so that nobody waits for them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from typing import Any, TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import jobs
from commenttrack.config import Settings
from commenttrack.errors import Refused
from commenttrack.jobs import Job, JobState
from commenttrack.rulemaking import current_text, document_references, other_forms
from commenttrack.rulemaking.fetching import Fetched, fetch_current_text, fetch_document, import_fetched
from commenttrack.rulemaking.later_documents import link_document, propose
from commenttrack.rulemaking.models import Docket, RuleDocument
from commenttrack.rulemaking.operations import AlreadyImported, import_rule, set_internal_deadline
from commenttrack.rulemaking.provisions import ParsedRule
from commenttrack.storage import Storage

IMPORT = "import document"
FETCH_TEXT = "fetch current text"
NAMES = frozenset({IMPORT, FETCH_TEXT})

AT_ONCE_BYTES = 400_000
"""Files up to this size are read while the person waits; it takes a tenth of a second."""


class Means(TypedDict):
    """What a worker gives to an import: transactions of its own, the house's things, a way to tell how far it is."""

    transactions: Callable[[], AbstractContextManager[Session]]
    storage: Storage
    settings: Settings
    clock: Callable[[], dt.datetime]
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants imported: a kept file, or the name of a document to fetch. ``docket`` None opens one."""

    actor: str
    named: str = ""
    file: str = ""
    file_name: str = ""
    size: int = 0
    docket: int | None = None
    title: str = ""
    publication_date: dt.date | None = None
    internal_deadline: dt.date | None = None

    def payload(self) -> dict[str, Any]:
        """As a job carries it."""
        return {
            "actor": self.actor,
            "named": self.named,
            "file": self.file,
            "file_name": self.file_name,
            "size": self.size,
            "docket": self.docket,
            "title": self.title,
            "publication_date": self.publication_date and self.publication_date.isoformat(),
            "internal_deadline": self.internal_deadline and self.internal_deadline.isoformat(),
        }

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Wish:
        """From the payload of a job."""
        days = {
            key: dt.date.fromisoformat(payload[key]) if payload.get(key) else None
            for key in ("publication_date", "internal_deadline")
        }
        return cls(**{**{field.name: payload[field.name] for field in fields(cls) if field.name in payload}, **days})


def ask(session: Session, wish: Wish, *, now: dt.datetime) -> Job:
    """Queue an import in the caller's transaction; the same wish that still waits or runs is not queued twice.

    Raises :class:`BadInput` at once when what was typed names no document.
    """
    if wish.named:
        document_references.parse(wish.named)
    return _queue(session, IMPORT, wish.payload(), now)


def ask_for_text(
    session: Session, document: RuleDocument, title: int, part: str, *, actor: str, now: dt.datetime
) -> Job:
    """Queue fetching the current text of a CFR part from eCFR."""
    payload = {"actor": actor, "document": document.id, "docket": document.docket_id, "title": title, "part": part}
    return _queue(session, FETCH_TEXT, payload, now)


def _queue(session: Session, name: str, payload: dict[str, Any], now: dt.datetime) -> Job:
    cause = hashlib.sha256(repr(sorted(payload.items())).encode()).hexdigest()[:24]
    waiting = session.scalar(
        select(Job).where(
            Job.name == name,
            Job.key.startswith(f"{name} {cause}", autoescape=True),
            Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
        )
    )
    return waiting or jobs.queue(session, name=name, key=f"{name} {cause} {now.isoformat()}", payload=payload, now=now)


def failed(session: Session, wish: Wish, refusal: Refused, *, now: dt.datetime) -> Job:
    """Remember an upload that could not be read at once, with the reason; the file stays in the storage."""
    job = _queue(session, IMPORT, wish.payload(), now)
    job.state, job.error, job.attempts, job.finished_at = JobState.FAILED, str(refusal), 1, now
    return job


def run(payload: Mapping[str, Any], **means: Unpack[Means]) -> dict[str, Any]:
    """Do what :func:`ask` queued; returns the ids of docket and document, and notes for people."""
    wish = Wish.of(payload)
    if wish.named:
        means["tell"](f"Fetching {document_references.parse(wish.named)} from the Federal Register")
        fetched = fetch_document(means["settings"], wish.named)
        means["tell"](f"Reading {fetched.name}")
        read = other_forms.read(fetched.data, name=fetched.name, publication_date=fetched.document.publication_date)
    else:
        fetched = None
        means["tell"](f"Reading {wish.file_name}")
        read = other_forms.read(
            means["storage"].get(wish.file), name=wish.file_name, publication_date=wish.publication_date
        )
    means["tell"](f"Storing {len(read.provisions):,} provisions")
    with means["transactions"]() as session:
        return store(session, wish, read, fetched=fetched, storage=means["storage"], now=means["clock"]())


def store(
    session: Session,
    wish: Wish,
    read: ParsedRule,
    *,
    fetched: Fetched | None = None,
    storage: Storage,
    now: dt.datetime,
) -> dict[str, Any]:
    """Store a document that was read, and in a docket that has documents link it to the one it follows."""
    docket = session.get_one(Docket, wish.docket) if wish.docket else None
    notes: list[str] = list(fetched.notes) if fetched else []
    try:
        if fetched:
            document = import_fetched(
                session, fetched, storage=storage, docket=docket, title=wish.title or None, actor=wish.actor, now=now,
                parsed=read,
            )  # fmt: skip
        else:
            document = import_rule(
                session,
                storage.get(wish.file),
                name=wish.file_name,
                storage=storage,
                docket=docket,
                title=wish.title or None,
                publication_date=wish.publication_date,
                parsed=read,
                actor=wish.actor,
                now=now,
            )
    except AlreadyImported as known:
        return {"docket": known.document.docket_id, "document": known.document.id, "notes": [str(known)]}
    if docket is None and wish.internal_deadline:
        try:
            set_internal_deadline(session, document.docket, wish.internal_deadline, actor=wish.actor, now=now)
        except Refused as refusal:
            notes.append(f"The day for sign-offs was not set: {refusal}")
    if docket is not None:
        notes += _follow(session, document, actor=wish.actor, now=now)
    return {"docket": document.docket_id, "document": document.id, "notes": notes}


def _follow(session: Session, document: RuleDocument, *, actor: str, now: dt.datetime) -> Sequence[str]:
    """Link a further document of a docket to the one it follows and compare them; what hinders that is a note."""
    try:
        link = link_document(session, document, actor=actor, now=now)
        if link is not None and link.confirmed_by:
            propose(session, link, actor=actor, now=now)
    except Refused as refusal:
        return (f"It was not linked to an earlier document: {refusal}",)
    if link is not None and not link.confirmed_by:
        return ("Whether it follows another document of this docket is for a person to say: see Documents.",)
    return ()


def run_fetch_text(payload: Mapping[str, Any], **means: Unpack[Means]) -> dict[str, Any]:
    """Do what :func:`ask_for_text` queued."""
    title, part = payload["title"], payload["part"]
    means["tell"](f"Fetching {title} CFR part {part} from eCFR")
    text = fetch_current_text(means["settings"], title, part)
    with means["transactions"]() as session:
        document = session.get_one(RuleDocument, payload["document"])
        current_text.attach(
            session,
            document,
            text.data,
            name=f"title-{title}-part-{part}.xml",
            source="eCFR",
            title=text.title,
            as_of=text.as_of,
            storage=means["storage"],
            actor=payload["actor"],
            now=means["clock"](),
        )
        return {
            "docket": document.docket_id,
            "document": document.id,
            "notes": [text.note] if text.note else [],
        }
