"""The words of a search: what a query means, and where a text holds it. Pure.

A word is a run of letters and digits, without accents and in small letters. So "226.1(a)" is the three words 226, 1 and
a in this order, and so are they in the indexes of both databases (:mod:`commenttrack.full_text`).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MOST_TERMS = 8
MOST_LETTERS = 60
"""Of one word; what is longer is cut, and no word of a text is as long."""
AROUND = 110
"""Characters shown before the first hit and, at most twice as many, after it."""

_TERM = re.compile(r'"([^"]*)"?(\*?)|([^\s"]+)')
_QUOTES = str.maketrans("“”„«»＂", '""""""')
_WORD = re.compile(r"[^\W_]+")
_SHORTEST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand side by side in this order."""

    words: tuple[str, ...]
    prefix: bool
    """Whether the last word need only begin like this."""
    written: str
    """The words as they were typed, with one blank between them: SQLite folds them in its own way."""

    def at(self, words: Sequence[str], place: int) -> bool:
        """Whether the term stands at a place of a text's words."""
        end = place + len(self.words) - 1
        if end >= len(words):
            return False
        if not (words[end].startswith(self.words[-1]) if self.prefix else words[end] == self.words[-1]):
            return False
        return tuple(words[place:end]) == self.words[:-1]


def terms_of(query: str) -> tuple[Term, ...]:
    """What a query asks for: every term must occur.

    A word finds every word that begins like it, from three letters on; with digits in it, or in quotation marks, it is
    taken as it is. A star at the end asks for the beginning in any case. Whatever is typed, nothing is an error: signs
    that are no words are passed over, and there may be no term at all.
    """
    found = []
    for phrase, starred, single in _TERM.findall(query.translate(_QUOTES)):
        typed = [word[:MOST_LETTERS] for word in _WORD.findall(unicodedata.normalize("NFC", phrase or single))]
        words = tuple(words_of(" ".join(typed)))
        if not words:
            continue
        plain = bool(single) and len(words) == 1 and words[0].isalpha() and len(words[0]) >= _SHORTEST_PREFIX
        starts = plain or starred == "*" or (phrase or single).endswith("*")
        found.append(Term(words, starts, " ".join(typed)))
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def folded(text: str) -> str:
    """Text in small letters without accents, compatibility forms such as ﬁ and ² resolved."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()


def words_of(text: str) -> list[str]:
    """The words of a text in their order."""
    return _WORD.findall(folded(text))


def holds(text: str, terms: Sequence[Term]) -> bool:
    """Whether a text holds every term; without terms nothing is held."""
    words = words_of(text)
    return bool(terms) and all(any(term.at(words, place) for place in range(len(words))) for term in terms)


def excerpt(text: str, terms: Sequence[Term]) -> tuple[tuple[str, bool], ...]:
    """The stretch of a text around its first hit, as runs of (text, whether it is a hit); its beginning without one."""
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    words, where = [], []
    for number, (start, end) in enumerate(spans):
        for word in words_of(text[start:end]):
            words.append(word)
            where.append(number)
    marked = set[int]()
    for term in terms:
        for place in range(len(words)):
            if term.at(words, place):
                marked.update(where[place : place + len(term.words)])
    if not spans:
        return ()
    middle = spans[min(marked, default=0)][0]
    shown = [n for n, (start, end) in enumerate(spans) if middle - AROUND <= start and end <= middle + 2 * AROUND]
    first, last = (shown[0], shown[-1]) if shown else (min(marked, default=0),) * 2
    runs: list[tuple[str, bool]] = [("… ", False)] if first else []
    for number in range(first, last + 1):
        start, end = spans[number]
        piece, hit = text[start:end][: 3 * AROUND], number in marked
        if runs and number > first:
            # The blank between two words of one hit belongs to it.
            both = hit and number - 1 in marked
            runs.append((" ", both))
        runs.append((piece, hit))
    if last < len(spans) - 1:
        runs.append((" …", False))
    return _joined(runs)


def _joined(runs: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    joined: list[tuple[str, bool]] = []
    for text, hit in runs:
        if joined and joined[-1][1] == hit:
            joined[-1] = (joined[-1][0] + text, hit)
        else:
            joined.append((text, hit))
    return tuple(joined)
