"""The limits of a filing system: those that come with the program, and an installation's corrections to them.

The figures were read in public documents, not measured, so each set says where it comes from and when it was last
verified, and an installation can override any of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commenttrack.errors import BadInput
from commenttrack.resources import folder


class BadLimits(BadInput):
    """A file of limits that cannot be used; names the value."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one filing system accepts. Sizes are bytes, lengths characters."""

    comment_characters: int
    comment_bytes: int
    line_break_counts: int
    """How often the system counts a line break."""
    emoji_allowed: bool
    files: int
    file_bytes: int
    extensions: frozenset[str]
    """Lower case, without the dot."""
    organization_characters: int
    organization_bytes: int
    organization_types: tuple[str, ...]
    email_characters: int
    first_name_characters: int
    last_name_characters: int
    source: str
    verified: str
    """ISO date on which the figures were last compared with the source."""


def limits_from(data: Mapping[str, Any], *overrides: Mapping[str, Any]) -> Limits:
    """The limits of a decoded file, with each override laid over what came before it, key by key.

    An override may hold only what differs. Raises :class:`BadLimits` for a missing, unknown or unusable value.
    """
    merged: Mapping[str, Any] = data
    for override in overrides:
        merged = _overlaid(merged, override, "")
    return Limits(
        comment_characters=_number(merged, "comment", "characters"),
        comment_bytes=_number(merged, "comment", "utf8_bytes"),
        line_break_counts=_number(merged, "comment", "line_break_counts"),
        emoji_allowed=_flag(merged, "comment", "emoji"),
        files=_number(merged, "files", "count"),
        file_bytes=_number(merged, "files", "bytes_each"),
        extensions=frozenset(name.lower().lstrip(".") for name in _names(merged, "files", "extensions")),
        organization_characters=_number(merged, "organization", "characters"),
        organization_bytes=_number(merged, "organization", "utf8_bytes"),
        organization_types=_names(merged, "organization", "types"),
        email_characters=_number(merged, "email", "characters"),
        first_name_characters=_number(merged, "first_name", "characters"),
        last_name_characters=_number(merged, "last_name", "characters"),
        source=_text(merged, "source"),
        verified=_text(merged, "verified"),
    )


def _overlaid(base: Mapping[str, Any], override: Mapping[str, Any], path: str) -> dict[str, Any]:
    unknown = override.keys() - base.keys()
    if unknown:
        known = ", ".join(sorted(base))
        raise BadLimits(f"The limit {path}{sorted(unknown)[0]} is not known; here stand {known}.")
    return {
        key: _overlaid(value, override[key], f"{path}{key}.")
        if isinstance(value, Mapping) and isinstance(override.get(key), Mapping)
        else override.get(key, value)
        for key, value in base.items()
    }


def _value(data: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = data
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            raise BadLimits(f"The limits lack {'.'.join(path)}.")
        value = value[key]
    return value


def _number(data: Mapping[str, Any], *path: str) -> int:
    value = _value(data, path)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadLimits(f"The limit {'.'.join(path)} must be a whole number above 0, not {value!r}.")
    return value


def _flag(data: Mapping[str, Any], *path: str) -> bool:
    value = _value(data, path)
    if not isinstance(value, bool):
        raise BadLimits(f"The limit {'.'.join(path)} must be true or false, not {value!r}.")
    return value


def _names(data: Mapping[str, Any], *path: str) -> tuple[str, ...]:
    value = _value(data, path)
    if not isinstance(value, list) or not value or not all(isinstance(name, str) and name for name in value):
        raise BadLimits(f"The limit {'.'.join(path)} must be a list of names, not {value!r}.")
    return tuple(value)


def _text(data: Mapping[str, Any], *path: str) -> str:
    value = _value(data, path)
    if not isinstance(value, str) or not value.strip():
        raise BadLimits(
            f"The limits lack {'.'.join(path)}; say where the figures come from and when they were verified."
        )
    return value


FILE = "regulations_gov_limits.json"


def load(installation: Path | None = None) -> Limits:
    """The limits that come with the program, overlaid by the file of the same name in an installation's data folder.

    Raises :class:`BadLimits` naming the file that cannot be used.
    """
    overrides = []
    if installation is not None and (installation / FILE).is_file():
        overrides.append(_read(installation / FILE))
    return limits_from(_read(folder("seeds") / "reference" / FILE), *overrides)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadLimits(f"The limits in {path} cannot be read: {error}.") from error
    if not isinstance(data, dict):
        raise BadLimits(f"The limits in {path} must be a JSON object.")
    return data
