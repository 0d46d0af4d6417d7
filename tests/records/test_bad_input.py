"""Bad input on the command line: exit code 2, one sentence that says what and where, and nothing stored."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

from commenttrack.cli import main
from commenttrack.resources import folder

BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
    + b"]><PRORULE><SUPLINF><P>&j;</P></SUPLINF></PRORULE>"
)
BAD_RULES = {
    "not-xml.xml": (b"Dear all, please find the notice attached.", "not-xml.xml"),
    "truncated.xml": (b"<PRORULE>\n<PREAMB>\n<AGENCY TYPE='S'>DEPARTMENT", "line"),
    "bomb.xml": (BOMB, "entit"),
    "empty.xml": (b"", "empty"),
    "page.xml": (b"<html><body><p>404</p></body></html>", "page.xml"),
    "nothing.xml": (b"<PRORULE><PREAMB><SUBJECT>Only a title</SUBJECT></PREAMB></PRORULE>", "nothing.xml"),
    "nul.xml": (b"<PRORULE><SUPLINF><P>a\x00b</P></SUPLINF></PRORULE>", "nul.xml"),
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("COMMENTTRACK_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


def stored(tmp_path):
    """Rows in the tables that an import would fill, and files in the storage."""
    connection = sqlite3.connect(tmp_path / "data" / "commenttrack.sqlite")
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in (
            "docket",
            "rule_document",
            "provision",
            "source_document",
            "position",
            "organization",
            "audit_event",
        )
    ]
    connection.close()
    files = [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]
    return counts, files


def refused(result, *words):
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    message = result.output.strip()
    assert "\n" not in message, message
    for word in words:
        assert word.lower() in message.lower(), message


@pytest.mark.parametrize("name", BAD_RULES)
def test_a_file_that_is_no_notice_is_not_imported(run, tmp_path, name):
    run("db", "upgrade")
    content, word = BAD_RULES[name]
    (tmp_path / name).write_bytes(content)
    refused(run("rule", "import", name), word)
    refused(run("rule", "parse", name, "-o", "out.json"), word)
    assert not (tmp_path / "out.json").exists()
    assert stored(tmp_path) == ([0] * 7, [])


def test_a_file_of_60_megabytes_is_refused_by_its_size(run, tmp_path):
    run("db", "upgrade")
    with (tmp_path / "large.xml").open("wb") as file:
        file.truncate(60_000_000)
    refused(run("rule", "import", "large.xml"), "large.xml", "60,000,000")
    assert stored(tmp_path) == ([0] * 7, [])


def test_a_missing_file_is_named(run, tmp_path):
    refused(run("rule", "parse", "nowhere.xml"), "nowhere.xml")


def test_a_docket_that_is_not_there_is_named(run, tmp_path):
    run("db", "upgrade")
    (tmp_path / "rule.xml").write_bytes(b"<PRORULE/>")
    refused(run("rule", "import", "rule.xml", "--docket", "7"), "docket 7")


def test_positions_under_an_unknown_label_are_not_imported(run, tmp_path):
    run("db", "upgrade")
    seed = json.loads(next((folder("seeds") / "positions").glob("000*.json")).read_text())
    seed["positions"][3]["parent"] = "XII"
    (tmp_path / "positions.json").write_text(json.dumps(seed))
    refused(run("positions", "import", "positions.json"), "positions.json", "XII")
    assert stored(tmp_path) == ([0] * 7, [])


def test_an_installation_without_a_database_says_how_to_make_one(run, tmp_path):
    (tmp_path / "rule.xml").write_bytes(b"<PRORULE/>")
    refused(run("rule", "import", "rule.xml"), "commenttrack db upgrade")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COMMENTTRACK_BASE_URL", "ftp://example.org"),
        ("COMMENTTRACK_MAIL_URL", "pigeon://coop"),
        ("COMMENTTRACK_STORAGE_URL", "tape://1"),
        ("COMMENTTRACK_JOBS", "never"),
        ("COMMENTTRACK_SECRET_KEY", "short"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_by_name(run, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    refused(run("db", "upgrade"), variable)


def test_an_output_that_cannot_be_written_is_named(run, tmp_path):
    result = run("rule", "parse", folder("seeds") / "demo" / "rule.xml", "-o", tmp_path / "none" / "out.json")
    assert result.exit_code == 2
    assert "out.json cannot be written: No such file or directory" in result.output
