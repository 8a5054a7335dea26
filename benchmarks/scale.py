"""Measures how a fleet scales to 1, 2 and 4 workers on one queue and one PostgreSQL; estimates what more rooms need.

The estimates use the cost of a poll of one worker under its planned load, because a worker that waits for rooms leases
and stores fewer at a time. The cost is a long run minus a short one: of rooms polled for the first time, and of the
same rooms again with unchanged lists. A run of two workers checks the estimates.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import demand, meter, report
from benchmarks.demand import Cost, Demand
from benchmarks.fleets import Place, Used, place
from benchmarks.servers import databases
from benchmarks.serving import Gateway, gateway
from tests import postgresql

VARIANTS = 1000  # different lists; with more rooms, some share one
COLUMNS = ["workers", "polls/s", "rows/s", "cores busy", "CPU ms a poll: workers", "queue", "database", "gateway"]


@dataclass(frozen=True)
class Check:
    """A run at a limited rate: what it should use by the estimate for its actual rate, and what it used."""

    rate: float
    polls: int
    on_paper: Demand
    used: Used

    def table(self) -> str:
        """Return a Markdown table of estimates and measurements."""
        used, wall = self.used, self.used.wall
        rows = [
            ("workers' cores", self.on_paper.worker_cores, used.worker / wall),
            ("queue: commands/s", self.on_paper.queue_commands, used.commands / wall),
            ("queue: cores", self.on_paper.queue_core, used.queue / wall),
            ("database: rows/s", self.on_paper.database_rows, used.rows / wall),
            ("database: cores", self.on_paper.database_cores, used.database / wall),
            ("store: GB a day", self.on_paper.bytes_a_day / 1e9, used.size / wall * demand.DAY / 1e9),
        ]
        cells = [[name, f"{paper:,.3g}", f"{found:,.3g}", f"{found / paper:.2f}"] for name, paper, found in rows]
        return report.table(["", "projected", "measured", "measured / projected"], cells)


def main() -> int:
    """Measure and report; return 2 if a run fails or PostgreSQL is missing, else 0."""
    options = _options()
    if why := postgresql.missing():
        print(why, file=sys.stderr)
        return 2
    meter.adopt_orphans()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ranks-")))
        seconds = options.timeout * 4 * (len(options.workers) + 2)
        made = gateway(folder / "answers", entries=options.entries, variants=VARIANTS, seconds=seconds, editions=2)
        server, store = stack.enter_context(made), stack.enter_context(databases())
        try:
            found = {}
            for workers in options.workers:
                with place(server, options.entries, store) as shared:
                    found[workers] = grown(shared, workers, options)
            alone = found.get(1)
            if alone is None:
                with place(server, options.entries, store) as shared:
                    alone = grown(shared, 1, options)
            full, rate = alone.a_poll(_polls(options.rooms)), demand.FULL * _polls(options.rooms) / alone.wall
            with place(server, options.entries, store) as shared:
                new, unchanged = costs(shared, server, options, rate)
            with place(server, options.entries, store) as shared:
                check = checked(shared, new, options, 2 * rate)
        except meter.RunError as error:
            print(error, file=sys.stderr)
            return 2
    polls = _polls(options.rooms)
    print(
        f"\n### Workers\n\n{table(found, polls)}\n\n### Where each part reaches its limit\n\n{demand.saturation(full)}"
    )
    print(f"\n### Projections\n\n{demand.table(new, unchanged, options.demand)}")
    print(f"\n### Projection and measurement, at {check.rate:,.0f} polls a second\n")
    print(f"{check.table()}\n", flush=True)
    if options.json:
        costs_of = {"at full speed": full, "new": new, "unchanged": unchanged}
        report.write(options.json, {"polls": polls, "workers": found, "costs_of_a_poll": costs_of, "check": check})
    return 0


def grown(shared: Place, workers: int, options: argparse.Namespace) -> Used:
    """Return what a long run uses beyond a short one."""
    few = _few(options.rooms)
    short = shared.run(workers, range(few), options.timeout)
    return shared.run(workers, range(few, 2 * few + _polls(options.rooms)), options.timeout) - short


def costs(shared: Place, server: Gateway, options: argparse.Namespace, rate: float) -> tuple[Cost, Cost]:
    """Return the cost of a poll of one worker at a rate: of a new list, and of the same list a minute later."""
    few, polls = _few(options.rooms), _polls(options.rooms)
    short = shared.run(1, range(few), options.timeout, rate)
    rooms = range(few, 2 * few + polls)
    new = shared.run(1, rooms, options.timeout, rate) - short
    server.turn()
    still = shared.run(1, rooms, options.timeout, rate) - shared.run(1, range(few), options.timeout, rate)
    return new.a_poll(polls), still.a_poll(polls)


def checked(shared: Place, cost: Cost, options: argparse.Namespace, rate: float) -> Check:
    """Run two workers at a rate, and compare with the estimate."""
    few, polls = max(2, round(rate)), round(rate * options.seconds)
    short = shared.run(2, range(few), options.timeout, rate)
    used = shared.run(2, range(few, 2 * few + polls), options.timeout, rate) - short
    return Check(polls / used.wall, polls, Demand.of(cost, polls / used.wall), used)


def table(found: dict[int, Used], polls: int) -> str:
    """Return a Markdown table of the fleets."""
    rows = []
    for workers, used in found.items():
        parts = [f"{1000 * each / polls:.2f}" for each in (used.worker, used.queue, used.database, used.gateway)]
        rate, rows_a_second = polls / used.wall, used.rows / used.wall
        rows.append([str(workers), f"{rate:,.0f}", f"{rows_a_second:,.0f}", f"{used.cores:.2f}", *parts])
    return report.table(COLUMNS, rows)


def _few(rooms: int) -> int:
    return max(4, rooms // 10)


def _polls(rooms: int) -> int:
    """Return how many more polls a long run makes than a short one."""
    return rooms - 2 * _few(rooms)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--workers", type=int, nargs="+", default=[1, 2, 4])
    add("--rooms", type=int, default=2000, help="rooms of each fleet, including those of its short run")
    add("--entries", type=int, default=100, help="rows in each list")
    add("--demand", type=int, nargs="+", default=[1_000, 100_000], help="rooms a minute to estimate for")
    add("--share", type=float, default=demand.FULL, help="load of the cores in the run that checks the estimates")
    add("--seconds", type=float, default=10, metavar="S", help="length of that run")
    add("--json", type=Path, metavar="FILE", help="write all figures and a description of the machine")
    add("--timeout", type=float, default=120, metavar="S", help="seconds after which a run fails")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
