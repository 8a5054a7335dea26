"""Renames gateways in a store, joins two that are one, and removes old days of a single one."""

from collections.abc import Mapping

from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.model.rules import CLOCK_STANDS_STILL
from rankcrawler.store import places
from rankcrawler.store.answers import Joined, Purged
from rankcrawler.store.database import Database
from rankcrawler.store.days import DAY_MS, KEY_BITS
from rankcrawler.store.interning import Interned
from rankcrawler.store.recounting import recount
from rankcrawler.store.room import ListPlace
from rankcrawler.store.shown import Shown
from rankcrawler.store.tally import Count
from rankcrawler.store.text import encoded

Keys = dict[str, int]
"""The keys of two sources: `gone` is the one whose records become the other's, `kept`."""

_OF_USERS = (
    *("merge_profiles", "merge_stays_of_users", "merge_arrivals_of_users"),
    *("merge_visits_of_users", "drop_visits_of_users", "merge_contributor_days", "drop_contributor_days"),
    *("merge_contributor_hours", "drop_contributor_hours", "merge_former_names", "drop_former_names"),
    *("merge_users", "drop_users", "move_users"),
)
_OF_ROOMS = (
    *("merge_polls", "merge_snapshots", "drop_stays", "merge_stays_of_rooms"),
    *("merge_arrivals_of_rooms", "merge_visits_of_rooms", "drop_visits_of_rooms", "merge_room_days", "drop_room_days"),
    *("merge_room_hours", "drop_room_hours", "merge_resets", "drop_resets"),
    *("merge_rooms_as_polled", "merge_rooms_as_newest", "merge_rooms_as_listed", "merge_rooms_as_counted"),
    *("merge_rooms_as_begun_again", "merge_rooms_as_begun", "drop_rooms", "move_rooms"),
    *("drop_sessions", "move_sessions"),
)
_PURGES = (
    *("end_stays_of_source", "delete_entries_of_source", "delete_quarantine_of_source"),
    *("delete_polls_of_source", "delete_snapshots_of_source"),
)


def rename(database: Database, old: str, new: str) -> Joined:
    """Call a gateway by another name, in a transaction. If there is one of that name, everything of both is its.

    Raises StoreError if there is no gateway of the old name. Workers may go on writing, under either name.
    """
    _run(database, "lock_sources", {})
    known = database.all("source_keys", one=encoded(old), other=encoded(new))
    keys = {source: int(key) for source, key in known}
    if encoded(old) not in keys:
        raise _unknown(database, old)
    kept, joined = max(keys.values()), Joined(0, 0)  # SQLite may give the highest key again, if its record is deleted
    if len(keys) == 2:
        joined = _join(database, {"gone": min(keys.values()), "kept": kept})
    _run(database, "name_source", {"kept": kept, "source": encoded(new)})
    return joined


def purge(database: Database, source: str, before_day: int) -> Purged:
    """Remove a gateway's days before one (since 1970), in a transaction; raises StoreError if there is no such one."""
    _run(database, "lock_sources", {})
    known = database.all("source_keys", one=encoded(source), other=encoded(source))
    if not known:
        raise _unknown(database, source)
    end_ms = before_day * DAY_MS
    values = {"source_key": known[0][1], "end_ms": end_ms, "end_key": end_ms << KEY_BITS}
    counts = database.all("count_of_source", **values)[0]
    for name in _PURGES:
        _run(database, name, values)
    if any(counts):
        _run(database, "note_purge", {"before_day": before_day})
    return Purged(*counts)


def _unknown(database: Database, source: str) -> StoreError:
    return StoreError(
        tr(
            "no gateway is called {source} in {place}: `scrapy store sources` lists them",
            source=source,
            place=database.place,
        )
    )


def _join(database: Database, keys: Keys) -> Joined:
    """Join two gateways into one."""
    days = [day for (day,) in database.all("days_of_merged_rooms", **keys)]
    joined = Joined(*(database.all(name, **keys)[0][0] for name in ("count_merged_rooms", "count_merged_polls")))
    _end_stays(database, keys)
    for name in ("uncount_polls", "uncount_polls_of_days", "drop_polls"):
        _run(database, name, keys)
    _part(database, keys)
    for name in (*_OF_USERS, *_OF_ROOMS):
        _run(database, name, keys)
    _run(database, "drop_source", keys)
    for day in days:
        recount(database, keys["kept"], day)
    return joined


def _end_stays(database: Database, keys: Keys) -> None:
    """End the stays in the lists of the name whose lists counted earlier: the other's lists begin their own."""
    for room_key, until_ms, carried, *place in database.all("earlier_lists", **keys):
        if place[0] is not None:
            rows = places.read(database, ListPlace._make(place)) or []
            marks = Count.at(Shown(rows, len(rows) + 1), places.unpacked(carried)).marks
            ended = [(until_ms, mark, room_key, user, until_ms + 1) for user, mark in sorted(marks.items())]
            database.bulk("end_stays", ended)
        _run(database, "end_stays_of_room", {"room_key": room_key, "until_ms": until_ms})


def _part(database: Database, keys: Keys) -> None:
    """Give each list whose place is taken, by another list of the same clock, the next place that is free."""
    texts = Interned(database)
    texts.learn_texts([CLOCK_STANDS_STILL])
    for gone, kept, at_ms in database.all("clashing_polls", **keys):
        free_ms = at_ms + 1
        while database.all("list_in_place", gone=gone, kept=kept, at_ms=free_ms):
            free_ms += 1
        flags = texts.text(CLOCK_STANDS_STILL)
        values = {"gone": gone, "at_ms": at_ms, "free_ms": free_ms}
        _run(database, "move_list", values)
        _run(database, "move_poll", values | {"flags": flags})
        _run(database, "move_last_list", values)
        _run(database, "move_reset", values)


def _run(database: Database, name: str, values: Mapping[str, int | str]) -> None:
    database.each(name, [values])
