"""The ``commenttrack`` command. It reads arguments, calls the same operations as the pages, and prints.

Exit codes: 0 done; 1 a check found something (``letter check``, ``preflight``, ``audit verify``); 2 bad input or a
request the rules forbid, with one sentence on standard error.

Heavy modules (renderer, database, web) are imported by the command that needs them: `rule parse` starts in a fraction
of the time WeasyPrint alone takes to import.
"""

import sys
from typing import Any

import click

import commenttrack
from commenttrack.cli import house, letters, positions, rules
from commenttrack.errors import Refused


class Commands(click.Group):
    """A group whose refusals become one line on standard error and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            click.echo(f"commenttrack: {refusal}", err=True)
            sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(commenttrack.__version__, help="Show the version and exit.")
def main() -> None:
    """CommentTrack drafts, signs and files coalition comment letters on proposed federal rules."""


for command in (
    rules.rule,
    positions.positions,
    positions.suggest,
    letters.letter,
    rules.redline,
    letters.preflight,
    house.db,
    house.audit,
    house.certificate,
    house.account,
    house.serve,
    house.bounce,
    house.worker,
    house.demo,
):
    main.add_command(command)
