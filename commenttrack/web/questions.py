"""The ledger of the agency's questions: answered, declined on purpose, or open."""

from collections import Counter

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.exc import StaleDataError
from wtforms import HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from commenttrack.errors import Refused
from commenttrack.letters.models import Letter, LetterPart, LetterPartLink
from commenttrack.letters.recorded_content import numbered
from commenttrack.members.permissions import Permission
from commenttrack.positions import answers as operations
from commenttrack.positions.models import AnswerState, QuestionAnswer
from commenttrack.positions.undo import Rows
from commenttrack.rulemaking.models import Question
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.pages import docket_frame, document_frame, load
from commenttrack.web.undoing import go_back, remembered, steps
from commenttrack.wording import difference, folded

questions = Blueprint("questions", __name__)

STATES = [("open", "Open"), ("answered", "Answered"), ("declined", "Declined on purpose")]
OPEN = "open"


class AnswerForm(Form):
    """What the letter says to one question."""

    revision = IntegerField(widget=HiddenField.widget, validators=[InputRequired("Open the question again.")])
    state = RadioField(
        "What will the letter do?",
        choices=options([("answered", "Answer the question"), ("declined", "Decline to answer, on purpose")]),
        validators=[InputRequired("Choose whether to answer or to decline.")],
    )
    text = TextAreaField("Answer, or why you decline", filters=[stripped], validators=[Length(max=50_000)])


@questions.get("/dockets/<int:docket_id>/questions")
@requires(Permission.READ)
def ledger(docket_id: int) -> str:
    """All questions with where each stands; the address chooses: ``state``, ``section``, ``q``."""
    frame, document = document_frame(docket_id)
    session = database.session()
    rows = session.scalars(
        select(Question)
        .where(Question.rule_document_id == document.id)
        .options(joinedload(Question.provision))
        .order_by(Question.place)
    ).all()
    answers = operations.answers_of(session, document)
    states = {row.id: answers[row.id].state.value if row.id in answers else OPEN for row in rows}
    chosen = request.args.get("state", "")
    words, by = request.args.get("q", "").strip(), request.args.get("by", "").strip()
    said = [row for row in rows if _says(row, answers.get(row.id), words) and _is_by(answers.get(row.id), by)]
    ours = frame.letter is not None and frame.letter.rule_document_id == document.id
    return render_template(
        "web/questions/ledger.html",
        document=document,
        questions=[row for row in said if chosen in ("", states[row.id])],
        answers=answers,
        states=states,
        choices=[("", "All"), *STATES],
        state_words=dict(STATES),
        totals=Counter(states[row.id] for row in said),
        chosen=chosen,
        words=words,
        by=by,
        authors=sorted({answer.author for answer in answers.values()}),
        parts=_parts_by_answer(frame.letter) if frame.letter is not None and ours else {},
        steps=steps(docket_id),
    )


def _says(question: Question, answer: QuestionAnswer | None, words: str) -> bool:
    said = f"{question.number} {question.text} {answer.text if answer else ''} {question.provision.label}".casefold()
    return all(word in said for word in folded(words).casefold().split())


def _is_by(answer: QuestionAnswer | None, author: str) -> bool:
    return not author or (answer is not None and answer.author == author)


def _parts_by_answer(letter: Letter) -> dict[int, tuple[LetterPart, str]]:
    """The part of the letter that gives each answer, with its number; by the answer's id."""
    database.session().scalars(
        select(LetterPart).where(LetterPart.letter_id == letter.id).options(selectinload(LetterPart.links))
    ).all()
    return {
        link.question_answer_id: (entry.part, entry.number)
        for entry in numbered(letter)
        for link in entry.part.links
        if link.question_answer_id is not None
    }


