"""What an event of an invitation says on a certificate: what happened and by whom, and nothing a member keeps private.

Pure. Addresses, clients and reasons stay out: only what is named here is taken from an event's details.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_ASKED = "sign-off asked ("
_BY_THE_LINK = "the link"


def people_named(details: Mapping[str, Any]) -> Iterator[int]:
    """Ids of the people whose names the words need."""
    for key in ("person", "from_person", "to_person"):
        if isinstance(details.get(key), int):
            yield details[key]


def event_words(action: str, details: Mapping[str, Any], people: Mapping[int, str]) -> str:
    """What happened, as it continues “March 2, 2026:”. ``people`` maps ids to names; an unknown action stays."""

    def name(key: str) -> str:
        return people.get(details.get(key, 0), "somebody")

    if action.startswith(_ASKED):
        kind = action.removeprefix(_ASKED).rstrip(")")
        verb = {"reminder": "reminded", "asked_again": "asked again"}.get(kind, "asked")
        return f"{verb}: {name('person')}, about version {details.get('version')}"
    if action == "sign-off handed on":
        return f"handed on by {name('from_person')} to {name('to_person')}"
    if action == "sign-off link opened":
        return "link opened"
    if action.startswith("change judged "):
        return f"{action} from version {details.get('from_version')} to {details.get('to_version')}"
    words = action.removeprefix("sign-off ").replace("_", " ")
    if "sign_off" not in details:
        return words
    received = ", received by mail" if details.get("recorded_by") else ""
    return f"{words}: version {details.get('version')}{received}"


def event_actor(actor: str) -> str:
    """Who did it; empty when a link was all that was seen."""
    return "" if actor == _BY_THE_LINK else actor
