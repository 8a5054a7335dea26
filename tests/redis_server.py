"""A Redis server that a test may kill, stall and starve; and a proxy that cuts it off from its clients."""

import asyncio
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError  # noqa: A004 — the client's, which is not an OSError
from redis.retry import Retry

from rankcrawler.queue.embedded import find_binary


def free_port() -> int:
    """A free port on the loopback interface."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """A server on a loopback port, with an append-only file in `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client: Redis = Redis(port=self.port, decode_responses=True, socket_timeout=5, retry=Retry(NoBackoff(), 0))
        self._folder = folder
        self._options = options
        self.start()

    def start(self) -> None:
        """Start it with the data of its file."""
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly yes --save".split()
        self._process = subprocess.Popen(
            [find_binary(), *options, "", "--dir", self._folder, *self._options], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with suppress(ConnectionError):
                self.client.ping()
                return
            time.sleep(0.01)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """End it like a power cut."""
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        """Freeze it."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Undo stop()."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Kill it, and close the client."""
        self.client.close()
        self.kill()


@contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[Server]:
    """A server for as long as the context lasts."""
    folder.mkdir()
    server = Server(folder, *options)
    try:
        yield server
    finally:
        server.close()


class Proxy:
    """Forwards connections to a port, from a thread of its own, and can be blocked."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.port = self._do(self._listen())
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def block(self) -> None:
        """Hold back everything in both directions: each side finds the other silent."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def cut(self) -> None:
        """Reset every connection."""
        self._do(self._abort())

    def heal(self) -> None:
        """Undo block(), and deliver what was held back."""
        self._loop.call_soon_threadsafe(self._open.set)

    def close(self) -> None:
        """Cut every connection, and end."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _listen(self) -> int:
        self._open.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(asyncio.CancelledError):  # by _end(): asyncio would log it as an error
            await self._open.wait()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(far_writer)
            await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _end(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._abort()
        await asyncio.sleep(0)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy for as long as the context lasts."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
