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
from commenttrack.signoffs.models import Retirement, SignOffRequest
from commenttrack.signoffs.reading import link_closes


class Answer(enum.StrEnum):
    """What asking about an old link led to. The page says the same whatever it is."""

    NOTHING = "nothing"
    NEW_LINK = "new link"
    EXPLAINED = "explained"


def ask_about(session: Session, token: str, email: str, *, now: dt.datetime, settings: Settings) -> Answer:
    """Help the owner of a link that works no more, who proves it by naming the address that it went to.

    A link that a newer mail replaced gets its owner a fresh one; one that was handed on, or is past its time, a mail
    that says so. Nothing goes to any other address, and the caller cannot tell the cases apart.
    """
    request, owner, why = _owner(session, token)
    if request is None or owner is None or (owner.email or "").casefold() != email.strip().casefold():
        return Answer.NOTHING
    if now < link_closes(request) and why is not Retirement.HANDED_ON and owner.id == request.person_id:
        operations.invite(
            session,
            request.letter,
            request.organization,
            owner,
            actor=f"{owner.name}, who asked for a new link",
            now=now,
            settings=settings,
        )
        return Answer.NEW_LINK
    write_link_explained(session, request, owner, handed_on=owner.id != request.person_id, now=now)
    return Answer.EXPLAINED


def _owner(session: Session, token: str) -> tuple[SignOffRequest | None, Person | None, Retirement | None]:
    """The request a token once belonged to, the person it was mailed to, and why it was retired."""
    current = session.scalar(select(SignOffRequest).where(SignOffRequest.token_hash == token_hash(token)))
    if current is not None:
        return current, current.person, None
    old = links.retired(session, token)
    if old is None:
        return None, None, None
    return old.request, session.get_one(Person, old.person_id), old.why
