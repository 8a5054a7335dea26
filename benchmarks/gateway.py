"""A gateway that costs next to nothing: it answers with rank lists rendered and gzipped beforehand.

`python -m benchmarks.gateway` prints its URL and serves
`GET /douyin/liveroom/ranklist?token=…&room_id=…` on 127.0.0.1 until its standard input ends (its parent
is gone, or hung up) or `--seconds` have passed. Room n gets list n modulo `--variants`.
`GET /meter` tells how many lists it has given since the last such question, and when the first. With `--editions 2`
there are the same lists with a later clock, given after `GET /turn`.
"""

import argparse
import asyncio
import json
import os
import re
import threading
import time
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
    """Counts what is given."""

    def __init__(self) -> None:
        self.served = 0
        self.first: float | None = None  # seconds of the machine's monotonic clock

    def note(self) -> None:
        """One list more."""
        if self.first is None:
            self.first = time.monotonic()
        self.served += 1

    def read(self) -> bytes:
        """The figures as a response; counting starts anew."""
        body = json.dumps({"served": self.served, "first": self.first}).encode()
        self.served, self.first = 0, None
        return HEAD.format("identity", len(body)).encode() + body


class Editions:
    """Whole responses by room, and perhaps the same with a later clock."""

    def __init__(self, packed: Sequence[Sequence[bytes]]) -> None:
        self._editions = iter([[response(each) for each in edition] for edition in packed])
        self.given = next(self._editions)

    def turn(self) -> None:
        """Give the next edition from now on; the last for ever."""
        self.given = next(self._editions, self.given)


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests have no bodies, so each ends at its blank line."""

    def __init__(self, editions: Editions, meter: Meter) -> None:
        self.editions = editions
        self.meter = meter
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write to."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        *requests, self.received = (self.received + data).split(b"\r\n\r\n")
        for request in requests:
            self.transport.write(self.answer(request + b"\r\n"))

    def answer(self, request: bytes) -> bytes:
        """The whole response to one request's head."""
        wanted = REQUEST.match(request)
        if wanted:
            self.meter.note()
            return self.editions.given[int(wanted[1]) % len(self.editions.given)]
        if request.startswith(b"GET /turn "):
            self.editions.turn()
        return REFUSAL if request.startswith(b"GET /douyin/") else self.meter.read()


def response(packed: bytes) -> bytes:
    """A whole HTTP response, ready to be written to a socket."""
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
    """Render, then serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--entries", type=int, default=100, help="ranks in each list (default: 100)")
    parser.add_argument("--variants", type=int, default=64, help="different lists (default: 64)")
    parser.add_argument("--seconds", type=float, default=3600, help="stop after this long (default: 3600)")
    parser.add_argument("--file", type=Path, help="where the lists are kept: read, or rendered and written")
    parser.add_argument("--editions", type=int, default=1, help="how many times each list is given anew (default: 1)")
    parser.add_argument("--strangers", action="store_true", help="nobody stands in two lists")
    options = parser.parse_args()
    now = int(time.time() * 1000)
    first = answers.packed(options.variants, options.entries, options.file, strangers=options.strangers)
    later = (now + number * MINUTE for number in range(1, options.editions))
    packed = [first, *(answers.render(options.variants, options.entries, moment) for moment in later)]
    uvloop.run(serve(Editions(packed), options.seconds))


if __name__ == "__main__":
    main()
