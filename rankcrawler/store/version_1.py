"""Reads SQLite files of version 1, whose rows repeated every text."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import apsw

from rankcrawler.model.items import Quarantined, RankEntry, RoomSnapshot

_BATCH = 64
_POLLS = """
SELECT r.source, r.room_id, p.captured_at, p.polled_at, p.outcome, p.snapshot_key, p.total, p.user_count_desc,
  p.room_key, s.anchor_id, s.currency, s.has_more, s.digest, s.flags, r.fence
FROM polls p JOIN rooms r ON r.room_key = p.room_key LEFT JOIN snapshots s ON s.snapshot_key = p.snapshot_key
ORDER BY p.captured_at, p.room_key
"""
_ENTRIES = """
SELECT rank, score, exactly_score, score_precision, delta, user_id, display_id, sec_uid, nickname, gender, avatar_url,
  pay_grade_level, this_grade_min_diamond, this_grade_max_diamond, grade_describe, lifetime_diamonds_min,
  lifetime_diamonds_max, fans_club_name, fans_club_level, fans_club_member, is_hidden, is_anonymous, is_mystery, flags
FROM entries WHERE snapshot_key = ? ORDER BY position
"""
_QUARANTINED = "SELECT position, path, reason FROM quarantine WHERE room_key = ? AND captured_at = ? ORDER BY position"
_COUNTS = "SELECT (SELECT count(*) FROM rooms), (SELECT count(*) FROM polls), (SELECT count(*) FROM snapshots)"


def counts(database: apsw.Connection) -> tuple[int, int, int]:
    """Rooms, polls and lists."""
    rooms, polls, lists = database.execute(_COUNTS).get
    return rooms, polls, lists


def batches(database: apsw.Connection) -> Iterator[list[RoomSnapshot]]:
    """All polls, in the order of their lists' clocks."""
    cursor = database.execute(_POLLS)
    while rows := list(islice(cursor, _BATCH)):
        yield [_snapshot(database, row) for row in rows]


def _snapshot(database: apsw.Connection, row: tuple[Any, ...]) -> RoomSnapshot:
    source, room_id, captured_at, polled_at, _, key, total, desc, room_key, anchor_id, *own = row
    currency, has_more, digest, flags, fence = own
    shared = (source, "ranklist", room_id, anchor_id, captured_at, polled_at)
    entries = tuple(_entry(shared, each) for each in database.execute(_ENTRIES, (key,)))
    unread = tuple(Quarantined(*each) for each in database.execute(_QUARANTINED, (room_key, captured_at)))
    facts: list[Any] = [*shared, total, desc, currency, _truth(has_more), len(entries), digest or "0" * 32]
    return RoomSnapshot(*[*facts, entries, unread, _words(flags), fence])


def _entry(shared: tuple[Any, ...], row: tuple[Any, ...]) -> RankEntry:
    *facts, member, hidden, anonymous, mystery, flags = row
    shown = (_truth(member), _truth(hidden), bool(anonymous), _truth(mystery), _words(flags))
    return RankEntry(*[*shared, *facts, *shown])


def _truth(number: int | None) -> bool | None:
    return None if number is None else bool(number)


def _words(flags: str | None) -> tuple[str, ...]:
    return tuple(flags.split(" ")) if flags else ()
