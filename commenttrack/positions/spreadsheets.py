"""Tables as workbooks and as CSV, for people to work on in another program. Pure: takes rows, gives bytes.

Every cell of a workbook is written as a string or a number, so that no text becomes a formula or a link, and the same
rows give the same bytes. In CSV, which knows no kinds of cells, what a program would take for a formula starts with an
apostrophe; :func:`from_csv_cell` takes it away again.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

MOST_CHARACTERS = 32_767
"""What one cell of the format holds."""
_CUT = " … (cut: a cell holds no more)"
# A reader who retypes or exports such a cell would turn it into a formula; a workbook's quote prefix keeps it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# The format writes control characters as _x0001_, and the programs that read it do not agree on how to take that back.
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]|x005F_|_x[0-9A-Fa-f]{4}_")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the first row and its width in characters."""

    name: str
    width: int
    hidden: bool = False
    choices: tuple[str, ...] = ()
    """Offered by the program in each cell; others can be typed all the same and are told when the file comes back."""
    given: bool = False
    """Only to be read: shown grey."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. The first ``frozen`` columns stay in sight."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | int, ...], ...]
    frozen: int = 1


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: what it is about, a warning that stands on every page, and its tables; the first one opens."""

    title: str
    about: tuple[tuple[str, str], ...]
    banner: str
    sheets: tuple[Sheet, ...]


def workbook(book: Book, *, stamp: dt.datetime) -> bytes:
    """The workbook. ``stamp`` is the moment it carries inside; the same content and stamp give the same bytes."""
    buffer = io.BytesIO()
    made = Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    made.set_properties(
        {"title": book.title, "comments": book.banner, "created": stamp.astimezone(dt.UTC).replace(tzinfo=None)}
    )
    styles = _Styles(made)
    about = made.add_worksheet("About")
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 90)
    _write(about, 0, 0, book.title, styles.title)
    if book.banner:
        _write(about, 1, 0, book.banner, styles.banner)
    for line, (label, value) in enumerate(book.about, 3):
        _write(about, line, 0, label, styles.label)
        _write(about, line, 1, value, styles.text)
        about.set_row(line, _height([(value, 90)]))
    about.set_landscape()
    about.fit_to_pages(1, 0)
    for sheet in book.sheets:
        _sheet(made.add_worksheet(sheet.name), sheet, styles, book)
    first = made.get_worksheet_by_name(book.sheets[0].name)
    first.activate()
    first.set_first_sheet()
    made.close()
    return buffer.getvalue()


class _Styles:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top", "text_wrap": True}
        base |= {"bottom": 7, "bottom_color": "#B8C1CC"}
        grey = {**base, "font_color": "#555555", "bg_color": "#F3F4F6"}
        self.text: Format = book.add_format(base)
        self.quoted: Format = book.add_format({**base, "quote_prefix": True})
        self.given: Format = book.add_format(grey)
        self.given_quoted: Format = book.add_format({**grey, "quote_prefix": True})
        self.head: Format = book.add_format(
            {**base, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "bottom": 1}
        )
        self.title: Format = book.add_format({"font_name": "Calibri", "font_size": 14, "bold": True})
        self.banner: Format = book.add_format({"font_name": "Calibri", "bold": True, "font_color": "#7A1F12"})
        self.label: Format = book.add_format({**base, "bold": True})

    def of(self, column: Column, value: str | int) -> Format:
        quoted = isinstance(value, str) and value.startswith(FORMULA_STARTS)
        if column.given:
            return self.given_quoted if quoted else self.given
        return self.quoted if quoted else self.text


def _sheet(made: Worksheet, sheet: Sheet, styles: _Styles, book: Book) -> None:
    for number, column in enumerate(sheet.columns):
        made.set_column(number, number, column.width, None, {"hidden": column.hidden})
        _write(made, 0, number, column.name, styles.head)
        if column.choices and sheet.rows:
            made.data_validation(
                1,
                number,
                len(sheet.rows),
                number,
                {"validate": "list", "source": list(column.choices), "error_type": "warning"},
            )
    made.set_row(0, _height((column.name, column.width - 2) for column in sheet.columns if not column.hidden))
    for line, row in enumerate(sheet.rows, 1):
        for number, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            if isinstance(value, int):
                made.write_number(line, number, value, styles.of(column, value))
            else:
                _write(made, line, number, value, styles.of(column, value))
        shown = ((value, column.width) for column, value in zip(sheet.columns, row, strict=True) if not column.hidden)
        made.set_row(line, _height(shown))
    made.freeze_panes(1, sheet.frozen)
    made.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
    made.set_landscape()
    # US Letter; a table that would be too small to read there goes on Tabloid, 11 by 17 inches.
    made.set_paper(3 if sum(column.width for column in sheet.columns if not column.hidden) > _LETTER_CHARACTERS else 1)
    made.fit_to_pages(1, 0)
    made.repeat_rows(0)
    made.set_margins(0.5, 0.5, 0.7, 0.7)
    made.set_header(f"&L{_header(book.title)}&R&A")
    made.set_footer(f"&L{_header(book.banner)}&RPage &P of &N")


_LINE_POINTS = 13.5
_LETTER_CHARACTERS = 260
_MOST_POINTS = 409.0  # what a row can have


def _height(cells: Iterable[tuple[str | int, int]]) -> float:
    """A row's height in points for wrapped cells of (content, width in characters): not every program works it out."""
    lines = max(sum(-(-len(line) // width) or 1 for line in str(content).split("\n")) for content, width in cells)
    return min(lines * _LINE_POINTS + 2, _MOST_POINTS)


def _write(sheet: Worksheet, line: int, column: int, text: str, style: Format) -> None:
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS - len(_CUT)] + _CUT
    sheet.write_string(line, column, text, style)


def _header(text: str) -> str:
    """A header's text: at most 100 characters, since the whole line may have 255, and & is a code there."""
    return text[:100].replace("&", "&&")


def fits_cell(text: str) -> bool:
    """Whether a text comes back from a cell as it went in."""
    return len(text) <= MOST_CHARACTERS and not _UNSAFE.search(text)


# ------------------------------------------------------------------------------------------------------------------ CSV


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """A table as CSV: UTF-8 with the mark by which Excel knows it, every cell in quotation marks."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([csv_cell(column) for column in columns])
    writer.writerows([csv_cell(str(value)) for value in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def csv_cell(text: str) -> str:
    """A text that no program takes for a formula. An apostrophe of its own gets one more, so that it can be told."""
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def from_csv_cell(text: str) -> str:
    """What :func:`csv_cell` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*FORMULA_STARTS, "'")) else text
