"""The board of sign-offs, for the staff: who is asked, where each stands, what moved."""

import datetime as dt
import io
from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from commenttrack.errors import Refused
from commenttrack.letters.heads import ILLUSTRATIVE
from commenttrack.letters.models import Letter
from commenttrack.members.models import Signatory
from commenttrack.members.permissions import Permission
from commenttrack.positions.spreadsheets import Book, csv_file, workbook
from commenttrack.signoffs import campaigns, links, operations
from commenttrack.signoffs.board import Board, ask_selected, forecast_of, mark, news_since, waits_for_judgement
from commenttrack.signoffs.board import board as board_of
from commenttrack.signoffs.board_columns import columns_of, label_of, parts_in_words, standing_under, table_of
from commenttrack.signoffs.board_view import STANDING_WORDS, STATE_WORDS, BoardView, chosen, query_of, sheet_of, view_of
from commenttrack.signoffs.bounces import bounces_of, mails_about
from commenttrack.signoffs.campaign import moment_in_words
from commenttrack.signoffs.finals import gate_of_version
from commenttrack.signoffs.lifecycle import JOINING, Decision, Standing
from commenttrack.signoffs.models import ReceivedFile, SignOffRequest
from commenttrack.signoffs.reading import trail_in_words
from commenttrack.signoffs.received import received_file
from commenttrack.signoffs.refusals import AskedMeanwhile, RecordedAlready
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.decisions import ReceivedForm, part_choices
from commenttrack.web.forms import CheckBoxes, Form, options, some, stripped
from commenttrack.web.frame import plural
from commenttrack.web.members import signatory_choices
from commenttrack.web.pages import docket_frame, letter_frame, load
from commenttrack.web.signed_changes import moved_since
from commenttrack.wording import full_stop

signoffs = Blueprint("signoffs", __name__, url_prefix="/dockets/<int:docket_id>/sign")


class InviteForm(Form):
    """Whom to ask to sign."""

    signatories = CheckBoxes("Whom to ask", coerce=int, validators=[some("Choose at least one organization.")])
    note = TextAreaField("A line of your own in the mail", filters=[stripped], validators=[Length(max=2_000)])
    reminders = BooleanField("Remind the undecided automatically")


EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    view = view_of(request.args.to_dict(flat=False))
    return render_template(
        "web/signoffs/board.html",
        letter=letter,
        form=form,
        standing_words=STANDING_WORDS,
        news="",
        **_shown(letter, board_of(session, letter), view),
    )


def _shown(letter: Letter, found: Board, view: BoardView) -> dict[str, Any]:
    """What the table and everything that moves with it show."""
    session, now = database.session(), database.now()
    lines = [row.line for row in found.rows]
    groups = {column.group for column in columns_of(found.parts) if column.group}
    view = replace(view, opened=tuple(group for group in view.opened if group in groups))
    columns = columns_of(found.parts, view.opened, all_parts=view.all_parts)
    shown = chosen(lines, view)
    return {
        "board": found,
        "view": view,
        "columns": columns,
        "label_of": label_of,
        "table": table_of(found.parts, columns, [line.states for line in shown]),
        "standing_under": standing_under(columns, [line.states for line in lines]),
        "long": bool(groups),
        "turn": lambda group: _address(letter.docket_id, view.turned(group)),
        "parts_link": _address(letter.docket_id, replace(view, all_parts=not view.all_parts)),
        "query": query_of(view),
        "link_to": lambda order: _address(letter.docket_id, view.ordered_by(order)),
        "standing_link": lambda standing: _address(letter.docket_id, replace(view, standings=(standing,))),
        "lines": shown,
        "kinds": list(dict.fromkeys(line.kind for line in lines)),
        "uncovered": sum(line.uncovered for line in lines),
        "state_words": STATE_WORDS,
        "bounced": bounces_of(session, [row.request for row in found.rows]),
        "joined_markup": _joined,
        "mark": _mark(now),
        "forecast": forecast_of(session, letter, found, now=now),
        "to_judge": waits_for_judgement(session, letter, found),
        "gate": gate_of_version(session, letter.versions[-1]),
        "now": now,
    }


