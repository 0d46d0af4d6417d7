"""Links that remember the digest of what they were reviewed at, and the dependent closure of a change.

A mapped position rests on a provision and a position, a part of a letter on mapped positions and answers, a sign-off on
parts. Each remembers the wording of what it rests on as it was when a person last looked. What moved since, and
everything that rests on what moved, is what a person has to look at again: no more and no less.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rest(Generic[Thing]):
    """``holder`` rests on ``upstream``, which had the digest ``seen`` when somebody last reviewed the holder."""

    holder: Thing
    upstream: Thing
    seen: str


def moved(rests: Iterable[Rest[Thing]], today: Mapping[Thing, str]) -> list[Rest[Thing]]:
    """The links whose upstream has another digest today, or is no more; in the order given."""
    return [rest for rest in rests if today.get(rest.upstream) != rest.seen]


def closure(rests: Iterable[Rest[Thing]], today: Mapping[Thing, str]) -> dict[Thing, frozenset[Thing]]:
    """Everything a person has to look at again, each with the things whose change it comes from.

    A holder is in it when something it rests on moved since it was reviewed, or when something it rests on is in it
    itself. Time grows with the links times the causes; cycles do no harm.
    """
    known = list(rests)
    resting: dict[Thing, list[Thing]] = defaultdict(list)
    for rest in known:
        resting[rest.upstream].append(rest.holder)
    causes: dict[Thing, set[Thing]] = defaultdict(set)
    waiting: deque[tuple[Thing, Thing]] = deque((rest.holder, rest.upstream) for rest in moved(known, today))
    while waiting:
        holder, cause = waiting.popleft()
        if cause not in causes[holder]:
            causes[holder].add(cause)
            waiting.extend((above, cause) for above in resting.get(holder, ()))
    return {holder: frozenset(found) for holder, found in causes.items()}
