"""What to quote: the sentences of a text, and the run of them that speaks to a matter."""

import re

LONGEST_QUOTATION = 90
"""Words of the agency's text quoted at once; a reader has the rule at hand and needs the passage, not the page."""

_SENTENCE_END = re.compile(r"(?<=[.?!])[”’\")\]]*\s+(?=[“‘\"(\[]?[A-Z0-9§])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:U\.S|Mr|Ms|Mrs|Dr|No|Nos|Sec|Secs|Fed|Reg|Stat|Cir|Inc|Corp|Co|Ltd|v|vs|cf|e\.g|i\.e|et al|pt|pts|para|"
    r"approx|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec|St|seq|Ex|App|Art|[A-Z]))\.\Z"
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence of a text."""
    spans = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[start : match.start()]):
            continue
        end = match.start() + len(match.group().rstrip())
        spans.append((start, end))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text.rstrip())))
    return spans


_WORD = re.compile(r"[a-z]{4,}")


def passage(text: str, about: str, longest: int = LONGEST_QUOTATION) -> tuple[int, int] | None:
    """The run of whole sentences of ``text``, of at most ``longest`` words, that shares most words with ``about``.

    A text that fits is taken whole. None when there is no text, or its sentences are all longer than twice ``longest``.
    """
    spans = sentences(text)
    if not spans:
        return None
    words = [len(text[start:end].split()) for start, end in spans]
    if sum(words) <= longest:
        return spans[0][0], spans[-1][1]
    wanted = set(_WORD.findall(about.lower()))
    best: tuple[float, int, int] | None = None
    for first in range(len(spans)):
        total = 0
        shared: set[str] = set()
        for last in range(first, len(spans)):
            total += words[last]
            if total > longest and (last > first or total > 2 * longest):
                break
            shared |= wanted & set(_WORD.findall(text[spans[last][0] : spans[last][1]].lower()))
            # Among runs that share as much, the shorter and the earlier one.
            score = len(shared) - total / (4 * longest)
            if best is None or score > best[0]:
                best = (score, first, last)
    return None if best is None else (spans[best[1]][0], spans[best[2]][1])
