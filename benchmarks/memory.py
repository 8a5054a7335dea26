"""What a worker takes: resident memory from response to response, and seconds from its start to its first request.

A crawl of many rooms, each another one, runs once for each length of list, and its process is looked at ten times a
second. Start-up is the median of several crawls, from the start of the process to when the gateway has the request.
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

PAUSE = 0.1  # seconds between two looks
WIDTH = 0.05  # the size at a response is the median over so large a share of the run, from that response on


class Look(NamedTuple):
    """How many responses the worker has had, and its resident size in MB."""

    responses: int
    size: float


def main() -> int:
    """Run the crawls and report; the exit status is 1 if memory grew or the start took more than it may."""
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
    """What is seen of a long crawl."""
    looks, responses = [], 0
    with crawl(server, entries, options.responses, options.timeout) as process:
        while process.poll() is None:
            time.sleep(PAUSE)
            responses += server.read_meter().served
            with contextlib.suppress(FileNotFoundError, StopIteration):  # it may just have ended
                looks.append(Look(responses, resident(process.pid)))
    return looks


def start_up(server: Gateway, entries: int, timeout: float) -> float:
    """Seconds from the start of a short crawl to its first request."""
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
    """A crawl of so many rooms into SQLite, to be waited for; RunError if it does not store them all."""
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
    """The resident size of a process in MB; StopIteration where it has none left."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


def size_at(looks: list[Look], response: int, total: int) -> float:
    """The resident size from a response on, in MB: a median, since what is in flight varies."""
    after = [look for look in looks if look.responses >= response] or looks[-1:]
    return median(look.size for look in after if look.responses <= after[0].responses + WIDTH * total)


def change(looks: list[Look], total: int) -> float:
    """How much larger the worker is in the end than after a twentieth of its responses; 0.05 is 5 %."""
    return size_at(looks, round(total * (1 - WIDTH)), total) / size_at(looks, total // 20, total) - 1


def table(looks: dict[int, list[Look]], total: int) -> str:
    """The sizes on the way, as Markdown."""
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
    add("--responses", type=int, default=20_000, help="of a long crawl; the first size is from a twentieth of them on")
    add("--entries", type=int, nargs="+", default=[100, 2], help="ranks in each list; several, one after another")
    add("--rounds", type=int, default=3, help="starts for each length of list")
    add("--growth", type=float, default=0.05, help="exit 1 if a worker grows by more (default: 0.05)")
    add("--start", type=float, default=1.5, metavar="S", help="exit 1 if the start takes longer (default: 1.5)")
    add("--strangers", action="store_true", help="every list of the gateway's 2,000 has contributors of its own")
    add("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    add("--timeout", type=float, default=600, metavar="S", help="seconds after which a crawl has failed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
