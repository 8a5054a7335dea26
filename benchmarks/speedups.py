"""What each speed-up gains: crawls with all of them, beside crawls without one of them, and without any.

All store JSON Lines, whose store costs least, so that the rest shows best. Each round begins with another crawl, since
the machine's pace drifts. A gain is the median over the rounds of what a poll takes without the speed-up, over what it
takes with all in the same round.
"""

import argparse
import dataclasses
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks import meter, pace, report
from benchmarks.contestants import rankcrawler_jsonl
from benchmarks.course import Course
from benchmarks.meter import Command
from benchmarks.serving import ROOT, gateway
from benchmarks.without import WAYS
from benchmarks.work import Contestant, Work, lines

ALL, NONE = "all", "none"
_LABELS = {ALL: "all", NONE: "no speed-up"}


def main() -> int:
    """Run the rounds and report; 2 if a run failed."""
    options = _options()
    meter.adopt_orphans()
    results = {}
    try:
        for entries in options.entries:
            stored = lines("ranks/entries.jsonl")
            contestants = [Contestant(name, 1, _prepare(name), stored) for name in options.only]
            results[entries] = measured(options, entries, contestants)
            print(f"\n### Lists of {entries}\n\n{table(results[entries])}", flush=True)
    except meter.RunError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        report.write(options.json, {"rooms": options.rooms, "rounds": options.rounds, "lists_of": results})
    return 0


def measured(options: argparse.Namespace, entries: int, contestants: Sequence[Contestant]) -> dict[str, list[float]]:
    """CPU microseconds of a poll, a figure for each round, by contestant."""
    rooms = max(100, options.rooms * 100 // max(entries, 40))
    found: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ranks-")))
        made = gateway(folder / "answers", entries=entries, variants=rooms, seconds=3600, strangers=False)
        course = Course(stack.enter_context(made), entries, options.timeout, None)
        for number in range(options.rounds + 1):
            for contestant in (*contestants[number % len(contestants) :], *contestants[: number % len(contestants)]):
                short, long = (course.run(contestant, size) for size in (max(2, rooms // 200), rooms))
                if number:  # the first round warms up
                    found[contestant.name].append(_cost(short, long, entries))
    return found


def table(found: dict[str, list[float]], whole: str = ALL) -> str:
    """The medians, as Markdown, next to those of one contestant."""
    rows = []
    for name, costs in found.items():
        cost = median(costs)
        more = median(each / all_of_round for each, all_of_round in zip(costs, found[whole], strict=True)) - 1
        label = _LABELS.get(name, f"all but `{name}`" if whole == ALL else name)
        rows.append([label, f"{cost:,.0f}", f"{min(costs):,.0f}–{max(costs):,.0f}", f"{more:+.1%}"])
    return report.table(
        ["crawl", "µs of CPU a poll", "min–max", "more than with all" if whole == ALL else f"more than {whole}"], rows
    )


def _cost(short: pace.Run, long: pace.Run, entries: int) -> float:
    polls = (long.rows - short.rows) / entries
    return (long.worker_cpu - short.worker_cpu) / polls * 1e6


def _prepare(name: str) -> Callable[[Work], AbstractContextManager[Command]]:
    @contextmanager
    def prepare(work: Work) -> Iterator[Command]:
        with rankcrawler_jsonl(work) as command:
            taken = {ALL: [], NONE: []}.get(name, [name])
            switch = ["-s", "SPEEDUPS=False"] if name == NONE else []
            words = [sys.executable, "-m", "benchmarks.without", *taken, "--", *command.arguments[1:], *switch]
            environment = command.environment | {"PYTHONPATH": str(ROOT)}
            yield dataclasses.replace(command, arguments=words, environment=environment)

    return prepare


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rooms", type=int, default=1000, help="of a long run; more of short lists")
    parser.add_argument("--entries", type=int, nargs="+", default=[100, 2], help="rows in each list")
    parser.add_argument("--rounds", type=int, default=5)
    names = (*WAYS, NONE)
    parser.add_argument("--without", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--timeout", type=float, default=300, metavar="S", help="seconds after which a run has failed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    options = parser.parse_args()
    options.only = (ALL, *options.without)
    return options


if __name__ == "__main__":
    sys.exit(main())
