"""`scrapy rank ROOM_ID`: print a room's list, asking the gateway once."""

import argparse
import asyncio
from typing import ClassVar

from rankcrawler.commands.ending import one_line_errors
from rankcrawler.commands.tool import Tool
from rankcrawler.language import tr


class Command(Tool):
    """Exit status: 0 for a list, even an empty one; 1 if there was none; 2 for a wrong setting or argument."""

    examples: ClassVar[tuple[str, ...]] = (
        "rank 6994259511469247263",
        "rank 6994259511469247263 --kind audience --json",
    )

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options] ROOM_ID"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Print a room's rank list, asking the gateway once")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""
        from rankcrawler.commands import values
        from rankcrawler.commands.arguments import add_json, add_kind

        super().add_options(parser)
        parser.add_argument("room_id", type=values.identifier, metavar="ROOM_ID", help=tr("the room"))
        anchor = tr("the anchor's user id; adds fan-club levels")
        parser.add_argument("--anchor", type=values.identifier, metavar="ID", help=anchor)
        add_kind(parser, tr("which list"))
        add_json(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Ask, and print the list or why there is none."""
        with one_line_errors(misuse=2):
            from rankcrawler.commands import rank

            options = self.options
            found = asyncio.run(rank.ask(options, opts.kind, opts.room_id, opts.anchor))
            self.exitcode = rank.show(found, options.time_zone, as_json=opts.json)
