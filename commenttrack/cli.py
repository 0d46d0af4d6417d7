"""The ``commenttrack`` command. It reads arguments, calls the same operations as the pages, and prints.

Exit codes: 0 done; 1 a check found something (``letter check``, ``preflight``, ``audit verify``); 2 bad input or a
request the rules forbid, with one sentence on standard error.
"""

import datetime as dt
import gc
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import commenttrack
from commenttrack.errors import BadInput, Refused

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from commenttrack.config import Settings
    from commenttrack.rulemaking.ecfr import CurrentText
    from commenttrack.rulemaking.fetching import Fetched
    from commenttrack.storage import Storage

# Heavy modules (renderer, database, web) are imported by the command that needs them: `rule parse` starts in a
# fraction of the time WeasyPrint alone takes to import.

MAX_INPUT_BYTES = 50_000_000


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


INPUT = click.Path(dir_okay=False, path_type=Path)


def read_file(path: Path) -> bytes:
    """The bytes of an input file; refuses what is missing, unreadable or too large before reading it."""
    try:
        size = path.stat().st_size
        if size > MAX_INPUT_BYTES:
            raise BadInput(f"{path} has {size:,} bytes; at most {MAX_INPUT_BYTES:,} are read. Is it the right file?")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error


def write_json(value: object, output: Path | None) -> None:
    """Write JSON to a file, or to standard output without one."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


@contextmanager
def installation() -> "Iterator[tuple[Session, Storage]]":
    """A session on the configured, current database, committed at the end, and the storage."""
    from commenttrack.db import make_engine, make_sessions, transaction
    from commenttrack.migrate import require_current
    from commenttrack.storage import Storage

    settings = _settings()
    require_current(settings.database_url)
    with make_sessions(make_engine(settings.database_url))() as session, transaction(session):
        yield session, Storage(settings.storage_url)


OUTPUT = click.option("-o", "--output", type=INPUT, help="Write to this file instead of standard output.")


@main.group()
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

    fetched = fetch_document(_settings(), document)
    if output is None:
        click.echo(fetched.data, nl=False)
    else:
        output.write_bytes(fetched.data)
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
    fetched = fetch_document(_settings(), document)
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


@main.group()
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


@main.command()
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

        found, notes = RankingService(_settings()).provisions(build(rule.provisions), held, top=top)
    else:
        found, notes = suggestions.suggest(rule, held, top=top), ()
    result = suggestions.to_json(found, [position.id for position in held])
    for note in notes:
        click.echo(note, err=True)
    write_json(result, output)


def read_rule(file: Path, *, from_json: Callable[[object], Any] | None = None) -> Any:
    """A rule from a raw document or from commenttrack-rule/1 JSON, which ``from_json`` may read less strictly."""
    from commenttrack.rulemaking import other_forms, provisions

    data = read_file(file)
    if data.lstrip()[:1] == b"{":
        return (from_json or provisions.from_json)(load_json(data, file))
    return other_forms.read(data, name=str(file))


def load_json(data: bytes, file: Path) -> Any:
    """JSON from a file's bytes; the refusal names line and column."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise BadInput(f"{file} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8 text: byte {error.start} cannot be read.") from error


@main.group()
def letter() -> None:
    """Compile and check letters typed in Markdown."""


def _current_texts(files: tuple[Path, ...]) -> "list[CurrentText]":
    from commenttrack.rulemaking import ecfr

    return [ecfr.read(read_file(file), name=str(file)) for file in files]


def _letter(file: Path) -> Any:
    from commenttrack.letters.files import letter_from

    return letter_from(file, read_file(file))


@letter.command("compile")
@click.argument("file", type=INPUT)
@click.option("-o", "--output", type=INPUT, required=True, help="The file to write: .pdf, .docx or .html.")
@click.option("--rule", "rule_file", type=INPUT, help="Check quotations and requested text against this rule first.")
@click.option("--current", "current_files", type=INPUT, multiple=True, help="Current CFR text that the letter quotes.")
@click.option("--review", is_flag=True, help="A copy to read through: numbered lines and a wide margin.")
def letter_compile(
    file: Path, output: Path, rule_file: Path | None, current_files: tuple[Path, ...], review: bool
) -> None:
    """Turn LETTER.md into a PDF, a Word file or a page."""
    from commenttrack.letters.files import for_review, render

    content = for_review(_letter(file)) if review else _letter(file)
    rule = read_rule(rule_file) if rule_file else None
    data = render(content, output.suffix, rule=rule, current=_current_texts(current_files))
    output.write_bytes(data)
    click.echo(f"Wrote {output} ({len(data):,} bytes).")