def _address(docket_id: int, view: BoardView) -> str:
    query = query_of(view)
    return url_for("signoffs.board", docket_id=docket_id) + (f"?{query}" if query else "")


def _joined(cells: list[Markup], places: tuple[int, ...]) -> Markup:
    """A row's cells, each as the template drew its kind."""
    return Markup("".join([cells[place] for place in places]))  # noqa: S704 (each is markup of the template already)


def _mark(now: dt.datetime) -> str:
    """What a page shows belongs to the last event and to the hour, by which the forecast moves."""
    return f"{mark(database.session())}-{now:%Y%m%d%H}"


@signoffs.get("/live")
@requires(Permission.READ)
def live(docket_id: int) -> ResponseReturnValue:
    """What moves on the board, for the page to show in the place of what it has; nothing when nothing moved."""
    seen = request.args.get("mark", "")
    if seen == _mark(database.now()):
        return "", 204
    frame, letter = letter_frame(docket_id)
    if not letter.versions:
        abort(404)
    found = board_of(database.session(), letter)
    number = seen.partition("-")[0]
    return render_template(
        "web/signoffs/board_fragment.html",
        frame=frame,
        letter=letter,
        news=news_since(database.session(), found, int(number)) if number.isdecimal() and len(number) < 16 else "",
        **_shown(letter, found, view_of(request.args.to_dict(flat=False))),
    )


@signoffs.get("/board.<kind>")
@requires(Permission.READ)
def download(docket_id: int, kind: str) -> ResponseReturnValue:
    """What the board shows as a workbook or as CSV, with the same choice and order."""
    if kind not in ("csv", "xlsx"):
        abort(404)
    _, letter = letter_frame(docket_id)
    if not letter.versions:
        abort(404)
    found, now = board_of(database.session(), letter), database.now()
    view = view_of(request.args.to_dict(flat=False))
    parts = [f"{part.number}. {part.heading}" if part.number else part.heading or "Opening" for part in found.parts]
    sheet = sheet_of(chosen([row.line for row in found.rows], view), parts)
    if kind == "csv":
        data, media = csv_file([column.name for column in sheet.columns], sheet.rows), "text/csv; charset=utf-8"
    else:
        totals = Counter(row.standing for row in found.rows)
        about = (
            ("Docket", letter.docket.title),
            ("Letter", f"{letter.title}, version {letter.versions[-1].number}"),
            ("Made", moment_in_words(now)),
            ("Shown", "A choice of the organizations" if view.narrows else "All organizations asked"),
            ("Forecast", forecast_of(database.session(), letter, found, now=now).sentence),
            *((STANDING_WORDS[standing], str(totals[standing])) for standing in Standing if totals[standing]),
        )
        banner = ILLUSTRATIVE if letter.docket.illustrative else ""
        data, media = workbook(Book(f"Sign-offs: {letter.title}", about, banner, (sheet,)), stamp=now), EXCEL
    return send_file(io.BytesIO(data), media, as_attachment=True, download_name=f"sign-offs.{kind}")


@signoffs.post("/selected")
@requires(Permission.SIGN_OFFS)
def selected(docket_id: int) -> ResponseReturnValue:
    """Remind the ticked organizations, or ask them again; all of it in one transaction."""
    _, letter = letter_frame(docket_id)
    ids = [int(value) for value in request.form.getlist("request") if value.isdecimal() and len(value) < 16]
    act = request.form.get("act")
    if act not in ("remind", "ask-again"):
        abort(400)
    if not ids:
        raise Refused("Tick the organizations first, then choose whether to remind them or to ask them again.")
    done = ask_selected(
        database.session(),
        letter,
        ids,
        only_undecided=act == "remind",
        actor=signed_in().person.name,
        now=database.now(),
        settings=database.house().settings,
    )
    if done.asked:
        flash(f"{plural(len(done.asked), 'mail')} written. Only the newest link of each works.", "done")
    if done.left:
        flash(f"Not written to: {' '.join(done.left[:10])}{' …' if len(done.left) > 10 else ''}", "attention")
    return redirect(_address(docket_id, view_of(parse_qs(request.form.get("query", "")))), 303)


