"""The library: whose positions they are, where they stand in their source, and what a new wording does."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from commenttrack.errors import BadInput, Refused
from commenttrack.members.models import Organization, Person
from commenttrack.positions.models import Consensus, Position, SourceDocument, SourceParticipant
from commenttrack.positions.operations import AlreadyKnownSource, ThirdPartyPositions, import_source, revise_position
from commenttrack.positions.source_files import read
from commenttrack.resources import folder

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)


def seed(name):
    return next((folder("seeds") / "positions").glob(f"{name}*.json")).read_bytes()


def position(session, file, label):
    return session.scalars(
        select(Position)
        .join(Position.source_document)
        .where(SourceDocument.file_name.startswith(file), Position.label == label)
    ).one()


def test_a_position_stands_under_its_parent_with_its_span(session, library):
    item = position(session, "000", "3(b)")
    assert item.parent.label == "3"
    assert item.parent.start <= item.start < item.end <= item.parent.end


def test_what_the_dialogue_put_off_is_deferred(session, library):
    deferred = session.scalars(select(Position).where(Position.consensus == Consensus.DEFERRED)).all()
    assert deferred
    assert {item.source_document.file_name[:3] for item in deferred} == {"002"}


def test_a_news_article_is_context_and_never_a_position(session, library):
    article = session.scalars(select(SourceDocument).where(SourceDocument.file_name.startswith("003"))).one()
    assert (article.coalition, article.positions, bool(article.context)) == (False, [], True)


def test_positions_in_a_third_partys_document_are_refused(session):
    data = json.loads(seed("000"))
    data["source"]["coalition"] = False
    with pytest.raises(ThirdPartyPositions):
        import_source(session, read(json.dumps(data).encode(), name="x.json"), actor="A test", now=NOW)
    assert session.scalar(select(func.count()).select_from(Position)) == 0


def test_the_joint_letters_signatories_are_organizations_in_their_order(session, library):
    names = session.scalars(
        select(Organization.name)
        .join(SourceParticipant, SourceParticipant.organization_id == Organization.id)
        .join(SourceDocument, SourceDocument.id == SourceParticipant.source_document_id)
        .where(SourceDocument.file_name.startswith("004"))
        .order_by(SourceParticipant.place)
    ).all()
    assert (len(names), names[0], names[-1]) == (
        14,
        "ACT | The App Association",
        "US Council for International Business (USCIB)",
    )


def test_the_dialogues_participants_have_their_side_and_no_address(session, library):
    rows = session.execute(
        select(SourceParticipant.side, func.count())
        .join(Person, Person.id == SourceParticipant.person_id)
        .where(Person.email.is_(None))
        .group_by(SourceParticipant.side)
    ).all()
    assert {side for side, _ in rows} >= {"American", "Chinese"}
    assert sum(count for _, count in rows) == 29


def test_a_document_is_not_stored_twice(session, library):
    with pytest.raises(AlreadyKnownSource):
        import_source(session, read(seed("001"), name="001.json"), actor="A test", now=NOW)


def test_an_unknown_parent_label_is_refused_by_name(session):
    data = json.loads(seed("000"))
    data["positions"][0]["parent"] = "IX.9"
    with pytest.raises(BadInput, match=r"IX\.9"):
        read(json.dumps(data).encode(), name="x.json")


def test_a_new_wording_is_a_new_version_beside_the_old_one(session, library):
    item = position(session, "000", "1")
    revise_position(session, item, heading=item.current.heading, statement="Held more firmly.", actor="Ada", now=NOW)
    assert [version.number for version in item.versions] == [1, 2]
    assert item.current.author == "Ada"


def test_the_same_wording_with_other_spaces_is_no_new_version(session, library):
    item = position(session, "000", "1")
    with pytest.raises(Refused, match="Nothing changed"):
        revise_position(
            session,
            item,
            heading=item.current.heading,
            statement=item.current.statement.replace(" ", "  ", 1),
            actor="Ada",
            now=NOW,
        )
