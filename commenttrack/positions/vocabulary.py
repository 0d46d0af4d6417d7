"""Words as a ranker compares them: stems, without the words that stand in every text."""

import re
from functools import cache

_STOP_WORDS = """
a about above after again all also an and any are as at be because been before being below between both but by can
could did do does doing down during each every few for from further had has have having he her here hers him his how i
if in into is it its itself just may me might more most must my no nor not now of off on once one only or other our
ours out over own per same shall she should so some such than that the their theirs them then there these they this
those through to too under until up upon us very via was we were what when where whether which while who whom whose
why will with within without would you your
"""

_STOP = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[a-z][a-z0-9]+|[0-9]+")
_PLURALS = (("ies", "y"), ("sses", "ss"), ("es", "e"), ("s", ""))
_ENDING_LIST = """
ations ation ization izing ized ize ments ment ingly ing edly ed ably able ible ively ive ally al ly ness ities ity
ances ance ence ent ant ions ion ers er ors or
"""
# Longest first, so that "harmonization" loses more than "ion".
_ENDINGS = tuple(sorted(_ENDING_LIST.split(), key=len, reverse=True))
_SHORTEST_STEM = 4
# These also end words that they are no ending of: "portal" is not "port", nor "region" "reg".
_DOUBTFUL_ENDINGS = frozenset({"able", "ably", "al", "ally", "ible", "ion", "ions"})


@cache
def stem(word: str) -> str:
    """The part of a lower-case word that its forms share: a rough cut, but the same for every form."""
    if len(word) < 4:
        return word
    if not word.endswith(("ss", "us", "is")):
        for ending, put in _PLURALS:
            if word.endswith(ending):
                word = word[: -len(ending)] + put
                break
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM + (ending in _DOUBTFUL_ENDINGS):
            word = word[: -len(ending)]
            break
    if len(word) > _SHORTEST_STEM and word[-1] in "ei":
        word = word[:-1]
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2]:
        word = word[:-1]
    return word


def words(text: str) -> list[tuple[str, str]]:
    """The (stem, word) pairs of a text in order, stop words left out."""
    plain = text.lower().replace("’", "'").replace("'s", " ")
    return [(stem(word), word) for word in _WORD.findall(plain) if word not in _STOP]
