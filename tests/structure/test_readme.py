"""README names what there is, and nothing that is not."""

import re
from pathlib import Path

import click
import pytest

from commenttrack.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def leaves(command: click.Command, name: str = "commenttrack") -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {name: command}
    return {k: v for child in command.commands.values() for k, v in leaves(child, f"{name} {child.name}").items()}


COMMANDS = leaves(main)


@pytest.mark.parametrize("name", COMMANDS)
def test_readme_names_a_command_with_its_options_on_its_line(name):
    lines = [line for line in README.splitlines() if re.search(rf"{re.escape(name)}(?![\w-])", line)]
    assert lines, f"README.md does not name `{name}`"
    options = [option.opts for option in COMMANDS[name].params if isinstance(option, click.Option)]
    missing = [
        names
        for names in options
        if not any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line) for name in names for line in lines)
    ]
    assert missing == []


def test_every_command_that_readme_shows_exists():
    # A command in README stands in code style: `commenttrack rule parse FILE`, or on a line of a block.
    shown = re.findall(r"(?:^|`)(commenttrack(?: [a-z]+)+)", README, re.MULTILINE)
    known = set(COMMANDS) | {name.rpartition(" ")[0] for name in COMMANDS}
    assert [text for text in shown if not any(text == name or text.startswith(name + " ") for name in known)] == []


def test_every_make_target_that_readme_shows_exists():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = set(re.findall(r"`make ([a-z-]+)", README)) | set(re.findall(r"^make ([a-z-]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= shown <= targets


def test_every_file_that_readme_links_to_is_there():
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
