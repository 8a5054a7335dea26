"""A whole crawl in one command: simulated gateway, queue, crawl, store and table."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from rankcrawler.commands import program
from rankcrawler.commands.entry.serve import INSTALL, PACKAGES
from rankcrawler.commands.printing import ranks
from rankcrawler.commands.printing.screen import Screen, show_lines
from rankcrawler.commands.printing.tables import Table
from rankcrawler.commands.store.sessions import columns
from rankcrawler.insight import opening
from rankcrawler.language import tr
from rankcrawler.options import Options
from rankcrawler.queue import roomlist
from rankcrawler.queue.job import Job

SEEDS = files("rankcrawler.commands") / "seeds.jsonl"
"""Thirty rooms that the simulated gateway knows: the same as in seeds/rooms.jsonl, but part of the package."""
_ANCHORS = (98204909466, 98204909467, 98204909468)
_FOLLOWED = 6
"""Seconds for which the demo follows them; a simulated broadcast takes three."""
_SECONDS = 300
"""The simulated gateway stops by itself after this time, whatever happens, unless someone looks at the pages."""
_DAY = 86_400
_OTHERS = dict.fromkeys(("REDIS_URL", "STORE_URL", "GATEWAY_NAME", "GATEWAY_PROFILE", "GATEWAY_TOKEN_FILE"), "")
"""Variables that would lead the crawl away from the demo. An empty one hides that of `.env`."""


def run(options: Options, rooms: str | None) -> int:
    """Crawl a file of rooms, and print the first list; returns the crawl's exit status.

    Without a file, crawl the rooms of SEEDS. On a terminal the rooms are polled further, and pages show them.
    """
    if rooms is None:
        with as_file(SEEDS) as seeds:
            return run(options, str(seeds))
    folder, stays = options.data_dir / "demo", sys.stdout.isatty() and sys.stdin.isatty()
    with _simulator(_DAY if stays else _SECONDS) as url:
        print(tr("A simulated gateway answers at {url}", url=url))
        print(tr("Crawling the rooms of {rooms} …", rooms=rooms), flush=True)
        environment = _environment(url, folder)
        status = _crawl(environment, f"rooms={rooms}", "-O", str(folder / "ranks.jsonl"))
        if status == 0:
            print(
                tr("Following {number} anchors for {seconds} s …", number=len(_ANCHORS), seconds=_FOLLOWED), flush=True
            )
            ends = f"CLOSESPIDER_TIMEOUT={_FOLLOWED}"
            status = _crawl(environment, f"anchors={_anchors(folder)}", "-s", ends, "-s", "END_AFTER=2")
        if status == 0:
            _show(folder, rooms, options.time_zone)
        if status == 0 and stays:
            _stay(options, folder, rooms, environment)
    return status


@contextmanager
def _simulator(seconds: int) -> Iterator[str]:
    """The address of a simulated gateway, which runs in a process of its own."""
    command = [sys.executable, "-m", "rankcrawler", "simulate", "--port", "0", "--seconds", str(seconds)]
    command += ["--live", "3", "--pause", "2"]
    environment = {**os.environ, "GATEWAY_TOKEN": ""}
    with subprocess.Popen(  # noqa: S603 — no part of the command is foreign input
        command, stdout=subprocess.PIPE, encoding="utf-8", errors="replace", env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().removeprefix("GATEWAY_URL=")
        finally:
            process.terminate()


def _anchors(folder: Path) -> Path:
    """A list of the anchors that the demo follows."""
    file = folder / "anchors.csv"
    file.write_text("uid,check_every,every\n" + "".join(f"{uid},0.5,1\n" for uid in _ANCHORS), "utf-8")
    return file


def _environment(url: str, folder: Path) -> dict[str, str]:
    """The environment of a crawl of the simulated gateway, into a folder."""
    ours = {"GATEWAY_URL": url, "GATEWAY_TOKEN": "simulator", "DATA_DIR": str(folder)}
    return {**os.environ, **_OTHERS, **ours}


def _crawl(environment: Mapping[str, str], argument: str, *options: str) -> int:
    """Crawl in a process of its own, as a user would; returns its exit status."""
    command = [sys.executable, "-m", "rankcrawler", "crawl", "ranklist", "-a", argument, *options, "-L", "WARNING"]
    return subprocess.run(command, env=dict(environment), check=False).returncode  # noqa: S603


def _stay(options: Options, folder: Path, rooms: str, environment: Mapping[str, str]) -> None:
    """Go on until Ctrl-C, with pages, if what serves them is installed."""
    if any(find_spec(name) is None for name in PACKAGES):
        print(tr("The dashboard needs more: {install}", install=INSTALL))
        return
    from rankcrawler.commands import live_demo

    live_demo.show(options, folder, rooms, environment)


def _show(folder: Path, rooms: str, zone: ZoneInfo) -> None:
    with opening.opened(f"sqlite:///{folder / 'ranks.db'}", zone) as store:
        lists = (store.records.latest(job.room_id) for job in roomlist.read(rooms) if isinstance(job, Job))
        first, sessions = next(filter(None, lists), None), store.records.sessions()
        latest = store.compare(*(each.room_id for each in sessions[:6])).rows
    if first is not None:
        print()
        ranks.show(first, 10, zone)
        print()
    print(tr("The anchors were live in {number} rooms:", number=len(sessions)))
    show_lines(Table(columns(zone), latest).lines(Screen.stdout()))
    print()
    rows, database = folder / "ranks.jsonl", folder / "ranks.db"
    print(tr("Every row:    {file}  (JSON Lines, one line per contributor)", file=rows))
    print(tr("The database: {file}  (SQLite: latest_ranks, ranks, lists, user_rooms …)", file=database))
    simulate = f"{program.path()} simulate"
    print(tr("Next:         {command}, and in another terminal the command that it prints", command=simulate))
