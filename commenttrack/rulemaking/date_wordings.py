"""How documents word dates, hours and what they are for: the expressions that :mod:`comment_dates` reads by."""

from __future__ import annotations

import re

EASTERN = "America/New_York"

NUMBERS = {
    "five": 5,
    "seven": 7,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty-five": 45,
    "sixty": 60,
    "seventy-five": 75,
    "ninety": 90,
}
COUNT = (
    r"(?:(?P<digits>[0-9]{1,3})|(?P<word>" + "|".join(NUMBERS) + r"))(?:\s*\([0-9]{1,3}\))?(?:[ -](?:calendar\s)?days?)"
)
AFTER_PUBLICATION = re.compile(
    COUNT
    + r"\s*(?:after|from|of|following)\s+(?:the\s+)?(?:date\s+(?:of|that|on\s+which)\s+)?(?:the\s+|this\s+|its\s+)?"
    r"(?:\[?insert\s+(?:the\s+)?date\s+of\s+)?(?:\[\s*)?(?:date\s+of\s+)?"
    r"(?:(?:notice|document|rule|proposal|proposed\s+rule)\s+(?:is|was)\s+)?(?:publication|published|publish)",
    re.IGNORECASE,
)
RELATIVE = re.compile(COUNT + r"\s*(?:after|from|following|before|prior\s+to)\s+(?:the\s+)?\w+", re.IGNORECASE)
TIME = re.compile(
    r"\b(?:(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?\s*(?P<half>[ap])\.?\s?m\b\.?|(?P<midnight>midnight)|(?P<noon>noon)\b)"
    r"[\s,]*\(?(?P<zone>(?:Eastern|Central|Mountain|Pacific|Alaska|Hawaii|local)\b(?:\s+(?:Standard|Daylight))?(?:\s+Time)?"
    r"|[ECMP][SD]?T\b|AK[SD]?T\b|H[SD]?T\b|UTC\b)?",
    re.IGNORECASE,
)
ZONES = {
    "e": EASTERN,
    "c": "America/Chicago",
    "m": "America/Denver",
    "p": "America/Los_Angeles",
    "a": "America/Anchorage",
    "h": "Pacific/Honolulu",
    "u": "UTC",
}
# Where a sentence ends, with the mark that ends it.
SENTENCE = re.compile(r"[.;!?\n](?:(?<=\n)\n*|(?<!\n)\s+(?=[A-Z(•“\"]))")
# Full stops that end no sentence.
ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|No|Nos|U\.S|a\.m|p\.m|St|Ave|Dr|Mr|Ms|Jr|Inc|Sec|e\.g|i\.e|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec))\.$"
)

