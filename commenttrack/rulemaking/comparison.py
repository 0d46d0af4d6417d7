"""Two documents of one proceeding side by side: what the later one is, and what became of every provision.

``to_json`` writes the format ``commenttrack-succession/1``: the kind, the evidence that the documents belong together,
how often each fate occurs, every provision with its two places, its difference word by word and, where a person must
decide, the places that come into question; and the comment dates of both with those that hold now.
"""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from commenttrack.errors import BadInput
from commenttrack.rulemaking import corrections
from commenttrack.rulemaking.anchors import Anchor, Fate, anchors
from commenttrack.rulemaking.likeness import wording_of
from commenttrack.rulemaking.provisions import ParsedDocument, ParsedProvision, ParsedRule
from commenttrack.rulemaking.succession import (
    RESTATES,
    SETS_DATES,
    Evidence,
    LaterKind,
    SetDate,
    came_before,
    dates_in_force,
    evidence,
    kind_of,
)
from commenttrack.wording import Change, difference

FORMAT = "commenttrack-succession/1"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a later document is to an earlier one, and the fate of every provision."""

    earlier: ParsedRule
    later: ParsedRule
    kind: LaterKind
    evidence: Evidence
    anchors: tuple[Anchor, ...]


def proposals(earlier: ParsedRule, later: ParsedRule, kind: LaterKind) -> tuple[Anchor, ...]:
    """Where the provisions of the earlier document stand after a later document of this kind.

    A final or supplemental rule says the rule again and is compared whole. A correction names its places; its anchors
    are one for each of :func:`corrections.statements`. The others leave every provision where it is.
    """
    if kind in RESTATES:
        return anchors(earlier.provisions, later.provisions)
    if kind is LaterKind.CORRECTION:
        return corrections.places(corrections.statements(later), earlier.provisions)
    return ()


def compare(earlier: ParsedRule, later: ParsedRule) -> Comparison:
    """The two documents side by side. One whose head does not tell what it is, is compared whole, since somebody asked.

    Raises :class:`BadInput` when the later document came out before the earlier one.
    """
    if came_before(earlier.document, later.document) is False:
        raise BadInput(
            f"“{later.document.title}” ({_named(later.document)}) came out before the document it is compared with "
            f"({_named(earlier.document)}): give the earlier document first."
        )
    kind = kind_of(later.document)
    as_if = LaterKind.SUPPLEMENTAL if kind is LaterKind.OTHER else kind
    return Comparison(earlier, later, kind, evidence(earlier.document, later), proposals(earlier, later, as_if))


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison in the format ``commenttrack-succession/1``."""
    before = {provision.id: provision for provision in comparison.earlier.provisions}
    after = {provision.id: provision for provision in comparison.later.provisions}
    counted = Counter(anchor.fate for anchor in comparison.anchors)
    return {
        "format": FORMAT,
        "kind": comparison.kind.value,
        "earlier": _head(comparison.earlier.document),
        "later": _head(comparison.later.document),
        "evidence": asdict(comparison.evidence) | {"strong": comparison.evidence.strong},
        "fates": {fate.value: counted[fate] for fate in Fate},
        "provisions": [_anchor(anchor, before, after, comparison.kind) for anchor in comparison.anchors],
        "comment_dates": _dates(comparison),
    }


def _head(document: ParsedDocument) -> dict[str, Any]:
    return {
        "document_number": document.document_number,
        "fr_citation": document.fr_citation,
        "title": document.title,
        "action": document.action,
    }


def _anchor(
    anchor: Anchor, before: dict[str, ParsedProvision], after: dict[str, ParsedProvision], kind: LaterKind
) -> dict[str, Any]:
    earlier, later = before.get(anchor.earlier or ""), after.get(anchor.later or "")
    # The candidates of an unplaced correction are provisions of the document that is corrected.
    others = before if kind is LaterKind.CORRECTION else after
    return {
        "earlier": anchor.earlier,
        "earlier_label": earlier.label if earlier else None,
        "later": anchor.later,
        "later_label": later.label if later else None,
        "fate": anchor.fate.value,
        "similarity": anchor.similarity,
        "why": anchor.why,
        "difference": _difference(earlier, later, anchor.fate) if kind is not LaterKind.CORRECTION else [],
        "candidates": [
            {"id": candidate.id, "label": others[candidate.id].label, "similarity": candidate.similarity}
            for candidate in anchor.candidates
        ],
    }


def _difference(earlier: ParsedProvision | None, later: ParsedProvision | None, fate: Fate) -> list[dict[str, str]]:
    if earlier is None or later is None or fate is Fate.UNCHANGED:
        return []
    one, other = (wording_of(provision.heading, provision.text, provision.rows) for provision in (earlier, later))
    return [{"kind": change.kind, "text": change.text} for change in changes(one, other)]


def changes(one: str, other: str) -> list[Change]:
    """The difference of two wordings, word by word within the lines that differ: a table has a line for each row."""
    before, after = one.split("\n"), other.split("\n")
    found: list[Change] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        # Rows that were all changed are compared each with its own, which also keeps long tables quick.
        blocks = list(zip(before[i1:i2], after[j1:j2], strict=True)) if i2 - i1 == j2 - j1 else None
        for mine, its in blocks or [("\n".join(before[i1:i2]), "\n".join(after[j1:j2]))]:
            found += [Change("same", "\n")] if found else []
            found += [Change("same", mine)] if tag == "equal" else difference(mine, its)
    return found


def _dates(comparison: Comparison) -> list[dict[str, Any]]:
    documents = (comparison.earlier.document, comparison.later.document)
    every = [(place, entry) for place, document in enumerate(documents) for entry in document.comment_dates]
    setting = [
        SetDate(place, date.fromisoformat(entry.date), entry.time)
        for place, entry in every
        if entry.purpose == "comments"
    ]
    follows = {1: 0} if comparison.kind in SETS_DATES and comparison.evidence.strong else {}
    held = dates_in_force(setting, follows, [1, 0])
    return [
        {
            "document": documents[place].document_number,
            "date": entry.date,
            "time": entry.time,
            "zone": entry.zone,
            "for": entry.purpose,
            "text": entry.text,
            "in_force": entry.purpose != "comments"
            or SetDate(place, date.fromisoformat(entry.date), entry.time) in held,
        }
        for place, entry in every
    ]


def _named(document: ParsedDocument) -> str:
    return document.fr_citation or document.document_number or "without a citation"
