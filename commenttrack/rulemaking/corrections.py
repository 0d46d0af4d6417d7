"""What a correction document says should read otherwise, and which provisions of the corrected document that concerns.

“On page 5702, in the second column, in § 7.302(b)(2), in the third line, “thirty” should read “sixty”.” A statement
starts with its page; everything up to the next page belongs to it. Words are given to a provision only when they stand
exactly once on the page that is named; all else is a person's to place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commenttrack.rulemaking import citations
from commenttrack.rulemaking.anchors import Anchor, Candidate, Fate
from commenttrack.rulemaking.provisions import ParsedProvision, ParsedRule

_PAGE = re.compile(r"\bon\s+(?:FR\s+)?pages?\s+(?P<page>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,6})\b", re.IGNORECASE)
_COLUMN = re.compile(r"\b(first|second|third|center|middle|left|right)(?:-hand)?\s+column\b", re.IGNORECASE)
_QUOTED = r"(?:“([^”]+)”|\"([^\"]+)\"|``((?:(?!'').)+)'')"
_BETWEEN = r"[^“”\"`]{0,60}?"
_READS = re.compile(
    rf"{_QUOTED}{_BETWEEN}\b(?:should\s+(?:have\s+)?read|(?:is|are)\s+corrected\s+to\s+read)\b\s*(?:as\s+follows:?)?\s*{_QUOTED}"
    rf"|\b(?:remov\w+|replac\w+){_BETWEEN}{_QUOTED}{_BETWEEN}\b(?:add\w*|with|insert\w*)\b{_BETWEEN}{_QUOTED}",
    re.IGNORECASE,
)
_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Correction:
    """One statement of a correction. ``wrong`` and ``right`` are empty where it does not exchange quoted words."""

    provision: str
    page: int
    column: str
    section: str
    wrong: str
    right: str
    text: str


def statements(rule: ParsedRule) -> tuple[Correction, ...]:
    """The statements of a correction document, in its order."""
    return tuple(found for provision in rule.provisions for found in _statements_in(provision))


def _statements_in(provision: ParsedProvision) -> Iterator[Correction]:
    text = f"{provision.heading} {provision.text}".strip()
    starts = [
        match for match in _PAGE.finditer(text) if "beginning" not in text[max(0, match.start() - 12) : match.start()]
    ]
    for place, match in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(text)
        statement = " ".join(text[match.start() : end].split())[:_LIMIT]
        column = _COLUMN.search(statement)
        exchanges = [tuple(filter(None, found)) for found in _READS.findall(statement)] or [("", "")]
        cited = next(
            (str(f.citation) for f in citations.find(statement) if isinstance(f.citation, citations.Citation)), ""
        )
        for wrong, right in exchanges:
            yield Correction(
                provision.id,
                int(match["page"].replace(",", "")),
                column[1].lower() if column else "",
                cited,
                wrong.strip(),
                right.strip(),
                statement,
            )


def places(corrections: Sequence[Correction], earlier: Sequence[ParsedProvision]) -> tuple[Anchor, ...]:
    """For each statement the provision of the earlier document it corrects, or those that come into question.

    ``later`` of an anchor is the provision of the correction that says so; ``earlier`` is None where no single one is
    meant, and the candidates are then provisions of the earlier document.
    """
    return tuple(_place(correction, earlier) for correction in corrections)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Words of a text, from ``start`` to ``end``, that should read ``right``."""

    start: int
    end: int
    right: str

    def applied(self, text: str) -> str:
        """The text as corrected."""
        return text[: self.start] + self.right + text[self.end :]

    def moved(self, offset: int) -> int:
        """Where an offset into the text lies after the exchange; one inside the words goes to their start."""
        if offset <= self.start:
            return offset
        return offset + len(self.right) - (self.end - self.start) if offset >= self.end else self.start


def exchange(text: str, wrong: str, right: str) -> Exchange | None:
    """Where a text has the wrong words, if it has them exactly once."""
    places = _occurrences(wrong, text) if wrong else []
    return Exchange(*places[0], right) if len(places) == 1 else None


def _place(correction: Correction, earlier: Sequence[ParsedProvision]) -> Anchor:
    on_page = [provision for provision in earlier if correction.page in _pages(provision)]
    holding = [(p, len(_occurrences(correction.wrong, p.text))) for p in on_page] if correction.wrong else []
    holding = [(provision, times) for provision, times in holding if times]
    if len(holding) == 1 and holding[0][1] == 1:
        return Anchor(
            holding[0][0].id, correction.provision, Fate.CHANGED, 1.0, "the wrong words stand once on that page"
        )
    cited = [provision for provision in on_page if correction.section and _cites(provision, correction.section)]
    near = [provision for provision, _ in holding] or cited
    why = "the wrong words stand several times on that page" if holding else "the words cannot be found on that page"
    if not correction.wrong:
        why = "the statement exchanges no quoted words"
    return Anchor(
        None,
        correction.provision,
        Fate.NEEDS_A_PERSON,
        0.0,
        f"{why}: {correction.text}",
        tuple(Candidate(provision.id, 0.0) for provision in near[:10]),
    )


def _pages(provision: ParsedProvision) -> set[int]:
    return {*provision.pages, *(page for _, page in provision.page_breaks)}


def _cites(provision: ParsedProvision, section: str) -> bool:
    return provision.label.endswith(section.removeprefix("§ ")) if provision.label else False


def _occurrences(words: str, text: str) -> list[tuple[int, int]]:
    """Where the words stand in a text as whole words, whatever the spacing."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text)]
