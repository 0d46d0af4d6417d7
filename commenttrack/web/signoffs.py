"""The board of sign-offs, for the staff: who is asked, where each stands, what moved."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from commenttrack.errors import Refused
from commenttrack.letters.models import Letter
from commenttrack.members.models import Organization, Signatory
from commenttrack.members.permissions import Permission
from commenttrack.signoffs import operations
from commenttrack.signoffs.board import board as board_of
from commenttrack.signoffs.campaigns import quorum_of, standing_names
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.models import ReceivedFile, SignOffRequest
from commenttrack.signoffs.reading import current_decision, signature_block, trail
from commenttrack.signoffs.received import received_file
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.decisions import ReceivedForm, part_choices
from commenttrack.web.forms import CheckBoxes, Form, options, some, stripped
from commenttrack.web.pages import docket_frame, letter_frame, load

signoffs = Blueprint("signoffs", __name__, url_prefix="/dockets/<int:docket_id>/sign")


class InviteForm(Form):
    """Whom to ask to sign."""

    signatories = CheckBoxes("Whom to ask", coerce=int, validators=[some("Choose at least one organization.")])
    note = TextAreaField("A line of your own in the mail", filters=[stripped], validators=[Length(max=2_000)])


@signoffs.get("/")
@requires(Permission.READ)
def board(docket_id: int) -> str:
    """Organizations down, parts across."""
    frame = docket_frame(docket_id)
    if frame.letter is None or not frame.letter.versions:
        return render_template("web/signoffs/nothing_frozen.html", letter=frame.letter)
    return _board_page(frame.letter, _invite_form(frame.letter))


def _board_page(letter: Letter, form: InviteForm) -> str:
    session = database.session()
    quorum = quorum_of(session, letter)
    return render_template(
        "web/signoffs/board.html",
        letter=letter,
        board=board_of(session, letter),
        form=form,
        quorum=quorum.in_words(),
        shortfalls=quorum.shortfalls(standing_names(signature_block(session, letter.versions[-1]))),
    )


def _invite_form(letter: Letter) -> InviteForm:
    """One check box for each signatory of an organization that was not asked yet."""
    form, session = InviteForm(), database.session()
    asked = select(SignOffRequest.organization_id).where(SignOffRequest.letter_id == letter.id)
    rows = session.scalars(
        select(Organization)
        .where(Organization.id.not_in(asked), Organization.signatories.any())
        .options(selectinload(Organization.signatories).joinedload(Signatory.person))
    )
    form.signatories.choices = options(
        (signatory.id, f"{organization.name}: {signatory.person.name}")
        for organization in sorted(rows, key=lambda row: row.name.casefold())
        for signatory in organization.signatories
    )
    return form


@signoffs.post("/invite")
@requires(Permission.SIGN_OFFS)
def invite(docket_id: int) -> ResponseReturnValue:
    """Ask the chosen signatories."""
    _, letter = letter_frame(docket_id)
    form, session = _invite_form(letter), database.session()
    if form.validate():
        try:
            for signatory_id in form.signatories.data:
                signatory = load(Signatory, signatory_id)
                operations.invite(
                    session,
                    letter,
                    signatory.organization,
                    signatory.person,
                    note=form.note.data or "",
                    actor=signed_in().person.name,
                    now=database.now(),
                    settings=database.house().settings,
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{len(form.signatories.data)} invitations were written and go out now.", "done")
            return redirect(url_for("signoffs.board", docket_id=docket_id), 303)
    return _board_page(letter, form), 422


@signoffs.post("/remind")
@requires(Permission.SIGN_OFFS)
def remind(docket_id: int) -> ResponseReturnValue:
    """Ask everybody who has not decided once more."""
    _, letter = letter_frame(docket_id)
    asked = operations.remind(
        database.session(),
        letter,
        actor=signed_in().person.name,
        now=database.now(),
        settings=database.house().settings,
    )
    flash(f"{len(asked)} reminders were written. Nobody who has decided gets one.", "done")
    return redirect(url_for("signoffs.board", docket_id=docket_id), 303)


# ------------------------------------------------------------------------------------------------------ one invitation


class AskAgainForm(Form):
    """Ask the same organization again, or another of its signatories."""

    person = SelectField("Who is asked", coerce=int)
    note = TextAreaField("A line of your own in the mail", filters=[stripped], validators=[Length(max=2_000)])


@signoffs.get("/<int:request_id>")
@requires(Permission.READ)
def invitation(docket_id: int, request_id: int) -> str:
    """One organization: where it stands, what moved since, and everything that happened."""
    _, letter = letter_frame(docket_id)
    asked = _request(letter, request_id)
    return _invitation_page(letter, asked, _ask_again_form(asked), _received_form(letter))


def _invitation_page(letter: Letter, asked: SignOffRequest, ask_again: AskAgainForm, received: ReceivedForm) -> str:
    session = database.session()
    row = next(row for row in board_of(session, letter).rows if row.request.id == asked.id)
    return render_template(
        "web/signoffs/invitation.html",
        letter=letter,
        row=row,
        trail=trail(session, asked),
        ask_again=ask_again,
        received=received,
    )


def _ask_again_form(asked: SignOffRequest) -> AskAgainForm:
    form = AskAgainForm(prefix="again-", data={"person": asked.person_id})
    people = {asked.person_id: asked.person.name}
    people.update({signatory.person_id: signatory.person.name for signatory in asked.organization.signatories})
    form.person.choices = options(people.items())
    return form


def _received_form(letter: Letter) -> ReceivedForm:
    form = ReceivedForm(prefix="received-")
    form.version.choices = options((version.id, f"Version {version.number}") for version in reversed(letter.versions))
    form.excepted.choices = part_choices(letter.versions[-1])
    return form


@signoffs.post("/<int:request_id>/ask-again")
@requires(Permission.SIGN_OFFS)
def ask_again(docket_id: int, request_id: int) -> ResponseReturnValue:
    """Send a new link; the one mailed before stops working."""
    _, letter = letter_frame(docket_id)
    asked = _request(letter, request_id)
    form = _ask_again_form(asked)
    if form.validate():
        person = next(
            (s.person for s in asked.organization.signatories if s.person_id == form.person.data), asked.person
        )
        try:
            operations.invite(
                database.session(),
                letter,
                asked.organization,
                person,
                note=form.note.data or "",
                actor=signed_in().person.name,
                now=database.now(),
                settings=database.house().settings,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{person.name} was asked again. Only the newest link works.", "done")
            return redirect(url_for("signoffs.invitation", docket_id=docket_id, request_id=request_id), 303)
    return _invitation_page(letter, asked, form, _received_form(letter)), 422


@signoffs.post("/<int:request_id>/received")
@requires(Permission.SIGN_OFFS)
def received(docket_id: int, request_id: int) -> ResponseReturnValue:
    """Record a decision that came by mail; it prints as such."""
    _, letter = letter_frame(docket_id)
    asked, session = _request(letter, request_id), database.session()
    form = _received_form(letter)
    if form.validate():
        current = current_decision(session, asked)
        try:
            operations.record_received(
                session,
                asked,
                version=next(version for version in letter.versions if version.id == form.version.data),
                decision=Decision(form.decision.data),
                seen=current.id if current else None,
                file=_attached(form),
                actor=signed_in().person.name,
                now=database.now(),
                **form.said(),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("The decision was recorded as received by mail, and the signer gets a copy.", "done")
            return redirect(url_for("signoffs.invitation", docket_id=docket_id, request_id=request_id), 303)
    return _invitation_page(letter, asked, _ask_again_form(asked), form), 422


def _attached(form: ReceivedForm) -> ReceivedFile | None:
    upload = form.file.data
    if not upload or not upload.filename:
        return None
    return received_file(upload.filename, upload.read(), storage=database.house().storage)


@signoffs.get("/<int:request_id>/received/<int:file_id>")
@requires(Permission.SIGN_OFFS)
def received_mail(docket_id: int, request_id: int, file_id: int) -> ResponseReturnValue:
    """The mail or scan a recorded decision rests on, as it came; always as a download, whatever it holds."""
    _, letter = letter_frame(docket_id)
    asked, found = _request(letter, request_id), load(ReceivedFile, file_id)
    if found.sign_off_id not in [sign_off.id for sign_off in asked.sign_offs]:
        abort(404)
    data = database.house().storage.get(found.storage_key)
    return send_file(io.BytesIO(data), found.media_type, as_attachment=True, download_name=found.name)


def _request(letter: Letter, request_id: int) -> SignOffRequest:
    asked = load(SignOffRequest, request_id)
    if asked.letter_id != letter.id:
        abort(404)
    return asked
