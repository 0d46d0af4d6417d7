"""The mailed link: made, found, retired, and explained to its owner.

A link that does not work looks the same to everybody who opens it, whether it was invented, replaced, handed on or is
past its time. Its owner learns more by mail, to the address that the link once went to.
"""

import datetime as dt

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session, joinedload

from commenttrack import audit
from commenttrack.letters.models import Letter
from commenttrack.members.links import LinkExpired, LinkUnknown, new_token, token_hash
from commenttrack.signoffs.models import RetiredLink, Retirement, SignOffRequest
from commenttrack.signoffs.reading import link_closes, subject_of


def give_new(request: SignOffRequest, *, closes: dt.datetime, now: dt.datetime) -> str:
    """Give a request a new link, and return its token, which is stored nowhere but in the mail that waits to go out."""
    token = new_token()
    request.token_hash, request.asked_at, request.expires_at, request.opened_at = token_hash(token), now, closes, None
    request.code_hash, request.code_sent_at, request.code_attempts = "", None, 0
    return token


def retire(session: Session, request: SignOffRequest, why: Retirement, *, now: dt.datetime) -> None:
    """Remember the link that a new one replaces, so that its owner can be told."""
    session.add(
        RetiredLink(
            request_id=request.id,
            person_id=request.person_id,
            version_id=request.asked_version_id,
            token_hash=request.token_hash,
            why=why,
            retired_at=now,
        )
    )


def replaced(session: Session, request: SignOffRequest, *, since: dt.datetime | None = None) -> int:
    """How many links a request had before the one that works now, or how many were replaced after a moment."""
    counted = select(func.count(RetiredLink.id)).where(RetiredLink.request_id == request.id)
    return session.scalar(counted if since is None else counted.where(RetiredLink.retired_at > since)) or 0


_COLUMNS = [column.key for column in inspect(SignOffRequest).column_attrs]
# Everything behind a link looks at these; each by a query of its own would make half of what a page asks for.
_AROUND = (
    joinedload(SignOffRequest.organization, innerjoin=True),
    joinedload(SignOffRequest.person, innerjoin=True),
    joinedload(SignOffRequest.letter, innerjoin=True).options(
        joinedload(Letter.lead, innerjoin=True), joinedload(Letter.docket, innerjoin=True)
    ),
)


def find_request(session: Session, token: str, *, now: dt.datetime, lock: bool = False) -> SignOffRequest:
    """The request a mailed link belongs to. Raises :class:`LinkUnknown` or :class:`LinkExpired`; changes nothing.

    ``lock`` holds the row until the end of the transaction: on PostgreSQL two decisions on one request queue here, so
    that the second one sees the first.
    """
    which = select(SignOffRequest).where(SignOffRequest.token_hash == token_hash(token))
    request = session.scalar(which if lock else which.options(*_AROUND))
    if request is not None and lock:
        # Its columns alone: what stands around it was read for the page, and changes with the link only.
        session.refresh(request, _COLUMNS, with_for_update={"of": SignOffRequest})
    if request is None or request.token_hash != token_hash(token):
        raise LinkUnknown
    if now >= link_closes(request):
        raise LinkExpired
    return request


def retired(session: Session, token: str) -> RetiredLink | None:
    """What is remembered of a link that was mailed once and works no more."""
    return session.scalar(select(RetiredLink).where(RetiredLink.token_hash == token_hash(token)))


def passed_on_since(session: Session, request: SignOffRequest, moment: dt.datetime) -> bool:
    """Whether somebody else held the link at or after a moment than the person who is asked now."""
    others = select(RetiredLink.id).where(
        RetiredLink.request_id == request.id,
        RetiredLink.person_id != request.person_id,
        RetiredLink.retired_at >= moment,
    )
    return session.scalar(others.limit(1)) is not None


def mark_opened(session: Session, request: SignOffRequest, *, now: dt.datetime) -> None:
    """Note that the link was opened. It says that the mail arrived, never that a person agreed: scanners open links."""
    if request.opened_at is None:
        request.opened_at = now
        audit.record(session, actor="the link", action="sign-off link opened", subject=subject_of(request), now=now)
