"""The outline of a letter: which parts are numbered and how, and heading levels that skip none."""

import re
from collections.abc import Sequence
from dataclasses import replace

from commenttrack.errors import BadInput
from commenttrack.letters.blocks import Blocks, Heading
from commenttrack.letters.body import as_markdown
from commenttrack.letters.content import LetterContent, LetterPartContent, ordered_signatories
from commenttrack.letters.own_words import ENGLISH

_ENUMERATOR = re.compile(
    r"(?:(?:Part|Annex|Appendix|Exhibit)\s+\w+|[IVXLC]+\.|[A-Z]\.|\d+(?:\.\d+)*[.)]|\d+(?:\.\d+)+|"
    r"[IVXLC]+(?:\.\w+)+|\(\w{1,4}\))(?:\s|[—–:.]|\Z)"
)


_ANNEX_NAMED = re.compile(r"(?:Annex|Appendix|Attachment|Exhibit)\b")


def part_numbers(content: LetterContent) -> tuple[tuple[str, str], ...]:
    """For each part its number ("III.B", "Annex A") and the mark before its heading ("B.", "Annex A:").

    Both are empty for an unnumbered part. Headings that carry numbers of their own keep them: then none of the
    letter's headings is numbered. Annexes are counted apart, and only when there are several. What a letter in another
    language prints is made of these: :meth:`own_words.OwnWords.mark_of`.
    """
    headings = [part for part in content.parts if part.heading.strip()]
    body = [part for part in headings if not part.annex]
    annexes = [part for part in headings if part.annex]
    style = content.head.house_style.numbering
    counted = content.head.numbered and style != "none" and len(body) > 1
    counted = counted and not any(_ENUMERATOR.match(part.heading.strip()) for part in body)
    named = not any(_ANNEX_NAMED.match(part.heading.strip()) for part in annexes)
    levels = levels_of([part.level for part in content.parts])
    single = sum(level == 1 for part, level in zip(content.parts, levels, strict=True) if part.annex) == 1
    counters: list[int] = []
    before = False
    numbers = []
    for part, level in zip(content.parts, levels, strict=True):
        if part.annex != before:
            before, counters = part.annex, []
        if not part.heading.strip() or level == 0:
            numbers.append(("", ""))
            continue
        counters = [*counters[:level], *([0] * (level - len(counters)))]
        counters[-1] += 1
        if part.annex:
            numbers.append(_annex_number(counters, single) if named else ("", ""))
        elif counted:
            numbers.append(_decimal(counters) if style == "decimal" else _outline(counters))
        else:
            numbers.append(("", ""))
    return tuple(numbers)


def part_name(number: str) -> str:
    """How pages of the program call a part of this number: "Part III.B", "Annex A"; empty without a number."""
    return ENGLISH.part_name(number)


def _outline(counters: Sequence[int]) -> tuple[str, str]:
    marks = [_mark(depth, count) for depth, count in enumerate(counters)]
    return ".".join(marks).replace(".(", "("), marks[-1] + ("" if marks[-1].endswith(")") else ".")


def _decimal(counters: Sequence[int]) -> tuple[str, str]:
    number = ".".join(str(count) for count in counters)
    return number, number if len(counters) > 1 else f"{number}."


def _annex_number(counters: Sequence[int], single: bool) -> tuple[str, str]:
    if len(counters) == 1:
        name = "Annex" if single else f"Annex\u00a0{letters(counters[0])}"
        return name, f"{name}:"
    number = ".".join(([] if single else [letters(counters[0])]) + [str(count) for count in counters[1:]])
    return f"Annex\u00a0{number}", number if len(counters) > 2 or not single else f"{number}."


def _mark(depth: int, count: int) -> str:
    if depth == 0:
        return roman(count)
    if depth == 1:
        return letters(count)
    return str(count) if depth == 2 else f"({letters(count).lower()})"


def letters(count: int) -> str:
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


def without_second(content: LetterContent) -> list[str]:
    """Of a letter in two languages the parts, by number and heading, that have nothing to say in the second."""
    if content.head.translation is None:
        return []
    names = []
    for part, (number, _) in zip(content.parts, part_numbers(content), strict=True):
        lacks = (part.text.strip() and not part.translation.strip()) or (part.heading and not part.translated_heading)
        if lacks:
            named = (part_name(number).replace("\u00a0", " "), f"“{part.heading}”" if part.heading else "")
            names.append(", ".join(filter(None, named)) or "Opening")
    return names


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


ABOUT_KEY = "about-the-signatories"


def as_printed(content: LetterContent) -> LetterContent:
    """The letter with the annex that describes each organization, when one is asked for, and annexes after the body."""
    parts = content.parts
    if content.head.annex_of_signatories and not any(part.key == ABOUT_KEY for part in parts):
        described = dict.fromkeys(
            (signatory.organization, signatory.about)
            for signatory in ordered_signatories(content)
            if signatory.about.strip()
        )
        if not described:
            raise BadInput("annex_of_signatories: no signatory has an about paragraph; write one or leave the key out.")
        text = "\n\n".join(f"**{as_markdown(name)}.** {about.strip()}" for name, about in described)
        parts = (*parts, LetterPartContent(ABOUT_KEY, content.head.annex_of_signatories, 1, text, annex=True))
    return replace(content, parts=tuple(sorted(parts, key=lambda part: part.annex)))
