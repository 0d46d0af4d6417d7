"""The letter: its parts, their wording, its versions."""

import json
from dataclasses import astuple, dataclass, replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from commenttrack.errors import Refused
from commenttrack.filing import limits
from commenttrack.filing.draft_limits import limit_warnings
from commenttrack.filing.routes import routes_for
from commenttrack.letters import drafting, house_styles, operations, recorded_content
from commenttrack.letters.comparison import ComparedPart, compare_wordings
from commenttrack.letters.composition import LetterPartDraft
from commenttrack.letters.content import Letterhead, PartWords
from commenttrack.letters.draft_warnings import DraftWarning, warnings_of
from commenttrack.letters.heads import ILLUSTRATIVE, VIA, head_for
from commenttrack.letters.leads import MAY_LEAD
from commenttrack.letters.models import Letter, LetterPart, LetterPartLink, PartKind
from commenttrack.letters.pictured import with_files
from commenttrack.letters.rule_details import with_pages_in
from commenttrack.members.models import Organization, OrganizationKind
from commenttrack.members.names import name_key
from commenttrack.members.permissions import Permission
from commenttrack.positions.models import Position, ProvisionPosition, QuestionAnswer
from commenttrack.rulemaking.models import Docket
from commenttrack.rulemaking.operations import parsed_rule
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.frame import EASTERN, newest_letter
from commenttrack.web.letter_pages import ReadableLetter, readable_part
from commenttrack.web.pages import docket_frame, document_frame, letter_frame, load
from commenttrack.wording import Change, difference, differs

letters = Blueprint("letters", __name__, url_prefix="/dockets/<int:docket_id>/draft")


# ------------------------------------------------------------------------------------------------------ the whole draft


class StartForm(Form):
    """Who leads the letter."""

    lead = SelectField("Lead association", coerce=int, validators=[InputRequired("Choose who leads the letter.")])
    title = StringField("Title", filters=[stripped], validators=[Optional(), Length(max=300)])


def _leads() -> list[tuple[int, str]]:
    rows = database.session().scalars(select(Organization).where(Organization.kind.in_(MAY_LEAD)))
    ordered = sorted(rows, key=lambda row: (row.kind is not OrganizationKind.LEAD, name_key(row.name)))
    return [(row.id, row.name) for row in ordered]


@letters.get("/")
@requires(Permission.READ)
def draft(docket_id: int) -> str:
    """The parts with their state, and what stands against freezing them; or the way to start a letter."""
    frame = docket_frame(docket_id)
    if frame.letter is None:
        form = StartForm(None)
        form.lead.choices = options(_leads())
        return render_template("web/letters/start.html", form=form)
    letter = letter_with_parts(docket_id)
    return render_template("web/letters/draft.html", letter=letter, **_outline(letter))


def _outline(letter: Letter) -> dict[str, Any]:
    """What the list of parts shows, and everything that warns."""
    warnings = draft_warnings(letter)
    marks: dict[int, set[str]] = {}
    for warning in warnings:
        if warning.part is not None:
            marks.setdefault(warning.part.id, set()).add(warning.kind)
    return {
        "numbers": {entry.part.key: entry.number for entry in numbered_parts(letter)},
        "warnings": warnings,
        "marks": marks,
    }


def draft_warnings(letter: Letter) -> list[DraftWarning]:
    """Everything that warns in the draft: with it what no font prints, and the limits of the filing system."""
    house = database.house()
    others = (*unprintable_in(letter), *limit_warnings(letter, limits.load(house.settings.data)))
    return warnings_of(database.session(), letter, storage=house.storage, now=database.now(), others=others)


def unprintable_in(letter: Letter) -> list[DraftWarning]:
    """What could be signed and then not be printed, at the parts that say it."""
    from commenttrack.letters.pdf import missing_glyphs  # half a second, which starting the app need not wait for
    from commenttrack.letters.rendering import unprintable

    places: list[tuple[LetterPart | None, str]] = [(None, json.dumps(letter.head_json, ensure_ascii=False))]
    places += [(part, "".join(astuple(part.words))) for part in letter.parts if part.included]
    missing = unprintable(text for _, text in places)
    found = [(part, sorted(missing.intersection(text))) for part, text in places]
    return [DraftWarning("unprintable", missing_glyphs(those), part) for part, those in found if those]


