"""Scrapy's exporters, changed to write a poll as the rows of its list. They write other items as usual."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from xml.sax.saxutils import XMLGenerator

import msgspec
from scrapy.exporters import CsvItemExporter, JsonItemExporter, JsonLinesItemExporter, XmlItemExporter

from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot
from rankcrawler.model.rows import COLUMNS

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that XML 1.0 forbids, even escaped. One of them in a nickname would break the whole feed."""
_encode_lines = msgspec.json.Encoder().encode_lines


def rows(item: Any) -> Iterable[Any]:
    """The rows of a poll or its list; none for a failed poll. Any other item is its own row."""
    found = item.found if isinstance(item, Poll) else item
    if isinstance(found, FailedPoll):
        return ()
    return found.entries if isinstance(found, RoomSnapshot) else (found,)


class RowsAsJsonLines(JsonLinesItemExporter):
    """JSON Lines. If all fields are exported, a list is encoded at once, which is 40 times as fast."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self._exports_all = self.fields_to_export is None and self.encoding in ("utf-8", "utf8")

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        if self._exports_all and isinstance(item, (Poll, RoomSnapshot)):
            self.file.write(_encode_lines(rows(item)))
            return
        for row in rows(item):
            super().export_item(row)


class RowsAsJson(JsonItemExporter):
    """One JSON array."""

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        for row in rows(item):
            super().export_item(row)


_FORMULA = re.compile("['=+\\-@\t\r\n＝＋－＠]")
"""Characters that start a formula in some spreadsheet, and the ' that turns a formula into text."""


class RowsAsCsv(CsvItemExporter):
    """CSV, with a header even if there are no rows.

    A text that a spreadsheet could run as a formula gets a leading ', and so does a text that starts with one. To read
    a text back, remove one leading '.
    """

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        if self.fields_to_export is None:
            self.fields_to_export = [column.name for column in COLUMNS]

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        for row in rows(item):
            super().export_item(row)

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """The value, escaped so that no spreadsheet runs it as a formula."""
        value = super().serialize_field(field, name, value)
        return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

    def finish_exporting(self) -> None:
        """Write the header if there were no rows."""
        if self._headers_not_written and self.include_headers_line:
            self._headers_not_written = False
            self._write_headers_and_set_fields_to_export(None)
        super().finish_exporting()


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
        for row in rows(item):
            super().export_item(row)
