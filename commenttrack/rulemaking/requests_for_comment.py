"""Requests for comment: the sentences by which an agency asks its readers for comment, and the words they are known by.

A sentence is looked at closely only where the text holds a stem of asking and one of what is asked for. Stems are
looked for in the text in lower case, which must be of the same length as the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# Tried where one of its stems stands in the text in lower case.
_VERB = re.compile(
    r"\b(?:seek(?:s|ing)?|request(?:s|ing)?|invit(?:e|es|ing)|welcom(?:e|es|ing)|solicit(?:s|ing)?|ask(?:s|ing)?(?:\s+for)?|"
    r"encourag(?:e|es|ing)|urges?|appreciates?|interested\s+in)\b"
)
# What follows the verb within a few words: comments always count, other matter only when it is about something.
_ANSWERS = re.compile(
    r"(?:[\s,]+(?!by\b|to\s+submit\b)[\w’'“”/,-]+){0,8}?[\s,]+(?:comments?|feedback|input|views?)\b", re.IGNORECASE
)
_MATTER = re.compile(
    r"(?:[\s,]+[\w’'/,-]+){0,4}?\s+(?:information|data|suggestions?|recommendations?|evidence|opinions?|perspectives|estimates)"
    r"[\s,]+(?:\w+\s+){0,3}?(?:on|regarding|about|concerning|as\s+to|whether|how|related\s+to|relating\s+to|relevant\s+to|that)\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\s+(?:that\s+)?(?:the\s+|all\s+|any\s+)?(?:public|commenters?|comments|interested\s+(?:parties|persons)|stakeholders|"
    r"respondents|readers|you)\s+(?:\w+\s+){0,2}?(?:comment|address|provide|identify|describe|discuss|include|specify|explain|consider|send)",
    re.IGNORECASE,
)
# “invites all interested parties to submit data regarding”, “encourages readers to review it and to submit comments on”
_TO_SUBMIT = re.compile(
    r"\s+(?:the\s+|all\s+|any\s+)?(?:members\s+of\s+the\s+public|public|commenters?|interested\s+(?:part(?:y|ies)|persons?|readers)|"
    r"stakeholders|respondents|readers|anyone)"
    r"\s+to\s+(?:\w+\s+){0,8}?(?:submit|provide|offer|share)\s+(?:\w+[\s,]+){0,4}?"
    r"(?:comments?|data|information|views|input|feedback|evidence)\s+(?:on|regarding|about|concerning|as\s+to|related\s+to)\b",
    re.IGNORECASE,
)
# “interested in hearing if”
_HEARING = re.compile(
    r"\s+(?:hearing|learning|knowing)\s+(?:from\s+(?:\w+\s+){1,4}?)?(?:if|whether|how|about|what|which|more)\b",
    re.IGNORECASE,
)
# What somebody else gave is appreciated, not asked for.
_GIVEN = re.compile(r"\s+(?:all\s+)?(?:the|these|those|this|that|your|their)\b", re.IGNORECASE)
_IN_PROGRESS = re.compile(
    r"\b(?:am|is|are|be|also|we’re|we're)\s+(?:\w+ly\s+|also\s+|again\s+|now\s+)*$", re.IGNORECASE
)
# Words before the verb that make it a noun, a possibility or somebody else's request.
_NOT_ASKING = re.compile(
    r"(?:\b(?:an?|the|this|that|these|such|its|our|their|his|her|any|each|every|of|for|in|by|on|or|information|comment|extension|"
    r"may|might|can|could|must|shall|not|no|never|without|if|who|which|commenters?|requestors?|also\s+a)"
    r"|\b(?<!decided )(?<!elected )(?<!wishes )(?<!wish )(?<!like )(?<!continues )(?<!continue )(?<!want )to)"
    r"(?:\s+(?:\w+ly|also|further|again|still|now|then|expressly))*\s*$",
    re.IGNORECASE,
)
# The adverbs of it, as a text in lower case ends in them.
_ADVERBS = ("ly", "also", "further", "again", "still", "now", "then")
_NOUN_GOES_ON = re.compile(r"\s+(?:for|to)\b")
_WOULD = re.compile(r"\bwould\s+(?:also\s+)?$", re.IGNORECASE)
# Not “accept comments on or before May 1”, “on May 1” and “on 1 May”.
_ACCEPTS = re.compile(
    r"\baccept(?:ing)?\s+(?:\w+\s+)?comments?\s+(?:from\s+the\s+public\s+)?"
    r"(?:on(?!\s+or\b|\s+(?-i:[A-Z])\w+\s+[0-9]|\s+[0-9]{1,2}(?:/|\s+(?-i:[A-Z])))|regarding|about)\b",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b(?:comments?|feedback|input|views|information|data|suggestions|recommendations)\s+(?:(?:is|are)\s+)(?:also\s+|specifically\s+|"
    r"particularly\s+)?(?:requested|invited|sought|solicited|welcome|welcomed|encouraged)\b"
    r"(?=.{0,40}?\b(?:on|regarding|about|concerning|whether|as\s+to)\b)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"^(?:\w+\s+)?in\s+the\s+(?:[\w-]+\s+){0,5}proposed\s+rule\b|^(?:comment|response)s?:|"
    r"\b(?:previously\s+(?:\w+\s+)?(?:seek|sought|request|solicit|invit|ask)|commenters?\s+(?:requested|asked|seek|sought|request|ask|encourag|welcom|urg)|"
    r"(?:sought|requested|solicited|invited|received)\s+(?:public\s+|written\s+)?comments?)\b",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"\b(?:to\s+participate\s+in\s+this\s+rulemaking|by\s+submitting|instructions|confidential|proprietary|duplicative|"
    r"personal(?:ly)?\s+identif|copies?\s+of|docket\s+number\s+for|submit\s+(?:your\s+)?(?:written\s+)?comments\s+(?:to|by|through)|"
    r"extension\s+of|topics\s+on\s+which|(?:is|are)\s+required\s+to|any\s+(?:personal|private)|in\s+response\s+to\s+(?:its|our|the|this|these)\s+request)\b",
    re.IGNORECASE,
)
# “Interested persons are invited to submit data on”, “commenters are asked to describe”
_PEOPLE_ARE_ASKED = re.compile(
    r"\b(?:public|commenters?|part(?:y|ies)|persons?|stakeholders|respondents|readers)\s+(?:is|are)\s+(?:also\s+|specifically\s+|\w+ly\s+)?"
    r"(?:invited|requested|encouraged|asked|urged)\s+to\s+(?:\w+ly\s+)?(?:comment\s+on|identify|describe|discuss|explain|address|"
    r"(?:submit|provide|offer|share|send)\s+(?:[\w’'/-]+[\s,]+){0,6}?(?:comments?|data|information|views|arguments|input|feedback|evidence|examples)"
    r"(?:[\s,]+(?:\w+[\s,]+){0,3}?)(?:on|regarding|about|concerning|as\s+to|related\s+to|whether|how|that)\b)",
    re.IGNORECASE,
)
_OTHER_WAYS = re.compile(
    r"\b(?:is|are)\s+(?:also\s+)?taking\s+(?:public\s+)?comment\s+on\b|"
    r"\bwould\s+(?:also\s+)?like\s+to\s+(?:receive|hear|have|get|obtain)\s+(?:\w+\s+){0,3}?"
    r"(?:comments?|feedback|input|views|information|data)\s+(?:on|about|regarding|concerning|as\s+to)\b|"
    r"^\W*please\s+(?:also\s+)?(?:comment\s+on|describe|explain\s+(?:how|why|what|whether)|"
    r"provide\s+(?:\w+\s+){0,4}?(?:information|data|comments?|evidence|examples|estimates)\s+(?:on|about|regarding|concerning|of|as\s+to))\b",
    re.IGNORECASE,
)
# What an agency wants to do itself: “seeks to improve data on”.
_AIM = re.compile(r"\s+to\s+(?!obtain|receive|gather|collect|elicit|solicit|learn|understand|hear)\w+", re.IGNORECASE)
_BY_A_DAY = re.compile(
    r"\b(?:until|by|before|through|than)\s+(?:\w+\s+){0,4}?"
    r"(?:[A-Z][a-z]+\s+[0-9]{1,2},\s+(?:19|20)[0-9]{2}|[0-9]{1,2}(?:/[0-9]{1,2}/|\s+[A-Z][a-z]+\s+)(?:19|20)[0-9]{2})"
)
# The stems of the words that requests are made of, in lower case. First those of the verbs.
_VERB_STEMS = ("seek", "request", "invit", "welcom", "solicit", "ask", "encourag", "urge", "appreciat", "interested in")
_ACCEPT = "accept"
# How else it is said: “is taking comment on”, “would like to receive comments on”, “Please describe”.
_OTHER_WAY_STEMS = ("taking comment", "would like to", "please ")
# Looked for in every text.
ASKING_STEMS = (*_VERB_STEMS, _ACCEPT)
# Looked for only where a text says “comment” or “please”.
OTHERWISE_STEMS = ("sought", *_OTHER_WAY_STEMS)
STEMS = (*ASKING_STEMS, *OTHERWISE_STEMS)
# What is asked for, and of whom.
ANSWER_STEMS = (
    *(
        "comment",
        "feedback",
        "input",
        "view",
        "information",
        "data",
        "suggestion",
        "recommendation",
        "evidence",
    ),
    *("opinion", "perspective", "estimate", "public", "respondent", "reader", "stakeholder", "hearing", "you"),
)
_PASSIVE_STEMS = ("requested", "invited", "sought", "solicited", "welcome", "encouraged", "asked", "urged")
# Of requests that no verb begins: the sentence is looked at as a whole.
OTHER_STEMS = (*_PASSIVE_STEMS, _ACCEPT, *_OTHER_WAY_STEMS)


def requests_among(
    text: str, lower: str, sentences: Sequence[tuple[int, int]], verbs: Sequence[re.Match[str]], others: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """The sentences that ask the reader for comment; each looks at its own verbs only, so that reading stays linear."""
    first = 0
    for start, end in sentences:
        while first < len(verbs) and verbs[first].start() < start:
            first += 1
        last = first
        while last < len(verbs) and verbs[last].start() < end:
            last += 1
        if (last > first or others) and is_request(text, lower, start, end, verbs[first:last], others):
            yield start, end
        first = last


def asking_verbs(lower: str, stems: Sequence[str]) -> list[re.Match[str]]:
    """The verbs of asking in a text in lower case that has these stems, in order."""
    places: list[int] = []
    for stem in stems:
        at = lower.find(stem)
        while at >= 0:
            places.append(at)
            at = lower.find(stem, at + 1)
    places.sort()
    return [match for match in [_VERB.match(lower, at) for at in places] if match]


def holds_any(lower: str, stems: Sequence[str]) -> bool:
    """A quick look that spares most texts the expressions."""
    # A loop, since any() with a generator takes twice the time where most of it is spent.
    for stem in stems:  # noqa: SIM110
        if stem in lower:
            return True
    return False


def is_request(
    text: str, lower: str, start: int, end: int, verbs: Sequence[re.Match[str]], others: Sequence[str]
) -> bool:
    """Whether a sentence asks the reader for comment; ``verbs`` and ``others`` are those of the whole text."""
    verbs = [verb for verb in verbs if start <= verb.start() < end]
    lower = lower[start:end]
    others = [stem for stem in others if stem in lower]
    if not (verbs or (others and holds_any(lower, STEMS))) or not holds_any(lower, ANSWER_STEMS):
        return False
    sentence = text[start:end]
    return _asks_the_reader(sentence, start, verbs, others) and not (
        _PAST.search(sentence) or _BOILERPLATE.search(sentence)
    )


def _asks_the_reader(sentence: str, offset: int, verbs: Sequence[re.Match[str]], others: Sequence[str]) -> bool:
    """Whether a verb of the sentence, which stands at ``offset`` in the text of the verbs, asks the reader."""
    for match in verbs:
        start, end = match.start() - offset, match.end() - offset
        rest = sentence[end : end + 200]
        verb = match[0]
        mild = verb.startswith(("encourag", "urge", "appreciat"))
        if not (
            _ANSWERS.match(rest)
            or _PEOPLE.match(rest)
            or (not mild and _MATTER.match(rest))
            or (" to " in rest and _TO_SUBMIT.match(rest))
            or (verb.startswith("interested") and _HEARING.match(rest))
        ):
            continue
        if start and sentence[start].isupper() and sentence[start - 1] == " ":
            # “the ECE Request Form” is a name.
            continue
        if verb.startswith("appreciat") and _GIVEN.match(rest):
            continue
        if verb.startswith("seek") and _AIM.match(rest):
            continue
        before = sentence[max(0, start - 40) : start]
        if (
            not _is_not_asking(before)
            and not (verb.endswith("ing") and not _IN_PROGRESS.search(before))
            and not (verb.startswith("request") and _NOUN_GOES_ON.match(rest))
            and not (verb.startswith(("seek", "request", "ask")) and _WOULD.search(before))
        ):
            return True
    for stem in others:
        if stem == _ACCEPT:
            if _ACCEPTS.search(sentence) and not _BY_A_DAY.search(sentence):
                return True
        elif stem in _OTHER_WAY_STEMS:
            if _OTHER_WAYS.search(sentence):
                return True
        elif _PASSIVE.search(sentence) or _PEOPLE_ARE_ASKED.search(sentence):
            return True
    return False


def _is_not_asking(before: str) -> bool:
    """Whether the words before a verb make it no request; only the last of them counts unless it is an adverb."""
    words = before.rstrip()
    start = 0 if words.lower().endswith(_ADVERBS) else words.rfind(" ") + 1
    return _NOT_ASKING.search(before, start) is not None
