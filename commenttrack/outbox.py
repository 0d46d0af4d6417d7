"""Mail written in the transaction of its cause and sent after it: at least once, and never twice for the same event."""

import datetime as dt
import email.policy
import smtplib
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from commenttrack.db import Base, transaction


class OutgoingMail(Base):
    """A mail to send. ``key`` names its cause, so that one cause writes one mail."""

    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    to_name: Mapped[str]
    to_email: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    # Both with SECRET_MARK where the secret stands.
    secret: Mapped[str] = mapped_column(default="")
    # A token that only the receiver may know; erased as soon as the mail is sent.
    created_at: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    # When a worker took it to send it; after a try that failed, ``LEASE`` before the moment of the next one.
    sent_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="", index=True)
    # What it concerns, as the audit trail calls it, e.g. "sign_off_request 12".
    unsubscribe: Mapped[str] = mapped_column(default="")
    # Address for the List-Unsubscribe header of mails that may be declined; with SECRET_MARK where the secret stands.
    bounced_at: Mapped[dt.datetime | None]
    bounce: Mapped[str] = mapped_column(default="")
    # What the receiving server said when it sent the mail back.


SECRET_MARK = "••••••"  # noqa: S105 what staff see in its place


class Transport(Protocol):
    """Hands one message over; raises ``OSError`` or ``smtplib.SMTPException`` when it could not."""

    def send(self, message: EmailMessage) -> None: ...


class FileTransport:
    """Writes each message as an .eml file named by its Message-ID."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        # Under its name only when it is whole, for whoever watches the folder.
        unfinished = self.folder / f".{name}.part"
        # Only a header can say an address that is not ASCII, in UTF-8 (RFC 6532); smtplib does the same by itself.
        utf8 = any(not each.addr_spec.isascii() for each in message["To"].addresses)
        unfinished.write_bytes(message.as_bytes(policy=email.policy.default.clone(utf8=utf8)))
        unfinished.replace(self.folder / f"{name}.eml")


class SmtpTransport:
    """Speaks SMTP to ``smtp://[user:password@]host[:port][?starttls=1]``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "localhost", parts.port or 25
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.starttls = parse_qs(parts.query).get("starttls") == ["1"]

    def send(self, message: EmailMessage) -> None:
        with smtplib.SMTP(self.host, self.port, timeout=30) as server:
            if self.starttls:
                server.starttls()
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)


def transport(mail_url: str) -> Transport:
    """The transport of a ``COMMENTTRACK_MAIL_URL``."""
    if mail_url.startswith("file://"):
        return FileTransport(Path(unquote(urlsplit(mail_url).path)))
    return SmtpTransport(mail_url)


def write(
    session: Session,
    *,
    key: str,
    to_name: str,
    to_email: str,
    subject: str,
    text: str,
    html: str,
    secret: str = "",
    about: str = "",
    unsubscribe: str = "",
    now: dt.datetime,
) -> OutgoingMail:
    """Write a mail beside its cause. A cause that already wrote its mail gets that one back.

    A ``secret`` that stands in the texts, or in the address to ``unsubscribe`` at, is kept apart from them, so that
    nobody reads it in a stored mail. ``about`` is what the mail concerns, as the audit trail calls it.
    """
    mail = session.scalar(select(OutgoingMail).where(OutgoingMail.key == key))
    if mail is None:
        mail = OutgoingMail(
            key=key,
            to_name=to_name,
            to_email=to_email,
            subject=subject,
            text=text.replace(secret, SECRET_MARK) if secret else text,
            html=html.replace(secret, SECRET_MARK) if secret else html,
            secret=secret,
            about=about,
            unsubscribe=unsubscribe.replace(secret, SECRET_MARK) if secret else unsubscribe,
            created_at=now,
        )
        session.add(mail)
    return mail


def message_of(mail: OutgoingMail, *, sender: str) -> EmailMessage:
    """The message as it is sent. The Message-ID is the row's, so a receiver can drop a repeat after a crash."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = _receiver(mail)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{file_stem(mail)}@{domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        # RFC 8058: one click in the mail program posts to the address; opening it changes nothing.
        message["List-Unsubscribe"] = f"<{mail.unsubscribe.replace(SECRET_MARK, mail.secret)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text.replace(SECRET_MARK, mail.secret) if mail.secret else mail.text)
    message.add_alternative(mail.html.replace(SECRET_MARK, mail.secret) if mail.secret else mail.html, subtype="html")
    return message


def _receiver(mail: OutgoingMail) -> str:
    """Name and address; the host of an address goes out in ASCII (RFC 5891), what stands before it as it is."""
    local, _, host = mail.to_email.rpartition("@")
    host = host if host.isascii() else host.encode("idna").decode()
    if local.isascii():
        return formataddr((mail.to_name, f"{local}@{host}"))
    return str(Address(mail.to_name, username=local, domain=host))


def domain(sender: str) -> str:
    """The part of our Message-IDs behind the @, which is that of the sender's address."""
    return sender.rpartition("@")[2].strip("> ").lower()


