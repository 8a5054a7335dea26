"""`rankcrawler demo`: the whole way once, with nothing else of yours: simulated gateway, queue, crawl, table."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scrapy.commands import ScrapyCommand

_SECONDS = 300
"""After which the simulated gateway stops by itself, whatever happens."""


class Command(ScrapyCommand):
    """Exit status: the crawl's."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Crawl the seed rooms from the simulated gateway, and show what came"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The command's own options."""
        super().add_options(parser)
        parser.add_argument(
            "--rooms", metavar="FILE", default="seeds/rooms.jsonl", help="rooms to crawl (default: %(default)s)"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl the rooms, then show the list of the first that has one."""
        assert self.settings is not None
        folder = Path(self.settings["DATA_DIR"]) / "demo"
        with _simulator() as url:
            print(f"A simulated gateway answers at {url}; crawling the rooms of {opts.rooms} …", flush=True)
            self.exitcode = _crawl(url, folder, opts.rooms)
        if self.exitcode == 0:
            _show(folder, opts.rooms)


@contextmanager
def _simulator() -> Iterator[str]:
    """A simulated gateway in a process of its own; gives its address."""
    command = [sys.executable, "-m", "rankcrawler", "simulate", "--port", "0", "--seconds", str(_SECONDS)]
    environment = {name: value for name, value in os.environ.items() if name != "GATEWAY_TOKEN"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().removeprefix("GATEWAY_URL=")
        finally:
            process.terminate()


def _crawl(url: str, folder: Path, rooms: str) -> int:
    """Crawl in a process of its own, as a user would; its exit status."""
    command = [sys.executable, "-m", "rankcrawler", "crawl", "ranklist", "-a", f"rooms={rooms}"]
    command += ["-O", str(folder / "ranks.jsonl"), "-L", "WARNING"]
    ours = {"GATEWAY_URL": url, "GATEWAY_TOKEN": "simulator", "DATA_DIR": str(folder)}
    others = {"REDIS_URL", "STORE_URL", "GATEWAY_TOKEN_FILE"}
    environment = {name: value for name, value in os.environ.items() if name not in others}
    return subprocess.run(command, env=environment | ours, check=False).returncode  # noqa: S603


def _show(folder: Path, rooms: str) -> None:
    from rankcrawler.queue import roomlist
    from rankcrawler.queue.job import Job
    from rankcrawler.store import locate
    from rankcrawler.table import show

    store = locate.open_store(f"sqlite:///{folder / 'ranks.db'}")
    lists = (store.latest(job.room_id) for job in roomlist.read(rooms) if isinstance(job, Job))
    first = next(filter(None, lists), None)
    store.close()
    if first is not None:
        print()
        show(first, limit=10)
        print()
    print(f"Every row:    {folder / 'ranks.jsonl'}  (JSON Lines, a row for each rank entry)")
    print(f"The database: {folder / 'ranks.db'}  (SQLite: rooms, users, snapshots, entries, polls)")
    print("Next:         .venv/bin/rankcrawler simulate, and in another terminal the command that it prints")
