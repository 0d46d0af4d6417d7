"""The workbook and the archive, as bytes."""

import datetime as dt
import io
import zipfile

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from commenttrack.filing.matrix import AnswerRow, Matrix, MatrixRow, SignatoryRow, matrix_xlsx
from commenttrack.filing.packet import PackedFile, zipped
from commenttrack.positions.spreadsheets import MOST_CHARACTERS

STAMP = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)


def matrix(*texts):
    rows = tuple(
        MatrixRow(text, "5698", text, "Source", "Oppose", text, text, "II. Scope", "All 2", "Staff") for text in texts
    )
    return Matrix(
        "Comments & more",
        (("Docket", "X"),),
        "Illustrative",
        rows,
        (AnswerRow("1", "Whether?", "IV.A", "Yes.", "III", "All 2"),),
        (SignatoryRow("Acme", "Ada", "CEO", "Joined", "", "today", 2, ""),),
    )


def cells(data):
    return [cell for row in openpyxl.load_workbook(io.BytesIO(data))["Matrix"].iter_rows(min_row=2) for cell in row]


@settings(max_examples=40, deadline=None)
@given(
    st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"]), min_size=1, max_size=40)
    | st.sampled_from(
        ["=1+1", "+1", "-1", "@SUM(A1)", "{=A1}", "http://x.example", "mailto:a@x.example", "12", "=|'x'!A"]
    )
)
def test_every_text_is_read_back_as_the_text_it_is(text):
    found = cells(matrix_xlsx(matrix(text), stamp=STAMP))
    assert found[0].value == text
    assert found[0].data_type == "s"
    assert found[0].hyperlink is None


def test_what_could_become_a_formula_when_retyped_carries_the_quote_prefix():
    found = cells(matrix_xlsx(matrix("=1+1", "plain"), stamp=STAMP))
    assert [cell.quotePrefix for cell in found if cell.column == 1] == [True, False]


def test_a_text_longer_than_a_cell_is_cut_and_says_so():
    (first, *_) = cells(matrix_xlsx(matrix("x" * 40_000), stamp=STAMP))
    assert len(first.value) == MOST_CHARACTERS
    assert first.value.endswith("(cut: a cell holds no more)")


def test_the_same_rows_give_the_same_bytes():
    assert matrix_xlsx(matrix("a"), stamp=STAMP) == matrix_xlsx(matrix("a"), stamp=STAMP)
    assert matrix_xlsx(matrix("a"), stamp=STAMP) != matrix_xlsx(matrix("b"), stamp=STAMP)


def test_each_sheet_is_ready_to_filter_and_print():
    book = openpyxl.load_workbook(io.BytesIO(matrix_xlsx(matrix("a", "b"), stamp=STAMP)))
    assert book.sheetnames == ["About", "Matrix", "Questions", "Signatories"]
    assert book.active.title == "Matrix"
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
    assert book["Matrix"].auto_filter.ref == "A1:J3"
    assert book["Signatories"]["G2"].value == 2


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.txt", fullmatch=True), st.binary(max_size=50), max_size=5))
def test_an_archive_depends_on_its_files_and_on_nothing_else(files):
    packed = [PackedFile(name, "text/plain", data) for name, data in files.items()]
    data = zipped(packed)
    assert data == zipped(reversed(packed))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == sorted(files)
        assert {name: archive.read(name) for name in archive.namelist()} == files