def letter_with_parts(docket_id: int) -> Letter:
    """The docket's letter with everything its parts were written from, in a few queries however long it is."""
    _, letter = letter_frame(docket_id)
    links = selectinload(Letter.parts).selectinload(LetterPart.links)
    mapped = links.joinedload(LetterPartLink.provision_position)
    position = mapped.joinedload(ProvisionPosition.position)
    return (
        database.session()
        .scalars(
            select(Letter)
            .where(Letter.id == letter.id)
            .options(
                mapped.joinedload(ProvisionPosition.provision),
                position.selectinload(Position.versions),
                position.joinedload(Position.source_document),
                links.joinedload(LetterPartLink.question_answer).joinedload(QuestionAnswer.question),
            )
            .execution_options(populate_existing=True)
        )
        .one()
    )


def numbered_parts(letter: Letter) -> list[recorded_content.NumberedPart]:
    try:
        return recorded_content.numbered(letter)
    except Refused:
        return []


@letters.post("/start")
@requires(Permission.DRAFT)
def start(docket_id: int) -> ResponseReturnValue:
    """Start a letter, with the head that the notice itself suggests."""
    frame, document = document_frame(docket_id)
    form, session = StartForm(), database.session()
    # PostgreSQL: of two who start at once the second waits here, and then finds what the first one started.
    session.execute(select(Docket.id).where(Docket.id == docket_id).with_for_update())
    if newest_letter(session, frame.docket) is not None:
        flash("The letter was started already; it stands here.", "attention")
        return redirect(url_for("letters.draft", docket_id=docket_id), 303)
    form.lead.choices = options(_leads())
    if not form.validate():
        return render_template("web/letters/start.html", form=form), 422
    lead, notice = load(Organization, form.lead.data), parsed_rule(session, document).document
    routes = routes_for(document.metadata_json.get("agencies", ()), illustrative=frame.docket.illustrative)
    head = head_for(
        notice,
        letterhead=Letterhead(lead.name, lead.tagline, tuple(lead.address)),
        day=database.now().astimezone(EASTERN).date(),
        illustrative=ILLUSTRATIVE if frame.docket.illustrative else "",
        via="" if routes.elsewhere else VIA,
    )
    actor, now = signed_in().person.name, database.now()
    letter = operations.start_letter(
        session, document, lead=lead, head=head, title=form.title.data or None, actor=actor, now=now
    )
    house_styles.apply(session, letter, actor=actor, now=now)
    written = drafting.compose_letter(session, letter, actor=actor, now=now)
    flash(f"The letter was started and {len(written)} parts were composed from the mapping.", "done")
    return redirect(url_for("letters.draft", docket_id=docket_id), 303)