NOT_DUE = re.compile(
    r"(?<!\w)(?:(?:publish(?:ed|ing)?|dated|issued|appear(?:ed|ing)|notice|document|rule|proposal|NPRM|register|FR\s[0-9]+\s?\)?,?)"
    r"\s*(?:in\s+the\s+federal\s+register\s*)?(?:,|\()?\s*(?:on|of|at|from|dated)?\s*\(?$"
    r"|(?:clos(?:ed|ing|es?)|end(?:ed|ing|s)?|expir(?:ed|es?|ing)|scheduled\s+to\s+(?:close|end|expire)|"
    r"originally\s+\w+)\s+(?:on\s+|by\s+)?$"
    r"|from\s*$|effective\s*(?:on|date:?|as\s+of)?\s*$|(?:as\s+of|since|enacted\s+on|signed\s+on|(?<!be\s)held\s+on)\s*$)",
    re.IGNORECASE,
)
ENDS_NOW = re.compile(
    r"(?:will\s+(?:close|end|expire|be\s+closed)|period\s+(?:now\s+)?(?:closes|ends|expires|closing)|closing\s+date|"
    r"(?:is|are)\s+(?:extended|reopened)[^.]{0,80})\s*(?:is|on|:|at|until|through|to)?[^.]{0,40}$",
    re.IGNORECASE,
)
ENDS_NOW_STEMS = ("will", "period", "closing", "extended", "reopened")
WAS_STEMS = ("was", "were", "had", "previously", "originally")
# Sentences that only name a day to say what happens if nobody comes, or that are about help to attend.
NO_DEADLINE = re.compile(
    r"\bif\s+no\b[^.]{0,160}\b(?:received|requested)\b|\bspecial\s+(?:assistance|accommodations?)\b"
    r"|\breasonable\s+accommodations?\b",
    re.IGNORECASE,
)
# “must be received by 11:59 p.m. on the closing date”: the hour of the day set before.
ON_THAT_DAY = re.compile(
    r"\b(?:closing\s+date|due\s+date|deadline|(?:that|this|the\s+same|the\s+closing|the\s+last)\s+day|"
    r"(?:that|this|the\s+same|the)\s+date|date\s+(?:listed|shown|specified|provided)|(?:end|close)\s+of\s+the\s+comment\s+period)\b",
    re.IGNORECASE,
)
WAS = re.compile(r"\b(?:was|were|had|previously|originally)\b[^.]{0,60}$", re.IGNORECASE)
WAS_DUE = re.compile(
    r"\b(?:was|were)\s+(?:originally\s+|previously\s+)?(?:due|scheduled|to\s+(?:close|end))\b[^.]{0,40}$", re.IGNORECASE
)
# A preposition, then only hours, zones and weekdays up to the date; possessive, so that it stays linear.
CUE = re.compile(
    r"(?:\bby|\bon\s+or\s+before|\bno\s+later\s+than|\bnot\s+later\s+than|\buntil|\bthrough|\bbefore|\bto|\bis|"
    r"\bdue(?:\s+on|\s+by|\s+date\s+is|\s+date:)?|\bdeadline(?:\s+is|\s+of|:)?|\bdate:|\bends?(?:\s+on)?|"
    r"\bcloses?(?:\s+on)?)\s*+:?\s*+"
    r"(?:(?:[0-9]{1,2}(?::[0-9]{2})?\s?[ap]\.?m\b\.?|midnight|noon|close\s+of\s+business|(?-i:\(?[A-Z]{2,3}\)?)|Eastern|"
    r"Central|Mountain|Pacific|Time|Standard|Daylight|on|of|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)(?!\w)[\s,]*+)*+$",
    re.IGNORECASE,
)
ON_COLLECTION = "comments on the information collection"
COLLECTION = re.compile(
    r"\binformation\s+collection|\bcollections?\s+of\s+information|\bPaperwork\s+Reduction|\bICRs?\b", re.IGNORECASE
)
# One of these stands wherever COLLECTION is found.
COLLECTION_STEMS = ("collection", "paperwork", "icr")
# What a date is for, what words of it stand in every sentence that says so, and how it is said.
PURPOSES: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "rebuttal comments",
        ("rebuttal", "reply", "responsive"),
        re.compile(r"\brebuttal|\breply\s+comments?|\bresponsive\s+comments?", re.IGNORECASE),
    ),
    (
        "hearing requests",
        ("request",),
        re.compile(
            r"\brequests?\s+(?:for|that|to\s+hold)\s+(?:a\s+)?(?:public\s+)?(?:hearing|meeting)|\bhearing\s+requests?"
            r"|\brequest(?:ing|s)?\s+(?:a|an)\s+(?:public\s+|virtual\s+|in-person\s+)*(?:hearing|meeting)",
            re.IGNORECASE,
        ),
    ),
    (
        "requests to appear",
        ("request", "notice", "notification", "regist", "sign", "testify", "speak"),
        re.compile(
            r"\brequests?\s+(?:to|for)\s+(?:appear|attend|testify|speak|present|participat)|\b(?:notice|notification)s?\s+of\s+(?:intent|appearance)"
            r"|\bregist(?:er|ration)\b|\bsign\s+up\b|\bto\s+(?:testify|speak)\b",
            re.IGNORECASE,
        ),
    ),
    (
        ON_COLLECTION,
        ("collection", "paperwork", "omb"),
        re.compile(
            r"\binformation\s+collection|\bcollection\s+of\s+information|\bPaperwork\s+Reduction|\bOMB\b", re.IGNORECASE
        ),
    ),
    (
        "comments",
        ("comment", "submission", "response", "information", "views"),
        re.compile(r"\bcomment|\bsubmissions?\b|\bresponses?\b|\binformation\s+must|\bviews\b", re.IGNORECASE),
    ),
    (
        "hearing",
        ("hearing",),
        re.compile(r"\bhearings?\b", re.IGNORECASE),
    ),
    (
        "meeting",
        ("meeting", "webinar", "workshop", "listening"),
        re.compile(r"\bmeetings?\b|\bwebinar|\bworkshop|\blistening\s+session", re.IGNORECASE),
    ),
    (
        "nominations",
        ("nomination", "application", "petition", "objection"),
        re.compile(r"\bnominations?\b|\bapplications?\b|\bpetitions?\b|\bobjections?\b", re.IGNORECASE),
    ),
)
HELD = re.compile(
    r"\b(?:hearings?|meetings?|webinars?|workshops?)\b.{0,80}?\b(?:will\s+be\s+held|will\s+(?:take\s+place|begin|start|convene)|is\s+scheduled|are\s+scheduled|be\s+conducted)"
    r"|\b(?:will|plans\s+to)\s+(?:hold|convene|host|conduct)\b.{0,80}?\b(?:hearings?|meetings?|webinars?|workshops?)",
    re.IGNORECASE | re.DOTALL,
)
HELD_STEMS = ("hearing", "meeting", "webinar", "workshop")
FEDERAL_REGISTER = re.compile(r"\bFederal\s+Register\b", re.IGNORECASE)
EFFECTIVE = re.compile(
    r"\beffective\b|\bcompliance\s+date|\bapplicab(?:le|ility)|\bincorporation\s+by\s+reference|\bin\s+effect\b|\btake\s+effect",
    re.IGNORECASE,
)
# One of these stands in every sentence that EFFECTIVE finds.
EFFECT_STEMS = ("effect", "complian", "applicab", "incorporation")
ASKS = re.compile(
    r"\b(?:must|should|please|may|submit|due|will\s+(?:consider|accept|be\s+accepted)|invites?|requests?|deadline)\b",
    re.IGNORECASE,
)

PICTURE = re.compile(r"E[A-Z]([0-9]{2})([A-Z]{2})([0-9]{2})\.")
PICTURE_MONTHS = ("JA", "FE", "MR", "AP", "MY", "JN", "JY", "AU", "SE", "OC", "NO", "DE")
# One of these stands in any sentence of the body that sets a date.
DUE_WORDS = (
    "must",
    "should",
    "ubmit",
    "due",
    "will consider",
    "will be accepted",
    "accept",
    "deadline",
    "nvite",
    "equest",
)
LONGEST_SENTENCE = 2000
# How far before a date its preposition is looked for, in characters, and how far the words that make it no deadline.
NEAR = 120
NEAREST = 72

FILED = re.compile(
    r"Filed\s+([0-9]{1,2})[-–]([0-9]{1,2})[-–]([0-9]{2,4})\s*;\s*([0-9]{1,2}:[0-9]{2}\s*[ap]\.?m)", re.IGNORECASE
)
