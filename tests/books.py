"""Compares the simulated gateway's books with the stores: everything it served is on record, and nothing else.

A room and a moment identify a list. One that was served several times, by a clock that stands still or to a worker that
was killed, is on record at least once, and at most as often as it was served. Each of its rows is an entry or in
quarantine. A failed answer is a failed poll.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from rankcrawler.clock import iso
from rankcrawler.model.kinds import KINDS
from rankcrawler.simulator.ledger import Given, Ledger
from rankcrawler.store import locate
from rankcrawler.store.answers import PollRecord
from rankcrawler.store.contract import Records
from rankcrawler.store.poll_line import PollLine

_EVER = ("1970-01-01", "2100-01-01")


class Room(NamedTuple):
    """A room and a kind of list."""

    kind: str
    room_id: str


class List(NamedTuple):
    """What identifies a list, and how many rows it has."""

    room: Room
    at: str
    good: int
    bad: int


class Books(NamedTuple):
    """What was served, or what is on record."""

    lists: Counter[List]
    failures: Counter[Room]
    """Answers without a list."""

    def and_also(self, other: "Books") -> "Books":
        """Both together."""
        return Books(self.lists + other.lists, self.failures + other.failures)


class Journal(Ledger):
    """A ledger that keeps every answer."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Given] = []

    def record(self, given: Given) -> None:
        """Count one answer, and keep it."""
        super().record(given)
        self.given.append(given)

    def books(self) -> Books:
        """What was served to requests that named a room."""
        books = Books(Counter(), Counter())
        for given in self.given:
            if given.room_id is None:
                continue
            room = Room(given.kind, given.room_id)
            if given.at is None:
                books.failures[room] += 1
            else:
                books.lists[List(room, iso(given.at), given.rows - given.bad, given.bad)] += 1
        return books


class Balance(NamedTuple):
    """The difference between two books; empty unless a run was cut short."""

    lost: list[str]
    """Answers that are not on record: those on their way to a worker that was killed or stopped."""
    invented: list[str]
    """Polls on record without an answer, or with other rows, and lists that are there more often than served."""


def balance(given: Books, kept: Books) -> Balance:
    """Compare what was served with what is on record."""
    served, stored = _moments(given.lists), _moments(kept.lists)
    missing = [f"a list of {room} at {at}" for room, at in served.keys() - stored.keys()]
    failed = list((given.failures - kept.failures).elements())
    odd = [f"{each}, where {served.get(each[:2], 'nothing')} was given" for each in kept.lists.keys() - given.lists]
    often = [f"{key} {count} times, not {served[key]}" for key, count in stored.items() if count > served[key] > 0]
    more = [f"a failure of {room}" for room in (kept.failures - given.failures).elements()]
    return Balance(sorted(missing + [f"a failure of {room}" for room in failed]), sorted(odd + often + more))


def _moments(lists: Counter[List]) -> Counter[tuple[Room, str]]:
    moments: Counter[tuple[Room, str]] = Counter()
    for each, count in lists.items():
        moments[each.room, each.at] += count
    return moments


def on_record(where: str, source: str) -> Books:
    """What a store holds of a gateway; nothing if there is no store."""
    kind, path = locate.parse(where)
    if kind == "jsonl":
        return _of_lines(Path(path), source)
    if kind == "sqlite" and not Path(path).exists():
        return Books(Counter(), Counter())
    store = locate.open_records(where)
    try:
        return _of_records(store, source)
    finally:
        store.close()


def _of_records(store: Records, source: str) -> Books:
    books = Books(Counter(), Counter())
    for kind in KINDS:
        for room_id in store.rooms(kind):
            room, polls = Room(kind, room_id), store.polls(room_id, *_EVER, kind=kind, source=source, limit=10**6)
            books.lists.update(_lists(store, room_id, kind, source, polls))
            books.failures[room] += sum(poll.outcome == "failed" for poll in polls)
    return books


def _lists(store: Records, room_id: str, kind: str, source: str, polls: Iterable[PollRecord]) -> Iterator[List]:
    """The lists of a room's polls, each with the rows that are read back."""
    changes = [
        ((each.captured_at, each.polled_at), len(each.entries), len(each.quarantined))
        for each in store.lists(room_id, *_EVER, kind=kind, source=source)
    ]
    good = bad = 0
    for poll in polls:
        if poll.outcome == "failed":
            continue
        if changes and changes[0][0] == (poll.captured_at, poll.polled_at):
            _, good, bad = changes.pop(0)
        yield List(Room(kind, room_id), poll.captured_at or "", *((0, 0) if poll.outcome == "empty" else (good, bad)))


def _of_lines(folder: Path, source: str) -> Books:
    """A poll's line says where its rows end; one that adds none has none, or those of the list before."""
    books, entries, begin = Books(Counter(), Counter()), _bytes(folder / "entries.jsonl"), 0
    for line in msgspec.json.Decoder(PollLine).decode_lines(_bytes(folder / "polls.jsonl")):
        room, block = Room(line.kind, line.room_id), entries[begin : line.entries_end]
        begin = line.entries_end
        if line.source != source:
            continue
        if line.captured_at is None:
            books.failures[room] += 1
        else:
            rows = block.count(b"\n") if block else line.entry_count or 0
            books.lists[List(room, line.captured_at, rows, len(line.quarantined))] += 1
    return books


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
