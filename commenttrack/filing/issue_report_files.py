"""The issue-preservation report as a tagged PDF and as a workbook."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache

import jinja2
from markupsafe import Markup

from commenttrack.filing.issue_report import IssueReport
from commenttrack.letters import pdf
from commenttrack.letters.assets import font_faces
from commenttrack.positions.spreadsheets import Book, Column, Sheet, workbook
from commenttrack.resources import folder

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


def report_pdf(report: IssueReport, *, stamp: dt.datetime) -> bytes:
    """The report as a tagged PDF (PDF/UA-1 and PDF/A-3a) with ``commenttrack-issues/1`` attached.

    Raises :class:`commenttrack.letters.assets.CannotRender`.
    """
    data = {"format": "commenttrack-issues/1", **asdict(report)}
    page = report_html(report, stamp=stamp)
    return pdf.make(
        lambda pieces: page,
        notes={},
        attachment=json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode(),
        stamp=stamp.astimezone(dt.UTC).replace(microsecond=0),
        attached=("issues.json", "The objections of this report with their grounds, words and signatories"),
    )


def report_html(report: IssueReport, *, stamp: dt.datetime) -> str:
    """The page the PDF is made from; the style is that of the certificate, which lies beside it in the files."""
    css = font_faces() + (folder("templates") / "filing" / "certificate.css").read_text(encoding="utf-8")
    values: Mapping[str, object] = {
        **{name: getattr(report, name) for name in IssueReport.__dataclass_fields__},
        "incomplete": report.incomplete,
        "css": Markup(css),  # noqa: S704 our own style sheet
        "stamp": stamp.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return _environment().get_template("issues.html").render(values)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("templates") / "filing"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
