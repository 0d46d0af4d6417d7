"""What the owner of a link that works no more is told, by mail and at the address the link went to."""

import datetime as dt
import enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack.config import Settings
from commenttrack.members.links import token_hash
from commenttrack.members.models import Person
from commenttrack.signoffs import links, operations
from commenttrack.signoffs.correspondence import write_link_explained
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.reading import decisions_close

MOST_AN_HOUR = 3
"""New links to one owner: else whoever holds an old link and knows the address could fill the mailbox, and end each
link before it is opened."""


class Answer(enum.StrEnum):
    """What asking about an old link led to. The page says the same whatever it is."""

    NOTHING = "nothing"
    NEW_LINK = "new link"
    EXPLAINED = "explained"


def ask_about(session: Session, token: str, email: str, *, now: dt.datetime, settings: Settings) -> Answer:
    """Help the owner of a link that works no more, who proves it by naming the address that it went to.

    Who is still the one asked gets a fresh link as long as decisions are taken; who is not, or comes too late, a mail
    that says so. Nothing goes to any other address, and the caller cannot tell the cases apart.
    """
    request, owner = _owner(session, token)
    if request is None or owner is None or (owner.email or "").casefold() != email.strip().casefold():
        return Answer.NOTHING
    if owner.id == request.person_id and now < decisions_close(request.letter.docket, asked_at=now):
        if links.replaced(session, request, since=now - dt.timedelta(hours=1)) >= MOST_AN_HOUR:
            return Answer.NOTHING
        operations.invite(
            session,
            request.letter,
            request.organization,
            owner,
            actor=f"{owner.name}, who asked for a new link",
            now=now,
            settings=settings,
            asked_for=True,
        )
        return Answer.NEW_LINK
    write_link_explained(session, request, owner, handed_on=owner.id != request.person_id, now=now)
    return Answer.EXPLAINED


def _owner(session: Session, token: str) -> tuple[SignOffRequest | None, Person | None]:
    """The request a token once belonged to, and the person it was mailed to."""
    current = session.scalar(select(SignOffRequest).where(SignOffRequest.token_hash == token_hash(token)))
    if current is not None:
        return current, current.person
    old = links.retired(session, token)
    if old is None:
        return None, None
    return old.request, session.get_one(Person, old.person_id)
