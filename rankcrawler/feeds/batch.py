"""One file of a feed. A feed in batches has one after another, any other feed has one."""

from collections.abc import Sequence
from typing import IO, Any, cast

from scrapy.exporters import CsvItemExporter, JsonItemExporter, XmlItemExporter
from scrapy.extensions.feedexport import FeedSlot, StdoutFeedStorage
from scrapy.extensions.postprocessing import PostProcessingManager

from rankcrawler.errors import FeedError
from rankcrawler.feeds.address import shown
from rankcrawler.feeds.appended import Appended
from rankcrawler.feeds.local_file import LocalFile
from rankcrawler.feeds.pages import Pages
from rankcrawler.language import tr


class Batch(FeedSlot):
    """Writes rows, list by list. `itemcount` counts rows."""

    has_lost_rows = False
    """Whether rows that belong here could not be written."""

    def claim(self) -> None:
        """Open and lock a local file; raises FeedError or OSError if it cannot be written to."""
        if not isinstance(self.storage, LocalFile):
            return
        place = self.storage.claim()
        if not isinstance(place, Appended) or not place.size:
            return
        exporter = self.exporters[self.format]
        if issubclass(exporter, (JsonItemExporter, XmlItemExporter)):
            place.discard()
            raise FeedError(
                tr(
                    "feed {feed}: {format} cannot be appended to: use -O, or jsonl",
                    feed=shown(self.uri),
                    format=self.format,
                )
            )
        if len(self.feed_options["postprocessing"]) == 1:
            place.end_line()
        if issubclass(exporter, CsvItemExporter):
            kwargs = self.feed_options["item_export_kwargs"] | {"include_headers_line": False}
            encoding = (self.feed_options["encoding"] or "utf-8").removesuffix("-sig")
            self.feed_options = self.feed_options | {"item_export_kwargs": kwargs, "encoding": encoding}

    def export(self, rows: Sequence[Any]) -> None:
        """Write rows, all or none; raises whatever the exporter or the file does."""
        self.start_exporting()
        self._pages.turn()
        write = getattr(self.exporter, "export_rows", self._export_singly)
        try:
            write(rows)
        except Exception:
            self._pages.tear()
            raise
        self._pages.turn()
        self._manager.file.flush()
        self.itemcount += len(rows)

    def finish(self) -> bool:
        """Write the end of the file; False if there is to be no file."""
        if not self.itemcount:
            if not self.store_empty or self.batch_id > 1:
                return False
            self.start_exporting()
        self.finish_exporting()
        self._manager.close()
        self._manager.file.flush()
        return True

    def discard(self) -> None:
        """Leave no file."""
        if isinstance(self.storage, LocalFile):
            self.storage.discard()

    def _export_singly(self, rows: Sequence[Any]) -> None:
        assert self.exporter is not None
        for row in rows:
            self.exporter.export_item(row)

    @property
    def replaces(self) -> bool:
        """Whether storing the file replaces the one of a run before."""
        if isinstance(self.storage, LocalFile):
            return self.storage.replaces
        return not isinstance(self.storage, StdoutFeedStorage) and bool(self.feed_options.get("overwrite", True))

    @property
    def written(self) -> IO[bytes]:
        """The file, for its storage."""
        return self._manager.file

    @property
    def _manager(self) -> PostProcessingManager:
        return cast("PostProcessingManager", self.file)

    @property
    def _pages(self) -> Pages:
        pages = self._manager.head_plugin
        assert isinstance(pages, Pages)
        return pages
