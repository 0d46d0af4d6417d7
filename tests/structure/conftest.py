"""The app as the structure tests walk over it."""

from pathlib import Path

import pytest
from flask import Flask

from commenttrack.config import Settings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Flask:
    """The app on a database with all tables and no rows."""
    from commenttrack.web.app import create_app  # here, so that a broken page does not hide what other tests find

    data = tmp_path_factory.mktemp("installation")
    (data / "commenttrack.sqlite").write_bytes(_sqlite_template.read_bytes())
    app = create_app(Settings.from_environment({"COMMENTTRACK_DATA": str(data)}))
    app.config["WTF_CSRF_ENABLED"] = (
        False  # so that a POST reaches the guard; what CSRF refuses would prove nothing here
    )
    return app
