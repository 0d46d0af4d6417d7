"""The form of a decision: what a member fills in, and what the staff records when it came by mail."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from commenttrack.letters.models import LetterVersion
from commenttrack.signoffs.reading import shown_parts
from commenttrack.web.forms import GREATEST_ROW, CheckBoxes, Form, options, stripped

DECISIONS = [
    ("joined", "Join the letter"),
    ("joined_with_reservation", "Join with a reservation"),
    ("abstained", "Abstain"),
    ("declined", "Decline"),
]
WITHDRAW = ("withdrawn", "Withdraw our name")


class DecisionForm(Form):
    """What both forms ask."""

    decision = RadioField(
        "Decision", choices=options([*DECISIONS, WITHDRAW]), validators=[InputRequired("Choose a decision.")]
    )
    name = StringField("Name", filters=[stripped], validators=[InputRequired("Give the name, as it should print.")])
    title = StringField("Title", filters=[stripped], validators=[Optional(), Length(max=200)])
    authority = StringField("By what authority", filters=[stripped], validators=[Optional(), Length(max=500)])
    excepted = CheckBoxes("Parts not joined")
    reservation = StringField("Words of the reservation", filters=[stripped], validators=[Optional(), Length(max=500)])
    reason = TextAreaField("Reason", filters=[stripped], validators=[Optional(), Length(max=5_000)])

    def said(self) -> dict[str, Any]:
        """The keyword arguments of the operations, but for the decision and the version."""
        reserves = self.decision.data == "joined_with_reservation"
        joins = self.decision.data in ("joined", "joined_with_reservation")
        return {
            "name": self.name.data or "",
            "title": self.title.data or "",
            "authority": self.authority.data or "",
            # Fields that do not go with the decision are not shown with it, so what they hold was not said.
            "reservation": (self.reservation.data or "") if reserves else "",
            "excepted": frozenset(self.excepted.data or ()) if reserves else frozenset(),
            "reason": "" if joins else self.reason.data or "",
        }


class ReceivedForm(DecisionForm):
    """A decision that came by mail. It carries the decision that the page showed, so that none is replaced unseen."""

    version = SelectField("On which version", coerce=int)
    seen = IntegerField(widget=HiddenField.widget, validators=[Optional()])
    file = FileField("The mail or scan itself")


class SignForm(DecisionForm):
    """A member's decision. It carries what the page showed, so that nothing is decided unseen."""

    version = IntegerField(widget=HiddenField.widget, validators=[NumberRange(1, GREATEST_ROW)])
    seen = IntegerField(widget=HiddenField.widget, validators=[Optional()])


def part_choices(version: LetterVersion) -> list[SelectChoice]:
    """The parts of a version that can be excepted, for check boxes."""
    return [
        SelectChoice(
            part.key, f"{part.number}. {part.heading}" if part.number else part.heading, {"data-level": str(part.level)}
        )
        for part in shown_parts(version)
        if part.heading
    ]
