"""Scrapy's exporters, which write a poll as the rows of its list; other items they write as ever."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from xml.sax.saxutils import XMLGenerator

import msgspec
from scrapy.exporters import CsvItemExporter, JsonItemExporter, JsonLinesItemExporter, XmlItemExporter

from rankcrawler.model.items import COLUMNS, FailedPoll, Poll, RoomSnapshot

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped: one such character in a nickname would break the whole feed."""
_encode_lines = msgspec.json.Encoder().encode_lines


def rows(item: Any) -> Iterable[Any]:
    """The rows of a poll or of its list; none of a failed poll. Any other item is a row of its own."""
    found = item.found if isinstance(item, Poll) else item
    if isinstance(found, FailedPoll):
        return ()
    return found.entries if isinstance(found, RoomSnapshot) else (found,)


class RowsAsJsonLines(JsonLinesItemExporter):
    """JSON Lines; where all fields are wanted, a list is encoded in one go (40 times as fast)."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self._whole = self.fields_to_export is None and self.encoding in ("utf-8", "utf8")

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        if self._whole and isinstance(item, (Poll, RoomSnapshot)):
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
"""Characters that begin a formula in some spreadsheet; and the ' that keeps a text from being one."""


class RowsAsCsv(CsvItemExporter):
    """CSV, with a header line even where there is no row.

    A text that a spreadsheet could take for a formula gets a ' before it, and so does one that begins with a ': to read
    a text back, remove one ' from its beginning.
    """

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        if self.fields_to_export is None:
            self.fields_to_export = [each.name for each in COLUMNS]

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        for row in rows(item):
            super().export_item(row)

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """The value, safe from being calculated by a spreadsheet."""
        value = super().serialize_field(field, name, value)
        return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

    def finish_exporting(self) -> None:
        """Write the header, if nothing else was written."""
        if self._headers_not_written and self.include_headers_line:
            self._headers_not_written = False
            self._write_headers_and_set_fields_to_export(None)
        super().finish_exporting()


class _KeepsReturns(XMLGenerator):
    """Writes carriage returns as references: XML readers turn plain ones into line feeds."""

    def characters(self, content: str) -> None:
        """Write text."""
        first, *others = content.split("\r")
        super().characters(first)
        for other in others:
            self.ignorableWhitespace("&#13;")
            super().characters(other)


class RowsAsXml(XmlItemExporter):
    """XML; an element is empty where its value is unknown."""

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self.xg = _KeepsReturns(file, self.encoding or "utf-8")

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """The value as XML can hold it."""
        value = super().serialize_field(field, name, value)
        if value is None:
            return ""
        return _NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value

    def export_item(self, item: Any) -> None:
        """Write the item's rows."""
        for row in rows(item):
            super().export_item(row)
