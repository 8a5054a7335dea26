"""`status` and `purge`: look after the store."""

import argparse

from rankcrawler.commands.arguments import TIMES, add_json, add_source
from rankcrawler.commands.moments import moment
from rankcrawler.commands.store import answers, sources
from rankcrawler.commands.store.records import StoreSubcommand, opened
from rankcrawler.language import marked, tr


class Status(StoreSubcommand):
    """Prints the store at a glance."""

    name = "status"
    help = marked("Print where the store is, its size, and how much it holds")
    example = "status --json"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare whose figures are printed, and how."""
        add_source(parser, tr("all together"))
        add_json(parser)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print the figures."""
        with opened(url) as store:
            sources.check(store, given.source)
            answers.print_status(store.status(given.source), as_json=given.json)
        return 0


class Purge(StoreSubcommand):
    """Removes old days."""

    name = "purge"
    help = marked("Remove old days (UTC); rooms, contributors and the sums of each hour stay")
    example = "purge --older-than 30d"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how old."""
        older = tr("remove the days before the day of this moment; {times}", times=tr(TIMES))
        parser.add_argument("--older-than", type=moment, required=True, metavar="TIME", help=older)
        add_source(parser, tr("all"))

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Remove the days, and print how much was in them."""
        with opened(url) as store:
            sources.check(store, given.source)
            removed = store.purge(given.older_than, given.source)
        day = given.older_than[:10]
        print(
            tr(
                "{polls} polls, {lists} lists and {entries} rows removed, of days before {day} (UTC)",
                polls=removed.polls,
                lists=removed.lists,
                entries=removed.entries,
                day=day,
            )
        )
        return 0
