"""`scrapy fleet`: several workers on this machine."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from rankcrawler.commands import OUR_SETTINGS

if TYPE_CHECKING:
    from rankcrawler.queue.room_queue import RoomQueue


class Command(ScrapyCommand):
    """Exit status: the worst of the workers'; SIGTERM and Ctrl-C are passed on, and waited for."""

    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = OUR_SETTINGS

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Run several workers on this machine, and start those again that die"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The command's own options."""
        super().add_options(parser)
        cores = os.cpu_count() or 1
        parser.add_argument("--workers", type=int, default=cores, metavar="N", help="how many (default: %(default)s)")
        parser.add_argument("-a", dest="arguments", action="append", default=[], metavar="NAME=VALUE", help="as crawl")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the workers to their end."""
        from rankcrawler import preflight
        from rankcrawler.errors import RankcrawlerError

        assert self.settings is not None
        if opts.workers < 1 or args:
            raise UsageError("fleet takes --workers N, of at least 1, and the options of crawl", print_help=False)
        arguments = dict(argument.partition("=")[::2] for argument in opts.arguments)
        if set(arguments) - {"rooms", "kind"}:
            raise UsageError("the -a arguments are rooms and kind", print_help=False)
        try:
            preflight.check(self.settings, arguments)
        except RankcrawlerError as error:
            sys.exit(f"rankcrawler: {error}")
        logging.basicConfig(level=logging.INFO, format="%(asctime)s [%(name)s] %(levelname)s: %(message)s")
        try:
            self.exitcode = asyncio.run(_run(self.settings, opts, arguments))
        except RankcrawlerError as error:
            sys.exit(f"rankcrawler: {error}")


async def _run(settings: BaseSettings, opts: argparse.Namespace, arguments: dict[str, str]) -> int:
    from rankcrawler.backoff import Backoff
    from rankcrawler.fleet import Fleet, worker_command
    from rankcrawler.queue.access import open_queue
    from rankcrawler.report import STOPPED

    options = [word for setting in opts.set for word in ("-s", setting)]
    options += ["-L", opts.loglevel] if opts.loglevel else []
    rooms, kind = arguments.get("rooms"), arguments.get("kind", "ranklist")
    drain = rooms is not None
    # A crawl that empties the queue and saw rooms fail says so with status 1; one that waits never ends by itself,
    # unless the fleet is stopped.
    final = frozenset({0, 1, STOPPED}) if drain else frozenset({0, STOPPED})
    commands = [worker_command(options, kind=kind, drain=drain)] * opts.workers
    fleet = Fleet(commands, final=final, backoff=Backoff(1.0, 60.0))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, fleet.stop)
    async with open_queue(settings, kind) as (queue, _):
        rejected = await _push(queue, rooms) if rooms is not None else 0
        return max(await fleet.run(), 1 if rejected else 0)


async def _push(queue: "RoomQueue", rooms: str) -> int:
    """Push the rooms, before a worker can find the queue empty; how many of them could not be read."""
    from rankcrawler.errors import JobError
    from rankcrawler.queue import roomlist

    found = list(roomlist.read(rooms))
    await queue.push(job for job in found if not isinstance(job, JobError))
    errors = [job for job in found if isinstance(job, JobError)]
    for error in errors:
        logging.getLogger(__name__).error("%s", error)
    return len(errors)
