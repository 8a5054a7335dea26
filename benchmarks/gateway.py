"""A static gateway that uses almost no CPU: it serves rank lists that were rendered and gzipped in advance.

`python -m benchmarks.gateway` prints its URL and serves `GET /douyin/liveroom/ranklist?token=…&room_id=…` on 127.0.0.1.
It stops when its standard input ends (its parent has exited or closed it), or after `--seconds`. Room n gets list n
modulo `--variants`. `GET /meter` returns how many lists it has served since the last such request, and when it served
the first. `--editions 2` adds the same lists with a later clock; `GET /turn` switches to them. With `--moving`, a
tenth of a list's contributors have given more in the next edition, each request for a room gets the room's next, and
`GET /turn` makes all rooms begin again.
"""

import argparse
import asyncio
import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import uvloop

from benchmarks import answers

REQUEST = re.compile(rb"GET /douyin/liveroom/ranklist\?(?=\S*\btoken=\S)\S*\broom_id=(\d+)\S* HTTP/1\.1\r\n")
MINUTE = 60_000
REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
HEAD = (
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Content-Encoding: {}\r\n"
    "Content-Length: {}\r\n\r\n"
)


class Meter:
    """Counts the lists that the gateway serves."""

    def __init__(self) -> None:
        self.served = 0
        self.first: float | None = None  # seconds on the machine's monotonic clock

    def note(self) -> None:
        """Count one list."""
        if self.first is None:
            self.first = time.monotonic()
        self.served += 1

    def read(self) -> bytes:
        """Return the figures as a response, and reset them."""
        body = json.dumps({"served": self.served, "first": self.first}).encode()
        self.served, self.first = 0, None
        return HEAD.format("identity", len(body)).encode() + body


class Editions:
    """Complete responses by room; each further edition has the same lists with a later clock."""

    def __init__(self, packed: Sequence[Sequence[bytes]]) -> None:
        self._editions = [[response(each) for each in edition] for edition in packed]
        self._at = 0

    def of(self, room: int) -> bytes:
        """Return the response for a room."""
        return self._of(room, self._at)

    def turn(self) -> None:
        """Switch to the next edition, if there is one."""
        self._at += 1

    def _of(self, room: int, number: int) -> bytes:
        edition = self._editions[min(number, len(self._editions) - 1)]
        return edition[room % len(edition)]


class MovingEditions(Editions):
    """Gives each request for a room the room's next edition."""

    def __init__(self, packed: Sequence[Sequence[bytes]]) -> None:
        super().__init__(packed)
        self._asked: Counter[int] = Counter()

    def of(self, room: int) -> bytes:
        """Return the next response for a room."""
        self._asked[room] += 1
        return self._of(room, self._asked[room] - 1)

    def turn(self) -> None:
        """Begin again with the first edition, for all rooms."""
        self._asked.clear()


class Connection(asyncio.Protocol):
    """One keep-alive connection. Requests have no bodies, so each one ends at its blank line."""

    def __init__(self, editions: Editions, meter: Meter) -> None:
        self.editions = editions
        self.meter = meter
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to write to."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer each complete request."""
        *requests, self.received = (self.received + data).split(b"\r\n\r\n")
        for request in requests:
            self.transport.write(self.answer(request + b"\r\n"))

    def answer(self, request: bytes) -> bytes:
        """Return the complete response to a request."""
        wanted = REQUEST.match(request)
        if wanted:
            self.meter.note()
            return self.editions.of(int(wanted[1]))
        if request.startswith(b"GET /turn "):
            self.editions.turn()
        return REFUSAL if request.startswith(b"GET /douyin/") else self.meter.read()


def response(packed: bytes) -> bytes:
    """Return a complete HTTP response, ready to write to a socket."""
    return HEAD.format("gzip", len(packed)).encode() + packed


async def serve(editions: Editions, seconds: float) -> None:
    """Print the URL, then serve until standard input ends or `seconds` have passed."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.call_later(seconds, stop.set)
    waiter = threading.Thread(target=await_hangup, args=(loop, stop), daemon=True)
    waiter.start()
    meter = Meter()
    server = await loop.create_server(lambda: Connection(editions, meter), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stop.wait()
    server.close()


def await_hangup(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Read standard input to its end, then set `stop`."""
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


def main() -> None:
    """Render or read the lists, then serve them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--entries", type=int, default=100, help="rows in each list (default: 100)")
    parser.add_argument("--variants", type=int, default=64, help="number of different lists (default: 64)")
    parser.add_argument("--seconds", type=float, default=3600, help="stop after this many seconds (default: 3600)")
    parser.add_argument("--file", type=Path, help="file to read the lists from, or to write them to if it is missing")
    parser.add_argument("--editions", type=int, default=1, help="editions of each list, with later clocks (default: 1)")
    parser.add_argument("--strangers", action="store_true", help="no contributor appears in two lists")
    parser.add_argument("--moving", action="store_true", help="each request for a room gets its next edition")
    options = parser.parse_args()
    now = int(time.time() * 1000)
    first = answers.packed(options.variants, options.entries, options.file, strangers=options.strangers)
    numbers = range(options.editions)
    moves = numbers if options.moving else [0] * options.editions
    packed = [first]
    for number, moved in zip(numbers[1:], moves[1:], strict=True):
        packed.append(answers.render(options.variants, options.entries, now + number * MINUTE, moves=moved))
    uvloop.run(serve((MovingEditions if options.moving else Editions)(packed), options.seconds))


if __name__ == "__main__":
    main()
