"""Looks through a whole database for what is not as it was written: lists, polls, rows, sums and indexes."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from rankcrawler.clock import iso
from rankcrawler.language import tr
from rankcrawler.store import days, recounting
from rankcrawler.store.answers import Finding
from rankcrawler.store.database import Database, Record
from rankcrawler.store.laying import Laid, Listed
from rankcrawler.store.values import restored


class Chain(NamedTuple):
    """A chain of delta lists with missing rows."""

    base_key: int
    room_key: int
    damaged: list[int]
    """When those of its lists were captured that have not all their rows."""


def findings(database: Database) -> Iterator[Finding]:
    """Everything that is wrong; takes time in proportion to what the database holds."""
    indexes = database.broken_indexes()
    if indexes is None:
        amcheck = tr("PostgreSQL checks them with an extension: `CREATE EXTENSION amcheck`")
        yield Finding("unchecked", tr("indexes"), amcheck)
    for index, problem in indexes or ():
        yield Finding("index", index, problem)
    if indexes:
        yield Finding("unchecked", tr("everything else"), tr("what is read by a broken index means nothing"))
        return
    named, losses = _Names(database), 0
    for each in _losses(database, named):
        losses += 1
        yield each
    for hour, room_key, *counted in database.all("check_hours"):
        place = f"{named.room(room_key)}, {iso(hour * days.HOUR_MS)[:16]}Z"
        yield Finding("sum", place, _differ(*counted))
    for day, room_key, *counted in database.all("check_days"):
        yield Finding("sum", f"{named.room(room_key)}, {days.name(day)}", _differ(*counted))
    if not losses:
        yield from _coins(database)


def _losses(database: Database, named: "_Names") -> Iterator[Finding]:
    """What is missing of lists, polls and rows."""
    for chain in broken_chains(database):
        for captured_ms in chain.damaged:
            yield Finding("list", named.at(chain.room_key, captured_ms), tr("rows are missing"))
    for room_key, captured_ms, rows in database.all("check_keys"):
        problem = tr("the profile, level or membership of {rows} rows is missing", rows=rows)
        yield Finding("row", named.at(room_key, captured_ms), problem)
    for room_key, captured_ms in database.all("check_polls"):
        yield Finding("poll", named.at(room_key, captured_ms), tr("its list is missing"))
    for room_key, captured_ms in database.all("check_lists"):
        yield Finding("list", named.at(room_key, captured_ms), tr("its poll is missing"))
    [(lost,)] = database.all("check_rows")
    if lost:
        yield Finding("row", tr("lists that are missing"), tr("{rows} rows belong to them", rows=lost))


def _coins(database: Database) -> Iterator[Finding]:
    """The days whose coins are not those that the lists show. What lost lists showed is in the sums alone."""
    for source_key, day in recounting.differing(database):
        [(source,)] = database.all("source_named", source_key=source_key)
        problem = tr("the coins are not those that the lists show")
        yield Finding("sum", f"{restored((source,))[0]}, {days.name(day)}", problem)


def _differ(polls: int, failures: int, lists: int, rows: int) -> str:
    return tr(
        "there are {polls} polls, {failures} failures, {lists} lists and {rows} rows, the sums differ",
        polls=polls,
        failures=failures,
        lists=lists,
        rows=rows,
    )


def broken_chains(database: Database) -> Iterator[Chain]:
    """The chains that have lists with missing rows."""
    after = -1
    while (last := database.all("next_chains", after=after)[0][0]) is not None:
        records = database.all("check_chains", after=after, last=last, last_key=days.last_key_of_day(last))
        for (base_key, room_key), lists in groupby(records, key=itemgetter(0, 1)):
            if damaged := _damaged(lists):
                yield Chain(base_key, room_key, damaged)
        after = last


def _damaged(lists: Iterable[Record]) -> list[int]:
    """When those of a chain's lists were captured that have not all their rows."""
    laid, damaged = Laid[str](), []
    for _, _, captured_ms, *place, positions in lists:
        laid.lay(Listed(*place), {int(each): each for each in (positions or "").split()})
        if not laid.is_sound:
            damaged.append(captured_ms)
    return damaged


class _Names:
    """What rooms are called in findings."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, str] = {}

    def room(self, room_key: int) -> str:
        if room_key not in self._known:
            found = self._database.all("room_named", room_key=room_key)
            kind, room_id = restored(found[0]) if found else ("?", tr("of the key {key}", key=room_key))
            self._known[room_key] = tr("room {room} ({kind})", room=room_id, kind=kind)
        return self._known[room_key]

    def at(self, room_key: int, captured_ms: int) -> str:
        return f"{self.room(room_key)}, {iso(captured_ms)}"