@letter.command("check")
@click.argument("file", type=INPUT)
@click.option("--rule", "rule_file", type=INPUT, required=True, help="The rule that the letter quotes.")
@click.option("--current", "current_files", type=INPUT, multiple=True, help="Current CFR text that the letter quotes.")
def letter_check(file: Path, rule_file: Path, current_files: tuple[Path, ...]) -> None:
    """Check every quotation, citation and requested text; one line for each problem, exit code 1 if there is any.

    Quotations of works that are not there to compare with are named. Defined terms that are never used, used too early
    or defined twice are warnings.
    """
    from commenttrack.letters.quotations import lines_of_parts, review
    from commenttrack.letters.terms import check_terms

    content = _letter(file)
    findings = review(content, read_rule(rule_file), _current_texts(current_files))
    starts = lines_of_parts(read_file(file).decode("utf-8-sig"), content)
    for kind, found in (("", findings.problems), ("not checked: ", findings.not_checked)):
        for each in found:
            line = starts.get(each.part, 1) + (each.line or 1) - 1
            click.echo(f"{kind}{file.name}:{line}: {each.where}: {each.message}")
    for warning in check_terms(content):
        click.echo(f"warning: {warning}")
    if findings.problems:
        sys.exit(1)
    click.echo("Every quotation, citation and requested text stands in the rule.")


@main.command()
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
        output.write_bytes(data)
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
        texts, missing = fetch_current_texts(_settings(), amending.standing_parts(rule))
    except NoNetwork as refusal:
        raise NoNetwork(f"{refusal} Or give the current text as a file with --current.") from refusal
    for text in texts:
        click.echo(f"{text.title} CFR part {text.part} as of {text.as_of}, from eCFR. {text.note}".rstrip(), err=True)
    for note in missing:
        click.echo(note, err=True)
    named = [(text, f"title-{text.title}-part-{text.part}.xml") for text in texts]
    read = [(text, ecfr.read(text.data, name=name, parts=parts, title=text.title)) for text, name in named]
    return [replace(current, as_of=current.as_of or text.as_of.isoformat()) for text, current in read]


@main.command()
@click.option("--comment", type=INPUT, required=True, help="Text file with the comment for the form.")
@click.option("--organization", help="The organization's name for the form.")
@click.argument("files", type=INPUT, nargs=-1)
def preflight(comment: Path, organization: str | None, files: tuple[Path, ...]) -> None:
    """Check a comment and its files against the limits of regulations.gov; exit code 1 if one is broken."""
    from commenttrack.filing import limits
    from commenttrack.filing.preflight import preflight as run

    try:
        text = read_file(comment).decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"{comment} is not UTF-8 text: byte {error.start} cannot be read.") from error
    findings = run(text, organization, [_to_check(file) for file in files], limits.load(_settings().data))
    violations = [finding for finding in findings if finding.violation]
    for finding in violations:
        click.echo(str(finding))
    if violations:
        sys.exit(1)
    click.echo(f"Within the limits: {len(files)} files, {len(text)} characters of comment.")


def _to_check(file: Path) -> tuple[str, int, bytes | None]:
    """Name, size and content; a file too large to be filed anywhere is judged by its size alone."""
    try:
        size = file.stat().st_size
        return file.name, size, file.read_bytes() if size <= MAX_INPUT_BYTES else None
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error


@main.group()
def db() -> None:
    """Create, upgrade and downgrade the database."""


@db.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Bring the database up to a revision, the newest one by default."""
    from commenttrack import migrate

    settings = _settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url, revision)
    click.echo(f"The database is at revision {migrate.heads(settings.database_url)[0]}.")


@db.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Take the database down to a revision; “base” removes every table and what is in it."""
    from commenttrack import migrate

    settings = _settings()
    migrate.downgrade(settings.database_url, revision)
    click.echo(f"The database is at revision {migrate.heads(settings.database_url)[0]}.")


@main.group()
def audit() -> None:
    """The trail of events."""


@audit.command("verify")
def audit_verify() -> None:
    """Walk the chain of events and name every place where it is broken; exit code 1 if there is one."""
    from commenttrack.audit import verify

    with installation() as (session, _):
        count, breaks = verify(session)
    for broken in breaks:
        click.echo(f"event {broken.number}: {broken.why}")
    if breaks:
        sys.exit(1)
    click.echo(f"{count} events, each continuing from the one before it.")


@main.group()
def certificate() -> None:
    """Certificates of sign-offs."""


