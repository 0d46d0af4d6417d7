"""The states of a sign-off and what covers what: pure rules on plain values.

A decision covers parts by key, each at the digest of the wording that was shown. It is current when every covered part
still has that digest, or when a named person judged that very change to be cosmetic; a part added later is covered by
nobody who decided before it.
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
    CLEARED = "cleared"
    """Covered at another wording, and the change was judged cosmetic."""
    NOT_COVERED = "not_covered"
    """Added to the letter after the decision."""
    NOT_JOINED = "not_joined"
    """The organization abstained, declined or withdrew."""


class Weight(enum.StrEnum):
    """How a person judges a change of wording that was agreed to."""

    COSMETIC = "cosmetic"
    """It changes nothing that was agreed to: sign-offs hold, and their signers are told."""
    SUBSTANTIVE = "substantive"
    """Who agreed to the earlier wording is asked again; until then the sign-off is stale."""


@dataclass(frozen=True, slots=True)
class WordingChange:
    """One part from one exact wording to another. ``after`` is empty when the part was taken out."""

    part_key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the letter moved since a decision: keys of parts, each in the order of the wording it comes from."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    """In the letter now and not in the wording decided on: not covered, though nothing decided on has moved."""
    cleared: tuple[str, ...] = ()
    """Reworded or removed, and judged cosmetic by a named person: the decision holds."""

    @property
    def stale(self) -> bool:
        """Whether something this decision was given for is no longer what it was."""
        return bool(self.changed or self.removed)


def covered_parts(shown: Mapping[str, str], excepted: frozenset[str] = frozenset()) -> dict[str, str]:
    """The digests a decision binds: every part shown but those the reservation excepts. Maps part key to digest."""
    return {key: digest for key, digest in shown.items() if key not in excepted}


def compare(
    covered: Mapping[str, str],
    shown_keys: frozenset[str],
    today: Mapping[str, str],
    cosmetic: Collection[WordingChange] = frozenset(),
) -> Comparison:
    """Compare what a decision covers with the letter of today.

    ``covered`` maps part keys to the digests decided on; ``shown_keys`` are all parts of the version that was shown,
    with the excepted ones; ``today`` maps the parts of the letter as it stands to their digests; ``cosmetic`` are the
    changes that a named person judged to be so. Only the very change from the wording decided on to that of today
    counts: small steps, each cosmetic, never add up to one that nobody judged. A part that the signer excepted may
    change freely; a part that was not shown at all is added.
    """
    moved_at_all = changes(covered, today)
    moved = [change for change in moved_at_all if change not in cosmetic]
    return Comparison(
        changed=tuple(change.part_key for change in moved if change.after),
        removed=tuple(change.part_key for change in moved if not change.after),
        added=tuple(key for key in today if key not in shown_keys),
        cleared=tuple(change.part_key for change in moved_at_all if change in cosmetic),
    )


def changes(covered: Mapping[str, str], today: Mapping[str, str]) -> list[WordingChange]:
    """How the covered wordings moved until today, in the order of the wording decided on."""
    return [
        WordingChange(key, digest, today.get(key, ""))
        for key, digest in covered.items()
        if today.get(key, "") != digest
    ]


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
    if key in comparison.cleared:
        return PartState.CLEARED
    if key in covered:
        return PartState.COVERED
    return PartState.EXCEPTED if key in shown else PartState.NOT_COVERED
