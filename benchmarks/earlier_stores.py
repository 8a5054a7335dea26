"""Large SQLite stores as versions 1 to 3 of the schema wrote them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from benchmarks import store_lists
from benchmarks.store import batches
from rankcrawler.model.items import Poll, RoomSnapshot
from rankcrawler.store import locate
from tests.earlier import FOLDER

VERSIONS = (1, 2, 3)
POLLS = 2000
"""What is written by code; the rest are copies of these rooms under other ids."""
_NAMES = {"print": "fingerprint", "last_print": "last_fingerprint"}
"""Columns, and what they are called now."""
_SUMS = (
    "DELETE FROM room_days",
    """INSERT INTO room_days SELECT hour / 24, room_key, sum(polls), sum(failures), sum(lists), sum(entries), sum(coins)
    FROM now._room_hours GROUP BY 1, 2""",
    "INSERT INTO giver_days SELECT hour / 24, user_key, sum(coins) FROM now._contributor_hours GROUP BY 1, 2",
)
"""Sums were of days."""
_OF_ROOMS = ("rooms", "snapshots", "entries", "quarantine", "polls", "stays", "visits", "arrivals", "room_days")
"""Tables of which each copy of a room has its own records."""


def make(path: Path, version: int, size: int) -> None:
    """Write a store of a version that has at least so many bytes, and at most twice as many."""
    text = (FOLDER / f"version_{version}.sqlite.sql").read_text("utf-8")
    with closing(apsw.Connection(str(path))) as database:
        database.execute("\n".join(line for line in text.splitlines() if not line.startswith("INSERT"))).fetchall()
        database.execute("PRAGMA synchronous = OFF")
        if version == 1:
            _fill_whole(database)
        else:
            _fill(database, path.with_name("now.db"))
        copies = 0
        while path.stat().st_size < size:
            _copy_rooms(database, copies)
            copies += 1
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def polls() -> Iterator[Poll]:
    """Rooms that are polled each minute, most of whose lists differ a little."""
    return islice(store_lists.a_day(POLLS // 10, POLLS), POLLS)


def _fill(database: apsw.Connection, path: Path) -> None:
    """Write polls to a store of this version, and take over what the earlier one would have had."""
    store = locate.open_records(f"sqlite:///{path}", create=True)
    for batch in batches(polls()):
        store.write(batch)
    store.close()
    database.execute("ATTACH ? AS now", (str(path),))
    for table in _tables(database):
        own = [_NAMES.get(name, name) for name in _columns(database, table)]
        if set(own) <= {*_columns(database, f"_{table}", "now")}:
            database.execute(f"INSERT INTO {table} SELECT {', '.join(own)} FROM now._{table}")  # noqa: S608 - our names
    for query in _SUMS:
        database.execute(query)
    database.execute("DETACH now")
    path.unlink()


def _fill_whole(database: apsw.Connection) -> None:
    """Write polls as version 1 did: each list that differs whole, and each text with each row."""
    rooms: dict[str, int] = {}
    last: dict[int, tuple[str, int | None]] = {}
    columns = [name for name in _columns(database, "entries") if name not in ("snapshot_key", "position", "flags")]
    with database:
        for key, poll in enumerate(polls(), start=1):
            found = poll.snapshot
            if found is not None:
                room = rooms.setdefault(found.target.room_id, len(rooms) + 1)
                is_new = last.get(room, ("", 0))[0] != found.digest
                if is_new:
                    last[room] = found.digest, key if found.entries else None
                for table, records in _records(found, last[room][1], room, columns):
                    if is_new or table == "polls":
                        _insert(database, table, records)


def _records(
    found: RoomSnapshot, key: int | None, room: int, columns: Sequence[str]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The records of a list, by table."""
    list_facts = ("captured_at", "polled_at", "total", "user_count_desc")
    names = {"room_key": room, "source": found.target.source, "room_id": found.target.room_id}
    facts = {name: getattr(found, name) for name in list_facts}
    times = {
        "first_polled_at": found.polled_at,
        "last_polled_at": found.polled_at,
        "last_captured_at": found.captured_at,
    }
    yield "rooms", [{**names, **times, "last_digest": found.digest, "last_snapshot": key, "fence": 1}]
    yield "polls", [{"room_key": room, **facts, "outcome": "stored" if found.entries else "empty", "snapshot_key": key}]
    if key is None:
        return
    own = {"entry_count": len(found.entries), "digest": found.digest, "fence": 1}
    yield "snapshots", [{"snapshot_key": key, **names, **facts, **own}]
    rows = enumerate(found.entries, start=1)
    yield (
        "entries",
        [{"snapshot_key": key, "position": at} | {name: getattr(row, name) for name in columns} for at, row in rows],
    )


def _insert(database: apsw.Connection, table: str, records: Sequence[dict[str, Any]]) -> None:
    if records:
        names, values = ", ".join(records[0]), ", ".join(f":{name}" for name in records[0])
        database.executemany(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({values})", records)  # noqa: S608


def _copy_rooms(database: apsw.Connection, copies: int) -> None:
    """Copy all rooms with their lists; those of the copies have higher keys, and ids that end otherwise."""
    rooms, lists, first = database.execute(
        "SELECT (SELECT max(room_key) FROM rooms), max(snapshot_key), min(snapshot_key) FROM snapshots"
    ).get
    more = lists if first == 1 else rooms  # keys were numbers in version 1, and have the room's key in their last bits
    keys = {"room_key": f"room_key + {rooms}", "room_id": f"room_id || '{copies}'"}
    keys |= {name: f"{name} + {more}" for name in ("snapshot_key", "base_key", "last_snapshot")}
    with database:
        for table in (each for each in _OF_ROOMS if each in _tables(database)):
            values = ", ".join(keys.get(name, name) for name in _columns(database, table))
            database.execute(f"INSERT INTO {table} SELECT {values} FROM {table}")  # noqa: S608 - our names


def _columns(database: apsw.Connection, table: str, schema: str = "main") -> list[str]:
    return [str(name) for _, name, *_ in database.execute(f"PRAGMA {schema}.table_info({table})")]


def _tables(database: apsw.Connection) -> list[str]:
    return [
        str(name) for (name,) in database.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
    ]
