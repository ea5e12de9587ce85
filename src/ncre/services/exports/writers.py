"""Files of an export, written row by row: CSV, XLSX and Parquet. Nothing in any of them is a formula or a link."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from io import TextIOWrapper
from typing import IO, Any, Final, Protocol

from ncre.domain.exam.plan import EXAM_TIME
from ncre.services.exports.columns import ExportColumn
from ncre.services.exports.rows import Cell
from ncre.services.exports.spreadsheets import MOST_ON_A_SHEET, as_spreadsheet_text, harmless

MIME: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}

GROUP: Final = 10_000
"""Rows of a row group of Parquet: what is in memory at a time."""


class Writer(Protocol):
    """A file that grows row by row."""

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows; their cells stand in the order of the columns."""

    def close(self) -> None:
        """The file is whole; it stays open for reading."""


def has_parquet() -> bool:
    """Whether the optional library is there (`pip install ncre[parquet]`)."""
    return find_spec("pyarrow") is not None


def writer_of(form: str, file: IO[bytes], columns: Sequence[ExportColumn]) -> Writer:
    """A writer of this form into a file, its header written. Raises ImportError for Parquet without its library."""
    writers: dict[str, Callable[[IO[bytes], Sequence[ExportColumn]], Writer]] = {
        "csv": CSVWriter,
        "xlsx": XLSXWriter,
        "parquet": ParquetWriter,
    }
    return writers[form](file, columns)


class CSVWriter:
    """UTF-8 with a byte order mark, as spreadsheets want it."""

    def __init__(self, file: IO[bytes], columns: Sequence[ExportColumn]) -> None:
        file.write(codecs.BOM_UTF8)
        self._text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self._lines = csv.writer(self._text)
        self._lines.writerow([column.words.zh for column in columns])

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows."""
        self._lines.writerows([_written(cell) for cell in row] for row in rows)

    def close(self) -> None:
        """The file is whole; it stays open for reading."""
        self._text.flush()
        self._text.detach()


def _written(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return _wall(cell).isoformat(" ")
    if isinstance(cell, int | Decimal):
        return str(cell)
    return as_spreadsheet_text(harmless("" if cell is None else str(cell)))


class XLSXWriter:
    """Constant memory: rows go to disk as they come, on as many sheets as it takes."""

    def __init__(self, file: IO[bytes], columns: Sequence[ExportColumn]) -> None:
        from xlsxwriter import Workbook  # late: only this form needs it

        options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
        self._book = Workbook(file, options)
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._amount = self._book.add_format({"num_format": "#,##0.00"})
        self._columns = columns
        self._place = 0
        self._sheet: Any = None
        self._begin()

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows."""
        for row in rows:
            if self._place > MOST_ON_A_SHEET:
                self._begin()
            for column, cell in enumerate(row):
                self._cell(column, cell)
            self._place += 1

    def close(self) -> None:
        """The file is whole; it stays open for reading."""
        self._book.close()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._columns) - 1, 18)
        for column, said in enumerate(self._columns):
            self._sheet.write_string(0, column, said.words.zh)
        self._place = 1

    def _cell(self, column: int, cell: Cell) -> None:
        if isinstance(cell, datetime):
            self._sheet.write_datetime(self._place, column, _wall(cell), self._moment)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._place, column, cell, self._day)
        elif isinstance(cell, Decimal):
            self._sheet.write_number(self._place, column, float(cell), self._amount)
        elif isinstance(cell, int):
            self._sheet.write_number(self._place, column, cell)
        elif cell:
            self._sheet.write_string(self._place, column, str(cell))


class ParquetWriter:
    """Typed columns named by their codes; moments in UTC, amounts as decimals of two places."""

    def __init__(self, file: IO[bytes], columns: Sequence[ExportColumn]) -> None:
        import pyarrow  # late, and optional: it is 170 MB
        from pyarrow import parquet

        kinds = {
            "text": pyarrow.string(),
            "number": pyarrow.int64(),
            "money": pyarrow.decimal128(12, 2),
            "moment": pyarrow.timestamp("us", "UTC"),
            "day": pyarrow.date32(),
        }
        self._arrow = pyarrow
        self._schema = pyarrow.schema([(column.code, kinds[column.kind]) for column in columns])
        self._file = parquet.ParquetWriter(file, self._schema)
        self._waiting: list[Sequence[Cell]] = []

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows."""
        self._waiting += rows
        if len(self._waiting) >= GROUP:
            self._flush()

    def close(self) -> None:
        """The file is whole; it stays open for reading."""
        if self._waiting:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        columns = [
            self._arrow.array([row[place] for row in self._waiting], field.type)
            for place, field in enumerate(self._schema)
        ]
        self._file.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
        self._waiting = []


def _wall(at: datetime) -> datetime:
    """The wall clock where the exam is, to the second."""
    return at.astimezone(EXAM_TIME).replace(tzinfo=None, microsecond=0)
