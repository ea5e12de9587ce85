"""The files themselves, cell by cell: what a spreadsheet shows is what was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME
from ncre.services.exports import writers
from ncre.services.exports.columns import ExportColumn
from ncre.services.exports.rows import Cell
from ncre.services.exports.spreadsheets import as_spreadsheet_text, harmless
from ncre.services.exports.writers import has_parquet, writer_of

KINDS = ("text", "number", "money", "moment", "day")
COLUMNS = tuple(ExportColumn(kind, Bilingual(f"列{kind}", kind), kind) for kind in KINDS)
AT = datetime(2027, 1, 4, 16, 30, 5, 999_999, tzinfo=UTC)
WALL, BORN = (
    AT.astimezone(EXAM_TIME).replace(tzinfo=None, microsecond=0),
    datetime.fromisoformat("2006-03-15"),
)
FULL = ("欧阳,文静", 7, Decimal("160.50"), AT, date(2006, 3, 15))
EMPTY = (None, None, None, None, None)


def written(form: str, *portions: Iterable[Sequence[Cell]]) -> BytesIO:
    file = BytesIO()
    writer = writer_of(form, file, COLUMNS)
    for portion in portions:
        writer.write(portion)
    writer.close()
    return file


def test_csv_says_moments_by_the_wall_clock_of_the_exam_and_leaves_out_what_is_not_there() -> None:
    file = written("csv", [FULL], [EMPTY, ("=1+1", -3, Decimal("0.00"), AT, None)])
    assert file.getvalue().decode("utf-8-sig") == (
        "列text,列number,列money,列moment,列day\r\n"
        '"欧阳,文静",7,160.50,2027-01-05 00:30:05,2006-03-15\r\n'
        ",,,,\r\n"
        "'=1+1,-3,0.00,2027-01-05 00:30:05,\r\n"
    )
    assert file.getvalue().startswith(b"\xef\xbb\xbf")


def test_a_sheet_has_a_frozen_header_and_cells_of_their_kind() -> None:
    sheet = load_workbook(written("xlsx", [FULL, EMPTY, ("=1+1", 0, Decimal(0), AT, None)])).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [f"列{kind}" for kind in KINDS],
        ["欧阳,文静", 7, 160.5, WALL, BORN],
        [None] * 5,
        ["=1+1", 0, 0, WALL, None],
    ]
    assert [cell.number_format for cell in sheet[2]] == [
        "General", "General", "#,##0.00", "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd",
    ]  # fmt: skip
    assert [cell.data_type for cell in sheet[4]][0] == "s"
    assert sheet.freeze_panes == "A2"
    widths = {sheet.column_dimensions[name].width for name in sheet.column_dimensions}
    assert len(widths) == 1
    assert 18 <= widths.pop() < 19


def test_what_does_not_fit_on_a_sheet_goes_on_with_its_header_on_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writers, "MOST_ON_A_SHEET", 3)
    rows = [(f"r{number}", number, None, None, None) for number in range(7)]
    book = load_workbook(written("xlsx", rows[:4], rows[4:]))
    assert [[row[0].value for row in sheet.iter_rows()] for sheet in book] == [
        ["列text", "r0", "r1", "r2"],
        ["列text", "r3", "r4", "r5"],
        ["列text", "r6"],
    ]


@pytest.mark.parametrize("group", [1, 2, 100])
def test_parquet_has_typed_columns_named_by_their_codes(monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    from pyarrow import parquet

    assert has_parquet()
    monkeypatch.setattr(writers, "GROUP", group)
    read = parquet.ParquetFile(written("parquet", [FULL], [EMPTY], [FULL]))
    assert read.num_row_groups == {1: 3, 2: 2, 100: 1}[group]
    table = read.read()
    assert table.to_pylist() == [dict(zip(KINDS, row, strict=True)) for row in (FULL, EMPTY, FULL)]
    assert [str(field.type) for field in table.schema] == [
        "string", "int64", "decimal128(12, 2)", "timestamp[us, tz=UTC]", "date32[day]",
    ]  # fmt: skip


def test_parquet_without_rows_is_a_table_all_the_same() -> None:
    from pyarrow import parquet

    assert parquet.read_table(written("parquet")).num_rows == 0


@pytest.mark.parametrize("first", list("=+-@\t\r\n"))
def test_text_that_would_be_a_formula_is_quoted(first: str) -> None:
    assert harmless(f"{first}1") == f"'{first}1"
    assert harmless(f"1{first}") == f"1{first}"


def test_long_numbers_stay_text() -> None:
    said = ["1" * 11, "1" * 12, f"{'1' * 17}X", ""]
    assert [as_spreadsheet_text(one) for one in said] == ["1" * 11, f"{'1' * 12}\t", f"{'1' * 17}X", ""]
