"""One feed of a crawl: which rows it takes, and what follows when it cannot write them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from scrapy.extensions.feedexport import ItemFilter

from rankcrawler.errors import FeedError
from rankcrawler.feeds.address import shown
from rankcrawler.feeds.batch import Batch

logger = logging.getLogger(__name__)


class Feed:
    """Writes rows to one file, or to files of `limit` rows each.

    `next_batch` makes the file that follows another, or the first. `when_full` is called with each file that has its
    rows, `when_failed` whenever rows could not be written. Raises FeedError or OSError if the first file cannot be
    opened.
    """

    def __init__(
        self,
        next_batch: Callable[[Batch | None], Batch],
        limit: int,
        when_full: Callable[[Batch], None],
        when_failed: Callable[[], None],
    ) -> None:
        self._next_batch = next_batch
        self._limit = limit
        self._when_full = when_full
        self._when_failed = when_failed
        self._is_given_up = False
        self.batch = next_batch(None)
        """The file that is being written."""
        self.batch.claim()

    def write(self, rows: Sequence[Any]) -> None:
        """Write the rows that the feed takes. A feed whose file fails is given up; the others go on."""
        if self._is_given_up:
            return
        try:
            for part in self._parts(self._accepted(rows)):
                self.batch.export(part)
                if self.batch.itemcount == self._limit:
                    self._turn_over()
        except (OSError, FeedError) as error:
            self._is_given_up = True
            self._lost("given up", error)
        except Exception as error:  # an exporter or a filter of anyone's may raise anything
            self._lost("a list is left out", error)

    def _accepted(self, rows: Sequence[Any]) -> Sequence[Any]:
        chosen = self.batch.filter
        if type(chosen) is ItemFilter and not chosen.item_classes:
            return rows
        return [row for row in rows if chosen.accepts(row)]

    def _parts(self, rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The rows in parts that fit what is left of each batch."""
        while rows:
            room = self._limit - self.batch.itemcount if self._limit else len(rows)
            yield rows[:room]
            rows = rows[room:]

    def _turn_over(self) -> None:
        full, self.batch = self.batch, self._next_batch(self.batch)
        self._when_full(full)
        self.batch.claim()

    def _lost(self, outcome: str, error: Exception) -> None:
        self.batch.has_lost_rows = True
        self._when_failed()
        logger.error("Feed %s: %s: %s: %s", shown(self.batch.uri), outcome, type(error).__name__, error)
        logger.debug("Feed %s", shown(self.batch.uri), exc_info=error)
