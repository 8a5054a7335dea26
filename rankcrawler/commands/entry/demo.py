"""`rankcrawler demo`: a crawl from end to end that needs nothing but this project."""

import argparse
from typing import ClassVar

from rankcrawler.commands.ending import one_line_errors
from rankcrawler.commands.tool import Tool
from rankcrawler.language import tr


class Command(Tool):
    """Exit status: the crawl's."""

    examples: ClassVar[tuple[str, ...]] = ("demo",)

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Crawl the seed rooms from a simulated gateway, and print one of the lists")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""
        super().add_options(parser)
        rooms = tr("rooms to crawl (default: thirty rooms that come with rankcrawler)")
        parser.add_argument("--rooms", metavar="FILE", help=rooms)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Simulate, crawl and print; on a terminal, serve pages until Ctrl-C."""
        with one_line_errors():
            from rankcrawler.commands import demo

            self.exitcode = demo.run(self.options, opts.rooms)
