"""The states of a sign-off and what covers what: pure rules on plain values.

A decision covers parts by key, each at the digest of the wording that was shown. It is current when every covered part
still has that digest; a part added later is covered by nobody who decided before it.
"""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass


class Decision(enum.StrEnum):
    """What an organization decided about a letter."""

    JOINED = "joined"
    JOINED_WITH_RESERVATION = "joined_with_reservation"
    ABSTAINED = "abstained"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


JOINING = frozenset({Decision.JOINED, Decision.JOINED_WITH_RESERVATION})
"""Decisions that put an organization's name under the letter."""


class Standing(enum.StrEnum):
    """Where an organization stands on a letter, as the board shows it."""

    ASKED = "asked"
    OPENED = "opened"
    JOINED = "joined"
    JOINED_WITH_RESERVATION = "joined_with_reservation"
    STALE = "stale"
    ABSTAINED = "abstained"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class PartState(enum.StrEnum):
    """How one decision stands to one part of the letter of today: a cell of the board."""

    UNDECIDED = "undecided"
    COVERED = "covered"
    EXCEPTED = "excepted"
    CHANGED = "changed"
    """Covered at another wording."""
    NOT_COVERED = "not_covered"
    """Added to the letter after the decision."""
    NOT_JOINED = "not_joined"
    """The organization abstained, declined or withdrew."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the letter moved since a decision: keys of parts, each in the order of the wording it comes from."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    """In the letter now and not in the wording decided on: not covered, though nothing decided on has moved."""

    @property
    def stale(self) -> bool:
        """Whether something this decision was given for is no longer what it was."""
        return bool(self.changed or self.removed)


def covered_parts(shown: Mapping[str, str], excepted: frozenset[str] = frozenset()) -> dict[str, str]:
    """The digests a decision binds: every part shown but those the reservation excepts. Maps part key to digest."""
    return {key: digest for key, digest in shown.items() if key not in excepted}


def compare(covered: Mapping[str, str], shown_keys: frozenset[str], today: Mapping[str, str]) -> Comparison:
    """Compare what a decision covers with the letter of today.

    ``covered`` maps part keys to the digests decided on; ``shown_keys`` are all parts of the version that was shown,
    with the excepted ones; ``today`` maps the parts of the letter as it stands to their digests. A part that the
    signer excepted may change freely; a part that was not shown at all is added.
    """
    return Comparison(
        changed=tuple(key for key, digest in covered.items() if key in today and today[key] != digest),
        removed=tuple(key for key in covered if key not in today),
        added=tuple(key for key in today if key not in shown_keys),
    )


def standing(decision: Decision | None, comparison: Comparison | None, *, opened: bool) -> Standing:
    """The one word for the board. Only a name under the letter can be stale; a refusal of older wording stays one."""
    if decision is None:
        return Standing.OPENED if opened else Standing.ASKED
    if decision in JOINING and comparison is not None and comparison.stale:
        return Standing.STALE
    return Standing(decision.value)


def part_state(
    key: str, decision: Decision | None, covered: Collection[str], shown: Collection[str], comparison: Comparison | None
) -> PartState:
    """The board's cell for a part of today's letter; ``comparison`` is None as long as nothing was decided."""
    if decision is None or comparison is None:
        return PartState.UNDECIDED
    if decision not in JOINING:
        return PartState.NOT_JOINED
    if key in comparison.changed:
        return PartState.CHANGED
    if key in covered:
        return PartState.COVERED
    return PartState.EXCEPTED if key in shown else PartState.NOT_COVERED
