"""The issues that recur in rulemaking whatever its subject, and how a text shows that it is about one.

An agency's preamble and a comment letter divide a rule in the same way: scope, definitions, burden, timing, overlap
with other regimes, confidentiality, enforcement, authority and so on. They often share no word on them ("one set of
rules" on one side, "duplicative requirements" on the other). A cue is a word or phrase; a star stands for any ending.
"""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

ISSUES: dict[str, str] = {
    "overlap with other regimes": (
        "harmoni*; duplicat*; overlap*; deconflict*; redundan*; substantially similar; one set of; several regulators; "
        "multiple regulators; other federal agenc*; other agenc*; every federal agency; existing requirements; "
        "conflicting; in concert; fragment*; streamlin*; align*; coordinat*; reciproc*"
    ),
    "other countries": (
        "allies; allied; like-minded; international*; foreign; multilateral*; bilateral; other countries; "
        "global partners"
    ),
    "scope": (
        "narrow*; tailor*; overbroad; broad; broadly; broader; scope; applicability; applies to; applied to; "
        "categories of; targeted; threshold*; criteri*; in scope; risk-based; covered"
    ),
    "evidence": "factual; evidence*; empirical*; rationale; factors; risk of; risks",
    "cost": "cost*; burden*; expenditure*; expens*; estimate*; paperwork; dollars; million; economic impact*",
    "small entities": (
        "small entit*; small business*; small provider*; small compan*; small firm*; size standard*; size-based; "
        "by size; regulatory flexibility; sba; smaller"
    ),
    "deadlines": (
        "deadline*; hours; clock; no later than; not later than; within; days; timeframe*; timeline*; timing; timely; "
        "promptly"
    ),
    "time to implement": (
        "effective date*; take effect; takes effect; implement*; compliance date*; transition*; phase-in; lead time; "
        "delay*; adequate time; final rule"
    ),
    "authority": "authorit*; statut*; congress*; authorized; exceeds; interpretation; legislative history",
    "confidentiality": (
        "disclos*; confidential*; freedom of information; foia; shield*; proprietary; privilege*; trade secret*; "
        "nonpublic"
    ),
    "enforcement": (
        "subpoena*; penalt*; enforcement; noncompliance; contempt; debarment; sanction*; civil action; fines"
    ),
    "liability": "liab*; cause of action; litigation; discovery; court*; lawsuit*",
    "due process": "appeal*; due process; hearing*; withdraw*; request for information; informal*; opportunity to",
    "working together": (
        "cooperat*; collaborat*; partner*; public-private; information sharing; sharing; share; shares; shared; "
        "industry input; stakeholder*; consult*; engag*; anonymi*; actionable; alerts; advisories"
    ),
    "third parties": (
        "third part*; third-part*; vendor*; service provider*; on behalf of; agent; contractor*; affiliate*; "
        "subsidiar*; parent corporation; joint*; single filing; single report"
    ),
    "records": "preserv*; retain*; retention; records; recordkeeping; storage; store*",
    "form and content": (
        "web-based; portal*; form; format; electronic*; content of; contents of; fields; manner; submission"
    ),
    "definitions": "defin*; meaning of; means; term; terms",
    "privacy": "personal information; privacy; civil liberties; personally identifiable; breach*; encrypt*; customer*",
    "state law": "preempt*; federalism; state law*; state and local; state breach; state government*",
    "degree of harm": (
        "substantial*; serious; impact*; near miss*; unsuccessful; attempt*; actual; actually; imminent*; harm*; "
        "severity; disruption*"
    ),
    "later additions": "initial; supplement*; update*; preliminary; subsequent; known",
    "knowledge": "reasonably believe*; reasonable belief; determin*; confirm*; preliminary analysis; start*; begin*",
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
