"""sessions.jsonl: a line for each change of a session, which holds the session as it is from then on.

The last line of a session counts. The file is made when the first session is noted.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rankcrawler.clock import iso
from rankcrawler.errors import StoreError
from rankcrawler.language import tr
from rankcrawler.model.sessions import FOUND, ROOM, SessionChange
from rankcrawler.store.files import StoreFile, write_all

VERSION = 1
_Name = tuple[str, str, str]
_encode = msgspec.json.Encoder().encode


class SessionLine(msgspec.Struct, frozen=True):
    """A line: a session as it is from then on."""

    source: str
    anchor: str
    room_id: str
    begun_at: str
    begun_by: str
    ended_at: str | None
    ended_by: str | None
    title: str | None
    nickname: str | None
    flags: tuple[str, ...]
    fence: int
    version: int = VERSION

    @property
    def name(self) -> _Name:
        """What distinguishes the session from others."""
        return self.source, self.anchor, self.room_id


_decode_lines = msgspec.json.Decoder(SessionLine).decode_lines


class SessionLines:
    """The file at a path, which only the holder of the store's lock may use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sessions: dict[_Name, SessionLine] = {}
        self._end = 0

    def note(self, changes: Sequence[SessionChange]) -> None:
        """Take in changes, on disk on return; raises StoreError if the file is damaged, and OSError."""
        place = StoreFile(self._path, create=True)
        file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        try:
            self._catch_up(file)
            self._append(file, changes)
        finally:
            os.close(file)
        place.check()

    def _catch_up(self, file: int) -> None:
        """Read what others have added, and cut off what a crash has left torn."""
        size = os.fstat(file).st_size
        if size < self._end:
            raise StoreError(tr("{file} is shorter than before: sessions are missing", file=self._path.name))
        block = os.pread(file, max(size - self._end, 0), self._end)
        whole = block[: block.rfind(b"\n") + 1]
        try:
            self._sessions |= {line.name: line for line in _decode_lines(whole)}
        except msgspec.DecodeError as error:
            raise StoreError(
                tr("{file} is damaged after byte {begin}: {error}", file=self._path.name, begin=self._end, error=error)
            ) from error
        self._end += len(whole)
        if self._end < size:
            os.ftruncate(file, self._end)

    def _append(self, file: int, changes: Sequence[SessionChange]) -> None:
        known, lines = dict(self._sessions), list[SessionLine]()
        for change in changes:
            for line in _changed(known, change):
                if known.get(line.name) not in (None, line):
                    line = replace(line, fence=change.fence)
                if known.get(line.name) != line:
                    known[line.name] = line
                    lines.append(line)
        if lines:
            written = b"".join(_encode(line) + b"\n" for line in lines)
            write_all(file, written)
            os.fsync(file)
            self._end += len(written)
        self._sessions = known


def _changed(known: dict[_Name, SessionLine], change: SessionChange) -> Iterator[SessionLine]:
    """Yield the sessions that a change is about, as they are from then on."""
    if change.ended_ms is None:
        assert change.begun_ms is not None
        yield from _ended(known, change, iso(change.begun_ms), ROOM)
        yield from _begun(known, change, iso(change.begun_ms))
    elif change.room_id is None:
        yield from _ended(known, change, iso(change.ended_ms), change.ended_by)
    else:
        own = known.get((change.source, change.anchor, change.room_id)) or _new(change)
        if own.fence <= change.fence:
            yield replace(own, ended_at=max(iso(change.ended_ms), own.begun_at), ended_by=change.ended_by)


def _begun(known: dict[_Name, SessionLine], change: SessionChange, begun_at: str) -> Iterator[SessionLine]:
    before, new = known.get((change.source, change.anchor, change.room_id or "")), _new(change)
    if before is None:
        yield new
    elif before.fence <= change.fence:
        is_earlier = begun_at < before.begun_at
        yield replace(
            new,
            begun_at=min(begun_at, before.begun_at),
            begun_by=new.begun_by if is_earlier else before.begun_by,
            title=new.title or before.title,
            nickname=new.nickname or before.nickname,
            flags=new.flags or before.flags,
            fence=before.fence,
        )


def _ended(
    known: dict[_Name, SessionLine], change: SessionChange, ended_at: str, ended_by: str | None
) -> Iterator[SessionLine]:
    """Yield the anchor's other sessions that are on, ended."""
    for line in [*known.values()]:
        is_of_anchor = (line.source, line.anchor) == (change.source, change.anchor)
        if is_of_anchor and line.room_id != change.room_id and line.ended_at is None and line.fence <= change.fence:
            yield replace(line, ended_at=max(ended_at, line.begun_at), ended_by=ended_by)


def _new(change: SessionChange) -> SessionLine:
    begun_ms = change.begun_ms if change.begun_ms is not None else change.ended_ms
    assert begun_ms is not None
    return SessionLine(
        change.source,
        change.anchor,
        change.room_id or "",
        iso(begun_ms),
        change.begun_by or FOUND,
        None,
        None,
        change.title,
        change.nickname,
        change.flags,
        change.fence,
    )
