"""How fast rankcrawler crawls, beside what people would use instead; `benchmarks/README.md` says how.

In every round each contestant polls a few rooms, then many, from the same static gateway. Its pace is
that of the rooms which the second run has more; what both runs share, to start and to stop, stands in a
column of its own. A run that did not store exactly its rows ends the benchmark.
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


def main() -> int:
    """Run the rounds and report; the exit status is 1 if the guard's ratio is missed, 2 if a run failed."""
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
        sizes = {"rooms": options.rooms, "rounds": options.rounds, "strangers": options.strangers}
        report.write(options.json, sizes | {"lists_of": results})
    return guard(paces, options.guard) if options.guard else 0


def compete(options: argparse.Namespace, entries: int) -> Iterator[pace.Run]:
    """The runs, as they end: each contestant's short one, then its long one, round after round."""
    most = max(100, options.rooms * 100 // max(entries, 40))  # much the same to read, however long the lists are
    short = max(2, most // 200)
    seconds = 2 * options.timeout * len(options.contestants) * (options.rounds + 1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ranks-")))
        made = gateway(folder / "answers", entries=entries, variants=most, seconds=seconds, strangers=options.strangers)
        server = stack.enter_context(made)
        course = Course(server, entries, options.timeout, _databases(options.contestants, stack))
        for contestant in options.contestants:  # unmeasured, so that all find their files in memory
            course.run(contestant, short)
        for _ in range(options.rounds):
            for contestant in options.contestants:
                for rooms in (short, max(2 * short, most // contestant.share)):
                    run = course.run(contestant, rooms)
                    print(f"{run.contestant}: {run.rows} rows in {run.wall:.2f} s", file=sys.stderr, flush=True)
                    yield run


def guard(paces: pace.Paces, wanted: float) -> int:
    """0 if a CPU second of rankcrawler into SQLite stores at least `wanted` times the rows of textbook's, else 1.

    CPU seconds, since those of the clock are shared with whatever else the machine does.
    """
    ratio = pace.ratio(paces, "rankcrawler-sqlite", "textbook", "rows_per_cpu_second")
    print(f"A CPU second of rankcrawler-sqlite stores {ratio:.1f} times the rows of textbook's; wanted: {wanted:g}.")
    return int(ratio < wanted)


def _databases(contestants: list[Contestant], stack: ExitStack) -> Databases | None:
    """A database server where somebody stores into one."""
    return stack.enter_context(databases()) if any(each.in_postgresql for each in contestants) else None


def _options() -> argparse.Namespace:
    names = {contestant.name: contestant for contestant in CONTESTANTS}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add(
        "--rooms",
        type=int,
        default=1000,
        help="of a long run; more of short lists, fewer of long ones, and for the slow",
    )
    add("--entries", type=int, nargs="+", default=[100], help="ranks in each list; several, one after another")
    add("--rounds", type=int, default=3)
    add("--only", nargs="+", choices=names, default=list(names), metavar="NAME", help=", ".join(names))
    add("--strangers", action="store_true", help="nobody stands in two lists: nothing is known of anybody")
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
    options.contestants = [names[name] for name in options.only if not names[name].absence]
    for absence in filter(None, (names[name].absence for name in options.only)):
        print(absence, file=sys.stderr)
    return options


if __name__ == "__main__":
    sys.exit(main())
