"""The page where a named person judges changes of wording that organizations signed."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from commenttrack.errors import Refused
from commenttrack.letters.comparison import ComparedPart, compare
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.letters.recorded_content import content_of_version
from commenttrack.members.permissions import Permission
from commenttrack.signoffs.clearing import (
    ChangeToJudge,
    Judgement,
    NothingToJudge,
    Told,
    changes_to_judge,
    judge,
    new_parts,
    take_back,
)
from commenttrack.signoffs.lifecycle import Weight, WordingChange
from commenttrack.signoffs.models import WordingClearance
from commenttrack.signoffs.reading import draft_moved
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.frame import plural
from commenttrack.web.pages import letter_frame, load
from commenttrack.web.signed_changes import ShownChange, shown_change

clearing = Blueprint("clearing", __name__, url_prefix="/dockets/<int:docket_id>/sign/changes")

_WEIGHTS = (
    ("later", "Decide later: these signatures stay stale"),
    (Weight.COSMETIC.value, "Cosmetic: the signatures stand, and the signers are told"),
    (Weight.SUBSTANTIVE.value, "Substantive: the signers are asked again"),
)


class JudgeForm(Form):
    """One judgement for each open change; which change a field is about stands in its name."""

    judged_at = HiddenField()
    # The changes the page showed, so that nothing is judged unseen.


def _name(change: ChangeToJudge) -> str:
    """A name for a form's fields, from the change itself."""
    return f"{change.change.before[:12]}-{change.change.after[:12] or 'gone'}-{change.change.part_key}"


def _form(changes: list[ChangeToJudge]) -> JudgeForm:
    """A form with a choice and a reason for every change that nobody has judged."""
    fields = {}
    for change in changes:
        if change.judged is None:
            fields[f"weight-{_name(change)}"] = RadioField("This change is", choices=options(_WEIGHTS), default="later")
            fields[f"reason-{_name(change)}"] = StringField("Why", filters=[stripped], validators=[Length(max=500)])
    form = type("JudgeChangesForm", (JudgeForm,), fields)()
    form.judged_at.data = form.judged_at.data or _shown(changes)
    return form  # type: ignore[no-any-return]  # type() with three arguments is untyped


def _shown(changes: list[ChangeToJudge]) -> str:
    return " ".join(_name(change) for change in changes if change.judged is None)


class TakeBackForm(Form):
    """Withdraw a judgement."""

    reason = StringField(
        "Why", filters=[stripped], validators=[InputRequired("Say why the judgement is taken back."), Length(max=500)]
    )


@clearing.get("/")
@requires(Permission.READ)
def changes(docket_id: int) -> str:
    """Every change since organizations signed, with its difference, cause and judgement."""
    _, letter = letter_frame(docket_id)
    if not letter.versions:
        abort(404)
    found = changes_to_judge(database.session(), letter)
    return _page(letter, found, _form(found))


def _page(letter: Letter, found: list[ChangeToJudge], form: JudgeForm, taking_back: TakeBackForm | None = None) -> str:
    return render_template(
        "web/signoffs/changes.html",
        letter=letter,
        form=form,
        newest=letter.versions[-1],
        draft_moved=draft_moved(letter),
        differences=_differences(found, letter.versions[-1]),
        open_changes=[(change, _name(change)) for change in found if change.judged is None],
        judged=[change for change in found if change.judged is not None],
        new_parts=new_parts(database.session(), letter),
        taking_back=taking_back or TakeBackForm(formdata=None, prefix="back-"),
    )


def _differences(found: list[ChangeToJudge], newest: LetterVersion) -> dict[WordingChange, ShownChange]:
    """What a reader would see move, by change; two versions are compared once, however many parts moved."""
    after = content_of_version(newest)
    compared: dict[int, dict[str, ComparedPart]] = {}
    for change in found:
        if change.before.id not in compared:
            parts = compare(content_of_version(change.before), after).parts
            compared[change.before.id] = {part.key: part for part in parts}
    return {each.change: shown_change(compared[each.before.id][each.change.part_key]) for each in found}


@clearing.post("/")
@requires(Permission.SIGN_OFFS)
def record(docket_id: int) -> ResponseReturnValue:
    """Record the judgements, and write to everybody concerned."""
    _, letter = letter_frame(docket_id)
    session = database.session()
    found = changes_to_judge(session, letter)
    form = _form(found)
    if form.validate():
        try:
            if form.judged_at.data != _shown(found):
                raise NothingToJudge("The letter or a decision moved while this page was open. Look at it again.")
            told = judge(
                session,
                letter,
                _said(form, found),
                actor=signed_in().person.name,
                now=database.now(),
                settings=database.house().settings,
            )
        except Refused as refusal:
            form.refuse(refusal)
            form.judged_at.data = _shown(found)
        else:
            flash(_told_in_words(told), "done")
            return redirect(url_for("clearing.changes", docket_id=docket_id), 303)
    return _page(letter, changes_to_judge(session, letter), form), 422


def _said(form: JudgeForm, found: list[ChangeToJudge]) -> list[Judgement]:
    return [
        Judgement(change.change, Weight(weight), form[f"reason-{_name(change)}"].data or "")
        for change in found
        if change.judged is None and (weight := form[f"weight-{_name(change)}"].data) != "later"
    ]


def _told_in_words(told: Told) -> str:
    sentences = []
    if told.informed:
        sentences.append(f"{plural(len(told.informed), 'signer')} told by mail; their signatures stand.")
    if told.asked_again:
        sentences.append(f"{plural(len(told.asked_again), 'signer')} asked again by a new link.")
    if told.without_address:
        names = ", ".join(each.organization.name for each in told.without_address)
        sentences.append(f"No address is known for {names}: please tell them yourself.")
    return " ".join(sentences)


@clearing.post("/<int:clearance_id>/take-back")
@requires(Permission.SIGN_OFFS)
def withdraw(docket_id: int, clearance_id: int) -> ResponseReturnValue:
    """Take a judgement back: what it cleared is stale again."""
    _, letter = letter_frame(docket_id)
    clearance, session = load(WordingClearance, clearance_id), database.session()
    if clearance.letter_id != letter.id:
        abort(404)
    form = TakeBackForm(prefix="back-")
    if form.validate():
        take_back(session, clearance, actor=signed_in().person.name, reason=form.reason.data or "", now=database.now())
        flash("The judgement was taken back. The signatures it concerned are stale again.", "done")
        return redirect(url_for("clearing.changes", docket_id=docket_id), 303)
    found = changes_to_judge(session, letter)
    return _page(letter, found, _form(found), form), 422
