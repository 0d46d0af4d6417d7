"""Reservations when parts are renumbered after the signature, from the database to the signature block."""

import pytest

from commenttrack.letters.models import LetterPart
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.certificate import certificate_content
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.signoffs.operations import decide, invite
from commenttrack.signoffs.reading import signature_block
from tests.factories import world

ONE_DATABASE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def reserve(session, letter, version, tmp_path, name, words, excepted=frozenset({"b"})):
    member = world.organization(session, name)
    signer = world.signer(session, member)
    invite(session, letter, member, signer, actor="S", now=world.NOW, settings=world.settings(tmp_path))
    token = session.query(OutgoingMail).order_by(OutgoingMail.id.desc()).first().secret
    decide(
        session,
        token,
        version=version,
        decision=Decision.JOINED_WITH_RESERVATION,
        name="Ada Signer",
        reservation=words,
        excepted=excepted,
        now=world.NOW,
    )


def put_first(session, letter, part: LetterPart):
    for each in letter.parts:
        each.place += 1
    letter.parts.insert(0, part)
    session.flush()
    session.refresh(letter)


@ONE_DATABASE
def test_a_computed_reservation_follows_its_part_and_own_words_are_told_of(session, tmp_path):
    letter = world.letter(session)
    version = world.version(session, letter)
    reserve(session, letter, version, tmp_path, "Computed", "")
    reserve(session, letter, version, tmp_path, "Own Words", "We do not join Part II.")
    put_first(session, letter, world.part("new"))
    later = world.version(session, letter)
    assert [part["key"] for part in later.parts_json] == ["new", "a", "b", "c"]
    block = signature_block(session, later)
    assert {printed.organization: printed.reservation for printed in block.printed} == {
        "Computed": "except Part III",
        "Own Words": "We do not join Part II.",
    }
    assert block.misleading == (("Own Words", "We do not join Part II.", "what it calls Part II is Part III now"),)
    certificate = certificate_content(session, later, files=[], now=world.NOW)
    told = {decision.organization: (decision.reservation, decision.prints_as) for decision in certificate.signed}
    assert told["Computed"] == ("except Part II", "except Part III")
    assert told["Own Words"][1] == ""
    assert signature_block(session, version).misleading == ()


@ONE_DATABASE
def test_the_certificate_names_a_part_excepted_with_all_below_it_once(session, tmp_path):
    below = world.part("b1", level=2), world.part("b2", level=2)
    letter = world.letter(session, world.part("a"), world.part("b"), *below, world.part("c"))
    version = world.version(session, letter)
    reserve(session, letter, version, tmp_path, "All of it", "", excepted={"b", "b1", "b2"})
    reserve(session, letter, version, tmp_path, "One below", "", excepted={"b1"})
    signed = certificate_content(session, version, files=[], now=world.NOW).signed
    assert [decision.excepted for decision in signed] == [
        ("II. Heading b, with all below it",),
        ("II.A. Heading b1",),
    ]
