"""What goes with a letter, before the reference validator of PDF/UA-1 and PDF/A-3a; a packet of the largest size."""

import io
import zipfile

import pypdfium2
import pytest
from sqlalchemy import select

from commenttrack import audit
from commenttrack.filing.issue_report import IssueReport, Objection
from commenttrack.filing.issue_report_files import report_pdf
from commenttrack.filing.operations import build_packet
from commenttrack.filing.verification import verify_file
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.certificate import certificate_content, certificate_pdf
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.operations import decide, invite
from commenttrack.storage import Storage
from tests.factories import world

ONE_DATABASE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
REPORT = IssueReport(
    association="Marrow Trade Council",
    docket="Safeguards for Exports",
    identifiers=("DOC-2026-0001",),
    document="Safeguards for Exports, 91 FR 5698",
    letter="Comments on Safeguards for Exports",
    version=1,
    frozen="March 2, 2026, 10:00 a.m. Eastern, by Dana Reyes",
    made_at="March 3, 2026, 10:00 a.m. Eastern",
    banner="Illustrative. Not a real rule.",
    under=2,
    objections=(
        Objection(
            link_id=1,
            provision="15 CFR 7.2(a)",
            citation="91 FR 5698, 5701",
            stance="Oppose",
            grounds=("Costs and benefits",),
            position="2(b) Records",
            request="Two years of records.",
            part="II.A. Records",
            quote="Ten years of records cost more than they save.",
            signed=("Acme Metals",),
            excepted=("Birch Optics",),
            missing=(),
        ),
    ),
    grounds=(("Costs and benefits", 1),),
)


def joined_by(session, tmp_path, *, organizations, parts):
    """A frozen letter under which this many organizations stand, every tenth with a reservation; one declined."""
    settings = world.settings(tmp_path)
    letter = world.letter(session, *(world.part(f"p{number}") for number in range(parts)))
    version = world.version(session, letter)
    for number in range(organizations + 1):
        name = f"Association of Makers No. {number:03}"
        member = world.organization(session, name)
        invite(session, letter, member, world.signer(session, member), actor="S", now=world.NOW, settings=settings)
        token = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(1)).one().secret
        if number == organizations:
            said = {"decision": Decision.DECLINED}
        elif number % 10 == 5:
            said = {"decision": Decision.JOINED_WITH_RESERVATION, "excepted": {"p1"}}
        else:
            said = {"decision": Decision.JOINED}
        name = f"Signer {number}"
        decide(session, token, version=version, name=name, title="President", now=world.NOW, **said)
    return version


def words_of(data):
    document = pypdfium2.PdfDocument(data)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())
    finally:
        document.close()


@pytest.mark.verapdf
@ONE_DATABASE
def test_the_certificate_and_the_report_of_issues_pass(verapdf, session, tmp_path):
    version = joined_by(session, tmp_path, organizations=2, parts=3)
    files = tmp_path / "certificate.pdf", tmp_path / "issues.pdf"
    certificate = certificate_content(session, version, files=[], now=world.NOW)
    files[0].write_bytes(certificate_pdf(certificate, stamp=world.NOW))
    files[1].write_bytes(report_pdf(REPORT, stamp=world.NOW))
    code, lines = verapdf(*files)
    assert code == 0, lines
    assert lines.count("compliant: true") == 4


@pytest.mark.heavy
@pytest.mark.verapdf
@ONE_DATABASE
def test_a_packet_of_375_signatories_is_whole_accessible_and_verified(verapdf, session, tmp_path):
    version = joined_by(session, tmp_path, organizations=375, parts=40)
    storage = Storage(f"file://{tmp_path / 'files'}")
    filing = build_packet(session, version, storage=storage, actor="S", now=world.NOW)
    files = {file.name: storage.get(file.storage_key) for file in filing.files}
    for name in ("letter.pdf", "certificate.pdf"):
        words = words_of(files[name])
        missing = [n for n in range(375) if f"Association of Makers No. {n:03}" not in words]
        assert missing == [], name
        (tmp_path / name).write_bytes(files[name])
    assert "Association of Makers No. 375" not in words_of(files["letter.pdf"])
    code, lines = verapdf(tmp_path / "letter.pdf", tmp_path / "certificate.pdf")
    assert code == 0, lines
    verified = verify_file(session, storage, files["packet.zip"], name="packet.zip")
    assert verified.genuine, [check for each in verified.inside for check in each.checks if not check.holds]
    with zipfile.ZipFile(io.BytesIO(files["packet.zip"])) as archive:
        assert len(archive.namelist()) == 8
    assert [finding for finding in filing.preflight_json if finding["level"] == "violation"] == []
    assert audit.verify(session)[1] == []
