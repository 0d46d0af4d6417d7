"""Finding words in a document, and the stretch of text around them. Pure functions on plain values."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_TERMS = 8
AROUND = 90
"""Characters shown on each side of a hit."""
MOST_EXCERPTS = 3

_TERM = re.compile(r'"([^"]+)"|(\S+)')
_QUOTES = str.maketrans("“”„«»", '"""""')
_JOINED = "\n"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is looked for: every term must occur somewhere."""

    terms: tuple[re.Pattern[str], ...]

    def excerpts(self, texts: Iterable[str]) -> list[list[tuple[str, bool]]]:
        """Stretches around the hits as runs of (text, whether it is a hit); empty unless every term occurs."""
        text = _JOINED.join(text for text in texts if text)
        spans: list[tuple[int, int]] = []
        for term in self.terms:
            found = [match.span() for match in term.finditer(text)]
            if not found:
                return []
            spans += found
        return [_runs(text, stretch) for stretch in _stretches(text, sorted(spans))[:MOST_EXCERPTS]]


def pattern_of(query: str) -> Pattern | None:
    """The terms of a query: words, and phrases in quotation marks; None when there is none."""
    terms = [phrase or word for phrase, word in _TERM.findall(query.translate(_QUOTES))]
    written = [term.strip('"').split() for term in terms]
    patterns = [r"\s+".join(map(re.escape, words)) for words in written if words]
    if not patterns:
        return None
    return Pattern(tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns[:MOST_TERMS]))


def _stretches(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Hits that lie near each other go together: (start, end, hits)."""
    groups: list[tuple[int, int, list[tuple[int, int]]]] = []
    for start, end in spans:
        first, last = max(start - AROUND, 0), min(end + AROUND, len(text))
        if groups and first <= groups[-1][1]:
            groups[-1] = (groups[-1][0], max(last, groups[-1][1]), [*groups[-1][2], (start, end)])
        else:
            groups.append((first, last, [(start, end)]))
    return groups


def _runs(text: str, stretch: tuple[int, int, list[tuple[int, int]]]) -> list[tuple[str, bool]]:
    first, last, hits = stretch
    # A word is not cut in two.
    while first > 0 and not text[first - 1].isspace() and hits[0][0] - first < AROUND + 30:
        first -= 1
    while last < len(text) and not text[last].isspace() and last - hits[-1][1] < AROUND + 30:
        last += 1
    runs = [("…", False)] if first else []
    at = first
    for start, end in hits:
        if end <= at:
            continue
        start = max(start, at)
        runs += [(text[at:start], False), (text[start:end], True)]
        at = end
    runs.append((text[at:last], False))
    if last < len(text):
        runs.append(("…", False))
    return [(part.replace(_JOINED, " "), hit) for part, hit in runs if part]
