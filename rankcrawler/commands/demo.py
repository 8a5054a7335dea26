"""A whole crawl in one command: simulated gateway, queue, crawl, store and table."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from zoneinfo import ZoneInfo

from rankcrawler.commands import program
from rankcrawler.commands.printing import ranks
from rankcrawler.language import tr
from rankcrawler.queue import roomlist
from rankcrawler.queue.job import Job
from rankcrawler.store import locate

SEEDS = files("rankcrawler.commands") / "seeds.jsonl"
"""Thirty rooms that the simulated gateway knows: the same as in seeds/rooms.jsonl, but part of the package."""
_SECONDS = 300
"""The simulated gateway stops by itself after this time, whatever happens."""
_OTHERS = {"REDIS_URL", "STORE_URL", "GATEWAY_NAME", "GATEWAY_PROFILE", "GATEWAY_TOKEN_FILE"}
"""Environment variables that would lead the crawl away from the demo."""


def run(folder: Path, rooms: str | None, zone: ZoneInfo) -> int:
    """Crawl a file of rooms into a folder, and print the first list; returns the crawl's exit status.

    Without a file, crawl the rooms of SEEDS.
    """
    if rooms is None:
        with as_file(SEEDS) as seeds:
            return run(folder, str(seeds), zone)
    with _simulator() as url:
        print(tr("A simulated gateway answers at {url}", url=url))
        print(tr("Crawling the rooms of {rooms} …", rooms=rooms), flush=True)
        status = _crawl(url, folder, rooms)
    if status == 0:
        _show(folder, rooms, zone)
    return status


@contextmanager
def _simulator() -> Iterator[str]:
    """The address of a simulated gateway, which runs in a process of its own."""
    command = [sys.executable, "-m", "rankcrawler", "simulate", "--port", "0", "--seconds", str(_SECONDS)]
    environment = {name: value for name, value in os.environ.items() if name != "GATEWAY_TOKEN"}
    with subprocess.Popen(  # noqa: S603 — no part of the command is foreign input
        command, stdout=subprocess.PIPE, encoding="utf-8", errors="replace", env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().removeprefix("GATEWAY_URL=")
        finally:
            process.terminate()


def _crawl(url: str, folder: Path, rooms: str) -> int:
    """Crawl in a process of its own, as a user would; returns its exit status."""
    command = [sys.executable, "-m", "rankcrawler", "crawl", "ranklist", "-a", f"rooms={rooms}"]
    command += ["-O", str(folder / "ranks.jsonl"), "-L", "WARNING"]
    ours = {"GATEWAY_URL": url, "GATEWAY_TOKEN": "simulator", "DATA_DIR": str(folder)}
    environment = {name: value for name, value in os.environ.items() if name not in _OTHERS}
    return subprocess.run(command, env=environment | ours, check=False).returncode  # noqa: S603


def _show(folder: Path, rooms: str, zone: ZoneInfo) -> None:
    store = locate.open_store(f"sqlite:///{folder / 'ranks.db'}")
    lists = (store.latest(job.room_id) for job in roomlist.read(rooms) if isinstance(job, Job))
    first = next(filter(None, lists), None)
    store.close()
    if first is not None:
        print()
        ranks.show(first, 10, zone)
        print()
    rows, database = folder / "ranks.jsonl", folder / "ranks.db"
    print(tr("Every row:    {file}  (JSON Lines, one line per contributor)", file=rows))
    print(tr("The database: {file}  (SQLite: latest_ranks, ranks, lists, user_rooms …)", file=database))
    simulate = f"{program.path()} simulate"
    print(tr("Next:         {command}, and in another terminal the command that it prints", command=simulate))
