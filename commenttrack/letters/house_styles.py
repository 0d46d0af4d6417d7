"""House styles: how the letters that an association leads look, set once and taken over when a letter starts."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import BadInput
from commenttrack.letters.markdown import head_from_mapping
from commenttrack.letters.models import HouseStyle, Letter, LetterPicture
from commenttrack.letters.operations import edit_head
from commenttrack.letters.pictures import checked
from commenttrack.members.models import Organization
from commenttrack.storage import Storage

KEYS = frozenset(
    {
        *("house_style", "the", "signature_columns", "signature_blocks", "redline_words", "thousands_comma", "toc"),
        *("exhibits", "closing", "contact", "requests_table"),
    }
)
"""Keys of a letter's head that belong to an association and not to one letter."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A logo as it came."""

    file_name: str
    data: bytes


def style_of(session: Session, organization: Organization) -> HouseStyle | None:
    """The house style of an association; None when it never set one."""
    return session.scalar(select(HouseStyle).where(HouseStyle.organization_id == organization.id))


def set_style(
    session: Session,
    organization: Organization,
    head: Mapping[str, Any],
    *,
    logo: Upload | None = None,
    without_logo: bool = False,
    logo_alt: str = "",
    storage: Storage,
    actor: str,
    now: dt.datetime,
) -> HouseStyle:
    """Set an association's house style; letters that were started keep theirs.

    Raises :class:`BadInput` for a key that is not an association's or a value that a head does not allow, and
    :class:`pictures.NotAPicture` for a logo that is none.
    """
    foreign = sorted(set(head) - KEYS)
    if foreign:
        raise BadInput(f"A house style cannot hold {', '.join(foreign)}; that belongs to one letter.")
    head_from_mapping(head)
    style = style_of(session, organization)
    before = dict(style.head_json) if style else {}
    if style is None:
        style = HouseStyle(organization=organization)
        session.add(style)
    style.head_json, style.logo_alt = dict(head), logo_alt.strip()
    if logo is not None:
        picture = checked(logo.file_name, logo.data)
        style.logo_name, style.logo_media_type = logo.file_name, picture.media_type
        style.logo_width, style.logo_height = picture.width, picture.height
        style.logo_storage_key = storage.put(picture.data)
    elif without_logo:
        style.logo_name = style.logo_media_type = style.logo_storage_key = ""
        style.logo_width = style.logo_height = 0.0
    style.changed_by, style.changed_at = actor, now
    audit.record(
        session,
        actor=actor,
        action="house style set",
        subject=f"organization {organization.id}",
        now=now,
        before=before,
        logo=style.logo_storage_key,
    )
    return style


def apply(session: Session, letter: Letter, *, actor: str, now: dt.datetime) -> bool:
    """Give a letter the house style of its lead, its logo and letterhead; whether there was a style to give."""
    style = style_of(session, letter.lead)
    if style is None:
        return False
    head: dict[str, Any] = {key: value for key, value in letter.head_json.items() if key not in KEYS - {"contact"}}
    head |= style.head_json
    head.pop("citations", None)  # the house style says how to cite, and how to order names
    head.pop("order", None)
    letterhead = {"name": letter.lead.name, "tagline": letter.lead.tagline, "address": list(letter.lead.address)}
    if style.logo_storage_key:
        letterhead |= {"logo": _picture(letter, style, actor, now).name, "logo_alt": style.logo_alt}
    head["letterhead"] = {key: value for key, value in letterhead.items() if value}
    edit_head(session, letter, head, actor=actor, now=now)
    return True


def _picture(letter: Letter, style: HouseStyle, actor: str, now: dt.datetime) -> LetterPicture:
    """The logo among the letter's pictures; a logo that changes later is another picture."""
    ending = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}[style.logo_media_type]
    name = f"logo-{style.logo_storage_key.rpartition('/')[2][:8]}.{ending}"
    known = next((each for each in letter.pictures if each.name == name), None)
    if known is None:
        known = LetterPicture(
            name=name,
            media_type=style.logo_media_type,
            width=style.logo_width,
            height=style.logo_height,
            storage_key=style.logo_storage_key,
            added_by=actor,
            added_at=now,
        )
        letter.pictures.append(known)
    return known
