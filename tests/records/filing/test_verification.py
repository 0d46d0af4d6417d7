"""A file that somebody brings: known by its bytes, checked by its claims, compared when it was altered."""

import io
import json
import zipfile

import pikepdf
import pytest
from sqlalchemy import delete, text, update

from commenttrack import audit
from commenttrack.db import Base, make_engine, make_sessions
from commenttrack.filing.differences import data_differences, page_differences
from commenttrack.filing.operations import build_packet
from commenttrack.filing.verification import chain_check, verify_file
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.models import SignOff
from commenttrack.signoffs.operations import decide, invite
from commenttrack.storage import Storage
from tests.factories import world


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A packet of a letter that two organizations joined, one was asked and did not answer."""
    folder = tmp_path_factory.mktemp("verified")
    engine = make_engine(f"sqlite:///{folder / 'test.sqlite'}")
    Base.metadata.create_all(engine)
    storage = Storage(f"file://{folder / 'files'}")
    sessions = make_sessions(engine)
    with sessions() as session:
        letter = world.letter(session, lead=world.organization(session, "Marrow Trade Council"))
        version = world.version(session, letter)
        for name in ("Acme Metals", "Beta Mills", "Silent Partners"):
            member = world.organization(session, name)
            signer = world.signer(session, member)
            invite(session, letter, member, signer, actor="S", now=world.NOW, settings=world.settings(folder))
            if name != "Silent Partners":
                token = session.query(OutgoingMail).order_by(OutgoingMail.id.desc()).first().secret
                decide(
                    session, token, version=version, decision=Decision.JOINED, name="Ada Signer", title="CEO",
                    now=world.NOW,
                )  # fmt: skip
        filing = build_packet(session, version, storage=storage, actor="Staff", now=world.NOW)
        files = {file.name: storage.get(file.storage_key) for file in filing.files}
        session.commit()
    yield sessions, storage, files
    engine.dispose()


@pytest.fixture
def look(house):
    """Verify bytes, after the database was altered in a transaction that is taken back."""
    sessions, storage, _ = house

    def verify(data, name="file", *, altered=None):
        with sessions() as session:
            if altered:
                altered(session)
            found = verify_file(session, storage, data, name=name)
            session.rollback()
            return found

    return verify


@pytest.fixture
def files(house):
    return house[2]


def rewritten(data, change):
    """The certificate with other data inside, as somebody would forge it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        name = next(iter(pdf.attachments))
        claims = json.loads(pdf.attachments[name].get_file().read_bytes())
        change(claims)
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, json.dumps(claims).encode(), filename=name)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def failed(found):
    return [check.sentence for check in found.checks if not check.holds]


@pytest.mark.parametrize("name", ["letter.pdf", "letter.docx", "certificate.pdf", "form.json", "packet.zip"])
def test_a_file_of_a_packet_is_known_by_its_bytes_whatever_it_is_called(look, files, name):
    found = look(files[name], "renamed.bin")
    assert found.genuine, failed(found)
    place = found.stored[-1]
    assert (place.name, place.version, place.packet) == (name, 1, 1)


def test_a_certificate_is_checked_against_the_trail_and_the_decisions(look, files):
    found = look(files["certificate.pdf"])
    said = " ".join(check.sentence for check in found.checks)
    assert "had the stated hash" in said
    assert "All 2 decisions" in said
    assert "events that it tells stand in the audit trail" in said


def test_every_file_inside_a_packet_is_looked_at(look, files):
    found = look(files["packet.zip"])
    assert found.kind == "packet"
    assert len(found.inside) == 8
    assert all(each.genuine for each in found.inside)


def test_an_unknown_file_is_unknown(look):
    for data in (b"", b"hello", b"%PDF-1.7 broken", b"PK\x03\x04 broken"):
        found = look(data)
        assert not found.genuine
        assert found.verdict.startswith("Unknown")


def test_a_forged_name_on_a_certificate_is_named_field_by_field(look, files):
    def forge(claims):
        claims["signed"][0]["name"] = "Mallory"

    found = look(rewritten(files["certificate.pdf"], forge))
    assert not found.genuine
    assert ("signed, Acme Metals, name", "Mallory", "Ada Signer") in [
        (each.where, each.here, each.stored) for each in found.differences
    ]
    assert any("“Mallory”" in sentence for sentence in failed(found))


def test_an_organization_added_to_a_certificate_is_found(look, files):
    def forge(claims):
        claims["signed"].append({**claims["signed"][0], "organization": "Silent Partners"})

    found = look(rewritten(files["certificate.pdf"], forge))
    assert "Silent Partners: no decision of that moment is recorded." in failed(found)
    assert any(each.where == "signed, Silent Partners" for each in found.differences)


