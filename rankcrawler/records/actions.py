"""The sub-commands of `scrapy store`: each takes the store's address and what was given, and prints."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rankcrawler.errors import SettingError
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.records import moments, shown
from rankcrawler.records.export import export as export_lists
from rankcrawler.store import locate, migration
from rankcrawler.store.contract import Records

_BEGINNING = "1970-01-01T00:00:00.000Z"


def status(where: str, _: Sequence[str], opts: argparse.Namespace) -> None:
    """Print where the store is, how large, and what is in it."""
    with _open(where) as store:
        shown.status(store.status(), as_json=opts.json)


def purge(where: str, _: Sequence[str], opts: argparse.Namespace) -> None:
    """Remove the days that are older."""
    if opts.older_than is None:
        raise SettingError("purge: expected --older-than, such as 30d")
    before = moments.moment(opts.older_than)
    with _open(where) as store:
        removed = store.purge(before)
    print(
        f"{removed.polls} polls, {removed.lists} lists and {removed.entries} rows removed, of days before {before[:10]}"
    )


def export(where: str, _: Sequence[str], opts: argparse.Namespace) -> None:
    """Write the rows of lists to a file."""
    if opts.to is None or opts.room is None:
        raise SettingError("export: expected --room ID[,ID…] or --room all, and --to FILE")
    since, until = _between(opts)
    with _open(where) as store:
        rows = export_lists(_lists(store, opts, since, until), Path(opts.to))
    print(f"{rows} rows in {opts.to}")


def _lists(store: Records, opts: argparse.Namespace, since: str, until: str) -> Iterator[RoomSnapshot]:
    rooms = store.rooms(opts.kind) if opts.room == "all" else opts.room.split(",")
    for room in rooms:
        yield from store.lists(room, since, until, kind=opts.kind)


def users(where: str, words: Sequence[str], opts: argparse.Namespace) -> None:
    """Print a user's profile, and the rooms where they were seen."""
    with _open(where) as store:
        user = store.user(words[0])
        if user is None:
            sys.exit(f"rankcrawler: user {words[0]} was never seen in a list")
        shown.user(user, store.trail(words[0]), as_json=opts.json)


def gains(where: str, words: Sequence[str], opts: argparse.Namespace) -> None:
    """Print who gave how much in a room."""
    since, until = _between(opts)
    with _open(where) as store:
        found = store.gains(words[0], since, until, kind=opts.kind)
    if found.since is None:
        sys.exit(f"rankcrawler: room {words[0]} has no list in that time")
    shown.gains(words[0], found, as_json=opts.json)


def migrate(where: str, _: Sequence[str], __: argparse.Namespace) -> None:
    """Bring the store to the version of this program."""
    print(migration.migrate(where))


def _between(opts: argparse.Namespace) -> tuple[str, str]:
    since = _BEGINNING if opts.since is None else moments.moment(opts.since)
    return since, moments.now() if opts.until is None else moments.moment(opts.until)


@contextmanager
def _open(where: str) -> Iterator[Records]:
    store = locate.open_records(where)
    try:
        yield store
    finally:
        store.close()


class Action(NamedTuple):
    """One sub-command."""

    run: Callable[[str, Sequence[str], argparse.Namespace], None]
    usage: str
    options: frozenset[str] = frozenset()
    """The options that it takes."""
    words: int = 0
    """How many words follow it."""


ACTIONS = {
    "migrate": Action(migrate, ""),
    "status": Action(status, "", frozenset({"json"})),
    "purge": Action(purge, "--older-than 30d", frozenset({"older_than"})),
    "export": Action(export, "--room ID|all --to FILE", frozenset({"room", "since", "until", "to"})),
    "users": Action(users, "USER_ID", frozenset({"json"}), 1),
    "gains": Action(gains, "ROOM_ID", frozenset({"since", "until", "json"}), 1),
}
