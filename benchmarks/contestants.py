"""The contestants: how each one gets the same rooms, how it starts, and how its rows are counted."""

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks.meter import Command
from benchmarks.servers import redis_server
from benchmarks.serving import ROOT
from benchmarks.work import Contestant, Work, database_rows, lines, table_rows

TOKEN = "8f3b2c9d1e7a46508f3b2c9d1e7a4650"  # of the usual length: rankcrawler looks for it in every answer
RIVALS = ROOT / ".venv/rivals/bin/python"
SHORTEST = 0.1  # seconds


@contextmanager
def rankcrawler_jsonl(work: Work) -> Iterator[Command]:
    """Our crawl, with a JSON Lines store."""
    yield _rankcrawler(work, f"jsonl:{work.folder}/ranks")


@contextmanager
def rankcrawler_sqlite(work: Work) -> Iterator[Command]:
    """Our crawl, with a SQLite store."""
    yield _rankcrawler(work, f"sqlite:///{work.folder}/ranks.db")


@contextmanager
def rankcrawler_postgresql(work: Work) -> Iterator[Command]:
    """Our crawl, with a PostgreSQL store."""
    yield _rankcrawler(work, work.database)


@contextmanager
def textbook(work: Work) -> Iterator[Command]:
    """A typical scrapy-redis project, with a Redis server that holds its URLs."""
    with redis_server(work.folder) as server:
        ranklist = f"{work.gateway.url}/douyin/liveroom/ranklist?token={TOKEN}&room_id="
        jobs = [json.dumps({"url": ranklist + room, "meta": {"room_id": room}}) for room in work.polls]
        server.client.rpush("ranklist:start_urls", *jobs)
        arguments = [sys.executable, "run.py", f"{work.folder}/ranks.jsonl", str(work.rows)]
        yield Command(arguments, _environment(REDIS_URL=server.url), ROOT / "benchmarks/textbook")


@contextmanager
def handwritten(work: Work) -> Iterator[Command]:
    """A handwritten script without a framework."""
    rooms, ranks = str(work.list_polls()), f"{work.folder}/ranks.jsonl"
    arguments = [sys.executable, "-m", "benchmarks.handwritten", work.gateway.url, TOKEN, rooms, ranks]
    yield Command(arguments, _environment(), ROOT)


@contextmanager
def crawlee(work: Work) -> Iterator[Command]:
    """A typical crawlee-python project, with its own queue and dataset in SQLite."""
    arguments = [str(RIVALS), "-m", "benchmarks.crawlee_project", work.gateway.url, TOKEN, str(work.list_polls())]
    yield Command(arguments, _environment(CRAWLEE_STORAGE_DIR=f"{work.folder}/storage"), ROOT)


def floor(sink: str, place: str) -> Callable[[Work], AbstractContextManager[Command]]:
    """The floor: a bare loop that writes to a file in the run's folder, or to its database if `place` is empty."""

    @contextmanager
    def prepare(work: Work) -> Iterator[Command]:
        where = f"{work.folder}/{place}" if place else work.database
        numbers = [sink, str(work.gateway.file), str(len(work.polls)), where]
        yield Command([sys.executable, "-m", "benchmarks.floor", *numbers], _environment(), ROOT)

    return prepare


def fleet(work: Work, workers: int, queue: str) -> Command:
    """Return the command for several rankcrawler workers that store into the run's database."""
    command = _rankcrawler(work, work.database)
    words = [command.arguments[0], "fleet", "--workers", str(workers), *command.arguments[3:]]
    return dataclasses.replace(command, arguments=words, environment=command.environment | {"REDIS_URL": queue})


_IN_LISTS = "SELECT sum(row_count) FROM lists"
"""Counts the rows that were served: a list that follows another is stored as the rows that differ."""
_IN_ENTRIES = "SELECT count(*) FROM entries"
_RECORDS = "SELECT count(*) FROM dataset_records"
CONTESTANTS = [
    Contestant("rankcrawler-jsonl", 1, rankcrawler_jsonl, lines("ranks/entries.jsonl"), is_recurring=True),
    Contestant("rankcrawler-sqlite", 1, rankcrawler_sqlite, table_rows("ranks.db", _IN_LISTS), is_recurring=True),
    Contestant(
        "rankcrawler-postgresql",
        1,
        rankcrawler_postgresql,
        database_rows(_IN_LISTS),
        in_postgresql=True,
        is_recurring=True,
    ),
    Contestant("textbook", 10, textbook, lines("ranks.jsonl")),
    Contestant("handwritten", 1, handwritten, lines("ranks.jsonl")),
    Contestant("crawlee", 10, crawlee, table_rows("storage/crawlee.db", _RECORDS), RIVALS),
    Contestant("floor-jsonl", 1, floor("jsonl", "ranks.jsonl"), lines("ranks.jsonl")),
    Contestant("floor-sqlite", 1, floor("sqlite", "ranks.db"), table_rows("ranks.db", _IN_ENTRIES)),
    Contestant("floor-postgresql", 1, floor("postgresql", ""), database_rows(_IN_ENTRIES), in_postgresql=True),
]


def _rankcrawler(work: Work, store: str) -> Command:
    scrapy = str(Path(sys.executable).with_name("scrapy"))
    environment = _environment(
        SCRAPY_SETTINGS_MODULE="rankcrawler.settings",
        GATEWAY_URL=work.gateway.url,
        GATEWAY_TOKEN=TOKEN,
        DATA_DIR=f"{work.folder}/data",
        STORE_URL=store,
    )
    words = [scrapy, "crawl", "ranklist", "-a", f"rooms={_rooms(work)}"]
    if work.times > 1:
        words += ["-s", f"CLOSESPIDER_ITEMCOUNT={len(work.polls)}"]
    return Command(words, environment, work.folder)


def _rooms(work: Work) -> Path:
    """Write a file with the rooms; if they recur, at intervals so short that they are always overdue."""
    if work.times == 1:
        return work.list_polls()
    path = work.folder / "rooms.jsonl"
    lines_of = (json.dumps({"room_id": room, "every": SHORTEST}) + "\n" for room in work.rooms)
    path.write_text("".join(lines_of), encoding="utf-8")
    return path


def _environment(**variables: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | variables
