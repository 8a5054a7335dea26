"""`scrapy crawl`: Scrapy's own, with settings checked before it starts and a report when it ends."""

import argparse
import signal
import sys
from inspect import signature

from scrapy import Spider
from scrapy.commands import crawl
from scrapy.crawler import Crawler
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.spiderloader import get_spider_loader

from rankcrawler.commands.ending import one_line_errors


class Command(crawl.Command):
    """Exit status: 0 if everything was polled and stored, 1 if anything failed or is set wrong, 3 if the fleet is
    stopped.
    """

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the settings before anything starts. On a terminal log warnings only, to leave the progress line."""
        from rankcrawler import preflight
        from rankcrawler.feeds.address import with_format

        opts.output = [with_format(each) for each in opts.output or ()]
        opts.overwrite_output = [with_format(each) for each in opts.overwrite_output or ()]
        super().process_options(args, opts)
        assert self.settings is not None
        with one_line_errors():
            preflight.check(self.settings, opts.spargs, _arguments_of(args, self.settings))
        if sys.stderr.isatty():
            self.settings.set("LOG_LEVEL", "WARNING", priority=SETTINGS_PRIORITIES["project"] + 1)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and print the report. A terminal that is closed stops the crawl as SIGTERM does."""
        if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # nohup has it ignored
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
        self._created: list[Crawler] = []
        super().run(args, opts)
        for crawler in self._created:
            self._report(crawler)

    def _create_crawler(self, spidercls: type[Spider] | str) -> Crawler:
        self._created.append(super()._create_crawler(spidercls))
        return self._created[-1]

    def _report(self, crawler: Crawler) -> None:
        from rankcrawler.report import Report

        report = Report.of(crawler.stats.get_stats() if crawler.stats else {})
        print("\n".join(report.lines()), file=sys.stderr)
        self.exitcode = max(report.status, self.exitcode)


def _arguments_of(args: list[str], settings: BaseSettings) -> set[str] | None:
    """The arguments that the spider of this name takes; None if it is unknown, or none of ours."""
    from rankcrawler.spiders.ranklist import RanklistSpider

    loader = get_spider_loader(settings)
    spider = loader.load(args[0]) if args and args[0] in loader.list() else Spider
    if not issubclass(spider, RanklistSpider):
        return None
    ours = spider.__mro__[: spider.__mro__.index(Spider)]
    return {name for each in ours for name in signature(each).parameters} - {"args", "kwargs"}
