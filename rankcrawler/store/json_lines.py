"""The store as two JSON Lines files, which several workers of one machine may share.

`entries.jsonl` has a line for each row of each list that changed; `polls.jsonl` a line for each poll, and
it is what counts: a poll's line says where the entries end that belong to it, and is written when they are
on disk. So whatever was cut short, by a crash or a full disk, is what stands after the last whole line of
polls.jsonl, and is cut off before anything is added.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from rankcrawler.errors import StoreError
from rankcrawler.items import Kind, Quarantined, RankEntry, RoomSnapshot
from rankcrawler.store.contract import Counts, Kept

READ_AT_ONCE = 16 << 20
"""Bytes; far more than a line of polls.jsonl has."""


class PollLine(msgspec.Struct, frozen=True):
    """A line of polls.jsonl."""

    source: str
    kind: Kind
    room_id: str
    anchor_id: str | None
    captured_at: str
    polled_at: str
    outcome: str
    total: int | None
    user_count_desc: str | None
    currency: str | None
    has_more: bool | None
    entry_count: int
    digest: str
    flags: tuple[str, ...]
    fence: int
    entries_end: int
    """The size of entries.jsonl, in bytes, with this poll's entries in it."""
    quarantined: tuple[Quarantined, ...] = ()
    """The rows of the answer that could not be read."""


class _Room(msgspec.Struct):
    """What is remembered of a room while the store is open."""

    seen: set[str]
    fence: int = 0
    last: PollLine | None = None
    list_line: PollLine | None = None
    """The poll that stored the list which the last poll found."""
    list_start: int = 0


_encoder = msgspec.json.Encoder()
_poll_line = msgspec.json.Decoder(PollLine)
_entry_line = msgspec.json.Decoder(RankEntry)


