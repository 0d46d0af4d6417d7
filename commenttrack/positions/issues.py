"""The issues that recur in rulemaking whatever its subject, and how a text shows that it is about one.

An agency's preamble and a comment letter divide a rule in the same way: scope, definitions, burden, timing, overlap
with other regimes, confidentiality, enforcement, authority and so on. They often share no word on them ("one set of
rules" on one side, "duplicative requirements" on the other). A cue is a word or phrase; a star stands for any ending.
Cues belong to rulemaking at large: what only one agency or one rule says is not among them.
"""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

ISSUES: dict[str, str] = {
    "overlap with other regimes": (
        "harmoni*; duplicat*; overlap*; redundan*; substantially similar; one set of; "
        "several regulators; multiple regulators; other federal agenc*; other agenc*; "
        "existing requirements; conflicting; streamlin*; align*; coordinat*; reciproc*"
    ),
    "other countries": "international*; foreign; multilateral*; bilateral; other countries; global partners",
    "scope": (
        "narrow*; tailor*; overbroad; broad; broadly; broader; scope; applicability; applies to; "
        "applied to; categories of; targeted; threshold*; criteri*; risk-based; covered"
    ),
    "evidence": "factual; evidence*; empirical*; rationale; factors; risk of; risks",
    "cost": "cost*; burden*; expenditure*; expens*; estimate*; paperwork; dollars; million; economic impact*",
    "small entities": (
        "small entit*; small business*; small compan*; small firm*; size standard*; size-based; by size; "
        "regulatory flexibility; sba; smaller"
    ),
    "deadlines": (
        "deadline*; no later than; not later than; within; days; timeframe*; timeline*; timing; timely; promptly"
    ),
    "time to implement": (
        "effective date*; take effect; takes effect; implement*; compliance date*; transition*; "
        "phase-in; lead time; delay*; adequate time; final rule"
    ),
    "authority": "authorit*; statut*; congress*; authorized; exceeds; interpretation; legislative history",
    "confidentiality": (
        "disclos*; confidential*; freedom of information; foia; shield*; proprietary; privilege*; "
        "trade secret*; nonpublic"
    ),
    "enforcement": "subpoena*; penalt*; enforcement; noncompliance; sanction*; civil action; fines",
    "liability": "liab*; cause of action; litigation; discovery; court*; lawsuit*",
    "due process": "appeal*; due process; hearing*; withdraw*; informal*; opportunity to",
    "working together": (
        "cooperat*; collaborat*; partner*; information sharing; sharing; share; shares; shared; "
        "industry input; stakeholder*; consult*; engag*"
    ),
    "third parties": (
        "third part*; third-part*; vendor*; service provider*; on behalf of; agent; contractor*; "
        "affiliate*; subsidiar*; parent corporation; joint*"
    ),
    "records": "preserv*; retain*; retention; records; recordkeeping; storage; store*",
    "form and content": (
        "web-based; portal*; form; format; electronic*; content of; contents of; fields; manner; submission"
    ),
    "definitions": "defin*; meaning of; means; term; terms",
    "state law": "preempt*; federalism; state law*; state and local; state government*",
    "privacy": "personal information; privacy; civil liberties; personally identifiable",
    "degree of harm": "substantial*; serious; impact*; actual; actually; harm*; severity; injur*; damage*",
}

NAMES: tuple[str, ...] = tuple(ISSUES)


def _pattern(cues: str) -> re.Pattern[str]:
    parts = []
    for cue in cues.split(";"):
        words = re.escape(cue.strip().removesuffix("*")).replace(r"\ ", r"\s+")
        parts.append(words + (r"\w*" if cue.strip().endswith("*") else ""))
    return re.compile(rf"\b(?:{'|'.join(parts)})\b")


_PATTERNS = tuple(_pattern(cues) for cues in ISSUES.values())


def cue_counts(texts: Iterable[str]) -> NDArray[np.float32]:
    """How many cues of each issue stand in each text: (texts, issues), columns in the order of :data:`NAMES`."""
    rows = [[len(pattern.findall(text)) for pattern in _PATTERNS] for text in map(str.lower, texts)]
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(NAMES))
