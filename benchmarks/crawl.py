"""How fast rankcrawler crawls, beside what people would use instead; `benchmarks/README.md` says how.

In every round each contestant polls a few rooms, then many, from the same static gateway. Its pace is
that of the rooms which the second run has more; what both runs share, to start and to stop, stands in a
column of its own. A run that did not store exactly its rows ends the benchmark.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import meter
import report
from contestants import CONTESTANTS, HERE, Contestant, Work

FIRST_ROOM = 7_300_000_000_000_000_000
MAX_VARIANTS = 2000  # lists the gateway holds, 17 KB each; up to so many rooms, no two get the same list


def main() -> int:
    """Run the rounds and report; the exit status is 1 if the guard's ratio is missed, 2 if a run failed."""
    options = _options()
    meter.adopt_orphans()
    machine = report.machine()
    try:
        runs = list(compete(options))
        paces = report.paces_of(runs)
    except meter.RunError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"\n{report.table(paces)}\n")
    print(f"The gateway was busy for at most {report.busiest_gateway(runs):.0%} of a run.")
    if options.json:
        size = {"entries": options.entries, "rounds": options.rounds}
        write(options.json, {"machine": machine, **size, "runs": runs, "paces": paces})
    return guard(paces, options.guard) if options.guard else 0


def compete(options: argparse.Namespace) -> Iterator[report.Run]:
    """The runs, as they end: each contestant's short one, then its long one, round after round."""
    short = max(2, options.rooms // 200)
    with gateway(options) as (process, url):
        for contestant in options.contestants:  # unmeasured, so that all find their files in memory
            measure(contestant, url, process.pid, short, options)
        for _ in range(options.rounds):
            for contestant in options.contestants:
                for rooms in (short, options.rooms // contestant.share):
                    run = measure(contestant, url, process.pid, rooms, options)
                    print(f"{run.contestant}: {run.rows} rows in {run.wall:.2f} s", flush=True)
                    yield run


def measure(contestant: Contestant, url: str, gateway_pid: int, rooms: int, options: argparse.Namespace) -> report.Run:
    """One run in a fresh process and a fresh folder."""
    names = [str(FIRST_ROOM + number) for number in range(rooms)]
    with tempfile.TemporaryDirectory(prefix="ranks-") as folder:
        work = Work(url, names, options.entries, Path(folder))
        cost = meter.Cost()
        before = meter.cpu_so_far(gateway_pid)
        with meter.cpu_of_children(cost), contestant.prepare(work) as command:
            cost.wall = meter.run(command, work.folder / "log", options.timeout)
        busy = meter.cpu_so_far(gateway_pid) - before
        stored = contestant.stored(work)
    if stored != work.rows:
        raise meter.RunError(f"{contestant.name}: expected {work.rows} rows, stored {stored}")
    return report.Run(contestant.name, rooms, stored, cost.wall, cost.cpu, busy)


@contextlib.contextmanager
def gateway(options: argparse.Namespace) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The static gateway and its URL; it stops when its standard input is closed."""
    variants, seconds = min(options.rooms, MAX_VARIANTS), 2 * options.timeout * len(options.contestants)
    arguments = {"entries": options.entries, "variants": variants, "seconds": seconds * options.rounds}
    with subprocess.Popen(
        [sys.executable, str(HERE / "gateway.py"), *(f"--{key}={value}" for key, value in arguments.items())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip()


def guard(paces: dict[str, list[report.Pace]], wanted: float) -> int:
    """0 if rankcrawler into SQLite is at least `wanted` times as fast as the textbook project, else 1."""
    ratio = report.rows_per_second(paces["rankcrawler-sqlite"]) / report.rows_per_second(paces["textbook"])
    print(f"rankcrawler-sqlite is {ratio:.1f} times as fast as textbook; at least {wanted:g} is wanted.")
    return int(ratio < wanted)


def write(path: Path, results: dict[str, object]) -> None:
    """Results as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, default=asdict, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    names = {contestant.name: contestant for contestant in CONTESTANTS}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--rooms", type=int, default=2000, help="rooms of a long run; the textbook project gets a tenth")
    add("--entries", type=int, default=100, help="ranks in each list")
    add("--rounds", type=int, default=3)
    add("--only", nargs="+", choices=names, default=list(names), metavar="NAME", help=", ".join(names))
    add("--json", type=Path, metavar="FILE", help="write all runs and the machine's description")
    add("--guard", type=float, metavar="N", help="exit 1 unless SQLite is N times as fast as textbook")
    add("--timeout", type=float, default=300, metavar="S", help="seconds after which a run has failed")
    options = parser.parse_args()
    if sys.platform != "linux":
        parser.error("Linux is needed: /proc and prctl tell what a run's servers cost")
    if options.rooms < 100 or options.rounds < 1:
        parser.error("at least 100 rooms and one round are needed")
    if options.guard and not {"rankcrawler-sqlite", "textbook"} <= set(options.only):
        parser.error("--guard compares rankcrawler-sqlite and textbook: both must run")
    options.contestants = [names[name] for name in options.only]
    return options


if __name__ == "__main__":
    sys.exit(main())
