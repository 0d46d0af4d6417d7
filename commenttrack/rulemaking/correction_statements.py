"""The statements of a correction as they are worded: page and column, the place of the CFR, and the words exchanged.

“On page 5702, in the second column, in § 7.302, in paragraph (b)(2), in the third line, “thirty” should read “sixty”.”
A statement starts with its page; everything up to the next page belongs to it. Where it names no section, it is about
the one printed above it as “§ 7.302 [Corrected]”.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from commenttrack.errors import BadInput
from commenttrack.rulemaking import citations
from commenttrack.rulemaking.citations import Citation

_PAGE = re.compile(
    r"\bon\s+(?:the\s+same\s+page|(?:FR\s+)?pages?\s+(?P<page>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,6}))\b", re.IGNORECASE
)
_COLUMN = re.compile(r"\b(first|second|third|center|middle|left|right)(?:-hand)?\s+column\b", re.IGNORECASE)
_QUOTED = r"(?:“([^”]+)”|\"([^\"]+)\"|``((?:(?!'').)+)'')"
_BETWEEN = r"[^“”\"`]{0,60}?"
_READS = re.compile(
    rf"{_QUOTED}{_BETWEEN}\b(?:should\s+(?:have\s+)?read|(?:is|are)\s+corrected\s+to\s+read)\b\s*(?:as\s+follows:?)?\s*{_QUOTED}"
    rf"|\b(?:remov\w+|replac\w+){_BETWEEN}{_QUOTED}{_BETWEEN}\b(?:add\w*|with|insert\w*)\b{_BETWEEN}{_QUOTED}",
    re.IGNORECASE,
)
_QUOTATION = re.compile(_QUOTED)
# Several sections.
_NOT_ONE = re.compile(r"§§|\bsections\b", re.IGNORECASE)
# What speaks of a section stands elsewhere.
_NOT_IN_THE_CFR = re.compile(
    r"\b(?:preamble|supplementary\s+information|summary|footnotes?|discussion|headings?\s+(?:titled|entitled))\b",
    re.IGNORECASE,
)
_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``page`` is 0 for “on the same page” with none before; ``words`` are pairs of wrong and right.

    ``place`` is None where no single place of the CFR is named.
    """

    page: int
    column: str
    place: Citation | None
    words: tuple[tuple[str, str], ...]
    text: str


def read(text: str, *, above: Citation | None = None, page: int = 0) -> tuple[Statement, ...]:
    """The statements in a text; ``above`` is the section it stands under, ``page`` that of the statement before."""
    starts = [
        match for match in _PAGE.finditer(text) if "beginning" not in text[max(0, match.start() - 12) : match.start()]
    ]
    found: list[Statement] = []
    for match, end in zip(starts, [*(after.start() for after in starts[1:]), len(text)], strict=False):
        page = int(match["page"].replace(",", "")) if match["page"] else page
        statement = " ".join(text[match.start() : end].split())[:_LIMIT]
        column = _COLUMN.search(statement)
        pairs = [tuple(filter(None, words)) for words in _READS.findall(statement)]
        found.append(
            Statement(
                page,
                column[1].lower() if column else "",
                _place(statement, above),
                tuple((wrong.strip(), right.strip()) for wrong, right in pairs),
                statement,
            )
        )
    return tuple(found)


def begins(text: str) -> bool:
    """Whether a text starts as a statement does."""
    return _PAGE.match(text) is not None


def corrected_section(label: str, heading: str) -> Citation | None:
    """The section of a heading such as “§ 7.302 [Corrected]”; ``label`` is its citation where it is a section's own."""
    if "corrected" not in heading.lower() or _NOT_ONE.search(heading):
        return None
    if label:
        try:
            return citations.parse(label)
        except BadInput:
            return None
    first = next(citations.find(heading), None)
    return first.citation if first and first.start == 0 and isinstance(first.citation, Citation) else None


def _place(statement: str, above: Citation | None) -> Citation | None:
    """The one place of the CFR that a statement says its words stand in; what it quotes names none."""
    words = _QUOTATION.sub(lambda quoted: " " * len(quoted[0]), statement)
    named = {found.citation: None for found in citations.find(words) if isinstance(found.citation, Citation)}
    if len(named) > 1:
        named = {place: None for place in named if not any(place != other and place.contains(other) for other in named)}
    if len(named) > 1 or _NOT_ONE.search(words) or _NOT_IN_THE_CFR.search(words):
        return None
    place = next(iter(named), above)
    # The paragraphs of a definition are counted within it.
    if place is None or not place.section or "definition" in words.lower():
        return place
    paths = citations.paragraph_paths(words)
    if len(paths) == 1 and paths[0][: len(place.path)] == place.path:
        return replace(place, path=paths[0])
    return place
