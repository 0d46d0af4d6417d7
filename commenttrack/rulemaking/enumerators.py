"""Enumerators of rules: letters, digits and roman numerals, and what value each has in each style.

A marker such as “(i)” can be read in several styles; a reading is a style with the place in its sequence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

LOWER, DIGIT, LOWER_ROMAN, UPPER, UPPER_ROMAN = "a", "1", "i", "A", "I"
_LONGEST_ROMAN_LIST = 199
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass(frozen=True, slots=True)
class Reading:
    """A style (one of the constants above) and the place of the marker in the sequence of that style, from 1."""

    style: str
    value: int


def roman_value(text: str) -> int | None:
    """The value of a lower-case roman numeral, None when it is not a well-formed one or beyond any list."""
    total = 0
    previous = 0
    for letter in reversed(text):
        digit = _ROMAN.get(letter)
        if digit is None:
            return None
        if digit < previous:
            total -= digit
        else:
            total += digit
            previous = digit
    # No list of a rule goes as far as (d) or (m) in numerals; those are letters.
    return total if 0 < total <= _LONGEST_ROMAN_LIST and roman(total) == text else None


def roman(value: int) -> str:
    """A number from 1 to 3999 as a lower-case roman numeral."""
    written = ""
    pairs = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
    for size, letters in pairs:
        while value >= size:
            written += letters
            value -= size
    return written


def letter_value(text: str) -> int | None:
    """a is 1, z is 26, aa is 27, bb is 28, aaa is 53: the CFR doubles the letter after z."""
    if not text or text != text[0] * len(text) or not ("a" <= text[0] <= "z"):
        return None
    return ord(text[0]) - 96 + 26 * (len(text) - 1)


def written(style: str, value: int) -> str:
    """The enumerator with this place in the sequence of a style, without parentheses."""
    if style == DIGIT:
        return str(value)
    letter = chr(ord("a") + (value - 1) % 26)
    text = roman(value) if style in (LOWER_ROMAN, UPPER_ROMAN) else letter * (1 + (value - 1) // 26)
    return text.upper() if style.isupper() else text


@lru_cache(maxsize=4096)
def readings(marker: str) -> tuple[Reading, ...]:
    """All readings of a marker without its parentheses or full stop, such as ``i``, ``aa``, ``12`` or ``IV``."""
    if marker.isascii() and marker.isdigit():
        return (Reading(DIGIT, int(marker)),) if len(marker) <= 4 else ()
    lower = marker.lower()
    found: list[Reading] = []
    if marker == lower:
        letter, numeral, styles = letter_value(marker), roman_value(marker), (LOWER, LOWER_ROMAN)
    elif marker == marker.upper():
        letter, numeral, styles = letter_value(lower), roman_value(lower), (UPPER, UPPER_ROMAN)
    else:
        return ()
    if letter is not None:
        found.append(Reading(styles[0], letter))
    if numeral is not None:
        found.append(Reading(styles[1], numeral))
    return tuple(found)
