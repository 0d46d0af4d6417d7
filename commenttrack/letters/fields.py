"""Values of a letter's head, read with a refusal that names the key for every one that cannot be meant."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from commenttrack.errors import BadInput


def text_of(value: object, key: str) -> str:
    match value:
        case None:
            return ""
        case str():
            text = value.strip()
            if key == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                return text_of(day_of(text, key), key)
            return text
        case datetime():
            raise BadInput(f"{key}: {value} has an hour; write the day alone.")
        case date():
            return f"{value:%B} {value.day}, {value.year}"
        case bool():
            raise BadInput(f"{key} must be text, not {str(value).lower()}.")
        case int() | float():
            return str(value)
        case _:
            raise BadInput(f"{key} must be text, not {kind_of(value)}.")


def day_of(text: str, key: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{key}: {text} is not a day of the calendar.") from None


def lines_of(value: object, key: str) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(text_of(item, key) for item in value)
    return tuple(line.strip() for line in text_of(value, key).split("\n") if line.strip())


def list_of(value: object, key: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadInput(f"{key} must be a list, not {kind_of(value)}.")
    return value


def fields_of(value: object, key: str, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInput(f"{key} must be keys and values ({', '.join(allowed)}), not {kind_of(value)}.")
    for name in value:
        if name not in allowed:
            raise BadInput(f"Unknown key under {key}: {name}. Allowed are {', '.join(allowed)}.")
    return value


def choice_of(value: object, key: str, allowed: tuple[Any, ...], default: str) -> Any:
    if value is None:
        return default
    if value not in allowed:
        raise BadInput(f"{key} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def flag_of(value: object, key: str, default: bool) -> bool:
    if value is None:
        return default
    if not isinstance(value, bool):
        raise BadInput(f"{key} must be true or false, not {value!r}.")
    return value


_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")


def language_of(value: object, key: str) -> str:
    """A language tag, or an empty text."""
    language = text_of(value, key)
    if language and not _LANGUAGE.match(language):
        raise BadInput(f"{key} must be a language tag such as en-US or zh-Hans, not {language!r}.")
    return language


def kind_of(value: object) -> str:
    names: dict[type, str] = {dict: "keys and values", list: "a list", str: "text"}
    return names.get(type(value), type(value).__name__)
