"""`scrapy fleet`: run several workers on this machine."""

import argparse
import asyncio
import os

from scrapy.exceptions import UsageError

from rankcrawler.commands.ending import one_line_errors
from rankcrawler.commands.tool import Tool

_ARGUMENTS = ("rooms", "kind")


class Command(Tool):
    """Exit status: the worst of the workers'. Passes SIGTERM and Ctrl-C on to them, and waits until they end."""

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Run several workers on this machine, and restart any that die"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""
        from rankcrawler.commands.values import whole

        super().add_options(parser)
        parser.epilog = "Example: scrapy fleet --workers 4 -a rooms=rooms.jsonl"
        cores = os.cpu_count() or 1
        workers = "how many workers (default: %(default)s, the number of cores)"
        parser.add_argument("--workers", type=whole(1), default=cores, metavar="N", help=workers)
        arguments = "rooms or kind, as for scrapy crawl (may be repeated)"
        parser.add_argument("-a", dest="arguments", action="append", default=[], metavar="NAME=VALUE", help=arguments)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the -a arguments, and make a dict of them."""
        super().process_options(args, opts)
        opts.arguments = dict(argument.partition("=")[::2] for argument in opts.arguments)
        if not opts.arguments.keys() <= set(_ARGUMENTS):
            raise UsageError(f"the -a arguments are {' and '.join(_ARGUMENTS)}", print_help=False)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the workers until they end."""
        with one_line_errors():
            from rankcrawler import preflight
            from rankcrawler.commands import fleet

            assert self.settings is not None
            options = preflight.check(self.settings, opts.arguments)
            words = [word for setting in opts.set for word in ("-s", setting)]
            words += ["-L", opts.loglevel] if opts.loglevel else []
            self.exitcode = asyncio.run(fleet.run(options, opts.workers, opts.arguments, words))
