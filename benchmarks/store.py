"""What the stores take for a poll, alone: of a new list, of one with a tenth of its rows moved, of an unchanged one.

One thread writes polls of many rooms, 64 to a commit, durable ones, as a crawl's writer does when it has many. Every
round has a new store. Figures are medians over the rounds.
"""

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
import psycopg

from benchmarks import report
from benchmarks.answer import lists
from benchmarks.servers import Databases, databases
from benchmarks.serving import FIRST_ROOM
from rankcrawler import wire
from rankcrawler.instants import iso, ms
from rankcrawler.items import RoomSnapshot
from rankcrawler.store.contract import Kept
from rankcrawler.store.locate import open_store
from tests import postgresql

BATCH = 64
MINUTE = 60_000
COLUMNS = ["store", "lists", "polls/s", "rows/s", "CPU ms a poll", "of the server", "bytes a poll"]


@dataclass(frozen=True)
class Pass:
    """What it took to write so many polls; seconds."""

    polls: int
    rows: int
    wall: float
    cpu: float
    server_cpu: float
    size: int


def main() -> int:
    """Measure and report."""
    options = _options()
    found: dict[tuple[str, str], list[Pass]] = {}
    with ExitStack() as stack:
        server = None if postgresql.missing() else stack.enter_context(databases())
        for _ in range(options.rounds):
            for name in ("jsonl", "sqlite", "postgresql") if server else ("jsonl", "sqlite"):
                for kind, taken in measure(name, server, options):
                    found.setdefault((name, kind), []).append(taken)
    print(f"\n{table(found)}\n", flush=True)
    if options.json:
        results = [{"store": name, "lists": kind, "rounds": each} for (name, kind), each in found.items()]
        report.write(options.json, {"polls": options.polls, "entries": options.entries, "stores": results})
    return 0


def measure(name: str, server: Databases | None, options: argparse.Namespace) -> Iterator[tuple[str, Pass]]:
    """Each kind of list in turn, into one new store."""
    with tempfile.TemporaryDirectory(prefix="store-") as folder:
        url = {"jsonl": f"jsonl:{folder}/ranks", "sqlite": f"sqlite:///{folder}/ranks.db"}.get(name)
        if url is None:
            assert server is not None
            url = server.create()
        with closing(open_store(url)) as store:
            size = _size_of(url, Path(folder))
            for kind, made in (("new", fresh), ("a tenth moved", moved), ("unchanged", same)):
                polls = list(made(options.polls, options.entries))
                before, cpu, served, start = size(), time.process_time(), _cpu(server), time.perf_counter()
                for number in range(0, len(polls), BATCH):
                    kept = store.write(polls[number : number + BATCH])
                    assert set(kept) == {Kept.UNCHANGED if kind == "unchanged" else Kept.STORED}, kept
                wall, cpu, served = time.perf_counter() - start, time.process_time() - cpu, _cpu(server) - served
                rows = sum(poll.entry_count for poll in polls)
                yield kind, Pass(len(polls), rows, wall, cpu, served, size() - before)


def fresh(polls: int, entries: int, minute: int = 0) -> Iterator[RoomSnapshot]:
    """A list for each room; in a later minute the same."""
    now = 1_700_000_000_000 + minute * MINUTE
    for number, body in enumerate(lists(polls, entries, now)):
        poll = wire.Poll("benchmark", str(FIRST_ROOM + number), None, now, fence=1 + minute)
        yield wire.snapshot(wire.read(body), poll)


def moved(polls: int, entries: int) -> Iterator[RoomSnapshot]:
    """The same lists a minute later, with a tenth of the scores one coin higher."""
    for number, snapshot in enumerate(fresh(polls, entries, 1)):
        rows = [
            msgspec.structs.replace(row, score=(row.score or 0) + 1) if row.rank % 10 == 0 else row
            for row in snapshot.entries
        ]
        yield msgspec.structs.replace(snapshot, entries=tuple(rows), digest=f"{number:032x}")


def same(polls: int, entries: int) -> Iterator[RoomSnapshot]:
    """The moved lists another minute later."""
    for snapshot in moved(polls, entries):
        later = iso(ms(snapshot.captured_at) + MINUTE)
        yield msgspec.structs.replace(snapshot, captured_at=later, polled_at=later, fence=3)


def table(found: dict[tuple[str, str], list[Pass]]) -> str:
    """The medians, as Markdown."""
    rows = []
    for (name, kind), rounds in found.items():
        polls = rounds[0].polls
        wall, cpu = median(each.wall for each in rounds), median(each.cpu for each in rounds)
        served, size = median(each.server_cpu for each in rounds), median(each.size for each in rounds)
        cells = [f"{polls / wall:,.0f}", f"{rounds[0].rows / wall:,.0f}", f"{1000 * cpu / polls:.2f}"]
        cells += [f"{1000 * served / polls:.2f}" if name == "postgresql" else "–", f"{size / polls:,.0f}"]
        rows.append([name, kind, *cells])
    return report.table(COLUMNS, rows)


def _cpu(server: Databases | None) -> float:
    """The CPU seconds of PostgreSQL so far, those of the process that serves this one included."""
    return 0.0 if server is None else server.cpu_with_running


def _size_of(url: str, folder: Path) -> Callable[[], int]:
    """A look at how many bytes a store takes."""

    def of_folder() -> int:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def of_database() -> int:
        with psycopg.connect(url) as database:
            found = database.execute("SELECT pg_database_size(current_database())").fetchone()
            return int(found[0]) if found else 0

    def of_pages() -> int:
        with closing(sqlite3.connect(folder / "ranks.db")) as database:
            pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            return int(database.execute(pages).fetchone()[0])

    return {"jsonl": of_folder, "sqlite": of_pages}.get(url.partition(":")[0], of_database)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--polls", type=int, default=640, help="of rooms, one each")
    add("--entries", type=int, default=100, help="ranks in each list")
    add("--rounds", type=int, default=3)
    add("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
