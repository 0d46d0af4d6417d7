"""What happens to the mapping of positions onto provisions, and to the answers to the agency's questions."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.positions.coverage import Coverage, Held, coverage
from commenttrack.positions.models import (
    AnswerState,
    Consensus,
    Position,
    ProvisionPosition,
    ProvisionReview,
    QuestionAnswer,
)
from commenttrack.positions.stances import Stance, require_complete
from commenttrack.rulemaking.models import Provision, ProvisionKind, Question, RuleDocument
from commenttrack.wording import folded, text_as_proposed


class AlreadyMapped(Conflict):
    """The position is mapped onto the provision; the link that exists can be edited."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the link after the form was opened; ``link`` is as it stands now."""

    def __init__(self, link: ProvisionPosition) -> None:
        super().__init__(
            "Somebody else changed this link while you were editing it. Nothing was overwritten: compare, then save."
        )
        self.link = link


class WithdrawnPosition(Refused):
    """A position the coalition no longer holds cannot be mapped."""


def map_position(
    session: Session,
    provision: Provision,
    position: Position,
    *,
    stance: Stance,
    reason: str = "",
    request: str = "",
    requested_text: str = "",
    accepted_by: str | None = None,
    score: float | None = None,
    why: Sequence[str] = (),
    actor: str,
    now: dt.datetime,
) -> ProvisionPosition:
    """Link a position to a provision. ``accepted_by`` names the rule when a program and not ``actor`` accepted it.

    Refuses a stance without what it needs, a position that was withdrawn, requested text on other words than the
    provision's, and a second link between the same two.
    """
    if position.consensus is Consensus.WITHDRAWN:
        raise WithdrawnPosition(f"Position {position.label} was withdrawn and cannot be mapped.")
    if session.scalar(
        select(ProvisionPosition.id).where(
            ProvisionPosition.provision_id == provision.id, ProvisionPosition.position_id == position.id
        )
    ):
        raise AlreadyMapped(f"Position {position.label} is already mapped onto {provision.label}; edit that link.")
    _check(provision, stance, reason, request, requested_text)
    link = ProvisionPosition(
        provision=provision,
        position=position,
        stance=stance,
        reason=reason.strip(),
        request=request.strip(),
        requested_text=requested_text.strip(),
        accepted_by=accepted_by or actor,
        score=score,
        why=list(why),
        provision_digest=provision.wording_digest,
        position_digest=position.current.wording_digest,
        created_at=now,
    )
    session.add(link)
    session.flush()  # the audit event names the link's id
    audit.record(
        session,
        actor=actor,
        action="position mapped",
        subject=f"provision_position {link.id}",
        now=now,
        provision=provision.label or provision.key,
        position=position.label,
        stance=stance.value,
        accepted_by=link.accepted_by,
    )
    return link


def change_mapping(
    session: Session,
    link: ProvisionPosition,
    *,
    expected_revision: int,
    stance: Stance,
    reason: str,
    request: str,
    requested_text: str,
    actor: str,
    now: dt.datetime,
) -> ProvisionPosition:
    """Change what a link says. A person's change makes the link that person's, and reviewed at today's wordings."""
    if link.revision != expected_revision:
        raise ChangedMeanwhile(link)
    _check(link.provision, stance, reason, request, requested_text)
    before = {
        "stance": link.stance.value,
        "reason": link.reason,
        "request": link.request,
        "requested_text": link.requested_text,
    }
    link.stance, link.reason, link.request = stance, reason.strip(), request.strip()
    link.requested_text, link.accepted_by = requested_text.strip(), actor
    link.provision_digest = link.provision.wording_digest
    link.position_digest = link.position.current.wording_digest
    audit.record(
        session, actor=actor, action="mapping changed", subject=f"provision_position {link.id}", now=now, before=before
    )
    return link


def _check(provision: Provision, stance: Stance, reason: str, request: str, requested_text: str) -> None:
    require_complete(stance, reason=reason, request=request, requested_text=requested_text)
    if requested_text.strip() and folded(text_as_proposed(requested_text)) != folded(provision.text):
        raise Refused(
            f"The requested text must start from the words of {provision.label or 'the provision'} as proposed: "
            "mark what goes as {--…--} and what comes as {++…++}, and leave the rest as it is."
        )


def unmap(session: Session, link: ProvisionPosition, *, actor: str, now: dt.datetime) -> None:
    """Remove a link; what it said stays in the audit trail."""
    audit.record(
        session,
        actor=actor,
        action="mapping removed",
        subject=f"provision_position {link.id}",
        now=now,
        provision=link.provision.label or link.provision.key,
        position=link.position.label,
        stance=link.stance.value,
        reason=link.reason,
        request=link.request,
        requested_text=link.requested_text,
    )
    session.delete(link)


def clear_link(session: Session, link: ProvisionPosition, *, reason: str, actor: str, now: dt.datetime) -> None:
    """Say that a suspect link still holds. Needs a reason; the digests it was reviewed at go into the trail."""
    if not reason.strip():
        raise Refused("Say why the link still holds; the reason is kept with your name.")
    audit.record(
        session,
        actor=actor,
        action="suspect link cleared",
        subject=f"provision_position {link.id}",
        now=now,
        reason=reason.strip(),
        provision_digest=link.provision_digest,
        position_digest=link.position_digest,
    )
    link.provision_digest = link.provision.wording_digest
    link.position_digest = link.position.current.wording_digest


