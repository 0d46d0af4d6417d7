"""A packet, built against the database with real files."""

import datetime as dt
import hashlib
import io
import json
import zipfile
from types import SimpleNamespace

import openpyxl
import page
import pikepdf
import pytest
from sqlalchemy import select

from commenttrack import audit
from commenttrack.db import Base, make_engine, make_sessions
from commenttrack.filing.models import Filing
from commenttrack.filing.operations import OlderVersion, build_packet
from commenttrack.filing.verification import verify_file
from commenttrack.letters.attachments import attach_file, mentioned
from commenttrack.letters.models import IssuedFile, PartKind
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.campaigns import set_conditions
from commenttrack.signoffs.finals import NotFrozenForFiling, make_final
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.operations import decide, invite
from commenttrack.signoffs.refusals import StaleSignOffs
from commenttrack.storage import Storage
from tests.factories import world

LATER = world.NOW + dt.timedelta(days=1)
# A build renders two PDFs and a Word file; what the database decides is tested on both, the rest on the quicker one.
ONE_DATABASE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
SUMMARY = "- Adopt a deadline of 90 days.\n- Publish the **list** with the final rule."


@pytest.fixture
def storage(tmp_path):
    return Storage(f"file://{tmp_path / 'files'}")


class Ready:
    """A frozen letter with a summary and two parts, joined by its lead and one member."""

    def __init__(self, session, tmp_path, *, agency="Department of Commerce", illustrative=False):
        self.session, self.settings = session, world.settings(tmp_path)
        docket = world.docket(session, illustrative=illustrative)
        self.lead = world.organization(session, "Marrow Trade Council")
        self.letter = world.letter(
            session,
            world.part("summary", text=SUMMARY, kind=PartKind.SUMMARY),
            world.part("scope"),
            world.part("records"),
            docket=docket,
            document=world.document(session, docket, agency=agency),
            lead=self.lead,
        )
        self.version = world.version(session, self.letter)
        self.tokens = {}
        self.ask(self.lead)
        self.member = world.organization(session, "Acme Metals")
        self.ask(self.member)
        self.decide(self.lead)
        self.decide(
            self.member, Decision.JOINED_WITH_RESERVATION, excepted={"records"}, name="=cmd|'/c calc'!A1", title="CEO"
        )

    def ask(self, organization):
        person = world.signer(self.session, organization)
        invite(self.session, self.letter, organization, person, actor="S", now=world.NOW, settings=self.settings)
        newest = self.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
        self.tokens[organization.name] = newest.secret

    def decide(self, organization, decision=Decision.JOINED, *, name="Ada Signer", **values):
        return decide(
            self.session,
            self.tokens[organization.name],
            version=self.letter.versions[-1],
            decision=decision,
            name=name,
            now=world.NOW,
            **values,
        )


@pytest.fixture
def ready(session, tmp_path):
    return Ready(session, tmp_path)


def build(ready, storage, now=LATER, **values):
    return build_packet(ready.session, ready.letter.versions[-1], storage=storage, actor="Staff", now=now, **values)


def contents(filing, storage):
    return {file.name: storage.get(file.storage_key) for file in filing.files}


