"""The illustrative docket in a database, for tests of what happens to rules, positions and letters."""

import datetime as dt

import pytest

from commenttrack import illustration
from commenttrack.storage import Storage

NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)


@pytest.fixture
def storage(tmp_path):
    return Storage(f"file://{tmp_path / 'files'}")


@pytest.fixture
def made():
    return illustration.illustration(NOW.date())


@pytest.fixture
def lead(session, made):
    return illustration.load_association(session, made, actor="A test", now=NOW)


@pytest.fixture
def document(session, made, storage):
    """The illustrative rule, imported."""
    return illustration.load_rule(session, made, storage=storage, actor="A test", now=NOW)


@pytest.fixture
def library(session):
    """The seed positions, stored."""
    return illustration.load_library(session, actor="A test", now=NOW)
