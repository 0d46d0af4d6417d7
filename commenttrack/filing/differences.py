"""Where two files that should be alike are not: fields of their data by name, words of their pages. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commenttrack.wording import difference, differs

MOST = 60
"""Differences that are told; after so many the files are simply not the same."""
_LONGEST = 160
_NAMES = ("organization", "key", "name", "version", "number", "part")
"""What an entry of a list is called by, the first one that it has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place: what the file at hand says there, and what the stored one says; empty where nothing stands."""

    where: str
    here: str
    stored: str


def data_differences(here: Any, stored: Any, where: str = "") -> Iterator[Difference]:
    """The fields that differ. Entries of lists are paired by their names, so that one more moves no other."""
    if here == stored:
        return
    if isinstance(here, Mapping) and isinstance(stored, Mapping):
        for key in [*stored, *(key for key in here if key not in stored)]:
            yield from data_differences(here.get(key), stored.get(key), f"{where}, {key}" if where else str(key))
    elif isinstance(here, list) and isinstance(stored, list):
        ours, theirs = _named(here), _named(stored)
        found = False
        for name in [*theirs, *(name for name in ours if name not in theirs)]:
            for each in data_differences(ours.get(name), theirs.get(name), f"{where}, {name}" if where else name):
                found = True
                yield each
        if not found:
            yield Difference(where, _short(list(ours)), _short(list(theirs)))
    else:
        yield Difference(where, _short(here), _short(stored))


def _named(entries: Sequence[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for place, entry in enumerate(entries, 1):
        key = next((key for key in _NAMES if isinstance(entry, Mapping) and entry.get(key)), "")
        name = str(entry[key]) if key else f"entry {place}"
        while name in named:
            name += " (again)"
        named[name] = entry
    return named


def _short(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def page_differences(here: Sequence[str], stored: Sequence[str]) -> Iterator[Difference]:
    """The pages whose words differ, each with its first words that do."""
    for number in range(max(len(here), len(stored))):
        ours = here[number] if number < len(here) else ""
        theirs = stored[number] if number < len(stored) else ""
        changes = difference(" ".join(theirs.split()), " ".join(ours.split()))
        if not differs(changes):
            continue
        place = next(place for place, change in enumerate(changes) if change.kind != "same")
        first = changes[place : place + 2]
        yield Difference(
            f"page {number + 1}",
            _short("".join(change.text for change in first if change.kind == "insert")),
            _short("".join(change.text for change in first if change.kind == "delete")),
        )
