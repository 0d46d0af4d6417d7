"""The page behind a mailed link: read the letter, decide, be told what was recorded. No account.

GET shows and changes nothing, because mail scanners open links. Every answer to a link that does not work is the same;
its owner learns more by mail.
"""

import io
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from commenttrack.errors import Conflict, Refused
from commenttrack.letters.attachments import attachments_of_version
from commenttrack.letters.models import LetterVersion
from commenttrack.letters.recorded_content import content_of_version
from commenttrack.members.links import LinkUnknown, token_hash
from commenttrack.signoffs import codes, handing_on, links, operations
from commenttrack.signoffs.campaign import last_moment_in_words
from commenttrack.signoffs.lifecycle import JOINING, Decision
from commenttrack.signoffs.old_links import ask_about
from commenttrack.signoffs.reading import Invitation, covered_digests, invitation, part_name
from commenttrack.signoffs.refusals import RecordedAlready
from commenttrack.web import database
from commenttrack.web.decisions import DECISIONS, WITHDRAW, SignForm, part_choices
from commenttrack.web.forms import Form, options, stripped
from commenttrack.web.frame import due_of
from commenttrack.web.letter_pages import as_printed
from commenttrack.web.security import limit_each_link, limit_links, limiter
from commenttrack.web.signed_changes import changes_shown, may_reaffirm, said_before
from commenttrack.web.templating import eastern_day


class CodeNeeded(Exception):
    """The letter asks for a mailed code, and this browser has not entered it."""

    def __init__(self, token: str) -> None:
        super().__init__("a mailed code is needed")
        self.token = token


signing = Blueprint("signing", __name__, url_prefix="/sign/<token>")
limit_links(signing)


@signing.errorhandler(LinkUnknown)
def not_valid(error: LinkUnknown) -> ResponseReturnValue:
    """One page for every link that does not work."""
    database.session().rollback()
    return render_template("web/signing/not_valid.html", form=OwnerForm(None)), 404


@signing.errorhandler(CodeNeeded)
def code_needed(error: CodeNeeded) -> ResponseReturnValue:
    """The page that mails a code, instead of everything else."""
    database.session().rollback()
    return _code_page(error.token, CodeForm(None)), 403


def _invitation(token: str) -> Invitation:
    session = database.session()
    asked = links.find_request(session, token, now=database.now())
    if codes.code_needed(session, asked) and not _unlocked(token):
        raise CodeNeeded(token)
    return invitation(session, asked)


@signing.get("/")
def show(token: str) -> str:
    """The letter and the four choices."""
    shown = _invitation(token)
    return _page(token, shown, _form(shown))


# -------------------------------------------------------------------------------------------- a link that works no more


class OwnerForm(Form):
    """Whose link it was."""

    email = StringField("The address the link was mailed to", filters=[stripped], validators=[Length(max=200)])


@signing.post("/owner")
@limiter.limit("6 per minute; 30 per hour")
def owner(token: str) -> ResponseReturnValue:
    """Mail the owner of an old link what became of it; the answer here never tells whether anybody was found."""
    form = OwnerForm()
    if form.validate() and form.email.data:
        try:
            ask_about(
                database.session(),
                token,
                form.email.data,
                now=database.now(),
                settings=database.house().settings,
            )
        except Refused:
            database.session().rollback()
    flash("If a link was mailed to that address, a mail is on its way there.", "done")
    return redirect(url_for("signing.show", token=token), 303)


# ------------------------------------------------------------------------------------------------------ the mailed code


class CodeForm(Form):
    """The code from the mail."""

    code = StringField("Code from the mail", filters=[stripped], validators=[Length(max=20)])


def _unlocked(token: str) -> bool:
    """Whether this browser entered the mailed code of this very link."""
    return token_hash(token) in browser.get("unlocked", ())


def _code_page(token: str, form: CodeForm) -> str:
    asked = links.find_request(database.session(), token, now=database.now())
    form.code.data = ""
    return render_template(
        "web/signing/code.html",
        token=token,
        form=form,
        asked=asked,
        waiting=bool(asked.code_hash) and asked.code_attempts < codes.TRIES,
        hint=_hint(asked.person.email or ""),
    )


