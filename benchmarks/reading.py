"""What reading costs at many rows: `python -m benchmarks.reading --entries 10000000` takes a quarter of an hour.

Fills a store of each kind: rooms whose every list is written whole until there are so many rows, rooms of the
simulator that are polled for a whole day, and a thousand that are polled for its last minutes. Then reads the views,
and asks each question, some times, each time for another room or contributor.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import questions, report, store_lists
from benchmarks.questions import Filled
from benchmarks.store import KINDS, Site, batches
from rankcrawler.model.items import Poll
from rankcrawler.store import locate
from tests import reading
from tests.postgresql import postgres_server

RESTLESS = 200
"""Rooms that have most of the rows."""
DAY = 4
"""Rooms that are polled once a minute for a day."""
BOUNDS = {"one latest list": 10, "1,000 latest lists": 1000, "a room's day of minutes": 3000, "a user's day": 1000}
"""Milliseconds."""


def polls(entries: int, minutes: int, latest: int) -> Iterator[Poll]:
    """All that a store is filled with."""
    return chain(
        store_lists.restless(min(RESTLESS, max(entries // 100, 1)), max(entries // (100 * RESTLESS), 1)),
        store_lists.a_day(DAY, minutes, first=RESTLESS),
        store_lists.a_day(latest, min(minutes, 12), first=RESTLESS + DAY, begin=max(minutes - 12, 0)),
    )


def filled(where: str, minutes: int) -> Filled:
    """What there is to read in a store."""
    users = [user for (user,) in reading.rows(where, "SELECT user_id FROM _users ORDER BY user_key LIMIT 2000")]
    rooms = [room for (room,) in reading.rows(where, "SELECT room_id FROM _rooms ORDER BY room_id")]
    day = [store_lists.room_id(number) for number in range(RESTLESS, RESTLESS + DAY)]
    busy = [room for room in day if room in rooms]  # the simulator's others are not on air
    start = store_lists.START
    return Filled(where, rooms, busy, users, start, start + minutes * store_lists.MINUTE)


def viewed(of: Filled, rounds: int) -> dict[str, list[float]]:
    """Milliseconds that each view takes."""
    where, start = of.where, store_lists.START
    views: dict[str, Callable[[], tuple[str, list[Any]]]] = {
        "one latest list": lambda: ("SELECT * FROM latest_ranks WHERE room_id = ?", [of.room()]),
        "1,000 latest lists": lambda: ("SELECT * FROM latest_ranks WHERE room_id >= ?", [of.rooms[-1000:][0]]),
        "a room's day of minutes": lambda: ("SELECT * FROM ranks WHERE room_id = ?", [of.busy()]),
        "a user's day": lambda: (
            "SELECT * FROM user_ranks WHERE user_id = ? AND captured_ms BETWEEN ? AND ?",
            [of.user(), start, start + 86_400_000],
        ),
    }
    return {name: [_milliseconds(where, *ask()) for _ in range(rounds)] for name, ask in views.items()}


def _milliseconds(where: str, query: str, values: list[Any]) -> float:
    """The time of a query on an open connection, until its last row is there."""
    with reading.connected(where) as execute:
        execute("SELECT * FROM latest_ranks WHERE room_id = ?", ["0"])
        began = time.perf_counter()
        execute(query, values)
        return 1000 * (time.perf_counter() - began)


Times = dict[str, list[float]]
"""Milliseconds, by what is read."""


def measured(site: Site, options: argparse.Namespace) -> tuple[dict[str, Times], dict[str, Times]]:
    """The times of all views and of all questions, by kind of store."""
    views, answers = {}, {}
    for kind in KINDS:
        where = site.address(kind)
        store = locate.open_records(where, create=True)
        for batch in batches(polls(options.entries, options.minutes, options.rooms)):
            store.write(batch)
        print(f"{kind}: {store.counts()}, {store.status().size / 1e6:,.0f} MB", file=sys.stderr, flush=True)
        store.close()
        there = filled(where, options.minutes)
        views[kind], answers[kind] = viewed(there, options.rounds), questions.asked(there, options.rounds)
    return views, answers


def table(what: str, found: dict[str, Times], bounds: Mapping[str, int | None]) -> str:
    """Figures as Markdown."""
    rows = [
        [
            name,
            "" if bound is None else f"{bound:,}",
            *(f"{median(times[name]):,.1f}, {max(times[name]):,.1f}" for times in found.values()),
        ]
        for name, bound in bounds.items()
    ]
    return report.table([what, "bound, ms", *(f"{kind}: median, longest" for kind in found)], rows)


def main(words: Sequence[str] | None = None) -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--entries", type=int, default=200_000, help="rows of the rooms whose lists are written whole")
    parser.add_argument("--minutes", type=int, default=60, help="that some rooms are polled for")
    parser.add_argument("--rooms", type=int, default=1300, help="that are polled for a few minutes; a fifth is off air")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="reading-") as folder, postgres_server("shared_buffers=256MB") as server:
        views, answers = measured(Site(Path(folder), server), options)
    print(table("views", views, BOUNDS))
    print()
    print(table("questions", answers, questions.BOUNDS))
    if options.json:
        report.write(options.json, {"ms_of_views": views, "ms_of_questions": answers})


if __name__ == "__main__":
    main()
