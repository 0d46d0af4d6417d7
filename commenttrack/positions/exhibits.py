"""Files that bear a position out. What a file is, is read from its first bytes and not from its name."""

import datetime as dt
import hashlib
from pathlib import PurePath

from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.positions.models import Exhibit, Position
from commenttrack.storage import Storage
from commenttrack.wording import folded

LARGEST_EXHIBIT = 25_000_000
"""Bytes."""
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_SIGNS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_OFFICE = {".docx": _WORD, ".xlsx": _SHEET, ".pptx": _SLIDES}
_TEXTS = {".txt": "text/plain", ".csv": "text/csv", ".md": "text/markdown"}
KINDS = "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), PNG, JPEG, text and CSV"


def media_type(data: bytes, *, name: str) -> str:
    """What a file is. Refused when it is nothing that can be kept as an exhibit."""
    suffix = PurePath(name).suffix.lower()
    for sign, kind in _SIGNS:
        if data.startswith(sign):
            return kind
    if data.startswith(b"PK\x03\x04") and suffix in _OFFICE:
        return _OFFICE[suffix]
    if suffix in _TEXTS and b"\x00" not in data:
        try:
            data.decode()
        except UnicodeDecodeError as error:
            raise Refused(f"{name} is not UTF-8 text; save it as UTF-8 or bring a PDF.") from error
        return _TEXTS[suffix]
    raise Refused(f"{name} is of no kind that is kept as an exhibit: {KINDS}.")


def add_exhibit(
    session: Session,
    position: Position,
    data: bytes,
    *,
    name: str,
    caption: str,
    source: str,
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> Exhibit:
    """Keep a file with a position: what it shows (``caption``) and where it comes from (``source``)."""
    caption, source = folded(caption), folded(source)
    if not caption or not source:
        raise Refused("Say what the exhibit shows and where it comes from.")
    if not data:
        raise Refused(f"{name} is empty.")
    if len(data) > LARGEST_EXHIBIT:
        raise Refused(f"{name} has {len(data):,} bytes; an exhibit may have {LARGEST_EXHIBIT:,}.")
    kind, sha256 = media_type(data, name=name), hashlib.sha256(data).hexdigest()
    if any(known.sha256 == sha256 for known in position.exhibits):
        raise Refused("This very file is an exhibit of the position already.")
    exhibit = Exhibit(
        caption=caption,
        source=source,
        file_name=name,
        media_type=kind,
        size=len(data),
        sha256=sha256,
        storage_key=storage.put(data),
        added_by=actor,
        added_at=now,
    )
    position.exhibits.append(exhibit)
    audit.record(
        session,
        actor=actor,
        action="exhibit added",
        subject=f"position {position.id}",
        now=now,
        file=name,
        sha256=sha256,
        caption=caption,
        source=source,
    )
    return exhibit


def remove_exhibit(session: Session, position: Position, exhibit: Exhibit, *, actor: str, now: dt.datetime) -> None:
    """Take an exhibit from a position; the trail keeps its digest, and the storage the file."""
    position.exhibits.remove(exhibit)
    audit.record(
        session,
        actor=actor,
        action="exhibit removed",
        subject=f"position {position.id}",
        now=now,
        file=exhibit.file_name,
        sha256=exhibit.sha256,
        caption=exhibit.caption,
    )
