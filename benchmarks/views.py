"""What the views cost at many rows: `python -m benchmarks.views --entries 10000000` takes a quarter of an hour.

Fills a store of each kind: rooms whose every list is written whole until there are so many rows, rooms of the
simulator that are polled for a whole day, and a thousand that are polled for some minutes. Then asks each question
some times, each time for another room or contributor, and prints the median and the longest time.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import report, store_lists
from benchmarks.store import KINDS, Site, batches
from rankcrawler.model.items import Poll
from rankcrawler.store import locate
from tests import reading
from tests.postgresql import postgres_server

RESTLESS = 200
"""Rooms that have most of the rows."""
DAY = 4
"""Rooms that are polled once a minute for a day."""
LATEST = 1300
"""Rooms that are polled for a few minutes; one in five is not on air."""
BOUNDS = {"one latest list": 10, "1,000 latest lists": 1000, "a room's day of minutes": 3000, "a user's day": 1000}
"""Milliseconds."""


def polls(entries: int, minutes: int, latest: int = LATEST) -> Iterator[Poll]:
    """All that a store is filled with."""
    return chain(
        store_lists.restless(RESTLESS, max(entries // (100 * RESTLESS), 1)),
        store_lists.a_day(DAY, minutes, first=RESTLESS),
        store_lists.a_day(latest, min(minutes, 12), first=RESTLESS + DAY),
    )


def asked(where: str, rounds: int) -> dict[str, list[float]]:
    """Milliseconds that each question takes."""
    dice, start = random.Random(1), store_lists.START
    users = [user for (user,) in reading.rows(where, "SELECT user_id FROM _users ORDER BY user_key LIMIT 2000")]
    rooms = [room for (room,) in reading.rows(where, "SELECT room_id FROM _rooms ORDER BY room_id")]
    day = [store_lists.room_id(number) for number in range(RESTLESS, RESTLESS + DAY)]
    busy = [room for room in day if room in rooms]  # the simulator's others are not on air
    questions: dict[str, Callable[[], tuple[str, list[Any]]]] = {
        "one latest list": lambda: ("SELECT * FROM latest_ranks WHERE room_id = ?", [dice.choice(rooms)]),
        "1,000 latest lists": lambda: ("SELECT * FROM latest_ranks WHERE room_id >= ?", rooms[-1000:][:1]),
        "a room's day of minutes": lambda: ("SELECT * FROM ranks WHERE room_id = ?", [dice.choice(busy)]),
        "a user's day": lambda: (
            "SELECT * FROM user_ranks WHERE user_id = ? AND captured_ms BETWEEN ? AND ?",
            [dice.choice(users), start, start + 86_400_000],
        ),
    }
    return {name: [_milliseconds(where, *ask()) for _ in range(rounds)] for name, ask in questions.items()}


def _milliseconds(where: str, query: str, values: list[Any]) -> float:
    """The time of a query on an open connection, until its last row is there."""
    with reading.connected(where) as execute:
        execute("SELECT * FROM latest_ranks WHERE room_id = ?", ["0"])
        began = time.perf_counter()
        execute(query, values)
        return 1000 * (time.perf_counter() - began)


def measured(site: Site, entries: int, minutes: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """The times of all questions, by kind of store."""
    found = {}
    for kind in KINDS:
        where = site.address(kind)
        store = locate.open_records(where, create=True)
        for batch in batches(polls(entries, minutes)):
            store.write(batch)
        print(f"{kind}: {store.counts()}, {store.status().size / 1e6:,.0f} MB", file=sys.stderr, flush=True)
        store.close()
        found[kind] = asked(where, rounds)
    return found


def table(found: dict[str, dict[str, list[float]]]) -> str:
    """All figures, as Markdown."""
    rows = [
        [name, f"{bound:,}", *(f"{median(times[name]):,.1f}, {max(times[name]):,.1f}" for times in found.values())]
        for name, bound in BOUNDS.items()
    ]
    return report.table(["milliseconds", "bound", *(f"{kind}: median, longest" for kind in found)], rows)


def main(words: Sequence[str] | None = None) -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--entries", type=int, default=200_000, help="rows of the rooms whose lists are written whole")
    parser.add_argument("--minutes", type=int, default=60, help="that some rooms are polled for")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="views-") as folder, postgres_server("shared_buffers=256MB") as server:
        print(table(measured(Site(Path(folder), server), options.entries, options.minutes, options.rounds)))


if __name__ == "__main__":
    main()
