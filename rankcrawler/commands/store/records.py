"""What the subcommands of `scrapy store` share: the address of a store, and the records in it."""

import argparse
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rankcrawler.commands.ending import complain
from rankcrawler.commands.subcommands import Subcommand
from rankcrawler.errors import DamagedList
from rankcrawler.store import locate
from rankcrawler.store.contract import Records


class StoreSubcommand(Subcommand):
    """A subcommand of `scrapy store`."""

    @abstractmethod
    def run(self, url: str, given: argparse.Namespace) -> int:
        """Do the work on the store at an address; returns the exit status.

        `given.zone` is the time zone, and moments are ISO 8601 text.
        """


@contextmanager
def opened(url: str) -> Iterator[Records]:
    """The store at an address; raises SettingError for JSON Lines, which answer no questions."""
    store = locate.open_records(url)
    try:
        yield store
    finally:
        store.close()


def report_damage(lists: Sequence[DamagedList]) -> int:
    """Print a line for each list that was left out because rows are missing; returns the exit status."""
    for damage in lists:
        complain(str(damage))
    return int(bool(lists))
