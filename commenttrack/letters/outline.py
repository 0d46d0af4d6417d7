"""The outline of a letter: which parts are numbered and how, and heading levels that skip none."""

import re
from collections.abc import Sequence
from dataclasses import replace

from commenttrack.letters.blocks import Blocks, Heading
from commenttrack.letters.content import LetterContent

_ENUMERATOR = re.compile(
    r"(?:(?:Part|Annex|Appendix|Exhibit)\s+\w+|[IVXLC]+\.|[A-Z]\.|\d+(?:\.\d+)*[.)]|\d+(?:\.\d+)+|"
    r"[IVXLC]+(?:\.\w+)+|\(\w{1,4}\))(?:\s|[—–:.]|\Z)"
)


def part_numbers(content: LetterContent) -> tuple[tuple[str, str], ...]:
    """For each part its number ("III.B") and the mark before its heading ("B."); both empty for an unnumbered one.

    Headings that carry numbers of their own keep them: then none of the letter's headings is numbered.
    """
    headings = [part for part in content.parts if part.heading.strip()]
    own = any(_ENUMERATOR.match(part.heading.strip()) for part in headings)
    if not content.head.numbered or own or len(headings) < 2:
        return tuple(("", "") for _ in content.parts)
    counters: list[int] = []
    numbers = []
    for part, level in zip(content.parts, levels_of([part.level for part in content.parts]), strict=True):
        if not part.heading.strip() or level == 0:
            numbers.append(("", ""))
            continue
        counters = [*counters[:level], *([0] * (level - len(counters)))]
        counters[-1] += 1
        marks = [_mark(depth, count) for depth, count in enumerate(counters)]
        numbers.append((".".join(marks).replace(".(", "("), marks[-1] + ("" if marks[-1].endswith(")") else ".")))
    return tuple(numbers)


def _mark(depth: int, count: int) -> str:
    if depth == 0:
        return roman(count)
    if depth == 1:
        return _letters(count)
    return str(count) if depth == 2 else f"({_letters(count).lower()})"


def _letters(count: int) -> str:
    """A … Z, AA, BB …: the way outlines go on after the alphabet."""
    return chr(ord("A") + (count - 1) % 26) * ((count - 1) // 26 + 1)


def roman(number: int) -> str:
    """The Roman numeral of a positive number."""
    out = ""
    for value, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        out += sign * (number // value)
        number %= value
    return out


def levels_of(levels: Sequence[int]) -> list[int]:
    """Heading levels that start at 1 and never skip one (PDF/UA-1, 7.4.2)."""
    stack: list[int] = []
    out = []
    for level in levels:
        if level == 0:
            out.append(0)
            continue
        while stack and stack[-1] >= level:
            stack.pop()
        stack.append(level)
        out.append(min(len(stack), 6))
    return out


def deeper(blocks: Blocks, shift: int) -> Blocks:
    """Headings inside a part's text, below the part's own heading."""
    inside = iter(levels_of([block.level for block in blocks if isinstance(block, Heading)]))
    return tuple(
        replace(block, level=min(shift + next(inside), 6)) if isinstance(block, Heading) else block for block in blocks
    )
