"""The latest events, which every stream reads at its own pace."""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import msgspec

KEPT = 10_000
"""Events that a stream can be behind. One that is further behind hears that it has missed some."""
HEARTBEAT = 15.0
"""Seconds after which a stream without events sends a comment, so that both ends know that the other is there."""
_BEAT = b": still here\n\n"
_RETRY_MS = 2000
"""How long a browser waits before it comes back."""


class Event(NamedTuple):
    """Something that has changed."""

    number: int
    name: str
    """list, live, ended, fleet, alerts or reset."""
    data: dict[str, Any]
    written: bytes
    """As a stream sends it."""


class Feed:
    """Keeps the latest events. `origin` differs between servers: ids of another one are unknown here."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._numbers = itertools.count(1)
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._more = asyncio.Event()
        self._is_closed = False
        self.listeners = 0
        """Streams that are open."""
        self.on_listen: Callable[[], None] = lambda: None
        """What is called when a stream begins."""

    @property
    def last(self) -> int:
        """The number of the latest event; 0 before the first."""
        return self._events[-1].number if self._events else 0

    def add(self, name: str, data: dict[str, Any]) -> None:
        """Tell all streams."""
        self._events.append(self._event(next(self._numbers), name, data))
        self._wake()

    def close(self) -> None:
        """End all streams."""
        self._is_closed = True
        self._wake()

    async def listen(
        self, last_id: str | None, wanted: Callable[[Event], bool], heartbeat: float = HEARTBEAT
    ) -> AsyncIterator[bytes]:
        """What a stream sends: what has happened since `last_id`, and what happens from now on."""
        at, is_behind = self._place(last_id)
        self.listeners += 1
        self.on_listen()
        try:
            yield f"retry: {_RETRY_MS}\n\n".encode()
            if is_behind:
                yield self._event(at, "reset", {}).written
            while not self._is_closed:
                more = self._more
                new = self._since(at)
                at = new[-1].number if new else at
                if written := b"".join(each.written for each in new if each.name == "reset" or wanted(each)):
                    yield written
                if more.is_set():
                    continue
                try:
                    async with asyncio.timeout(heartbeat):
                        await more.wait()
                except TimeoutError:
                    yield _BEAT
        finally:
            self.listeners -= 1

    def _since(self, at: int) -> list[Event]:
        """The events after a number; in place of those that are no longer kept, one that says so."""
        if not self._events or at >= self._events[-1].number:
            return []
        first = self._events[0].number
        if at + 1 < first:
            return [self._event(self.last, "reset", {})]
        return list(itertools.islice(self._events, at + 1 - first, None))

    def _place(self, last_id: str | None) -> tuple[int, bool]:
        """The number of the event after which a stream goes on, and whether it has missed some that are unknown."""
        if not last_id:
            return self.last, False
        origin, _, number = last_id.rpartition("-")
        is_known = origin == self._origin and number.isascii() and number.isdecimal() and int(number) <= self.last
        return (int(number), False) if is_known else (self.last, True)

    def _event(self, number: int, name: str, data: dict[str, Any]) -> Event:
        body = msgspec.json.encode(data)
        head = f"id: {self._origin}-{number}\nevent: {name}\ndata: ".encode()
        return Event(number, name, data, head + body + b"\n\n")

    def _wake(self) -> None:
        """Wake all streams that wait, and have the next wait for more."""
        self._more.set()
        self._more = asyncio.Event()
