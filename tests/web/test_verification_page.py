"""The page that verifies a file, and the command that does the same."""

import hashlib
import io
import json
import zipfile

import pikepdf
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from commenttrack.audit import AuditEvent
from commenttrack.cli import main
from commenttrack.letters.models import IssuedFile
from commenttrack.members.permissions import Role
from tests.factories.pages import enter


@pytest.fixture
def letter(app, stored):
    """The PDF that was stored when the letter was frozen, or bytes that are stored in its place."""
    house = app.extensions["commenttrack"]
    data = b"%PDF-1.7 the letter"
    with house.writing() as session:
        session.add(
            IssuedFile(
                letter_version_id=1,
                name="kept.pdf",
                media_type="application/pdf",
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                storage_key=house.storage.put(data),
                issued_at=house.clock(),
            )
        )
        session.commit()
    return data


def upload(post, *files):
    sent = [(io.BytesIO(data), name) for name, data in files]
    return post("/verify/", {"files": sent}, content_type="multipart/form-data")


def test_a_stored_file_is_genuine_and_another_is_not_and_nothing_is_kept(post, stored, letter):
    before = stored.scalar(select(func.count()).select_from(AuditEvent))
    page = upload(post, ("mine.pdf", letter), ("other.pdf", letter + b"x"))
    assert page.status_code == 200
    assert "kept.pdf: " in page.text
    assert page.text.count("Genuine: exactly these bytes were made here") == 1
    assert "Unknown: no file with these bytes" in page.text
    assert "The audit trail holds" in page.text
    assert stored.scalar(select(func.count()).select_from(AuditEvent)) == before


def claiming(**claims):
    """A PDF with a certificate's data of a forger's making."""
    told = {
        "format": "commenttrack-certificate/1", "audit_number": 1, "audit_hash": "x", "letter": "L", "version": 1,
        "signed": [], "stale": [], "others": [], "undecided": [], "trails": [],
    }  # fmt: skip
    document, buffer = pikepdf.new(), io.BytesIO()
    document.attachments["certificate.json"] = pikepdf.AttachedFileSpec(document, json.dumps(told | claims).encode())
    document.save(buffer)
    return "forged.pdf", buffer.getvalue()


def packed(**files):
    """A packet's archive with the files; ``_`` stands for the dot of a name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return buffer.getvalue()


def test_whatever_a_file_claims_the_page_answers(post):
    damaged = bytearray(packed(manifest_json='{"files": []}'))
    damaged[43] ^= 0xFF
    nested = packed(manifest_json='{"files": []}')
    for _ in range(300):
        nested = packed(manifest_json='{"files": [{"name": 5, "sha256": []}]}', a_zip=nested)
    files = [
        claiming(format=[]),
        claiming(audit_number=10**30),
        claiming(audit_number=float("inf")),
        claiming(letter={"a": 1}),
        claiming(letter="a\0b"),
        claiming(undecided=[{}]),
        claiming(undecided=5),
        claiming(trails=[{"events": [{"number": 10**30, "hash": "x"}]}]),
        claiming(final=[1], version=10**30),
        ("damaged.zip", bytes(damaged)),
        ("nested.zip", nested),
    ]
    page = upload(post, *files)
    assert page.status_code == 200
    assert page.text.count("Unknown: no file with these bytes") >= len(files)


def test_no_file_is_told_beside_the_field(post):
    answer = post("/verify/", {}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_a_guest_may_verify(app):
    assert enter(app.test_client(), Role.GUEST).get("/verify/").status_code == 200


def test_the_command_says_the_same_and_fails_for_what_is_not_genuine(app, letter, tmp_path, monkeypatch):
    settings = app.extensions["commenttrack"].settings
    monkeypatch.setenv("COMMENTTRACK_DATA", str(settings.data))
    monkeypatch.setenv("COMMENTTRACK_SECRET_KEY", "k" * 40)
    monkeypatch.setattr("commenttrack.migrate.require_current", lambda url: None)
    (tmp_path / "a.pdf").write_bytes(letter)
    (tmp_path / "b.pdf").write_bytes(b"other")
    good = CliRunner().invoke(main, ["certificate", "verify", str(tmp_path / "a.pdf")])
    assert good.exit_code == 0, good.output
    assert "a.pdf: Genuine" in good.output
    assert "each continuing from the one before it" in good.output
    bad = CliRunner().invoke(main, ["certificate", "verify", str(tmp_path / "a.pdf"), str(tmp_path / "b.pdf")])
    assert bad.exit_code == 1
    assert "b.pdf: Unknown" in bad.output


def test_the_command_says_where_the_trail_ends_and_fails_where_it_was_altered(app, stored, monkeypatch):
    settings = app.extensions["commenttrack"].settings
    monkeypatch.setenv("COMMENTTRACK_DATA", str(settings.data))
    monkeypatch.setenv("COMMENTTRACK_SECRET_KEY", "k" * 40)
    monkeypatch.setattr("commenttrack.migrate.require_current", lambda url: None)
    last = stored.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    good = CliRunner().invoke(main, ["audit", "verify"])
    assert good.exit_code == 0, good.output
    assert f"ends with event {last.number}, hash {last.hash}." in good.output
    stored.execute(text("DROP TRIGGER audit_head_keeps"))
    stored.execute(text("UPDATE audit_event SET actor = 'Somebody else' WHERE number = 3"))
    bad = CliRunner().invoke(main, ["audit", "verify"])
    assert (bad.exit_code, bad.output) == (1, "event 3: its content does not match its hash\n")
