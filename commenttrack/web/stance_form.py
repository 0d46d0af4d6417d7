"""The form of stances: what a member fills in by the mailed link, and what the staff records when it came by mail."""

from collections.abc import Sequence
from dataclasses import dataclass

from wtforms import HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from commenttrack.positions.models import MemberStance
from commenttrack.positions.stance_answers import Given
from commenttrack.positions.stance_subjects import Asked
from commenttrack.positions.stances import CONDITION_WORDS, VIEW_WORDS, Condition, MemberView
from commenttrack.web.forms import Form, options, stripped
from commenttrack.wording import Change, difference, differs

VIEWS = [(view.value, words) for view, words in VIEW_WORDS.items()]
CONDITIONS = [(condition.value, words) for condition, words in CONDITION_WORDS.items()]


class NameForm(Form):
    """Who answers; carries the token against forged requests for all that is answered with it."""

    name = StringField(
        "Your name",
        filters=[stripped],
        validators=[InputRequired("Give the name of the person who answers."), Length(max=200)],
    )


class StanceForm(Form):
    """The answer on one subject. It carries what the page showed, so that nothing is answered unseen."""

    held = RadioField("Answer", choices=options(VIEWS), validators=[Optional()])
    condition = RadioField("If the letter goes out", choices=options(CONDITIONS), default="none")
    reason = TextAreaField("Reason", filters=[stripped], validators=[Optional(), Length(max=5_000)])
    seen = IntegerField(widget=HiddenField.widget, validators=[Optional()])
    shown = StringField(widget=HiddenField.widget)


@dataclass(frozen=True, slots=True)
class Item:
    """One subject with the answer that stands, what changed since it was given, and its form."""

    asked: Asked
    stance: MemberStance | None
    changed: tuple[Change, ...]
    """Of the text; empty when it has the words that were answered."""
    changed_draft: tuple[Change, ...]
    form: StanceForm

    @property
    def moved(self) -> bool:
        """Whether any words changed since the answer."""
        return self.stance is not None and self.asked.moved_since(self.stance)


def item_of(asked: Asked, stance: MemberStance | None) -> Item:
    """The form of one subject, filled with what was sent, else with the answer that stands."""
    form = StanceForm(
        prefix=f"s{asked.subject.id}-",
        meta={"csrf": False},
        data={
            "held": stance.held.value if stance else None,
            "condition": stance.condition.value if stance else "none",
            "reason": stance.reason if stance else "",
            "seen": stance.revision if stance else 0,
            "shown": asked.shown_digest,
        },
    )
    return Item(
        asked,
        stance,
        _changed(stance.shown_subject, asked.shown) if stance else (),
        _changed(stance.shown_draft, asked.draft) if stance else (),
        form,
    )


def _changed(before: str, now: str) -> tuple[Change, ...]:
    changes = difference(before, now)
    return tuple(changes) if differs(changes) else ()


def show_as_is(items: Sequence[Item]) -> None:
    """Let the hidden fields say what the page shows now, whatever an earlier page had shown."""
    for item in items:
        for field, value in (
            (item.form.seen, item.stance.revision if item.stance else 0),
            (item.form.shown, item.asked.shown_digest),
        ):
            field.process_data(value)
            field.raw_data = None


def given(items: Sequence[Item]) -> tuple[list[Given], list[tuple[str, str]]]:
    """What was filled in, and what is wrong with it as (id of a field, sentence). An item left alone is no answer."""
    answers, problems = [], []
    for item in items:
        form = item.form
        if not form.validate():
            problems += [
                (form[name].id, f"{item.asked.label}: {error}") for name, e in form.errors.items() for error in e
            ]
        elif form.held.data:
            answers.append(
                Given(
                    item.asked.subject.id,
                    MemberView(form.held.data),
                    Condition(form.condition.data or "none"),
                    form.reason.data or "",
                    form.seen.data or 0,
                    form.shown.data or "",
                )
            )
        elif form.reason.data or form.condition.data not in (None, "none"):
            problems.append((form.held.id, f"{item.asked.label}: choose an answer to go with the reason or condition."))
    return answers, problems
