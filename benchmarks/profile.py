"""Shows where a crawl spends its time: the CPU milliseconds of one response, by stage and store.

Each crawl runs twice under a sampler (`sampled.py`), over a few rooms and over many. The extra CPU time of the second
run is divided by its extra responses, which leaves out start and stop. Figures are medians over the rounds.
"""

import argparse
import dataclasses
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks import meter, report, stages
from benchmarks.contestants import CONTESTANTS
from benchmarks.course import Course
from benchmarks.servers import databases
from benchmarks.serving import ROOT, gateway
from benchmarks.work import Contestant

OURS = [each for each in CONTESTANTS if each.name.startswith("rankcrawler-")]
Stages = dict[str, float]
"""CPU time by stage."""


def main() -> int:
    """Run the rounds and report."""
    options = _options()
    meter.adopt_orphans()
    crawls = [each for each in OURS if each.name in options.only and not each.absence]
    found: dict[str, list[Stages]] = {crawl.name: [] for crawl in crawls}
    seconds = 2 * options.timeout * (options.rounds + 1) * len(crawls)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ranks-")))
        made = gateway(folder / "answers", entries=options.entries, variants=options.rooms, seconds=seconds)
        in_postgresql = any(crawl.in_postgresql for crawl in crawls)
        server = stack.enter_context(databases()) if in_postgresql else None
        course = Course(stack.enter_context(made), options.entries, options.timeout, server)
        try:
            for _ in range(options.rounds):
                for crawl in crawls:
                    found[crawl.name].append(profile(crawl, course, options.rooms, folder / "samples"))
        except meter.RunError as error:
            print(error, file=sys.stderr)
            return 2
    print(f"\n{table(found)}", flush=True)
    if options.json:
        report.write(options.json, {"entries": options.entries, "milliseconds_of_cpu_a_response": found})
    return 0


def profile(crawl: Contestant, course: Course, rooms: int, samples: Path) -> Stages:
    """Return the CPU milliseconds of a response in each stage."""
    few = max(2, rooms // 20)
    before = sampled(crawl, course, few, samples)
    after = sampled(crawl, course, rooms, samples)
    return {name: (after[name] - before[name]) * 1000 / (rooms - few) for name in stages.NAMES}


def sampled(crawl: Contestant, course: Course, rooms: int, samples: Path) -> Stages:
    """Return the CPU seconds of one crawl in each stage."""

    def prepared(command: meter.Command) -> meter.Command:
        words = [sys.executable, "-m", "benchmarks.sampled", str(samples), *command.arguments[1:]]
        return dataclasses.replace(
            command, arguments=words, environment=command.environment | {"PYTHONPATH": str(ROOT)}
        )

    course.run(crawl, rooms, prepared)
    seconds: Stages = json.loads(samples.read_text(encoding="utf-8"))
    return seconds


def table(found: dict[str, list[Stages]]) -> str:
    """Return a Markdown table of the medians: milliseconds and shares."""
    medians = {
        name: {stage: median(each[stage] for each in rounds) for stage in stages.NAMES}
        for name, rounds in found.items()
    }
    sums = {name: sum(costs.values()) for name, costs in medians.items()}
    columns = ["CPU ms a response", *(cell for name in medians for cell in (name, "share"))]
    rows = [
        [stage, *(cell for name in medians for cell in _cells(medians[name][stage], sums[name]))]
        for stage in stages.NAMES
    ]
    total = ["all", *(cell for name in medians for cell in _cells(sums[name], sums[name]))]
    return report.table(columns, [*rows, total])


def _cells(cost: float, total: float) -> tuple[str, str]:
    return f"{cost:.2f}", f"{cost / total:.0%}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--rooms", type=int, default=1000, help="rooms of a long crawl")
    add("--entries", type=int, default=100, help="rows in each list")
    add("--rounds", type=int, default=3)
    names = [each.name for each in OURS]
    add("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    add("--json", type=Path, metavar="FILE", help="write all figures and a description of the machine")
    add("--timeout", type=float, default=300, metavar="S", help="seconds after which a crawl fails")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
