"""The legal grounds of an objection, as an issue must be raised for a court to hear it later. Pure.

What nobody told the agency while it could still act is, as a rule, not heard in court. The grounds are those of the
Administrative Procedure Act, 5 U.S.C. 706(2) and 553, of the Paperwork Reduction Act, 44 U.S.C. 3506 and 3512, of the
Regulatory Flexibility Act, 5 U.S.C. 603 to 605, and of the executive orders on costs and benefits.
"""

import enum
import re
from collections.abc import Iterable


class Ground(enum.StrEnum):
    """Why a provision is said to be unlawful or not to be adopted."""

    BEYOND_AUTHORITY = "beyond_authority"
    ARBITRARY = "arbitrary"
    INADEQUATE_NOTICE = "inadequate_notice"
    PAPERWORK = "paperwork"
    SMALL_ENTITIES = "small_entities"
    COST_BENEFIT = "cost_benefit"
    OTHER = "other"


WORDS = {
    Ground.BEYOND_AUTHORITY: "Beyond authority",
    Ground.ARBITRARY: "Arbitrary",
    Ground.INADEQUATE_NOTICE: "Inadequate notice",
    Ground.PAPERWORK: "Paperwork Reduction Act",
    Ground.SMALL_ENTITIES: "Regulatory Flexibility Act",
    Ground.COST_BENEFIT: "Cost-benefit",
    Ground.OTHER: "Other",
}
"""How a ground reads on pages, in files and in reports."""

_BY_WORDS = {words.casefold(): ground for ground, words in WORDS.items()} | {ground.value: ground for ground in Ground}


def in_order(grounds: Iterable[str]) -> list[str]:
    """Grounds as they are stored: each once, in the order of :class:`Ground`. Raises ``ValueError`` for another."""
    given = {Ground(ground) for ground in grounds}
    return [ground.value for ground in Ground if ground in given]


def written(grounds: Iterable[str]) -> str:
    """Grounds in words: ``Arbitrary; Inadequate notice``."""
    return "; ".join(WORDS[Ground(ground)] for ground in in_order(grounds))


def read(text: str) -> tuple[list[str], list[str]]:
    """The grounds a text names, parted by semicolons, commas or lines, and what it names that is none."""
    named = [name.strip() for name in re.split(r"[;,\n]", text) if name.strip()]
    known = [_BY_WORDS[name.casefold()] for name in named if name.casefold() in _BY_WORDS]
    return in_order(known), [name for name in named if name.casefold() not in _BY_WORDS]
