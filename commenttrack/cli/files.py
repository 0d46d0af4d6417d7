"""Files that commands are given and write, each with a refusal that names the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commenttrack.errors import BadInput
from commenttrack.json_text import read_json

if TYPE_CHECKING:
    from commenttrack.rulemaking.ecfr import CurrentText

MAX_INPUT_BYTES = 50_000_000
INPUT = click.Path(dir_okay=False, path_type=Path)
OUTPUT = click.option("-o", "--output", type=INPUT, help="Write to this file instead of standard output.")


def read_file(path: Path) -> bytes:
    """The bytes of an input file; refuses what is missing, unreadable or too large before reading it."""
    try:
        size = path.stat().st_size
        if size > MAX_INPUT_BYTES:
            raise BadInput(f"{path} has {size:,} bytes; at most {MAX_INPUT_BYTES:,} are read. Is it the right file?")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error


def write_bytes(data: bytes, output: Path) -> None:
    """Write a file; refuses with the reason where that is not possible."""
    try:
        output.write_bytes(data)
    except OSError as error:
        raise BadInput(f"{output} cannot be written: {error.strerror}.") from error


def write_json(value: object, output: Path | None) -> None:
    """Write JSON to a file, or to standard output without one."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_bytes(text.encode(), output)


def read_rule(file: Path, *, from_json: Callable[[object], Any] | None = None) -> Any:
    """A rule from a raw document or from commenttrack-rule/1 JSON, which ``from_json`` may read less strictly."""
    from commenttrack.rulemaking import other_forms, provisions

    data = read_file(file)
    if data.lstrip()[:1] == b"{":
        return (from_json or provisions.from_json)(read_json(data, name=str(file)))
    return other_forms.read(data, name=str(file))


def read_current_texts(files: tuple[Path, ...]) -> "list[CurrentText]":
    """Texts of the CFR from files of ecfr.gov or govinfo."""
    from commenttrack.rulemaking import ecfr

    return [ecfr.read(read_file(file), name=str(file)) for file in files]
