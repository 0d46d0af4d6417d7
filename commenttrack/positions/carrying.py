"""Carrying the mapping and the answers to a later document, once a person decided where the provisions stand.

What is attached to the earlier document stays as it is: letters were composed from it and signed on it. The later
document gets links of its own that remember the wording they were reviewed at, so that whatever reads differently now
is suspect until a person clears it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from commenttrack import audit
from commenttrack.positions.models import ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking.later_documents import NotConfirmed
from commenttrack.rulemaking.models import DocumentSuccession, Provision, ProvisionSuccession, Question
from commenttrack.rulemaking.succession import RESTATES
from commenttrack.wording import folded


@dataclass(frozen=True, slots=True)
class Carried:
    """What was carried now, and what stayed behind with the provision it hangs on.

    ``waiting`` are rows whose place nobody decided yet, ``gone`` rows whose provision the later document does not have;
    both only where something is attached. ``asked_otherwise`` are answers whose question is not asked again in the same
    words.
    """

    links: tuple[ProvisionPosition, ...]
    answers: tuple[QuestionAnswer, ...]
    waiting: tuple[ProvisionSuccession, ...]
    gone: tuple[ProvisionSuccession, ...]
    asked_otherwise: tuple[QuestionAnswer, ...]


def carry(session: Session, succession: DocumentSuccession, *, actor: str, now: dt.datetime) -> Carried:
    """Give the later document the links and answers of every provision whose place a person decided.

    Doing it again carries what was decided meanwhile and nothing twice; a link that somebody made there is kept.
    """
    if not succession.confirmed_by or succession.kind not in RESTATES:
        raise NotConfirmed("Links are carried to a confirmed supplemental or final rule; other documents keep them.")
    held, given = _links(session, succession.earlier_id), _answers(session, succession.earlier_id)
    there = {
        (link.provision_id, link.position_id)
        for links in _links(session, succession.later_id).values()
        for link in links
    }
    answered = {answer.question_id for answers in _answers(session, succession.later_id).values() for answer in answers}
    asked = _questions(session, succession.later_id)
    links: list[ProvisionPosition] = []
    answers: list[QuestionAnswer] = []
    waiting: list[ProvisionSuccession] = []
    gone: list[ProvisionSuccession] = []
    otherwise: list[QuestionAnswer] = []
    for row in succession.provisions:
        mine, said = held.get(row.earlier_id or 0, []), given.get(row.earlier_id or 0, [])
        if not mine and not said:
            continue
        if not row.decided_by or row.later_id is None:
            (gone if row.decided_by else waiting).append(row)
            continue
        links += [_copied(link, row.later_id, now) for link in mine if (row.later_id, link.position_id) not in there]
        for answer in said:
            again = asked.get((row.later_id, folded(answer.question.text)))
            if again is None:
                otherwise.append(answer)
            elif again.id not in answered:
                answers.append(
                    QuestionAnswer(
                        question=again, state=answer.state, text=answer.text, author=answer.author, created_at=now
                    )
                )
    session.add_all([*links, *answers])
    session.flush()  # the audit event names the new rows' ids
    if links or answers:
        audit.record(
            session,
            actor=actor,
            action="mapping carried to a later document",
            subject=f"document_succession {succession.id}",
            now=now,
            links=[link.id for link in links],
            answers=[answer.id for answer in answers],
        )
    return Carried(tuple(links), tuple(answers), tuple(waiting), tuple(gone), tuple(otherwise))


def _copied(link: ProvisionPosition, provision_id: int, now: dt.datetime) -> ProvisionPosition:
    return ProvisionPosition(
        provision_id=provision_id,
        position=link.position,
        stance=link.stance,
        reason=link.reason,
        request=link.request,
        requested_text=link.requested_text,
        accepted_by=link.accepted_by,
        score=link.score,
        why=list(link.why),
        provision_digest=link.provision_digest,
        position_digest=link.position_digest,
        created_at=now,
    )


def _links(session: Session, document_id: int) -> dict[int, list[ProvisionPosition]]:
    query = select(ProvisionPosition).join(ProvisionPosition.provision)
    rows = session.scalars(query.where(Provision.rule_document_id == document_id).order_by(ProvisionPosition.id))
    return _grouped((link.provision_id, link) for link in rows)


def _answers(session: Session, document_id: int) -> dict[int, list[QuestionAnswer]]:
    query = select(QuestionAnswer).join(QuestionAnswer.question)
    rows = session.scalars(query.where(Question.rule_document_id == document_id).order_by(QuestionAnswer.id))
    return _grouped((answer.question.provision_id, answer) for answer in rows)


_Row = TypeVar("_Row")


def _grouped(rows: Iterable[tuple[int, _Row]]) -> dict[int, list[_Row]]:
    """By the provision that they hang on."""
    found: dict[int, list[_Row]] = defaultdict(list)
    for provision_id, row in rows:
        found[provision_id].append(row)
    return found


def _questions(session: Session, document_id: int) -> dict[tuple[int, str], Question]:
    rows = session.scalars(select(Question).where(Question.rule_document_id == document_id))
    return {(question.provision_id, folded(question.text)): question for question in rows}
