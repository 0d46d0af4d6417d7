"""Reservations: what an organization excepts from the letter it joins, in ticks and in words that must agree. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from commenttrack.errors import Refused


class BadReservation(Refused):
    """A reservation that does not fit the parts of the letter; the sentence tells the signer what to change."""


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of a frozen version, as far as a reservation has to know it."""

    key: str
    number: str
    """``III.B``, or empty in a letter without computed numbers."""
    heading: str
    level: int


def with_subparts(parts: Sequence[ShownPart], excepted: Collection[str]) -> frozenset[str]:
    """The excepted keys together with all parts below them: who excepts Part III excepts III.A too."""
    found: set[str] = set()
    above: int | None = None
    for part in parts:
        if above is not None and part.level <= above:
            above = None
        if part.key in excepted and above is None:
            above = part.level
        if above is not None:
            found.add(part.key)
    return frozenset(found)


_NUMBER = r"(?i:[IVXLCDM]+(?:\.[A-Z0-9]+)*)(?![\w.]*\w)"
_NAMED = re.compile(rf"\b(?i:parts?)\s+({_NUMBER}(?:(?:\s*,\s*|\s+)(?:(?:and|or|&)\s+)?(?:[Pp]arts?\s+)?{_NUMBER})*)")


def parts_named(text: str, numbers: Collection[str] = ()) -> tuple[str, ...]:
    """The numbers of the letter's parts that a text names: "Parts III.B and IV" gives ``III.B`` and ``IV``.

    Part numbers of the letter start with a Roman numeral, so "15 CFR part 7" names none. One of the ``numbers`` that
    are known is given as it stands there, however it was written; in small letters no other is taken for one.
    """
    known = {number.casefold(): number for number in numbers}
    found = [number for match in _NAMED.finditer(text) for number in re.findall(_NUMBER, match.group(1))]
    return tuple(
        dict.fromkeys(
            known.get(number.casefold(), number)
            for number in found
            if number[0].isupper() or (number.casefold() in known and number != "i.e")
        )
    )


def settled_reservation(
    parts: Sequence[ShownPart], excepted: Collection[str], words: str
) -> tuple[str, frozenset[str]]:
    """What prints with the signature, and the keys it excepts, from what the signer ticked and wrote.

    ``words`` may be empty when parts are ticked; it then reads "except Part III.B". Words that name a part must agree
    with the ticks. Raises :class:`BadReservation`.
    """
    words = " ".join(words.split())
    unknown = set(excepted) - {part.key for part in parts}
    if unknown:
        raise BadReservation("A part you ticked is not in this version of the letter. Open the page again and choose.")
    whole = with_subparts(parts, excepted)
    if not words and not whole:
        raise BadReservation("Say what your reservation is: tick the parts you do not join, or describe it in words.")
    if len(whole) == len(parts):
        raise BadReservation("Your reservation takes out every part. Abstain or decline instead.")
    by_number = {part.number: part for part in parts if part.number}
    named = parts_named(words, by_number) if by_number else ()
    for number in named:
        if number not in by_number:
            raise BadReservation(f"Your reservation names Part {number}, and this letter has no such part.")
        if by_number[number].key not in whole:
            raise BadReservation(f"Your reservation names Part {number}, which is not ticked. Tick it, or reword.")
    heads = _topmost(parts, whole)
    if not heads or not words:
        return words or _except(heads), whole
    if not named and "except" in words.casefold():
        # "Joins except for the comment on records" already reads as a reservation; it only lacks the part's number.
        return f"{words.rstrip('.')} ({_listed(heads)})", whole
    if not named:
        return f"{_except(heads)}: {words}", whole
    said = with_subparts(parts, {by_number[number].key for number in named})
    if missing := [part for part in heads if part.number and part.key not in said]:
        raise BadReservation(
            f"You ticked {_listed(missing)}, and your reservation does not name it. Name it, or take the tick away."
        )
    return words, whole


def _topmost(parts: Sequence[ShownPart], whole: frozenset[str]) -> list[ShownPart]:
    """The excepted parts that stand under no other excepted part."""
    found: list[ShownPart] = []
    below: frozenset[str] = frozenset()
    for part in parts:
        if part.key in whole and part.key not in below:
            found.append(part)
            below = with_subparts(parts, {part.key})
    return found


def _except(parts: Sequence[ShownPart]) -> str:
    return f"except {_listed(parts)}"


def _listed(parts: Sequence[ShownPart]) -> str:
    """ "Part III.B", "Parts II, III.B and IV", or the headings in quotation marks where parts have no numbers."""
    names = [part.number for part in parts if part.number]
    words = [f"{'Part' if len(names) == 1 else 'Parts'} {_joined(names)}"] if names else []
    words += [f"“{part.heading}”" for part in parts if not part.number]
    return _joined(words)


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
