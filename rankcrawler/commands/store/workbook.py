"""A workbook for Excel, written row by row: what fits one sheet, the rest in more."""

import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO
from zoneinfo import ZoneInfo

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.commands.store.fields import Table
from rankcrawler.errors import SettingError, StoreError
from rankcrawler.language import tr
from rankcrawler.model.columns import Row

SHEET_ROWS = 1_048_576
"""Rows of a sheet, with its header."""
CELL_CHARACTERS = 32_767
"""Characters that fit a cell, in UTF-16."""
_EXACT = 10**15
"""Excel shows 15 digits of a number; longer ones are texts."""
_WIDTHS = {int: 12, float: 12, bool: 8, str: 22, tuple: 16}
"""Of columns, in characters."""
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""Characters that no workbook can hold; the library escapes other control characters."""


class Workbook:
    """Ids and large numbers are texts, and times are dates: those that clocks in the table's zone show."""

    def __init__(self, file: BinaryIO, table: Table, *, rows: int = SHEET_ROWS) -> None:
        try:
            import xlsxwriter  # type: ignore[import-untyped]
        except ImportError:
            raise SettingError(tr("a workbook needs XlsxWriter: pip install 'rankcrawler[export]'")) from None
        as_it_is = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, **as_it_is})
        self._book.use_zip64()
        self._bold = self._book.add_format({"bold": True})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._table = table
        self._zone = table.zone or ZoneInfo("UTC")
        self._times = [each.is_time for each in table.fields]
        self._most = rows
        self._sheets = 0
        self._add_sheet()

    def write(self, rows: Iterable[Row]) -> int:
        """Write rows; returns how many. Raises StoreError where a cell cannot hold a text."""
        written = 0
        for row in rows:
            if self._row == self._most:
                self._finish_sheet()
                self._add_sheet()
            self._write(row)
            self._row += 1
            written += 1
        return written

    def close(self) -> None:
        """Complete the file."""
        self._finish_sheet()
        self._book.close()

    def _add_sheet(self) -> None:
        self._sheets += 1
        name = "ranks" if self._table.language == "en" else "榜单"
        self._sheet = self._book.add_worksheet(name if self._sheets == 1 else f"{name} {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        for place, field in enumerate(self._table.fields):
            self._sheet.set_column(place, place, 19 if field.is_time else _WIDTHS[field.type])
        self._sheet.write_row(0, 0, self._table.headings(with_zone=True), self._bold)
        self._row = 1

    def _finish_sheet(self) -> None:
        self._sheet.autofilter(0, 0, self._row - 1, len(self._table.fields) - 1)

    def _write(self, row: Row) -> None:
        for place, value in enumerate(row):
            if value is None:
                continue
            if self._times[place]:
                self._sheet.write_datetime(self._row, place, moments.local(ms(value), self._zone), self._date)
            elif isinstance(value, bool):
                self._sheet.write_boolean(self._row, place, value)
            elif isinstance(value, float) or (isinstance(value, int) and abs(value) < _EXACT):
                self._sheet.write_number(self._row, place, value)
            elif self._sheet.write_string(self._row, place, _text(value)):
                self._fail(row)

    def _fail(self, row: Row) -> None:
        names = [each.name for each in self._table.fields]
        self._book.close()
        if "room_id" in names:
            where = tr("of room {room}", room=row[names.index("room_id")])
        else:
            where = tr("in row {row}", row=self._row + 1)
        raise StoreError(
            tr(
                "a cell holds {characters:,} characters, and a text {where} is longer: export to .parquet, .csv or "
                ".jsonl",
                characters=CELL_CHARACTERS,
                where=where,
            )
        )


def _text(value: str | int | Sequence[str]) -> str:
    text = " ".join(value) if isinstance(value, tuple) else str(value)
    return _NOT_XML.sub("\ufffd", text)
