"""Current CFR text that people attach to a document, and the redline of the document against it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict
from commenttrack.kept import Kept
from commenttrack.rulemaking import amending, ecfr
from commenttrack.rulemaking import redline as redlines
from commenttrack.rulemaking.models import CurrentText, Provision, RuleDocument
from commenttrack.rulemaking.operations import parsed_rule
from commenttrack.rulemaking.provisions import ParsedRule
from commenttrack.rulemaking.redline import Redline
from commenttrack.storage import Storage

# Redlines of the documents that people look at now; making one takes up to two seconds.
_MADE: Kept[tuple[Any, ...], Redline] = Kept(8)
_READ: Kept[tuple[Any, ...], ecfr.CurrentText] = Kept(8)


class AlreadyAttached(Conflict):
    """These very bytes are attached to the document."""


def attach(
    session: Session,
    document: RuleDocument,
    data: bytes,
    *,
    name: str,
    source: str,
    title: int | None = None,
    as_of: dt.date | None = None,
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> CurrentText:
    """Keep the current text of the parts that a document amends, with its source and its day.

    ``title`` is the one that was asked for, else the one that all instructions are about, and ``as_of`` the day as a
    person or the source gives it; what the file itself says goes before both. Text of the same part that was
    attached before is replaced. Raises :class:`BadInput` when the file holds no such text, :class:`AlreadyAttached`.
    """
    rule = parsed_rule(session, document)
    text = ecfr.read(data, name=name, parts=amending.parts(rule) or None, title=title or amending.sole_title(rule))
    sha256 = hashlib.sha256(data).hexdigest()
    known = attached(session, document)
    if any(each.source_sha256 == sha256 for each in known):
        raise AlreadyAttached(f"{name} is attached already; its redline is below.")
    parts = parts_of(text)
    day = dt.date.fromisoformat(text.as_of) if text.as_of else as_of
    replaced = [each for each in known if each.title == text.title and set(each.parts) & set(parts)]
    for each in replaced:
        session.delete(each)
    row = CurrentText(
        rule_document_id=document.id,
        title=text.title,
        parts=parts,
        as_of=day,
        source=source,
        source_name=name,
        source_sha256=sha256,
        source_key=storage.put(data),
        attached_by=actor,
        attached_at=now,
    )
    session.add(row)
    session.flush()  # the audit event names the id
    audit.record(
        session,
        actor=actor,
        action="current text attached",
        subject=f"rule_document {document.id}",
        now=now,
        file=name,
        sha256=sha256,
        source=source,
        title=text.title,
        parts=parts,
        as_of=day.isoformat() if day else None,
        replaced=[each.source_sha256 for each in replaced],
    )
    return row


def detach(session: Session, text: CurrentText, *, actor: str, now: dt.datetime) -> None:
    """Take an attached text away; the file stays in the storage."""
    audit.record(
        session,
        actor=actor,
        action="current text taken away",
        subject=f"rule_document {text.rule_document_id}",
        now=now,
        file=text.source_name,
        sha256=text.source_sha256,
    )
    session.delete(text)
    session.flush()  # the page that follows lists what is left


def attached(session: Session, document: RuleDocument) -> list[CurrentText]:
    """The texts attached to a document, in the order of the CFR."""
    rows = session.scalars(select(CurrentText).where(CurrentText.rule_document_id == document.id))
    return sorted(rows, key=lambda each: (each.title or 0, each.parts, each.id))


def parts_of(text: ecfr.CurrentText) -> list[str]:
    """The parts in a text, in its order; of a text that is only a section, the part it stands in."""
    whole = [unit.label.split()[-1] for unit in text.provisions if unit.kind == "part"]
    sections = [unit.label.split()[-1].split(".")[0] for unit in text.provisions if unit.kind == "section"]
    return list(dict.fromkeys(whole or sections))


def redline_of(
    session: Session, document: RuleDocument, texts: list[CurrentText], *, storage: Storage
) -> Redline | None:
    """The document carried out on the attached texts; None while nothing is attached.

    Made anew only when the texts, the words or the citations of the document have changed since it was made last.
    """
    if not texts:
        return None

    def make() -> Redline:
        rule = parsed_rule(session, document)
        return redlines.redline(rule, texts_of(rule, texts, storage=storage))

    return _MADE.of(state_of(session, document, texts), make)


def state_of(session: Session, document: RuleDocument, texts: list[CurrentText]) -> tuple[Any, ...]:
    """What a redline of the document on these texts is made of: its day, words and citations, and the files."""
    wording = hashlib.sha256()
    for row in session.execute(
        select(Provision.label, Provision.wording_digest)
        .where(Provision.rule_document_id == document.id)
        .order_by(Provision.place)
    ):
        wording.update(f"{row.label}\0{row.wording_digest}\0".encode())
    return (
        document.id,
        document.publication_date,
        wording.hexdigest(),
        *((each.source_key, each.as_of) for each in texts),
    )


def texts_of(rule: ParsedRule, texts: list[CurrentText], *, storage: Storage) -> list[ecfr.CurrentText]:
    """The attached texts as they read, of the parts that the rule amends; a file is read once."""
    parts = amending.parts(rule)
    return [_text_of(each, parts, storage) for each in texts]


def _text_of(row: CurrentText, parts: frozenset[str], storage: Storage) -> ecfr.CurrentText:
    def read() -> ecfr.CurrentText:
        data = storage.get(row.source_key)
        text = ecfr.read(data, name=row.source_name, parts=parts or None, title=row.title)
        return replace(text, as_of=text.as_of or (row.as_of.isoformat() if row.as_of else ""))

    return _READ.of((row.source_key, row.title, row.as_of, parts), read)
