"""Where a part of the letter states an objection: the sentence to quote in the record. Pure."""

import re

from commenttrack.letters.passages import sentences
from commenttrack.search_words import words_of

ENOUGH = 0.5
"""Of the words of the reason or the request that a sentence must share to be taken for its statement."""
LONGEST = 600
"""Characters of a quotation."""

# What is not the coalition's own sentence, or a mark and no word: the agency's text, tables, citations, calls of notes.
_QUOTED = re.compile(r"^\s*(?:>|\||#).*$", re.MULTILINE)
_NOTE = re.compile(r"^\[\^[^\]]+\]:.*$", re.MULTILINE)
_MARKS = re.compile(r"\[@[^\]]*\]|\[\^[^\]]*\]|\{--.*?--\}|[*_`]|\{\+\+|\+\+\}", re.DOTALL)
_COMMON = frozenset(
    words_of(
        "a an and are as at be but by for from has have if in is it its not of on or our should so than that the their "
        "this to was we which who will with would"
    )
)


def own_words(markdown: str) -> list[str]:
    """What a part says in the coalition's own words, by paragraph, without marks."""
    plain = _MARKS.sub("", _QUOTED.sub("\n", _NOTE.sub("", markdown)))
    folded = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", plain))
    return [re.sub(r"\s+([.,;:])", r"\1", paragraph) for paragraph in folded if paragraph]


def statement(markdown: str, *said: str) -> str:
    """The sentence of a part that comes nearest to what the mapping says; empty when none says half of any of it.

    ``said`` are the reason and the request, in the order in which they are looked for.
    """
    # No sentence runs over a paragraph's end: what stood between two paragraphs may be the agency's words.
    found = [text[start:end].strip() for text in own_words(markdown) for start, end in sentences(text)]
    for words in said:
        # A reason of several sentences is stated when one of them is.
        wanted = [_counted(words[start:end]) for start, end in sentences(" ".join(words.split()))]
        best, sentence = max(
            ((_shared(want, _counted(sentence)), sentence) for want in wanted if want for sentence in found),
            default=(0.0, ""),
            key=lambda each: each[0],
        )
        if best >= ENOUGH:
            return sentence if len(sentence) <= LONGEST else sentence[:LONGEST].rsplit(" ", 1)[0] + " …"
    return ""


def _counted(text: str) -> frozenset[str]:
    return frozenset(words_of(text)) - _COMMON


def _shared(wanted: frozenset[str], sentence: frozenset[str]) -> float:
    return len(wanted & sentence) / len(wanted)