def file_stem(mail: OutgoingMail) -> str:
    """The local part of the Message-ID, which is also the name of the file in a file outbox."""
    return f"commenttrack-{mail.id:06d}"


MAX_ATTEMPTS = 16
"""The last one comes about two days after the first: a mail server may be away over a night or a holiday."""
LEASE = dt.timedelta(minutes=10)
"""How long a claimed mail is left to its worker before it counts as lost; longer than SMTP's own time limits."""


def pause(attempts: int) -> dt.timedelta:
    """How long a mail rests after so many failed tries: a minute, then twice as long each time, at most six hours."""
    return min(dt.timedelta(minutes=2 ** (attempts - 1)), dt.timedelta(hours=6))


def refusal(failure: Exception) -> str:
    """What a mail server says that refuses a mail for good (a reply of 5xx to its receiver or its data), else empty."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        replies: list[tuple[int, bytes | str]] = list(failure.recipients.values())
    elif isinstance(failure, smtplib.SMTPDataError):
        replies = [(failure.smtp_code, failure.smtp_error)]
    else:
        return ""
    if not replies or any(not 500 <= code < 600 for code, _ in replies):
        return ""
    return "; ".join(f"{code} {_words(said)}" for code, said in replies)


def _words(said: bytes | str) -> str:
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())[:500]


def _nothing_more(session: Session, mail: OutgoingMail) -> None:
    """Nobody keeps account of mails that were sent back."""


def send_pending(
    sessions: sessionmaker[Session],
    carrier: Transport,
    *,
    sender: str,
    now: dt.datetime,
    refused: Callable[[Session, OutgoingMail], None] = _nothing_more,
) -> int:
    """Send what is waiting; returns how many went out.

    A mail is claimed, sent outside of any transaction (a slow server must not hold up people who write), and marked as
    sent. Two workers never claim the same mail; one that dies between sending and marking leaves a mail that goes out
    again after ``LEASE``, under the same Message-ID. A mail that fails keeps its error and is tried again after a
    :func:`pause`, up to ``MAX_ATTEMPTS`` times. One that the server refuses for good, or that failed the last time, is
    not tried again: it counts as bounced, and ``refused`` is called in the transaction that says so.
    """
    sent, last = 0, 0
    while True:
        with sessions() as session, transaction(session):
            mail = _claim(session, after=last, now=now)
        if mail is None:
            return sent
        last = mail.id
        error = for_good = ""
        try:
            carrier.send(message_of(mail, sender=sender))
        except (OSError, smtplib.SMTPException, ValueError) as failure:
            # ValueError: an address or a name that no header can hold; it must not stop the mails behind it.
            error, for_good = str(failure) or type(failure).__name__, refusal(failure)
            if mail.attempts >= MAX_ATTEMPTS and not for_good:
                for_good = f"given up after {MAX_ATTEMPTS} tries: {error}"[:500]
        with sessions() as session, transaction(session):
            session.add(mail)  # as it was claimed: nobody else touches it meanwhile
            mail.error, mail.claimed_at = error, None
            if not error:
                mail.sent_at, mail.secret = now, ""
                sent += 1
            elif for_good:
                mail.bounced_at, mail.bounce, mail.secret = now, for_good, ""
                refused(session, mail)
            else:
                mail.claimed_at = now + pause(mail.attempts) - LEASE


def _claim(session: Session, *, after: int, now: dt.datetime) -> OutgoingMail | None:
    mail = session.scalar(
        select(OutgoingMail)
        .where(
            OutgoingMail.sent_at.is_(None),
            OutgoingMail.bounced_at.is_(None),
            OutgoingMail.attempts < MAX_ATTEMPTS,
            OutgoingMail.id > after,
            or_(OutgoingMail.claimed_at.is_(None), OutgoingMail.claimed_at <= now - LEASE),
        )
        .order_by(OutgoingMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if mail is not None:
        mail.attempts, mail.claimed_at = mail.attempts + 1, now
    return mail
