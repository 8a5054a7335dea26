"""`scrapy crawl`: Scrapy's own, with mistakes told in a line, a report at the end, and an honest exit status."""

import argparse
import sys

from scrapy import Spider
from scrapy.commands import crawl
from scrapy.crawler import Crawler
from scrapy.settings import SETTINGS_PRIORITIES

from rankcrawler import preflight
from rankcrawler.errors import RankcrawlerError
from rankcrawler.feeds.extension import RankFeeds, with_format
from rankcrawler.report import Report
from rankcrawler.speedups import memory


class Command(crawl.Command):
    """Exit status: 0 when everything was polled and stored, 1 when anything failed or is set wrong, 3 when the fleet
    is stopped.
    """

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look at the settings before anything starts; keep a terminal's log to warnings, for the progress line."""
        opts.output = [with_format(each) for each in opts.output or ()]
        opts.overwrite_output = [with_format(each) for each in opts.overwrite_output or ()]
        super().process_options(args, opts)
        assert self.settings is not None
        try:
            preflight.check(self.settings, opts.spargs)
        except RankcrawlerError as error:
            sys.exit(f"rankcrawler: {error}")
        if sys.stderr.isatty():
            self.settings.set("LOG_LEVEL", "WARNING", priority=SETTINGS_PRIORITIES["project"] + 1)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and report."""
        memory.settle()
        self._created: list[Crawler] = []
        super().run(args, opts)
        for crawler in self._created:
            self._report(crawler)

    def _create_crawler(self, spidercls: type[Spider] | str) -> Crawler:
        self._created.append(super()._create_crawler(spidercls))
        return self._created[-1]

    def _report(self, crawler: Crawler) -> None:
        stats = crawler.stats.get_stats() if crawler.stats else {}
        if crawler.settings.getdict("FEEDS") and not _has_feeds(crawler):
            stats["rankcrawler/feeds/failed"] = len(crawler.settings.getdict("FEEDS"))
        report = Report.of(stats)
        print("\n".join(report.lines()), file=sys.stderr)
        self.exitcode = max(report.status, self.exitcode)


def _has_feeds(crawler: Crawler) -> bool:
    """Whether the feeds were set up: Scrapy logs why one could not be, drops them all, and goes on."""
    return crawler.extensions is not None and crawler.get_extension(RankFeeds) is not None