@pytest.mark.parametrize("claims", [[], {"signed": 3}, {"audit_number": "x"}, {"trails": [{}]}])
def test_a_certificate_without_sense_is_refused_and_breaks_nothing(look, files, claims):
    def forge(found):
        if isinstance(claims, list):
            found.clear()
            found["format"] = "commenttrack-certificate/1"
        else:
            found.update(claims)

    found = look(rewritten(files["certificate.pdf"], forge))
    assert not found.genuine
    assert failed(found)


def test_a_certificate_saved_anew_has_the_same_data_in_other_bytes(look, files):
    found = look(rewritten(files["certificate.pdf"], lambda claims: None))
    assert not found.stored
    assert failed(found) == []
    assert "the same data and the same words" in found.differences[0].here


def test_an_altered_letter_is_compared_with_the_one_it_resembles(look, files):
    def forge(claims):
        claims["parts"][0]["text"] = "What we never said."

    found = look(rewritten(files["letter.pdf"], forge))
    assert found.compared_with.startswith("letter.pdf of packet 1")
    (difference,) = found.differences
    assert (difference.where, difference.here) == ("parts, a, text", "What we never said.")


def test_an_archive_with_an_exchanged_file_says_which(look, files):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files["packet.zip"])) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != "form.txt":
                new.writestr(name, b"other" if name == "form.json" else old.read(name))
    found = look(out.getvalue())
    assert failed(found) == ["By the manifest, altered: form.json.", "By the manifest, missing: form.txt."]


def without_guards(session):
    for name in ("keeps", "holds"):
        session.execute(text(f"DROP TRIGGER audit_head_{name}"))


def test_a_decision_altered_in_the_database_no_longer_agrees_with_its_certificate(look, files):
    found = look(
        files["certificate.pdf"],
        altered=lambda session: session.execute(update(SignOff).where(SignOff.id == 1).values(name="Mallory")),
    )
    assert found.stored
    assert not found.genuine
    assert failed(found) == ["Acme Metals: name is “Ada Signer”, recorded is “Mallory”."]


def test_a_trail_that_was_cut_or_written_anew_no_longer_agrees_with_a_certificate(look, house, files):
    def cut(session):
        without_guards(session)
        last = session.query(audit.AuditEvent).order_by(audit.AuditEvent.number.desc()).first().number
        session.execute(delete(audit.AuditEvent).where(audit.AuditEvent.number >= last - 1))

    assert any(
        "which the trail does not have" in sentence for sentence in failed(look(files["certificate.pdf"], altered=cut))
    )

    def rewrite(session):
        without_guards(session)
        session.execute(update(audit.AuditEvent).where(audit.AuditEvent.number == 2).values(hash="a" * 64))

    assert "Events that the trail has otherwise or not at all: 2." in failed(
        look(files["certificate.pdf"], altered=rewrite)
    )
    sessions, _, _ = house
    with sessions() as session:
        assert chain_check(session).holds
        rewrite(session)
        assert not chain_check(session).holds


def test_the_certificate_tells_the_trail_and_nothing_private(files):
    with pikepdf.open(io.BytesIO(files["certificate.pdf"])) as pdf:
        claims = json.loads(pdf.attachments["certificate.json"].get_file().read_bytes())
    told = {trail["organization"]: [event["what"] for event in trail["events"]] for trail in claims["trails"]}
    assert told["Acme Metals"] == ["asked: Ada Signer, about version 1", "joined: version 1"]
    assert told["Silent Partners"] == ["asked: Ada Signer, about version 1"]
    assert "@" not in json.dumps(claims)
    lines = "".join(f"{file['sha256']}  {file['name']}\n" for file in claims["files"] if file["name"] != "x")
    assert claims["packet"]["number"] == 1
    assert lines.count("\n") == 6


def test_differences_pair_entries_by_their_names():
    here = [{"name": "b", "x": 1}, {"name": "c", "x": 2}]
    stored = [{"name": "a", "x": 0}, {"name": "b", "x": 1}, {"name": "c", "x": 3}]
    assert [(each.where, each.here, each.stored) for each in data_differences(here, stored)] == [
        ("a", "", "{'name': 'a', 'x': 0}"),
        ("c, x", "2", "3"),
    ]
    assert list(data_differences({"a": [1]}, {"a": [1]})) == []
    assert [
        each.where for each in data_differences([{"name": "b"}, {"name": "a"}], [{"name": "a"}, {"name": "b"}])
    ] == [""]


def test_pages_are_compared_word_by_word():
    (found,) = page_differences(["alike", "We oppose it."], ["alike", "We support it."])
    assert (found.where, found.here, found.stored) == ("page 2", "oppose", "support")
