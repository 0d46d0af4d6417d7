"""The issue-preservation report: what the record holds of each objection, what is missing, and the report's files."""

import io
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from commenttrack import jobs
from commenttrack.filing.issue_report import IssueReport, issue_report
from commenttrack.filing.issue_report_files import report_xlsx
from commenttrack.filing.packet import EXCEL, PDF
from commenttrack.jobs import Job, JobState
from commenttrack.members.permissions import Permission
from commenttrack.web import database
from commenttrack.web.access import requires
from commenttrack.web.pages import document_frame, load

reports = Blueprint("reports", __name__, url_prefix="/dockets/<int:docket_id>/issues")

MAKE = "make the issue report"
"""Name of the job; the worker knows what does it."""


def _report(docket_id: int) -> IssueReport:
    frame, document = document_frame(docket_id)
    return issue_report(database.session(), document, frame.letter, now=database.now())


def _key(docket_id: int, report: IssueReport) -> str:
    """One content, one file: asking again gives what is there."""
    return f"issue report of docket {docket_id} with {report.digest}"


@reports.get("/")
@requires(Permission.MAP)
def page(docket_id: int) -> str:
    """Every objection with its ground, its words in the letter and who signed them; what is missing comes first."""
    report = _report(docket_id)
    job = database.session().scalar(select(Job).where(Job.key == _key(docket_id, report)))
    return render_template("web/reports/issues.html", report=report, job=job)


@reports.get("/issues.xlsx")
@requires(Permission.MAP)
def workbook(docket_id: int) -> ResponseReturnValue:
    """The report as a workbook."""
    data = report_xlsx(_report(docket_id), stamp=database.now())
    return send_file(io.BytesIO(data), EXCEL, as_attachment=True, download_name="issues.xlsx")


@reports.post("/pdf")
@requires(Permission.MAP)
def make(docket_id: int) -> ResponseReturnValue:
    """Make the PDF in the background: a report of some hundred objections takes longer than a page may."""
    report, session = _report(docket_id), database.session()
    frame, document = document_frame(docket_id)
    payload: dict[str, Any] = {"document": document.id, "letter": frame.letter.id if frame.letter else None}
    job = jobs.queue(session, name=MAKE, key=_key(docket_id, report), payload=payload, now=database.now())
    if job.state is JobState.FAILED:
        jobs.run_again(session, job)
    flash("The PDF is being made. It takes some seconds.", "done")
    return redirect(url_for("reports.page", docket_id=docket_id), 303)


@reports.get("/<int:job_id>/issues.pdf")
@requires(Permission.MAP)
def pdf(docket_id: int, job_id: int) -> ResponseReturnValue:
    """The PDF as it was made."""
    job = load(Job, job_id)
    if job.name != MAKE or job.state is not JobState.DONE or f"docket {docket_id} with" not in job.key:
        abort(404)
    data = database.house().storage.get(job.result["file"])
    return send_file(io.BytesIO(data), PDF, as_attachment=True, download_name="issues.pdf")
