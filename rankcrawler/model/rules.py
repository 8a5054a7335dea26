"""The rules for a well-formed rank list. A snapshot that breaks one is flagged; no row is ever dropped.

| flag | what is wrong |
|---|---|
| `rank_gap` | the ranks are not 1…n in order |
| `score_rises` | a row has more coins than the one above it |
| `delta_mismatch` | a row's delta is not its gap to the row above |
| `user_repeated` | a contributor appears in the list twice |
| `anonymous_room` | the gateway masks every contributor |
| `scores_withheld` | the gateway withholds every score |
| `partial` | a row could not be read and is in quarantine |
| `has_more` | the gateway says that the list continues, but offers no way to get the rest |
| `rank_missing` | no row states its rank, or all state 0; each has its place as its rank |
| `id_mismatch` | the gateway gives a contributor two ids, a number and a text, that differ; the text counts |
| `id_unreadable` | a contributor's id as a number cannot be read; the one as a text counts |
| `user_missing` | a row has no contributor; its rank and score are kept |
| `no_clock` | the list has no clock of its own, so it is dated by the worker's |
| `captured_in_future` | the list's clock is more than five minutes ahead of the worker's, which orders it |
| `captured_in_past` | the list's clock is more than an hour behind the worker's, which orders it |
| `captured_backwards` | the list is older than one that this run got for the room before |
| `list_of_two_rooms` | this run got the same list for another room too |
| `stale_list` | the list contradicts what the room has shown: an older one, or another room's; a database finds it |
| `clock_stands_still` | the list has the clock of the room's list before it |

The last one is about the poll and not about its list: a list that is the same but for this flag is unchanged.
"""

import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from typing import TypeVar

import msgspec

from rankcrawler.model import clocks
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.model.targets import RoomName

K = TypeVar("K")
V = TypeVar("V")

OF_READING = ("rank_missing", "no_clock")
"""Flags of lists that the reading of an answer sets."""
OF_READING_ROWS = ("id_mismatch", "id_unreadable", "user_missing")
"""Flags of rows that the reading of an answer sets."""
CLOCK_STANDS_STILL = "clock_stands_still"
OF_POLLS = frozenset({CLOCK_STANDS_STILL})
"""The flags that belong to a poll and not to its list. They come last in a list and in its rows."""

STALE_LIST = "stale_list"
"""The flag of a list that contradicts what the room has shown. A store knows what it has shown, a run does not."""
FLAGS = frozenset(re.findall(r"^\| `(\w+)`", __doc__ or "", re.MULTILINE))
"""All of them, by the table above."""

REMEMBERED = 3_000
"""Rooms and lists that later lists are compared with: those of the last minutes, at 300 bytes each."""


class _Latest(OrderedDict[K, V]):
    """A mapping of limited size that drops its oldest entries."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def put(self, key: K, value: V) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > self._size:
            self.popitem(last=False)


class Earlier:
    """The latest `remembered` lists of a run, for rules about more than one list."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._clocks: _Latest[RoomName, str] = _Latest(remembered)
        self._rooms: _Latest[tuple[str, str, str], str | None] = _Latest(remembered)

    def flags(self, snapshot: RoomSnapshot) -> Iterator[str]:
        """Yield the rules that the snapshot breaks compared with earlier ones, and remember it."""
        if clocks.fault(snapshot.captured_at, snapshot.polled_at) is None:
            yield from self._older_list(snapshot)
        if any(entry.user_id for entry in snapshot.entries):  # masked lists can be equal by chance
            yield from self._shared_list(snapshot)

    def _older_list(self, snapshot: RoomSnapshot) -> Iterator[str]:
        room = snapshot.target.room
        clock = self._clocks.get(room, "")
        self._clocks.put(room, max(clock, snapshot.captured_at))
        if snapshot.captured_at < clock:
            yield "captured_backwards"
        if snapshot.captured_at == clock:
            yield CLOCK_STANDS_STILL

    def _shared_list(self, snapshot: RoomSnapshot) -> Iterator[str]:
        target = snapshot.target
        listed = (target.source, target.kind, snapshot.digest)
        room = self._rooms.get(listed, target.room_id)
        is_shared = room != target.room_id
        self._rooms.put(listed, None if is_shared else room)
        if is_shared:
            yield "list_of_two_rooms"


def flagged(snapshot: RoomSnapshot, earlier: Earlier | None = None, own: Iterable[str] = ()) -> RoomSnapshot:
    """The snapshot with a flag for every rule that it breaks, on itself and on the rows concerned.

    `own` are flags that a user's rules give the list.
    """
    found = (
        *(flag for flag in snapshot.flags if flag in OF_READING),
        *_list_flags(snapshot),
        *own,
        *(() if earlier is None else earlier.flags(snapshot)),
    )
    list_flags, poll_flags = _divided(found)
    entries = _with_flags(snapshot, list_flags, poll_flags)
    row_flags = {flag for entry in entries for flag in entry.flags} - set(found)
    if not found and not row_flags:
        return snapshot
    return msgspec.structs.replace(snapshot, entries=entries, flags=(*list_flags, *sorted(row_flags), *poll_flags))


