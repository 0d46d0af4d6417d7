"""The outbox, the jobs and the accounts: for administrators."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from commenttrack import audit, jobs
from commenttrack.audit import AuditEvent
from commenttrack.jobs import Job, JobState
from commenttrack.members.permissions import Permission
from commenttrack.outbox import OutgoingMail
from commenttrack.web import database
from commenttrack.web.access import requires
from commenttrack.web.accounts import Account
from commenttrack.web.pages import load

administration = Blueprint("administration", __name__, url_prefix="/administration")


@administration.get("/")
@requires(Permission.ADMINISTER)
def overview() -> str:
    """What runs, what waits, what failed."""
    session = database.session()
    job_counts = {row[0]: row[1] for row in session.execute(select(Job.state, func.count()).group_by(Job.state))}
    unsent = session.scalar(select(func.count()).where(OutgoingMail.sent_at.is_(None))) or 0
    return render_template(
        "web/administration/overview.html",
        job_counts={state: job_counts.get(state, 0) for state in JobState},
        unsent=unsent,
        mails=session.scalar(select(func.count(OutgoingMail.id))) or 0,
        events=session.scalar(select(func.count(AuditEvent.number))) or 0,
        accounts=session.scalars(select(Account).order_by(Account.email)).all(),
        mail_url=database.house().settings.mail_url.partition("://")[0],
    )


@administration.get("/outbox")
@requires(Permission.ADMINISTER)
def outbox() -> str:
    """All mail, the newest first."""
    mails = database.session().scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(500)).all()
    return render_template("web/administration/outbox.html", mails=mails)


@administration.get("/outbox/<int:mail_id>")
@requires(Permission.ADMINISTER)
def mail(mail_id: int) -> str:
    """One mail as it was written; the outbox keeps the secret of a link apart, and nobody is shown it."""
    return render_template("web/administration/mail.html", mail=load(OutgoingMail, mail_id))


@administration.get("/jobs")
@requires(Permission.ADMINISTER)
def job_list() -> str:
    """All jobs, the newest first."""
    rows = database.session().scalars(select(Job).order_by(Job.id.desc()).limit(500)).all()
    return render_template("web/administration/jobs.html", jobs=rows)


@administration.post("/jobs/<int:job_id>/run-again")
@requires(Permission.ADMINISTER)
def run_again(job_id: int) -> ResponseReturnValue:
    """Queue a failed job again."""
    jobs.run_again(database.session(), load(Job, job_id))
    flash(f"Job {job_id} waits to run again.", "done")
    return redirect(url_for("administration.job_list"), 303)


@administration.get("/trail")
@requires(Permission.ADMINISTER)
def trail() -> str:
    """The newest events of the audit trail, and whether the chain holds."""
    session = database.session()
    count, breaks = audit.verify(session)
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc()).limit(300)).all()
    return render_template("web/administration/trail.html", events=events, count=count, breaks=breaks)
