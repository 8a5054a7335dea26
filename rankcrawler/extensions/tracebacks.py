"""Counts what was logged with a traceback, so that the run's end can say so: Scrapy logs a callback's, pipeline's,
extension's or start()'s exception, and calls the run finished.
"""

import logging

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.statscollectors import StatsCollector

from rankcrawler.errors import RankcrawlerError

_TOLD_OTHERWISE = (RankcrawlerError, CloseSpider)
"""What we raise ourselves, somebody of ours has in the books: a store that is out, for one, is tried again."""


class Tracebacks(logging.Handler):
    """Counts as `rankcrawler/tracebacks`, from the crawl's beginning to its end."""

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
        """Count a record that shows an exception."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, _TOLD_OTHERWISE):
            self._stats.inc_value("rankcrawler/tracebacks")

    def close(self) -> None:
        """Count no more."""
        logging.root.removeHandler(self)
        super().close()
