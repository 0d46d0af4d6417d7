"""Letters typed in Markdown, and the limits that what is filed must keep."""

import sys
from pathlib import Path
from typing import Any

import click

from commenttrack.cli.files import INPUT, MAX_INPUT_BYTES, read_current_texts, read_file, read_rule, write_bytes
from commenttrack.cli.installation import read_settings
from commenttrack.errors import BadInput


@click.group()
def letter() -> None:
    """Compile and check letters typed in Markdown."""


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
    data = render(content, output.suffix, rule=rule, current=read_current_texts(current_files))
    write_bytes(data, output)
    click.echo(f"Wrote {output} ({len(data):,} bytes).")


@letter.command("check")
@click.argument("file", type=INPUT)
@click.option("--rule", "rule_file", type=INPUT, required=True, help="The rule that the letter quotes.")
@click.option("--current", "current_files", type=INPUT, multiple=True, help="Current CFR text that the letter quotes.")
def letter_check(file: Path, rule_file: Path, current_files: tuple[Path, ...]) -> None:
    """Check every quotation, citation and requested text; one line for each problem, exit code 1 if there is any.

    Quotations of works that are not there to compare with are named. Defined terms that are never used, used too early
    or defined twice are warnings, and so are parts that lack the letter's second language.
    """
    from commenttrack.letters.outline import without_second
    from commenttrack.letters.quotations import lines_of_parts, review
    from commenttrack.letters.terms import check_terms

    content = _letter(file)
    findings = review(content, read_rule(rule_file), read_current_texts(current_files))
    starts = lines_of_parts(read_file(file).decode("utf-8-sig"), content)
    for kind, found in (("", findings.problems), ("not checked: ", findings.not_checked)):
        for each in found:
            line = starts.get(each.part, 1) + (each.line or 1) - 1
            click.echo(f"{kind}{file.name}:{line}: {each.where}: {each.message}")
    for warning in check_terms(content):
        click.echo(f"warning: {warning}")
    for part in without_second(content):
        click.echo(f"warning: {part}: it is not all there in the second language ({content.head.translation.lang}).")
    if findings.problems:
        sys.exit(1)
    click.echo("Every quotation, citation and requested text stands in the rule.")


@click.command()
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
    findings = run(text, organization, [_to_check(file) for file in files], limits.load(read_settings().data))
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
