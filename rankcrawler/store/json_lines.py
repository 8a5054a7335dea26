"""The store as JSON Lines files, which several workers on one machine may share.

`entries.jsonl` has a line for each row of each list that changed, `polls.jsonl` one for each poll; session_lines.py has
`sessions.jsonl`. The polls count: a poll's line says where its rows end, and is written once they are on disk. So
whatever a crash or a full disk cut short is what follows the last whole line of polls.jsonl; it is cut off before
anything is added.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from rankcrawler.errors import DamagedList, StoreError
from rankcrawler.language import tr
from rankcrawler.model import rules
from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.rows import RankEntry
from rankcrawler.model.sessions import SessionChange
from rankcrawler.model.targets import RoomName
from rankcrawler.store import entry_lines, poll_line
from rankcrawler.store.answers import Counts, Finding
from rankcrawler.store.contract import Kept
from rankcrawler.store.deduplication import Decision, Identity, Place, decide, identity
from rankcrawler.store.files import StoreFile, write_all
from rankcrawler.store.line_room import LineRoom
from rankcrawler.store.poll_line import PollLine
from rankcrawler.store.session_lines import SessionLines

READ_AT_ONCE = 16 << 20
"""Bytes; far more than a line of polls.jsonl has."""

_encoder = msgspec.json.Encoder()


class _Batch:
    """What a batch of polls adds to the files."""

    def __init__(self, entries_end: int) -> None:
        self.entries_end = entries_end
        self.rooms: dict[RoomName, LineRoom] = {}
        """Copies of the rooms that were polled."""
        self.entries: list[bytes] = []
        self.lines: list[PollLine] = []

    def add(self, poll: Poll, decision: Decision, room: LineRoom) -> None:
        """Add a poll to the files, and to its room."""
        start, snapshot, kept = self.entries_end, poll.snapshot, decision.kept
        if snapshot is not None:
            of_poll = (rules.CLOCK_STANDS_STILL,) if decision.stands_still else ()
            snapshot = rules.with_flags_of_poll(snapshot, of_poll)
            poll = msgspec.structs.replace(poll, found=snapshot)
        if kept is Kept.STORED and snapshot is not None:
            self.entries.append(entry_lines.encoded(snapshot.entries))
            self.entries_end += len(self.entries[-1])
        line = poll_line.made(poll, kept, self.entries_end)
        self.lines.append(line)
        room.take(line, start)


class _Polls(NamedTuple):
    """The polls of a room, those of a batch among them."""

    name: RoomName
    room: LineRoom
    is_in_file: Callable[[RoomName, Identity], bool]

    def has(self, found: RoomSnapshot | FailedPoll) -> bool:
        """Whether this very poll is stored."""
        own = identity(found)
        return own in self.room.recent or (found.polled_at <= self.room.forgotten and self.is_in_file(self.name, own))

    def place(self, found: RoomSnapshot) -> Place:
        """The place of a list in the order of the room's lists."""
        return self.room.place(found)


