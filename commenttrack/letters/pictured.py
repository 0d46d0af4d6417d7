"""The pictures of a stored letter: taking one in, and giving them and the attached files to what prints the letter."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any, cast

from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.letters.attachments import described
from commenttrack.letters.content import LetterContent, Picture
from commenttrack.letters.models import Letter, LetterPicture
from commenttrack.letters.pictures import MOST, checked
from commenttrack.storage import Storage


def add_picture(
    session: Session, letter: Letter, data: bytes, *, file_name: str, storage: Storage, actor: str, now: dt.datetime
) -> LetterPicture:
    """Take in a picture under a name that its bytes are part of, so that a name never comes to mean another picture.

    Raises :class:`pictures.NotAPicture` for what is none, and :class:`Refused` for one too many.
    """
    picture = checked(file_name, data)
    key = storage.put(picture.data)
    digest = key.rpartition("/")[2]
    ending = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}[picture.media_type]
    stem = re.sub(r"[^a-z0-9]+", "-", file_name.rpartition(".")[0].lower()).strip("-")[:40] or "picture"
    name = f"{stem}-{digest[:8]}.{ending}"
    known = next((each for each in letter.pictures if each.name == name), None)
    if known is not None:
        return known
    if len(letter.pictures) >= MOST:
        raise Refused(f"The letter has {len(letter.pictures)} pictures; {MOST} are the most.")
    row = LetterPicture(
        name=name,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        storage_key=key,
        added_by=actor,
        added_at=now,
    )
    letter.pictures.append(row)
    audit.record(session, actor=actor, action="picture added", subject=f"letter {letter.id}", now=now, picture=name)
    return row


def with_files(
    letter: Letter, content: LetterContent, storage: Storage, *, frozen_at: dt.datetime | None = None
) -> LetterContent:
    """The content with the bytes of the pictures that it names, and with what is said of its attached files.

    ``frozen_at`` is the moment of a frozen version, with which no file goes that was attached later.
    """
    texts = [content.head.letterhead.logo, *(text for part in content.parts for text in (part.text, part.translation))]
    named = [row for row in letter.pictures if any(row.name in text for text in texts)]
    return replace(
        content,
        pictures=tuple(
            Picture(row.name, cast(Any, row.media_type), storage.get(row.storage_key), row.width, row.height)
            for row in named
        ),
        attachments=described(letter, content, frozen_at=frozen_at),
    )
