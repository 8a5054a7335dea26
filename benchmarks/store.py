"""What the store costs: bytes per poll, and rows per second beside the plain driver.

Databases and drivers take turns, round after round; figures are medians. What reading costs is in benchmarks.reading.
"""

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

from benchmarks import report, store_lists
from benchmarks.store_drivers import Driver, Postgresql, Sqlite
from rankcrawler.model.items import Poll
from rankcrawler.store import deduplication, deltas, locate
from rankcrawler.store.contract import Records
from rankcrawler.store.fingerprints import fingerprint
from tests.postgresql import PostgresServer, postgres_server

BATCH = 64
KINDS = ("sqlite", "postgresql")


class Site:
    """Makes stores and drivers of both kinds."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._folder = folder
        self._server = server
        self._made = 0

    def store(self, kind: str) -> Records:
        """A new store."""
        return locate.open_records(self.address(kind), create=True)

    def address(self, kind: str) -> str:
        """The address of a store that is not there yet."""
        self._made += 1
        return f"sqlite:///{self._folder}/{self._made}.db" if kind == "sqlite" else self._server.database()

    def driver(self, kind: str) -> Driver:
        """A new database with a plain table."""
        self._made += 1
        path = self._folder / f"{self._made}.db"
        return Sqlite(path) if kind == "sqlite" else Postgresql(self._server.database())


def batches(polls: Iterable[Poll]) -> Iterator[list[Poll]]:
    """Batches as large as the crawl's writer makes them, at most."""
    rest = iter(polls)
    while batch := list(islice(rest, BATCH)):
        yield batch


@contextmanager
def every_list_whole() -> Iterator[None]:
    """No delta lists: a list that has changed is written whole."""
    with mock.patch.object(deltas, "LONGEST", 1):
        yield


@contextmanager
def every_poll_whole() -> Iterator[None]:
    """No comparison with the list before: every list is written, changed or not."""
    never_the_same = mock.patch.object(deduplication, "list_fingerprint", lambda _, of: fingerprint(of.captured_at))
    with never_the_same, every_list_whole():
        yield


@contextmanager
def as_it_is() -> Iterator[None]:
    """The store as it is."""
    yield


WAYS = {
    "every poll whole": every_poll_whole,
    "every list that changed whole": every_list_whole,
    "the rows that changed (what the store does)": as_it_is,
}


def sizes(site: Site, day: list[Poll]) -> dict[str, dict[str, float]]:
    """Bytes per poll, by way and database."""
    found: dict[str, dict[str, float]] = {"one table, rows as served": {}}
    for kind in KINDS:
        driver = site.driver(kind)
        for batch in batches(day):
            driver.write(batch)
        found["one table, rows as served"][kind] = driver.size() / len(day)
        driver.close()
        for way, patched in WAYS.items():
            with patched():
                store = site.store(kind)
                for batch in batches(day):
                    store.write(batch)
            found.setdefault(way, {})[kind] = store.status().size / len(day)
            store.close()
    return found


def speeds(site: Site, work: dict[str, list[Poll]], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Served rows per second in each round, by what is written and what writes it."""
    found: dict[str, dict[str, list[float]]] = {name: {} for name in work}
    for _ in range(rounds):
        for name, polls in work.items():
            rows = sum(len(poll.snapshot.entries) for poll in polls if poll.snapshot is not None)
            for kind in KINDS:
                for who, opened in ((f"{kind}, plain driver", site.driver(kind)), (kind, site.store(kind))):
                    found[name].setdefault(who, []).append(rows / _seconds(opened, polls))
                    opened.close()
    return found


def _seconds(opened: Any, polls: list[Poll]) -> float:
    began = time.perf_counter()
    for batch in batches(polls):
        opened.write(batch)
    return time.perf_counter() - began


def tables(results: dict[str, Any], polls: int) -> str:
    """All figures, as Markdown."""
    space = [
        [way, *(f"{each[kind]:,.0f}" for kind in KINDS), *(f"{each[kind] * 1_440_000 / 1e9:,.2f}" for kind in KINDS)]
        for way, each in results["bytes_a_poll"].items()
    ]
    columns = [
        f"{polls:,} polls",
        *(f"{kind}, bytes a poll" for kind in KINDS),
        *(f"{kind}, GB for a day" for kind in KINDS),
    ]
    text = [report.table(columns, space)]
    for name, figures in results["rows_a_second"].items():
        rows = []
        for kind in KINDS:
            ours, plain = median(figures[kind]), median(figures[f"{kind}, plain driver"])
            rows.append([kind, f"{ours:,.0f}", f"{plain:,.0f}", f"{ours / plain:.2f}"])
        text.append(report.table([name, "rows/s", "plain driver, rows/s", "ratio"], rows))
    return "\n\n".join(text)


def main(words: Sequence[str] | None = None) -> None:
    """Measure and report."""
    options = _options(words)
    day = list(store_lists.a_day(options.rooms, options.minutes))
    work = {"new rooms": list(store_lists.new_rooms(options.rooms * 10)), "a day of rooms": day}
    with tempfile.TemporaryDirectory(prefix="stores-") as folder, postgres_server("shared_buffers=256MB") as server:
        site = Site(Path(folder), server)
        results = {
            "bytes_a_poll": sizes(site, day),
            "rows_a_second": speeds(site, work, options.rounds),
        }
    print(tables(results, len(day)))
    if options.json:
        report.write(options.json, results)


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--rooms", type=int, default=100, help="of the simulated day")
    add("--minutes", type=int, default=100, help="of the simulated day")
    add("--rounds", type=int, default=3)
    add("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
