"""Suggestions that people set aside: kept with the wordings that were looked at, taken back, and learnt from."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from commenttrack.audit import AuditEvent
from commenttrack.positions import mapping, ranking, verdicts
from commenttrack.positions.models import Position, SuggestionVerdict
from commenttrack.positions.stances import Stance
from commenttrack.positions.suggestion_feedback import Judged
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


def suggested(session, provision):
    held = ranking.positions_in_use(session)
    return [item.position for item in ranking.positions_for(session, provision, held, top=len(held)).suggestions]


def test_what_is_set_aside_is_suggested_no_more_and_everything_else_still_is(session, provision, position):
    before = suggested(session, provision)
    verdicts.reject_suggestion(session, provision, position, **BY)
    assert set(before) - set(suggested(session, provision)) == {str(position.id)}


def test_what_is_taken_back_is_suggested_again(session, provision, position):
    before = suggested(session, provision)
    verdicts.reject_suggestion(session, provision, position, **BY)
    verdicts.unreject_suggestion(session, provision, position, **BY)
    assert suggested(session, provision) == before
    assert verdicts.set_aside(session, provision) == []


def test_saying_it_twice_keeps_one_word_and_taking_back_nothing_does_nothing(session, provision, position):
    verdicts.unreject_suggestion(session, provision, position, **BY)
    verdicts.reject_suggestion(session, provision, position, **BY)
    again = verdicts.reject_suggestion(session, provision, position, actor="Ben", now=NOW)
    assert session.scalar(select(func.count()).select_from(SuggestionVerdict)) == 1
    assert again.judged_by == "Ben"


def test_a_mapped_position_cannot_be_set_aside(session, provision, position):
    mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    with pytest.raises(verdicts.MappedAlready, match="take it off first"):
        verdicts.reject_suggestion(session, provision, position, **BY)


def test_a_word_on_another_wording_no_longer_keeps_a_suggestion_away(session, document, provision, position):
    verdicts.reject_suggestion(session, provision, position, **BY)
    provision.text += " And more."
    provision.wording_digest = wording_digest(provision.heading, provision.text)
    session.flush()
    assert str(position.id) in suggested(session, provision)
    assert verdicts.set_aside(session, provision) == []
    assert verdicts.feedback(session, document) == []


def test_links_and_words_are_what_the_ranking_learns_from(session, document, provision, library):
    one, other = session.scalars(select(Position).order_by(Position.id).limit(2)).all()
    verdicts.reject_suggestion(session, provision, one, **BY)
    mapping.map_position(session, provision, other, stance=Stance.SUPPORT, **BY)
    assert verdicts.feedback(session, document) == [
        Judged(str(one.id), provision.key, accepted=False),
        Judged(str(other.id), provision.key, accepted=True),
    ]


def test_an_accepted_provision_raises_its_neighbours_for_the_same_position(session, document, provision, position):
    def scores():
        found = ranking.provisions_for(session, document, [position], top=500).suggestions
        return {item.provision: item.score for item in found}

    before = scores()
    mapping.map_position(session, provision, position, stance=Stance.SUPPORT, **BY)
    after = scores()
    beside = next(
        unit.key for unit in document.provisions if unit.parent_id == provision.parent_id and unit is not provision
    )
    assert after[beside] > before[beside]


def test_each_word_is_in_the_trail_with_its_names(session, provision, position):
    verdicts.reject_suggestion(session, provision, position, **BY)
    verdicts.unreject_suggestion(session, provision, position, **BY)
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.contains("set aside"))).all()
    assert actions == ["suggestion set aside", "suggestion no longer set aside"]


def test_the_index_of_a_document_is_built_once_for_all_its_questions(
    session, document, provision, library, monkeypatch
):
    built = []
    build = ranking.build
    monkeypatch.setattr(ranking, "build", lambda provisions: built.append(1) or build(provisions))
    monkeypatch.setattr(ranking, "_indexes", type(ranking._indexes)())
    held = ranking.positions_in_use(session)
    ranking.provisions_for(session, document, held)
    ranking.positions_for(session, provision, held)
    ranking.positions_for(session, provision, held[:1])
    assert built == [1]


def test_no_more_than_a_few_indexes_are_kept(session, document, provision, library, monkeypatch):
    monkeypatch.setattr(ranking, "_indexes", type(ranking._indexes)())
    held = ranking.positions_in_use(session)
    for turn in range(6):
        provision.text = f"Turn number {turn} of the wording."
        provision.wording_digest = wording_digest(provision.heading, provision.text)
        session.flush()
        ranking.positions_for(session, provision, held)
    assert len(ranking._indexes) == ranking._KEPT
