"""`scrapy gateway`: list the profiles of gateways, show one, and try it."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rankcrawler.commands.subcommands import CommandGroup
from rankcrawler.language import tr

if TYPE_CHECKING:
    from rankcrawler.commands.gateway.profiles import GatewaySubcommand


class Command(CommandGroup):
    """Exit status: 0 if the profile is valid and a request that was made brought a list, else 1."""

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("List the profiles of gateways, show one, and try it with one request")

    @property
    def subcommands(self) -> "Sequence[GatewaySubcommand]":
        """Every subcommand."""
        from rankcrawler.commands.gateway.subcommands import SUBCOMMANDS

        return SUBCOMMANDS

    def run_one(self, subcommand: "GatewaySubcommand", given: argparse.Namespace) -> int:
        """Run a subcommand with the settings."""
        return subcommand.run(self.options, given)
