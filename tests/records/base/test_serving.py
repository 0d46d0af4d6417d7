"""The command that serves the app."""

import gc

import pytest
import waitress
from click.testing import CliRunner

from commenttrack.cli import main


class Served:
    """In the place of a server: it answers nobody and ends at once."""

    def __init__(self, app, **options):
        Served.base_url = app.extensions["commenttrack"].settings.base_url

    def run(self):
        pass


@pytest.mark.parametrize(
    ("options", "address"),
    [
        (["--port", "8123"], "http://127.0.0.1:8123"),
        (["--host", "0.0.0.0"], "http://127.0.0.1:8000"),
        (["--host", "::1"], "http://[::1]:8000"),
    ],
)
def test_links_start_where_the_app_listens_unless_the_installation_says_where(options, address, tmp_path, monkeypatch):
    monkeypatch.setattr(waitress, "create_server", Served)
    monkeypatch.setattr(gc, "freeze", lambda: None)  # of a process that serves alone
    settings = {"COMMENTTRACK_DATA": str(tmp_path), "COMMENTTRACK_JOBS": "worker"}
    said = CliRunner().invoke(main, ["serve", *options], env=settings)
    assert said.output.startswith(f"CommentTrack is at {address} (listening on ")
    assert Served.base_url == address
    public = {**settings, "COMMENTTRACK_BASE_URL": "https://comments.example.org"}
    assert CliRunner().invoke(main, ["serve", *options], env=public).exit_code == 0
    assert Served.base_url == "https://comments.example.org"
