"""The page behind a mailed link: read the letter, decide, be told what was recorded. No account.

GET shows and changes nothing, because mail scanners open links. The token is the only key, so every answer to a link
that does not work is the same.
"""

import io
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from commenttrack.errors import Conflict, Refused
from commenttrack.letters.models import LetterVersion
from commenttrack.letters.operations import content_of_version
from commenttrack.letters.part_changes import changes_of, wordings_of
from commenttrack.members.links import LinkUnknown
from commenttrack.signoffs import operations
from commenttrack.signoffs.campaign import last_moment_in_words
from commenttrack.signoffs.lifecycle import JOINING, Decision
from commenttrack.signoffs.reading import Invitation, invitation
from commenttrack.web import database
from commenttrack.web.decisions import DECISIONS, WITHDRAW, SignForm, part_choices
from commenttrack.web.forms import options
from commenttrack.web.frame import due_of
from commenttrack.web.letter_pages import readable
from commenttrack.web.security import limiter
from commenttrack.web.templating import eastern_day

signing = Blueprint("signing", __name__, url_prefix="/sign/<token>")
limiter.limit("60 per minute")(signing)


@signing.errorhandler(LinkUnknown)
def not_valid(error: LinkUnknown) -> ResponseReturnValue:
    """One page for every link that does not work."""
    database.session().rollback()
    return render_template("web/signing/not_valid.html"), 404


def _invitation(token: str) -> Invitation:
    session = database.session()
    return invitation(session, operations.find_request(session, token, now=database.now()))


@signing.get("/")
def show(token: str) -> str:
    """The letter and the four choices."""
    shown = _invitation(token)
    return _page(token, shown, _form(shown))


def _form(shown: Invitation) -> SignForm:
    """The form for what the page shows; what was sent stays, but for the decision on a wording that moved."""
    current, person = shown.current, shown.request.person
    form = SignForm(
        data={
            "name": current.name if current else person.name,
            "title": current.title if current else person.title,
            "authority": current.authority if current else "",
        }
    )
    form.excepted.choices = part_choices(shown.version)
    joined = current is not None and current.decision in JOINING
    form.decision.choices = options([*DECISIONS, WITHDRAW] if joined else DECISIONS)
    return form


def _page(token: str, shown: Invitation, form: SignForm, problem: str = "") -> str:
    # The fields say what this page shows, whatever an earlier page had shown.
    form.version.process_data(shown.version.id)
    form.version.raw_data = None
    form.seen.process_data(shown.current.id if shown.current else None)
    form.seen.raw_data = None
    comparison = shown.comparison
    moved = (*comparison.changed, *comparison.removed, *comparison.cleared, *comparison.added)
    before, after = wordings_of(shown.before.parts_json), wordings_of(shown.version.parts_json)
    return render_template(
        "web/signing/sign.html",
        token=token,
        invitation=shown,
        form=form,
        problem=problem,
        readable=readable(content_of_version(shown.version)),
        changes=changes_of(before, after, moved) if shown.moved else (),
        **_around(shown),
    )


def _around(shown: Invitation) -> dict[str, Any]:
    docket = shown.request.letter.docket
    return {
        "docket": docket,
        "due": due_of(docket, eastern_day(database.now())),
        "closes": last_moment_in_words(shown.closes),
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
    """The page again, with the newest wording and why nothing was recorded."""
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
    return render_template("web/signing/recorded.html", token=token, invitation=shown, **_around(shown))


@signing.post("/opened")
def opened(token: str) -> ResponseReturnValue:
    """A script of the page says that a person has it before the eyes; a scanner runs none."""
    session = database.session()
    operations.mark_opened(session, operations.find_request(session, token, now=database.now()), now=database.now())
    return "", 204


@signing.get("/letter.pdf")
def letter_file(token: str) -> ResponseReturnValue:
    """The version to decide on as the PDF that was stored when it was frozen."""
    shown = _invitation(token)
    pdf = _around(shown)["pdf"] or abort(404)
    data = database.house().storage.get(pdf.storage_key)
    return send_file(io.BytesIO(data), pdf.media_type, download_name=pdf.name)
