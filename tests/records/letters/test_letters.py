"""The letter: composed from the mapping, edited by people, frozen as it stands."""

import datetime as dt

import pytest
from sqlalchemy import select

from commenttrack import illustration
from commenttrack.audit import AuditEvent
from commenttrack.errors import BadInput
from commenttrack.letters import operations, recorded_content
from commenttrack.letters.drafting import compose_letter, take_over
from commenttrack.positions import mapping
from commenttrack.positions.answers import answer_question
from commenttrack.positions.models import AnswerState
from commenttrack.positions.operations import revise_position
from commenttrack.positions.stances import Stance
from commenttrack.wording import wording_digest

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}


@pytest.fixture
def letter(session, made, document, library, lead):
    """The illustrative association's letter, composed from its instructions."""
    illustration.approve_library(session, made, now=NOW)
    illustration.follow_instructions(session, made, document, now=NOW)
    illustration.give_answers(session, made, document, now=NOW)
    letter = illustration.begin_letter(session, made, document, lead, **BY)
    compose_letter(session, letter, **BY)
    return letter


def part_on(letter, label):
    return next(
        part
        for part in letter.parts
        if any(link.provision_position and link.provision_position.provision.label == label for link in part.links)
        and part.kind.value == "comment"
    )


def test_parts_follow_the_rules_own_order(session, letter):
    places = {provision.label: provision.place for provision in letter.rule_document.provisions}
    labels = [
        link.provision_position.provision.label
        for part in letter.parts
        if part.kind.value == "comment"
        for link in part.links
    ]
    assert labels == sorted(labels, key=places.__getitem__)
    kinds = list(dict.fromkeys(part.kind.value for part in letter.parts))
    assert kinds == ["introduction", "summary", "general", "comment", "answer", "conclusion"]


def test_composing_twice_changes_nothing(session, letter):
    before = [(part.key, part.wording_digest, part.place) for part in letter.parts]
    assert compose_letter(session, letter, **BY) == []
    assert [(part.key, part.wording_digest, part.place) for part in letter.parts] == before


def test_an_edited_part_keeps_its_words_and_shows_as_suspect_when_its_position_moves(session, letter):
    part = part_on(letter, "15 CFR 1790.2(a)(1)")
    operations.edit_part(
        session,
        part,
        expected_revision=part.revision,
        heading=part.heading,
        text="Our own words.",
        requested_text=part.requested_text,
        **BY,
    )
    link = part.links[0].provision_position
    revise_position(session, link.position, heading="New", statement="Quite new.", **BY)
    compose_letter(session, letter, **BY)
    assert part.text == "Our own words."
    assert part in operations.suspect_parts(letter)
    take_over(session, part, **BY)
    assert part not in operations.suspect_parts(letter)


def test_a_generated_part_follows_the_mapping(session, letter):
    part = part_on(letter, "15 CFR 1790.2(c)(4)")
    link = part.links[0].provision_position
    mapping.change_mapping(
        session,
        link,
        expected_revision=link.revision,
        stance=Stance.OPPOSE,
        reason="A wholly new reason.",
        request="",
        requested_text="",
        **BY,
    )
    assert part in compose_letter(session, letter, **BY)
    assert "A wholly new reason." in part.text


def test_a_part_nothing_stands_for_any_more_is_left_out_and_kept(session, letter):
    part = part_on(letter, "15 CFR 1790.2(c)(4)")
    mapping.unmap(session, part.links[0].provision_position, **BY)
    compose_letter(session, letter, **BY)
    assert (part.included, part in letter.parts) == (False, True)


def test_a_declined_question_is_not_answered_in_the_letter(session, letter):
    part = next(part for part in letter.parts if any(link.question_answer for link in part.links))
    question = part.links[0].question_answer.question
    answer_question(session, question, state=AnswerState.DECLINED, text="Members file their own.", **BY)
    compose_letter(session, letter, **BY)
    assert not part.included