@letters.route("/compose", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def compose(docket_id: int) -> ResponseReturnValue:
    """What composing again would do, part by part; then bring the parts in line with the mapping.

    Parts that somebody edited keep their words, except those for which the composed words are taken.
    """
    letter = letter_with_parts(docket_id)
    form, session = Form(), database.session()
    if form.validate_on_submit():
        take = set(request.form.getlist("take"))
        written = drafting.compose_letter(session, letter, take=take, actor=signed_in().person.name, now=database.now())
        flash(f"{len(written)} parts were written anew. Parts that somebody edited kept their words"
              f"{', except those you gave up' if take else ''}; what changed is kept with the earlier wordings.",
              "done")  # fmt: skip
        return redirect(url_for("letters.draft", docket_id=docket_id), 303)
    found = drafting.proposal(session, letter)

    def change(part: LetterPart, draft: LetterPartDraft) -> ComparedPart:
        return compare_wordings(part.words.first, drafting.words_of(draft))

    return render_template(
        "web/letters/compose.html",
        form=form,
        proposal=found,
        edited=[(part, change(part, draft)) for part, draft in found.edited],
        rewritten=[(part, change(part, draft)) for part, draft in found.rewritten],
    )


# ------------------------------------------------------------------------------------------------------------ one part


class PartForm(Form):
    """The wording of a part."""

    revision = IntegerField(widget=HiddenField.widget)
    heading = StringField("Heading", filters=[stripped], validators=[Length(max=500)])
    text = TextAreaField("Text", filters=[stripped], validators=[Length(max=200_000)])
    requested_text = TextAreaField("Requested text", filters=[stripped], validators=[Length(max=200_000)])


@letters.route("/parts/<int:part_id>", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def part(docket_id: int, part_id: int) -> ResponseReturnValue:
    """Edit one part beside its rendering; a part that somebody else saved meanwhile gives the conflict page."""
    letter = letter_with_parts(docket_id)
    shown = part_of(letter, part_id)
    form = PartForm(obj=shown)
    if form.validate_on_submit() and request.form.get("act") != "preview":
        try:
            operations.edit_part(
                database.session(),
                shown,
                expected_revision=form.revision.data or 0,
                heading=form.heading.data or "",
                text=form.text.data or "",
                requested_text=form.requested_text.data or "",
                actor=signed_in().person.name,
                now=database.now(),
            )
            drafting.take_over(database.session(), shown, actor=signed_in().person.name, now=database.now())
        except operations.EditedMeanwhile as conflict:
            return _conflict(form, conflict)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The part was saved.", "done")
            return redirect(url_for("letters.part", docket_id=docket_id, part_id=part_id), 303)
    return _part_page(letter, shown, form)


@dataclass(frozen=True, slots=True)
class Preview:
    """A part as it would read, or why it cannot."""

    letter: ReadableLetter | None
    problem: str = ""


def _preview(letter: Letter, part: LetterPart, form: PartForm) -> Preview:
    words = replace(
        part.words,
        heading=form.heading.data or "",
        text=form.text.data or "",
        requested_text=form.requested_text.data or "",
    )
    return preview_of(letter, part, words)


def preview_of(letter: Letter, part: LetterPart, words: PartWords) -> Preview:
    """The part with these words as it would print in its letter."""
    content = with_files(letter, recorded_content.content_with(letter, part, words), database.house().storage)
    whole = url_for("versions.preview", docket_id=letter.docket_id)
    try:
        return Preview(readable_part(with_pages_in(database.session(), letter, content, part.key), part.key, whole))
    except Refused as refusal:
        return Preview(None, str(refusal))


@letters.post("/parts/<int:part_id>/preview")
@requires(Permission.DRAFT)
def part_preview(docket_id: int, part_id: int) -> str:
    """The part as it would print, as a piece of its page; asked for while somebody types, so it reads little."""
    shown = load(LetterPart, part_id)
    if shown.letter.docket_id != docket_id:
        abort(404)
    return render_template("web/letters/part_preview.html", preview=_preview(shown.letter, shown, PartForm()))


def _part_page(letter: Letter, part: LetterPart, form: PartForm) -> ResponseReturnValue:
    only_preview = request.form.get("act") == "preview"
    outline = _outline(letter)
    page = render_template(
        "web/letters/part.html",
        letter=letter,
        part=part,
        form=form,
        preview=_preview(letter, part, form),
        mine=[warning for warning in outline["warnings"] if warning.part is part],
        **outline,
    )
    return page, 422 if form.is_submitted() and not only_preview else 200


def _conflict(form: PartForm, conflict: operations.EditedMeanwhile) -> ResponseReturnValue:
    """Both texts, and their difference: nothing of either is lost."""
    theirs = conflict.theirs
    page = render_template("web/letters/conflict.html", theirs=theirs, form=form, sides=sides_of(conflict))
    return page, 409


def sides_of(conflict: operations.EditedMeanwhile) -> list[tuple[str, str, str, list[Change]]]:
    """What two people made of each field of a part, and the difference, where there is one."""
    theirs, yours = conflict.theirs.words, conflict.yours
    pairs = [(label, getattr(theirs, name), getattr(yours, name)) for name, label in _FIELDS.items()]
    sides = [(label, one, other, difference(one, other)) for label, one, other in pairs]
    return [side for side in sides if differs(side[3])]


_FIELDS = {
    "heading": "Heading",
    "text": "Text",
    "requested_text": "Requested text",
    "second_heading": "Heading in the second language",
    "second_text": "Text in the second language",
}


def part_of(letter: Letter, part_id: int) -> LetterPart:
    """The part of that id, or 404 when it is not one of the letter's."""
    found = load(LetterPart, part_id)
    if found.letter_id != letter.id:
        abort(404)
    return found


def _before_the_conclusion(letter: Letter) -> int:
    """The id of the part after which most new parts belong; 0 for the end of a letter without a conclusion."""
    kinds = [part.kind for part in letter.parts]
    place = kinds.index(PartKind.CONCLUSION) if PartKind.CONCLUSION in kinds else 0
    return letter.parts[place - 1].id if place else 0


class AddPartForm(Form):
    """A part of one's own."""

    key = HiddenField(validators=[Optional(), Regexp(r"free-[0-9a-f]{12}\Z")])
    # Named by the page that is sent, so that a second click does not add the part twice.
    heading = StringField("Heading", filters=[stripped], validators=[InputRequired("Give the part a heading.")])
    after = SelectField("Where", coerce=int)
    text = TextAreaField("Text", filters=[stripped], validators=[Length(max=200_000)])


@letters.route("/parts/new", methods=["GET", "POST"])
@requires(Permission.DRAFT)
def add_part(docket_id: int) -> ResponseReturnValue:
    """Add a freely written part."""
    _, letter = letter_frame(docket_id)
    form = AddPartForm()
    after = [(part.id, f"After “{part.heading}”") for part in letter.parts]
    form.after.choices = options([(0, "At the end"), *after])
    if not form.is_submitted():
        form.after.data, form.key.data = _before_the_conclusion(letter), operations.new_key()
    if form.validate_on_submit():
        try:
            operations.add_part(
                database.session(),
                letter,
                heading=form.heading.data,
                text=form.text.data or "",
                after=part_of(letter, form.after.data) if form.after.data else None,
                key=form.key.data or None,
                actor=signed_in().person.name,
                now=database.now(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"“{form.heading.data}” was added.", "done")
            return redirect(url_for("letters.draft", docket_id=docket_id), 303)
    return render_template("web/letters/add_part.html", form=form), 422 if form.is_submitted() else 200


@letters.post("/parts/<int:part_id>/place")
@requires(Permission.DRAFT)
def place(docket_id: int, part_id: int) -> ResponseReturnValue:
    """Move a part up or down or to a place, take it into the letter, or leave it out."""
    _, letter = letter_frame(docket_id)
    shown, session = part_of(letter, part_id), database.session()
    actor, now, act = signed_in().person.name, database.now(), request.form.get("act", "")
    to = request.form.get("to", "", str)
    if act in ("up", "down"):
        at = letter.parts.index(shown)
        operations.move_part(session, shown, to=at - 1 if act == "up" else at + 1, actor=actor, now=now)
    elif act == "to" and to.isdecimal() and len(to) < 6:
        operations.move_part(session, shown, to=int(to), actor=actor, now=now)
    elif act in ("include", "leave out"):
        operations.include_part(session, shown, included=act == "include", actor=actor, now=now)
    else:
        abort(400)
    back = request.form.get("from", "", str)
    origin = next((part.id for part in letter.parts if str(part.id) == back), None)
    if origin is not None:
        return redirect(url_for("letters.part", docket_id=docket_id, part_id=origin), 303)
    return redirect(url_for("letters.draft", docket_id=docket_id) + f"#part-{shown.key}", 303)
