"""Which provisions the coalition has dealt with, from plain values of the mapping."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from commenttrack.positions.stances import Stance, contradict


class Coverage(StrEnum):
    """Where a provision stands."""

    ADDRESSED = "addressed"
    REVIEWED = "reviewed"
    # Somebody looked and decided that the letter says nothing about it.
    UNASSIGNED = "unassigned"
    CONFLICT = "conflict"


def says_something(text: str) -> bool:
    """Whether a provision has words to comment on; asterisks alone stand for text of the CFR that stays as it is."""
    return any(character.isalnum() for character in text)


@dataclass(frozen=True, slots=True)
class Held:
    """One stance on one provision: of the draft letter, or of an organization (``holder``)."""

    provision: str
    stance: Stance
    holder: str = ""


def coverage(
    provisions: Iterable[str], held: Iterable[Held], *, reviewed: Collection[str] = frozenset()
) -> dict[str, Coverage]:
    """The state of each of ``provisions``, in their order. Stances on other provisions are ignored.

    Two contradicting stances make a conflict, whoever holds them. One stance of the letter addresses the provision,
    even when it was marked as reviewed without comment before: the later work says more. Stances of members alone
    (``holder`` given) address nothing, for the letter does not speak of them yet.
    """
    stances: dict[str, set[Stance]] = {}
    letter: set[str] = set()
    for item in held:
        stances.setdefault(item.provision, set()).add(item.stance)
        if not item.holder:
            letter.add(item.provision)
    looked_at = frozenset(reviewed)
    return {key: _state(stances.get(key, set()), key in letter, key in looked_at) for key in provisions}


def _state(stances: set[Stance], in_letter: bool, reviewed: bool) -> Coverage:
    if any(contradict(one, other) for one, other in combinations(sorted(stances), 2)):
        return Coverage.CONFLICT
    if in_letter:
        return Coverage.ADDRESSED
    return Coverage.REVIEWED if reviewed else Coverage.UNASSIGNED


def summary(states: Mapping[str, Coverage]) -> dict[Coverage, int]:
    """How many provisions are in each state; every state has a number, also when it is 0."""
    counts = Counter(states.values())
    return {state: counts[state] for state in Coverage}
