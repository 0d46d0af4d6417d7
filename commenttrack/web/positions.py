"""The library of positions: the list, one position with its versions, and writing or rewording one."""

from collections import Counter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from commenttrack.errors import Refused
from commenttrack.filing.position_uses import uses_of
from commenttrack.members.models import Person
from commenttrack.members.operations import is_staff
from commenttrack.members.permissions import Permission
from commenttrack.positions import operations, upkeep
from commenttrack.positions.approval import ApprovalState, approval_state, why_not
from commenttrack.positions.bringing import text_behind
from commenttrack.positions.library import FILTERS, chosen, kin, nearest_positions, shelve
from commenttrack.positions.models import Consensus, Position, PositionVersion, SourceDocument
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.pages import docket_frame, load
from commenttrack.web.templating import eastern_day
from commenttrack.wording import Change, difference, differs

positions = Blueprint("positions", __name__)


@positions.get("/positions")
@positions.get("/dockets/<int:docket_id>/positions")
@requires(Permission.READ)
def library(docket_id: int | None = None) -> str:
    """Positions with what lists say of them; inside a docket with where each is used there."""
    frame = docket_frame(docket_id) if docket_id else None
    session = database.session()
    shelf = shelve(
        session,
        today=eastern_day(database.now()),
        document_id=frame.document.id if frame and frame.document else None,
    )
    wanted = {name: request.args.get(name, "") for name in FILTERS}
    return render_template(
        "web/positions/library.html" if frame is None else "web/positions/docket_library.html",
        shelf=chosen(shelf, wanted),
        total=len(shelf),
        chosen=wanted,
        sources=session.scalars(select(SourceDocument).order_by(SourceDocument.id)).all(),
        topics=sorted(Counter(topic for item in shelf for topic in item.position.topics)),
        owners=sorted(
            {item.position.owner.id: item.position.owner.name for item in shelf if item.position.owner}.items(),
            key=lambda owner: owner[1],
        ),
        consensus=list(Consensus),
        approvals=list(ApprovalState),
    )


def source_text(source: SourceDocument) -> str | None:
    """The text that the positions of a source point into, where its file is here."""
    return text_behind(database.house().storage, source.text_key)


@positions.get("/positions/<int:position_id>")
@requires(Permission.READ)
def position(position_id: int) -> str:
    """One position: wording and versions, the passage in its source, approval, review, exhibits, where it is used."""
    shown, session = load(Position, position_id), database.session()
    text = source_text(shown.source_document)
    current = shown.current
    return render_template(
        "web/positions/position.html",
        position=shown,
        state=approval_state(shown),
        blocked=why_not(shown, eastern_day(database.now())),
        passage=Passage.around(text, shown) if text is not None else None,
        versions=[
            (version, changes(before, version))
            for before, version in zip([None, *shown.versions], shown.versions, strict=False)
        ][::-1],
        near=nearest_positions(session, current.heading, current.statement, leaving_out=kin(shown, session)),
        uses=uses_of(session, shown),
    )


class Passage:
    """A position's passage as it stands in its source, with a little of what stands around it."""

    _AROUND = 240

    def __init__(self, before: str, words: str, after: str) -> None:
        self.before, self.words, self.after = before, words, after

    @classmethod
    def around(cls, text: str, shown: Position) -> "Passage":
        """The passage in the text of its source document."""
        before, after = text[max(0, shown.start - cls._AROUND) : shown.start], text[shown.end : shown.end + cls._AROUND]
        return cls(
            before.split(" ", 1)[-1] if shown.start > cls._AROUND else before,
            text[shown.start : shown.end],
            after.rsplit(" ", 1)[0] if shown.end + cls._AROUND < len(text) else after,
        )


def changes(before: PositionVersion | None, after: PositionVersion) -> list[tuple[str, list[Change]]]:
    """What a version says otherwise than the one before it: the field's name and the word-level difference."""
    if before is None:
        return []
    compared = [
        (name, difference(getattr(before, name), getattr(after, name)))
        for name in ("heading", "statement", "request", "fallback", "quotation")
    ]
    return [(name, found) for name, found in compared if differs(found)]


