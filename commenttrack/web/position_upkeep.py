"""Keeping a position: its approvals, its owner and review date, where the coalition stands, its exhibits."""

import io
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from commenttrack.errors import Conflict, Refused
from commenttrack.members.models import Person
from commenttrack.members.permissions import Permission
from commenttrack.positions import exhibits, upkeep
from commenttrack.positions.models import Consensus, Exhibit, Position, PositionApproval
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.pages import load
from commenttrack.web.positions import staff_choices
from commenttrack.web.templating import eastern_day

position_upkeep = Blueprint("position_upkeep", __name__, url_prefix="/positions/<int:position_id>")

CONSENSUS_WORDS = {
    Consensus.ALIGNED: "Aligned: everybody holds it",
    Consensus.QUALIFIED: "Aligned with qualification: somebody holds it with a reservation",
    Consensus.DEFERRED: "To be discussed later",
    Consensus.WITHDRAWN: "Withdrawn: nobody rests on it any more",
}


def _back(position_id: int) -> ResponseReturnValue:
    return redirect(url_for("positions.position", position_id=position_id), 303)


class ApprovalForm(Form):
    """Who approved the present wording."""

    approved_by = StringField(
        "Approved by", filters=[stripped], validators=[InputRequired("Say who."), Length(max=300)]
    )
    body = StringField("Board or committee", filters=[stripped], validators=[Length(max=300)])
    approved_on = DateField("Day of the approval", validators=[InputRequired("Say on which day.")])
    shown = HiddenField()

    def require_shown(self, positions: Iterable[Position], present: str) -> None:
        """Refuse to approve words that the page did not show, since they were written after it was opened.

        ``present`` are the wordings that it shows now.
        """
        shown, self.shown.data = self.shown.data or present, present
        if set(wordings_of(positions).split()) - set(shown.split()):
            raise Conflict(
                "Nothing was recorded: somebody gave what you approve a new wording after this page was opened. It is "
                "shown as it reads now; record the approval if it was given for these words."
            )


def wordings_of(positions: Iterable[Position]) -> str:
    """The present wordings of positions by their ids, for a form to say which of them its page showed."""
    return " ".join(str(each.current.id) for each in positions)


@position_upkeep.route("/approve", methods=["GET", "POST"])
@requires(Permission.MAP)
def approve(position_id: int) -> ResponseReturnValue:
    """Record the approval of the present wording."""
    shown = load(Position, position_id)
    today = eastern_day(database.now())
    present = wordings_of([shown])
    form = ApprovalForm(data={"approved_on": today, "shown": present})
    if form.validate_on_submit():
        try:
            form.require_shown([shown], present)
            upkeep.approve_version(
                database.session(),
                shown.current,
                approved_by=form.approved_by.data,
                body=form.body.data or "",
                approved_on=form.approved_on.data,
                today=today,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"The approval of version {shown.current.number} is recorded.", "done")
            return _back(position_id)
    page = render_template("web/positions/approve.html", position=shown, form=form)
    return page, 422 if form.is_submitted() else 200


class RevokeForm(Form):
    """Why an approval is taken back."""

    reason = TextAreaField("Reason", filters=[stripped], validators=[InputRequired("Say why."), Length(max=2_000)])


