"""The file formats of an export. Each has a row for every row that it is given, under the same columns."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, Protocol

import msgspec

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.commands.store.fields import Table
from rankcrawler.commands.store.workbook import Workbook
from rankcrawler.errors import SettingError
from rankcrawler.feeds.exporters import FORMULA
from rankcrawler.language import tr
from rankcrawler.model.columns import Row

_ROW_GROUP = 50_000
"""Rows of a Parquet file that are written together."""
_MARK = b"\xef\xbb\xbf"
"""The byte order mark, by which Excel recognises UTF-8."""
_LOOKS_OTHERWISE = re.compile(r"\s*(?:[-+=@.,\d'\t\r\n＝＋－＠]|true$|false$)", re.IGNORECASE)
"""Texts that Excel might take for numbers, dates, formulas or truths."""
_FORMULA_CHARACTERS = 255
"""Characters that fit a text within a formula."""


class Sink(Protocol):
    """Writes rows to a file."""

    def write(self, rows: Iterable[Row]) -> int:
        """Write rows; returns how many."""

    def close(self) -> None:
        """Complete the file."""


class _JsonLines:
    """One object a line, as in feeds."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._file = file
        self._names = [each.name for each in table.fields]
        self._encode = msgspec.json.Encoder().encode_lines

    def write(self, rows: Iterable[Row]) -> int:
        """Write rows; returns how many."""
        objects = [dict(zip(self._names, row, strict=True)) for row in rows]
        self._file.write(self._encode(objects))
        return len(objects)

    def close(self) -> None:
        """There is nothing to complete."""


class _Csv:
    """CSV as in feeds: a text that a spreadsheet could run as a formula gets a leading '."""

    def __init__(self, file: BinaryIO, table: Table, *, mark: bool = False) -> None:
        if mark:
            file.write(_MARK)
        self._text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True, errors="replace")
        self._writer = csv.writer(self._text)
        self._writer.writerow(self.headings(table))

    def headings(self, table: Table) -> list[str]:
        """The first row."""
        return table.headings()

    def write(self, rows: Iterable[Row]) -> int:
        """Write rows; returns how many."""
        written = [self.cells(row) for row in rows]
        self._writer.writerows(written)
        return len(written)

    def cells(self, row: Row) -> Iterable[Any]:
        """A row as it stands in the file."""
        return map(_as_in_feeds, row)

    def close(self) -> None:
        """Write what is left, and leave the file open."""
        self._text.detach()


class _CsvForExcel(_Csv):
    """CSV that Excel opens by a double click: a text that it might take for anything else is written as ="text"."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._zone = table.zone
        self._times = [each.is_time for each in table.fields]
        super().__init__(file, table, mark=True)

    def headings(self, table: Table) -> list[str]:
        """The first row; times are without their zone, which the headings name."""
        return table.headings(with_zone=True)

    def cells(self, row: Row) -> Iterable[Any]:
        """A row as it stands in the file."""
        return [
            _local(value, self._zone) if is_time and value else _for_excel(value)
            for value, is_time in zip(row, self._times, strict=True)
        ]


class _Parquet:
    """Typed columns: 64-bit integers, booleans, texts and lists of texts."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        try:
            import pyarrow  # type: ignore[import-untyped]
            import pyarrow.parquet  # type: ignore[import-untyped]
        except ImportError:
            raise SettingError(tr("Parquet needs pyarrow: pip install 'rankcrawler[export]'")) from None
        text = pyarrow.string()
        types = {
            int: pyarrow.int64(),
            float: pyarrow.float64(),
            bool: pyarrow.bool_(),
            str: text,
            tuple: pyarrow.list_(text),
        }
        self._names = table.headings()
        self._schema = pyarrow.schema(
            [(name, types[field.type]) for name, field in zip(self._names, table.fields, strict=True)]
        )
        self._table = pyarrow.Table
        self._file = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def write(self, rows: Iterable[Row]) -> int:
        """Write rows; returns how many."""
        before = len(self._rows)
        self._rows += rows
        written = len(self._rows) - before
        if len(self._rows) >= _ROW_GROUP:
            self._flush()
        return written

    def close(self) -> None:
        """Complete the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._rows:
            columns = dict(zip(self._names, map(list, zip(*self._rows, strict=True)), strict=True))
            self._file.write_table(self._table.from_pydict(columns, schema=self._schema))
            self._rows = []


def _as_in_feeds(value: Any) -> Any:
    if isinstance(value, tuple):
        value = ",".join(value)
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _for_excel(value: Any) -> Any:
    if isinstance(value, tuple):
        value = " ".join(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:  # Excel shows 15 digits
        value = str(value)
    if not isinstance(value, str) or not _LOOKS_OTHERWISE.match(value):
        return value
    if len(value) > _FORMULA_CHARACTERS or "\n" in value or "\r" in value:
        return f"'{value}"
    quoted = value.replace('"', '""')
    return f'="{quoted}"'


def _local(text: str, zone: Any) -> str:
    return moments.local(ms(text), zone or moments.zone("UTC")).isoformat(" ", "milliseconds")


FORMATS: dict[str, Callable[[Any, Table], Sink]] = {
    ".parquet": _Parquet,
    ".csv": _Csv,
    ".jsonl": _JsonLines,
    ".xlsx": Workbook,
}
"""The ending of a file's name → what writes it."""


def sink(ending: str, file: BinaryIO, table: Table, *, mark: bool = False, excel: bool = False) -> Sink:
    """What writes a file whose name ends so; raises SettingError for an option that does not apply to it."""
    if (mark or excel) and ending not in (".csv", ".xlsx"):
        raise SettingError(tr("--bom and --excel are for .csv and .xlsx"))
    if ending == ".csv" and excel:
        return _CsvForExcel(file, table)
    return _Csv(file, table, mark=mark) if ending == ".csv" else FORMATS[ending](file, table)
