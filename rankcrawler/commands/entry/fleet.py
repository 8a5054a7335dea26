"""`scrapy fleet`: run several workers on this machine."""

import argparse
import asyncio
import os
import sys
from typing import ClassVar

from scrapy.exceptions import UsageError

from rankcrawler.commands.ending import one_line_errors
from rankcrawler.commands.tool import Tool
from rankcrawler.language import tr
from rankcrawler.options import Options
from rankcrawler.spelling import meant

_ARGUMENTS = ("rooms", "anchors", "kind")


class Command(Tool):
    """Exit status: the worst of the workers'. Passes SIGTERM and Ctrl-C on to them, and waits until they end."""

    examples: ClassVar[tuple[str, ...]] = (
        "fleet --workers 4 -a rooms=rooms.jsonl",
        "fleet --workers 2 -a kind=audience",
    )

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Run several workers on this machine, and restart any that die")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""
        from rankcrawler.commands.values import whole

        super().add_options(parser)
        cores = os.cpu_count() or 1
        workers = tr("how many workers (default: the number of cores)")
        parser.add_argument("--workers", type=whole(1), default=cores, metavar="N", help=workers)
        arguments = tr("rooms, anchors or kind, as for scrapy crawl (may be repeated)")
        parser.add_argument("-a", dest="arguments", action="append", default=[], metavar="NAME=VALUE", help=arguments)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the -a arguments, and make a dict of them."""
        super().process_options(args, opts)
        for argument in opts.arguments:
            name, equals, _ = argument.partition("=")
            if name not in _ARGUMENTS or not equals:
                message = tr(
                    "the -a arguments are {known}, as NAME=VALUE, not {name}{meant}",
                    known=tr(", ").join(_ARGUMENTS),
                    name=name,
                    meant=meant(name, _ARGUMENTS),
                )
                raise UsageError(message, print_help=False)
        opts.arguments = dict(argument.partition("=")[::2] for argument in opts.arguments)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the workers until they end."""
        with one_line_errors():
            from rankcrawler import preflight
            from rankcrawler.commands import fleet

            assert self.settings is not None
            options = preflight.check(self.settings, opts.arguments)
            self.exitcode = asyncio.run(fleet.run(options, opts.workers, opts.arguments, _words(opts, options)))


def _words(opts: argparse.Namespace, options: Options) -> list[str]:
    """What the workers' command lines take over. On a terminal they log warnings only, as a crawl does."""
    words = ["-s", "LOG_LEVEL=WARNING"] if sys.stderr.isatty() and not options.has_log_file else []
    words += [word for setting in opts.set for word in ("-s", setting)]
    words += ["-L", opts.loglevel] if opts.loglevel else []
    words += ["--logfile", opts.logfile] if opts.logfile else []
    return words + ["--nolog"] * opts.nolog