@position_upkeep.route("/approvals/<int:approval_id>/revoke", methods=["GET", "POST"])
@requires(Permission.MAP)
def revoke(position_id: int, approval_id: int) -> ResponseReturnValue:
    """Take an approval back; it stays on record."""
    approval = load(PositionApproval, approval_id)
    if approval.version.position_id != position_id:
        abort(404)
    form = RevokeForm()
    if form.validate_on_submit():
        try:
            upkeep.revoke_approval(
                database.session(),
                approval,
                reason=form.reason.data,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The approval is taken back.", "done")
            return _back(position_id)
    page = render_template(
        "web/positions/revoke.html", position=approval.version.position, approval=approval, form=form
    )
    return page, 422 if form.is_submitted() else 200


class LookAfterForm(Form):
    """Whose a position is, until when it holds, what it is about, where the coalition stands on it."""

    owner = SelectField("Owner", validators=[Optional()])
    review_by = DateField("Review by", validators=[Optional()])
    topics = StringField("Topics", filters=[stripped], validators=[Length(max=500)])
    consensus = SelectField("Consensus", choices=options((state.value, CONSENSUS_WORDS[state]) for state in Consensus))
    reason = TextAreaField("Reason for a change of the consensus", filters=[stripped], validators=[Length(max=2_000)])
    shown = HiddenField()


@position_upkeep.route("/upkeep", methods=["GET", "POST"])
@requires(Permission.MAP)
def look_after(position_id: int) -> ResponseReturnValue:
    """Owner, review date, topics, consensus."""
    shown, session = load(Position, position_id), database.session()
    form = LookAfterForm(
        data={
            "owner": str(shown.owner_id or ""),
            "review_by": shown.review_by,
            "topics": ", ".join(shown.topics),
            "consensus": shown.consensus.value,
            "shown": upkeep.state_digest(shown),
        }
    )
    choices = staff_choices()
    if shown.owner is not None and str(shown.owner_id) not in dict(choices):
        choices.append((str(shown.owner_id), shown.owner.name))
    form.owner.choices = options(choices)
    if form.validate_on_submit():
        try:
            upkeep.look_after(
                session,
                shown,
                owner=session.get(Person, int(form.owner.data)) if form.owner.data else None,
                review_by=form.review_by.data,
                topics=(form.topics.data or "").split(","),
                consensus=Consensus(form.consensus.data),
                reason=form.reason.data or "",
                shown=form.shown.data or None,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
            form.shown.data = upkeep.state_digest(load(Position, position_id))
        else:
            flash("Kept.", "done")
            return _back(position_id)
    page = render_template("web/positions/look_after.html", position=shown, form=form)
    return page, 422 if form.is_submitted() else 200


class ExhibitForm(Form):
    """A file that bears a position out."""

    file = FileField("File", validators=[FileRequired("Choose the file.")])
    caption = StringField(
        "What it shows", filters=[stripped], validators=[InputRequired("Say what it shows."), Length(max=500)]
    )
    source = StringField(
        "Where it comes from",
        filters=[stripped],
        validators=[InputRequired("Say where it comes from."), Length(max=500)],
    )


@position_upkeep.route("/exhibits/add", methods=["GET", "POST"])
@requires(Permission.MAP)
def add_exhibit(position_id: int) -> ResponseReturnValue:
    """Keep an evidence file with a position."""
    shown = load(Position, position_id)
    form = ExhibitForm()
    if form.validate_on_submit():
        try:
            exhibits.add_exhibit(
                database.session(),
                shown,
                form.file.data.read(),
                name=form.file.data.filename or "exhibit",
                caption=form.caption.data,
                source=form.source.data,
                storage=database.house().storage,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The exhibit is kept.", "done")
            return _back(position_id)
    page = render_template(
        "web/positions/add_exhibit.html",
        position=shown,
        form=form,
        kinds=exhibits.KINDS,
        largest=exhibits.LARGEST_EXHIBIT,
    )
    return page, 422 if form.is_submitted() else 200


def _exhibit(position_id: int, exhibit_id: int) -> Exhibit:
    exhibit = load(Exhibit, exhibit_id)
    if exhibit.position_id != position_id:
        abort(404)
    return exhibit


@position_upkeep.get("/exhibits/<int:exhibit_id>/file")
@requires(Permission.READ)
def exhibit_file(position_id: int, exhibit_id: int) -> ResponseReturnValue:
    """The exhibit, byte for byte as it was brought."""
    exhibit = _exhibit(position_id, exhibit_id)
    data = database.house().storage.get(exhibit.storage_key)
    # Whatever it is, the browser must not open it in the app's name.
    return send_file(io.BytesIO(data), exhibit.media_type, as_attachment=True, download_name=exhibit.file_name)


@position_upkeep.post("/exhibits/<int:exhibit_id>/remove")
@requires(Permission.MAP)
def remove_exhibit(position_id: int, exhibit_id: int) -> ResponseReturnValue:
    """Take an exhibit from a position."""
    exhibit: Any = _exhibit(position_id, exhibit_id)
    exhibits.remove_exhibit(
        database.session(),
        load(Position, position_id),
        exhibit,
        actor=signed_in().person.name,
        now=database.now(),
    )
    flash(f"{exhibit.file_name} is no exhibit any more.", "done")
    return _back(position_id)