def _invite_form(letter: Letter) -> InviteForm:
    """One check box for each signatory of an organization that was not asked yet."""
    session = database.session()
    running = campaigns.campaign_of(session, letter)
    form = InviteForm(data={"reminders": running is None or running.reminders})
    asked = select(SignOffRequest.organization_id).where(SignOffRequest.letter_id == letter.id)
    form.signatories.choices = signatory_choices(asked)
    return form


@signoffs.post("/invite")
@requires(Permission.SIGN_OFFS)
def invite(docket_id: int) -> ResponseReturnValue:
    """Ask the chosen signatories."""
    _, letter = letter_frame(docket_id)
    form, session = _invite_form(letter), database.session()
    if form.validate():
        try:
            for signatory in _one_each([load(Signatory, chosen) for chosen in form.signatories.data]):
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
            campaigns.begin(
                session, letter, reminders=form.reminders.data, actor=signed_in().person.name, now=database.now()
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(f"{len(form.signatories.data)} invitations were written and go out now.", "done")
            return redirect(url_for("signoffs.board", docket_id=docket_id), 303)
    return _board_page(letter, form), 422


def _one_each(signatories: list[Signatory]) -> list[Signatory]:
    """The chosen ones, of whom no two may be asked for one organization: the second link would end the first."""
    chosen = Counter(signatory.organization.name for signatory in signatories)
    if twice := [name for name, count in chosen.items() if count > 1]:
        raise Refused(
            full_stop(f"Choose one person for each organization. More than one is ticked for {', '.join(twice)}")
        )
    return signatories


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
    replaced = IntegerField(widget=HiddenField.widget, validators=[Optional()])


@signoffs.get("/<int:request_id>")
@requires(Permission.READ)
def invitation(docket_id: int, request_id: int) -> str:
    """One organization: where it stands, what moved since, and everything that happened."""
    _, letter = letter_frame(docket_id)
    asked = _request(letter, request_id)
    return _invitation_page(letter, asked, _ask_again_form(asked), _received_form(letter))


def _invitation_page(letter: Letter, asked: SignOffRequest, ask_again: AskAgainForm, received: ReceivedForm) -> str:
    session = database.session()
    found = board_of(session, letter)
    row = next(row for row in found.rows if row.request.id == asked.id)
    # These fields say what this page shows, whatever an earlier page had shown.
    for field, shown in (
        (received.seen, row.sign_off.id if row.sign_off else None),
        (ask_again.replaced, links.replaced(session, asked)),
    ):
        field.process_data(shown)
        field.raw_data = None
    return render_template(
        "web/signoffs/invitation.html",
        letter=letter,
        row=row,
        JOINING=JOINING,
        parts=list(zip(found.parts, row.states, strict=True)),
        parts_in_words=parts_in_words(found.parts, row.states),
        state_words=STATE_WORDS,
        changes=moved_since(letter, row.sign_off, row.comparison) if row.sign_off and row.comparison else (),
        trail=trail_in_words(session, asked),
        mails=mails_about(session, asked),
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
    # The mail may speak of a version that has parts which were taken out since.
    newest, *earlier = reversed(letter.versions)
    known = {choice.value: choice for choice in part_choices(newest)}
    for version in earlier:
        for choice in part_choices(version):
            was = SelectChoice(choice.value, f"{choice.label} (until version {version.number})", choice.render_kw)
            known.setdefault(choice.value, was)
    form.excepted.choices = list(known.values())
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
                replaced=form.replaced.data,
            )
        except AskedMeanwhile as refusal:
            flash(str(refusal), "done")
            return redirect(url_for("signoffs.invitation", docket_id=docket_id, request_id=request_id), 303)
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
        try:
            operations.record_received(
                session,
                asked,
                version=next(version for version in letter.versions if version.id == form.version.data),
                decision=Decision(form.decision.data),
                seen=form.seen.data,
                file=_attached(form),
                actor=signed_in().person.name,
                now=database.now(),
                **form.said(),
            )
        except RecordedAlready as refusal:
            flash(str(refusal), "done")
            return redirect(url_for("signoffs.invitation", docket_id=docket_id, request_id=request_id), 303)
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
