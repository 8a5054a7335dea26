"""Compares the speed of rankcrawler with that of its alternatives; `benchmarks/README.md` describes the method.

In each round, every contestant polls a few rooms and then many, from the same static gateway. Its pace is computed from
the difference between the two runs; the time to start and stop has its own column. If a run does not store exactly the
expected rows, the benchmark fails. With `--times`, both runs poll the same rooms, once and several times, so that the
difference is polls of known rooms, in whose lists a tenth of the contributors have given more.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import meter, pace, report
from benchmarks.contestants import CONTESTANTS
from benchmarks.course import Course
from benchmarks.servers import Databases, databases
from benchmarks.serving import gateway
from benchmarks.work import Contestant

DOUBLINGS = 8  # times that a pair of runs is tried


def main() -> int:
    """Run the rounds and report. Return 1 if --guard is given and missed, 2 if a run failed, else 0."""
    options = _options()
    meter.adopt_orphans()
    results = {}
    try:
        for entries in options.entries:
            print(f"\nLists of {entries}:", file=sys.stderr)
            runs = list(compete(options, entries))
            paces = pace.paces_of(runs)
            results[entries] = {"runs": runs, "paces": paces}
            print(f"\n### Lists of {entries}\n\n{pace.speeds(paces)}\n\n{pace.ratios(paces)}\n")
            print(f"The gateway was busy for at most {pace.busiest_gateway(runs):.0%} of a run.", flush=True)
    except meter.RunError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        sizes = {
            "rooms": options.rooms,
            "rounds": options.rounds,
            "strangers": options.strangers,
            "times": options.times,
        }
        report.write(options.json, sizes | {"lists_of": results})
    return guard(paces, options.guard) if options.guard else 0


def compete(options: argparse.Namespace, entries: int) -> Iterator[pace.Run]:
    """Yield the runs as they end: in each round, every contestant's short run and then its long one."""
    most = max(100, options.rooms * 100 // max(entries, 40))  # about the same amount of data for any length of list
    short, is_moving = max(2, most // 200), options.times > 1
    seconds = 2 * options.timeout * len(options.contestants) * (options.rounds + 1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ranks-")))
        lists = {"entries": entries, "variants": most, "strangers": options.strangers}
        made = gateway(folder / "answers", **lists, seconds=seconds, editions=options.times, moving=is_moving)
        server = stack.enter_context(made)
        course = Course(server, entries, options.timeout, _databases(options.contestants, stack), is_moving)
        for contestant in options.contestants:  # an unmeasured warm-up, so that the files of all are cached
            course.run(contestant, short)
        for _ in range(options.rounds):
            for contestant in options.contestants:
                long = max(2 * short, most // contestant.share)
                for run in pair(course, contestant, long if is_moving else short, long, options.times):
                    print(f"{run.contestant}: {run.rows} rows in {run.wall:.2f} s", file=sys.stderr, flush=True)
                    yield run


def pair(course: Course, contestant: Contestant, short: int, long: int, times: int = 1) -> tuple[pace.Run, pace.Run]:
    """Return a run of `short` rooms, and one of `long`, polled `times` times each, that took measurably more time.

    A fast contestant's additional rooms can take less time than the start of a process varies. Then both runs are
    repeated, the long one with twice the rooms. Raises RunError if that does not help within DOUBLINGS.
    """
    for _ in range(DOUBLINGS):
        few, many = course.run(contestant, short), course.run(contestant, long, times=times)
        if pace.is_measurable(few, many):
            return few, many
        print(f"{contestant.name}: {long} rooms took too little time; doubling", file=sys.stderr, flush=True)
        long, short = long * 2, short * 2 if times > 1 else short
    raise meter.RunError(f"{contestant.name}: even {long // 2} rooms took too little time to measure")


def guard(paces: pace.Paces, wanted: float) -> int:
    """Return 0 if rankcrawler-sqlite stores at least `wanted` times as many rows per CPU second as textbook, else 1.

    It compares CPU time, because wall time depends on what else the machine does.
    """
    ratio = pace.ratio(paces, "rankcrawler-sqlite", "textbook", "rows_per_cpu_second")
    print(f"A CPU second of rankcrawler-sqlite stores {ratio:.1f} times the rows of textbook's; wanted: {wanted:g}.")
    return int(ratio < wanted)


def _databases(contestants: list[Contestant], stack: ExitStack) -> Databases | None:
    """Start a database server if a contestant stores into PostgreSQL."""
    return stack.enter_context(databases()) if any(each.in_postgresql for each in contestants) else None


def _options() -> argparse.Namespace:
    names = {contestant.name: contestant for contestant in CONTESTANTS}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add(
        "--rooms",
        type=int,
        default=1000,
        help="rooms of a long run with lists of 100; scaled for other lists and slow contestants",
    )
    add("--entries", type=int, nargs="+", default=[100], help="rows in each list; several run one after another")
    add("--rounds", type=int, default=3)
    add("--only", nargs="+", choices=names, default=list(names), metavar="NAME", help=", ".join(names))
    add("--strangers", action="store_true", help="no contributor appears in two lists")
    add("--times", type=int, default=1, metavar="N", help="polls of each room; a tenth of its list changes in between")
    add("--json", type=Path, metavar="FILE", help="write all runs and a description of the machine")
    add("--guard", type=float, metavar="N", help="exit 1 unless a CPU second of SQLite stores N times textbook's rows")
    add("--timeout", type=float, default=300, metavar="S", help="seconds after which a run fails")
    options = parser.parse_args()
    if sys.platform != "linux":
        parser.error("this benchmark needs Linux: it reads /proc and uses prctl to measure servers")
    if options.rooms < 100 or options.rounds < 1:
        parser.error("--rooms must be at least 100 and --rounds at least 1")
    if options.guard and not {"rankcrawler-sqlite", "textbook"} <= set(options.only):
        parser.error("--guard compares rankcrawler-sqlite and textbook, so both must run")
    options.contestants = [names[name] for name in options.only if not names[name].absence]
    for absence in filter(None, (names[name].absence for name in options.only)):
        print(absence, file=sys.stderr)
    return options


if __name__ == "__main__":
    sys.exit(main())