def _hint(address: str) -> str:
    """``j•••@example.org``: enough for its owner to know where to look, too little for anybody else to write there."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


@signing.post("/code")
@limit_each_link("3 per minute; 12 per hour")
def send_code(token: str) -> ResponseReturnValue:
    """Mail a code to the person asked."""
    codes.send_code(database.session(), token, now=database.now())
    flash("The code is on its way. It works for a quarter of an hour.", "done")
    return redirect(url_for("signing.show", token=token), 303)


@signing.post("/unlock")
@limit_each_link("12 per minute")
def unlock(token: str) -> ResponseReturnValue:
    """Enter the code; from then on this browser may read and decide."""
    form = CodeForm()
    if form.validate() and codes.check_code(database.session(), token, form.code.data or "", now=database.now()):
        browser["unlocked"] = [*browser.get("unlocked", ())[-20:], token_hash(token)]
        return redirect(url_for("signing.show", token=token), 303)
    # A redirect, so that the try is kept: an answer that refuses would leave nothing behind.
    flash("That is not the code, or it is no longer good. Look at the newest mail, or ask for another.", "error")
    return redirect(url_for("signing.show", token=token), 303)


# ----------------------------------------------------------------------------------------------------------- handing on


class HandOnForm(Form):
    """The colleague who should decide."""

    name = StringField("Their name", filters=[stripped], validators=[InputRequired("Give your colleague’s name.")])
    email = StringField(
        "Their e-mail address",
        filters=[stripped],
        validators=[InputRequired("Give their address.")],
    )
    title = StringField("Their title", filters=[stripped], validators=[Length(max=200)])
    note = TextAreaField("A line to them", filters=[stripped], validators=[Length(max=2_000)])


@signing.route("/hand-on", methods=["GET", "POST"])
def hand_on(token: str) -> ResponseReturnValue:
    """Name the colleague who should decide; they get a link, and this one stops working."""
    shown, form = _invitation(token), HandOnForm()
    if form.validate_on_submit():
        try:
            made = handing_on.hand_on(
                database.session(),
                token,
                name=form.name.data,
                email=form.email.data,
                title=form.title.data or "",
                note=form.note.data or "",
                address=request.remote_addr or "",
                client=request.headers.get("User-Agent", ""),
                now=database.now(),
                settings=database.house().settings,
            )
        except LinkUnknown:
            raise
        except Refused as refusal:
            form.refuse(refusal)
        else:
            browser["handed_on"] = made.to_person.name
            return redirect(url_for("signing.handed_on", token=token), 303)
    page = render_template("web/signing/hand_on.html", token=token, form=form, invitation=shown, **_around(shown))
    return page, 422 if form.is_submitted() else 200


@signing.get("/handed-on")
def handed_on(token: str) -> str:
    """What was done, for the browser that did it; for any other the link simply works no more."""
    name = browser.get("handed_on")
    if name is None:
        raise LinkUnknown
    return render_template("web/signing/handed_on.html", name=name)


def _form(shown: Invitation) -> SignForm:
    """The form for what the page shows; what was sent stays, but for the decision on a wording that moved."""
    said = said_before(database.session(), shown)
    form = SignForm(
        data={
            "name": said.name,
            "title": said.title,
            "authority": said.authority,
            "excepted": said.excepted,
            "reservation": said.reservation,
        }
    )
    form.excepted.choices = part_choices(shown.version)
    joined = shown.current is not None and shown.current.decision in JOINING
    form.decision.choices = options([*DECISIONS, WITHDRAW] if joined else DECISIONS)
    return form


def _page(token: str, shown: Invitation, form: SignForm, problem: str = "") -> str:
    # The fields say what this page shows, whatever an earlier page had shown.
    form.version.process_data(shown.version.id)
    form.version.raw_data = None
    form.seen.process_data(shown.current.id if shown.current else None)
    form.seen.raw_data = None
    session = database.session()
    return render_template(
        "web/signing/sign.html",
        token=token,
        invitation=shown,
        form=form,
        problem=problem,
        readable=as_printed(session, shown.request.letter, content_of_version(shown.version), database.house().storage),
        changes=changes_shown(session, shown),
        again=said_before(session, shown) if may_reaffirm(shown) else None,
        **_around(shown),
    )


def _around(shown: Invitation) -> dict[str, Any]:
    docket = shown.request.letter.docket
    return {
        "docket": docket,
        "due": due_of(docket, eastern_day(database.now())),
        "closes": last_moment_in_words(shown.closes),
        "attached": attachments_of_version(shown.version),
        "pdf": next((file for file in shown.version.files if file.media_type == "application/pdf"), None),
    }


@signing.post("/")
def decide(token: str) -> ResponseReturnValue:
    """Record the decision on the version the page showed."""
    shown = _invitation(token)
    form = _form(shown)
    if not form.validate():
        return _page(token, shown, form), 422
    version = database.session().get(LetterVersion, form.version.data or 0)
    if version is None or version.letter_id != shown.request.letter_id:
        abort(400)
    try:
        operations.decide(
            database.session(),
            token,
            version=version,
            decision=Decision(form.decision.data),
            seen=form.seen.data,
            address=request.remote_addr or "",
            client=request.headers.get("User-Agent", ""),
            now=database.now(),
            **form.said(),
        )
    except LinkUnknown:
        raise
    except Refused as refusal:
        return _not_recorded(token, form, refusal)
    return redirect(url_for("signing.recorded", token=token), 303)


def _not_recorded(token: str, form: SignForm, refusal: Refused) -> ResponseReturnValue:
    """The page again, with the newest wording and why nothing was recorded; after a second click, what was."""
    if isinstance(refusal, RecordedAlready):
        return _recorded_page(token, _invitation(token), str(refusal)), 409
    form.refuse(refusal)
    if isinstance(refusal, Conflict):
        form.decision.data = None
        return _page(token, _invitation(token), form, str(refusal)), 409
    return _page(token, _invitation(token), form), 422


@signing.get("/recorded")
def recorded(token: str) -> str:
    """What was recorded, and how to change one's mind."""
    shown = _invitation(token)
    if shown.current is None:
        abort(404)
    return _recorded_page(token, shown)


