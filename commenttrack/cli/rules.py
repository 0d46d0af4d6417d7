"""Reading, fetching, storing and comparing rules, and what they do to the CFR."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commenttrack.cli.files import INPUT, OUTPUT, read_file, read_rule, write_bytes, write_json
from commenttrack.cli.installation import installation, now, read_settings
from commenttrack.errors import BadInput

if TYPE_CHECKING:
    from commenttrack.rulemaking.ecfr import CurrentText
    from commenttrack.rulemaking.fetching import Fetched


@click.group()
def rule() -> None:
    """Read and import Federal Register documents."""


@rule.command("parse")
@click.argument("file", type=INPUT)
@OUTPUT
@click.option(
    "--published", type=click.DateTime(["%Y-%m-%d"]), help="Publication date (YYYY-MM-DD), for computed comment dates."
)
def rule_parse(file: Path, output: Path | None, published: dt.datetime | None) -> None:
    """Turn a Federal Register document into commenttrack-rule/1 JSON."""
    from commenttrack.rulemaking import federal_register, other_forms, provisions

    data, day = read_file(file), published.date() if published else None
    if other_forms.form_of(data, name=str(file)) == other_forms.ISSUE:
        rules = federal_register.parse_issue(data, name=str(file), publication_date=day)
        write_json(provisions.issue_to_json(rules), output)
    else:
        write_json(provisions.to_json(other_forms.read(data, name=str(file), publication_date=day)), output)


@rule.command("fetch")
@click.argument("document")
@OUTPUT
def rule_fetch(document: str, output: Path | None) -> None:
    """Get a document from federalregister.gov by its number, address, citation, docket or RIN.

    The text goes to the file or to standard output; what the sources say about it, to standard error.
    """
    from commenttrack.rulemaking.fetching import fetch_document

    fetched = fetch_document(read_settings(), document)
    if output is None:
        click.echo(fetched.data, nl=False)
    else:
        write_bytes(fetched.data, output)
        click.echo(f"Wrote {output} ({len(fetched.data):,} bytes).", err=True)
    about = fetched.document
    click.echo(
        f"{about.number}, {about.citation or 'not cited yet'}, {about.publication_date}: {about.title}", err=True
    )
    _tell(fetched)


def _fetch(document: str) -> "Fetched":
    """A document that is no file here, told about as it comes."""
    from commenttrack.rulemaking import document_references
    from commenttrack.rulemaking.fetching import fetch_document

    try:
        document_references.parse(document)
    except BadInput as refusal:
        raise BadInput(f"There is no file {document}, and as the name of a document: {refusal}") from refusal
    fetched = fetch_document(read_settings(), document)
    _tell(fetched)
    return fetched


def _tell(fetched: "Fetched") -> None:
    """What the sources say beside a document, on standard error."""
    from commenttrack.rulemaking.source_dates import in_conflict

    for date in fetched.comment_dates:
        click.echo(f"{date.purpose}: {date.date}{f' {date.time}' if date.time else ''} ({date.source})", err=True)
    for purpose, dates in in_conflict(fetched.comment_dates).items():
        click.echo(f"The sources differ on {purpose}; the earliest is {dates[0].date}.", err=True)
    for note in fetched.notes:
        click.echo(note, err=True)


@rule.command("import")
@click.argument("document")
@click.option("--docket", type=int, help="Number of the docket to add the document to; a new one is opened without it.")
@click.option(
    "--published", type=click.DateTime(["%Y-%m-%d"]), help="Publication date (YYYY-MM-DD), for computed comment dates."
)
def rule_import(document: str, docket: int | None, published: dt.datetime | None) -> None:
    """Store a document in a docket: a file, or what `rule fetch` would get by a number or other name."""
    from commenttrack.rulemaking.fetching import import_fetched
    from commenttrack.rulemaking.later_documents import link_document
    from commenttrack.rulemaking.models import Docket
    from commenttrack.rulemaking.operations import deadline, import_rule

    file = Path(document)
    fetched = None if file.exists() else _fetch(document)
    if fetched and published:
        raise BadInput("--published is for files; federalregister.gov knows when a fetched document was published.")
    data = fetched.data if fetched else read_file(file)
    with installation() as (session, storage):
        folder = None
        if docket is not None:
            folder = session.get(Docket, docket)
            if folder is None:
                raise BadInput(f"There is no docket {docket}.")
        by = "commenttrack rule import"
        if fetched:
            stored = import_fetched(session, fetched, storage=storage, docket=folder, actor=by, now=now())
        else:
            stored = import_rule(
                session,
                data,
                name=file.name,
                storage=storage,
                docket=folder,
                publication_date=published.date() if published else None,
                actor=by,
                now=now(),
            )
        link = link_document(session, stored, actor=by, now=now()) if folder else None
        due = deadline(stored.docket)
        click.echo(
            f"Imported “{stored.title}” into docket {stored.docket_id}: {len(stored.provisions)} provisions, "
            f"{len(stored.questions)} questions, comments due {due.date if due else 'on no date that could be read'}."
        )
        if link:
            sure = "" if link.confirmed_by else ", which a person must confirm"
            click.echo(f"It follows “{link.earlier.title}” ({link.kind.value}){sure}.")


@rule.command("compare")
@click.argument("earlier", type=INPUT)
@click.argument("later", type=INPUT)
@OUTPUT
def rule_compare(earlier: Path, later: Path, output: Path | None) -> None:
    """Show what a later document did with every provision of an earlier one: files, or JSON of `rule parse`."""
    from commenttrack.rulemaking import comparison

    compared = comparison.compare(read_rule(earlier), read_rule(later))
    found = comparison.to_json(compared)
    write_json(found, output)
    counts = ", ".join(f"{count} {fate.replace('_', ' ')}" for fate, count in found["fates"].items() if count)
    click.echo(f"{compared.kind.value}: {counts or 'no provision is said again'}", err=True)
    if not compared.evidence.strong:
        click.echo("Nothing shows for certain that the two documents belong together.", err=True)


@click.command()
@click.option(
    "--rule", "rule_file", type=INPUT, required=True, help="The rule: a raw file or commenttrack-rule/1 JSON."
)
@click.option(
    "--current",
    "current_files",
    type=INPUT,
    multiple=True,
    help="Current CFR text from ecfr.gov or govinfo (XML); may be given several times. Fetched from eCFR without it.",
)
@click.option("-o", "--output", type=INPUT, help="The file to write: .json, .html or .docx; JSON to standard output.")
def redline(rule_file: Path, current_files: tuple[Path, ...], output: Path | None) -> None:
    """Show what a rule does to the current CFR text, paragraph by paragraph (commenttrack-redline/1)."""
    from commenttrack.letters.files import render_redline
    from commenttrack.rulemaking import amending, ecfr, redline_pages
    from commenttrack.rulemaking import redline as redlines

    rule = read_rule(rule_file)
    parts = amending.parts(rule)
    title = amending.sole_title(rule)
    current = [ecfr.read(read_file(file), name=str(file), parts=parts or None, title=title) for file in current_files]
    if not current_files:
        current = _fetch_current(rule, parts)
    result = redlines.redline(rule, current)
    data = render_redline(result, output.suffix if output else ".json")
    if output is None:
        click.echo(data, nl=False)
    else:
        write_bytes(data, output)
    click.echo(redline_pages.summary(result), err=True)
    for warning in result.warnings:
        click.echo(warning, err=True)


def _fetch_current(rule: Any, parts: frozenset[str]) -> "list[CurrentText]":
    """The newest text of the parts that a rule changes, told about as it comes."""
    from dataclasses import replace

    from commenttrack.rulemaking import amending, ecfr
    from commenttrack.rulemaking.fetching import fetch_current_texts
    from commenttrack.rulemaking.source_answers import NoNetwork

    try:
        texts, missing = fetch_current_texts(read_settings(), amending.standing_parts(rule))
    except NoNetwork as refusal:
        raise NoNetwork(f"{refusal} Or give the current text as a file with --current.") from refusal
    for text in texts:
        click.echo(f"{text.title} CFR part {text.part} as of {text.as_of}, from eCFR. {text.note}".rstrip(), err=True)
    for note in missing:
        click.echo(note, err=True)
    named = [(text, f"title-{text.title}-part-{text.part}.xml") for text in texts]
    read = [(text, ecfr.read(text.data, name=name, parts=parts, title=text.title)) for text, name in named]
    return [replace(current, as_of=current.as_of or text.as_of.isoformat()) for text, current in read]
