"""Two stations between an exporter and the file of a feed. Both handle the output for one list at a time."""

from typing import Any, BinaryIO

from zlib_ng import zlib_ng

_LEVEL = 6


class Pages:
    """Holds an exporter's output back until turn(), so that a list reaches the file whole or not at all."""

    def __init__(self, file: BinaryIO, feed_options: dict[str, Any]) -> None:
        self._file = file
        self._feeds_a_plugin = len(feed_options["postprocessing"]) > 1
        self._page = bytearray()

    def write(self, data: bytes) -> int:
        """Add to the page."""
        self._page += data
        return len(data)

    def turn(self) -> None:
        """Write the page, and begin a new one."""
        if self._page:
            page, self._page = bytes(self._page), bytearray()
            self._file.write(page)

    def tear(self) -> None:
        """Throw the page away."""
        self._page.clear()

    def close(self) -> None:
        """Write the last page. Scrapy closes the file, and the first plugin closes the next."""
        self.turn()
        if self._feeds_a_plugin:
            self._file.close()


class GzipMembers:
    """Compresses each page on its own, as a member of the gzip file.

    A file that was cut off between lists is a valid gzip file, and a later run can append to it. Next to Scrapy's
    plugin at the same level, files of lists of 100 rows are 13 % larger and take half the time; of lists of 10 rows,
    they are twice as large.
    """

    def __init__(self, file: BinaryIO, feed_options: dict[str, Any]) -> None:
        self._file = file
        self._level = feed_options.get("gzip_compresslevel", _LEVEL)
        self._is_empty = True

    def write(self, data: bytes) -> int:
        """Write a member."""
        packing = zlib_ng.compressobj(self._level, wbits=31)
        self._file.write(packing.compress(data) + packing.flush())
        self._is_empty = False
        return len(data)

    def close(self) -> None:
        """Write an empty member if there is no other, since an empty file is not a gzip file."""
        if self._is_empty:
            self.write(b"")
