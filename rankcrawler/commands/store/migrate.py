"""`migrate`: bring the store to this program's version, or copy it into another database."""

import argparse
import re

from rankcrawler.commands.store.advance import Advance
from rankcrawler.commands.store.records import StoreSubcommand
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr
from rankcrawler.options import variable
from rankcrawler.store import locate, migration
from rankcrawler.store.moving import move
from rankcrawler.store.moving.move import Move

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WITH_PASSWORD = re.compile(r"//[^/@]*:[^/@]*@|[?&](?:ssl)?password=")


class Migrate(StoreSubcommand):
    """Brings a store to the version of this program, or into another database."""

    name = "migrate"
    help = marked("Bring a store of an older version to this one's; or copy it into another database, with --to")
    example = "migrate --to sqlite:///copy.db"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare where the copy goes."""
        to = tr(
            "copy the store to this address, sqlite: or postgresql:, and verify every record; a run that was "
            "interrupted goes on. If the address has a password, put it into a variable of the environment or of "
            ".env, and give the variable's name"
        )
        parser.add_argument("--to", metavar="ADDRESS", help=to)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Migrate, and print what was done."""
        if given.to is None:
            print(migration.migrate(url))
            return 0
        with move.opened(url, _address(given.to)) as one:
            _copy(one)
            for line in _told(one):
                print(line)
        return 0


def _address(text: str) -> str:
    """The address that was given, by itself or in a variable; raises SettingError if it is none of a database."""
    if _WITH_PASSWORD.search(text):
        raise SettingError(
            tr(
                "--to has a password, which others can read in the list of processes: put the address into a variable "
                "of the environment or of .env, and give the variable's name (--to NEW_STORE)"
            )
        )
    address: str | None = text
    if _VARIABLE.fullmatch(text):
        address = variable(text)
    if not address:
        raise SettingError(tr("--to {name}: neither the environment nor .env has a variable of that name", name=text))
    try:
        kind, _ = locate.parse(address)
    except SettingError as error:
        raise SettingError(tr("--to takes what STORE_URL takes. {error}", error=error)) from None
    if kind == "jsonl":
        raise SettingError(tr("--to takes sqlite: or postgresql:, since JSON Lines cannot be copied to"))
    return address


def _copy(one: Move) -> None:
    """Copy and verify, with a bar for each."""
    with Advance(one.total, tr("copied")) as advance:
        for _ in advance.through(one.copy(), int):
            pass
    with Advance(one.total, tr("verified")) as advance:
        for _ in advance.through(one.verify(), int):
            pass
    one.finish()


def _told(one: Move) -> list[str]:
    """What was done, in lines."""
    now, earlier = one.copied
    counts = {"now": now, "earlier": earlier, "new": one.new.place}
    if earlier:
        first = tr("{now:,} records copied to {new}, beside {earlier:,} that were there", **counts)
    else:
        first = tr("{now:,} records copied to {new}", **counts)
    again = tr("copied again, because the store was written to in between: {tables}", tables=", ".join(one.again))
    last = tr("every record is the same in both; set STORE_URL to the new address before workers go on")
    return [first, *([again] if one.again else []), last]
