"""Bringing a source document: the file is kept, its outline is read, a person corrects it, then it is stored.

A file that cannot be read is kept as well, with the reason. JSON that was parsed from a document and corrected has no
text of its own and is stored at once.
"""

import datetime as dt
import hashlib
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import BadInput, Conflict, Refused
from commenttrack.positions import source_draft, source_files
from commenttrack.positions.models import SourceDocument, SourceDraft
from commenttrack.positions.operations import AlreadyKnownSource, import_source
from commenttrack.positions.source_documents import parse_text
from commenttrack.positions.source_draft import Draft
from commenttrack.positions.source_formats import text_of
from commenttrack.storage import Storage

LARGEST_FILE = 30_000_000
"""Bytes; a policy paper with pictures stays far below."""
STEPS_BACK = 30


class DraftChangedMeanwhile(Conflict):
    """Somebody else corrected the outline after this person's page was made."""


def is_json(data: bytes) -> bool:
    """Whether a file is JSON, which needs no preview."""
    return data.lstrip()[:1] == b"{"


def import_file(
    session: Session, data: bytes, *, name: str, storage: Storage, actor: str, now: dt.datetime
) -> SourceDocument:
    """Store a source document as it is read, without anybody's correction; its file and text are kept."""
    source = source_files.read(data, name=name)
    if is_json(data):
        return import_source(session, source, actor=actor, now=now)
    return import_source(
        session,
        source,
        storage_key=storage.put(data),
        text_key=storage.put(text_of(data, name=name).encode()),
        actor=actor,
        now=now,
    )


def begin_draft(
    session: Session, data: bytes, *, name: str, storage: Storage, actor: str, now: dt.datetime
) -> SourceDraft:
    """Keep an upload and read its outline. What cannot be read is a draft with a ``problem`` and no outline."""
    if len(data) > LARGEST_FILE:
        raise BadInput(f"{name} has {len(data):,} bytes; at most {LARGEST_FILE:,} are read. Is it the right file?")
    sha256 = hashlib.sha256(data).hexdigest()
    known = session.scalar(select(SourceDocument).where(SourceDocument.sha256 == sha256))
    if known is not None:
        raise AlreadyKnownSource(f"“{known.title}” is in the library already, from this very file.")
    draft = SourceDraft(
        file_name=name,
        size=len(data),
        sha256=sha256,
        storage_key=storage.put(data),
        created_by=actor,
        created_at=now,
    )
    try:
        text = text_of(data, name=name)
        draft.outline_json = source_draft.to_json(
            source_draft.draft_of(parse_text(text, stem=PurePath(name).stem), text)
        )
        draft.text_key = storage.put(text.encode())
    except Refused as refusal:
        draft.problem = str(refusal)
    session.add(draft)
    session.flush()  # the audit event names the id
    audit.record(
        session,
        actor=actor,
        action="source document uploaded",
        subject=f"source_draft {draft.id}",
        now=now,
        file=name,
        sha256=sha256,
        problem=draft.problem,
    )
    return draft


def outline_of(draft: SourceDraft) -> Draft:
    """The outline as it stands. Refused for a file that could not be read."""
    if not draft.outline_json:
        raise Refused(draft.problem)
    return source_draft.from_json(draft.outline_json)


def text_behind(storage: Storage, text_key: str | None) -> str | None:
    """The text that spans count in; None where the file never was here."""
    return storage.get(text_key).decode() if text_key else None


def change_draft(session: Session, draft: SourceDraft, changed: Draft, *, expected_revision: int) -> None:
    """Put a corrected outline in place of the one that stands, which can be gone back to."""
    check_open(draft, expected_revision)
    after = source_draft.to_json(changed)
    if after == draft.outline_json:
        return
    draft.earlier_json = [*draft.earlier_json, draft.outline_json][-STEPS_BACK:]
    draft.outline_json = after


def step_back(session: Session, draft: SourceDraft, *, expected_revision: int) -> None:
    """Take the last change back."""
    check_open(draft, expected_revision)
    if not draft.earlier_json:
        raise Refused("Nothing was changed yet.")
    *earlier, last = draft.earlier_json
    draft.earlier_json, draft.outline_json = earlier, last


def check_open(draft: SourceDraft, expected_revision: int) -> None:
    """Refuse to change a draft that was imported, or that somebody changed since the asking page was made."""
    if draft.source_document_id is not None:
        raise Refused("This document is in the library already; its positions are corrected there.")
    if draft.revision != expected_revision:
        raise DraftChangedMeanwhile(
            "Somebody changed this outline after your page was made. It is shown as it is now; do your change again."
        )


def import_draft(
    session: Session,
    draft: SourceDraft,
    *,
    storage: Storage,
    expected_revision: int,
    actor: str,
    now: dt.datetime,
) -> SourceDocument:
    """Store the corrected outline as a source document with its positions."""
    check_open(draft, expected_revision)
    text = text_behind(storage, draft.text_key) or ""
    source = source_draft.source_file(outline_of(draft), text, file_name=draft.file_name, sha256=draft.sha256)
    draft.source_document = import_source(
        session, source, storage_key=draft.storage_key, text_key=draft.text_key, actor=actor, now=now
    )
    return draft.source_document


def discard_draft(
    session: Session, draft: SourceDraft, *, expected_revision: int, actor: str, now: dt.datetime
) -> None:
    """Forget a draft that became nothing. The file stays in the storage under its digest, which the trail names."""
    check_open(draft, expected_revision)
    audit.record(
        session,
        actor=actor,
        action="source document not imported",
        subject=f"source_draft {draft.id}",
        now=now,
        file=draft.file_name,
        sha256=draft.sha256,
    )
    session.delete(draft)


def attach_file(
    session: Session, source: SourceDocument, data: bytes, *, name: str, storage: Storage, actor: str, now: dt.datetime
) -> None:
    """Bring the file of a source document of which only the digest is known, so that its passages can be shown."""
    if source.storage_key:
        raise Refused("The file of this document is here already.")
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise Refused(
            f"{name} is not the file this document was read from: its SHA-256 differs. Even a changed line end makes "
            "it another file, in which the passages would stand elsewhere."
        )
    source.storage_key, source.text_key = storage.put(data), storage.put(text_of(data, name=name).encode())
    audit.record(
        session, actor=actor, action="source file attached", subject=f"source_document {source.id}", now=now, file=name
    )
