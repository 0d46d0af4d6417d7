"""Composes mails from plain values and the templates in ``templates/notices``.

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


def compose(template: str, **values: object) -> Notice:
    """The mail of a pair of templates. A value the templates ask for and do not get is an error."""
    subject, _, body = _environment().get_template(f"{template}.txt").render(values).strip().partition("\n")
    # A subject is one header line whatever a title contains.
    return Notice(
        subject=" ".join(subject.split()),
        text=_wrapped(body.strip()),
        html=_environment().get_template(f"{template}.html").render(values),
    )


def paragraphs(note: str) -> list[str]:
    """The paragraphs of a line of one's own."""
    return [p.strip() for p in note.split("\n\n") if p.strip()]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(folder("templates") / "notices"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _wrapped(text: str) -> str:
    """Paragraphs filled to a readable width; indented lines (addresses, lists, what was recorded) stay as they are."""
    found = re.split(r"\n{2,}", text)
    return (
        "\n\n".join(
            paragraph
            if re.search(r"^\s", paragraph, re.MULTILINE)
            else textwrap.fill(" ".join(paragraph.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)
            for paragraph in found
        )
        + "\n"
    )
