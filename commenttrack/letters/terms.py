"""Defined terms of a letter: (the “Term”), looked for in use.

What is found are warnings and not refusals: a capital letter can have other reasons than a definition.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from commenttrack.errors import BadInput
from commenttrack.letters.blocks import inline_runs, plain
from commenttrack.letters.body import read
from commenttrack.letters.content import LetterContent
from commenttrack.letters.outline import part_name, part_numbers


@dataclass(frozen=True, slots=True)
class TermWarning:
    """One thing about a defined term that looks wrong. ``str()`` of it is a line for people."""

    part: str
    """Key of the part."""
    where: str
    term: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


# (the “Term”), (“Term”), (together, the "Terms"), (collectively “we” or the “Coalition”)
_DEFINITION = re.compile(
    r"\((?:[^()“”\"]{0,40}?[\s])??(?:the |our |an? )?[“\"]([^“”\"()]{2,60})[,.]?[”\"][^()]{0,80}\)"
)
_SECOND = re.compile(r"[“\"]([^“”\"()]{2,60})[,.]?[”\"]")
_ARTICLE = re.compile(r"\A(?:[Tt]he|[Oo]ur|[Aa]n?) ")
"""(“the Coalition”) names what (the “Coalition”) does, and “The Coalition” that begins a sentence is a use of it."""


def check_terms(content: LetterContent) -> list[TermWarning]:
    """Terms that are defined and never used, used before they are defined, or defined twice, in the letter's order.

    A term counts as used where it stands in its own spelling, in the plural too. Headings do not count. Text that
    cannot be read is left to those who refuse it.
    """
    texts = list(_texts(content))
    definitions: dict[str, tuple[int, int, int]] = {}
    """Term → place in ``texts``, start and end of the words that define it."""
    warnings: list[tuple[int, int, TermWarning]] = []
    for index, (key, where, text) in enumerate(texts):
        for match in _DEFINITION.finditer(text):
            named = (_ARTICLE.sub("", second.group(1).strip(" ,.")) for second in _SECOND.finditer(match.group()))
            for term in dict.fromkeys(named):
                if not re.search(r"[A-Z]", term):
                    continue  # “we”, “our members”: too common a word to follow
                if term in definitions:
                    first = texts[definitions[term][0]][1]
                    message = f"“{term}” is defined a second time; it was in {first}."
                    warnings.append((index, match.start(), TermWarning(key, where, term, message)))
                else:
                    definitions[term] = (index, match.start(), match.end())
    for term, (home, start, end) in definitions.items():
        uses = list(_uses(term, texts))
        outside = [(index, at) for index, at in uses if index != home or not start <= at < end]
        key, where, _ = texts[home]
        if not outside:
            message = f"“{term}” is defined and never used."
            warnings.append((home, start, TermWarning(key, where, term, message)))
        elif outside[0][0] < home:
            index, at = outside[0]
            key, where, text = texts[index]
            around = " ".join(text[max(0, at - 30) : at + len(term) + 20].split())
            message = f"“{term}” is used (“… {around} …”) before {texts[home][1]} defines it."
            warnings.append((index, at, TermWarning(key, where, term, message)))
    return [warning for _, _, warning in sorted(warnings, key=lambda entry: entry[:2])]


def _texts(content: LetterContent) -> Iterator[tuple[str, str, str]]:
    """Key, name and words of each run of the letter's parts, notes after the text that calls them."""
    for part, (number, _) in zip(content.parts, part_numbers(content), strict=True):
        name = part_name(number).replace("\u00a0", " ")
        where = ", ".join(piece for piece in (name, f"“{part.heading}”" if part.heading else "") if piece) or "Opening"
        try:
            body = read(part.text)
        except BadInput:
            continue
        for blocks in (body.blocks, *body.notes.values()):
            for run in inline_runs(blocks):
                yield part.key, where, plain(run)


def _uses(term: str, texts: list[tuple[str, str, str]]) -> Iterator[tuple[int, int]]:
    """Places where a term stands for itself, and not as a piece of a longer name ("Trade Act" in "Fair Trade Act")."""
    name = re.compile(
        rf"(?<![\w-])(?:(?P<before>[A-Z][\w’'-]+) )?{re.escape(term)}(?:s|es|’s|'s|’)?(?![\w-])(?P<after> [A-Z][a-z]+)?"
    )
    for index, (_, _, text) in enumerate(texts):
        for match in name.finditer(text):
            before = match.group("before")
            starts = match.start() if before is None else match.start() + len(before) + 1
            sentence_start = before in ("The", "This", "Each", "Our", "That", "If", "In", "Under", "When", "Both", "No")
            if (before and not sentence_start) or match.group("after"):
                continue
            yield index, starts
