"""`rankcrawler alerts`: tell people what happens in rooms; with a subcommand, change and test the rules."""

import argparse
import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rankcrawler.commands.ending import one_line_errors
from rankcrawler.commands.subcommands import CommandGroup
from rankcrawler.language import tr

if TYPE_CHECKING:
    from rankcrawler.commands.alerts.rules import AlertsSubcommand


_LANGUAGES = ("en", "zh")


class Command(CommandGroup):
    """Without a subcommand, it looks at the store and delivers until it is stopped.

    Exit status: 0 when everything that was asked for was done, else 1, and a line says what was not.
    """

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[--once] [--lang LANGUAGE] | SUBCOMMAND [options] [arguments]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Watch for what happens in rooms, and tell people: rules, targets, quiet hours")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the subcommands, and what holds without one."""
        from rankcrawler.commands.values import listed, one_of

        parser.add_argument("--once", action="store_true", help=tr("look once, deliver what is due, and end"))
        spoken = tr("the language of messages (default: that of the commands)")
        parser.add_argument("--lang", type=one_of(_LANGUAGES), metavar=listed(_LANGUAGES), help=spoken)
        super().add_options(parser)

    @property
    def subcommands(self) -> "Sequence[AlertsSubcommand]":
        """Every subcommand."""
        from rankcrawler.commands.alerts.subcommands import SUBCOMMANDS

        return SUBCOMMANDS

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the subcommand that was named, or watch."""
        if opts.subcommand is not None:
            super().run(args, opts)
            return
        from rankcrawler.commands.alerts import watching

        with one_line_errors():
            self.exitcode = asyncio.run(watching.run(self.options, once=opts.once, language=opts.lang))

    def run_one(self, subcommand: "AlertsSubcommand", given: argparse.Namespace) -> int:
        """Run a subcommand on the file of rules."""
        from rankcrawler.commands.alerts.rules import run

        return run(subcommand, given, self.options)
