"""Scrapy's exporters, with a fast way for the rows of a list. They write other items as Scrapy does."""

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import XMLGenerator

import msgspec
from scrapy.exporters import CsvItemExporter, JsonItemExporter, JsonLinesItemExporter, XmlItemExporter
from scrapy.utils.python import to_bytes

from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot
from rankcrawler.model.rows import COLUMNS, RankEntry

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that XML 1.0 forbids, even escaped. One of them in a nickname would break the whole feed."""
_encoder = msgspec.json.Encoder()


def rows(item: Any) -> Sequence[Any]:
    """The rows of a poll or its list; none for a failed poll. Any other item is its own row."""
    found = item.found if isinstance(item, Poll) else item
    if isinstance(found, FailedPoll):
        return ()
    return found.entries if isinstance(found, RoomSnapshot) else (found,)


def _is_plain(exporter: JsonItemExporter | JsonLinesItemExporter) -> bool:
    """Whether no option asks for anything but all fields as compact UTF-8, which msgspec writes 40 times as fast."""
    options = {name: value for name, value in exporter._kwargs.items() if value is not None}
    is_utf8 = exporter.encoding in ("utf-8", "utf8")
    return is_utf8 and exporter.fields_to_export is None and options == {"ensure_ascii": False}


class RowsAsJsonLines(JsonLinesItemExporter):
    """JSON Lines."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self._is_plain = _is_plain(self)

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        self.export_rows(rows(item))

    def export_rows(self, entries: Sequence[Any]) -> None:
        """Write rows."""
        if self._is_plain and entries and isinstance(entries[0], RankEntry):
            self.file.write(_encoder.encode_lines(entries))
            return
        for row in entries:
            super().export_item(row)


class RowsAsJson(JsonItemExporter):
    """One JSON array, with a row on each line. A file that was cut off between lists lacks only the last bracket."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self._is_plain = _is_plain(self)
        self._separator = b"\n"

    def start_exporting(self) -> None:
        """Begin the array."""
        self.file.write(b"[")

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        self.export_rows(rows(item))

    def export_rows(self, entries: Sequence[Any]) -> None:
        """Write rows, or none of them if one cannot be encoded."""
        texts = [self._encoded(row) for row in entries]
        if texts:
            self.file.write(self._separator + b",\n".join(texts))
            self._separator = b",\n"

    def finish_exporting(self) -> None:
        """End the array."""
        self.file.write(b"\n]\n")

    def _encoded(self, row: Any) -> bytes:
        if self._is_plain and isinstance(row, RankEntry):
            return _encoder.encode(row)
        return to_bytes(self.encoder.encode(dict(self.get_serialized_fields(row))), self.encoding)


FORMULA = re.compile("['=+\\-@\t\r\n＝＋－＠]")
"""Characters that start a formula in some spreadsheet, and the ' that turns a formula into text."""


class RowsAsCsv(CsvItemExporter):
    """CSV, with a header even if there are no rows.

    A text of a row that a spreadsheet could run as a formula gets a leading ', and so does a text that starts with
    one. To read a text back, remove one leading '. The fields of other items are written as they are.
    """

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self._escapes = False

    def start_exporting(self) -> None:
        """Write the header, if the fields are known already."""
        if self.fields_to_export is not None:
            self._write_header()

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        self.export_rows(rows(item))

    def export_rows(self, entries: Iterable[Any]) -> None:
        """Write rows. If no fields were asked for, the first row decides which there are."""
        for row in entries:
            self._escapes = isinstance(row, RankEntry)
            if self._escapes:
                self._write_header()
            super().export_item(row)

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """The value; a text of a row is escaped, so that no spreadsheet runs it as a formula."""
        value = super().serialize_field(field, name, value)
        return f"'{value}" if self._escapes and isinstance(value, str) and FORMULA.match(value) else value

    def finish_exporting(self) -> None:
        """Write the header if there were no rows."""
        self._write_header()
        super().finish_exporting()

    def _write_header(self) -> None:
        if not self._headers_not_written:
            return
        if self.fields_to_export is None:
            self.fields_to_export = [column.name for column in COLUMNS]
        self._headers_not_written = False
        self._write_headers_and_set_fields_to_export(None)


class _KeepsReturns(XMLGenerator):
    """Escapes carriage returns, which XML readers would turn into line feeds."""

    def characters(self, content: str) -> None:
        """Write text."""
        first, *others = content.split("\r")
        super().characters(first)
        for other in others:
            self.ignorableWhitespace("&#13;")
            super().characters(other)


class RowsAsXml(XmlItemExporter):
    """XML; an unknown value is an empty element."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self.xg = _KeepsReturns(file, self.encoding or "utf-8")

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """The value without characters that XML forbids."""
        value = super().serialize_field(field, name, value)
        if value is None:
            return ""
        return _NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        self.export_rows(rows(item))

    def export_rows(self, entries: Iterable[Any]) -> None:
        """Write rows."""
        for row in entries:
            super().export_item(row)
