"""The page that says whether a letter, a certificate or a packet is the one that was made here."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileRequired, MultipleFileField

from commenttrack.filing.verification import chain_check, verify_file
from commenttrack.members.permissions import Permission
from commenttrack.web import database
from commenttrack.web.access import requires
from commenttrack.web.forms import Form

verification = Blueprint("verification", __name__, url_prefix="/verify")


class VerifyForm(Form):
    """Files to look at."""

    files = MultipleFileField("Letter, certificate or packet", validators=[FileRequired("Choose a file.")])


@verification.route("/", methods=["GET", "POST"])
@requires(Permission.READ)
def page() -> ResponseReturnValue:
    """Ask for files, and say what can be said of each. Nothing is stored, so nothing is redirected to."""
    form, session, storage = VerifyForm(), database.session(), database.house().storage
    found = []
    if form.validate_on_submit():
        found = [
            verify_file(session, storage, upload.read(), name=upload.filename or "file") for upload in form.files.data
        ]
    answer = render_template(
        "web/filing/verification.html", form=form, found=found, chain=chain_check(session) if found else None
    )
    return answer, 422 if form.is_submitted() and not found else 200