def _recorded_page(token: str, shown: Invitation, already: str = "") -> str:
    made, excepted = shown.current, []
    if made and made.decision is Decision.JOINED_WITH_RESERVATION:
        covered = covered_digests(made)
        excepted = [part_name(part) for part in made.letter_version.parts_json if part["key"] not in covered]
    return render_template(
        "web/signing/recorded.html",
        token=token,
        invitation=shown,
        excepted=excepted,
        joining=made is not None and made.decision in JOINING,
        already=already,
        **_around(shown),
    )


@signing.post("/opened")
def opened(token: str) -> ResponseReturnValue:
    """A script of the page says that a person has it before the eyes; a scanner runs none."""
    session = database.session()
    links.mark_opened(session, links.find_request(session, token, now=database.now()), now=database.now())
    return "", 204


@signing.get("/letter.pdf")
def letter_file(token: str) -> ResponseReturnValue:
    """The version to decide on as the PDF that was stored when it was frozen."""
    shown = _invitation(token)
    pdf = _around(shown)["pdf"] or abort(404)
    data = database.house().storage.get(pdf.storage_key)
    return send_file(io.BytesIO(data), pdf.media_type, download_name=pdf.name)


@signing.get("/files/<int:file_id>")
def attached(token: str, file_id: int) -> ResponseReturnValue:
    """A file that is filed with the version to decide on."""
    shown = _invitation(token)
    file = next((each for each in attachments_of_version(shown.version) if each.id == file_id), None) or abort(404)
    data = database.house().storage.get(file.storage_key)
    return send_file(io.BytesIO(data), file.media_type, as_attachment=True, download_name=file.name)
