"""Reads SQLite files of version 1, whose rows repeat every text."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import apsw

from rankcrawler.model.items import Poll, Quarantined, RoomSnapshot
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.rows import COLUMNS, RankEntry
from rankcrawler.model.targets import Target
from rankcrawler.store.values import absent, conversions, texts, truth

_BATCH = 64
_POLLS = """
SELECT r.source, r.room_id, p.captured_at, p.polled_at, p.outcome, p.snapshot_key, p.total, p.user_count_desc,
  p.room_key, s.anchor_id, s.currency, s.has_more, s.digest, s.flags, r.fence
FROM polls p JOIN rooms r ON r.room_key = p.room_key LEFT JOIN snapshots s ON s.snapshot_key = p.snapshot_key
ORDER BY p.captured_at, p.room_key
"""
_NAMES = (
    "rank, score, exactly_score, score_precision, delta, user_id, display_id, sec_uid, nickname, gender, avatar_url, "
    "pay_grade_level, this_grade_min_diamond, this_grade_max_diamond, grade_describe, lifetime_diamonds_min, "
    "lifetime_diamonds_max, fans_club_name, fans_club_level, fans_club_member, is_hidden, is_anonymous, is_mystery, "
    "flags"
)
"""The row's columns in that version."""
_ENTRIES = f"SELECT {_NAMES} FROM entries WHERE snapshot_key = ? ORDER BY position"  # noqa: S608 - names alone
_QUARANTINED = "SELECT position, path, reason FROM quarantine WHERE room_key = ? AND captured_at = ? ORDER BY position"
_COUNTS = "SELECT (SELECT count(*) FROM rooms), (SELECT count(*) FROM polls), (SELECT count(*) FROM snapshots)"

_OWN = _NAMES.split(", ")
_CONVERSIONS = conversions([next(each for each in COLUMNS if each.name == name) for name in _OWN])
_UNKNOWN = {each.name: absent(each) for each in COLUMNS}
"""What the columns have that came later."""


def counts(database: apsw.Connection) -> tuple[int, int, int]:
    """Rooms, polls and lists."""
    rooms, polls, lists = database.execute(_COUNTS).get
    return rooms, polls, lists


def batches(database: apsw.Connection) -> Iterator[list[Poll]]:
    """All polls, in the order of their lists' clocks."""
    cursor = database.execute(_POLLS)
    while records := list(islice(cursor, _BATCH)):
        yield [_poll(database, record) for record in records]


def _poll(database: apsw.Connection, record: tuple[Any, ...]) -> Poll:
    source, room_id, captured_at, polled_at, _, key, total, description, room_key, anchor_id, *own = record
    currency, has_more, digest, flags, fence = own
    shared = {"source": source, "kind": RANKLIST.name, "room_id": room_id, "anchor_id": anchor_id}
    times = {"captured_at": captured_at, "polled_at": polled_at}
    entries = tuple(_entry(shared | times, each) for each in database.execute(_ENTRIES, (key,)))
    snapshot = RoomSnapshot(
        Target(**shared),
        **times,
        total=total,
        user_count_desc=description,
        currency=currency,
        has_more=truth(has_more),
        entry_count=len(entries),
        digest=digest or "0" * 32,
        entries=entries,
        quarantined=tuple(Quarantined(*each) for each in database.execute(_QUARANTINED, (room_key, captured_at))),
        flags=texts(flags),
    )
    return Poll(snapshot, fence)


def _entry(shared: dict[str, Any], record: tuple[Any, ...]) -> RankEntry:
    own = list(record)
    for place, back in _CONVERSIONS:
        own[place] = back(own[place])
    values: dict[str, Any] = _UNKNOWN | shared | dict(zip(_OWN, own, strict=True))
    return RankEntry(**values)
