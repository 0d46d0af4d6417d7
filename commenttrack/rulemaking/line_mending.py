"""Hard-wrapped lines as paragraphs: which lines go on, and words that a line end has broken.

A line was wrapped when the first word of the next line did not fit on it any more. A line that had room for it ends
its paragraph, whatever stands there. Whether a hyphen at a line end belongs to the word is decided by the other words
of the same document.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = ("-", "\u00ad", "\u2010")
_START = re.compile(r"[^\W\d_]+")
# “pre- and post-sale”: this hyphen stands for the word that follows later.
_SUSPENDED = frozenset({"and", "or", "to", "through", "nor", "than", "but", "versus"})
# pdfium writes one of these for a hyphen at a line end.
PDF_HYPHENS = "\x02\ufffe"
_ENOUGH = 20_000_000
# Nobody parts a word after its first letter.
_SHORTEST_SYLLABLE = 2


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How often words stand in a document inside lines, in lower case; with hyphens and without."""

    words: Counter[str]

    @classmethod
    def of(cls, lines: Iterable[str]) -> Vocabulary:
        words: Counter[str] = Counter()
        seen = 0
        for line in lines:
            found = _WORD.findall(line.lower())
            if found and _broken_word(line.rstrip()):
                found.pop()
            words.update(found)
            seen += len(line)
            if seen > _ENOUGH:
                break
        for word, count in list(words.items()):
            if "-" in word:
                for part in word.split("-"):
                    words[part] += count
        return cls(words)

    def keeps_hyphen(self, first: str, second: str, *, wraps_at_hyphens: bool) -> bool:
        """Whether “first-” at a line end and “second” on the next are written with the hyphen.

        ``wraps_at_hyphens`` says that the form breaks lines only at hyphens which are part of a word.
        """
        a, b = first.lower(), second.lower()
        joined, hyphened = self.words[a + b], self.words[f"{a}-{b}"]
        if joined != hyphened and not wraps_at_hyphens:
            return hyphened > joined
        if joined and not hyphened:
            return False
        if len(first) < _SHORTEST_SYLLABLE:
            return True
        if hyphened or wraps_at_hyphens or not second[:1].islower() or not first.isalpha():
            return True
        return bool(self.words[a] and self.words[b])


def _broken_word(line: str) -> str:
    """What stands before a hyphen at the end of a line; looks at nothing before it, since lines grow to paragraphs."""
    if not line.endswith(_HYPHENS):
        return ""
    start = end = len(line) - 1
    while start and line[start - 1].isalnum():
        start -= 1
    return line[start:end]


def joined(first: str, second: str, vocabulary: Vocabulary, *, mark: str = "", wraps_at_hyphens: bool = True) -> str:
    """Two lines of one paragraph as one text; ``mark`` (a page mark) is set between words, never inside one."""
    left, right = first.rstrip(), second.lstrip()
    soft = left[-1:] in PDF_HYPHENS and bool(left)
    if soft:
        left = f"{left[:-1]}-"
    if not left or not right:
        return f"{left}{mark}{right}"
    # A line that ends in a space ended with a word, even when that is “pre-”.
    broken = _broken_word(left)
    following = _START.match(right)
    if left.endswith(("--", "—")) and first == first.rstrip():
        return f"{left}{mark}{right}"
    if not broken or following is None or following[0].lower() in _SUSPENDED:
        tight = left.endswith("-") and bool(broken) and right[:1].isalnum() and following is None
        return f"{left}{mark}{right}" if tight else f"{left}{mark} {right}"
    if left[-1] == "\u00ad" or not vocabulary.keeps_hyphen(broken, following[0], wraps_at_hyphens=wraps_at_hyphens):
        left = left[:-1]
    if not mark:
        return left + right
    end = next((index for index, character in enumerate(right) if character.isspace()), len(right))
    return f"{left}{right[:end]}{mark}{right[end:]}"


def width_of(lines: Sequence[str]) -> int:
    """The width at which the lines were wrapped, 0 when they were not: then each line is a paragraph.

    Lines of a paragraph that was not wrapped are as long as the paragraph.
    """
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    if not lengths:
        return 0
    following = sum(bool(a.strip()) and bool(b.strip()) for a, b in itertools.pairwise(lines))
    typical = lengths[min(len(lengths) - 1, len(lengths) * 95 // 100)]
    long = sum(length > 130 for length in lengths)
    if typical > 130 or long * 20 > len(lengths) or following * 5 < len(lengths):
        return 0
    # A page of short lines, such as a list, was not wrapped: wrapped lines fill most of the width.
    full = sum(length >= typical * 0.8 for length in lengths)
    return typical if typical >= 35 and full * 4 >= len(lengths) else 0


def has_room(line: str, following: str, width: int) -> bool:
    """Whether the first word of the next line would have fitted on this one."""
    words = following.split(None, 1)
    if not words:
        return True
    end = line.rstrip()
    first = words[0]
    space = 0 if end.endswith("-") else 1
    hyphen = first.find("-")
    if 0 < hyphen < len(first) - 1:
        # It could have been broken at its own hyphen.
        first = first[: hyphen + 1]
    return len(end) + space + len(first) <= width
