"""Files that are filed with a stored letter: exhibits that no page can show, each under the name its exhibit prints.

The exhibit in the letter's text decides whether a file goes along: what is taken out of the text is not filed. A
version that was frozen before a file was attached goes without it: nobody who signed that version could read the file.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from pathlib import PurePath

from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.letters.content import Attachment, LetterContent
from commenttrack.letters.models import Letter, LetterAttachment, LetterVersion
from commenttrack.letters.own_words import own_words
from commenttrack.storage import Storage

PREFIX = "exhibit"
"""With which the names begin, so that no file of a packet is called like another and an agency sees what it has."""
_AS_TEXT = frozenset({".csv", ".md"})
"""Endings that regulations.gov does not take, of files that are plain text; the bytes stay as they are."""


def attach_file(
    session: Session,
    letter: Letter,
    data: bytes,
    *,
    key: str,
    file_name: str,
    media_type: str,
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> LetterAttachment:
    """Take in a file for the exhibit of this key, under a name of its own that never comes to mean another file."""
    known = next((row for row in letter.attachments if row.key == key), None)
    if known is not None:
        return known
    row = LetterAttachment(
        key=key,
        name=_name(file_name, [each.name for each in letter.attachments]),
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=storage.put(data),
        added_by=actor,
        added_at=now,
    )
    letter.attachments.append(row)
    audit.record(
        session,
        actor=actor,
        action="file attached",
        subject=f"letter {letter.id}",
        now=now,
        file=row.name,
        sha256=row.sha256,
    )
    return row


def _name(file_name: str, taken: Sequence[str]) -> str:
    """A plain name with the file's ending, in letters that every system takes; two never differ in case only."""
    path = PurePath(file_name)
    ending = path.suffix.lower()
    stem = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:60].strip("-") or "file"
    if ending in _AS_TEXT:
        stem, ending = f"{stem}-{ending[1:]}", ".txt"
    stem = stem if stem.startswith(PREFIX) else f"{PREFIX}-{stem}"
    name, count = f"{stem}{ending}", 2
    while name in taken:
        name, count = f"{stem}-{count}{ending}", count + 1
    return name


def mentioned(row: LetterAttachment, lang: str = "en-US") -> str:
    """What the exhibit says of its file, as Markdown: ``Submitted … as the file exhibit-costs.xlsx (…)``."""
    words = own_words(lang)
    kind = words.kind_of_file(PurePath(row.name).suffix)
    return words.submitted.format(file=row.name, kind=kind, size=size_in_words(row.size))


def size_in_words(size: int) -> str:
    """``48 KB``, ``1.2 MB``."""
    if size < 1_000:
        return f"{size} bytes"
    return f"{round(size / 1_000)} KB" if size < 999_500 else f"{size / 1_000_000:.1f} MB"


def attachments_of(letter: Letter) -> list[LetterAttachment]:
    """The files that go with the letter as it stands, in the order in which its exhibits stand."""
    return _in_texts(letter, [part.text for part in letter.parts if part.included])


def attachments_of_version(version: LetterVersion) -> list[LetterAttachment]:
    """The files that go with a frozen version."""
    return _in_texts(version.letter, [part["text"] for part in version.parts_json], version.frozen_at)


def _in_texts(letter: Letter, texts: Sequence[str], frozen_at: dt.datetime | None = None) -> list[LetterAttachment]:
    whole = "\n".join(texts)
    rows = [row for row in letter.attachments if frozen_at is None or row.added_at <= frozen_at]
    places = {row.id: whole.find(f"{{#{row.key}}}") for row in rows}
    return sorted((row for row in rows if places[row.id] >= 0), key=lambda row: places[row.id])


def described(
    letter: Letter, content: LetterContent, *, frozen_at: dt.datetime | None = None
) -> tuple[Attachment, ...]:
    """The files that go with a state of the letter, for the data inside its PDF."""
    rows = _in_texts(letter, [part.text for part in content.parts], frozen_at)
    return tuple(Attachment(row.key, row.name, row.media_type, row.size, row.sha256) for row in rows)
