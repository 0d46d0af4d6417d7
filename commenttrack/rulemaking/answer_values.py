"""Reading values from other people's JSON: a field that is absent, null or of another type is empty, never a crash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")

Fields = Mapping[str, Any]


def fields(value: Any) -> Fields:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Fields]:
    """The JSON objects of a list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A string or number as text, without white space around it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def texts(value: Any) -> tuple[str, ...]:
    """The strings of a list, empty ones left out."""
    return tuple(entry for entry in map(text, value) if entry) if isinstance(value, list) else ()


def number(value: Any) -> int | None:
    """An integer, also one written as a string."""
    written = text(value)
    return int(written) if written.isascii() and written.isdigit() else None


def day(value: Any) -> dt.date | None:
    """A day written YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text(value))
    except ValueError:
        return None


def moment(value: Any) -> dt.datetime | None:
    """A moment with its offset, in UTC; a day alone or a time without an offset is none."""
    written = text(value)
    if "T" not in written and ":" not in written:
        return None
    try:
        found = dt.datetime.fromisoformat(written)
    except ValueError:
        return None
    return found.astimezone(dt.UTC) if found.tzinfo else None
