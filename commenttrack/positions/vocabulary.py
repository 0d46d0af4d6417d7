"""Words as a ranker compares them: stems without stop words, and words that mean the same in comment letters.

The related words are the ordinary vocabulary of federal rulemaking: a letter says "clock" where a rule says "deadline".
They name no agency, no programme and no document.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

_STOP_WORDS = """
a about above after again all also an and any are as at be because been before being below between both but by can
could did do does doing down during each every few for from further had has have having he her here hers him his how i
if in into is it its itself just may me might more most must my no nor not now of off on once one only or other our
ours out over own per same shall she should so some such than that the their theirs them then there these they this
those through to too under until up upon us very via was we were what when where whether which while who whom whose
why will with within without would you your
"""

# Each line is a group of words that stand for one another; a word may stand in several groups.
_RELATED = """
harmonize harmonization align alignment consistent consistency duplicative duplicate duplication overlap conflicting
harmonize reciprocity similar streamline deconflict uniform redundant
burden cost costly expense expensive onerous economic expenditure dollars
estimate understate underestimate assumption methodology analysis quantify
narrow tailor tailored target scope limit limited overbroad broad broaden criteria
small size employee revenue threshold receipts startup
deadline timeline clock hours days timing timeframe timely prompt
begin start trigger commence
believe belief determine determination conclude confirm
shield protect protection confidential confidentiality disclosure exempt exemption proprietary
enforcement penalty sanction noncompliance violation referral subpoena fine
litigation discovery court liability liable lawsuit immunity judicial
privilege waive waiver
preserve preservation retain retention record storage store recordkeeping
shorten reduce shorter minimize relieve relief
cloud provider vendor contractor hosting outsource
third behalf agent representative submitter
customer client consumer subscriber individual patient
affiliate subsidiary parent corporate joint
harm injury damage impact consequence adverse
breach incident unauthorized compromise intrusion
ally allied foreign international partner multilateral global country economies abroad
share sharing exchange disseminate alert advisory actionable anonymize
statute statutory authority congress congressional
preempt preemption federalism state local territorial
implement implementation effective transition phase delay
portal web website form online electronic interface
substantial significant serious material severe minor
attempt unsuccessful failed imminent potential thwart
supplement supplemental update later subsequent
evidence factual empirical data fact
risk threat danger vulnerability hazard
alternative option flexible flexibility
prohibit prohibition ban restrict restriction forbid
definition define defined term meaning
agency regulator department federal
industry company business firm private entity enterprise
appeal hearing withdraw petition
voluntary request cooperate collaboration consult consultation engagement outreach stakeholder partnership
export import trade tariff shipment
license licensing permit authorization approval
content information element detail field
report reporting submit submission notify notification notice filing
innovation research development technology
standard guideline framework practice
exclude exclusion exception carve except exempt
software hardware device equipment component
train training education workforce
transparent transparency publish publication public
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


def _related() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _RELATED.strip().splitlines():
        group = {stem(word) for word in line.split()}
        for one in group:
            found.setdefault(one, set()).update(group - {one})
    return MappingProxyType({one: frozenset(others) for one, others in found.items()})


RELATED: Mapping[str, frozenset[str]] = _related()
"""Stem → the stems that may stand for it."""
