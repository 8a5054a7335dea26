"""Measures a worker's resident memory over many responses, and the time from its start to its first request.

For each length of list, one crawl polls many different rooms, and its memory is sampled ten times a second. The
start-up time is the median of several crawls; it ends when the gateway receives the first request.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import meter, report
from benchmarks.contestants import rankcrawler_sqlite
from benchmarks.serving import FIRST_ROOM, Gateway, gateway
from benchmarks.work import Work

PAUSE = 0.1  # seconds between two samples
WIDTH = 0.05  # the size at a response is a median over this share of the run, starting there


class Look(NamedTuple):
    """A sample: how many responses the worker has received, and its resident size in MB."""

    responses: int
    size: float


def main() -> int:
    """Run the crawls and report; return 1 if memory growth or start-up time exceeds its bound, else 0."""
    options = _options()
    meter.adopt_orphans()
    looks, starts = {}, []
    with tempfile.TemporaryDirectory(prefix="ranks-") as folder:
        for entries in options.entries:
            file = Path(folder) / f"answers-{entries}"
            seconds = options.timeout * (options.rounds + 1)
            made = gateway(
                file, entries=entries, variants=options.responses, seconds=seconds, strangers=options.strangers
            )
            with made as server:
                starts += [start_up(server, entries, options.timeout) for _ in range(options.rounds)]
                looks[entries] = growth(server, entries, options)
    print(f"\n{table(looks, options.responses)}\n")
    print(f"From start to first request: {median(starts):.2f} s ({min(starts):.2f}–{max(starts):.2f}).", flush=True)
    if options.json:
        report.write(options.json, {"responses_and_megabytes_of_lists_of": looks, "seconds_to_first_request": starts})
    grown = max(change(each, options.responses) for each in looks.values())
    return int(grown > options.growth or median(starts) > options.start)


def growth(server: Gateway, entries: int, options: argparse.Namespace) -> list[Look]:
    """Return the samples of a long crawl."""
    looks, responses = [], 0
    with crawl(server, entries, options.responses, options.timeout) as process:
        while process.poll() is None:
            time.sleep(PAUSE)
            responses += server.read_meter().served
            with contextlib.suppress(FileNotFoundError, StopIteration):  # the process may have just ended
                looks.append(Look(responses, resident(process.pid)))
    return looks


def start_up(server: Gateway, entries: int, timeout: float) -> float:
    """Return the seconds from the start of a short crawl to its first request; raises RunError if it sends none."""
    server.read_meter()
    start = time.monotonic()
    with crawl(server, entries, 2, timeout) as process:
        process.wait()
    first = server.read_meter().first
    if first is None:
        raise meter.RunError("a crawl ended without a request")
    return first - start


@contextlib.contextmanager
def crawl(server: Gateway, entries: int, rooms: int, timeout: float) -> Iterator[subprocess.Popen[bytes]]:
    """Start a crawl of `rooms` rooms into SQLite, for the caller to wait for; raises RunError if it fails."""
    names = [str(FIRST_ROOM + number) for number in range(rooms)]
    with tempfile.TemporaryDirectory(prefix="ranks-") as folder:
        work = Work(server, names, entries, Path(folder))
        with (
            meter.cpu_of_children(meter.Cost()),
            rankcrawler_sqlite(work) as command,
            meter.started(command, work.folder / "log", timeout) as process,
        ):
            yield process
        if process.returncode != 0:
            raise meter.RunError(f"exit status {process.returncode}\n{meter.end_of(work.folder / 'log')}")


def resident(pid: int) -> float:
    """Return the resident size of a process in MB; raises StopIteration if the process has just ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


def size_at(looks: list[Look], response: int, total: int) -> float:
    """Return the resident size in MB from a response on: a median, because the number of polls in flight varies."""
    after = [look for look in looks if look.responses >= response] or looks[-1:]
    return median(look.size for look in after if look.responses <= after[0].responses + WIDTH * total)


def change(looks: list[Look], total: int) -> float:
    """Return the growth from a twentieth of the responses to the end of the run; 0.05 is 5 %."""
    return size_at(looks, round(total * (1 - WIDTH)), total) / size_at(looks, total // 20, total) - 1


def table(looks: dict[int, list[Look]], total: int) -> str:
    """Return the sizes during the runs as a Markdown table."""
    marks = [total // 20, total // 4, total // 2, round(total * (1 - WIDTH))]
    columns = ["lists of", *(f"MB from response {mark:,}" for mark in marks), "at most", "growth"]
    rows = []
    for entries, each in looks.items():
        sizes = [*(size_at(each, mark, total) for mark in marks), max(look.size for look in each)]
        rows.append([str(entries), *(f"{size:.1f}" for size in sizes), f"{change(each, total):+.1%}"])
    return report.table(columns, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--responses", type=int, default=20_000, help="responses of a long crawl; growth counts after a twentieth")
    add("--entries", type=int, nargs="+", default=[100, 2], help="rows in each list; several run one after another")
    add("--rounds", type=int, default=3, help="start-up runs for each length of list")
    add("--growth", type=float, default=0.05, help="exit 1 if a worker grows by more than this share (default: 0.05)")
    add("--start", type=float, default=1.5, metavar="S", help="exit 1 if start-up takes more seconds (default: 1.5)")
    add("--strangers", action="store_true", help="no contributor appears in two of the gateway's 2,000 lists")
    add("--json", type=Path, metavar="FILE", help="write all figures and a description of the machine")
    add("--timeout", type=float, default=600, metavar="S", help="seconds after which a crawl fails")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
