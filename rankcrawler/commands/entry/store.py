"""`scrapy store`: ask the store, and look after it."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rankcrawler.commands.subcommands import CommandGroup
from rankcrawler.language import tr

if TYPE_CHECKING:
    from rankcrawler.commands.store.records import StoreSubcommand


class Command(CommandGroup):
    """Exit status: 0 when it was done, else 1, and a line says why not."""

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Ask the store who gave how much, and where someone was listed; export, purge and migrate it")

    @property
    def subcommands(self) -> "Sequence[StoreSubcommand]":
        """Every subcommand."""
        from rankcrawler.commands.store.subcommands import SUBCOMMANDS

        return SUBCOMMANDS

    def run_one(self, subcommand: "StoreSubcommand", given: argparse.Namespace) -> int:
        """Run a subcommand on the store that the settings name."""
        from rankcrawler.commands import moments

        options = self.options
        given.zone = options.time_zone
        moments.resolve(given, options.time_zone, moments.now_ms())
        return subcommand.run(options.store_url, given)
