"""Changes to the wording of one paragraph as instructions make them: words exchanged, sentences put in or taken out.

Every function returns the new text, or raises :class:`CannotEdit` with the reason and leaves the choice to a person.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from commenttrack.rulemaking.amending import Beside
from commenttrack.rulemaking.questions import sentence_spans

# Characters that print alike in both sources; one for one, so that offsets stay.
_ALIKE = str.maketrans("‘’“”–—‑\u00a0\u2009\u202f", "''\"\"---   ")
STARS = re.compile(r"\s*(?:\*\s){2,4}\*\s*")
# Abbreviations of legal references in lower case, which questions hardly use.
_ABBREVIATED = re.compile(r"\b(?:secs?|pts?|subpts?|paras?|chs?|arts?|nos?|apps?|vols?|pp?|Pub\. L)\.\s*$")
# From where on two sentences are versions of one another.
_SAME_SENTENCE = 0.75


class CannotEdit(Exception):
    """The change cannot be made to this text; the message is a clause for people without a full stop."""


class AlreadyThere(Exception):
    """The text reads already as the instruction wants it; the message is a clause for people."""


def occurrences(text: str, words: str) -> list[tuple[int, int]]:
    """(start, end) of the words in the text as whole words, quotation marks and dashes of any form."""
    pattern = re.escape(words.strip().translate(_ALIKE)).replace(r"\ ", r"\s+")
    if not pattern:
        return []
    before = r"(?<!\w)" if words.strip()[0].isalnum() else ""
    after = r"(?!\w)" if words.strip()[-1].isalnum() else ""
    return [match.span() for match in re.finditer(before + pattern + after, text.translate(_ALIKE))]


def exchanged(text: str, places: Sequence[tuple[int, int]], new: str) -> str:
    """The text with ``new`` at each of the places; an empty ``new`` takes the space beside it along."""
    pieces: list[str] = []
    position = 0
    for start, end in places:
        piece = text[position:start]
        if not new and (not piece or piece.endswith(" ")) and end < len(text) and text[end] in " ,.;:)":
            # Two spaces, or a space before a comma, would be left.
            if text[end] == " ":
                end += 1
            else:
                piece = piece.rstrip(" ")
        pieces += [piece, new]
        position = end
    return "".join([*pieces, text[position:]]).strip()


def with_words(text: str, words: str, beside: Beside | None) -> str:
    """The text with words put in where the instruction says."""
    if beside is None:
        raise CannotEdit("it does not say where the words are put in")
    if not beside.after and not beside.before:
        closing = text[-1:] if text[-1:] in ".;:," and words[-1:] not in ".;:," else ""
        return f"{text.removesuffix(closing)} {words}{closing}".strip()
    anchor = f"{beside.after} {words} {beside.before}".strip()
    if occurrences(text, anchor):
        raise AlreadyThere(f"“{anchor}” stands there already")
    named = " ".join(filter(None, (beside.after, beside.before)))
    found = occurrences(text, named)
    if len(found) != 1:
        raise CannotEdit(f"“{named}” stands there {_times(len(found))}")
    start, end = found[0]
    if not beside.after:
        return f"{text[:start]}{words} {text[start:]}"
    if beside.before:
        at = start + len(text[start:end]) - len(text[start:end].split(None, len(beside.after.split()))[-1])
        return f"{text[:at]}{words} {text[at:]}"
    gap = "" if words[:1] in ",.;:)" else " "
    return f"{text[:end]}{gap}{words}{text[end:]}"


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return [text[start:end].strip() for start, end in spans(text)]


def spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence; “sec. 8(b)” and its like end none."""
    found: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        if found and _ABBREVIATED.search(text, found[-1][0], found[-1][1]):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def segments(printed: str) -> list[str]:
    """The stretches of a printed paragraph between its stars."""
    return [piece.strip() for piece in STARS.split(printed) if piece.strip()]


def with_sentences_revised(text: str, printed: str, numbers: Sequence[int]) -> str:
    """The text with these sentences (from 1, -1 for the last) replaced by what is printed between stars."""
    old = sentences(text)
    chosen = sorted(_resolved(numbers, len(old)))
    new = segments(printed)
    runs = _runs(chosen)
    if not STARS.search(printed):
        if len(chosen) == len(old) or len(sentences(printed)) >= len(old):
            # Without stars the whole paragraph is printed.
            return printed
        raise CannotEdit("the new text has no stars for the sentences it leaves out")
    _check_stars(printed, starts=chosen[0] == 1, ends=chosen[-1] == len(old), count=len(old))
    if len(new) != len(runs):
        raise CannotEdit(f"{len(new)} stretches of new text are printed for {len(runs)} places")
    result = list(old)
    for run, segment in sorted(zip(runs, new, strict=True), reverse=True):
        result[run[0] - 1 : run[-1]] = [segment]
    return " ".join(result)


def without_sentences(text: str, numbers: Sequence[int]) -> str:
    """The text without these sentences."""
    old = sentences(text)
    chosen = set(_resolved(numbers, len(old)))
    return " ".join(sentence for index, sentence in enumerate(old, 1) if index not in chosen)


def with_sentence_added(text: str, printed: str, at: int) -> str:
    """The text with a new sentence before sentence ``at`` (from 1; -1 for the end).

    Raises :class:`AlreadyThere` when a version of the sentence stands there.
    """
    old = sentences(text)
    position = len(old) + 1 if at == -1 else at
    new = segments(printed)
    if len(new) != 1:
        raise CannotEdit(f"{len(new)} stretches of new text are printed for one sentence")
    if position > len(old) + 1:
        raise CannotEdit(f"the paragraph has only {len(old)} sentences")
    if position <= len(old) and alike(old[position - 1], new[0]) >= _SAME_SENTENCE:
        raise AlreadyThere("a version of the sentence stands there already")
    if at == -1 and old and alike(old[-1], new[0]) >= _SAME_SENTENCE:
        raise AlreadyThere("a version of the sentence stands there already")
    _check_stars(printed, starts=position == 1, ends=position == len(old) + 1, count=len(old))
    return " ".join([*old[: position - 1], new[0], *old[position - 1 :]])


def alike(first: str, second: str) -> float:
    """How alike two wordings are, word by word: 0 to 1."""
    return difflib.SequenceMatcher(None, first.split(), second.split(), autojunk=False).ratio()


def _check_stars(printed: str, *, starts: bool, ends: bool, count: int) -> None:
    """Stars before and after the new sentences must agree with their place among those that are there."""
    text = printed.strip()
    if text.startswith("*") == starts or text.endswith("*") == ends:
        raise CannotEdit(f"its stars do not agree with the {count} sentences that the paragraph has")


def _resolved(numbers: Sequence[int], count: int) -> list[int]:
    resolved = [count if number == -1 else number for number in numbers]
    if not resolved or max(resolved) > count:
        raise CannotEdit(f"the paragraph has only {count} {'sentence' if count == 1 else 'sentences'}")
    return resolved


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Neighbouring numbers together."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _times(count: int) -> str:
    return "not at all" if count == 0 else "once" if count == 1 else f"{count} times"
