"""`export`: writes the rows of lists to a file, with only a few lists in memory at a time."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_kind, add_period, add_source
from rankcrawler.commands.store import sources
from rankcrawler.commands.store.formats import FORMATS
from rankcrawler.commands.store.records import StoreSubcommand, opened, report_damage
from rankcrawler.errors import SettingError, StoreError
from rankcrawler.feeds.draft import Draft
from rankcrawler.language import marked, tr
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store.contract import Records


class Export(StoreSubcommand):
    """Writes rows to a file."""

    name = "export"
    help = marked("Write the rows of lists to a file")
    example = "export --room all --since 30d --to ranks.parquet"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rows, and the file."""
        ids = tr("the rooms, or all")
        parser.add_argument("--room", type=values.rooms, required=True, metavar="ID[,ID…]", help=ids)
        endings = tr("ends in {endings}", endings=", ".join(FORMATS))
        parser.add_argument("--to", type=Path, required=True, metavar="FILE", help=endings)
        add_period(parser)
        add_source(parser, tr("all"))
        add_kind(parser, tr("the kind of list"))

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Write the file, and print how many rows it has; status 1 if lists are left out because rows are missing."""
        with opened(url) as store:
            sources.check(store, given.source)
            rows = export(_lists(store, given), given.to)
        print(tr("{rows} rows in {file}", rows=rows, file=given.to))
        return report_damage(store)


def _lists(store: Records, given: argparse.Namespace) -> Iterator[RoomSnapshot]:
    for room_id in store.rooms(given.kind) if given.room is None else given.room:
        for source in store.sources_of_room(room_id, given.kind) if given.source is None else [given.source]:
            yield from store.lists(room_id, given.since, given.until, kind=given.kind, source=source)


def export(lists: Iterable[RoomSnapshot], path: Path) -> int:
    """Write lists to a file in the format of its ending; returns the number of rows.

    Raises SettingError for an unknown ending, and StoreError if the file cannot be written or cannot hold the rows.
    The file appears only when it is complete.
    """
    make = FORMATS.get(path.suffix)
    if make is None:
        raise SettingError(
            tr("--to {file}: expected a file that ends in {endings}", file=path, endings=", ".join(FORMATS))
        )
    rows = 0
    with _replaced_when_complete(path) as file:
        sink = make(file)
        for snapshot in lists:
            sink.write(snapshot)
            rows += len(snapshot.entries)
        sink.close()
    return rows


@contextmanager
def _replaced_when_complete(path: Path) -> Iterator[BinaryIO]:
    try:
        draft = Draft(path)
        try:
            yield draft.file
        except BaseException:
            draft.discard()
            raise
        draft.publish()
    except OSError as error:
        raise StoreError(tr("{path} cannot be written: {error}", path=path, error=error)) from error
