"""The file formats of an export. Each has a row for every contributor of every list, and the columns of the feeds."""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol

from msgspec.structs import astuple

from rankcrawler.errors import SettingError, StoreError
from rankcrawler.feeds.exporters import RowsAsCsv, RowsAsJsonLines
from rankcrawler.language import tr
from rankcrawler.model.columns import Row
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import COLUMNS

_NAMES = [column.name for column in COLUMNS]
_ROW_GROUP = 50_000
"""Rows of a Parquet file that are written together."""
_SHEET_ROWS = 1_048_575
"""Rows that fit a sheet below its header."""
_CELL_CHARACTERS = 32_767
"""Characters that fit a cell."""
_EXACT = 2**53
"""A sheet stores numbers as floats, which are exact up to here."""


class Sink(Protocol):
    """Writes lists to a file."""

    def write(self, snapshot: RoomSnapshot) -> None:
        """Write the rows of a list."""

    def close(self) -> None:
        """Complete the file."""


class _Feed:
    """Writes through one of the feeds' exporters."""

    def __init__(self, exporter: RowsAsCsv | RowsAsJsonLines) -> None:
        self._exporter = exporter
        exporter.start_exporting()

    def write(self, snapshot: RoomSnapshot) -> None:
        """Write the rows of a list."""
        self._exporter.export_item(snapshot)

    def close(self) -> None:
        """Complete the file."""
        self._exporter.finish_exporting()


class _Parquet:
    """Typed columns: 64-bit integers, booleans, texts and lists of texts."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            import pyarrow  # type: ignore[import-untyped]
            import pyarrow.parquet  # type: ignore[import-untyped]
        except ImportError:
            raise SettingError(tr("Parquet needs pyarrow: pip install 'rankcrawler[export]'")) from None
        text = pyarrow.string()
        types = {int: pyarrow.int64(), bool: pyarrow.bool_(), str: text, tuple: pyarrow.list_(text)}
        self._schema = pyarrow.schema([(column.name, types[column.type]) for column in COLUMNS])
        self._table = pyarrow.Table
        self._file = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def write(self, snapshot: RoomSnapshot) -> None:
        """Write the rows of a list."""
        self._rows += [astuple(entry) for entry in snapshot.entries]
        if len(self._rows) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        """Complete the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._rows:
            columns = dict(zip(_NAMES, map(list, zip(*self._rows, strict=True)), strict=True))
            self._file.write_table(self._table.from_pydict(columns, schema=self._schema))
            self._rows = []


class _Xlsx:
    """One sheet of a workbook, written row by row. Ids and large numbers are texts."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            import xlsxwriter  # type: ignore[import-untyped]
        except ImportError:
            raise SettingError(tr("a workbook needs XlsxWriter: pip install 'rankcrawler[export]'")) from None
        as_it_is = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, **as_it_is})
        self._sheet = self._book.add_worksheet("ranks")
        self._sheet.write_row(0, 0, _NAMES)
        self._rows = 0

    def write(self, snapshot: RoomSnapshot) -> None:
        """Write the rows of a list; raises StoreError where the sheet cannot hold one."""
        for entry in snapshot.entries:
            self._rows += 1
            if self._rows > _SHEET_ROWS:
                self._fail(
                    tr(
                        "a sheet holds {rows:,} rows: export to .parquet or .csv, or a shorter time",
                        rows=_SHEET_ROWS,
                    )
                )
            if self._sheet.write_row(self._rows, 0, _cells(astuple(entry))):
                self._fail(
                    tr(
                        "a cell holds {characters:,} characters, and a text of room {room} is longer: export to "
                        ".parquet, .csv or .jsonl",
                        characters=_CELL_CHARACTERS,
                        room=entry.room_id,
                    )
                )

    def close(self) -> None:
        """Complete the file."""
        self._book.close()

    def _fail(self, message: str) -> None:
        self._book.close()
        raise StoreError(message)


def _cells(values: Sequence[Any]) -> list[Any]:
    return [_cell(value) for value in values]


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return " ".join(value)
    return str(value) if isinstance(value, int) and abs(value) > _EXACT else value


FORMATS: dict[str, Callable[[Any], Sink]] = {
    ".parquet": _Parquet,
    ".csv": lambda file: _Feed(RowsAsCsv(file)),
    ".jsonl": lambda file: _Feed(RowsAsJsonLines(file, encoding="utf-8")),
    ".xlsx": _Xlsx,
}
"""The ending of a file's name → what writes it."""
