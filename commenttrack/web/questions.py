"""The ledger of the agency's questions: answered, declined on purpose, or open."""

from collections import Counter

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from commenttrack.errors import Refused
from commenttrack.members.permissions import Permission
from commenttrack.positions import mapping as operations
from commenttrack.positions.models import AnswerState, QuestionAnswer
from commenttrack.rulemaking.models import Question
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.pages import docket_frame, document_frame, load

questions = Blueprint("questions", __name__)


class AnswerForm(Form):
    """What the letter says to one question."""

    state = RadioField(
        "What will the letter do?",
        choices=options([("answered", "Answer the question"), ("declined", "Decline to answer, on purpose")]),
        validators=[InputRequired("Choose whether to answer or to decline.")],
    )
    text = TextAreaField("Answer, or why you decline", filters=[stripped], validators=[Length(max=50_000)])


@questions.get("/dockets/<int:docket_id>/questions")
@requires(Permission.READ)
def ledger(docket_id: int) -> str:
    """All questions with where each stands; ``?state=open`` shows those that wait."""
    _, document = document_frame(docket_id)
    session = database.session()
    rows = session.scalars(
        select(Question)
        .where(Question.rule_document_id == document.id)
        .options(joinedload(Question.provision))
        .order_by(Question.place)
    ).all()
    answers = operations.answers_of(session, document)
    states = {row.id: answers[row.id].state.value if row.id in answers else "open" for row in rows}
    chosen = request.args.get("state", "")
    return render_template(
        "web/questions/ledger.html",
        document=document,
        questions=[row for row in rows if chosen in ("", states[row.id])],
        answers=answers,
        states=states,
        totals=Counter(states.values()),
        chosen=chosen,
    )


@questions.route("/dockets/<int:docket_id>/questions/<int:question_id>", methods=["GET", "POST"])
@requires(Permission.MAP)
def answer(docket_id: int, question_id: int) -> ResponseReturnValue:
    """Answer one question, or decline it."""
    docket_frame(docket_id)
    question, session = load(Question, question_id), database.session()
    if question.rule_document.docket_id != docket_id:
        abort(404)
    known = session.scalar(select(QuestionAnswer).where(QuestionAnswer.question_id == question.id))
    form = AnswerForm(data={"state": known.state.value, "text": known.text} if known else None)
    if form.validate_on_submit():
        try:
            operations.answer_question(
                session,
                question,
                state=AnswerState(form.state.data),
                text=form.text.data or "",
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The answer was kept.", "done")
            return redirect(url_for("questions.ledger", docket_id=docket_id), 303)
    page = render_template("web/questions/answer.html", question=question, known=known, form=form)
    return page, 422 if form.is_submitted() else 200


@questions.post("/dockets/<int:docket_id>/questions/<int:question_id>/reopen")
@requires(Permission.MAP)
def reopen(docket_id: int, question_id: int) -> ResponseReturnValue:
    """Take an answer back."""
    question = load(Question, question_id)
    if question.rule_document.docket_id != docket_id:
        abort(404)
    operations.reopen_question(database.session(), question, actor=signed_in().person.name, now=database.now())
    return redirect(url_for("questions.ledger", docket_id=docket_id), 303)
