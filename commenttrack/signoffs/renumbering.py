"""What a reservation prints under a later version, whose parts may have other numbers. Pure.

Words that this program computed from the excepted parts are computed anew. A signer's own words are never touched: when
a number in them no longer means the part that it meant to the signer, somebody has to ask the signer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from commenttrack.signoffs.reservations import BadReservation, ShownPart, parts_named, settled_reservation


@dataclass(frozen=True, slots=True)
class PrintedReservation:
    """The words to print, and why they may mislead; ``trouble`` is empty when they do not."""

    words: str
    trouble: str = ""


def printed_reservation(
    words: str, excepted: Collection[str], shown: Sequence[ShownPart], today: Sequence[ShownPart]
) -> PrintedReservation:
    """The words given for the parts ``shown``, as they print for those of ``today``. ``excepted`` are keys of parts."""
    if not words or tuple(shown) == tuple(today):
        return PrintedReservation(words)
    own = _own_words(words, excepted, shown)
    if own is None:
        return PrintedReservation(words, _moved(words, shown, today))
    left = [part.key for part in today if part.key in excepted]
    if not left:
        return PrintedReservation(words, "none of the parts it excepts is in the letter any more")
    try:
        return PrintedReservation(settled_reservation(today, left, own)[0])
    except BadReservation:
        return PrintedReservation(words, "it no longer fits the parts of the letter")


def _own_words(words: str, excepted: Collection[str], shown: Sequence[ShownPart]) -> str | None:
    """What the signer wrote beside a computed list of parts, perhaps nothing; None when no list was computed."""
    try:
        computed, _ = settled_reservation(shown, excepted, "")
    except BadReservation:
        return None  # words alone, without any part: nothing was computed
    if words == computed:
        return ""
    if words.startswith(f"{computed}: "):
        return words.removeprefix(f"{computed}: ")
    listed = f" ({computed.removeprefix('except ')})"
    return words.removesuffix(listed) if words.endswith(listed) else None


def _moved(words: str, shown: Sequence[ShownPart], today: Sequence[ShownPart]) -> str:
    """Which numbers in a signer's own words mean something else today."""
    before, now = _by_number(shown), _by_number(today)
    troubles = []
    for number in parts_named(words, before):
        meant = before.get(number)
        if meant is None or now.get(number) == meant:
            continue
        place = next((other for other, key in now.items() if key == meant), "")
        was = "is no longer in the letter" if meant not in now.values() else f"is Part {place} now"
        troubles.append(f"what it calls Part {number} {was}")
    return "; ".join(troubles)


def _by_number(parts: Sequence[ShownPart]) -> Mapping[str, str]:
    return {part.number: part.key for part in parts if part.number}
