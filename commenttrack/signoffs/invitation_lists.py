"""A list of whom to ask, as it comes in a workbook or a CSV file: columns by their names, and errors by cell. Pure.

What a row says is checked against the database elsewhere (:mod:`commenttrack.signoffs.inviting`); here it only has to
be complete and of the right shape.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from commenttrack.errors import BadInput
from commenttrack.members.addresses import is_address
from commenttrack.positions.spreadsheet_files import Table, letter, read_table
from commenttrack.positions.spreadsheets import Book, Column, Sheet, csv_file, workbook
from commenttrack.wording import one_line

MOST_ROWS = 1_000
_SHEET = "Invitations"
# Of the template; any other workbook is read from its first sheet with anything in it.
_LONGEST = {"organization": 300, "person": 200, "email": 200, "title": 200, "note": 2_000}

HEADERS: Mapping[str, tuple[str, ...]] = {
    "organization": ("organization", "organisation", "org", "company", "member", "member organization", "association"),
    "person": ("person", "name", "full name", "contact", "contact name", "contact person", "signatory", "signer"),
    "email": ("email", "e mail", "email address", "e mail address", "mail", "address"),
    "title": ("title", "job title", "position", "role"),
    "note": ("note", "notes", "personal note", "message", "line"),
}
"""What a column may be called, folded: lower case, without punctuation."""
NEEDED = ("organization", "person", "email")


class UnreadableList(BadInput):
    """A file that is no list of whom to ask; says which columns are missing."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """One row: whom to ask for which organization."""

    row: int
    """Number of the row in the file."""
    organization: str
    person: str
    email: str
    """Lower case."""
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be used: where, and what to do."""

    row: int
    column: str
    """The letter of the column as the program shows it; empty when it concerns the whole row."""
    sentence: str


@dataclass(frozen=True, slots=True)
class InvitationList:
    """What a file says. A row with a problem is not among ``invitees``."""

    invitees: tuple[Invitee, ...]
    problems: tuple[Problem, ...]
    notices: tuple[str, ...]


def read_list(data: bytes) -> InvitationList:
    """The list of a file. Raises :class:`~commenttrack.errors.BadInput` when it is none, with what to do."""
    table = read_table(data, sheets=(_SHEET,))
    head = next((index for index, (_, cells) in enumerate(table.rows[:20]) if "email" in _columns(cells)), None)
    columns = _columns(table.rows[head][1]) if head is not None else {}
    missing = [name for name in NEEDED if name not in columns]
    if head is None or missing:
        raise UnreadableList(
            f"No column for {' or '.join(missing)} was found. Name the columns organization, person, email, title and "
            "note in the first row; the template has them."
        )
    rows = table.rows[head + 1 :]
    if len(rows) > MOST_ROWS:
        raise UnreadableList(f"The list has {len(rows):,} rows, and {MOST_ROWS:,} are taken at once. Split it.")
    if not rows:
        raise UnreadableList("The list has no row below the names of its columns.")
    return _read(table, rows, columns)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Index by field; the first of several columns of one meaning counts."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        folded = " ".join(re.sub(r"[\W_]+", " ", cell.casefold()).split())
        for field, names in HEADERS.items():
            if folded in names:
                found.setdefault(field, index)
    return found


def _read(table: Table, rows: Sequence[tuple[int, tuple[str, ...]]], columns: Mapping[str, int]) -> InvitationList:
    invitees: list[Invitee] = []
    problems: list[Problem] = []
    names = {letter(index): field for field, index in columns.items()}
    unread = {(trouble.row, trouble.column): trouble.sentence for trouble in table.troubles if trouble.column in names}
    seen: dict[str, int] = {}
    for number, cells in rows:
        said = {field: cells[index] if index < len(cells) else "" for field, index in columns.items()}
        if not any(value.strip() for value in said.values()) and not any(row == number for row, _ in unread):
            continue
        invitee = _invitee(number, said)
        wrong = [
            Problem(number, column, f"The cell {sentence}")
            for (row, column), sentence in unread.items()
            if row == number
        ] or [Problem(number, letter(columns[field]), sentence) for field, sentence in _faults(invitee)]
        key = folded_name(invitee.organization)
        if not wrong and key in seen:
            column = letter(columns["organization"])
            sentence = f"{invitee.organization} stands in row {seen[key]} already. One person is asked for each."
            wrong = [Problem(number, column, sentence)]
        if wrong:
            problems.extend(wrong)
        else:
            seen[key] = number
            invitees.append(invitee)
    return InvitationList(tuple(invitees), tuple(problems), table.notices)


