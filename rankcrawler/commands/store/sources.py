"""`sources` and `rename-source`: the gateways in a store, by their names."""

import argparse
from collections.abc import Sequence

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.ending import complain
from rankcrawler.commands.store import answers
from rankcrawler.commands.store.records import StoreSubcommand, opened
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr
from rankcrawler.store.contract import Records
from rankcrawler.store.reading import Reading

_ONE = marked("--source picks one of them, and `scrapy store rename-source` joins two that are the same gateway")


class Sources(StoreSubcommand):
    """Prints every gateway."""

    name = "sources"
    help = marked("Print the gateways in the store, with their rooms, contributors and times")
    example = "sources --json"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how they are printed."""
        add_json(parser)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print them, the one polled last first."""
        with opened(url) as store:
            answers.print_sources(store.sources(), given.zone, as_json=given.json)
        return 0


class RenameSource(StoreSubcommand):
    """Gives a gateway another name, or joins it with the one of that name."""

    name = "rename-source"
    help = marked("Give a gateway another name; if the store has one of that name, join the two")
    example = "rename-source 127.0.0.1:8787 gateway"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the two names."""
        old = tr("the name in the store, as `scrapy store sources` prints it")
        parser.add_argument("old", metavar="OLD", help=old)
        new = tr("the name from now on: set it as GATEWAY_NAME")
        parser.add_argument("new", type=values.source, metavar="NEW", help=new)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Rename, and print what was done."""
        with opened(url) as store:
            had = given.new != given.old and given.new in names(store)
            joined = store.rename_source(given.old, given.new)
        if not had:
            print(tr("{old} is {new} now", old=given.old, new=given.new))
            return 0
        print(tr("{old} has joined {new}", old=given.old, new=given.new))
        print(
            tr(
                "{rooms} rooms were in both, and so were {polls} polls, which are kept once",
                rooms=joined.rooms,
                polls=joined.polls,
            )
        )
        return 0


def names(store: Records | Reading) -> list[str]:
    """The names of the gateways in a store."""
    return [each.source for each in store.sources()]


def check(store: Records | Reading, source: str | None) -> None:
    """Raise SettingError if a gateway is named that the store does not have."""
    known = names(store)
    if source is not None and source not in known:
        known_ones = tr(", ").join(known) or tr("no gateway yet")
        raise SettingError(tr("--source {source}: the store has {known}", source=source, known=known_ones))


def pick(known: Sequence[str], source: str | None, of: str) -> str | None:
    """The gateway that answers a question about `of`, which these gateways know; None if none of them does.

    Says on standard error which are left out.
    """
    if source is not None:
        return source if source in known else None
    if len(known) > 1:
        complain(
            tr(
                "{what} is known to {number} gateways: this is {first}, without {others}; {how}",
                what=of,
                number=len(known),
                first=known[0],
                others=tr(", ").join(known[1:]),
                how=tr(_ONE),
            )
        )
    return known[0] if known else None
