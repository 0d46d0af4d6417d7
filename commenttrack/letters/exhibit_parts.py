"""Exhibits of the positions behind a letter, as exhibits of the letter: one annex part that is edited like any."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.letters.attachments import attach_file, mentioned
from commenttrack.letters.body import as_markdown
from commenttrack.letters.models import Letter, LetterPart, PartKind
from commenttrack.letters.operations import edit_part
from commenttrack.letters.own_words import own_words
from commenttrack.letters.pictured import add_picture
from commenttrack.letters.recorded_content import lang_of, links_behind
from commenttrack.positions.models import Exhibit, Position
from commenttrack.storage import Storage

KEY = "exhibits"
"""Key of the part that holds them."""
PICTURES = frozenset({"image/png", "image/jpeg", "image/svg+xml"})
"""Media types that a letter can print."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An exhibit of a position behind the letter."""

    exhibit: Exhibit
    position: Position
    printable: bool
    """Whether it is a picture; of other files a letter prints caption, source and name, and the file goes with it."""
    inside: bool
    """Whether the letter has it already: as a picture on its pages, or as a file that goes with it."""

    @property
    def call(self) -> str:
        """What refers to it in the text of a part."""
        return f"[#{_key(self.exhibit)}]"


def offered(session: Session, letter: Letter) -> list[Offered]:
    """The exhibits of all positions that included parts were written from, position by position."""
    positions = {link.position_id for link in links_behind(part for part in letter.parts if part.included)}
    rows = session.execute(
        select(Exhibit, Position)
        .join(Position, Position.id == Exhibit.position_id)
        .where(Exhibit.position_id.in_(positions))
        .order_by(Position.source_document_id, Position.place, Exhibit.id)
    ).all()
    return [
        Offered(exhibit, position, exhibit.media_type in PICTURES, _has(letter, exhibit)) for exhibit, position in rows
    ]


def put_in(
    session: Session, letter: Letter, exhibits: Sequence[Exhibit], *, storage: Storage, actor: str, now: dt.datetime
) -> LetterPart:
    """Add exhibits to the letter's annex of exhibits, each with caption, source and a key to refer to it.

    What is no picture becomes a file that is filed with the letter; the letter names it.

    Raises :class:`Refused` when there is nothing to add, and :class:`pictures.NotAPicture` for a damaged picture.
    """
    new = [exhibit for exhibit in exhibits if not _has(letter, exhibit)]
    if not new:
        raise Refused("Choose an exhibit that the letter does not have yet.")
    texts = []
    for exhibit in new:
        division = _division(session, letter, exhibit, storage, actor, now)
        # One whose caption stands in the letter already is only missing its file.
        if _stands_in(letter, exhibit):
            _name_file(session, letter, exhibit, actor, now)
        else:
            texts.append(division)
    part = next((part for part in letter.parts if part.key == KEY), None)
    if part is None:
        part = LetterPart(
            key=KEY, place=len(letter.parts), kind=PartKind.FREE, heading=own_words(lang_of(letter)).exhibits, level=1,
            text="", requested_text="", wording_digest="", annex=True, edited_by=actor, updated_at=now,
        )  # fmt: skip
        letter.parts.append(part)
        session.flush()  # its revision is counted by the database
        audit.record(session, actor=actor, action="part added", subject=f"letter {letter.id}", now=now, part=KEY)
    part.included = True
    return edit_part(
        session,
        part,
        expected_revision=part.revision,
        heading=part.heading,
        text="\n\n".join(filter(None, [part.text, *texts])),
        requested_text=part.requested_text,
        why="exhibits added",
        actor=actor,
        now=now,
    )


def _name_file(session: Session, letter: Letter, exhibit: Exhibit, actor: str, now: dt.datetime) -> None:
    """Say under the caption that a file goes along: it is new to who signed the exhibit without it."""
    mark = f"{{#{_key(exhibit)}}}"
    row = next((row for row in letter.attachments if row.key == _key(exhibit)), None)
    for part in letter.parts:
        if row is None or mark not in part.text or row.name in part.text:
            continue
        before, _, after = part.text.partition(mark)
        rest, _, body = after.partition("\n")
        edit_part(
            session,
            part,
            expected_revision=part.revision,
            heading=part.heading,
            text=f"{before}{mark}{rest}\n{mentioned(row, lang_of(letter))}\n\n{body}",
            requested_text=part.requested_text,
            why="exhibits added",
            actor=actor,
            now=now,
        )
        session.flush()  # the annex itself may be edited next, and its revision is counted by the database


def _stands_in(letter: Letter, exhibit: Exhibit) -> bool:
    mark = f"{{#{_key(exhibit)}}}"
    return any(mark in part.text for part in letter.parts)


def _has(letter: Letter, exhibit: Exhibit) -> bool:
    whole = exhibit.media_type in PICTURES or any(row.key == _key(exhibit) for row in letter.attachments)
    return whole and _stands_in(letter, exhibit)


def unattached(session: Session, letter: Letter) -> list[Exhibit]:
    """Exhibits that the letter only names: no pictures, and their files do not go with it."""
    ids = {int(found) for part in letter.parts if part.included for found in _MARK.findall(part.text)}
    if not ids:
        return []
    rows = session.scalars(select(Exhibit).where(Exhibit.id.in_(ids)).order_by(Exhibit.id))
    return [row for row in rows if not _has(letter, row)]


_MARK = re.compile(r"\{#exhibit-(\d{1,9})\}")


def _key(exhibit: Exhibit) -> str:
    return f"exhibit-{exhibit.id}"


def _division(
    session: Session, letter: Letter, exhibit: Exhibit, storage: Storage, actor: str, now: dt.datetime
) -> str:
    caption = as_markdown(exhibit.caption)
    if exhibit.media_type in PICTURES:
        data = storage.get(exhibit.storage_key)
        picture = add_picture(session, letter, data, file_name=exhibit.file_name, storage=storage, actor=actor, now=now)
        body = f"![{caption}]({picture.name})"
    else:
        row = attach_file(
            session,
            letter,
            storage.get(exhibit.storage_key),
            key=_key(exhibit),
            file_name=exhibit.file_name,
            media_type=exhibit.media_type,
            storage=storage,
            actor=actor,
            now=now,
        )
        body = mentioned(row, lang_of(letter))
    source = f"\n\n{own_words(lang_of(letter)).source} {as_markdown(exhibit.source)}" if exhibit.source.strip() else ""
    return f"::: exhibit {caption} {{#{_key(exhibit)}}}\n{body}{source}\n:::"
