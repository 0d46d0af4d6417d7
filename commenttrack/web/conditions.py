"""The page where the staff sets who must join a letter before it goes out."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange, Optional

from commenttrack.errors import Refused
from commenttrack.letters.models import Letter
from commenttrack.members.models import Organization
from commenttrack.members.names import name_key
from commenttrack.members.permissions import Permission
from commenttrack.signoffs.campaigns import campaign_of, quorum_of, set_conditions
from commenttrack.signoffs.models import SignOffRequest
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import CheckBoxes, Form, options
from commenttrack.web.pages import letter_frame
from commenttrack.wording import full_stop

conditions = Blueprint("conditions", __name__, url_prefix="/dockets/<int:docket_id>/sign/conditions")


class ConditionsForm(Form):
    """What must be reached, and how a decision by link is secured."""

    lead_must_join = BooleanField("The lead association must join")
    at_least = IntegerField(
        "How many organizations must join at least",
        validators=[Optional(), NumberRange(0, 10_000, "Give a number from 0 to 10,000.")],
    )
    must_join = CheckBoxes("Organizations without which it does not go out", coerce=int)
    mailed_code = BooleanField("Ask for a mailed code before a link shows the letter")


@conditions.route("/", methods=["GET", "POST"])
@requires(Permission.SIGN_OFFS)
def edit(docket_id: int) -> ResponseReturnValue:
    """Show and set the conditions of the docket's letter."""
    _, letter = letter_frame(docket_id)
    form, session = _form(letter), database.session()
    if form.validate_on_submit():
        chosen = set(form.must_join.data or ())
        try:
            set_conditions(
                session,
                letter,
                lead_must_join=form.lead_must_join.data,
                at_least=form.at_least.data or 0,
                must_join=[row for row in _candidates(letter) if row.id in chosen],
                mailed_code=form.mailed_code.data,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            words = quorum_of(session, letter).in_words()
            flash(
                full_stop(f"Kept. Before it is filed it needs {words}") if words else "Kept. Nothing must be reached.",
                "done",
            )
            return redirect(url_for("signoffs.board", docket_id=docket_id), 303)
    return render_template(
        "web/signoffs/conditions.html", letter=letter, form=form
    ), 422 if form.is_submitted() else 200


def _form(letter: Letter) -> ConditionsForm:
    campaign = campaign_of(database.session(), letter)
    form = ConditionsForm(
        data={
            "lead_must_join": campaign.lead_must_join if campaign else False,
            "at_least": campaign.at_least if campaign else 0,
            "must_join": [member.organization_id for member in campaign.must_join] if campaign else [],
            "mailed_code": campaign.mailed_code if campaign else False,
        }
    )
    form.must_join.choices = options((row.id, row.name) for row in _candidates(letter))
    return form


def _candidates(letter: Letter) -> list[Organization]:
    """Those who were asked, and those who could be."""
    asked = select(SignOffRequest.organization_id).where(SignOffRequest.letter_id == letter.id)
    rows = database.session().scalars(
        select(Organization).where(Organization.signatories.any() | Organization.id.in_(asked))
    )
    return sorted(rows, key=lambda row: name_key(row.name))