@questions.route("/dockets/<int:docket_id>/questions/<int:question_id>", methods=["GET", "POST"])
@requires(Permission.MAP)
def answer(docket_id: int, question_id: int) -> ResponseReturnValue:
    """Answer one question, or decline it; an answer that somebody else gave meanwhile gives the conflict page."""
    frame = docket_frame(docket_id)
    question, session = _question(docket_id, question_id), database.session()
    known = operations.answer_to(session, question)
    form = AnswerForm(data=_as_it_stands(known))
    if form.validate_on_submit():
        named = f"question {question.number}" if question.number else "a question"
        verb = "Answered" if form.state.data == "answered" else "Declined"
        try:
            with remembered(docket_id, *_rows(question, known), done=f"{verb} {named}"):
                operations.answer_question(
                    session,
                    question,
                    state=AnswerState(form.state.data),
                    text=form.text.data or "",
                    expected_revision=form.revision.data,
                    actor=signed_in().person.name,
                    now=database.now(),
                )
        except operations.AnsweredMeanwhile as conflict:
            return _conflict(form, question, conflict)
        except (IntegrityError, StaleDataError):
            # Somebody else wrote between our reading and our writing.
            session.rollback()
            return _conflict(form, question, operations.AnsweredMeanwhile(operations.answer_to(session, question)))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The answer was kept.", "done")
            return go_back(docket_id, "questions.ledger")
    parts = _parts_by_answer(frame.letter) if frame.letter is not None and known is not None else {}
    page = render_template(
        "web/questions/answer.html",
        question=question,
        known=known,
        form=form,
        part=parts.get(known.id) if known else None,
        following=_following(question),
    )
    return page, 422 if form.is_submitted() else 200


def _as_it_stands(known: QuestionAnswer | None) -> dict[str, object]:
    if known is None:
        return {"revision": operations.UNANSWERED}
    return {"revision": known.revision, "state": known.state.value, "text": known.text}


def _conflict(form: AnswerForm, question: Question, conflict: operations.AnsweredMeanwhile) -> ResponseReturnValue:
    """Both answers, and the other person's in a form that saves over what stands."""
    form.refuse(conflict)
    theirs = conflict.answer
    page = render_template(
        "web/questions/conflict.html",
        form=form,
        question=question,
        theirs=theirs,
        changes=difference(theirs.text, form.text.data or "") if theirs else [],
        revision=theirs.revision if theirs else operations.UNANSWERED,
        state_words=dict(STATES),
    )
    return page, 409


def _following(question: Question) -> Question | None:
    """The next question that is open, in the agency's order."""
    unanswered = Question.id.not_in(select(QuestionAnswer.question_id))
    return database.session().scalar(
        select(Question)
        .where(
            Question.rule_document_id == question.rule_document_id,
            Question.place > question.place,
            unanswered,
        )
        .order_by(Question.place)
        .limit(1)
    )


@questions.post("/dockets/<int:docket_id>/questions/<int:question_id>/reopen")
@requires(Permission.MAP)
def reopen(docket_id: int, question_id: int) -> ResponseReturnValue:
    """Take an answer back."""
    question = _question(docket_id, question_id)
    named = f"question {question.number}" if question.number else "a question"
    session = database.session()
    known = operations.answer_to(session, question)
    shown = request.form.get("shown")
    if shown and known and shown != f"{known.revision} {known.created_at.isoformat()}":
        flash(
            "Somebody changed the answer after your page was opened. It stands below, and was not taken back.", "error"
        )
        return redirect(url_for("questions.answer", docket_id=docket_id, question_id=question_id), 303)
    with remembered(docket_id, *_rows(question, known), done=f"Opened {named} again"):
        operations.reopen_question(session, question, actor=signed_in().person.name, now=database.now())
    flash("The question is open again. What was said stays in the trail.", "done")
    return go_back(docket_id, "questions.ledger")


def _question(docket_id: int, question_id: int) -> Question:
    question = load(Question, question_id)
    if question.rule_document.docket_id != docket_id:
        abort(404)
    return question


def _rows(question: Question, known: QuestionAnswer | None) -> tuple[Rows, ...]:
    """The answer, and what of a letter rests on it and comes back with it."""
    return (
        Rows(QuestionAnswer, "question_id", [question.id]),
        Rows(LetterPartLink, "question_answer_id", [known.id] if known else []),
    )