def with_flags_of_poll(snapshot: RoomSnapshot, wanted: tuple[str, ...]) -> RoomSnapshot:
    """The snapshot with these flags of OF_POLLS, and no others of them, on itself and on each row."""
    flags = (*of_list(snapshot.flags), *wanted)
    if flags == snapshot.flags:
        return snapshot
    return msgspec.structs.replace(snapshot, entries=rows_with_flags_of_poll(snapshot.entries, wanted), flags=flags)


def rows_with_flags_of_poll(rows: tuple[RankEntry, ...], wanted: tuple[str, ...]) -> tuple[RankEntry, ...]:
    """The rows with these flags of OF_POLLS, and no others of them."""
    flags = [(*of_list(row.flags), *wanted) for row in rows]
    return tuple(
        row if row.flags == own else msgspec.structs.replace(row, flags=own)
        for row, own in zip(rows, flags, strict=True)
    )


def of_list(flags: tuple[str, ...]) -> tuple[str, ...]:
    """The flags that belong to a list and not to its poll."""
    return flags if OF_POLLS.isdisjoint(flags) else _divided(flags)[0]


def of_poll(flags: tuple[str, ...]) -> tuple[str, ...]:
    """The flags that belong to a poll and not to its list."""
    return _divided(flags)[1]


def _divided(flags: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The flags of a list, and those of its poll."""
    return tuple(each for each in flags if each not in OF_POLLS), tuple(each for each in flags if each in OF_POLLS)


def with_flag(snapshot: RoomSnapshot, flag: str) -> RoomSnapshot:
    """The snapshot with a further flag on itself and all of its rows."""
    entries = tuple(msgspec.structs.replace(entry, flags=_and(entry.flags, flag)) for entry in snapshot.entries)
    return msgspec.structs.replace(snapshot, entries=entries, flags=_and(snapshot.flags, flag))


def _and(flags: tuple[str, ...], flag: str) -> tuple[str, ...]:
    of_list, of_poll = _divided(flags)
    return (*of_list, flag, *of_poll)


def _list_flags(snapshot: RoomSnapshot) -> Iterator[str]:
    entries = snapshot.entries
    if entries and all(entry.is_anonymous for entry in entries):
        yield "anonymous_room"
    if entries and all(entry.score_precision == "withheld" for entry in entries):
        yield "scores_withheld"
    if snapshot.quarantined:
        yield "partial"
    if snapshot.has_more:
        yield "has_more"
    if (fault := clocks.fault(snapshot.captured_at, snapshot.polled_at)) is not None:
        yield fault


def _with_flags(
    snapshot: RoomSnapshot, list_flags: tuple[str, ...], poll_flags: tuple[str, ...]
) -> tuple[RankEntry, ...]:
    """The rows, each with the list's flags and its own."""
    rows = snapshot.entries
    broken = _broken_rows(snapshot)
    if not list_flags and not poll_flags and not broken:
        return rows
    own = [(*list_flags, *broken.get(index, ()), *poll_flags) for index in range(len(rows))]
    return tuple(
        msgspec.structs.replace(row, flags=flags) if flags else row for row, flags in zip(rows, own, strict=True)
    )


def _broken_rows(snapshot: RoomSnapshot) -> dict[int, list[str]]:
    """The rules that rows break, by their indexes. Looks at all rows for one rule, then at all for the next."""
    rows = snapshot.entries
    found: defaultdict[int, list[str]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.flags:
            found[index] += [flag for flag in row.flags if flag in OF_READING_ROWS]
    unread = {row.position for row in snapshot.quarantined}
    positions = list(range(1, len(rows) + 1)) if not unread else _positions(unread, len(rows))
    for index, (row, position) in enumerate(zip(rows, positions, strict=True)):
        if row.rank != position:
            found[index].append("rank_gap")
    for index, flag in _wrong_scores(rows, positions):
        found[index].append(flag)
    users = [row.user_id for row in rows if row.user_id is not None]
    if len({*users}) < len(users):
        for index in _repeated(rows):
            found[index].append("user_repeated")
    return {index: flags for index, flags in found.items() if flags}


def _positions(unread: set[int], wanted: int) -> list[int]:
    """The positions in the answer of the rows that could be read."""
    return [*islice((position for position in count(1) if position not in unread), wanted)]


def _wrong_scores(rows: Sequence[RankEntry], positions: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The indexes of rows whose score or delta does not fit the row above."""
    above, before = None, 0
    for index, (row, position) in enumerate(zip(rows, positions, strict=True)):
        score, delta = row.score, row.delta
        if score is not None and not row.is_anonymous:
            gap = 0 if index == 0 else None if above is None else above - score
            if gap is not None and gap < 0:
                yield index, "score_rises"
            if delta != gap and delta is not None and gap is not None and before == position - 1:
                yield index, "delta_mismatch"
        above, before = score, position


def _repeated(rows: Sequence[RankEntry]) -> Iterator[int]:
    """The indexes of rows whose contributor is in a row above."""
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row.user_id is not None:
            if row.user_id in seen:
                yield index
            seen.add(row.user_id)
