"""What happens to the answers to the agency's questions."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commenttrack import audit
from commenttrack.errors import Conflict, Refused
from commenttrack.positions.models import AnswerState, QuestionAnswer
from commenttrack.rulemaking.models import Question, RuleDocument

UNANSWERED = 0
"""The revision a form was opened at when nobody had answered yet."""


class AnsweredMeanwhile(Conflict):
    """Somebody else answered, or took the answer back, after the form was opened; ``answer`` is as it stands now."""

    def __init__(self, answer: QuestionAnswer | None) -> None:
        super().__init__(
            "Somebody else changed this answer while you were writing. Nothing was overwritten: compare, then save."
            if answer is not None
            else "Somebody else took the answer back while you were writing. Save your text below to answer again."
        )
        self.answer = answer


def answer_question(
    session: Session,
    question: Question,
    *,
    state: AnswerState,
    text: str,
    expected_revision: int | None = None,
    actor: str,
    now: dt.datetime,
) -> QuestionAnswer:
    """Answer a question of the agency, or decline to on purpose, for a reason; doing it again replaces the answer.

    ``expected_revision`` is that of the answer the form was opened at, :data:`UNANSWERED` if there was none, and None
    for a program that asks nobody.
    """
    text = text.strip()
    if not text:
        raise Refused(
            "Write the answer, or decline the question on purpose."
            if state is AnswerState.ANSWERED
            else "Say why the question is declined, so that nobody takes it for forgotten."
        )
    answer = answer_to(session, question)
    if expected_revision is not None and expected_revision != (answer.revision if answer else UNANSWERED):
        raise AnsweredMeanwhile(answer)
    before = {"state": answer.state.value, "text": answer.text} if answer else None
    if answer is None:
        answer = QuestionAnswer(question=question, state=state, text=text, author=actor, created_at=now)
        session.add(answer)
    else:
        answer.state, answer.text, answer.author, answer.created_at = state, text, actor, now
    audit.record(
        session,
        actor=actor,
        action=f"question {state.value}",
        subject=f"question {question.id}",
        now=now,
        **({"before": before} if before else {}),
    )
    return answer


def reopen_question(session: Session, question: Question, *, actor: str, now: dt.datetime) -> None:
    """Take an answer back; the question is open again. A part of a letter that gave the answer keeps its words."""
    answer = answer_to(session, question)
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


def answer_to(session: Session, question: Question) -> QuestionAnswer | None:
    """The answer to one question; None while it is open."""
    return session.scalar(select(QuestionAnswer).where(QuestionAnswer.question_id == question.id))


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
