"""The mapping: what a link needs, who made it, and when it becomes suspect."""

import datetime as dt

import pytest
from sqlalchemy import select

from commenttrack import illustration
from commenttrack.audit import AuditEvent
from commenttrack.errors import Refused
from commenttrack.positions import answers, mapping, ranking, suspects
from commenttrack.positions.board import by_positions
from commenttrack.positions.coverage import Coverage
from commenttrack.positions.models import AnswerState, Consensus, Position
from commenttrack.positions.operations import revise_position
from commenttrack.positions.stances import IncompleteStance, Stance
from commenttrack.rulemaking.models import Provision
from commenttrack.wording import wording_digest

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
BY = {"actor": "Ada", "now": NOW}


@pytest.fixture
def provision(session, document):
    return session.scalars(select(Provision).where(Provision.label == "15 CFR 1790.2(a)(1)")).one()


@pytest.fixture
def position(session, library):
    return session.scalars(select(Position).where(Position.label == "3(b)")).one()


def test_requested_text_on_other_words_than_the_provisions_is_refused(session, provision, position):
    with pytest.raises(Refused, match="as proposed"):
        mapping.map_position(
            session,
            provision,
            position,
            stance=Stance.OPPOSE,
            reason="Too broad.",
            request="Narrow it.",
            requested_text="Something {--else--}{++quite different++}.",
            **BY,
        )


def test_a_change_without_a_request_is_refused(session, provision, position):
    with pytest.raises(IncompleteStance):
        mapping.map_position(session, provision, position, stance=Stance.SUPPORT_WITH_CHANGE, reason="Because.", **BY)


def test_a_second_link_between_the_same_two_is_refused(session, provision, position):
    mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    with pytest.raises(mapping.AlreadyMapped):
        mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)


def test_a_withdrawn_position_cannot_be_mapped(session, provision, position):
    position.consensus = Consensus.WITHDRAWN
    with pytest.raises(mapping.WithdrawnPosition):
        mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)


def test_a_rule_that_accepts_is_named_and_no_person(session, made, document, library):
    acceptance = illustration.accept_by_rule(session, made, document, now=NOW)
    least = made.seed["acceptance"]["minimum_score"]
    assert acceptance.accepted
    assert all(link.accepted_by.startswith("Demo rule: ") and link.score >= least for link in acceptance.accepted)


def test_a_change_on_another_revision_is_refused_and_nothing_overwritten(session, provision, position):
    link = mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    session.flush()
    seen = link.revision
    mapping.change_mapping(
        session, link, expected_revision=seen, stance=Stance.NEUTRAL, reason="", request="", requested_text="", **BY
    )
    session.flush()
    with pytest.raises(mapping.ChangedMeanwhile):
        mapping.change_mapping(
            session,
            link,
            expected_revision=seen,
            stance=Stance.OPPOSE,
            reason="R.",
            request="",
            requested_text="",
            **BY,
        )
    assert link.stance is Stance.NEUTRAL


def test_a_new_wording_of_a_position_makes_its_links_suspect_and_no_other(session, document, provision, position):
    other = session.scalars(select(Position).where(Position.label == "3.b")).one()
    mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    mapping.map_position(session, provision, other, stance=Stance.SUPPORT, **BY)
    revise_position(session, position, heading="New", statement="Quite new.", **BY)
    assert [link.position for link in suspects.suspect_links(session, document)] == [position]


def test_a_changed_provision_makes_its_links_suspect(session, document, provision, position):
    mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    provision.text += " More."
    provision.wording_digest = wording_digest(provision.heading, provision.text)
    assert [link.provision for link in suspects.suspect_links(session, document)] == [provision]


def test_asterisks_that_stand_for_text_that_stays_need_no_comment(session, document, provision):
    before = mapping.provisions_to_cover(session, document)
    provision.text = "* * *"
    assert mapping.provisions_to_cover(session, document) == [unit for unit in before if unit is not provision]
    assert provision.id not in {row.id for row in by_positions(session, document).rows}


def test_coverage_follows_the_mapping(session, document, provision, position):
    assert mapping.coverage_of(session, document)[provision.id] is Coverage.UNASSIGNED
    mapping.mark_reviewed(session, provision, **BY)
    assert mapping.coverage_of(session, document)[provision.id] is Coverage.REVIEWED
    mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    assert mapping.coverage_of(session, document)[provision.id] is Coverage.ADDRESSED
    other = session.scalars(select(Position).where(Position.label == "3.b")).one()
    mapping.map_position(session, provision, other, stance=Stance.OPPOSE, reason="It is too broad.", **BY)
    assert mapping.coverage_of(session, document)[provision.id] is Coverage.CONFLICT


def test_removing_a_link_keeps_what_it_said_in_the_trail(session, provision, position):
    link = mapping.map_position(session, provision, position, stance=Stance.OPPOSE, reason="Too broad.", **BY)
    mapping.unmap(session, link, **BY)
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (last.action, last.details["reason"]) == ("mapping removed", "Too broad.")


def test_an_answer_replaces_the_earlier_one_and_can_be_taken_back(session, document):
    question = document.questions[0]
    answers.answer_question(session, question, state=AnswerState.ANSWERED, text="Yes.", **BY)
    answers.answer_question(session, question, state=AnswerState.DECLINED, text="Members file their own.", **BY)
    assert answers.answers_of(session, document)[question.id].state is AnswerState.DECLINED
    answers.reopen_question(session, question, **BY)
    session.flush()
    assert answers.answers_of(session, document) == {}


def test_an_empty_answer_is_refused(session, document):
    with pytest.raises(Refused):
        answers.answer_question(session, document.questions[0], state=AnswerState.ANSWERED, text=" ", **BY)


def test_suggestions_name_positions_and_provisions_that_are_stored(session, document, library):
    held = ranking.positions_in_use(session)
    best = ranking.provisions_for(session, document, held, top=1).suggestions
    keys = {provision.key for provision in document.provisions}
    assert [suggestion.position for suggestion in best] == [str(position.id) for position in held]
    assert {suggestion.provision for suggestion in best} <= keys


def test_positions_for_a_provision_come_best_first(session, provision, library):
    found = ranking.positions_for(session, provision, ranking.positions_in_use(session), top=5).suggestions
    assert [suggestion.rank for suggestion in found] == [1, 2, 3, 4, 5]
    assert [suggestion.score for suggestion in found] == sorted((s.score for s in found), reverse=True)


def test_an_index_is_built_again_when_a_wording_changed(session, document, provision, library):
    held = ranking.positions_in_use(session)
    before = ranking.positions_for(session, provision, held, top=1).suggestions[0].score
    provision.text = "Nothing but harbour seals."
    provision.wording_digest = wording_digest(provision.heading, provision.text)
    session.flush()
    assert ranking.positions_for(session, provision, held, top=1).suggestions[0].score != before


def test_declining_a_question_needs_a_reason(session, document):
    with pytest.raises(Refused, match="Say why"):
        answers.answer_question(session, document.questions[0], state=AnswerState.DECLINED, text=" ", **BY)


def test_an_answer_on_another_revision_is_refused_with_what_stands_now(session, document):
    question = document.questions[0]
    said = {"state": AnswerState.ANSWERED, **BY}
    first = answers.answer_question(session, question, text="Yes.", expected_revision=answers.UNANSWERED, **said)
    session.flush()
    with pytest.raises(answers.AnsweredMeanwhile) as refused:
        answers.answer_question(session, question, text="No.", expected_revision=answers.UNANSWERED, **said)
    assert (refused.value.answer, first.text) == (first, "Yes.")
