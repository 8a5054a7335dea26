"""The store as two JSON Lines files, which several workers of one machine may share.

`entries.jsonl` has a line for each row of each list that changed; `polls.jsonl` a line for each poll, with or
without a list, and it is what counts: a poll's line says where the entries end that belong to it, and is written
when they are on disk. So whatever was cut short, by a crash or a full disk, is what stands after the last whole
line of polls.jsonl, and is cut off before anything is added.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from rankcrawler.errors import StoreError
from rankcrawler.model.items import FailedPoll, Kind, Quarantined, RankEntry, RoomSnapshot
from rankcrawler.store.contract import Counts, Kept, Outcome
from rankcrawler.store.deduplication import outcome_of

READ_AT_ONCE = 16 << 20
"""Bytes; far more than a line of polls.jsonl has."""
REMEMBERED = 128
"""Polls of a room whose moments are remembered; for older ones the file is read."""

RoomName = tuple[str, Kind, str]
"""source, kind, room_id."""
Moment = tuple[str, bool]
"""When a list was captured, and True; when a poll without a list was made, and False."""


class PollLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of polls.jsonl."""

    source: str
    kind: Kind
    room_id: str
    anchor_id: str | None
    captured_at: str | None
    """None, like the other facts of a list, where there was none."""
    polled_at: str
    outcome: Outcome
    total: int | None
    user_count_desc: str | None
    currency: str | None
    has_more: bool | None
    entry_count: int | None
    digest: str | None
    flags: tuple[str, ...]
    fence: int
    entries_end: int
    """The size of entries.jsonl, in bytes, with this poll's entries in it."""
    quarantined: tuple[Quarantined, ...] = ()
    """The rows of the answer that could not be read."""
    action: str | None = None
    """Why the poll failed, like what follows: as of a FailedPoll."""
    reason: str | None = None
    status: int | None = None
    code: int | None = None
    status_code: int | None = None
    attempt: int | None = None

    @property
    def room(self) -> RoomName:
        """The room's name."""
        return self.source, self.kind, self.room_id

    @property
    def moment(self) -> Moment:
        """What tells this poll from the room's others."""
        return (self.polled_at, False) if self.captured_at is None else (self.captured_at, True)


class _Room(msgspec.Struct):
    """What is remembered of a room while the store is open."""

    recent: dict[Moment, None]
    """The room's last polls, oldest first."""
    forgot: bool = False
    """Whether it had others, which only the file has."""
    fence: int = 0
    last: PollLine | None = None
    """The last poll that brought a list."""
    list_line: PollLine | None = None
    """The poll that stored the list which that one found; None where the list was empty."""
    list_start: int = 0


_encoder = msgspec.json.Encoder()
_poll_line = msgspec.json.Decoder(PollLine)
_entry_line = msgspec.json.Decoder(RankEntry)


