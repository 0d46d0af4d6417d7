"""``commenttrack demo``: from a notice to a packet, on the illustrative rule and on real ones."""

import json
import zipfile

import page as page_validation
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from commenttrack import audit
from commenttrack.cli import main
from commenttrack.db import make_engine, make_reading_sessions
from commenttrack.outbox import OutgoingMail
from commenttrack.positions.models import ProvisionPosition

FILES = {"letter.pdf", "letter.docx", "matrix.xlsx", "certificate.pdf", "packet.zip"}


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("COMMENTTRACK_DATA", str(tmp_path / "data"))

    def run(*arguments):
        return CliRunner().invoke(main, ["demo", "--output", str(tmp_path / "out"), *arguments])

    return run


def database(tmp_path):
    return make_reading_sessions(make_engine(f"sqlite:///{tmp_path / 'data' / 'commenttrack.sqlite'}"))()


def test_the_illustrative_rule_becomes_a_packet(run, tmp_path):
    result = run()
    assert result.exit_code == 0, result.output
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == FILES
    for name in ("letter.pdf", "certificate.pdf"):
        validated = page_validation.validate_pdf(str(out / name), profile=page_validation.ValidationProfile.PDF_UA_1)
        assert validated.is_compliant, name
    with zipfile.ZipFile(out / "packet.zip") as packet:
        listed = json.loads(packet.read("manifest.json"))
        assert packet.read("letter.pdf") == (out / "letter.pdf").read_bytes()
    assert {file["name"] for file in listed["files"]} >= FILES - {"packet.zip"}
    with database(tmp_path) as session:
        count, breaks = audit.verify(session)
        assert count > 100
        assert breaks == []
        accepted = set(session.scalars(select(ProvisionPosition.accepted_by)))
        assert all("(illustrative)" in name or name.startswith("Demo rule") for name in accepted)
        assert set(session.scalars(select(OutgoingMail.secret))) == {""}
    # Running it again opens another docket and changes nothing of the first.
    again = run()
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize(
    "name",
    ["prorule-2024-06526-circia", "prorule-2016-08622", "notice-2026-11296-ustr-s301-forced-labor"],
)
def test_a_real_notice_becomes_a_packet(run, tmp_path, shared, name):
    result = run("--rule", str(shared / "rules" / f"{name}.xml"))
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert "nothing differs from the notice" in result.output


@pytest.mark.parametrize("content", [b"not XML", b"<PRORULE><PREAMB>", b"<html/>"])
def test_a_file_that_is_no_notice_stops_the_demo_with_a_sentence(run, tmp_path, content):
    path = tmp_path / "bad.xml"
    path.write_bytes(content)
    result = run("--rule", str(path))
    assert result.exit_code == 2
    assert "bad.xml" in result.output
    assert "Traceback" not in result.output
