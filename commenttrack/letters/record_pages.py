"""What an association keeps with its files beside a letter, as a tagged PDF: certificate, issue-preservation report.

Both print a frozen dataclass through a template of ``templates/filing`` and carry it as JSON.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from commenttrack.letters import pdf
from commenttrack.letters.assets import font_faces
from commenttrack.resources import folder
from commenttrack.wording import full_stop

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of paper that is kept."""

    template: str
    format: str
    """What the data inside call themselves, e.g. ``commenttrack-certificate/1``."""
    attached: str
    """The name of the file inside."""
    description: str
    """What that file holds, for a reader's list of attachments."""

    def html(self, content: "DataclassInstance", *, stamp: dt.datetime, **more: object) -> str:
        """The page the PDF is made from; fonts are named, and nothing is fetched.

        The template sees the fields of ``content``, and what is given beside it.
        """
        css = font_faces() + (folder("templates") / "filing" / "record.css").read_text(encoding="utf-8")
        values: Mapping[str, object] = {
            **{field.name: getattr(content, field.name) for field in fields(content)},
            **more,
            "css": Markup(css),  # noqa: S704 our own style sheet
            "stamp": stamp.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return _environment().get_template(self.template).render(values)

    def pdf(self, content: "DataclassInstance", *, stamp: dt.datetime, **more: object) -> bytes:
        """The tagged PDF (PDF/UA-1 and PDF/A-3a) with the content attached as JSON.

        ``stamp`` is the moment the file carries inside. Raises :class:`commenttrack.letters.assets.CannotRender`.
        """
        data = {"format": self.format, **asdict(content)}
        page = self.html(content, stamp=stamp, **more)
        return pdf.make(
            lambda pieces: page,
            notes={},
            attachment=json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode(),
            stamp=stamp.astimezone(dt.UTC).replace(microsecond=0),
            attached=(self.attached, self.description),
        )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("templates") / "filing"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["full_stop"] = full_stop
    return environment
