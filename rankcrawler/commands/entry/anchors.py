"""`scrapy anchors`: say which anchors are followed."""

import argparse
import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rankcrawler.commands.subcommands import CommandGroup
from rankcrawler.language import tr

if TYPE_CHECKING:
    from rankcrawler.commands.rooms.session import RoomsSubcommand


class Command(CommandGroup):
    """Exit status: 0 when everything that was asked for was done, else 1, and a line says what was not."""

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Follow anchors from room to room: add, list, pause and remove them")

    @property
    def subcommands(self) -> "Sequence[RoomsSubcommand]":
        """Every subcommand."""
        from rankcrawler.commands.anchors.subcommands import SUBCOMMANDS

        return SUBCOMMANDS

    def run_one(self, subcommand: "RoomsSubcommand", given: argparse.Namespace) -> int:
        """Run a subcommand on the queue."""
        from rankcrawler.commands.rooms.session import run

        return asyncio.run(run(subcommand, given, self.options))
