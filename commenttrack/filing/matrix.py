"""The matrix as a workbook: what is asked of each provision, where the letter says so, and who signed that part.

Pure: takes rows, gives bytes.
"""

import datetime as dt
from dataclasses import astuple, dataclass

from commenttrack.positions.spreadsheets import Book, Column, Sheet, workbook


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
    Column("Provision", 26),
    Column("Page", 9),
    Column("Position", 34),
    Column("Source", 30),
    Column("Stance", 15),
    Column("Request", 48),
    Column("Requested text", 48),
    Column("Part of the letter", 26),
    Column("Who signed", 26),
    Column("Accepted by", 20),
)
_ANSWERS = (
    Column("Question", 10),
    Column("Text", 60),
    Column("Provision", 24),
    Column("Answer", 70),
    Column("Part of the letter", 26),
    Column("Who signed", 26),
)
_SIGNATORIES = (
    Column("Organization", 40),
    Column("Person", 28),
    Column("Title", 28),
    Column("Decision", 24),
    Column("Reservation", 40),
    Column("Decided", 32),
    Column("Version", 9),
    Column("Recorded by", 24),
)


def matrix_xlsx(matrix: Matrix, *, stamp: dt.datetime) -> bytes:
    """The workbook. ``stamp`` is the moment it carries inside; the same rows and stamp give the same bytes."""
    sheets = (
        ("Matrix", _MATRIX, matrix.rows),
        ("Questions", _ANSWERS, matrix.answers),
        ("Signatories", _SIGNATORIES, matrix.signatories),
    )
    return workbook(
        Book(
            matrix.title,
            matrix.about,
            matrix.banner,
            tuple(Sheet(name, columns, tuple(astuple(row) for row in rows)) for name, columns, rows in sheets),
        ),
        stamp=stamp,
    )
