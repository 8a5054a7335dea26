"""What metrics cost a worker: a scrape, and crawls that are asked once a second beside crawls that serve none.

The crawls store JSON Lines, whose store costs least, so that the rest shows best. Each round begins with another one,
since the machine's pace drifts; crawls without metrics run twice, to show how much two that are alike differ.
"""

import argparse
import dataclasses
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks import meter, report, speedups
from benchmarks.contestants import rankcrawler_jsonl
from benchmarks.meter import Command
from benchmarks.serving import ROOT, gateway
from benchmarks.work import Contestant, Work, lines

WITHOUT, AGAIN, WITH = "without metrics", "without metrics, again", "with metrics"
EVERY = 1.0
"""Seconds between two scrapes; Prometheus makes one every 15 or 60 seconds."""
_SCRAPES = 300


def main() -> int:
    """Run the rounds and report; 2 if a run failed."""
    options = _options()
    meter.adopt_orphans()
    stored = lines("ranks/entries.jsonl")
    ways = {WITHOUT: _without, AGAIN: _without, WITH: _with}
    contestants = [Contestant(name, 1, prepare, stored) for name, prepare in ways.items()]
    try:
        scrape = scrape_cost(options)
        print(f"A scrape takes the worker {scrape:.2f} ms of CPU.", flush=True)
        found = speedups.measured(options, options.entries, contestants)
    except meter.RunError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"\n### Lists of {options.entries}\n\n{speedups.table(found, WITHOUT)}", flush=True)
    if options.json:
        facts = {"rooms": options.rooms, "rounds": options.rounds, "milliseconds_of_a_scrape": scrape}
        report.write(options.json, {**facts, "microseconds_of_a_poll": found})
    return 0


def scrape_cost(options: argparse.Namespace) -> float:
    """CPU milliseconds of a scrape, by a worker that waits for rooms; raises RunError if it does not come up."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ranks-")))
        server = stack.enter_context(gateway(folder / "answers", entries=2, variants=1, seconds=600))
        command = stack.enter_context(_without(Work(server, [], 2, folder, "", 1)))
        words = [word for word in command.arguments if word != "-a" and not word.startswith("rooms=")]
        port = _free_port()
        command = dataclasses.replace(command, arguments=[*words, "-s", f"METRICS_PORT={port}"])
        worker = stack.enter_context(meter.started(command, folder / "log", options.timeout))
        url, deadline = f"http://127.0.0.1:{port}/metrics", time.monotonic() + 30
        while not _scraped(url):
            if time.monotonic() > deadline:
                raise meter.RunError(meter.end_of(folder / "log"))
            time.sleep(0.1)
        before = meter.cpu_so_far(worker.pid)
        scraped = sum(_scraped(url) for _ in range(_SCRAPES))
        return (meter.cpu_so_far(worker.pid) - before) / scraped * 1000


@contextmanager
def _without(work: Work) -> Iterator[Command]:
    with rankcrawler_jsonl(work) as command:
        yield dataclasses.replace(command, environment=command.environment | {"PYTHONPATH": str(ROOT)})


@contextmanager
def _with(work: Work) -> Iterator[Command]:
    port, over = _free_port(), threading.Event()
    asking = threading.Thread(target=_ask, args=(f"http://127.0.0.1:{port}/metrics", over))
    with _without(work) as command:
        asking.start()
        try:
            yield dataclasses.replace(command, arguments=[*command.arguments, "-s", f"METRICS_PORT={port}"])
        finally:
            over.set()
            asking.join()


def _ask(url: str, over: threading.Event) -> None:
    while not over.wait(EVERY):
        _scraped(url)


def _scraped(url: str) -> bool:
    """Whether there was an answer; none comes before a crawl has begun, and after it has ended."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 — an address of ours
            return bool(answer.read())
    except OSError:
        return False


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
    return port


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rooms", type=int, default=1000, help="of a long run; more of short lists")
    parser.add_argument("--entries", type=int, default=100, help="rows in each list")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=300, metavar="S", help="seconds after which a run has failed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
