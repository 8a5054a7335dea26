"""`status`, `purge` and `migrate`: look after the store."""

import argparse

from rankcrawler.commands.arguments import TIMES, add_json
from rankcrawler.commands.moments import moment
from rankcrawler.commands.store import answers
from rankcrawler.commands.store.records import StoreSubcommand, opened
from rankcrawler.store import migration


class Status(StoreSubcommand):
    """Prints the store at a glance."""

    name = "status"
    help = "Print where the store is, its size, and how much it holds"
    example = "status --json"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how the figures are printed."""
        add_json(parser)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print the figures."""
        with opened(url) as store:
            answers.print_status(store.status(), as_json=given.json)
        return 0


class Purge(StoreSubcommand):
    """Removes old days."""

    name = "purge"
    help = "Remove old days (UTC); rooms, contributors and the sums of each day stay"
    example = "purge --older-than 30d"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how old."""
        older = f"remove the days before the day of this moment; {TIMES}"
        parser.add_argument("--older-than", type=moment, required=True, metavar="TIME", help=older)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Remove the days, and print how much was in them."""
        with opened(url) as store:
            removed = store.purge(given.older_than)
        day = given.older_than[:10]
        what = f"{removed.polls} polls, {removed.lists} lists and {removed.entries} rows"
        print(f"{what} removed, of days before {day} (UTC)")
        return 0


class Migrate(StoreSubcommand):
    """Brings a store to the version of this program."""

    name = "migrate"
    help = "Bring a store of an older version to this one's"
    example = "migrate"

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Migrate, and print what was done."""
        print(migration.migrate(url))
        return 0
