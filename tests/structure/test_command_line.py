"""Every command says what it does, and README names it."""

from collections.abc import Iterator

import click
import pytest

from commenttrack.cli import main


def commands(command: click.Command, *names: str) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(names), command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, *names, name)


COMMANDS = dict(commands(main, "commenttrack"))
LEAVES = [name for name, command in COMMANDS.items() if not isinstance(command, click.Group)]


def test_the_commands_of_the_design_are_there():
    assert {
        "commenttrack demo",
        "commenttrack serve",
        "commenttrack rule parse",
        "commenttrack positions parse",
        "commenttrack suggest",
        "commenttrack letter compile",
        "commenttrack letter check",
        "commenttrack preflight",
    } <= set(LEAVES)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_in_whole_sentences(name):
    text = COMMANDS[name].help
    assert text, f"{name} has no help"
    assert text[0].isupper(), text
    assert text.rstrip().endswith("."), text


@pytest.mark.parametrize("name", LEAVES)
def test_every_option_has_help(name):
    options = [parameter for parameter in COMMANDS[name].params if isinstance(parameter, click.Option)]
    assert [option.opts for option in options if not option.help] == []