def links_of(session: Session, document: RuleDocument) -> list[ProvisionPosition]:
    """All links of a document in the rule's order, with what pages and letters show of them loaded."""
    return list(
        session.scalars(
            select(ProvisionPosition)
            .join(ProvisionPosition.provision)
            .where(Provision.rule_document_id == document.id)
            .order_by(Provision.place, ProvisionPosition.id)
            .options(
                selectinload(ProvisionPosition.provision),
                selectinload(ProvisionPosition.position).selectinload(Position.versions),
                selectinload(ProvisionPosition.position).selectinload(Position.source_document),
            )
        )
    )


def suspect_links(session: Session, document: RuleDocument) -> list[ProvisionPosition]:
    """Links whose provision or position no longer has the wording they were reviewed at."""
    return [link for link in links_of(session, document) if link.suspect]


def mark_reviewed(session: Session, provision: Provision, *, actor: str, now: dt.datetime) -> ProvisionReview:
    """Record that a provision was read and gets no comment; marking it twice keeps the first mark."""
    known = session.scalar(select(ProvisionReview).where(ProvisionReview.provision_id == provision.id))
    if known is not None:
        return known
    review = ProvisionReview(provision_id=provision.id, reviewer=actor, reviewed_at=now)
    session.add(review)
    audit.record(
        session,
        actor=actor,
        action="reviewed without comment",
        subject=f"provision {provision.id}",
        now=now,
        provision=provision.label or provision.key,
    )
    return review


def unmark_reviewed(session: Session, provision: Provision, *, actor: str, now: dt.datetime) -> None:
    """Take the mark back."""
    review = session.scalar(select(ProvisionReview).where(ProvisionReview.provision_id == provision.id))
    if review is not None:
        session.delete(review)
        audit.record(session, actor=actor, action="review mark removed", subject=f"provision {provision.id}", now=now)


# What a coalition comments on: regulatory text, definitions and tables, or, where a document has none, its preamble.
_REGULATORY = (ProvisionKind.SECTION, ProvisionKind.PARAGRAPH, ProvisionKind.DEFINITION, ProvisionKind.APPENDIX)


def provisions_to_cover(session: Session, document: RuleDocument) -> list[Provision]:
    """The provisions coverage counts, in order: regulatory units that say something, else preamble paragraphs."""
    units = session.scalars(
        select(Provision)
        .where(Provision.rule_document_id == document.id, Provision.kind.in_(_REGULATORY), Provision.text != "")
        .order_by(Provision.place)
    ).all()
    return list(units) or list(
        session.scalars(
            select(Provision)
            .where(
                Provision.rule_document_id == document.id,
                Provision.kind == ProvisionKind.PREAMBLE_PARAGRAPH,
                Provision.text != "",
            )
            .order_by(Provision.place)
        )
    )


def coverage_of(session: Session, document: RuleDocument) -> dict[int, Coverage]:
    """The state of each provision that counts, by id, in the rule's order."""
    units = provisions_to_cover(session, document)
    held = [
        Held(str(provision_id), stance)
        for provision_id, stance in session.execute(
            select(ProvisionPosition.provision_id, ProvisionPosition.stance)
            .join(ProvisionPosition.provision)
            .where(Provision.rule_document_id == document.id)
        )
    ]
    reviewed = {
        str(provision_id)
        for provision_id in session.scalars(
            select(ProvisionReview.provision_id)
            .join(Provision, Provision.id == ProvisionReview.provision_id)
            .where(Provision.rule_document_id == document.id)
        )
    }
    states = coverage((str(unit.id) for unit in units), held, reviewed=reviewed)
    return {int(key): state for key, state in states.items()}


def answer_question(
    session: Session, question: Question, *, state: AnswerState, text: str, actor: str, now: dt.datetime
) -> QuestionAnswer:
    """Answer a question of the agency, or decline to on purpose; doing it again replaces the earlier answer."""
    text = text.strip()
    if state is AnswerState.ANSWERED and not text:
        raise Refused("Write the answer, or decline the question on purpose.")
    answer = session.scalar(select(QuestionAnswer).where(QuestionAnswer.question_id == question.id))
    if answer is None:
        answer = QuestionAnswer(question=question, state=state, text=text, author=actor, created_at=now)
        session.add(answer)
    else:
        answer.state, answer.text, answer.author, answer.created_at = state, text, actor, now
    audit.record(session, actor=actor, action=f"question {state.value}", subject=f"question {question.id}", now=now)
    return answer


def reopen_question(session: Session, question: Question, *, actor: str, now: dt.datetime) -> None:
    """Take an answer back; the question is open again. A part of a letter that gave the answer keeps its words."""
    answer = session.scalar(select(QuestionAnswer).where(QuestionAnswer.question_id == question.id))
    if answer is not None:
        audit.record(
            session,
            actor=actor,
            action="question reopened",
            subject=f"question {question.id}",
            now=now,
            text=answer.text,
        )
        session.delete(answer)


def answers_of(session: Session, document: RuleDocument) -> dict[int, QuestionAnswer]:
    """The answers given, by the question's id."""
    return {
        answer.question_id: answer
        for answer in session.scalars(
            select(QuestionAnswer)
            .join(QuestionAnswer.question)
            .where(Question.rule_document_id == document.id)
            .options(selectinload(QuestionAnswer.question))
        )
    }
