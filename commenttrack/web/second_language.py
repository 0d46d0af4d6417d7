"""The second language of a letter: one part in both languages beside each other, and what still lacks it."""

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length

from commenttrack.errors import Refused
from commenttrack.letters import second_language as seconds
from commenttrack.letters.comparison import compare_wordings
from commenttrack.letters.content import Translation
from commenttrack.letters.languages import direction
from commenttrack.letters.models import Letter, LetterPart
from commenttrack.letters.operations import EditedMeanwhile
from commenttrack.members.permissions import Permission
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, stripped
from commenttrack.web.letters import numbered_parts, part_of, preview_of, sides_of
from commenttrack.web.pages import letter_frame

second_language = Blueprint("second_language", __name__, url_prefix="/dockets/<int:docket_id>/draft")


class SecondForm(Form):
    """What a part says in the second language."""

    revision = IntegerField(widget=HiddenField.widget)
    second_heading = StringField("Heading", filters=[stripped], validators=[Length(max=500)])
    second_text = TextAreaField("Text", filters=[stripped], validators=[Length(max=200_000)])


@second_language.get("/second-language")
@requires(Permission.READ)
def index(docket_id: int) -> str:
    """The parts in both languages: which have the second, which lack it, which are behind."""
    _, letter = letter_frame(docket_id)
    second = _second(letter)
    return render_template(
        "web/letters/second_parts.html",
        letter=letter,
        second=second,
        numbers={entry.part.key: entry.number for entry in numbered_parts(letter)},
        lacking={each.part.key: each for each in seconds.lacking(letter)},
    )


@second_language.route("/parts/<int:part_id>/second-language", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def part(docket_id: int, part_id: int) -> ResponseReturnValue:
    """Write the second language of a part beside the first; a part that somebody saved meanwhile gives both texts."""
    _, letter = letter_frame(docket_id)
    shown, second, form = part_of(letter, part_id), _second(letter), SecondForm()
    if not form.is_submitted():
        form = SecondForm(obj=shown)
    if form.validate_on_submit() and request.form.get("act") != "preview":
        try:
            seconds.edit_second(
                database.session(),
                shown,
                expected_revision=form.revision.data or 0,
                heading=form.second_heading.data or "",
                text=form.second_text.data or "",
                actor=signed_in().person.name,
                now=database.now(),
            )
        except EditedMeanwhile as conflict:
            page = render_template(
                "web/letters/second_conflict.html",
                theirs=conflict.theirs,
                form=form,
                second=second,
                direction=direction(second.lang),
                sides=sides_of(conflict),
            )
            return page, 409
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The text in the second language was saved.", "done")
            return redirect(url_for("second_language.part", docket_id=docket_id, part_id=part_id), 303)
    return _page(letter, shown, second, form)


def _page(letter: Letter, part: LetterPart, second: Translation, form: SecondForm) -> ResponseReturnValue:
    typed = replace(part.words, second_heading=form.second_heading.data or "", second_text=form.second_text.data or "")
    behind = seconds.is_behind(part)
    written_for = seconds.written_for(part) if behind else None
    page = render_template(
        "web/letters/second.html",
        letter=letter,
        part=part,
        form=form,
        second=second,
        direction=direction(second.lang),
        behind=behind,
        moved=compare_wordings(written_for, part.words.first) if written_for else None,
        preview=preview_of(letter, part, typed),
        following=_following(letter, part),
    )
    return page, 422 if form.errors or form.form_errors else 200


def _following(letter: Letter, part: LetterPart) -> LetterPart | None:
    """The next part that lacks something, from this one on and round to the first."""
    parts = [each.part for each in seconds.lacking(letter) if each.part is not part]
    return next((each for each in parts if each.place > part.place), parts[0] if parts else None)


def _second(letter: Letter) -> Translation:
    return seconds.second_of(letter) or abort(404)
