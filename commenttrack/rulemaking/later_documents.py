"""What happens when a later document of a proceeding comes: linking it, proposing where provisions went, deciding.

Nothing that is attached to a provision is touched here. A proposal is a row that a person confirms or settles, with a
reason; what is attached to the earlier provision follows on request only (:mod:`commenttrack.positions.carrying`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.rulemaking import corrections
from commenttrack.rulemaking.anchors import Fate, fate_of
from commenttrack.rulemaking.comparison import changes, proposals
from commenttrack.rulemaking.likeness import wording_of
from commenttrack.rulemaking.models import (
    Docket,
    DocumentSuccession,
    Provision,
    ProvisionSuccession,
    Question,
    RuleDocument,
)
from commenttrack.rulemaking.operations import parsed_rule
from commenttrack.rulemaking.succession import LaterKind, came_before, evidence, kind_of
from commenttrack.wording import Change, difference, wording_digest

BY_EVIDENCE = "rule: names the earlier document, or shares its docket and its CFR part, RIN or title"
"""Who confirmed a link that a program took as shown."""


class NotLater(Refused):
    """The document does not follow the other one."""


class NotConfirmed(Refused):
    """Nobody has said yet that the two documents belong together."""


class AlreadyProposed(Conflict):
    """The comparison of the two documents is stored already."""


class NeedsAChoice(Refused):
    """What needs a person cannot be confirmed, only settled."""


class DecidedMeanwhile(Conflict):
    """Somebody else decided about the provision first; ``row`` is as it stands now."""

    def __init__(self, row: ProvisionSuccession) -> None:
        super().__init__("Somebody else decided about this provision meanwhile. Nothing was overwritten: look again.")
        self.row = row


def first_of(session: Session, later: RuleDocument) -> RuleDocument | None:
    """The document a later one follows: of those of its docket that are no later documents, the best shown one."""
    parsed = parsed_rule(session, later)
    followers = select(DocumentSuccession.later_id)
    best: tuple[tuple[bool, bool, int], RuleDocument] | None = None
    for document in session.scalars(
        select(RuleDocument).where(
            RuleDocument.docket_id == later.docket_id, RuleDocument.id != later.id, RuleDocument.id.not_in(followers)
        )
    ):
        head = parsed_rule(session, document).document
        if came_before(head, parsed.document) is False:
            continue
        shown = evidence(head, parsed)
        rank = (bool(shown.named), shown.strong, -document.id)
        if best is None or rank > best[0]:
            best = (rank, document)
    return best[1] if best else None


def commented_on(session: Session, docket: Docket) -> RuleDocument | None:
    """The document that a docket's comments are about: the newest that proposes, supplemental ones included.

    A correction, an extension, a reopening or a final rule says nothing new that a letter could be composed on.
    """
    others = select(DocumentSuccession.later_id).where(DocumentSuccession.kind != LaterKind.SUPPLEMENTAL)
    return session.scalar(
        select(RuleDocument)
        .where(RuleDocument.docket_id == docket.id, RuleDocument.id.not_in(others))
        .order_by(RuleDocument.id.desc())
        .limit(1)
    )


def link_document(
    session: Session,
    later: RuleDocument,
    *,
    earlier: RuleDocument | None = None,
    kind: LaterKind | None = None,
    actor: str,
    now: dt.datetime,
) -> DocumentSuccession | None:
    """Record which document a later one follows, and what it does to it; None when the docket holds no other.

    With ``kind`` a person says so. Without it the documents themselves are read; where they do not show plainly that
    they belong together, or what the later one is, the link waits for a person and changes no date.
    """
    known = session.scalar(select(DocumentSuccession).where(DocumentSuccession.later_id == later.id))
    if known is not None:
        return known
    earlier = earlier or first_of(session, later)
    if earlier is None:
        return None
    parsed, head = parsed_rule(session, later), parsed_rule(session, earlier).document
    if earlier.docket_id != later.docket_id or earlier.id == later.id:
        raise NotLater("Only another document of the same docket can be the one that this one follows.")
    if came_before(head, parsed.document) is False:
        raise NotLater(f"“{later.title}” was published before the document it should follow.")
    shown = evidence(head, parsed)
    told = kind_of(parsed.document)
    by = actor if kind else BY_EVIDENCE if shown.strong and told is not LaterKind.OTHER else ""
    link = DocumentSuccession(
        earlier=earlier,
        later=later,
        kind=kind or told,
        evidence_json=asdict(shown)
        | {"dockets": list(shown.dockets), "rins": list(shown.rins), "cfr": list(shown.cfr)},
        confirmed_by=by,
        confirmed_at=now if by else None,
        recorded_at=now,
    )
    session.add(link)
    session.flush()  # the audit event names the link's id
    audit.record(
        session,
        actor=actor,
        action="later document linked",
        subject=f"document_succession {link.id}",
        now=now,
        earlier=earlier.id,
        later=later.id,
        kind=link.kind.value,
        confirmed_by=by,
        evidence=link.evidence_json,
    )
    return link


def confirm_document(
    session: Session, link: DocumentSuccession, *, kind: LaterKind, reason: str, actor: str, now: dt.datetime
) -> None:
    """A person says that the documents belong together and what the later one is. Its dates hold from now on."""
    reason = _reason(reason)
    before = link.kind.value
    link.kind, link.confirmed_by, link.confirmed_at = kind, actor, now
    audit.record(
        session,
        actor=actor,
        action="later document confirmed",
        subject=f"document_succession {link.id}",
        now=now,
        kind=kind.value,
        before=before,
        reason=reason,
    )


def unlink_document(session: Session, link: DocumentSuccession, *, reason: str, actor: str, now: dt.datetime) -> None:
    """A person says that the documents do not belong together; what was proposed and decided goes with the link."""
    reason = _reason(reason)
    audit.record(
        session,
        actor=actor,
        action="later document unlinked",
        subject=f"document_succession {link.id}",
        now=now,
        earlier=link.earlier_id,
        later=link.later_id,
        kind=link.kind.value,
        reason=reason,
        decided=sum(1 for row in link.provisions if row.decided_by),
    )
    session.delete(link)


def propose(session: Session, link: DocumentSuccession, *, actor: str, now: dt.datetime) -> list[ProvisionSuccession]:
    """Compare the two documents and store where each provision is proposed to stand; nothing else changes.

    A final or supplemental rule says the rule again and is compared whole. A correction names its places. An extension
    or a reopening leaves every provision where it is, so there is nothing to propose.
    """
    if not link.confirmed_by:
        raise NotConfirmed("First say that the two documents belong together and what the later one is.")
    if link.provisions:
        raise AlreadyProposed("The two documents are compared already; the proposals wait below.")
    earlier, later = parsed_rule(session, link.earlier), parsed_rule(session, link.later)
    found = proposals(earlier, later, link.kind)
    said = corrections.statements(later) if link.kind is LaterKind.CORRECTION else ()
    ids = {
        document: dict(
            session.execute(select(Provision.key, Provision.id).where(Provision.rule_document_id == document)).all()
        )
        for document in (link.earlier_id, link.later_id)
    }
    if found:
        session.execute(
            insert(ProvisionSuccession),
            [
                {
                    "document_succession_id": link.id,
                    "place": place,
                    "earlier_id": ids[link.earlier_id][anchor.earlier] if anchor.earlier is not None else None,
                    "later_id": ids[link.later_id][anchor.later] if anchor.later is not None else None,
                    "fate": anchor.fate,
                    "similarity": anchor.similarity,
                    "why": anchor.why,
                    "candidates_json": [[candidate.id, candidate.similarity] for candidate in anchor.candidates],
                    "words_json": [said[place].wrong, said[place].right] if said and said[place].wrong else [],
                    "decided_by": "",
                    "reason": "",
                    "revision": 1,
                }
                for place, anchor in enumerate(found)
            ],
        )
        session.expire(link, ["provisions"])
    audit.record(
        session,
        actor=actor,
        action="later document compared",
        subject=f"document_succession {link.id}",
        now=now,
        fates={fate.value: count for fate, count in Counter(anchor.fate for anchor in found).items()},
    )
    return link.provisions


def confirm(
    session: Session,
    row: ProvisionSuccession,
    *,
    expected_revision: int,
    reason: str,
    actor: str,
    now: dt.datetime,
) -> None:
    """A person agrees with what was proposed for one provision. A corrected one reads as corrected from now on."""
    _at(row, expected_revision)
    if row.decided_by:
        raise DecidedMeanwhile(row)
    if row.fate is Fate.NEEDS_A_PERSON:
        raise NeedsAChoice(
            "Several places come into question, or none for certain: choose one, or say that it is gone."
        )
    reason = _reason(reason)
    if row.succession.kind is LaterKind.CORRECTION:
        _correct(session, row)
    _decide(row, reason, actor, now)
    _record(session, row, "provision's place confirmed", actor, now)


def confirm_all(
    session: Session,
    link: DocumentSuccession,
    *,
    fates: Collection[Fate],
    reason: str,
    actor: str,
    now: dt.datetime,
) -> int:
    """A person agrees with every open proposal of some kinds at once; returns how many. One event lists them all."""
    reason = _reason(reason)
    if Fate.NEEDS_A_PERSON in fates:
        raise NeedsAChoice("What needs a person is settled one by one.")
    rows = [row for row in link.provisions if not row.decided_by and row.fate in fates]
    for row in rows:
        if link.kind is LaterKind.CORRECTION:
            _correct(session, row)
        _decide(row, reason, actor, now)
    if rows:
        audit.record(
            session,
            actor=actor,
            action="provisions' places confirmed",
            subject=f"document_succession {link.id}",
            now=now,
            fates=sorted(fate.value for fate in fates),
            reason=reason,
            rows=[row.id for row in rows],
        )
    return len(rows)


def settle(
    session: Session,
    row: ProvisionSuccession,
    *,
    provision: Provision | None,
    expected_revision: int,
    reason: str,
    actor: str,
    now: dt.datetime,
) -> None:
    """A person says where a provision stands now, or with None that it is gone; the fate follows from the wordings.

    For a statement of a correction the person names the provision it corrects, or with None that it corrects none.
    """
    reason = _reason(reason)
    _at(row, expected_revision)
    before = {"fate": row.fate.value, "earlier": row.earlier_id, "later": row.later_id}
    if row.succession.kind is LaterKind.CORRECTION:
        _settle_correction(session, row, provision)
    else:
        _settle_place(session, row, provision)
    _decide(row, reason, actor, now)
    _record(session, row, "provision's place settled", actor, now, before=before)


def _settle_place(session: Session, row: ProvisionSuccession, later: Provision | None) -> None:
    link = row.succession
    if row.earlier is None:
        raise Refused(
            "This was added by the later document; there is no earlier provision whose place could be settled."
        )
    if later is not None:
        if later.rule_document_id != link.later_id:
            raise Refused("Choose a provision of the later document.")
        taken = session.scalar(
            select(ProvisionSuccession).where(
                ProvisionSuccession.document_succession_id == link.id,
                ProvisionSuccession.later_id == later.id,
                ProvisionSuccession.id != row.id,
                ProvisionSuccession.decided_by != "",
                ProvisionSuccession.earlier_id.is_not(None),
            )
        )
        if taken is not None and taken.earlier is not None:
            raise Conflict(
                f"That place was given to {taken.earlier.label or taken.earlier.key} already; settle that one first."
            )
    row.later = later
    row.fate = _fate(row.earlier, later) if later else Fate.REMOVED


def _settle_correction(session: Session, row: ProvisionSuccession, earlier: Provision | None) -> None:
    if row.decided_by and row.earlier is not None:
        raise Conflict("This correction was made already; the provision reads as corrected.")
    if earlier is not None and earlier.rule_document_id != row.succession.earlier_id:
        raise Refused("Choose a provision of the document that is corrected.")
    row.earlier = earlier
    row.fate = Fate.CHANGED if earlier else Fate.ADDED
    if earlier is not None:
        _correct(session, row)


def _correct(session: Session, row: ProvisionSuccession) -> None:
    """Make a provision read as its correction says; a correction without quoted words is only recorded.

    What is attached becomes suspect, since the wording has a new digest. The wording before goes into the audit trail
    with the decision, and the provision remembers which document corrected it.
    """
    provision, words = row.earlier, _exchange(row)
    if provision is None or words is None:
        return
    details = dict(provision.details_json)
    details["page_breaks"] = [[words.moved(start), page] for start, page in details.get("page_breaks", ())]
    details["note_calls"] = [[words.moved(start), note] for start, note in details.get("note_calls", ())]
    details["corrected"] = [
        *details.get("corrected", ()),
        {"by": row.succession.later.document_number, "was": provision.text},
    ]
    provision.text = words.applied(provision.text)
    provision.wording_digest = wording_digest(provision.heading, provision.text)
    provision.details_json = details
    for question in session.scalars(select(Question).where(Question.provision_id == provision.id)):
        question.start, question.end = words.moved(question.start), words.moved(question.end)
        question.text = provision.text[question.start : question.end]


def _exchange(row: ProvisionSuccession) -> corrections.Exchange | None:
    if row.earlier is None or not row.words_json:
        return None
    wrong, right = row.words_json
    return corrections.exchange(row.earlier.text, wrong, right)


def open_rows(link: DocumentSuccession, *fates: Fate) -> list[ProvisionSuccession]:
    """Proposals that nobody decided yet, of the given kinds or all, in the earlier document's order."""
    return [row for row in link.provisions if not row.decided_by and (not fates or row.fate in fates)]