class JsonLinesStore:
    """Opens, or creates, the two files in a folder, and repairs what a crash has left of them."""

    def __init__(self, folder: Path) -> None:
        self._rooms: dict[tuple[str, str], _Room] = {}
        self._counts = Counts(0, 0, 0, 0)
        self._polls_end = self._entries_end = 0
        self._files: list[int] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._files = [_open(folder / name) for name in ("lock", "entries.jsonl", "polls.jsonl")]
            self._lock, self._entries, self._polls = self._files
            with self._locked():
                pass
        except OSError as error:
            self.close()
            raise StoreError(f"the JSON Lines store {folder} cannot be opened: {error}") from error

    def write(self, snapshots: Sequence[RoomSnapshot]) -> list[Kept]:
        """Keep all, on disk when it returns; or raise StoreError and keep none."""
        try:
            with self._locked():
                return self._append(snapshots)
        except OSError as error:
            raise StoreError(f"the JSON Lines store takes no more: {error}") from error

    def latest(self, room_id: str) -> RoomSnapshot | None:
        """The list that a room had at its last poll, as far as this store has read the files."""
        rooms = [room for (_, each), room in self._rooms.items() if each == room_id and room.last is not None]
        room = max(rooms, key=lambda each: each.last.captured_at if each.last else "", default=None)
        if room is None or room.list_line is None:
            return None
        line = room.list_line
        block = os.pread(self._entries, line.entries_end - room.list_start, room.list_start)
        fields = {
            name: getattr(line, name) for name in PollLine.__struct_fields__ if name not in ("outcome", "entries_end")
        }
        return RoomSnapshot(entries=tuple(_entry_line.decode_lines(block)), **fields)

    def counts(self) -> Counts:
        """How much the store holds."""
        return self._counts._replace(rooms=len(self._rooms))

    def close(self) -> None:
        """Close the files."""
        while self._files:
            os.close(self._files.pop())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the files alone, knowing what others have added and with nothing torn at their ends."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            self._catch_up()
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _catch_up(self) -> None:
        while whole := self._next_lines():
            try:
                lines = _poll_line.decode_lines(whole)
            except msgspec.DecodeError as error:
                raise StoreError(f"polls.jsonl is damaged after byte {self._polls_end}: {error}") from error
            for line in lines:
                self._remember(line)
            self._polls_end += len(whole)
        self._cut(self._polls, self._polls_end)
        if os.fstat(self._entries).st_size < self._entries_end:
            raise StoreError("entries.jsonl is shorter than polls.jsonl says: rows are missing")
        self._cut(self._entries, self._entries_end)

    def _next_lines(self) -> bytes:
        """Whole lines of polls.jsonl that were not read yet; none at its end, or where only a torn one is left."""
        added = os.pread(self._polls, READ_AT_ONCE, self._polls_end)
        return added[: added.rfind(b"\n") + 1]

    @staticmethod
    def _cut(file: int, end: int) -> None:
        if os.fstat(file).st_size > end:
            os.ftruncate(file, end)

    def _append(self, snapshots: Sequence[RoomSnapshot]) -> list[Kept]:
        kept: list[Kept] = []
        blocks: list[bytes] = []
        lines: list[PollLine] = []
        end = self._entries_end
        batch: dict[tuple[str, str], list[PollLine]] = {}
        for snapshot in snapshots:
            earlier = batch.setdefault((snapshot.source, snapshot.room_id), [])
            outcome = self._judge(snapshot, earlier)
            kept.append(outcome)
            if outcome in (Kept.STALE, Kept.DUPLICATE):
                continue
            if outcome is Kept.STORED:
                blocks.append(_encoder.encode_lines(snapshot.entries))
                end += len(blocks[-1])
            earlier.append(_line(snapshot, outcome, end))
            lines.append(earlier[-1])
        if blocks:
            _write_all(self._entries, b"".join(blocks))
            os.fsync(self._entries)
        if lines:
            polls = _encoder.encode_lines(lines)
            _write_all(self._polls, polls)
            os.fsync(self._polls)
            self._polls_end += len(polls)
        for line in lines:
            self._remember(line)
        return kept

    def _judge(self, snapshot: RoomSnapshot, earlier: Sequence[PollLine]) -> Kept:
        """What is to be done with a snapshot, given the room and the lines that its batch has for it."""
        room = self._rooms.get((snapshot.source, snapshot.room_id)) or _Room(set())
        fences = [room.fence, *(line.fence for line in earlier)]
        if snapshot.fence < max(fences):
            return Kept.STALE
        if snapshot.captured_at in room.seen or any(line.captured_at == snapshot.captured_at for line in earlier):
            return Kept.DUPLICATE
        if not snapshot.entries:
            return Kept.EMPTY
        last = max((room.last, *earlier), key=lambda line: line.captured_at if line else "")
        follows = last is not None and last.captured_at < snapshot.captured_at
        return Kept.UNCHANGED if follows and last and last.digest == snapshot.digest else Kept.STORED

    def _remember(self, line: PollLine) -> None:
        room = self._rooms.setdefault((line.source, line.room_id), _Room(set()))
        stored = line.outcome == Kept.STORED.value
        if room.last is None or line.captured_at > room.last.captured_at:
            room.last = line
            if stored:
                room.list_line, room.list_start = line, self._entries_end
            elif line.outcome == Kept.EMPTY.value:
                room.list_line = None
        room.seen.add(line.captured_at)
        room.fence = max(room.fence, line.fence)
        self._entries_end = line.entries_end
        rooms, polls, snapshots, entries = self._counts
        self._counts = Counts(rooms, polls + 1, snapshots + stored, entries + line.entry_count * stored)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _line(snapshot: RoomSnapshot, outcome: Kept, entries_end: int) -> PollLine:
    lists = ("entries", "every", "priority", "kept")
    shared = {name: getattr(snapshot, name) for name in RoomSnapshot.__struct_fields__ if name not in lists}
    return PollLine(outcome=outcome.value, entries_end=entries_end, **shared)
