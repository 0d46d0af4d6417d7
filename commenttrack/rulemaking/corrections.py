"""What a correction document says should read otherwise, and which provisions of the corrected document that concerns.

:mod:`correction_statements` reads how it is worded. Words are given to a provision only when they stand exactly once on
the page that is named, or exactly once in the paragraph that is named too; all else is a person's to place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commenttrack.errors import BadInput
from commenttrack.rulemaking import citations
from commenttrack.rulemaking.anchors import Anchor, Candidate, Fate
from commenttrack.rulemaking.citations import Citation
from commenttrack.rulemaking.correction_statements import corrected_section, read
from commenttrack.rulemaking.provisions import ParsedProvision, ParsedRule


@dataclass(frozen=True, slots=True)
class Correction:
    """One statement of a correction. ``wrong`` and ``right`` are empty where it does not exchange quoted words.

    ``section`` is the place of the CFR that it names, with its paragraph; empty where it names no single one.
    """

    provision: str
    page: int
    column: str
    section: str
    wrong: str
    right: str
    text: str


def statements(rule: ParsedRule) -> tuple[Correction, ...]:
    """The statements of a correction document, in its order."""
    return tuple(_statements(rule.provisions))


def _statements(provisions: Sequence[ParsedProvision]) -> Iterator[Correction]:
    above: Citation | None = None
    page = 0
    for provision in provisions:
        text = f"{provision.heading} {provision.text}".strip()
        if provision.kind not in ("preamble_paragraph", "paragraph", "table"):
            # “§ 7.302 [Corrected]” holds for what is said until the next heading.
            label = provision.label if provision.kind == "section" else ""
            above = corrected_section(label, provision.heading)
        for statement in read(text, above=above, page=page):
            page = statement.page
            if not page:
                continue
            if above and statement.place and not above.contains(statement.place):
                # What follows may be about either.
                above = None
            place = str(statement.place) if statement.place else ""
            for wrong, right in statement.words or [("", "")]:
                yield Correction(provision.id, page, statement.column, place, wrong, right, statement.text)


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
    named = citations.parse(correction.section) if correction.section else None
    within = [(provision, times) for provision, times in holding if named and _stands_in(provision, named)]
    if len(holding) == 1 and holding[0][1] == 1 and (within or named is None or _citation(holding[0][0]) is None):
        return _placed(correction, holding[0][0], "the wrong words stand once on that page")
    # A passage of the preamble may speak of the section.
    elsewhere = [provision for provision, _ in holding if _citation(provision) is None]
    if named and (named.path or not elsewhere) and [times for _, times in within] == [1]:
        return _placed(correction, within[0][0], f"on that page, the wrong words stand once in {named}")
    cited = [provision for provision in earlier if named and _is(provision, named)]
    near = [provision for provision, _ in within or holding] or cited
    if not correction.wrong:
        why = "the statement exchanges no quoted words"
    elif not holding:
        why = "the words cannot be found on that page"
    elif named and not within:
        why = f"the wrong words stand on that page, but not in {named}"
    else:
        why = "the wrong words stand several times on that page"
    return Anchor(
        None,
        correction.provision,
        Fate.NEEDS_A_PERSON,
        0.0,
        f"{why}: {correction.text}",
        tuple(Candidate(provision.id, 0.0) for provision in near[:10]),
    )


def _placed(correction: Correction, provision: ParsedProvision, why: str) -> Anchor:
    return Anchor(provision.id, correction.provision, Fate.CHANGED, 1.0, why)


def _pages(provision: ParsedProvision) -> set[int]:
    return {*provision.pages, *(page for _, page in provision.page_breaks)}


def _stands_in(provision: ParsedProvision, place: Citation) -> bool:
    own = _citation(provision)
    return own is not None and place.contains(own)


def _is(provision: ParsedProvision, place: Citation) -> bool:
    own = _citation(provision)
    return own is not None and place.contains(own) and own.contains(place)


def _citation(provision: ParsedProvision) -> Citation | None:
    """The place in the CFR that a provision is; None for what is no text of a section."""
    if provision.kind not in ("section", "paragraph", "definition"):
        return None
    try:
        return citations.parse(provision.label)
    except BadInput:
        return None


def _occurrences(words: str, text: str) -> list[tuple[int, int]]:
    """Where the words stand in a text as whole words, whatever the spacing."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text)]