def successor_of(session: Session, provision: Provision, later: RuleDocument) -> ProvisionSuccession | None:
    """What was decided about a provision in a later document; None while nobody decided."""
    return session.scalar(
        select(ProvisionSuccession)
        .join(ProvisionSuccession.succession)
        .where(
            ProvisionSuccession.earlier_id == provision.id,
            DocumentSuccession.later_id == later.id,
            ProvisionSuccession.decided_by != "",
        )
        .order_by(ProvisionSuccession.place)
    )


def corrections_of(session: Session, provision: Provision) -> list[ProvisionSuccession]:
    """Confirmed corrections of a provision, in the order of the documents that made them."""
    return list(
        session.scalars(
            select(ProvisionSuccession)
            .join(ProvisionSuccession.succession)
            .where(
                ProvisionSuccession.earlier_id == provision.id,
                DocumentSuccession.kind == LaterKind.CORRECTION,
                ProvisionSuccession.decided_by != "",
            )
            .order_by(DocumentSuccession.later_id, ProvisionSuccession.place)
        )
    )


def change_of(row: ProvisionSuccession) -> list[Change]:
    """The difference of the two wordings, word by word; empty where there is only one.

    For a correction that waits, the difference it would make.
    """
    if row.earlier is None or row.later is None:
        return []
    if row.succession.kind is LaterKind.CORRECTION:
        words = _exchange(row)
        return difference(row.earlier.text, words.applied(row.earlier.text)) if words else []
    return changes(_wording(row.earlier), _wording(row.later))


def _wording(provision: Provision) -> str:
    return wording_of(provision.heading, provision.text, provision.details_json.get("rows", ()))


def _fate(earlier: Provision, later: Provision) -> Fate:
    same_citation = earlier.label == later.label and earlier.number == later.number
    return fate_of(_wording(earlier), _wording(later), same_citation=same_citation)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused("Give a reason; it is kept with the decision.")
    return reason.strip()


def _at(row: ProvisionSuccession, expected_revision: int) -> None:
    if row.revision != expected_revision:
        raise DecidedMeanwhile(row)


def _decide(row: ProvisionSuccession, reason: str, actor: str, now: dt.datetime) -> None:
    row.decided_by, row.decided_at, row.reason = actor, now, reason


def _record(
    session: Session, row: ProvisionSuccession, action: str, actor: str, now: dt.datetime, **details: object
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"provision_succession {row.id}",
        now=now,
        fate=row.fate.value,
        earlier=row.earlier_id,
        later=row.later.id if row.later else None,
        reason=row.reason,
        **details,
    )
