"""Tables of strangers: what is read, as which text, and what is refused with a sentence."""

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from commenttrack.errors import BadInput
from commenttrack.positions import spreadsheet_files
from commenttrack.positions.spreadsheet_files import UnreadableSpreadsheet, letter, read_table
from commenttrack.positions.spreadsheets import csv_cell, csv_file, from_csv_cell


def xlsx(*rows, change=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(data, **parts):
    """The same archive with parts replaced or added; a value of None leaves one out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def texts(data):
    return [cells for _, cells in read_table(data).rows]


def shaped(shape):
    def change(sheet):
        sheet["A1"].number_format = shape

    return change


@pytest.mark.parametrize(
    ("value", "shape", "text"),
    [
        (3, "General", "3"),
        (3.5, "General", "3.5"),
        (3.0, "0.00", "3.00"),
        (1234567, "#,##0", "1,234,567"),
        (0.125, "0.0%", "12.5%"),
        (True, "General", "TRUE"),
        (dt.date(2026, 3, 20), "yyyy-mm-dd", "2026-03-20"),
        (dt.datetime(2026, 3, 20, 17, 5), "yyyy-mm-dd hh:mm", "2026-03-20 17:05"),  # noqa: DTZ001 a workbook has no zones
        (" 7.10 ", "@", " 7.10 "),
        ("line\nline", "General", "line\nline"),
    ],
)
def test_a_cell_is_read_as_text(value, shape, text):
    assert texts(xlsx([value], change=shaped(shape))) == [(text,)]


def test_a_formula_is_not_calculated_and_told_by_its_cell():
    table = read_table(xlsx(["a", "=1+1"], ["b", "c"]))
    assert table.rows == ((1, ("a", "")), (2, ("b", "c")))
    [trouble] = table.troubles
    assert (trouble.row, trouble.column) == (1, "B")
    assert "Paste Special" in trouble.sentence


def test_an_array_formula_is_told_too():
    def change(sheet):
        sheet["A2"] = ArrayFormula("A2", "=SUM(B1:B2)")

    assert [(each.row, each.column) for each in read_table(xlsx(["a"], change=change)).troubles] == [(2, "A")]


def test_text_that_looks_like_a_formula_is_text():
    def change(sheet):
        sheet["A1"].value, sheet["A1"].data_type = "=1+1", "s"

    assert texts(xlsx(["x"], change=change)) == [("=1+1",)]


def test_cells_merged_over_rows_are_told():
    table = read_table(xlsx(["a", "b"], ["", "c"], change=lambda sheet: sheet.merge_cells("A1:A2")))
    assert "A1:A2" in table.notices[0]


def test_cells_merged_in_one_row_are_no_matter():
    assert read_table(xlsx(["a", ""], ["b", "c"], change=lambda sheet: sheet.merge_cells("A1:B1"))).notices == ()


def test_rows_keep_their_numbers_over_gaps():
    table = read_table(xlsx(["a"], change=lambda sheet: sheet.cell(9, 2, "z")))
    assert table.rows == ((1, ("a",)), (9, ("", "z")))


def test_a_mark_far_below_ends_the_table_without_reading_a_million_rows():
    table = read_table(xlsx(["a"], change=lambda sheet: sheet.cell(1_048_576, 1, "far")))
    assert table.rows == ((1, ("a",)),)


def test_the_named_sheet_is_taken_before_the_first():
    book = openpyxl.Workbook()
    book.active.append(["first"])
    book.create_sheet("Mapping").append(["second"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_table(buffer.getvalue(), sheets=["Mapping"]).rows[0][1] == ("second",)
    assert read_table(buffer.getvalue()).rows[0][1] == ("first",)


GOOD = xlsx(["a", "b"], ["c", "d"])
BOMB = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'xxxx'>]><worksheet>&x;</worksheet>"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (repacked(GOOD, **{"xl/vbaProject.bin": b"x"}), "macros"),
        (repacked(GOOD, **{"xl/worksheets/sheet1.xml": BOMB}), "declarations"),
        (repacked(GOOD, **{"xl/worksheets/sheet1.xml": BOMB.decode().encode("utf-16")}), "declarations"),
        (repacked(GOOD, **{"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row r='x'>"}), "could not be read"),
        (repacked(GOOD, **{"xl/workbook.xml": None}), "not an Excel workbook"),
        (GOOD[:400], "damaged"),
        (b"PK\x03\x04 nonsense", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old Excel file"),
        (b"%PDF-1.7", "PDF"),
        (b"\x00\x01\x02\x03", "neither"),
        (b"", "empty"),
        (xlsx(), "no table"),
        (b'a,b\r\n"c,d\r\n', "no longer a table"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data, says):
    with pytest.raises(UnreadableSpreadsheet, match=says):
        read_table(data)


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = repacked(GOOD, **{"xl/media/zeros.xml": b"<a>" + b" " * 30_000_000})
    assert len(bomb) < 100_000
    monkeypatch.setattr(spreadsheet_files, "LARGEST_UNPACKED", 20_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *args: pytest.fail("unpacked"))
    with pytest.raises(UnreadableSpreadsheet, match="Unpacked"):
        read_table(bomb)


BEYOND = [(name, GOOD) for name in ("LARGEST_FILE", "MOST_PARTS", "MOST_ROWS", "MOST_COLUMNS", "MOST_CELLS")]


@pytest.mark.parametrize(("limit", "data"), [*BEYOND, ("MOST_ROWS", b"a,b\nc,d\n"), ("MOST_COLUMNS", b"a,b\n")])
def test_every_limit_refuses_what_is_beyond_it(monkeypatch, limit, data):
    read_table(data)
    monkeypatch.setattr(spreadsheet_files, limit, 1)
    with pytest.raises(UnreadableSpreadsheet):
        read_table(data)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.integers(0, len(GOOD) - 1).map(lambda at: GOOD[:at] + b"\xff" + GOOD[at + 1 :]))
def test_no_bytes_are_an_error_of_the_program(data):
    try:
        read_table(data)
    except BadInput as refusal:
        assert str(refusal).endswith((".", "CSV again."))


# ------------------------------------------------------------------------------------------------------------------ CSV


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@settings(deadline=None)
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), min_size=1, max_size=5))
def test_a_csv_file_of_ours_comes_back_as_it_went_out(rows):
    names = ["one", "two", "three"]
    assert texts(csv_file(names, rows))[1:] == [tuple(row) for row in rows if any(row)]


@given(st.text(max_size=20) | st.text("'=+-@\t\r\n", max_size=6))
def test_no_cell_of_a_csv_file_starts_like_a_formula(text):
    cell = csv_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert from_csv_cell(cell) == text


def test_excel_knows_the_csv_by_its_mark():
    assert csv_file(["ä"], []).startswith(b"\xef\xbb\xbf")


def test_semicolons_and_windows_letters_are_read_and_told():
    table = read_table("Größe;Zeichen\r\n“a”;–\r\n".encode("cp1252"))
    assert [cells for _, cells in table.rows] == [("Größe", "Zeichen"), ("“a”", "–")]
    assert "Windows-1252" in table.notices[0]
    assert "semicolons" in table.notices[1]


def test_a_comma_inside_quotation_marks_parts_nothing():
    assert texts(b'"a, b, c, d";"e"\r\n') == [("a, b, c, d", "e")]


def test_the_line_that_names_the_separator_is_no_row():
    assert read_table(b"sep=;\r\na;b,c,d\r\n").rows == ((2, ("a", "b,c,d")),)


def test_unicode_text_of_excel_is_read():
    assert texts("a\tb\r\nä\t–\r\n".encode("utf-16")) == [("a", "b"), ("ä", "–")]


def test_a_cell_over_several_lines_stays_one_cell():
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["a", "b"], ["x\ny\nz", "1"]])
    assert texts(buffer.getvalue().encode()) == [("a", "b"), ("x\ny\nz", "1")]


def test_columns_have_the_letters_of_the_program():
    assert [letter(column) for column in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
