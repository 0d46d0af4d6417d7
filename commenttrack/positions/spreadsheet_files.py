"""Reading a table that came back: an Excel workbook or a CSV file, as text, cell by cell. Pure; trusts nothing.

A workbook is an archive of XML by a stranger: its unpacked size is added up before anything is unpacked, macros and
documents with declarations of their own are refused, and nothing in it is calculated. What cannot be taken as text,
such as a formula, stays out of the table and is told with the address of its cell.
"""

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from commenttrack.errors import BadInput
from commenttrack.positions.spreadsheets import from_csv_cell

LARGEST_FILE = 15_000_000
LARGEST_UNPACKED = 120_000_000
"""Bytes. The mapping of the largest rule is a twentieth of it."""
MOST_PARTS = 500
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CELLS = MOST_ROWS * MOST_COLUMNS
MOST_BLANK_ROWS = 2_000
"""In a row; after so many the table is over, whatever a format far below says."""


class UnreadableSpreadsheet(BadInput):
    """A file that is no table this program reads, or that is not safe to read."""


# openpyxl has no one error for a workbook that is not what it should be.
_NOT_A_WORKBOOK = (
    InvalidFileException,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cell that could not be taken: where, and what to do."""

    row: int
    column: str
    """A letter as the program shows it; empty for a whole row."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Table:
    """The first sheet with anything in it. ``rows`` are (number of the row in the sheet, its cells as text)."""

    sheet: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    troubles: tuple[Trouble, ...] = ()
    notices: tuple[str, ...] = ()
    csv: bool = False


def read_table(data: bytes, *, sheets: Iterable[str] = ()) -> Table:
    """The table of a file; of a workbook the first of ``sheets`` that is there, else the first with anything in it.

    Raises :class:`UnreadableSpreadsheet` with what to do.
    """
    if len(data) > LARGEST_FILE:
        raise UnreadableSpreadsheet(f"The file is larger than {LARGEST_FILE // 1_000_000} MB. Split it.")
    if data[:4] == b"PK\x03\x04":
        return _workbook(data, tuple(sheets))
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableSpreadsheet(
            "This is an old Excel file (.xls) or one with a password. Open it, take the password away, "
            "and save it as “Excel Workbook (.xlsx)”."
        )
    if data[:5] == b"%PDF-":
        raise UnreadableSpreadsheet("This is a PDF. Send the Excel workbook or the CSV file it was made from.")
    return _csv(data)


def letter(column: int) -> str:
    """The letter of a column counted from 0."""
    return str(get_column_letter(column + 1))


# ----------------------------------------------------------------------------------------------------------- workbooks


def _workbook(data: bytes, wanted: tuple[str, ...]) -> Table:
    merged = _require_safe(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            names = [sheet.title for sheet in book.worksheets]
            chosen = [name for name in wanted if name in names] or names
            for name in chosen:
                table = _sheet(book[name], merged.get(name, ()))
                if table.rows:
                    return table
        finally:
            book.close()
    except UnreadableSpreadsheet:
        raise
    except _NOT_A_WORKBOOK as error:
        raise UnreadableSpreadsheet(
            "The workbook could not be read. Open it in Excel or LibreOffice, save it anew as .xlsx, and send that."
        ) from error
    raise UnreadableSpreadsheet("The workbook holds no table: every sheet is empty.")


def _require_safe(data: bytes) -> dict[str, tuple[str, ...]]:
    """Refuse what must not be unpacked; returns the merged ranges of each sheet, which the fast reader does not see."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise UnreadableSpreadsheet(
                    "Unpacked, the workbook is larger than any table of comments. Copy the table into a new workbook."
                )
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
                raise UnreadableSpreadsheet("This is not an Excel workbook (.xlsx). Save the table as .xlsx or as CSV.")
            if any(part.flag_bits & 1 for part in parts):
                raise UnreadableSpreadsheet("The workbook has a password. Take it away and send it again.")
            if any("vbaproject" in name.lower() for name in names) or b"macroEnabled" in archive.read(
                "[Content_Types].xml"
            ):
                raise UnreadableSpreadsheet(
                    "The workbook holds macros, which are not taken in. Save it as “Excel Workbook (.xlsx)”."
                )
            for name in names:
                if name.endswith((".xml", ".rels")):
                    _require_plain_xml(archive.read(name))
            return _merged(archive)
    except (*_NOT_A_WORKBOOK, zipfile.LargeZipFile, NotImplementedError) as error:
        raise UnreadableSpreadsheet(
            "The workbook is damaged: its archive cannot be opened. Save and send it again."
        ) from error


def _require_plain_xml(part: bytes) -> None:
    """No declarations of entities, also not behind an encoding in which they would not be seen."""
    if b"\x00" in part[:200] or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise UnreadableSpreadsheet("The workbook holds declarations that no table needs. It was not read any further.")


_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z0-9:]+)[\"']")


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\b" + name + rb"=[\"']([^\"']*)[\"']", tag)
    return found[1].decode("utf-8", "replace") if found else ""


def _merged(archive: zipfile.ZipFile) -> dict[str, tuple[str, ...]]:
    relations = {}
    if "xl/_rels/workbook.xml.rels" in archive.namelist():
        for found in _RELATION.finditer(archive.read("xl/_rels/workbook.xml.rels")):
            relations[_attribute(found[0], b"Id")] = _attribute(found[0], b"Target")
    merged = {}
    for found in _SHEET.finditer(archive.read("xl/workbook.xml")):
        target = relations.get(_attribute(found[0], rb"r:id"), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if target and path in archive.namelist():
            ranges = (each[1].decode() for each in _MERGED.finditer(archive.read(path)))
            merged[_attribute(found[0], b"name")] = tuple(ranges)
    return merged


def _sheet(sheet: Any, merged: tuple[str, ...]) -> Table:
    if not hasattr(sheet, "reset_dimensions"):
        return Table(sheet.title, ())  # a chart
    sheet.reset_dimensions()  # what the file says of its own size is not believed
    rows: list[tuple[int, tuple[str, ...]]] = []
    troubles: list[Trouble] = []
    blank = looked_at = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        looked_at += len(cells)
        if blank > MOST_BLANK_ROWS:
            break
        if looked_at > MOST_CELLS:
            raise UnreadableSpreadsheet("The sheet reaches too far to the right. Copy the table into a new workbook.")
        if len(cells) > MOST_COLUMNS and any(cell.value is not None for cell in cells[MOST_COLUMNS:]):
            raise UnreadableSpreadsheet(
                f"Row {number} has cells beyond column {letter(MOST_COLUMNS - 1)}. Delete them."
            )
        texts = [""] * min(len(cells), MOST_COLUMNS)
        for column, cell in enumerate(cells[:MOST_COLUMNS]):
            if cell.value is None:
                continue
            text, trouble = _text_of(cell)
            texts[column] = text
            if trouble:
                troubles.append(Trouble(number, letter(column), trouble))
        if any(texts) or (troubles and troubles[-1].row == number):
            rows.append((number, tuple(texts)))
            blank = 0
        else:
            blank += 1
        if len(rows) > MOST_ROWS:
            raise UnreadableSpreadsheet(f"The sheet has more than {MOST_ROWS:,} rows. Split it.")
    notices = _notices(merged, {number for number, _ in rows})
    return Table(sheet.title, tuple(rows), tuple(troubles), notices)


def _notices(merged: tuple[str, ...], rows: set[int]) -> tuple[str, ...]:
    told = []
    for each in merged:
        _, first, _, last = range_boundaries(each)
        if last > first and rows & set(range(first + 1, min(last, first + MOST_ROWS) + 1)):
            told.append(each)
    if not told:
        return ()
    shown = ", ".join(told[:5]) + (" …" if len(told) > 5 else "")
    return (
        f"Cells are merged over several rows ({shown}): what they say counts for the first of their rows only. "
        "Where it is meant for all, repeat it.",
    )


def _text_of(cell: Any) -> tuple[str, str]:
    """What a cell says as text, and what is wrong with it."""
    value = cell.value
    if cell.data_type == "f" or not isinstance(value, (str, int, float, bool, Decimal, dt.date, dt.time, dt.timedelta)):
        return "", (
            "holds a formula. Formulas are not calculated here: copy the cell and paste it as a value (Paste Special)."
        )
    if cell.data_type == "e":
        return "", f"holds the error {value}. Type what it should say."
    if isinstance(value, str):
        return _unescaped(value), ""
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), ""
    if isinstance(value, dt.timedelta):
        return str(value), ""
    if isinstance(value, (dt.date, dt.time)):
        return _date_text(value), ""
    return _number_text(value, str(cell.number_format or "General")), ""


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    """Text with the format's own way of writing a carriage return taken back."""
    return _ESCAPED.sub(lambda found: "\r" if found[1].upper() == "000D" else found[0], text).replace("\r\n", "\n")


def _date_text(value: dt.date | dt.time) -> str:
    """A day as 2026-03-02, which every reader takes in one way only; with its hour when it has one."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, dt.date) else value.isoformat("minutes")


def _number_text(value: float | Decimal, shape: str) -> str:
    """A number as the program shows it, as far as decimals, thousands and percent go."""
    places = re.search(r"0\.(0+)", shape.split(";")[0])
    digits = len(places[1]) if places else 0
    if shape.split(";")[0].endswith("%"):
        return f"{float(value) * 100:.{digits}f}%"
    if shape in ("General", "@") or not re.fullmatch(r"[#,0]*0(\.0+)?", shape.split(";")[0]):
        whole = float(value)
        return str(int(whole)) if whole.is_integer() and abs(whole) < 1e15 else repr(whole)
    return f"{value:,.{digits}f}" if "," in shape else f"{value:.{digits}f}"


# ------------------------------------------------------------------------------------------------------------------ CSV


def _csv(data: bytes) -> Table:
    text, notices = _decoded(data)
    if "\x00" in text:
        raise UnreadableSpreadsheet(
            "This is neither an Excel workbook nor a CSV file. Save the table as .xlsx or as CSV."
        )
    separator, body, skipped = _separator(text)
    if separator != ",":
        named = {";": "semicolons", "\t": "tabs"}[separator]
        notices.append(f"The cells are parted by {named}, as Excel does where the comma is the decimal sign.")
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True), 1):
            if len(cells) > MOST_COLUMNS:
                raise UnreadableSpreadsheet(f"Row {number + skipped} has more than {MOST_COLUMNS} cells.")
            if any(cells):
                rows.append((number + skipped, tuple(from_csv_cell(cell) for cell in cells)))
            if len(rows) > MOST_ROWS:
                raise UnreadableSpreadsheet(f"The file has more than {MOST_ROWS:,} rows. Split it.")
    except csv.Error as error:
        raise UnreadableSpreadsheet(
            f"After row {rows[-1][0] if rows else 0} the file is no longer a table ({error}). Save it as CSV again."
        ) from error
    if not rows:
        raise UnreadableSpreadsheet("The file is empty.")
    return Table("", tuple(rows), (), tuple(notices), csv=True)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError as error:
            raise UnreadableSpreadsheet("The file’s text is damaged. Save it as “CSV UTF-8”.") from error
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), [
            "The file is not UTF-8. It was read as Windows-1252, as older Excel saves CSV: look whether accents, "
            "dashes and quotation marks are right, and save as “CSV UTF-8” where they are not."
        ]


def _separator(text: str) -> tuple[str, str, int]:
    """What parts the cells, the text without Excel's line that says so, and how many rows that took."""
    if said := re.match(r"sep=([,;\t])\r?\n", text):
        return said[1], text[said.end() :], 1
    first = next(_unquoted_lines(text), "")
    return max((",", ";", "\t"), key=first.count), text, 0


def _unquoted_lines(text: str) -> Iterator[str]:
    """Lines of a CSV without what stands between quotation marks."""
    for line in io.StringIO(re.sub(r'"[^"]*"', '""', text[:50_000])):
        if line.strip():
            yield line