class JsonLinesStore:
    """Opens the two files in a folder, or creates them, and repairs what a crash left of them."""

    def __init__(self, folder: Path) -> None:
        self._rooms: dict[RoomName, LineRoom] = {}
        self._counts = Counts(0, 0, 0, 0)
        self._polls_end = self._entries_end = 0
        self._files: list[int] = []
        self._sessions = SessionLines(folder / "sessions.jsonl")
        try:
            self._paths = [StoreFile(folder / name, create=True) for name in ("lock", "entries.jsonl", "polls.jsonl")]
            self._files = [_open(each.path) for each in self._paths]
            self._lock, self._entries, self._polls = self._files
            with self._locked():
                pass
        except (OSError, ValueError) as error:
            self.close()
            raise StoreError(
                tr("the JSON Lines store {folder} cannot be opened: {error}", folder=folder, error=error)
            ) from error
        except StoreError:
            self.close()
            raise

    def write(self, polls: Sequence[Poll]) -> list[Kept]:
        """Keep all polls, on disk on return, or raise StoreError and keep none.

        Raises StoreError also if one of the files was deleted or replaced while it was in use.
        """
        try:
            with self._locked():
                kept = self._append(polls)
        except OSError as error:
            raise _unwritten(error) from error
        for each in self._paths:
            each.check()
        return kept

    def note(self, changes: Sequence[SessionChange]) -> None:
        """Take in what has become of anchors' sessions."""
        try:
            with self._locked():
                self._sessions.note(changes)
        except OSError as error:
            raise _unwritten(error) from error

    def latest(self, room_id: str, *, kind: str = RANKLIST.name, source: str | None = None) -> RoomSnapshot | None:
        """The room's last list, as far as this store has read the files."""
        rooms = [room for name, room in self._rooms.items() if (name.kind, name.room_id) == (kind, room_id)]
        lasts = [(room.last, room) for room in rooms if room.last and source in (None, room.last.source)]
        if not lasts:
            return None
        line, room = max(lasts, key=lambda pair: pair[0].polled_at)
        rows = self._rows_of(line, room.list_start, room.list_end)
        if rows is None:
            raise DamagedList(room_id, line.captured_at or "")
        entries = rules.rows_with_flags_of_poll(rows, rules.of_poll(line.flags))
        return RoomSnapshot(target=line.target, entries=entries, **poll_line.snapshot_fields(line))

    def _rows_of(self, line: PollLine, begin: int, end: int) -> tuple[RankEntry, ...] | None:
        """The rows of a poll's list, which are between two bytes; None if some are missing or cannot be read."""
        shared = {name: getattr(line, name) for name in ("anchor_id", "captured_at", "polled_at")}
        try:
            rows = entry_lines.decoded(os.pread(self._entries, end - begin, begin), **shared)
        except msgspec.DecodeError:
            return None
        return rows if len(rows) == line.entry_count else None

    def counts(self) -> Counts:
        """How much the store holds."""
        return self._counts._replace(rooms=len(self._rooms))

    def check(self) -> Iterator[Finding]:
        """Lists whose rows cannot be read, or are too few; raises StoreError if polls.jsonl itself is damaged."""
        at = entries_end = 0
        while whole := self._whole_lines(at):
            for line in poll_line.decoded(whole, at):
                rows = self._rows_of(line, entries_end, line.entries_end)
                if line.entries_end > entries_end and rows is None:
                    room = tr("room {room} ({kind})", room=line.room_id, kind=line.kind)
                    yield Finding("list", f"{room}, {line.captured_at}", tr("rows are missing, or cannot be read"))
                entries_end = line.entries_end
            at += len(whole)

    def close(self) -> None:
        """Close the files; closing twice is harmless."""
        while self._files:
            os.close(self._files.pop())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the files alone, having read what others added, with nothing torn at their ends."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            self._catch_up()
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _catch_up(self) -> None:
        while whole := self._whole_lines(self._polls_end):
            for line in poll_line.decoded(whole, self._polls_end):
                self._rooms.setdefault(line.room, LineRoom()).take(line, self._entries_end)
                self._count(line)
            self._polls_end += len(whole)
        _cut(self._polls, self._polls_end)
        if os.fstat(self._entries).st_size < self._entries_end:
            raise StoreError(tr("entries.jsonl is shorter than polls.jsonl says: rows are missing"))
        _cut(self._entries, self._entries_end)

    def _whole_lines(self, begin: int) -> bytes:
        """Whole lines of polls.jsonl from a byte on; none at its end, or if only a torn one is left."""
        block = os.pread(self._polls, READ_AT_ONCE, begin)
        return block[: block.rfind(b"\n") + 1]

    def _append(self, polls: Sequence[Poll]) -> list[Kept]:
        batch = _Batch(self._entries_end)
        kept = [self._decide(poll, batch) for poll in polls]
        if batch.entries:
            write_all(self._entries, b"".join(batch.entries))
            os.fsync(self._entries)
        if batch.lines:
            written = _encoder.encode_lines(batch.lines)
            write_all(self._polls, written)
            os.fsync(self._polls)
            self._polls_end += len(written)
        self._rooms |= batch.rooms
        for line in batch.lines:
            self._count(line)
        return kept

    def _decide(self, poll: Poll, batch: _Batch) -> Kept:
        """Decide on a poll, and add it to the batch if it is written."""
        name = poll.target.room
        room = batch.rooms.get(name) or self._rooms.get(name, LineRoom()).copied()
        decision = decide(poll, room, _Polls(name, room, self._is_in_file))
        if decision.is_written:
            batch.rooms[name] = room
            batch.add(poll, decision, room)
        return decision.kept

    def _is_in_file(self, name: RoomName, own: Identity) -> bool:
        at = 0
        while whole := self._whole_lines(at):
            if any(line.room == name and line.identity == own for line in poll_line.decoded(whole, at)):
                return True
            at += len(whole)
        return False

    def _count(self, line: PollLine) -> None:
        has_rows = line.entries_end > self._entries_end
        rows = (line.entry_count or 0) * has_rows
        self._entries_end = line.entries_end
        rooms, polls, snapshots, entries = self._counts
        self._counts = Counts(rooms, polls + 1, snapshots + has_rows, entries + rows)


def _unwritten(error: OSError) -> StoreError:
    return StoreError(tr("the JSON Lines store cannot be written: {error}", error=error))


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)


def _cut(file: int, end: int) -> None:
    if os.fstat(file).st_size > end:
        os.ftruncate(file, end)