class JsonLinesStore:
    """Opens, or creates, the two files in a folder, and repairs what a crash has left of them."""

    def __init__(self, folder: Path) -> None:
        self._rooms: dict[RoomName, _Room] = {}
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

    def write(self, polls: Sequence[RoomSnapshot | FailedPoll]) -> list[Kept]:
        """Keep all, on disk when it returns; or raise StoreError and keep none."""
        try:
            with self._locked():
                return self._append(polls)
        except OSError as error:
            raise StoreError(f"the JSON Lines store takes no more: {error}") from error

    def latest(self, room_id: str, *, kind: Kind = "ranklist", source: str | None = None) -> RoomSnapshot | None:
        """The list at a room's last poll that brought one, as far as this store has read the files."""
        wanted = [room for name, room in self._rooms.items() if name[1:] == (kind, room_id)]
        lasts = [(room.last, room) for room in wanted if room.last and source in (None, room.last.source)]
        if not lasts:
            return None
        line, room = max(lasts, key=lambda pair: pair[0].polled_at)
        shared = ("anchor_id", "captured_at", "polled_at")
        changes = {name: getattr(line, name) for name in shared}
        entries = tuple(msgspec.structs.replace(entry, **changes) for entry in self._entries_of(room))
        return RoomSnapshot(entries=entries, **{name: getattr(line, name) for name in _SHARED})

    def counts(self) -> Counts:
        """How much the store holds."""
        return self._counts._replace(rooms=len(self._rooms))

    def close(self) -> None:
        """Close the files."""
        while self._files:
            os.close(self._files.pop())

    def _entries_of(self, room: _Room) -> list[RankEntry]:
        if room.list_line is None:
            return []
        block = os.pread(self._entries, room.list_line.entries_end - room.list_start, room.list_start)
        return _entry_line.decode_lines(block)

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

    def _append(self, polls: Sequence[RoomSnapshot | FailedPoll]) -> list[Kept]:
        kept: list[Kept] = []
        blocks: list[bytes] = []
        lines: list[PollLine] = []
        end = self._entries_end
        for poll in polls:
            outcome = self._judge(poll, lines)
            kept.append(outcome)
            if outcome in (Kept.STALE, Kept.DUPLICATE):
                continue
            if outcome is Kept.STORED and isinstance(poll, RoomSnapshot):
                blocks.append(_encoder.encode_lines(poll.entries))
                end += len(blocks[-1])
            lines.append(_line(poll, outcome, end))
        if blocks:
            _write_all(self._entries, b"".join(blocks))
            os.fsync(self._entries)
        if lines:
            written = _encoder.encode_lines(lines)
            _write_all(self._polls, written)
            os.fsync(self._polls)
            self._polls_end += len(written)
        for line in lines:
            self._remember(line)
        return kept

    def _judge(self, poll: RoomSnapshot | FailedPoll, lines: Sequence[PollLine]) -> Kept:
        """What is to be done with a poll, given its room and the lines that its batch has so far."""
        name = (poll.source, poll.kind, poll.room_id)
        room = self._rooms.get(name) or _Room({})
        earlier = [line for line in lines if line.room == name]
        if poll.fence < max([room.fence, *(line.fence for line in earlier)]):
            return Kept.STALE
        moment = (poll.polled_at, False) if isinstance(poll, FailedPoll) else (poll.captured_at, True)
        if (
            moment in room.recent
            or any(line.moment == moment for line in earlier)
            or self._is_long_stored(room, moment)
        ):
            return Kept.DUPLICATE
        if isinstance(poll, FailedPoll):
            return Kept.FAILED
        if not poll.entries and not poll.quarantined:
            return Kept.EMPTY
        answered = [line for line in (room.last, *earlier) if line is not None and line.captured_at is not None]
        last = max(answered, key=lambda line: line.captured_at or "", default=None)
        follows = last is not None and (last.captured_at or "") < poll.captured_at
        return Kept.UNCHANGED if follows and _mark(last) == _mark(poll) else Kept.STORED

    def _is_long_stored(self, room: _Room, moment: Moment) -> bool:
        """Whether the file has a poll so old that it is not remembered."""
        if not room.forgot or moment[0] > next(iter(room.recent))[0]:
            return False
        name, at = room.last.room if room.last else None, 0
        while block := os.pread(self._polls, READ_AT_ONCE, at):
            whole = block[: block.rfind(b"\n") + 1]
            if any(line.room == name and line.moment == moment for line in _poll_line.decode_lines(whole)):
                return True
            at += len(whole)
        return False

    def _remember(self, line: PollLine) -> None:
        room = self._rooms.setdefault(line.room, _Room({}))
        is_list = line.entries_end > self._entries_end
        if line.captured_at is not None and (room.last is None or line.captured_at > (room.last.captured_at or "")):
            room.last = line
            if is_list:
                room.list_line, room.list_start = line, self._entries_end
            elif not line.entry_count:
                room.list_line = None
        room.recent[line.moment] = None
        if len(room.recent) > REMEMBERED:
            del room.recent[next(iter(room.recent))]
            room.forgot = True
        room.fence = max(room.fence, line.fence)
        self._entries_end = line.entries_end
        rooms, polls, snapshots, entries = self._counts
        rows = (line.entry_count or 0) * is_list
        self._counts = Counts(rooms, polls + 1, snapshots + is_list, entries + rows)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


_SHARED = [name for name in PollLine.__struct_fields__ if name in RoomSnapshot.__struct_fields__ and name != "fence"]
_FAILURE = [name for name in PollLine.__struct_fields__ if name in FailedPoll.__struct_fields__]
_NO_LIST: dict[str, Any] = dict.fromkeys(PollLine.__struct_fields__[:-7]) | {"flags": ()}


def _line(poll: RoomSnapshot | FailedPoll, kept: Kept, entries_end: int) -> PollLine:
    if isinstance(poll, FailedPoll):
        facts = {name: getattr(poll, name) for name in _FAILURE}
        return PollLine(**(_NO_LIST | facts | {"outcome": "failed", "entries_end": entries_end}))
    facts = {name: getattr(poll, name) for name in _SHARED}
    return PollLine(outcome=outcome_of(poll, kept), entries_end=entries_end, fence=poll.fence, **facts)


def _mark(of: PollLine | RoomSnapshot | None) -> object:
    """All that makes a list what it is: equal ones are stored once."""
    return of and (of.digest, of.flags, of.anchor_id, of.currency, of.has_more, of.quarantined)
