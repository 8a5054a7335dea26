"""`export`: writes the rows of lists to a file, with only a few lists in memory at a time."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_kind, add_period, add_source
from rankcrawler.commands.store import fields, formats, sources
from rankcrawler.commands.store.advance import Advance
from rankcrawler.commands.store.fields import Table
from rankcrawler.commands.store.formats import FORMATS
from rankcrawler.commands.store.records import StoreSubcommand, opened, report_damage
from rankcrawler.errors import DamagedList, SettingError, StoreError
from rankcrawler.feeds.draft import Draft
from rankcrawler.language import marked, tr
from rankcrawler.model.columns import Row
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store.contract import Records
from rankcrawler.store.list_choice import CHANGED, EVERY_POLL, Lists

Rows = Iterable[Iterable[Row]]
"""The rows of one list after the other."""


class Export(StoreSubcommand):
    """Writes rows to a file."""

    name = "export"
    help = marked("Write the rows of lists to a file, for Excel or other tools")
    example = "export --room all --since yesterday --until today --to day.xlsx"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rows, and the file."""
        ids = tr("the rooms, or all")
        parser.add_argument("--room", type=values.rooms, required=True, metavar="ID[,ID…]", help=ids)
        endings = tr("ends in {endings}", endings=", ".join(FORMATS))
        parser.add_argument("--to", type=Path, required=True, metavar="FILE", help=endings)
        add_period(parser)
        add_source(parser, tr("all"))
        add_kind(parser, tr("the kind of list"))
        _add_choice(parser)
        _add_form(parser)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Write the file, and print how many rows of which lists it has; status 1 if damaged lists are left out."""
        table = _table(given)
        with opened(url) as store, Advance(lambda: _expected(store, given)) as advance:
            sources.check(store, given.source)
            lost: list[DamagedList] = []
            rows = _summary(store, given, table) if given.summary else _lists(store, given, table, lost)
            written = export(advance.through(rows), given.to, table, mark=given.bom, excel=given.excel)
        print(_done(written, advance.done, given))
        return report_damage([*store.damage, *lost])


def export(rows: Rows, path: Path, table: Table, *, mark: bool = False, excel: bool = False) -> int:
    """Write rows to a file in the format of its ending; returns how many.

    Raises SettingError for an unknown ending, and StoreError if the file cannot be written or cannot hold the rows.
    The file appears only when it is complete.
    """
    if path.suffix not in FORMATS:
        raise SettingError(
            tr("--to {file}: expected a file that ends in {endings}", file=path, endings=", ".join(FORMATS))
        )
    with _replaced_when_complete(path) as file:
        sink = formats.sink(path.suffix, file, table, mark=mark, excel=excel)
        written = sum(sink.write(each) for each in rows)
        sink.close()
    return written


def _add_choice(parser: argparse.ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group()
    every_poll = tr(
        "the list of every poll, changed or not; without it, only lists that changed, and the first of each day"
    )
    choice.add_argument("--every-poll", action="store_true", help=every_poll)
    every = tr("of each so many minutes, the last list: 5min, 1h")
    choice.add_argument("--every", type=values.parsed_by(moments.duration), metavar="DURATION", help=every)
    choice.add_argument("--last", action="store_true", help=tr("the last list of each room in that time"))
    summary = tr("instead of lists, what each contributor gave in each room in that time")
    choice.add_argument("--summary", action="store_true", help=summary)
    columns = tr("only these columns")
    parser.add_argument("--columns", type=lambda text: text.split(","), metavar="NAME,…", help=columns)


def _add_form(parser: argparse.ArgumentParser) -> None:
    zone = tr("write times as clocks in this zone show them (default: UTC; in .xlsx and with --excel, TIME_ZONE)")
    parser.add_argument("--time-zone", type=values.parsed_by(moments.zone), metavar="NAME", help=zone)
    bom = tr("begin CSV with a byte order mark, by which Excel knows UTF-8")
    parser.add_argument("--bom", action="store_true", help=bom)
    excel = tr("CSV that opens right in Excel by a double click: with the mark, ids as texts, and times as dates")
    parser.add_argument("--excel", action="store_true", help=excel)
    language, one_of = values.one_of(fields.LANGUAGES), values.listed(fields.LANGUAGES)
    of = tr("of the headings (default: %(default)s)")
    parser.add_argument("--lang", type=language, metavar=one_of, default="en", help=of)


def _table(given: argparse.Namespace) -> Table:
    """The columns of the file."""
    if given.lang != "en" and given.to.suffix == ".jsonl":
        raise SettingError(tr("--lang is for .csv, .xlsx and .parquet: the names in JSON Lines stay as they are"))
    shows_no_zone = given.excel or given.to.suffix == ".xlsx"
    zone: ZoneInfo | None = given.time_zone or (given.zone if shows_no_zone else None)
    own, more = (fields.SUMMARY, ()) if given.summary else (fields.ROW, fields.SESSION)
    return Table(fields.chosen(own, given.columns, more), given.lang, zone)


def _chosen(given: argparse.Namespace) -> Lists:
    if given.every is None:
        return EVERY_POLL if given.every_poll else CHANGED
    return Lists(given.every, moments.midnight(ms(given.since), given.time_zone or given.zone) % given.every)


def _done(rows: int, parts: int, given: argparse.Namespace) -> str:
    """What the file has, in words."""
    if given.summary:
        return tr("{rows} rows in {file}, of contributors and rooms", rows=rows, file=given.to)
    if given.every_poll:
        which = tr("one for every poll that brought a list")
    elif given.every is not None:
        which = tr("one for every {seconds:,} s in which the room was polled", seconds=given.every // 1000)
    else:
        which = tr("the last of each room") if given.last else tr("those that changed")
    return tr("{rows} rows in {file}, of {lists:,} lists, {which}", rows=rows, file=given.to, lists=parts, which=which)


def _lists(store: Records, given: argparse.Namespace, table: Table, lost: list[DamagedList]) -> Iterator[Iterable[Row]]:
    """The rows of each list; notes in `lost` which last lists of rooms are damaged."""
    in_zone = None if given.excel or given.to.suffix == ".xlsx" else table.zone
    wants_session = fields.wants_session(table.fields)
    for room_id, source in _rooms(store, given):
        session = _session(store, room_id, source) if wants_session else ()
        try:
            for snapshot in _lists_of(store, room_id, source, given):
                yield fields.rows_of(snapshot, table.fields, in_zone, session)
        except DamagedList as damage:
            lost.append(damage)


def _session(store: Records, room_id: str, source: str) -> Row:
    found = (each for each in store.sessions(room_id=room_id) if each.source == source)
    return fields.of_session(next(found, None))


def _lists_of(store: Records, room_id: str, source: str, given: argparse.Namespace) -> Iterable[RoomSnapshot]:
    of = {"kind": given.kind, "source": source}
    if not given.last:
        return store.lists(room_id, given.since, given.until, which=_chosen(given), **of)
    last = store.at(room_id, given.until, **of)
    return () if last is None or last.captured_at < given.since else (last,)


def _summary(store: Records, given: argparse.Namespace, table: Table) -> Iterator[list[Row]]:
    for room_id, source in _rooms(store, given):
        found = store.gains(room_id, given.since, given.until, kind=given.kind, source=source)
        of_room = {"source": source, "room_id": room_id, "unseen": found.unseen, "most_outside": found.most_outside}
        rows = (of_room | gain._asdict() for gain in found.gains)
        yield [tuple(row[each.name] for each in table.fields) for row in rows]


def _rooms(store: Records, given: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The rooms, each with the gateways that served it."""
    for room_id in store.rooms(given.kind) if given.room is None else given.room:
        for source in store.sources_of_room(room_id, given.kind) if given.source is None else [given.source]:
            yield room_id, source


def _expected(store: Records, given: argparse.Namespace) -> int | None:
    """How many lists there are at most; None if that is not known."""
    if given.summary or given.last:
        return None if given.room is None else len(given.room)
    rooms: list[str | None] = [None] if given.room is None else given.room
    of = {"kind": given.kind, "source": given.source}
    return sum(store.polled(given.since, given.until, room_id=each, **of) for each in rooms)


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