def _invitee(row: int, said: Mapping[str, str]) -> Invitee:
    return Invitee(
        row=row,
        organization=one_line(said.get("organization", "")),
        person=one_line(said.get("person", "")),
        email=_address(said.get("email", "")),
        title=one_line(said.get("title", "")),
        note=said.get("note", "").replace("\0", "").strip(),  # PostgreSQL keeps no text with it
    )


def _address(text: str) -> str:
    """``Ada Signer <ada@example.org>`` and ``mailto:ada@example.org`` are the address they hold."""
    text = text.strip()
    if found := re.fullmatch(r"[^<>]*<([^<>]+)>", text):
        text = found[1]
    return text.removeprefix("mailto:").strip().lower()


def _faults(invitee: Invitee) -> list[tuple[str, str]]:
    """Field and sentence of everything that is wrong with a row."""
    found = []
    if not invitee.organization:
        found.append(("organization", "Give the organization, as it should print."))
    if not invitee.person:
        found.append(("person", "Give the name of the person to ask."))
    if not invitee.email:
        found.append(("email", "Give the person’s e-mail address: the invitation is mailed."))
    elif not is_address(invitee.email):
        found.append(("email", f"“{invitee.email[:80]}” is no e-mail address. Give one such as ada@example.org."))
    for field, most in _LONGEST.items():
        if len(getattr(invitee, field)) > most:
            found.append((field, f"Shorten the {field}: {most:,} characters fit."))
    return found


def folded_name(name: str) -> str:
    """A name as it is compared: without case, punctuation and a leading “The”, however its accents are encoded."""
    name = unicodedata.normalize("NFC", name).casefold()
    words = re.sub(r"[\W_]+", " ", name.replace("&", " and ")).split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


# -------------------------------------------------------------------------------------- from the preview to the sending


def as_json(invitees: Sequence[Invitee]) -> str:
    """The rows of a preview, for the form that confirms it."""
    return json.dumps([asdict(invitee) for invitee in invitees], ensure_ascii=False)


def from_json(text: str) -> tuple[Invitee, ...]:
    """Rows that a form brought back: anybody may have written them, so they are checked as those of a file.

    Raises :class:`UnreadableList`.
    """
    try:
        rows = json.loads(text)
        if not isinstance(rows, list):
            raise TypeError("not a list")
        invitees = tuple(_invitee(int(entry["row"]), {field: str(entry[field]) for field in HEADERS}) for entry in rows)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnreadableList("The list did not come back whole. Upload the file again.") from error
    keys = {folded_name(invitee.organization) for invitee in invitees}
    if len(invitees) > MOST_ROWS or len(keys) < len(invitees) or any(_faults(invitee) for invitee in invitees):
        raise UnreadableList("The list is not the one that was shown. Upload the file again.")
    return invitees


# ------------------------------------------------------------------------------------------------------------ templates

_EXAMPLE = (
    "Example Makers Association",
    "Ada Signer",
    "ada.signer@example.org",
    "President",
    "We spoke about it in May.",
)
_WIDTHS = (36, 26, 32, 24, 50)


def template_xlsx(*, stamp: dt.datetime) -> bytes:
    """A workbook with the columns and one example row."""
    columns = tuple(Column(name, width) for name, width in zip(HEADERS, _WIDTHS, strict=True))
    about = (
        ("organization", "As it should print in the signature block. A new one is added."),
        ("person, title", "Who is asked. A new person is added, and may sign for the organization."),
        ("email", "Where the invitation goes."),
        ("note", "A line of your own for this one mail; it may stay empty."),
    )
    book = Book("Whom to ask to sign", about, "Replace the example row.", (Sheet(_SHEET, columns, (_EXAMPLE,)),))
    return workbook(book, stamp=stamp)


def template_csv() -> bytes:
    """The same as CSV."""
    return csv_file(tuple(HEADERS), [_EXAMPLE])
