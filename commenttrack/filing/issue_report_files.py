"""The issue-preservation report as a tagged PDF and as a workbook."""

import datetime as dt

from commenttrack.filing.issue_report import IssueReport
from commenttrack.letters.record_pages import Record
from commenttrack.positions.spreadsheets import Book, Column, Sheet, workbook

_COLUMNS = (
    Column("Provision", 24),
    Column("Printed at", 20),
    Column("Stance", 14),
    Column("Legal grounds", 24),
    Column("Position", 30),
    Column("Request", 40),
    Column("Part of the letter", 28),
    Column("Words of the letter", 60),
    Column("Signed by", 34),
    Column("Not signed by", 30),
    Column("Missing", 34),
)
_GROUNDS = (Column("Legal ground", 34), Column("Objections", 14))


def report_xlsx(report: IssueReport, *, stamp: dt.datetime) -> bytes:
    """The report as a workbook: a row for each objection, and how many name each ground."""
    rows = tuple(
        (
            each.provision,
            each.citation,
            each.stance,
            "\n".join(each.grounds),
            each.position,
            each.request,
            each.part,
            each.quote,
            "\n".join(each.signed),
            "\n".join(each.excepted),
            "\n".join(each.missing),
        )
        for each in report.objections
    )
    about = (
        ("Association", report.association),
        ("Docket", report.docket),
        ("Docket number", "; ".join(report.identifiers)),
        ("Document", report.document),
        ("Letter", f"{report.letter}, version {report.version}" if report.version else "no version is frozen"),
        ("Frozen", report.frozen),
        ("Report made", report.made_at),
        ("Objections", f"{len(report.objections)}, of which {report.incomplete} lack something"),
    )
    sheets = (Sheet("Objections", _COLUMNS, rows), Sheet("Grounds", _GROUNDS, report.grounds))
    return workbook(Book("Issue-preservation report", about, report.banner, sheets), stamp=stamp)


_RECORD = Record(
    template="issues.html",
    format="commenttrack-issues/1",
    attached="issues.json",
    description="The objections of this report with their grounds, words and signatories",
)


def report_pdf(report: IssueReport, *, stamp: dt.datetime) -> bytes:
    """The report as a PDF; ``stamp`` is the moment the file carries inside."""
    return _RECORD.pdf(report, stamp=stamp, incomplete=report.incomplete)