def test_a_new_part_comes_where_the_rule_has_it_and_moved_parts_stay(session, letter, library):
    moved = letter.parts[1]
    operations.move_part(session, moved, to=len(letter.parts) - 1, **BY)
    provision = next(p for p in letter.rule_document.provisions if p.label == "15 CFR 1790.2(a)(3)")
    position = part_on(letter, "15 CFR 1790.2(a)(1)").links[0].provision_position.position
    mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    compose_letter(session, letter, **BY)
    assert letter.parts[-1] is moved
    assert letter.parts.index(part_on(letter, "15 CFR 1790.2(a)(3)")) == (
        letter.parts.index(part_on(letter, "15 CFR 1790.2(a)(2)")) + 1
    )


def test_two_people_editing_one_part_lose_neither_text(session, letter):
    part = letter.parts[0]
    session.flush()
    seen = part.revision
    both = {"heading": part.heading, "requested_text": "", "expected_revision": seen, "now": NOW}
    operations.edit_part(session, part, text="Ada's words.", actor="Ada", **both)
    session.flush()
    with pytest.raises(operations.EditedMeanwhile) as caught:
        operations.edit_part(session, part, text="Ben's words.", actor="Ben", **both)
    assert (caught.value.theirs.text, caught.value.yours.text) == ("Ada's words.", "Ben's words.")


def test_freezing_fixes_every_included_part_with_its_digest(session, letter, storage):
    operations.include_part(session, letter.parts[2], included=False, **BY)
    version = operations.freeze(session, letter, storage=storage, **BY)
    assert [(part["key"], part["digest"]) for part in version.parts_json] == [
        (part.key, part.wording_digest) for part in letter.parts if part.included
    ]


def test_a_quotation_that_is_not_the_agencys_stops_the_freeze_with_the_nearest_passage(session, letter, storage):
    part = part_on(letter, "15 CFR 1790.2(a)(2)")
    assert "> " in part.text
    changed = part.text.replace("covered technology", "uncovered technology", 1)
    assert changed != part.text
    operations.edit_part(
        session,
        part,
        expected_revision=part.revision,
        heading=part.heading,
        text=changed,
        requested_text=part.requested_text,
        **BY,
    )
    with pytest.raises(operations.NotReadyToFreeze, match="uncovered"):
        operations.freeze(session, letter, storage=storage, **BY)
    assert letter.versions == []


def test_the_same_wording_is_not_frozen_twice(session, letter, storage):
    operations.freeze(session, letter, storage=storage, **BY)
    with pytest.raises(operations.NotReadyToFreeze, match="word for word"):
        operations.freeze(session, letter, storage=storage, **BY)


def test_moving_a_part_changes_numbers_and_no_digest(session, letter):
    before = operations.digests(letter)
    operations.move_part(session, letter.parts[-1], to=0, **BY)
    assert operations.digests(letter) == before
    assert recorded_content.numbered(letter)[0].number == "I"
    assert [part.place for part in letter.parts] == list(range(len(letter.parts)))


def test_a_freely_written_part_stays_when_the_letter_is_composed(session, letter):
    part = operations.add_part(session, letter, heading="Cost data", text="It costs.", after=letter.parts[0], **BY)
    compose_letter(session, letter, **BY)
    assert (part.included, letter.parts.index(part), part.wording_digest) == (
        True,
        1,
        wording_digest("Cost data", "It costs."),
    )


def test_every_change_of_a_letter_is_in_the_trail_with_who_made_it(session, letter):
    operations.move_part(session, letter.parts[0], to=1, **BY)
    actions = session.execute(
        select(AuditEvent.action, AuditEvent.actor).where(AuditEvent.subject == f"letter {letter.id}")
    ).all()
    assert actions == [("letter started", "Ada"), ("letter composed", "Ada"), ("part moved", "Ada")]


def test_an_unknown_key_in_the_head_is_refused(session, document, lead):
    with pytest.raises(BadInput, match="Unknown key"):
        operations.start_letter(session, document, lead=lead, head={"adress": "x"}, **BY)
