"""The question of :mod:`commenttrack.positions.trade_offs` for a draft: who can sign it, from what the members said.

An answer speaks of the words it was given on. Where a request, or what it stands on, has other words today, whoever
answered the older ones has not agreed to it; such members are told apart from those who join and those who do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack.members.models import Organization, OrganizationKind
from commenttrack.members.names import name_key
from commenttrack.positions.mapping import links_of
from commenttrack.positions.member_stances import current_stances
from commenttrack.positions.models import MemberStance, ProvisionPosition, StanceRequest, StanceSubject
from commenttrack.positions.stance_subjects import Subject, by_subject, paragraph, position_digest, subject_of
from commenttrack.positions.stances import Condition, Stance, contradicts_draft, refused_links
from commenttrack.positions.trade_offs import Member, joiners
from commenttrack.rulemaking.models import RuleDocument
from commenttrack.wording import folded


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Who can sign which requests. Requests are named by the ids of their links, members by their organizations'."""

    requests: dict[str, ProvisionPosition]
    """Every link of the draft that takes a side, in the rule's order."""
    members: tuple[Member, ...]
    """Who has answered anything, by name, as if every answer were about the words of today."""
    older: dict[str, frozenset[str]]
    """For each member, the requests of which it answered an older wording."""
    organizations: dict[str, Organization]
    silent: tuple[Organization, ...]
    """Who was asked and has answered nothing; they are not counted."""
    left_open: dict[str, int]
    """For each member that left some, how many points it was asked about and has not answered."""

    @property
    def sure(self) -> tuple[Member, ...]:
        """The members as they count without what they said of older words: they have agreed to none of that."""
        return tuple(
            Member(each.name, each.refuses | self.older[each.name], each.insists, each.weight) for each in self.members
        )

    def ask_again(self, kept: Collection[str]) -> tuple[str, ...]:
        """Who would join a letter that keeps exactly these requests, if what was said of older words still holds."""
        certain = frozenset(joiners(self.sure, kept))
        return tuple(name for name in joiners(self.members, kept) if name not in certain)

    def lost(self, kept: Collection[str]) -> tuple[str, ...]:
        """Who does not join such a letter, whatever wording it was said of."""
        joining = frozenset(joiners(self.members, kept))
        return tuple(each.name for each in self.members if each.name not in joining)


def what_if(session: Session, document: RuleDocument, *, contradicting: bool, lead_counts_all: bool = False) -> WhatIf:
    """Who can sign which requests of a document's draft.

    With ``contradicting`` a view that contradicts a request counts as a refusal of it even where the member set no
    condition: then the number who join is what the letter can be sure of. With ``lead_counts_all`` the lead
    association counts as much as all others together.
    """
    mapped = links_of(session, document)
    drafted = by_subject(mapped)
    digests = _digests(mapped)
    refuses: defaultdict[int, set[str]] = defaultdict(set)
    insists: defaultdict[int, set[str]] = defaultdict(set)
    older: defaultdict[int, set[str]] = defaultdict(set)
    answered: defaultdict[int, set[Subject]] = defaultdict(set)
    for stance in current_stances(session, document.docket_id):
        subject, organization = subject_of(stance), stance.organization_id
        of_position = subject.position_id is not None
        here = [link for link in drafted[subject] if link.stance is not Stance.NEUTRAL]
        answered[organization].add(subject)
        refused = refused_links(stance.held, stance.condition, [link.stance for link in here], of_position=of_position)
        for link, refuse in zip(here, refused, strict=True):
            if refuse or (contradicting and contradicts_draft(stance.held, link.stance, of_position=of_position)):
                refuses[organization].add(str(link.id))
            if stance.condition is Condition.ONLY_IF_ASKED:
                insists[organization].add(str(link.id))
            if stance.subject_digest != digests[subject] or not _was_shown(stance, link):
                older[organization].add(str(link.id))
    asked = set(
        session.scalars(select(StanceRequest.organization_id).where(StanceRequest.docket_id == document.docket_id))
    )
    points = {
        subject_of(row)
        for row in session.scalars(select(StanceSubject).where(StanceSubject.docket_id == document.docket_id))
    }
    organizations = sorted(
        session.scalars(select(Organization).where(Organization.id.in_(asked.union(answered)))),
        key=lambda row: name_key(row.name),
    )
    counted = [row for row in organizations if row.id in answered]
    return WhatIf(
        requests={str(link.id): link for link in mapped if link.stance is not Stance.NEUTRAL},
        members=tuple(
            Member(
                str(row.id),
                frozenset(refuses[row.id]),
                frozenset(insists[row.id]),
                len(counted) if lead_counts_all and row.kind is OrganizationKind.LEAD else 1,
            )
            for row in counted
        ),
        older={str(row.id): frozenset(older[row.id]) for row in counted},
        organizations={str(row.id): row for row in counted},
        silent=tuple(row for row in organizations if row.id not in answered),
        left_open={str(row.id): left for row in counted if (left := len(points - answered[row.id]))},
    )


def _digests(links: Iterable[ProvisionPosition]) -> dict[Subject, str]:
    """Of the words that each subject has today, for every subject that a link is on."""
    found: dict[Subject, str] = {}
    for link in links:
        found[Subject(link.provision_id, None)] = link.provision.wording_digest
        if Subject(None, link.position_id) not in found:
            found[Subject(None, link.position_id)] = position_digest(link.position)
    return found


def _was_shown(stance: MemberStance, link: ProvisionPosition) -> bool:
    """Whether what one link says today stood in the draft that a member was shown.

    The other links of the subject do not matter: who agreed to one request has not to be asked about it again because
    its neighbour changed.
    """
    where = (link.provision.label or link.provision.number) if stance.position_id is not None else ""
    says = paragraph(where, link.stance, link.request, link.requested_text)
    return f"\n\n{_by_lines(says)}\n\n" in f"\n\n{_by_lines(stance.shown_draft)}\n\n"


def _by_lines(text: str) -> str:
    """White space folded, but for the ends of lines: an empty one is what parts one link's words from the next."""
    return "\n".join(folded(line) for line in text.strip().splitlines())
