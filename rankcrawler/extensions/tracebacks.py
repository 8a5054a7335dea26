"""Counts the errors that were logged with a traceback, so that the report at the end of a run can name them.

Scrapy logs the exception of a callback, pipeline, extension or start(), and reports the run as finished all the same.
"""

import logging

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.errors import RankcrawlerError

_EXPECTED = (RankcrawlerError, CloseSpider)
"""Errors that we raise on purpose and handle: an unavailable store, for instance, is tried again."""


class Tracebacks(logging.Handler):
    """Counts for as long as the crawl runs."""

    def __init__(self, stats: StatsCollector) -> None:
        super().__init__(logging.ERROR)
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Tracebacks":
        """The extension of a crawl."""
        counting = cls(crawler.stats)
        logging.root.addHandler(counting)
        crawler.signals.connect(counting.close, signals.engine_stopped)
        return counting

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record that holds an unexpected exception."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, _EXPECTED):
            self._stats.inc_value(statistics.TRACEBACKS)

    def close(self) -> None:
        """Stop counting."""
        logging.root.removeHandler(self)
        super().close()
