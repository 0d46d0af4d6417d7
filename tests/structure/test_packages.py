"""What is packed equals what is there, and the locks name versions and hashes but no place."""

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-npm.lock"]
LOCKED = re.compile(r"^([a-z0-9.-]+)==([^\s;]+)", re.MULTILINE)


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def test_the_packages_in_setup_cfg_are_the_packages_on_disk():
    on_disk = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "commenttrack").rglob("__init__.py")}
    data = {"commenttrack.templates", "commenttrack.seeds", "commenttrack.migrations"}
    assert set(setup()["options"]["packages"].split()) == on_disk | data


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in (ROOT / "commenttrack").rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_a_version_stands_in_one_place():
    code = (ROOT / "commenttrack" / "__init__.py").read_text()
    assert f'__version__ = "{setup()["metadata"]["version"]}"' in code


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_requirement_with_hashes_and_names_no_place(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert entries
    assert [
        entry.splitlines()[0] for entry in entries if not LOCKED.match(entry) or "--hash=sha256:" not in entry
    ] == []
    assert re.findall(r"https?:|--\S*index|--find-links|file:", text) == []


def test_the_two_locks_agree_on_every_version():
    runtime, development = (dict(LOCKED.findall((ROOT / lock).read_text())) for lock in LOCKS[:2])
    assert runtime.items() <= development.items()


def test_every_requirement_of_setup_cfg_is_locked():
    options = setup()
    wanted = options["options"]["install_requires"] + "".join(options["options.extras_require"].values())
    names = {re.split(r"[\[<>=; ]", line)[0].replace("_", "-").lower() for line in wanted.split("\n") if line.strip()}
    assert names - set(dict(LOCKED.findall((ROOT / LOCKS[1]).read_text()))) == set()
