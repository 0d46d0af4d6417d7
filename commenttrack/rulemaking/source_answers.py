"""What a public source answered, judged: an answer to use, or a refusal that says what to do instead."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

from commenttrack.errors import Refused
from commenttrack.rulemaking.answer_values import EASTERN, fields, objects, text

Form = Literal["JSON", "XML", "HTML"]

_MEDIA_TYPES: dict[Form, re.Pattern[str]] = {
    "JSON": re.compile(r"application/(?:[\w.-]+\+)?json"),
    "XML": re.compile(r"(?:application|text)/xml|application/(?!xhtml)[\w.-]+\+xml"),
    "HTML": re.compile(r"text/html|application/xhtml\+xml"),
}


class NoNetwork(Refused):
    """The source cannot be reached, and no copy of the answer is kept here."""


class SourceUnavailable(Refused):
    """The source is there but does not give the answer now: busy, out of order, too slow, or breaking off."""


class NotAtSource(Refused):
    """The source knows nothing of that name."""


class AccessDenied(Refused):
    """The source does not let this program in: a missing or refused key, or a page that asks for a person."""


class BadAnswer(Refused):
    """The source answered with something that is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Received:
    """One answer as it came, its body decoded and whole; ``address`` is the one asked, without its query."""

    host: str
    address: str
    status: int
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said. ``note`` is empty, or says that this is a kept copy, of which moment, and why."""

    address: str
    data: bytes
    note: str = ""


def accepted(received: Received, form: Form, *, absent: str) -> bytes:
    """The body of a good answer in the form asked for.

    Otherwise raises the refusal that its status or type calls for; ``absent`` is the sentence for an unknown name.
    """
    host, status = received.host, received.status
    if status in (404, 410):
        raise NotAtSource(absent)
    if status in (401, 403):
        raise AccessDenied(f"{host} does not let this program in ({said(received.data) or status}).")
    if status >= 300:
        raise BadAnswer(f"{host} does not accept the request ({said(received.data) or status}).")
    kind = received.media_type.partition(";")[0].strip().lower()
    if not _MEDIA_TYPES[form].fullmatch(kind):
        person = " It may ask for a person at a browser." if form != "HTML" and kind == "text/html" else ""
        raise BadAnswer(
            f"{host} answered with {kind or 'something without a type'} where {form} was expected.{person} Open "
            f"{received.address} in a browser, save the file and import it instead."
        )
    return received.data


def said(data: bytes) -> str:
    """What an error in JSON says, in its own words and at most 200 characters; empty when it says nothing readable."""
    try:
        answer = fields(json.loads(data))
    except (ValueError, RecursionError):
        return ""
    errors = objects(answer.get("errors"))
    words = [f"{text(error.get('title'))} {text(error.get('detail'))}" for error in errors]
    words += [f"{name}: {text(value)}" for name, value in fields(answer.get("errors")).items() if text(value)]
    words += [text(answer.get("message")), text(answer.get("error")), text(fields(answer.get("error")).get("message"))]
    return "; ".join(" ".join(word.split()) for word in words if word.strip())[:200].rstrip(".")


def retry_after(written: str, *, now: dt.datetime) -> float | None:
    """The seconds that a Retry-After header asks to wait, written as such or as a moment; None without one."""
    written = written.strip()
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", written):
        return float(written)
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())


def busy(host: str, status: int, wait: float | None) -> str:
    """The sentence for a source that asks to come back later or is out of order."""
    why = f"{host} has had too many requests" if status == 429 else f"{host} is out of order or busy ({status})"
    if wait is None:
        when = "Try again later"
    elif wait < 120:
        seconds = max(1, round(wait))
        when = f"It asks to wait {seconds} second{'' if seconds == 1 else 's'}"
    else:
        when = f"It asks to wait {round(wait / 60)} minutes"
    return f"{why}. {when}, or import the file instead."


def too_large(address: str, maximum: int) -> str:
    """The sentence for a body larger than is read."""
    return (
        f"{urlsplit(address).hostname} answered with more than {maximum // 1_000_000} MB, which no Federal Register "
        f"document or CFR part has. Check what {address} is, or import the part you need as a file."
    )


def kept_copy(host: str, *, reachable: bool, moment: dt.datetime | None) -> str:
    """The note on an answer that is a kept copy."""
    cause = "does not answer" if reachable else "cannot be reached"
    if moment is None:
        return f"{host} {cause} now; this is a kept copy of unknown date."
    when = moment.astimezone(EASTERN)
    return (
        f"{host} {cause} now; this is the copy kept on {when:%B} {when.day}, {when.year}, at {when:%H:%M} Eastern time."
    )
