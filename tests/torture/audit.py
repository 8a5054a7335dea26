"""What a run left behind: rooms lost, snapshots stored twice, rows that fit no snapshot, rooms still queued."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from redis.asyncio import Redis

from tests.torture.gateway import ROWS

_DEFECTS = {
    "stored_twice": """SELECT coalesce(sum(n - 1), 0) FROM
        (SELECT count(*) AS n FROM _snapshots AS s
         JOIN _polls AS p ON p.room_key = s.room_key AND p.at_ms = s.captured_ms
         GROUP BY s.room_key, coalesce(p.clock_ms, p.at_ms), s.digest)""",
    "polled_twice": """SELECT coalesce(sum(n - 1), 0) FROM
        (SELECT count(*) AS n FROM _polls GROUP BY room_key, is_answered, polled_ms)""",
    "orphan_entries": "SELECT count(*) FROM _entries WHERE snapshot_key NOT IN (SELECT snapshot_key FROM _snapshots)",
    "torn_snapshots": f"""SELECT count(*) FROM _snapshots AS s WHERE entry_count <> {ROWS} OR entry_count <>
        (SELECT count(DISTINCT position) FROM _entries AS e JOIN _snapshots AS l USING (snapshot_key)
         WHERE l.base_key = s.base_key AND l.step <= s.step)""",  # noqa: S608 — a constant
    "polls_without_snapshot": """SELECT count(*) FROM _polls
        WHERE outcome <> 'failed' AND snapshot_key NOT IN (SELECT snapshot_key FROM _snapshots)""",
    "snapshots_without_poll": """SELECT count(*) FROM _snapshots AS s WHERE NOT EXISTS
        (SELECT 1 FROM _polls AS p WHERE p.room_key = s.room_key AND p.at_ms = s.captured_ms)""",
}

_STORED = "SELECT DISTINCT room_id FROM _snapshots JOIN _rooms USING (room_key)"
_NO_ROOMS = (b"st", b"ctl", b"wrk", b"born", b"lag", b"gave", b"took", b"gate")


@dataclass(frozen=True, slots=True)
class Audit:
    """Counts of what must not be; all are 0 after a sound run."""

    lost: int
    """Rooms that were pushed and have no snapshot."""
    stored_twice: int
    """Snapshots beyond the first of the same room, moment and content."""
    polled_twice: int
    """Polls beyond the first that a worker made of a room at one moment."""
    orphan_entries: int
    torn_snapshots: int
    """Snapshots that have not the rows that the gateway gave."""
    polls_without_snapshot: int
    snapshots_without_poll: int
    corrupt: int
    """Complaints of SQLite's integrity check."""
    queued: int
    """Rooms that stand anywhere in the queue, the dead among them."""

    def defects(self) -> dict[str, int]:
        """The counts that are not 0, by name."""
        return {name: count for name, count in asdict(self).items() if count}


async def audit(data: Path, redis: "Redis", rooms: Collection[str]) -> Audit:
    """Look at a run that has ended."""
    with closing(sqlite3.connect(data / "ranks.db")) as database:
        counts = {name: int(database.execute(sql).fetchone()[0]) for name, sql in _DEFECTS.items()}
        stored = {room for (room,) in database.execute(_STORED)}
        complaints = [line for (line,) in database.execute("PRAGMA integrity_check") if line != "ok"]
    return Audit(
        lost=len(set(rooms) - stored),
        corrupt=len(complaints),
        queued=await _queued(redis),
        **counts,
    )


async def _queued(redis: "Redis") -> int:
    """All that the queue's keys hold of rooms; its counters, settings and measurements are no rooms."""
    sizes = {b"list": redis.llen, b"zset": redis.zcard, b"hash": redis.hlen, b"set": redis.scard}
    total = 0
    async for key in redis.scan_iter():
        if key.rpartition(b":")[2] not in _NO_ROOMS:
            kind = await redis.type(key)
            assert isinstance(kind, bytes)
            total += await sizes[kind](key)
    return total
