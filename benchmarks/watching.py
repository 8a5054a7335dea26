"""What metrics cost a crawl: crawls that serve them and are asked once a second, beside crawls that serve none.

Both store JSON Lines, whose store costs least, so that the rest shows best. Each round begins with the other crawl,
since the machine's pace drifts.
"""

import argparse
import dataclasses
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks import meter, report, speedups
from benchmarks.contestants import rankcrawler_jsonl
from benchmarks.meter import Command
from benchmarks.serving import ROOT
from benchmarks.work import Contestant, Work, lines

WITHOUT, WITH = "without metrics", "with metrics"
EVERY = 1.0
"""Seconds between two scrapes; Prometheus makes one every 15 or 60 seconds."""


def main() -> int:
    """Run the rounds and report; 2 if a run failed."""
    options = _options()
    meter.adopt_orphans()
    stored = lines("ranks/entries.jsonl")
    contestants = [Contestant(WITHOUT, 1, _without, stored), Contestant(WITH, 1, _with, stored)]
    try:
        found = speedups.measured(options, options.entries, contestants)
    except meter.RunError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"\n### Lists of {options.entries}\n\n{speedups.table(found, WITHOUT)}", flush=True)
    if options.json:
        report.write(options.json, {"rooms": options.rooms, "rounds": options.rounds, "microseconds_of_a_poll": found})
    return 0


@contextmanager
def _without(work: Work) -> Iterator[Command]:
    with rankcrawler_jsonl(work) as command:
        yield dataclasses.replace(command, environment=command.environment | {"PYTHONPATH": str(ROOT)})


@contextmanager
def _with(work: Work) -> Iterator[Command]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    over = threading.Event()
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
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 — an address of ours
        except OSError:  # it has not begun, or has ended
            continue


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
