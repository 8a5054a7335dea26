"""Lists from a store into a file: the rows and the columns of the feeds; never more than some lists in memory.

The file is written beside its place and moved there when it is whole.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from msgspec.structs import astuple

from rankcrawler.errors import SettingError, StoreError
from rankcrawler.feeds.exporters import RowsAsCsv, RowsAsJsonLines
from rankcrawler.model.items import RankEntry, RoomSnapshot

COLUMNS = RankEntry.__struct_fields__
_TRUTHS = ("fans_club_member", "is_hidden", "is_anonymous", "is_mystery")
_NUMBERS = (
    *("rank", "score", "delta", "gender", "pay_grade_level", "fans_club_level"),
    *("this_grade_min_diamond", "this_grade_max_diamond", "lifetime_diamonds_min", "lifetime_diamonds_max"),
)
_GROUP = 50_000
"""Rows of a row group of a Parquet file."""
_XLSX_ROWS = 1_048_575
"""Rows that a sheet can have below its header."""
_XLSX_CHARACTERS = 32_767
"""Characters that a cell can hold."""


class Sink(Protocol):
    """Takes lists, and is closed once."""

    def write(self, snapshot: RoomSnapshot) -> None:
        """Take a list's rows."""

    def close(self) -> None:
        """Finish the file."""


def export(lists: Iterable[RoomSnapshot], path: Path) -> int:
    """Write lists; returns the number of rows. SettingError for an ending that names no format."""
    make = _SINKS.get(path.suffix)
    if make is None:
        raise SettingError(f"--to {path}: expected a file that ends in {', '.join(_SINKS)}")
    rows = 0
    with _moved_when_whole(path) as file:
        sink = make(file)
        for snapshot in lists:
            sink.write(snapshot)
            rows += len(snapshot.entries)
        sink.close()
    return rows


@contextmanager
def _moved_when_whole(path: Path) -> Iterator[BinaryIO]:
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


class _Exported:
    """Through one of Scrapy's exporters, as a feed."""

    def __init__(self, exporter: RowsAsCsv | RowsAsJsonLines) -> None:
        self._exporter = exporter
        exporter.start_exporting()

    def write(self, snapshot: RoomSnapshot) -> None:
        """Take a list's rows."""
        self._exporter.export_item(snapshot)

    def close(self) -> None:
        """Finish the file."""
        self._exporter.finish_exporting()


class _Parquet:
    """Columns of 64-bit integers, booleans, texts and lists of texts."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            import pyarrow  # type: ignore[import-untyped]
            import pyarrow.parquet  # type: ignore[import-untyped]
        except ImportError:
            raise SettingError("Parquet needs pyarrow: pip install 'rankcrawler[export]'") from None
        types = {**dict.fromkeys(_TRUTHS, pyarrow.bool_()), **dict.fromkeys(_NUMBERS, pyarrow.int64())}
        types["flags"] = pyarrow.list_(pyarrow.string())
        self._schema = pyarrow.schema([(name, types.get(name, pyarrow.string())) for name in COLUMNS])
        self._table = pyarrow.Table
        self._file = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[tuple[Any, ...]] = []

    def write(self, snapshot: RoomSnapshot) -> None:
        """Take a list's rows."""
        self._rows += [astuple(entry) for entry in snapshot.entries]
        if len(self._rows) >= _GROUP:
            self._flush()

    def close(self) -> None:
        """Finish the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._rows:
            columns = dict(zip(COLUMNS, map(list, zip(*self._rows, strict=True)), strict=True))
            self._file.write_table(self._table.from_pydict(columns, schema=self._schema))
            self._rows = []


class _Xlsx:
    """One sheet, written row by row; ids are text, since a sheet's numbers end at 2^53."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            import xlsxwriter  # type: ignore[import-untyped]
        except ImportError:
            raise SettingError("a workbook needs XlsxWriter: pip install 'rankcrawler[export]'") from None
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, **plain})
        self._sheet = self._book.add_worksheet("ranks")
        self._sheet.write_row(0, 0, COLUMNS)
        self._rows = 0

    def write(self, snapshot: RoomSnapshot) -> None:
        """Take a list's rows."""
        for entry in snapshot.entries:
            self._rows += 1
            if self._rows > _XLSX_ROWS:
                self._book.close()
                raise StoreError(f"a sheet ends after {_XLSX_ROWS:,} rows: take .parquet or .csv, or a shorter time")
            if self._sheet.write_row(self._rows, 0, _cells(astuple(entry))):
                self._book.close()
                raise StoreError(
                    f"a cell ends after {_XLSX_CHARACTERS:,} characters, and a text of room {entry.room_id} does not: "
                    "take .parquet, .csv or .jsonl"
                )

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


_SAFE = 2**53


def _cells(values: Sequence[Any]) -> list[Any]:
    """Values as a sheet holds them: what is too large for its numbers is text."""
    return [
        " ".join(value)
        if isinstance(value, tuple)
        else str(value)
        if isinstance(value, int) and abs(value) > _SAFE
        else value
        for value in values
    ]


_SINKS: dict[str, Callable[[Any], Sink]] = {
    ".parquet": _Parquet,
    ".csv": lambda file: _Exported(RowsAsCsv(file)),
    ".jsonl": lambda file: _Exported(RowsAsJsonLines(file, encoding="utf-8")),
    ".xlsx": _Xlsx,
}
