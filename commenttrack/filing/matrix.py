"""The matrix as a workbook: what is asked of each provision, where the letter says so, and who signed that part.

Pure: takes rows, gives bytes. Every cell is written as a string or a number, so that no text becomes a formula or a
link, and the same rows give the same bytes.
"""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

MOST_CHARACTERS = 32_767
"""What one cell of the format holds."""
_CUT = " … (cut: a cell holds no more)"
# A reader who retypes or exports such a cell would turn it into a formula; the quote prefix keeps it text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One link of the mapping."""

    provision: str
    page: str
    position: str
    source: str
    stance: str
    request: str
    requested_text: str
    part: str
    """Number and heading of the part of the letter, or that there is none."""
    signed: str
    accepted_by: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question of the agency."""

    number: str
    question: str
    provision: str
    answer: str
    part: str
    signed: str


@dataclass(frozen=True, slots=True)
class SignatoryRow:
    """One organization under the letter."""

    organization: str
    person: str
    title: str
    decision: str
    reservation: str
    decided: str
    version: int
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Everything the workbook shows. ``about`` are labels with values; ``banner`` warns of an illustration."""

    title: str
    about: tuple[tuple[str, str], ...]
    banner: str
    rows: tuple[MatrixRow, ...]
    answers: tuple[AnswerRow, ...]
    signatories: tuple[SignatoryRow, ...]


_MATRIX = (
    ("Provision", 26),
    ("Page", 9),
    ("Position", 34),
    ("Source", 30),
    ("Stance", 15),
    ("Request", 48),
    ("Requested text", 48),
    ("Part of the letter", 26),
    ("Who signed", 26),
    ("Accepted by", 20),
)
_ANSWERS = (
    ("Question", 10),
    ("Text", 60),
    ("Provision", 24),
    ("Answer", 70),
    ("Part of the letter", 26),
    ("Who signed", 26),
)
_SIGNATORIES = (
    ("Organization", 40),
    ("Person", 28),
    ("Title", 28),
    ("Decision", 24),
    ("Reservation", 40),
    ("Decided", 32),
    ("Version", 9),
    ("Recorded by", 24),
)


def matrix_xlsx(matrix: Matrix, *, stamp: dt.datetime) -> bytes:
    """The workbook. ``stamp`` is the moment it carries inside; the same rows and stamp give the same bytes."""
    buffer = io.BytesIO()
    book = Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties(
        {"title": matrix.title, "comments": matrix.banner, "created": stamp.astimezone(dt.UTC).replace(tzinfo=None)}
    )
    styles = _Styles(book)
    about = book.add_worksheet("About")
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 90)
    _write(about, 0, 0, matrix.title, styles.title)
    if matrix.banner:
        _write(about, 1, 0, matrix.banner, styles.banner)
    for line, (label, value) in enumerate(matrix.about, 3):
        _write(about, line, 0, label, styles.label)
        _write(about, line, 1, value, styles.text)
        about.set_row(line, _height([(value, 90)]))
    about.set_landscape()
    about.fit_to_pages(1, 0)
    for name, columns, rows in (
        ("Matrix", _MATRIX, matrix.rows),
        ("Questions", _ANSWERS, matrix.answers),
        ("Signatories", _SIGNATORIES, matrix.signatories),
    ):
        _sheet(book.add_worksheet(name), columns, [astuple(row) for row in rows], styles, matrix)
    book.get_worksheet_by_name("Matrix").activate()
    book.get_worksheet_by_name("Matrix").set_first_sheet()
    book.close()
    return buffer.getvalue()


class _Styles:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top", "text_wrap": True}
        self.text: Format = book.add_format(base)
        self.quoted: Format = book.add_format({**base, "quote_prefix": True})
        self.head: Format = book.add_format(
            {**base, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "bottom": 1}
        )
        self.title: Format = book.add_format({"font_name": "Calibri", "font_size": 14, "bold": True})
        self.banner: Format = book.add_format({"font_name": "Calibri", "bold": True, "font_color": "#7A1F12"})
        self.label: Format = book.add_format({**base, "bold": True})


def _sheet(
    sheet: Worksheet,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[tuple[str | int, ...]],
    styles: _Styles,
    matrix: Matrix,
) -> None:
    for column, (name, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        _write(sheet, 0, column, name, styles.head)
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(line, column, value, styles.text)
            else:
                _write(sheet, line, column, value, styles.quoted if value.startswith(_FORMULA_STARTS) else styles.text)
        sheet.set_row(line, _height(zip(row, (width for _, width in columns), strict=True)))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(1)  # US Letter
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(0.5, 0.5, 0.7, 0.7)
    sheet.set_header(f"&L{_header(matrix.title)}&R&A")
    sheet.set_footer(f"&L{_header(matrix.banner)}&RPage &P of &N")


_LINE_POINTS = 13.5
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
