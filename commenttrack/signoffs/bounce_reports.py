"""Reading a delivery status notification (RFC 3464): which of our mails came back, and what the server said. Pure."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message

from commenttrack.errors import BadInput

LARGEST = 10_000_000
"""Bytes. A notification may carry the whole mail that came back."""
_OURS = re.compile(r"<?commenttrack-([0-9]{6,18})@([^>\s]+)>?")
_LONGEST = 500


class NoBounce(BadInput):
    """A message that is no notification of a mail that came back, or not of one of ours."""


@dataclass(frozen=True, slots=True)
class BounceReport:
    """A mail of ours that came back for good."""

    mail_id: int
    domain: str
    """Of the Message-ID, lower case; it tells whose mail it was."""
    recipient: str
    """As the server names it; empty when it does not."""
    why: str
    """Status code and what the server said, on one line."""


def read_report(data: bytes) -> BounceReport:
    """What a notification says. Raises :class:`NoBounce` with what it is instead."""
    if len(data) > LARGEST:
        raise NoBounce(f"The message is larger than {LARGEST // 1_000_000} MB; no bounce is.")
    message = email.message_from_bytes(data, policy=email.policy.default)
    if message.get_content_type() != "multipart/report" or not isinstance(message, EmailMessage):
        raise NoBounce(
            "This is not a delivery status notification (multipart/report). Pass the whole message as it arrived, "
            "with its header."
        )
    recipients = list(_recipients(message))
    if not recipients:
        raise NoBounce("The report names no recipient whose mail came back.")
    failed = [fields for fields in recipients if _field(fields, "Action").lower() == "failed"]
    if not failed:
        action = _field(recipients[0], "Action") or "unknown"
        raise NoBounce(f"The mail did not come back for good (the report says “{action}”). Nothing was marked.")
    mail_id, domain = _original(message)
    fields = failed[0]
    said = _field(fields, "Diagnostic-Code").partition(";")[2] or _field(fields, "Diagnostic-Code")
    why = " ".join(f"{_field(fields, 'Status')} {said}".split())
    recipient = (_field(fields, "Original-Recipient") or _field(fields, "Final-Recipient")).rpartition(";")[2]
    return BounceReport(mail_id, domain, recipient.strip(), (why or "The server gave no reason.")[:_LONGEST])


def _recipients(message: EmailMessage) -> Iterator[Message]:
    """The groups of fields that speak of a recipient each; the first group of the part is about the whole message."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            for group in groups if isinstance(groups, list) else ():
                if isinstance(group, Message) and group["Final-Recipient"] is not None:
                    yield group


def _field(fields: Message, name: str) -> str:
    return " ".join(str(fields.get(name, "")).split())


def _original(message: EmailMessage) -> tuple[int, str]:
    """Number and domain of our Message-ID, from what came back, else from what the bounce refers to."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            headers = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Message) else None
        elif kind == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            headers = email.message_from_bytes(raw) if isinstance(raw, bytes) else None
        else:
            continue
        if headers is not None and (found := _OURS.fullmatch(str(headers.get("Message-ID", "")).strip())):
            return int(found[1]), found[2].lower()
    for name in ("In-Reply-To", "References"):
        if found := _OURS.search(str(message.get(name, ""))):
            return int(found[1]), found[2].lower()
    raise NoBounce("The report does not name a mail of ours: no Message-ID of CommentTrack stands in it.")
