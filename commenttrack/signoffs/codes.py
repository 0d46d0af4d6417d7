"""The mailed code that a letter may ask for beside the link: whoever was forwarded the link alone cannot decide."""

import datetime as dt
import hmac
import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.members.links import token_hash
from commenttrack.signoffs import links
from commenttrack.signoffs.correspondence import write_code
from commenttrack.signoffs.models import SigningCampaign, SignOffRequest
from commenttrack.signoffs.reading import subject_of

GOOD_FOR = dt.timedelta(minutes=15)
PAUSE = dt.timedelta(minutes=1)
"""Between two codes to one person."""
TRIES = 5
MOST_A_DAY = 20
"""Codes to one person: else a million codes could be tried out, a few at a time, before a link ends."""
_DIGITS = 6
MAILED = "sign-off code mailed"
"""The action of the audit trail."""


class CodeNotSent(Refused):
    """Another code went out a moment ago, or there is no address."""


def code_needed(session: Session, request: SignOffRequest) -> bool:
    """Whether decisions on the request's letter need a mailed code."""
    return bool(
        session.scalar(select(SigningCampaign.mailed_code).where(SigningCampaign.letter_id == request.letter_id))
    )


def send_code(session: Session, token: str, *, now: dt.datetime) -> SignOffRequest:
    """Mail a new code to the person asked; an earlier one stops working."""
    request = links.find_request(session, token, now=now, lock=True)
    if not request.person.email:
        raise CodeNotSent("No address is known for the person asked. Write to the person who asked you.")
    if request.code_sent_at is not None and now < request.code_sent_at + PAUSE:
        raise CodeNotSent("A code went out less than a minute ago. Look for the mail before you ask for another.")
    mailed = select(func.count(audit.AuditEvent.number)).where(
        audit.AuditEvent.subject == subject_of(request),
        audit.AuditEvent.action == MAILED,
        audit.AuditEvent.at > now - dt.timedelta(days=1),
    )
    if (session.scalar(mailed) or 0) >= MOST_A_DAY:
        raise CodeNotSent("Too many codes went out within a day. Try again tomorrow, or write to who asked you.")
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    request.code_hash, request.code_sent_at, request.code_attempts = _hashed(token, code), now, 0
    write_code(session, request, code, now=now)
    audit.record(session, actor="the link", action=MAILED, subject=subject_of(request), now=now)
    return request


def check_code(session: Session, token: str, code: str, *, now: dt.datetime) -> bool:
    """Whether this is the code mailed last; each code can be used once, and tried ``TRIES`` times.

    A wrong try is counted, so the caller must keep the transaction either way.
    """
    request = links.find_request(session, token, now=now, lock=True)
    waiting = request.code_hash and request.code_sent_at is not None and now < request.code_sent_at + GOOD_FOR
    if not waiting or request.code_attempts >= TRIES:
        return False
    request.code_attempts += 1
    right = hmac.compare_digest(request.code_hash, _hashed(token, "".join(code.split())))
    if right:
        request.code_hash = ""
    audit.record(
        session,
        actor="the link",
        action="sign-off code accepted" if right else "sign-off code refused",
        subject=subject_of(request),
        now=now,
    )
    return right


def _hashed(token: str, code: str) -> str:
    """A digest that is of no use without the token, which is stored nowhere: six digits alone could be tried out."""
    return token_hash(f"{token} {code}")
