"""How values look on pages: dates, sizes, counts; and what every template can ask."""

import datetime as dt
from typing import Any

from flask import Flask, g
from jinja2 import StrictUndefined

from commenttrack import __version__
from commenttrack.errors import Refused
from commenttrack.letters.languages import language_name
from commenttrack.members.operations import lead
from commenttrack.members.permissions import Permission
from commenttrack.positions.source_text import unmarked
from commenttrack.web import access, database
from commenttrack.web.frame import EASTERN, DocketFrame, plural
from commenttrack.wording import full_stop


def set_up(app: Flask) -> None:
    """Filters, globals and strictness of an app's templates."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(
        day=day,
        short_day=short_day,
        moment=moment,
        hour=hour,
        size=size,
        thousands=thousands,
        pages=pages,
        language_name=language_name,
        unmarked=unmarked,
        full_stop=full_stop,
    )
    environment.globals.update(plural=plural, may=access.may, Permission=Permission, version=__version__)
    app.context_processor(_about_the_request)


def _about_the_request() -> dict[str, Any]:
    frame: DocketFrame | None = g.get("frame")
    return {
        "frame": frame,
        "account": access.account(),
        "association": _association,
        "today": eastern_day(database.now()),
    }


def _association() -> str:
    """Whose installation this is: the name it was given, else the lead association's; empty before there is one."""
    try:
        if given := database.house().settings.association:
            return given
        return lead(database.session()).name
    except Refused:
        return ""


def eastern_day(value: dt.datetime) -> dt.date:
    """The day of a moment in Eastern time, by which agencies count."""
    return value.astimezone(EASTERN).date()


def day(value: dt.date) -> str:
    """``Monday, January 18, 2027``."""
    return f"{value:%A, %B} {value.day}, {value.year}"


def short_day(value: dt.date) -> str:
    """``Jan. 18, 2027``, with the months as legal citations write them."""
    month = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
    return f"{month[value.month - 1]} {value.day}, {value.year}"


def moment(value: dt.datetime) -> str:
    """A moment in Eastern time, with the zone in words."""
    local = value.astimezone(EASTERN)
    return f"{short_day(local.date())}, {hour(f'{local:%H:%M}')} Eastern"


def hour(value: str) -> str:
    """``17:00`` as ``5:00 p.m.``."""
    hours, minutes = (int(part) for part in value.split(":"))
    return f"{(hours - 1) % 12 + 1}:{minutes:02} {'a.m.' if hours < 12 else 'p.m.'}"


def size(value: int) -> str:
    """Bytes for people: ``812 bytes``, ``34 kB``, ``1.2 MB``."""
    if value < 1000:
        return plural(value, "byte")
    return f"{value / 1000:,.0f} kB" if value < 1_000_000 else f"{value / 1_000_000:,.1f} MB"


def thousands(value: int) -> str:
    """``3,104``."""
    return f"{value:,}"


def pages(value: list[int]) -> str:
    """Printed pages of the Federal Register: ``p. 23651`` or ``pp. 23651–23653``."""
    if not value:
        return ""
    return f"p. {value[0]}" if value[0] == value[-1] else f"pp. {value[0]}–{value[-1]}"
