"""`scrapy crawl`: Scrapy's own, with settings checked before it starts and a report when it ends."""

import argparse
import asyncio
import signal
import sys
from inspect import signature
from typing import Any

from scrapy import Spider
from scrapy.commands import crawl
from scrapy.crawler import Crawler
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.defer import deferred_from_coro

from rankcrawler.commands import helptext, interrupt, overview, unknown
from rankcrawler.commands.ending import one_line_errors, refuse, warn_of_env_file
from rankcrawler.commands.printing.streams import prepare
from rankcrawler.language import english, tr
from rankcrawler.spelling import hint

_EXAMPLES = (
    "crawl ranklist -a rooms=6994259511469247263 -O ranks.jsonl",
    "crawl ranklist -a rooms=rooms.jsonl -a kind=audience",
    "crawl ranklist -s MAX_IDLE_TIME_BEFORE_CLOSE=60",
)


class Command(crawl.Command):
    """Exit status: 0 if everything was polled and stored, 1 if anything failed or is set wrong, 3 if the fleet is
    stopped.
    """

    def __init__(self) -> None:
        super().__init__()
        from rankcrawler import jsonlog

        overview.install()  # Scrapy makes every command of a project before it looks for the one that was named
        jsonlog.install()

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options] SPIDER"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Poll rooms, and store their lists")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare Scrapy's options, with our examples below. Nothing is printed before this."""
        prepare()
        parser.description = self.long_desc()
        super().add_options(parser)
        helptext.finish(parser, _EXAMPLES)
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything before anything starts. On a terminal log warnings only, to leave the progress line."""
        interrupt.end_at_once()
        from rankcrawler import channel, preflight
        from rankcrawler.feeds.address import with_format
        from rankcrawler.setting_values import JSON

        opts.output = [with_format(each) for each in opts.output or ()]
        opts.overwrite_output = [with_format(each) for each in opts.overwrite_output or ()]
        super().process_options(args, opts)
        assert self.settings is not None
        self._check_words(args, self.settings)
        if channel.joined() is None:  # its fleet has said it already
            warn_of_env_file()
        with one_line_errors():
            options = preflight.check(self.settings, opts.spargs, _arguments_of(args, self.settings))
        self._logs_json = options.log_format == JSON
        self.settings.set("LOG_FORMAT", options.log_format, priority=SETTINGS_PRIORITIES["project"] + 1)
        if sys.stderr.isatty() and not options.has_log_file:
            self.settings.set("LOG_LEVEL", "WARNING", priority=SETTINGS_PRIORITIES["project"] + 1)

    def _check_words(self, args: list[str], settings: BaseSettings) -> None:
        """Exit if the words name no spider, or more than one."""
        options = [word for word in args if word.startswith("-")]
        if options:
            refuse(
                tr(
                    "unrecognized arguments: {words}{meant}",
                    words=" ".join(options),
                    meant=unknown.suggestion(options, self._parser),
                ),
                2,
            )
        known = get_spider_loader(settings).list()
        one_of = tr("expected {names}", names=tr(" or ").join(known))
        if not args:
            refuse(tr("crawl: which spider? {expected}", expected=one_of), 2)
        if args[0] not in known:
            refuse(tr("{name} is not a spider: {hint}", name=args[0], hint=hint(args[0], known, one_of)), 2)
        if len(args) > 1:
            refuse(
                tr(
                    "crawl: expected one spider, not {words}; what it takes is written -a NAME=VALUE",
                    words=" ".join(args),
                ),
                2,
            )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and print the report. A terminal that is closed stops the crawl as SIGTERM does."""
        if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # nohup has it ignored
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
        from twisted.internet import reactor

        self._created: list[Crawler] = []
        events: Any = reactor
        events.addSystemEventTrigger("before", "shutdown", lambda: deferred_from_coro(self._closed()))
        with english():  # what is logged and stored is read on other machines too
            super().run(args, opts)
        for crawler in self._created:
            self._report(crawler)

    async def _closed(self) -> None:
        """Let a crawl close as a whole: Scrapy stops the reactor under one that was starting or ending at Ctrl-C.

        After a second Ctrl-C, Scrapy ignores all others, and nothing is waited for.
        """
        for engine in [crawler.engine for crawler in self._created if crawler.engine]:
            while engine._slot is not None and signal.getsignal(signal.SIGTERM) != signal.SIG_IGN:
                if engine.running:
                    await engine.stop_async()
                await asyncio.sleep(0.02)

    def _create_crawler(self, spidercls: type[Spider] | str) -> Crawler:
        self._created.append(super()._create_crawler(spidercls))
        return self._created[-1]

    def _report(self, crawler: Crawler) -> None:
        """Print the summary; a worker of a fleet leaves that to the fleet."""
        from rankcrawler import channel
        from rankcrawler.commands import summary
        from rankcrawler.progress import Figures
        from rankcrawler.report import Report

        stats = crawler.stats.get_stats() if crawler.stats else {}
        report = Report.of(stats)
        if fleet := channel.joined():
            fleet.send(Figures.of(stats, waiting=True), patience=2.0)
        else:
            summary.show(report, as_json=self._logs_json)
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
