"""What people say of suggestions: set aside as not relevant or taken back. With the links, rankings learn from it."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack import audit
from commenttrack.errors import Refused
from commenttrack.positions.models import Position, ProvisionPosition, SuggestionVerdict
from commenttrack.positions.suggestion_feedback import Judged
from commenttrack.rulemaking.models import Provision, RuleDocument


class MappedAlready(Refused):
    """A position that is mapped onto the provision was accepted; it cannot be set aside as well."""


def reject_suggestion(
    session: Session, provision: Provision, position: Position, *, actor: str, now: dt.datetime
) -> SuggestionVerdict:
    """Say that a position does not bear on a provision. Saying it again binds the word to today's wordings."""
    if session.scalar(
        select(ProvisionPosition.id).where(
            ProvisionPosition.provision_id == provision.id, ProvisionPosition.position_id == position.id
        )
    ):
        raise MappedAlready(
            f"Position {position.label} is mapped onto {provision.label or 'this passage'}; take it off first."
        )
    said = {
        "provision_digest": provision.wording_digest,
        "position_digest": position.current.wording_digest,
        "judged_by": actor,
        "judged_at": now,
    }
    verdict = verdict_on(session, provision, position)
    if verdict is None:
        verdict = SuggestionVerdict(provision=provision, position=position, **said)
        session.add(verdict)
    for name, value in said.items():
        setattr(verdict, name, value)
    session.flush()  # the audit event names the verdict's id
    _record(session, "suggestion set aside", verdict, actor, now)
    return verdict


def unreject_suggestion(
    session: Session, provision: Provision, position: Position, *, actor: str, now: dt.datetime
) -> None:
    """Take the word back; where there is none, nothing happens."""
    verdict = verdict_on(session, provision, position)
    if verdict is not None:
        _record(session, "suggestion no longer set aside", verdict, actor, now)
        session.delete(verdict)


def verdict_on(session: Session, provision: Provision, position: Position) -> SuggestionVerdict | None:
    """The word on a pair, if there is one."""
    return session.scalar(
        select(SuggestionVerdict).where(
            SuggestionVerdict.provision_id == provision.id, SuggestionVerdict.position_id == position.id
        )
    )


def set_aside(session: Session, provision: Provision) -> list[SuggestionVerdict]:
    """What was set aside for a provision and still stands, in the order in which it was said."""
    return [
        verdict
        for verdict in session.scalars(
            select(SuggestionVerdict)
            .where(SuggestionVerdict.provision_id == provision.id)
            .order_by(SuggestionVerdict.id)
            .options(
                selectinload(SuggestionVerdict.provision),
                selectinload(SuggestionVerdict.position).selectinload(Position.versions),
            )
        )
        if verdict.stands
    ]


def provisions_set_aside(session: Session, document: RuleDocument, position: Position) -> list[SuggestionVerdict]:
    """What was set aside for a position on a document and still stands, in the order in which it was said."""
    return [
        verdict
        for verdict in session.scalars(
            select(SuggestionVerdict)
            .join(SuggestionVerdict.provision)
            .where(SuggestionVerdict.position_id == position.id, Provision.rule_document_id == document.id)
            .order_by(SuggestionVerdict.id)
            .options(selectinload(SuggestionVerdict.provision))
        )
        if verdict.stands
    ]


def feedback(session: Session, document: RuleDocument) -> list[Judged]:
    """Everything that was said on suggestions for a docket's document: set aside and standing, then mapped.

    Links that a program made by a stated rule are no person's word, but they were accepted and can be taken off.
    """
    verdicts: Sequence[SuggestionVerdict] = session.scalars(
        select(SuggestionVerdict)
        .join(SuggestionVerdict.provision)
        .where(Provision.rule_document_id == document.id)
        .order_by(SuggestionVerdict.id)
        .options(
            selectinload(SuggestionVerdict.provision),
            selectinload(SuggestionVerdict.position).selectinload(Position.versions),
        )
    ).all()
    mapped = session.execute(
        select(ProvisionPosition.position_id, Provision.key)
        .join(ProvisionPosition.provision)
        .where(Provision.rule_document_id == document.id)
        .order_by(ProvisionPosition.id)
    ).all()
    return [
        *(Judged(str(item.position_id), item.provision.key, accepted=False) for item in verdicts if item.stands),
        *(Judged(str(position_id), key, accepted=True) for position_id, key in mapped),
    ]


def _record(session: Session, action: str, verdict: SuggestionVerdict, actor: str, now: dt.datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"suggestion_verdict {verdict.id}",
        now=now,
        provision=verdict.provision.label or verdict.provision.key,
        position=verdict.position.label,
    )
