"""Reading and storing positions, and suggesting what they bear on."""

from collections import Counter
from pathlib import Path

import click

from commenttrack.cli.files import INPUT, OUTPUT, read_file, read_rule, write_json
from commenttrack.cli.installation import installation, now, read_settings


@click.group()
def positions() -> None:
    """Read and import the documents that state the coalition's positions."""


@positions.command("parse")
@click.argument("file", type=INPUT)
@OUTPUT
def positions_parse(file: Path, output: Path | None) -> None:
    """Turn a policy document into commenttrack-positions/1 JSON; what is unsure is told on standard error."""
    from commenttrack.positions import source_documents

    parsed = source_documents.parse(read_file(file), name=file.name)
    write_json(source_documents.to_json(parsed), output)
    for why, count in Counter(item.why for item in parsed.unsure).items():
        click.echo(f"{count} {'passage' if count == 1 else 'passages'} to look at: {why}", err=True)


@positions.command("import")
@click.argument("file", type=INPUT)
def positions_import(file: Path) -> None:
    """Store a policy document's positions: a raw file, or JSON that was parsed from one and edited."""
    from commenttrack.positions.bringing import import_file

    data = read_file(file)
    with installation() as (session, storage):
        source = import_file(
            session, data, name=file.name, storage=storage, actor="commenttrack positions import", now=now()
        )
        click.echo(
            f"Imported “{source.title}”: {len(source.positions)} positions, {len(source.context)} context passages."
        )


@click.command()
@click.option(
    "--rule", "rule_file", type=INPUT, required=True, help="The rule: a raw file or commenttrack-rule/1 JSON."
)
@click.option(
    "--positions",
    "position_files",
    type=INPUT,
    required=True,
    multiple=True,
    help="Positions: a raw file or commenttrack-positions/1 JSON; may be given several times.",
)
@click.option(
    "--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="Provisions for each position."
)
@OUTPUT
def suggest(rule_file: Path, position_files: tuple[Path, ...], top: int, output: Path | None) -> None:
    """Rank the provisions of a rule for each position.

    A service of your own, if one is configured, helps; when it does not answer, standard error says so.
    """
    from commenttrack.config import asks_ranking_service
    from commenttrack.positions import source_documents, suggestions

    rule = read_rule(rule_file, from_json=suggestions.rule_from_json)
    held = [
        position
        for file in position_files
        for position in source_documents.read(read_file(file), name=file.name).positions
    ]
    if asks_ranking_service():
        from commenttrack.positions.ranking_service import RankingService
        from commenttrack.positions.suggestion_index import build

        found, notes = RankingService(read_settings()).provisions(build(rule.provisions), held, top=top)
    else:
        found, notes = suggestions.suggest(rule, held, top=top), ()
    result = suggestions.to_json(found, [position.id for position in held])
    for note in notes:
        click.echo(note, err=True)
    write_json(result, output)
