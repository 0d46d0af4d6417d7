"""The mails of a sign-off, written from plain values by the templates in ``templates/notices``.

A notice is a pair of templates, ``NAME.txt`` and ``NAME.html``. The text's first line is the subject. Nothing in a mail
is fetched from anywhere, and nothing tells whether it was opened.
"""

import re
import textwrap
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from commenttrack.resources import folder

_WIDTH = 76


@dataclass(frozen=True, slots=True)
class Notice:
    """A composed mail."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What every mail to a signer says."""

    association: str
    """Who asks."""
    organization: str
    person: str
    docket: str
    """Title of the proceeding."""
    identifiers: tuple[str, ...]
    letter: str
    version: int
    closes: str
    """Last moment for a decision by the link, in words with its zone."""
    comment_date: str
    """When the docket closes, in words with its zone; empty when no date is known."""
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a decision says, for the copy that its signer keeps. Holds no link."""

    decision: str
    """For people, e.g. ``Joined with a reservation``."""
    name: str
    title: str
    authority: str
    reservation: str
    reason: str
    moment: str
    recorded_by: str
    parts: tuple[tuple[str, str], ...]
    """Name and digest of each part the decision covers, in the letter's order."""
    excepted: tuple[str, ...]
    joining: bool


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """A part that moved, for the mail that asks again: its name and what happened to it."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class ClearedPart:
    """A part whose change was judged cosmetic, for the mail that tells its signers."""

    name: str
    reason: str
    by: str
    words: str
    """The words that changed, as one line; empty when the part was taken out."""


def compose_asking(name: str, ask: Ask, *, link: str, note: str = "", changes: tuple[ChangedPart, ...] = ()) -> Notice:
    """The mail that carries the link: ``name`` is ``invitation``, ``asked_again`` or ``reminder``."""
    return _compose(
        name, ask=ask, link=link, note=[p.strip() for p in note.split("\n\n") if p.strip()], changes=changes
    )


def compose_confirmation(ask: Ask, recorded: Recorded, *, may_change: bool) -> Notice:
    """The copy of a decision for the one who made it."""
    return _compose("confirmation", ask=ask, recorded=recorded, may_change=may_change)


def compose_cleared(ask: Ask, parts: tuple[ClearedPart, ...], *, signed_version: int) -> Notice:
    """The mail that tells a signer of changes that do not touch what was agreed to. Holds no link."""
    return _compose("cleared", ask=ask, parts=parts, signed_version=signed_version)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(folder("templates") / "notices"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _compose(template: str, **values: object) -> Notice:
    subject, _, body = _environment().get_template(f"{template}.txt").render(values).strip().partition("\n")
    # A subject is one header line whatever a title contains.
    return Notice(
        subject=" ".join(subject.split()),
        text=_wrapped(body.strip()),
        html=_environment().get_template(f"{template}.html").render(values),
    )


def _wrapped(text: str) -> str:
    """Paragraphs filled to a readable width; indented lines (addresses, lists, what was recorded) stay as they are."""
    paragraphs = re.split(r"\n{2,}", text)
    return (
        "\n\n".join(
            paragraph
            if re.search(r"^\s", paragraph, re.MULTILINE)
            else textwrap.fill(" ".join(paragraph.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)
            for paragraph in paragraphs
        )
        + "\n"
    )