class WordingForm(Form):
    """A wording of a position."""

    heading = StringField("Heading", filters=[stripped], validators=[Length(max=500)])
    statement = TextAreaField(
        "Statement", filters=[stripped], validators=[InputRequired("Write what the coalition holds.")]
    )
    request = TextAreaField("Primary request", filters=[stripped], validators=[Length(max=5_000)])
    fallback = TextAreaField("Fallback request", filters=[stripped], validators=[Length(max=5_000)])
    quotation = TextAreaField("Quotation from the source", filters=[stripped], validators=[Length(max=20_000)])
    version = IntegerField(widget=HiddenField.widget, validators=[Optional()])


@positions.route("/positions/<int:position_id>/wording", methods=["GET", "POST"])
@requires(Permission.MAP)
def revise(position_id: int) -> ResponseReturnValue:
    """Give a position a new wording; the earlier ones stay."""
    shown = load(Position, position_id)
    now = shown.current
    names = ("heading", "statement", "request", "fallback", "quotation")
    form = WordingForm(data={name: getattr(now, name) for name in names} | {"version": now.number})
    text, theirs = source_text(shown.source_document), None
    if form.validate_on_submit():
        try:
            operations.revise_position(
                database.session(),
                shown,
                **{name: form[name].data or "" for name in names},
                source_text=text,
                expected_version=form.version.data,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except operations.RevisedMeanwhile as conflict:
            form.refuse(conflict)
            theirs = load(Position, position_id).current
            form.version.data, form.version.raw_data = theirs.number, None
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The new wording stands. It needs an approval; provisions mapped to it may need a review.", "done")
            return redirect(url_for("positions.position", position_id=shown.id), 303)
    page = render_template("web/positions/revise.html", position=shown, form=form, theirs=theirs, text=text)
    return page, 422 if form.is_submitted() else 200


def staff_choices() -> list[tuple[str, str]]:
    """The staff, who can own a position; nobody first."""
    people = database.session().scalars(select(Person).where(is_staff()).order_by(Person.name, Person.id))
    return [("", "Nobody"), *((str(person.id), person.name) for person in people)]


class WriteForm(WordingForm):
    """A position that no document states."""

    topics = StringField("Topics", filters=[stripped], validators=[Length(max=500)])
    owner = SelectField("Owner", validators=[Optional()])
    review_by = DateField("Review by", validators=[Optional()])


@positions.route("/positions/new", methods=["GET", "POST"])
@requires(Permission.MAP)
def write() -> ResponseReturnValue:
    """Write a position by hand; with ``Compare``, see it beside the nearest ones before it is kept."""
    form, session, near = WriteForm(), database.session(), None
    form.owner.choices = options(staff_choices())
    if form.validate_on_submit():
        if "compare" in request.form:
            near = nearest_positions(session, form.heading.data or "", form.statement.data or "")
        else:
            try:
                written = upkeep.write_position(
                    session,
                    operations.Wording(
                        form.heading.data or "",
                        form.statement.data or "",
                        request=form.request.data or "",
                        fallback=form.fallback.data or "",
                    ),
                    topics=(form.topics.data or "").split(","),
                    owner=session.get(Person, int(form.owner.data)) if form.owner.data else None,
                    review_by=form.review_by.data,
                    actor=signed_in().person.name,
                    now=database.now(),
                )
            except upkeep.AlreadyWritten as known:
                flash(str(known), "attention")
                return redirect(url_for("positions.position", position_id=known.position.id), 303)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                flash("The position is in the library. It needs an approval before a letter rests on it.", "done")
                return redirect(url_for("positions.position", position_id=written.id), 303)
    answer: Any = render_template("web/positions/write.html", form=form, near=near)
    return answer, 422 if form.is_submitted() and near is None else 200
