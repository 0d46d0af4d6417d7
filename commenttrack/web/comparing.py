"""States of a letter beside each other: comparing any two, redlines as files, bringing earlier words back."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from commenttrack.errors import Refused
from commenttrack.letters import made_files, restoring
from commenttrack.letters.comparison import ComparedPart, Comparison, compare, compare_wordings
from commenttrack.letters.made_files import DRAFT, UnknownState, Wanted
from commenttrack.letters.models import DraftSnapshot, Letter, LetterPart, LetterVersion, PartWording
from commenttrack.members.permissions import Permission
from commenttrack.signoffs.finals import frozen_for_filing
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options
from commenttrack.web.letters import letter_with_parts, part_of
from commenttrack.web.pages import letter_frame, load
from commenttrack.web.versions import file_or

comparing = Blueprint("comparing", __name__, url_prefix="/dockets/<int:docket_id>/draft")

State = LetterVersion | DraftSnapshot | None


class CompareForm(Form):
    """Which two states to compare."""

    class Meta:
        """The form only reads, so its address can be kept and shared."""

        csrf = False

    earlier = SelectField("From")
    later = SelectField("To")


def _states(letter: Letter) -> list[tuple[str, str]]:
    """The names and titles of all states, the draft first, then the newest."""
    kept = [(f"d{each.id}", made_files.title_of(each)) for each in reversed(letter.snapshots)]
    frozen = [(str(each.number), made_files.title_of(each)) for each in reversed(letter.versions)]
    return [(DRAFT, "The draft as it stands"), *frozen, *kept]


def _state(letter: Letter, name: str) -> State:
    try:
        return made_files.state_named(letter, name)
    except UnknownState:
        abort(404)


def _compared(letter: Letter, earlier: State, later: State) -> Comparison:
    return compare(made_files.content_in(letter, earlier), made_files.content_in(letter, later))


@comparing.get("/versions")
@requires(Permission.READ)
def states(docket_id: int) -> str:
    """Every frozen version and kept draft, with what can be done with them."""
    _, letter = letter_frame(docket_id)
    newest = str(letter.versions[-1].number) if letter.versions else DRAFT
    form = CompareForm(formdata=None, data={"earlier": newest, "later": DRAFT})
    form.earlier.choices = form.later.choices = options(_states(letter))
    finals = frozen_for_filing(database.session(), letter)
    return render_template("web/letters/states.html", letter=letter, form=form, finals=finals)


@comparing.get("/compare")
@requires(Permission.READ)
def show(docket_id: int) -> str:
    """Two states word by word: parts reworded, added, taken out, moved, renumbered."""
    letter = letter_with_parts(docket_id)
    earlier = request.args.get("earlier", str(letter.versions[-1].number) if letter.versions else DRAFT)
    later = request.args.get("later", DRAFT)
    before, after = _state(letter, earlier), _state(letter, later)
    form = CompareForm(formdata=None, data={"earlier": earlier, "later": later})
    form.earlier.choices = form.later.choices = options(_states(letter))
    session = database.session()
    return render_template(
        "web/letters/compare.html",
        letter=letter,
        form=form,
        earlier=earlier,
        later=later,
        titles=(made_files.title_of(before), made_files.title_of(after)),
        comparison=_compared(letter, before, after),
        jobs={
            suffix: made_files.job_for(session, letter, Wanted(suffix, later, earlier)) for suffix in (".pdf", ".docx")
        },
        back_into_draft=earlier if later == DRAFT and before is not None else "",
    )


@comparing.post("/compare/<earlier>/<later>.<suffix>")
@requires(Permission.READ)
def make_file(docket_id: int, earlier: str, later: str, suffix: str) -> ResponseReturnValue:
    """Have the redline made as a file."""
    letter = letter_with_parts(docket_id)
    wanted = _wanted(letter, earlier, later, suffix)
    job = made_files.ask_for(database.session(), letter, wanted, now=database.now())
    return redirect(url_for("versions.making", docket_id=docket_id, job_id=job.id), 303)


@comparing.get("/compare/<earlier>/<later>.<suffix>")
@requires(Permission.READ)
def file(docket_id: int, earlier: str, later: str, suffix: str) -> ResponseReturnValue:
    """The redline as it was made; the page of the comparison while it was not."""
    letter = letter_with_parts(docket_id)
    wanted = _wanted(letter, earlier, later, suffix)
    otherwise = url_for("comparing.show", docket_id=docket_id, earlier=earlier, later=later)
    return file_or(letter, wanted, f"redline-{earlier}-{later}.{suffix}", otherwise)


def _wanted(letter: Letter, earlier: str, later: str, suffix: str) -> Wanted:
    if suffix not in ("pdf", "docx"):
        abort(404)
    _state(letter, earlier)
    _state(letter, later)
    return Wanted(f".{suffix}", later, earlier)


# ------------------------------------------------------------------------------------------------- bringing words back


@comparing.route("/restore/<state>", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def restore(docket_id: int, state: str) -> ResponseReturnValue:
    """What would change in the draft; then make it read as the state did. The draft as it stands is kept."""
    letter = letter_with_parts(docket_id)
    wanted = _state(letter, state)
    if wanted is None:
        abort(404)
    form = Form()
    if form.validate_on_submit():
        try:
            done = restoring.restore_state(
                database.session(), letter, wanted, actor=signed_in().person.name, now=database.now()
            )
        except Refused as refusal:
            form.refuse(refusal)
            letter = letter_with_parts(docket_id)
        else:
            flash(f"The draft reads as {restoring.named(wanted)} did. {len(done.reworded)} parts got their words back; "
                  "the draft as it stood is kept under Versions.", "done")  # fmt: skip
            return redirect(url_for("letters.draft", docket_id=docket_id), 303)
    page = render_template(
        "web/letters/restore.html",
        form=form,
        letter=letter,
        name=restoring.named(wanted),
        comparison=_compared(letter, None, wanted),
    )
    return page, 422 if form.is_submitted() else 200


@comparing.post("/parts/<int:part_id>/from/<state>")
@requires(Permission.DRAFT)
def restore_part(docket_id: int, part_id: int, state: str) -> ResponseReturnValue:
    """Give one part of the draft the words that it had in a frozen version or a kept draft."""
    _, letter = letter_frame(docket_id)
    part, wanted = part_of(letter, part_id), _state(letter, state)
    words = next((each for each in wanted.parts_json if each["key"] == part.key), None) if wanted else None
    if wanted is None or words is None:
        abort(404)
    return _brought_back(docket_id, part, words, restoring.named(wanted))


@comparing.get("/parts/<int:part_id>/earlier")
@requires(Permission.READ)
def earlier_wordings(docket_id: int, part_id: int) -> str:
    """What a part said before, the newest first, each with what it became."""
    _, letter = letter_frame(docket_id)
    part = part_of(letter, part_id)
    wordings: list[tuple[PartWording, ComparedPart]] = []
    after: PartWording | LetterPart = part
    for wording in reversed(part.earlier_wordings):
        wordings.append((wording, compare_wordings(wording.words, after.words)))
        after = wording
    return render_template("web/letters/earlier.html", part=part, wordings=wordings)


@comparing.post("/parts/<int:part_id>/earlier/<int:wording_id>")
@requires(Permission.DRAFT)
def restore_wording(docket_id: int, part_id: int, wording_id: int) -> ResponseReturnValue:
    """Give a part back what it said before an edit."""
    _, letter = letter_frame(docket_id)
    part, wording = part_of(letter, part_id), load(PartWording, wording_id)
    if wording.part is not part:
        abort(404)
    moment = wording.written_at
    return _brought_back(docket_id, part, wording, f"the wording of {moment:%B} {moment.day}, {moment:%Y, %H:%M} UTC")


def _brought_back(
    docket_id: int, part: LetterPart, words: PartWording | dict[str, object], name: str
) -> ResponseReturnValue:
    try:
        restoring.restore_part(database.session(), part, words, name, actor=signed_in().person.name, now=database.now())
    except Refused as refusal:
        flash(str(refusal), "attention")
    else:
        flash(f"The part reads as in {name}. What it said is kept with its earlier wordings.", "done")
    return redirect(url_for("letters.part", docket_id=docket_id, part_id=part.id), 303)