@certificate.command("verify")
@click.argument("files", nargs=-1, required=True, type=INPUT)
def certificate_verify(files: tuple[Path, ...]) -> None:
    """Say whether letters, certificates or packets were made here and agree with the record; exit code 1 if not."""
    from commenttrack.filing.verification import Verification, chain_check, verify_file

    def show(each: Verification, indent: str = "") -> None:
        click.echo(f"{indent}{each.name}: {each.verdict}")
        for place in each.stored:
            packet = f" of packet {place.packet}" if place.packet is not None else ""
            click.echo(f"{indent}  {place.name}{packet}, {place.letter}, version {place.version}")
        for check in each.checks:
            click.echo(f"{indent}  {'agrees' if check.holds else 'does not agree'}: {check.sentence}")
        for difference in each.differences:
            click.echo(f"{indent}  {difference.where}: here “{difference.here}”, stored “{difference.stored}”")
        for inner in each.inside:
            show(inner, indent + "  ")

    with installation() as (session, house):
        found = [verify_file(session, house, read_file(path), name=path.name) for path in files]
        chain = chain_check(session)
    for each in found:
        show(each)
    click.echo(chain.sentence)
    if not (chain.holds and all(each.genuine for each in found)):
        sys.exit(1)


@main.group()
def account() -> None:
    """Accounts of the staff."""


@account.command("create")
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as the audit trail will show it.")
@click.option(
    "--role",
    type=click.Choice(["administrator", "drafter", "counsel", "guest"]),
    default="administrator",
    show_default=True,
    help="What the person may do.",
)
def account_create(email: str, name: str, role: str) -> None:
    """Create an account and print its one-time password."""
    from commenttrack.members.operations import add_person
    from commenttrack.members.permissions import Role
    from commenttrack.web.accounts import give_one_time_password

    with installation() as (session, _):
        person = add_person(session, name=name, email=email, actor="commenttrack account create", now=now())
        password = give_one_time_password(session, person, role=Role(role), now=now())
    click.echo(f"Sign in as {email} with the password {password} and choose your own then.")


def _settings() -> "Settings":
    from commenttrack.config import Settings

    return Settings.from_environment()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Requests served at once.")
def serve(host: str, port: int, threads: int) -> None:
    """Serve the app; with COMMENTTRACK_JOBS=thread (the default) background jobs run inside it."""
    import waitress

    from commenttrack import migrate
    from commenttrack.web.accounts import readers_of_digests
    from commenttrack.web.app import create_app
    from commenttrack.worker import Worker

    settings = _settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    if migrate.heads(settings.database_url)[0] is None:
        migrate.upgrade(settings.database_url)
    migrate.require_current(settings.database_url)
    app = create_app(settings)
    if settings.jobs == "thread":
        Worker(settings, staff=readers_of_digests).start()
    # What start-up made stays to the end. Frozen, it is not walked again by each full collection, of which a large page
    # causes several (the matrix in docs/benchmarks.md).
    gc.collect()
    gc.freeze()
    click.echo(f"CommentTrack is at {settings.base_url} (listening on {host}:{port}; Ctrl-C stops it).")
    waitress.serve(app, host=host, port=port, threads=threads, ident=None)


@main.command()
@click.option(
    "--file", "file", type=INPUT, help="The message; standard input without it, as a mail server passes it on."
)
def bounce(file: Path | None) -> None:
    """Read the notice of a mail that came back, and mark that mail on the board of sign-offs."""
    from commenttrack.signoffs import bounces
    from commenttrack.signoffs.bounce_reports import read_report

    report = read_report(read_file(file) if file else sys.stdin.buffer.read())
    with installation() as (session, _):
        mail = bounces.mark(session, report, sender=_settings().mail_from, now=now())
    click.echo(f"Mail {mail.id} to {mail.to_email} came back: {mail.bounce}")


@main.command()
def worker() -> None:
    """Run background jobs and send mail until stopped, for installations with COMMENTTRACK_JOBS=worker."""
    from commenttrack.migrate import require_current
    from commenttrack.web.accounts import readers_of_digests
    from commenttrack.worker import Worker

    settings = _settings()
    require_current(settings.database_url)
    click.echo("Working; Ctrl-C stops it.")
    Worker(settings, staff=readers_of_digests).run()


@main.command()
@click.option("--rule", "rule_file", type=INPUT, help="A Federal Register XML file instead of the illustrative rule.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Folder for the files it writes.",
)
def demo(rule_file: Path | None, output: Path) -> None:
    """Do the main job once, from a notice to a packet ready to file, and keep the result for `commenttrack serve`."""
    from commenttrack.demo import run

    run(_settings(), rule_file=rule_file, rule_data=read_file(rule_file) if rule_file else None, output=output)
