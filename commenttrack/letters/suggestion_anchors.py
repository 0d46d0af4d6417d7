"""Where an edit of an older wording belongs in the present one: at its very place, or where the words around it stand.

An edit goes in only at a place that nobody can mistake for another. Taking it back is the same in the other direction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_AROUND = (60, 30, 15)
"""Characters before and after that are looked for, the longest first."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """Characters ``start`` to ``end`` of a wording that become ``after``; ``number`` orders edits at one place."""

    number: int
    start: int
    end: int
    after: str


def place_of(edit: Anchored, before: str, base: str, present: str, applied: Sequence[Anchored]) -> int | None:
    """Where in ``present`` the edit of ``base`` begins; None when no place, or more than one, could be meant.

    ``before`` are the words it takes out, ``applied`` the edits of ``base`` that were accepted before.
    """
    if any(_touch(edit, other) for other in applied):
        return None
    whole = with_edits(base, applied)
    if whole.strip() == present.strip():
        before_it = [other for other in applied if _order(other) < _order(edit)]
        shift = sum(len(other.after) - (other.end - other.start) for other in before_it)
        spaces = len(whole) - len(whole.lstrip()) - (len(present) - len(present.lstrip()))
        return max(edit.start + shift - spaces, 0)
    left, right = base[: edit.start], base[edit.end :]
    return only_place(left, before, right, present)


def _order(edit: Anchored) -> tuple[int, bool, int]:
    """Insertions at a place come before what is taken out from there on."""
    return edit.start, edit.end > edit.start, edit.number


def _touch(one: Anchored, other: Anchored) -> bool:
    """Whether two edits of one wording reach for the same characters."""
    if one.start == one.end:
        return other.start < one.start < other.end
    if other.start == other.end:
        return one.start < other.start < one.end
    return one.start < other.end and other.start < one.end


def with_edits(base: str, applied: Sequence[Anchored]) -> str:
    """The wording with edits that do not reach for the same characters."""
    out = []
    at = 0
    for edit in sorted(applied, key=_order):
        out += [base[at : edit.start], edit.after]
        at = max(at, edit.end)
    return "".join([*out, base[at:]])


def only_place(left: str, middle: str, right: str, present: str) -> int | None:
    """The one place of ``present`` where ``middle`` stands between the ends of ``left`` and ``right``, or None."""
    for before, after in _contexts(left, right):
        wanted = before + middle + after
        if not wanted.strip():
            continue
        found = present.find(wanted)
        if found >= 0:
            return found + len(before) if present.find(wanted, found + 1) < 0 else None
    return None


def _contexts(left: str, right: str) -> Iterator[tuple[str, str]]:
    """What stands around a place: on both sides, then on one, where the other side was edited."""
    for length in _AROUND:
        yield left[-length:], right[:length]
    for length in _AROUND[:2]:
        if len(left) >= length:
            yield left[-length:], ""
        if len(right) >= length:
            yield "", right[:length]
