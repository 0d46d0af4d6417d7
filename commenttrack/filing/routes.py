"""Where a comment is filed: regulations.gov, the agency's own route, or nowhere because the docket is an illustration.

Pure. The list of agencies says what to expect; the ADDRESSES caption of the notice decides.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from commenttrack.resources import folder

NOTICE_GOVERNS = "The ADDRESSES caption of the notice decides; read it before filing."


@dataclass(frozen=True, slots=True)
class Route:
    """How one agency takes comments, in words."""

    agency: str
    how: str
    url: str
    regulations_gov: bool
    """True only when the agency is known to use it."""
    known: bool


@dataclass(frozen=True, slots=True)
class Routes:
    """Where the comment on one document goes. Joint rules need one filing for each agency's docket."""

    routes: tuple[Route, ...]
    illustrative: bool

    @property
    def regulations_gov(self) -> bool:
        """Whether regulations.gov may be offered: a real docket, and every agency is known to use it."""
        return not self.illustrative and bool(self.routes) and all(route.regulations_gov for route in self.routes)

    @property
    def elsewhere(self) -> bool:
        """Whether an agency is known to take comments otherwise than through regulations.gov."""
        return any(route.known and not route.regulations_gov for route in self.routes)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the report says about where to file."""
        if self.illustrative:
            return ("This docket is illustrative: there is nowhere to file, and the packet is for practice only.",)
        found = [
            f"{route.agency}: file through {route.how} ({route.url})."
            if route.regulations_gov
            else f"{route.agency} does not take comments through regulations.gov. {route.how}. See {route.url}."
            if route.known
            else f"{route.agency or 'The agency'}: it is not known how it takes comments; the notice tells."
            for route in self.routes
        ]
        if len(self.routes) > 1:
            found.append("A joint document: file once in the docket of each agency.")
        return (*found, NOTICE_GOVERNS)


def routes_for(
    agencies: Iterable[Mapping[str, Any]], *, illustrative: bool, known: Sequence[Mapping[str, Any]] | None = None
) -> Routes:
    """The routes for the agencies of a document (``{"name", "subagency"}`` as parsed), nearest body first.

    ``known`` is the list of ``seeds/reference/agencies.json`` unless another is given.
    """
    by_name = {_folded(entry["name"]): entry for entry in (_known() if known is None else known)}
    return Routes(
        tuple(_route(agency, by_name) for agency in agencies) or (_unknown(""),),
        illustrative,
    )


def _route(agency: Mapping[str, Any], by_name: Mapping[str, Mapping[str, Any]]) -> Route:
    name, body = agency.get("name") or "", agency.get("subagency") or ""
    for each in (body, name):
        if entry := by_name.get(_folded(each)):
            return Route(entry["name"], entry["route"], entry["url"], entry["regulations_gov"], True)
    return _unknown(body or name)


def _unknown(name: str) -> Route:
    return Route(name, "", "", False, False)


def _folded(name: str) -> str:
    """Mastheads print capitals and a leading article or "U.S."; the list does not."""
    words = "".join(c if c.isalnum() else " " for c in name.casefold().replace("u.s.", "")).split()
    return " ".join(word for word in words if word not in {"the", "united", "states"})


@cache
def _known() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(
        (folder("seeds") / "reference" / "agencies.json").read_text(encoding="utf-8")
    )["agencies"]
    return entries
