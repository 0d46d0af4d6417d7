"""Mails that came back: marked where they were written, and told on the trail of what they were about."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit, outbox
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.bounce_reports import BounceReport, NoBounce
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.signoffs.reading import subject_of

BOUNCED = "mail came back"
"""The action of the audit trail."""
MAIL_SERVER = "the mail server"


def mark(session: Session, report: BounceReport, *, sender: str, now: dt.datetime) -> OutgoingMail:
    """Mark the mail of a report as bounced; a report that comes twice changes nothing the second time.

    Raises :class:`~commenttrack.signoffs.bounce_reports.NoBounce` when the mail is not one of this installation.
    """
    mail = session.get(OutgoingMail, report.mail_id, with_for_update=True)
    if mail is None or report.domain != outbox.domain(sender):
        raise NoBounce(
            f"Mail {report.mail_id} from {report.domain} is not known here: the bounce belongs to another installation."
        )
    if mail.bounced_at is None:
        mail.bounced_at, mail.bounce, mail.secret = now, report.why, ""
        record(session, mail)
    return mail


def record(session: Session, mail: OutgoingMail) -> None:
    """Tell on the trail that a mail was marked as bounced, by a report or by the server that refused it."""
    assert mail.bounced_at is not None  # noqa: S101 (whoever marks it calls this)
    audit.record(
        session,
        actor=MAIL_SERVER,
        action=BOUNCED,
        subject=mail.about or f"outgoing_mail {mail.id}",
        now=mail.bounced_at,
        mail=mail.id,
        address=mail.to_email,
        why=mail.bounce,
    )


def bounces_of(session: Session, requests: Iterable[SignOffRequest]) -> dict[int, OutgoingMail]:
    """By id of the request: the mail to the person asked that came back since they were last asked.

    Asking again clears it, and so does asking somebody else. ``requests`` have their person loaded.
    """
    by_subject = {subject_of(request): request for request in requests}
    found = {}
    for mail in session.scalars(
        select(OutgoingMail)
        .where(OutgoingMail.about.in_(by_subject), OutgoingMail.bounced_at.is_not(None))
        .order_by(OutgoingMail.id)
    ):
        request = by_subject[mail.about]
        if mail.created_at >= request.asked_at and mail.to_email == request.person.email:
            found[request.id] = mail
    return found


def mails_about(session: Session, request: SignOffRequest) -> list[OutgoingMail]:
    """Every mail about a request, oldest first; what only its receiver may know is not in it."""
    return list(
        session.scalars(select(OutgoingMail).where(OutgoingMail.about == subject_of(request)).order_by(OutgoingMail.id))
    )
