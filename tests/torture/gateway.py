"""A gateway that writes down when each request came and when its answer went out."""

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from time import monotonic
from typing import NamedTuple

from tests.builders import example, row

ROWS = 10
"""Entries in every list."""

_ROOM = re.compile(rb"[?&]room_id=(\d+)")


class Poll(NamedTuple):
    """One request as the gateway saw it, on the monotonic clock."""

    came: float
    went: float


class Gateway:
    """Answers every room after `latency` seconds; `clock` gives the time that a list bears, in ms.

    A room's list changes with every poll, so that a late answer can be told from the one before.
    """

    def __init__(self, clock: Callable[[], int], latency: float) -> None:
        self.url = ""
        self.polls: defaultdict[str, list[Poll]] = defaultdict(list)
        self._asked: Counter[str] = Counter()
        self._now = self.most_at_once = 0
        self._clock = clock
        self._latency = latency

    @property
    def requests(self) -> int:
        """How many requests came."""
        return self._asked.total()

    def overlaps(self) -> int:
        """How many requests came while the same room was still being answered."""
        return sum(later.came < earlier.went for earlier, later in self._neighbours())

    def gaps(self) -> list[float]:
        """The seconds from each poll of a room to its next."""
        return [later.came - earlier.came for earlier, later in self._neighbours()]

    def _neighbours(self) -> Iterable[tuple[Poll, Poll]]:
        for polls in self.polls.values():
            yield from pairwise(sorted(polls))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its other end, or this server, is gone."""
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                await self._answer_one(await reader.readuntil(b"\r\n\r\n"), writer)
        writer.close()

    async def _answer_one(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        came, found = monotonic(), _ROOM.search(request)
        assert found is not None, request
        room = found[1].decode()
        self._asked[room] += 1
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await asyncio.sleep(self._latency)
            body = _body(int(room) + self._asked[room], self._clock())
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        finally:
            self._now -= 1
            self.polls[room].append(Poll(came, monotonic()))


@asynccontextmanager
async def serve(clock: Callable[[], int], latency: float) -> AsyncIterator[Gateway]:
    """A gateway on a free port of the loopback, for as long as the context lasts."""
    gateway = Gateway(clock, latency)
    server = await asyncio.start_server(gateway.answer, "127.0.0.1", 0, backlog=1000)
    gateway.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield gateway
    finally:
        server.close()


def _body(score: int, now: int) -> bytes:
    answer = example()
    ranks = [row(rank, score=score % 100_000 + 100 * (ROWS - rank), delta=0) for rank in range(1, ROWS + 1)]
    answer["data"]["data"]["ranks"] = ranks
    answer["data"]["extra"]["now"] = now
    return json.dumps(answer).encode()
