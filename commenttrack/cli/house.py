"""The installation itself: its database, accounts, record, server and jobs, and the demonstration."""

import gc
import sys
from pathlib import Path

import click

from commenttrack.cli.files import INPUT, read_file
from commenttrack.cli.installation import installation, now, read_settings
from commenttrack.errors import Refused


@click.group()
def db() -> None:
    """Create, upgrade and downgrade the database."""


@db.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Bring the database up to a revision, the newest one by default."""
    from commenttrack import migrate

    settings = read_settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url, revision)
    click.echo(f"The database is at revision {migrate.heads(settings.database_url)[0]}.")


@db.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Take the database down to a revision; “base” removes every table and what is in it."""
    from commenttrack import migrate

    settings = read_settings()
    migrate.downgrade(settings.database_url, revision)
    click.echo(f"The database is at revision {migrate.heads(settings.database_url)[0]}.")


@click.group()
def audit() -> None:
    """The trail of events."""


@audit.command("verify")
def audit_verify() -> None:
    """Walk the chain of events and name every place where it is broken; exit code 1 if there is one."""
    from commenttrack.audit import AuditHead, verify

    with installation() as (session, _):
        count, breaks = verify(session)
        head = session.get(AuditHead, 1)
    for broken in breaks:
        click.echo(f"event {broken.number}: {broken.why}")
    if breaks:
        sys.exit(1)
    click.echo(f"{count} events, each continuing from the one before it.")
    if head is not None:
        click.echo(f"The trail ends with event {head.number}, hash {head.hash}.")


@click.group()
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
            stored = f", stored “{difference.stored}”" if difference.stored else ""
            click.echo(f"{indent}  {difference.where}: here “{difference.here}”{stored}")
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


@click.group()
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


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Requests served at once.")
def serve(host: str, port: int, threads: int) -> None:
    """Serve the app; with COMMENTTRACK_JOBS=thread (the default) background jobs run inside it."""
    import waitress

    from commenttrack import migrate
    from commenttrack.config import Settings
    from commenttrack.web.accounts import readers_of_digests
    from commenttrack.web.app import create_app
    from commenttrack.worker import Worker

    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 (asked for, or not)
    reached = "127.0.0.1" if everywhere else f"[{host}]" if ":" in host else host
    settings = Settings.from_environment(own_address=f"http://{reached}:{port}")
    settings.data.mkdir(parents=True, exist_ok=True)
    if migrate.heads(settings.database_url)[0] is None:
        migrate.upgrade(settings.database_url)
    migrate.require_current(settings.database_url)
    app = create_app(settings)
    try:
        server = waitress.create_server(app, host=host, port=port, threads=threads, ident=None)
    except OSError as error:
        raise Refused(f"{host}:{port} cannot be listened on: {error.strerror}. Choose another with --port.") from error
    if settings.jobs == "thread":
        Worker(settings, staff=readers_of_digests).start()
    # What start-up made stays to the end. Frozen, it is not walked again by each full collection, of which a large page
    # causes several (the matrix in docs/benchmarks.md).
    gc.collect()
    gc.freeze()
    click.echo(f"CommentTrack is at {settings.base_url} (listening on {host}:{port}; Ctrl-C stops it).")
    server.run()


@click.command()
@click.option(
    "--file", "file", type=INPUT, help="The message; standard input without it, as a mail server passes it on."
)
def bounce(file: Path | None) -> None:
    """Read the notice of a mail that came back, and mark that mail on the board of sign-offs."""
    from commenttrack.signoffs import bounces
    from commenttrack.signoffs.bounce_reports import read_report

    report = read_report(read_file(file) if file else sys.stdin.buffer.read())
    with installation() as (session, _):
        mail = bounces.mark(session, report, sender=read_settings().mail_from, now=now())
    click.echo(f"Mail {mail.id} to {mail.to_email} came back: {mail.bounce}")


@click.command()
def worker() -> None:
    """Run background jobs and send mail until stopped, for installations with COMMENTTRACK_JOBS=worker."""
    from commenttrack.migrate import require_current
    from commenttrack.web.accounts import readers_of_digests
    from commenttrack.worker import Worker

    settings = read_settings()
    require_current(settings.database_url)
    click.echo("Working; Ctrl-C stops it.")
    Worker(settings, staff=readers_of_digests).run()


@click.command()
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

    run(read_settings(), rule_file=rule_file, rule_data=read_file(rule_file) if rule_file else None, output=output)
