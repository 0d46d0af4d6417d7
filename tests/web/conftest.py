"""An app on a database of its own that holds the illustrative docket, made once and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import ORMExecuteState, Session

from commenttrack import illustration
from commenttrack.db import Base, make_engine, make_sessions, transaction
from commenttrack.letters.drafting import compose_letter
from commenttrack.letters.operations import freeze
from commenttrack.members.models import OrganizationKind
from commenttrack.members.operations import add_person, organization_named
from commenttrack.members.permissions import Role
from commenttrack.outbox import OutgoingMail
from commenttrack.signoffs.operations import invite
from commenttrack.storage import Storage
from commenttrack.web.accounts import create_account
from commenttrack.web.app import create_app
from commenttrack.web.security import limiter
from tests.factories.pages import NOW, PASSWORD, enter
from tests.factories.pages import settings as settings_in


@pytest.fixture(scope="session")
def _empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables, one lead association, and an account for each role."""
    folder = tmp_path_factory.mktemp("empty")
    settings = settings_in(folder)
    engine = make_engine(settings.database_url)
    Base.metadata.create_all(engine)
    with make_sessions(engine)() as session, transaction(session):
        lead = organization_named(session, "The House", kind=OrganizationKind.LEAD, actor="test", now=NOW)
        for role in Role:
            person = add_person(
                session,
                name=f"{role.value.title()} Person",
                email=f"{role.value}@example.org",
                organization=lead,
                actor="test",
                now=NOW,
            )
            create_account(session, person, password=PASSWORD, role=role, now=NOW, must_change_password=False)
    engine.dispose()
    return folder


@pytest.fixture(scope="session")
def _furnished_house(_empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the illustrative docket: mapped, composed, frozen, two organizations asked."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    shutil.copytree(_empty_house, folder)
    settings = settings_in(folder)
    engine = make_engine(settings.database_url)
    made = illustration.illustration(NOW.date())
    with make_sessions(engine)() as session, transaction(session):
        illustration.load_library(session, actor="test", now=NOW)
        lead = illustration.load_association(session, made, actor="test", now=NOW)
        illustration.approve_library(session, made, now=NOW)
        document = illustration.load_rule(session, made, storage=Storage(settings.storage_url), actor="test", now=NOW)
        illustration.follow_instructions(session, made, document, now=NOW)
        illustration.give_answers(session, made, document, now=NOW)
        letter = illustration.begin_letter(session, made, document, lead, actor="test", now=NOW)
        compose_letter(session, letter, actor="test", now=NOW)
        freeze(session, letter, storage=Storage(settings.storage_url), actor="test", now=NOW)
        for member in made.seed["members"][:2]:
            organization = organization_named(
                session, member["name"], kind=OrganizationKind.MEMBER, actor="test", now=NOW
            )
            person = organization.signatories[0].person
            invite(session, letter, organization, person, actor="test", now=NOW, settings=settings)
    engine.dispose()
    return folder


@pytest.fixture
def _data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def empty_app(_empty_house: Path, _data: Path) -> Flask:
    """An app without any docket."""
    shutil.copytree(_empty_house, _data)
    made = create_app(settings_in(_data), clock=lambda: NOW)
    limiter.reset()
    return made


@pytest.fixture
def app(_furnished_house: Path, _data: Path) -> Flask:
    """An app with the illustrative docket as docket 1."""
    shutil.copytree(_furnished_house, _data)
    made = create_app(settings_in(_data), clock=lambda: NOW)
    limiter.reset()
    return made


@pytest.fixture
def stored(app: Flask) -> Iterator[Session]:
    """A session that sees what the last request left, however long it is open."""
    engine = create_engine(app.extensions["commenttrack"].settings.database_url, isolation_level="AUTOCOMMIT")
    with Session(engine) as session:

        @event.listens_for(session, "do_orm_execute")
        def _(state: ORMExecuteState) -> None:
            state.update_execution_options(populate_existing=True)

        yield session
    engine.dispose()


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    """An administrator who signed in."""
    return enter(app.test_client(), Role.ADMINISTRATOR)


@pytest.fixture
def post(staff: FlaskClient) -> Callable:
    """Post a form as the administrator."""

    def send(address: str, data: dict | None = None, **more: object):
        return staff.post(address, data={**(data or {}), "csrf_token": staff.csrf}, **more)

    return send


@pytest.fixture
def sign_tokens(stored: Session) -> list[str]:
    """The tokens of the two invitations, as their receivers have them in their mails."""
    return list(stored.scalars(select(OutgoingMail.secret).order_by(OutgoingMail.id)))