def report_of(filing):
    return {(finding["check"], finding["level"]): finding["sentence"] for finding in filing.preflight_json}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One packet that the tests of its contents share: its version, its files and its report."""
    folder = tmp_path_factory.mktemp("packet")
    engine = make_engine(f"sqlite:///{folder / 'test.sqlite'}")
    Base.metadata.create_all(engine)
    storage = Storage(f"file://{folder / 'files'}")
    with make_sessions(engine)() as session:
        ready = Ready(session, folder)
        head = session.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.number.desc())).first().hash
        filing = build(ready, storage)
        yield SimpleNamespace(
            version=ready.version, files=contents(filing, storage), filing=filing, report=report_of(filing), head=head
        )
    engine.dispose()


@ONE_DATABASE
def test_exhibits_that_are_no_pictures_are_filed_checked_and_certified_with_the_letter(ready, storage):
    letter = ready.letter
    row = attach_file(
        ready.session, letter, b"PK sheet", key="costs", file_name="Costs.xlsx", media_type="application/x",
        storage=storage, actor="Ada", now=world.NOW,
    )  # fmt: skip
    large = attach_file(
        ready.session, letter, b"x" * 10_485_761, key="data", file_name="Data.txt", media_type="text/plain",
        storage=storage, actor="Ada", now=world.NOW,
    )  # fmt: skip
    text = f"::: exhibit Costs {{#costs}}\n{mentioned(row)}\n:::\n\n::: exhibit Data {{#data}}\n{mentioned(large)}\n:::"
    world.reword(ready.session, letter, "records", text)
    world.version(ready.session, letter)
    filing = build(ready, storage, leave_out_stale=True)
    files = contents(filing, storage)
    assert files["exhibit-costs.xlsx"] == b"PK sheet"
    manifest = json.loads(files["manifest.json"])
    assert manifest["files_to_attach"] == ["letter.pdf", "exhibit-costs.xlsx", "exhibit-data.txt"]
    assert "exhibit-costs.xlsx (8 bytes)" in files["form.txt"].decode()
    found = {(finding["check"], finding["subject"]): finding for finding in filing.preflight_json}
    assert found["file-count", "files"]["message"] == "3 of 20 files"
    assert found["file-size", "exhibit-data.txt"]["level"] == "violation"
    with pikepdf.open(io.BytesIO(files["certificate.pdf"])) as pdf:
        told = json.loads(pdf.attachments["certificate.json"].get_file().read_bytes())
    assert "exhibit-costs.xlsx" in json.dumps(told)
    with pikepdf.open(io.BytesIO(files["letter.pdf"])) as pdf:
        data = json.loads(pdf.attachments["letter.json"].get_file().read_bytes())
    assert [each["name"] for each in data["attachments"]] == ["exhibit-costs.xlsx", "exhibit-data.txt"]


class TestContents:
    def test_the_archive_holds_every_file_with_the_digest_of_the_manifest(self, built):
        files = built.files
        with zipfile.ZipFile(io.BytesIO(files["packet.zip"])) as archive:
            packed = {name: archive.read(name) for name in archive.namelist()}
        assert sorted(packed) == [
            "certificate.pdf",
            "form.json",
            "form.txt",
            "letter.docx",
            "letter.pdf",
            "manifest.json",
            "matrix.xlsx",
            "preflight.txt",
        ]
        manifest = json.loads(packed["manifest.json"])
        assert {entry["name"]: (entry["sha256"], entry["size"]) for entry in manifest["files"]} == {
            name: (hashlib.sha256(data).hexdigest(), len(data))
            for name, data in packed.items()
            if name != "manifest.json"
        }
        assert manifest["docket"]["identifiers"] == ["DOC-2026-0001"]
        assert manifest["letter"]["version"] == 1
        assert [entry["organization"] for entry in manifest["signatories"]] == ["Marrow Trade Council", "Acme Metals"]
        assert all(packed[name] == files[name] for name in packed)

    def test_letter_and_certificate_are_accessible_pdfs_that_name_the_signatories(self, built):
        files = built.files
        for name in ("letter.pdf", "certificate.pdf"):
            found = page.validate_pdf_bytes(files[name], profile=page.ValidationProfile.PDF_UA_1)
            assert found.is_compliant, (name, found.failures)
        certificate = text_of(files["certificate.pdf"])
        assert hashlib.sha256(files["letter.pdf"]).hexdigest() in certificate
        assert "Acme Metals" in certificate
        assert "Joined with a reservation" in certificate
        assert "March 2, 2026, 10:00 a.m. Eastern" in certificate.replace("\n", " ")
        for part in built.version.parts_json:
            assert part["digest"] in certificate
        assert "2 of 3 parts of version 1, without III. Heading records" in certificate.replace("\n", " ")
        assert "Acme Metals" in text_of(files["letter.pdf"]).replace("\n", " ")

    def test_the_matrix_writes_what_looks_like_a_formula_as_text(self, built):
        files = built.files
        book = openpyxl.load_workbook(io.BytesIO(files["matrix.xlsx"]))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        (dangerous,) = [cell for cell in cells if str(cell.value).startswith("=cmd")]
        assert dangerous.quotePrefix
        assert book["Matrix"].freeze_panes == "B2"
        assert book["Matrix"].auto_filter.ref

    def test_the_comment_is_the_letters_summary_in_plain_words(self, built):
        files = built.files
        form = json.loads(files["form.json"])
        values = {field["name"]: field for field in form["fields"]}
        assert form["system"] == "regulations.gov"
        assert values["comment"]["value"] == (
            "Please see the attached comments of Marrow Trade Council and 1 other organization on Safeguards for "
            "Exports (DOC-2026-0001).\n\nAdopt a deadline of 90 days.\n\nPublish the list with the final rule."
        )
        assert values["comment"]["characters"]["used"] == len(values["comment"]["value"]) + 4
        assert values["organization_type"]["value"] == "Organization"
        assert "of 5,000 characters" in files["form.txt"].decode()

    def test_the_report_says_where_when_and_under_whose_names(self, built):
        said = built.report
        assert ("where-to-file", "pass") in said
        assert "5:00 p.m. Eastern" in said[("deadline", "pass")]
        assert said[("signatures", "pass")].startswith("signatures: 2 organizations")
        assert not any(finding["violation"] for finding in built.filing.preflight_json)
        assert "Must be put right: none" in built.files["preflight.txt"].decode()

    def test_the_certificate_carries_its_data_and_the_head_of_the_audit_chain(self, built):
        with pikepdf.open(io.BytesIO(built.files["certificate.pdf"])) as pdf:
            data = json.loads(pdf.attachments["certificate.json"].get_file().read_bytes())
        assert data["format"] == "commenttrack-certificate/1"
        assert data["audit_hash"] == built.head
        assert {decision["organization"] for decision in data["signed"]} == {"Acme Metals", "Marrow Trade Council"}
        reserved = next(decision for decision in data["signed"] if decision["reservation"])
        assert [part["key"] for part in reserved["parts"]] == ["summary", "scope"]


def text_of(data):
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r", "")
    finally:
        document.close()


def test_building_again_from_the_same_state_gives_the_same_filing(ready, storage):
    first = build(ready, storage)
    assert build(ready, storage, now=LATER + dt.timedelta(hours=3)) is first
    assert len(ready.session.scalars(select(Filing)).all()) == 1


@ONE_DATABASE
def test_another_decision_that_signs_nothing_reuses_the_issued_letter(ready, storage):
    first = build(ready, storage)
    third = world.organization(ready.session, "Borealis Cables")
    ready.ask(third)
    ready.decide(third, Decision.DECLINED, reason="No.")
    second = build(ready, storage)
    assert second.number == 2
    before, after = contents(first, storage), contents(second, storage)
    assert before["letter.pdf"] == after["letter.pdf"]
    assert before["letter.docx"] == after["letter.docx"]
    assert before["certificate.pdf"] != after["certificate.pdf"]
    assert "No." not in text_of(after["certificate.pdf"]).split()
    names = ready.session.scalars(select(IssuedFile.name).order_by(IssuedFile.id)).all()
    assert names == ["letter.pdf", "letter.docx"]


def test_another_signatory_makes_a_new_number_and_leaves_the_issued_letter_alone(ready, storage):
    first = build(ready, storage)
    issued = contents(first, storage)["letter.pdf"]
    third = world.organization(ready.session, "Borealis Cables")
    ready.ask(third)
    ready.decide(third)
    second = build(ready, storage)
    assert (first.number, second.number) == (1, 2)
    assert contents(first, storage)["letter.pdf"] == issued != contents(second, storage)["letter.pdf"]
    names = ready.session.scalars(select(IssuedFile.name).order_by(IssuedFile.id)).all()
    assert names == ["letter.pdf", "letter.docx", "letter-2.pdf", "letter-2.docx"]


@ONE_DATABASE
def test_a_stale_name_is_refused_until_it_is_left_out_and_that_is_recorded(ready, storage):
    world.reword(ready.session, ready.letter, "records", "Other words.")
    world.version(ready.session, ready.letter)
    with pytest.raises(StaleSignOffs, match="Marrow Trade Council") as caught:
        build(ready, storage)
    assert caught.value.organizations == ("Marrow Trade Council",)
    assert ready.session.scalars(select(Filing)).all() == []
    filing = build(ready, storage, leave_out_stale=True)
    files = contents(filing, storage)
    manifest = json.loads(files["manifest.json"])
    assert manifest["left_out_because_stale"] == ["Marrow Trade Council"]
    assert [entry["organization"] for entry in manifest["signatories"]] == ["Acme Metals"]
    assert "Left out of the signature block" in text_of(files["certificate.pdf"])
    assert ("stale", "warning") in report_of(filing)
    event = ready.session.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.number.desc())).first()
    assert (event.action, event.details["left_out_because_stale"]) == ("packet built", ["Marrow Trade Council"])


@ONE_DATABASE
def test_a_part_nobody_saw_is_reported_as_not_covered(ready, storage):
    ready.letter.parts.append(world.part("costs"))
    world.version(ready.session, ready.letter)
    assert "Heading costs" in report_of(build(ready, storage))[("not-covered", "warning")]


@ONE_DATABASE
def test_an_older_version_is_not_packed(ready, storage):
    world.reword(ready.session, ready.letter, "scope", "Other words.")
    world.version(ready.session, ready.letter)
    with pytest.raises(OlderVersion, match="version 2"):
        build_packet(ready.session, ready.version, storage=storage, actor="Staff", now=LATER)


@ONE_DATABASE
def test_a_letter_nobody_joined_is_packed_and_reported(session, tmp_path, storage):
    letter = world.letter(session)
    world.version(session, letter)
    filing = build_packet(session, letter.versions[-1], storage=storage, actor="Staff", now=LATER)
    assert ("signatures", "violation") in report_of(filing)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("agency", "illustrative", "words"),
    [
        ("FEDERAL COMMUNICATIONS COMMISSION", False, "does not take comments through regulations.gov"),
        ("Bureau of Invented Matters", False, "it is not known how it takes comments"),
        ("Department of Commerce", True, "nowhere to file"),
    ],
)
def test_regulations_gov_is_offered_only_where_it_takes_comments(
    session, tmp_path, storage, agency, illustrative, words
):
    ready = Ready(session, tmp_path, agency=agency, illustrative=illustrative)
    filing = build(ready, storage)
    assert any(words in finding["sentence"] for finding in filing.preflight_json)
    files = contents(filing, storage)
    assert json.loads(files["form.json"])["system"] == ""
    assert "file through regulations.gov" not in files["preflight.txt"].decode()
    assert ("Illustrative" in text_of(files["certificate.pdf"])) == illustrative


@ONE_DATABASE
def test_a_docket_that_has_closed_is_a_violation(ready, storage):
    late = dt.datetime(2026, 3, 27, 21, 1, tzinfo=dt.UTC)
    assert ("deadline", "pass") in report_of(build(ready, storage, now=late - dt.timedelta(minutes=1)))
    assert ("deadline", "violation") in report_of(build(ready, storage, now=late))


class TestQuorum:
    """Conditions on who must stand under the letter before it goes out."""

    def conditions(self, ready, **values):
        settings = {"lead_must_join": False, "at_least": 0, "must_join": [], "mailed_code": False, **values}
        set_conditions(ready.session, ready.letter, actor="Dana Reyes", now=world.NOW, **settings)

    @ONE_DATABASE
    def test_a_packet_is_refused_until_its_version_is_frozen_for_filing(self, session, tmp_path, storage):
        ready = Ready(session, tmp_path)
        self.conditions(ready, at_least=2, lead_must_join=True, must_join=[ready.member])
        with pytest.raises(NotFrozenForFiling):
            build_packet(session, ready.version, storage=storage, actor="S", now=LATER)
        assert session.scalars(select(Filing)).all() == []
        make_final(session, ready.version, actor="S", now=LATER)
        filing = build_packet(session, ready.version, storage=storage, actor="S", now=LATER)
        sentences = [finding["sentence"] for finding in filing.preflight_json]
        assert any("at least 2 organizations, with Marrow Trade Council and Acme Metals" in each for each in sentences)

    @ONE_DATABASE
    def test_the_reason_for_freezing_it_all_the_same_goes_with_the_packet(self, session, tmp_path, storage):
        ready = Ready(session, tmp_path)
        self.conditions(ready, at_least=3)
        make_final(session, ready.version, without_quorum="The board said so.", actor="S", now=LATER)
        filing = build_packet(session, ready.version, storage=storage, actor="S", now=LATER)
        assert any("The board said so." in finding["sentence"] for finding in filing.preflight_json)
        built = session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.action == "packet built")).one()
        assert built.details["without_quorum"] == "The board said so."
        certificate = contents(filing, storage)["certificate.pdf"]
        assert "The board said so." in " ".join(text_of(certificate).split())
        checks = verify_file(session, storage, certificate, name="certificate.pdf").checks
        assert "The version was frozen for filing as it says." in [check.sentence for check in checks if check.holds]
