"""The packet for the docket: checklist, values for the form, files."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length

from commenttrack import jobs
from commenttrack.errors import Refused
from commenttrack.filing.models import Filing, PacketFile
from commenttrack.filing.packet import is_filed
from commenttrack.filing.routes import routes_for
from commenttrack.jobs import Job, JobState
from commenttrack.letters.models import Letter, LetterVersion
from commenttrack.members.permissions import Permission
from commenttrack.signoffs.finals import gate_of_version, make_final
from commenttrack.signoffs.reading import signature_block
from commenttrack.web import database
from commenttrack.web.access import requires, signed_in
from commenttrack.web.forms import Form, stripped
from commenttrack.web.pages import docket_frame, letter_frame, load

filing = Blueprint("filing", __name__, url_prefix="/dockets/<int:docket_id>/file")

BUILD = "build packet"
"""Name of the job; the worker knows what does it."""


class BuildForm(Form):
    """Build the packet."""

    version = HiddenField()
    # Number of the version that the page shows.
    leave_out_stale = BooleanField("Leave out the organizations whose sign-off is stale")
    without_quorum = StringField(
        "Go on although a condition is not met, because", filters=[stripped], validators=[Length(max=500)]
    )


@filing.get("/")
@requires(Permission.READ)
def packet(docket_id: int) -> str:
    """From top to bottom: who stands under the letter, the packet, its checklist, the form, the files."""
    return _page(docket_id, BuildForm(None))


def _page(docket_id: int, form: BuildForm) -> str:
    frame = docket_frame(docket_id)
    letter = frame.letter
    if letter is None or not letter.versions:
        return render_template("web/filing/nothing_frozen.html")
    session, newest = database.session(), letter.versions[-1]
    form.version.data = str(newest.number)
    block = signature_block(session, newest)
    filings = session.scalars(
        select(Filing)
        .join(LetterVersion)
        .where(LetterVersion.letter_id == letter.id)
        .order_by(LetterVersion.number.desc(), Filing.number.desc())
    ).all()
    return render_template(
        "web/filing/packet.html",
        letter=letter,
        newest=newest,
        block=block,
        gate=gate_of_version(session, newest),
        filings=filings,
        is_filed=is_filed,
        current=next((each for each in filings if each.letter_version_id == newest.id), None),
        job=_latest_job(newest),
        form=form,
        routes=routes_for(
            letter.rule_document.metadata_json.get("agencies", ()), illustrative=frame.docket.illustrative
        ),
    )


def _latest_job(version: LetterVersion) -> Job | None:
    """The newest job that builds a packet of this version."""
    rows = database.session().scalars(select(Job).where(Job.name == BUILD).order_by(Job.id.desc()).limit(50))
    return next((job for job in rows if job.payload.get("letter_version") == version.id), None)


@filing.post("/build")
@requires(Permission.FILE)
def build(docket_id: int) -> ResponseReturnValue:
    """Queue the building of the newest version's packet; under conditions, freeze that version for filing first."""
    _, letter = letter_frame(docket_id)
    if not letter.versions:
        raise Refused("No version is frozen yet. Freeze the letter first.")
    form = BuildForm()
    try:
        if not form.validate_on_submit():
            return _page(docket_id, form), 422
        newest = str(letter.versions[-1].number)
        if (form.version.data or newest) != newest:
            raise Refused(f"Version {newest} was frozen since you opened this page. Look at it, then build its packet.")
        _queue(letter.versions[-1], form)
    except Refused as refusal:
        form.refuse(refusal)
        return _page(docket_id, form), 422
    flash("The packet is being built. It takes some seconds.", "done")
    return redirect(url_for("filing.packet", docket_id=docket_id), 303)


def _queue(version: LetterVersion, form: BuildForm) -> None:
    """Queue the job that builds what the form asks for, unless one is under way."""
    now = database.now()
    block = signature_block(database.session(), version)
    if block.stale and not form.leave_out_stale.data:
        raise Refused(
            "Some organizations joined wording that has changed since. Ask them again, or leave them out by the box."
        )
    without_quorum, actor = form.without_quorum.data or "", signed_in().person.name
    gate = gate_of_version(database.session(), version)
    if gate.awaits_freezing:
        make_final(database.session(), version, without_quorum=without_quorum, actor=actor, now=now)
    else:
        gate.reason(without_quorum)
    running = _latest_job(version)
    if running is None or running.state not in (JobState.QUEUED, JobState.RUNNING):
        jobs.queue(
            database.session(),
            name=BUILD,
            key=f"packet of letter_version {version.id} at {now.isoformat()}",
            payload={
                "letter_version": version.id,
                "leave_out_stale": bool(form.leave_out_stale.data),
                "without_quorum": without_quorum,
                "actor": actor,
            },
            now=now,
        )


@filing.get("/files/<int:file_id>")
@requires(Permission.READ)
def download(docket_id: int, file_id: int) -> ResponseReturnValue:
    """A file of a packet, byte for byte as it was stored."""
    _, letter = letter_frame(docket_id)
    found = load(PacketFile, file_id)
    if not _belongs(found, letter):
        abort(404)
    data = database.house().storage.get(found.storage_key)
    return send_file(io.BytesIO(data), found.media_type, as_attachment=True, download_name=found.name)


def _belongs(file: PacketFile, letter: Letter) -> bool:
    return load(Filing, file.filing_id).letter_version_id in [version.id for version in letter.versions]
