"""A gateway that costs next to nothing: it answers with rank lists rendered and gzipped beforehand.

`python benchmarks/gateway.py` prints its URL and serves
`GET /douyin/liveroom/ranklist?token=…&room_id=…` on 127.0.0.1 until its standard input ends (its parent
is gone, or hung up) or `--seconds` have passed. Room n gets list n modulo `--variants`.
"""

import argparse
import asyncio
import gzip
import os
import re
import threading
import time
from typing import cast

import uvloop
from answer import lists

REQUEST = re.compile(rb"GET /douyin/liveroom/ranklist\?(?=\S*\btoken=\S)\S*\broom_id=(\d+)\S* HTTP/1\.1\r\n")
REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
HEAD = (
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Content-Encoding: gzip\r\n"
    "Content-Length: {}\r\n\r\n"
)


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests have no bodies, so each ends at its blank line."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        *requests, self.received = (self.received + data).split(b"\r\n\r\n")
        for request in requests:
            self.transport.write(self.answer(request + b"\r\n"))

    def answer(self, request: bytes) -> bytes:
        """The whole response to one request's head."""
        wanted = REQUEST.match(request)
        return self.answers[int(wanted[1]) % len(self.answers)] if wanted else REFUSAL


def prepare(variants: int, entries: int) -> list[bytes]:
    """Whole HTTP responses, ready to be written to a socket."""
    bodies = lists(variants, entries, now=int(time.time() * 1000))
    zipped = (gzip.compress(body, compresslevel=6, mtime=0) for body in bodies)
    return [HEAD.format(len(body)).encode() + body for body in zipped]


async def serve(answers: list[bytes], seconds: float) -> None:
    """Print the URL, then serve until standard input ends or `seconds` have passed."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.call_later(seconds, stop.set)
    waiter = threading.Thread(target=await_hangup, args=(loop, stop), daemon=True)
    waiter.start()
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0)
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
    options = parser.parse_args()
    uvloop.run(serve(prepare(options.variants, options.entries), options.seconds))


if __name__ == "__main__":
    main()
