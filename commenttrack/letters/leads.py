"""Who leads letters, and what that says about changing what an organization is to the association."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack.errors import Refused
from commenttrack.letters.models import Letter
from commenttrack.members import operations
from commenttrack.members.models import Organization, OrganizationKind

MAY_LEAD = (OrganizationKind.LEAD, OrganizationKind.PARTNER)


class LeadsLetters(Refused):
    """An organization that leads a letter, alone or with others, and would be of a kind that leads none."""


def change_kind(
    session: Session, organization: Organization, kind: OrganizationKind, *, actor: str, now: dt.datetime
) -> bool:
    """Change what an organization is; False when it is that already.

    Letters keep who leads them, and decisions, stances and frozen versions stay as they are. Raises
    :class:`LeadsLetters`, or :class:`~commenttrack.members.operations.LastLead`.
    """
    if kind not in MAY_LEAD and (led := _led_by(session, organization)):
        raise LeadsLetters(
            f"{organization.name} leads {', '.join(f'“{title}”' for title in led)}, and a letter is led by the lead or "
            "a partner association. Make it one of these, or let others lead the letter first."
        )
    return operations.set_kind(session, organization, kind, actor=actor, now=now)


def _led_by(session: Session, organization: Organization) -> list[str]:
    """Titles of the letters it leads; a letter names those that lead it with others in its head."""
    letters = session.execute(select(Letter.title, Letter.lead_id, Letter.head_json).order_by(Letter.id))
    return [
        title
        for title, lead_id, head in letters
        if lead_id == organization.id or (isinstance(named := head.get("lead"), list) and organization.name in named)
    ]
