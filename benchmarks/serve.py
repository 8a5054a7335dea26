"""What `rankcrawler serve` takes for an answer: `python -m benchmarks.serve --entries 10000000 --minutes 1440`.

Fills a store of each kind as `benchmarks.reading` does, which takes ten minutes for so many rows, and serves it as of
the end of its day. Asks each address some times, each time for another room or contributor. Then a worker writes beside
readers, and streams of events are opened. With `--store`, it serves stores that were filled before, and keeps them.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import urlencode

import aiohttp

from benchmarks import beside, report
from benchmarks.questions import OF_A_DAY, QUICK, Filled
from benchmarks.reading import filled, polls
from benchmarks.store import KINDS, Site, batches
from rankcrawler.clock import iso
from rankcrawler.store import locate
from tests.postgresql import postgres_server

HOUR = 3_600_000
Asked = Callable[[Filled], str]


def _path(path: str, **parameters: str) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _room(of: Filled, what: str, **parameters: str) -> str:
    return _path(f"/api/v1/rooms/{of.busy()}/{what}", **parameters)


def _hour(of: Filled) -> dict[str, str]:
    return {"since": iso(of.now_ms - HOUR)}


def _day(of: Filled) -> dict[str, str]:
    return {"since": iso(of.now_ms - 24 * HOUR)}


ADDRESSES: dict[str, tuple[int | None, Asked]] = {
    "documented list": (QUICK, lambda of: _path("/douyin/liveroom/ranklist", token="x", room_id=of.room())),
    "page of the wall": (QUICK, lambda _: "/"),
    "page of the wall, a search": (QUICK, lambda of: _path("/", q=of.room()[-5:])),
    "page of a room": (QUICK, lambda of: f"/rooms/{of.busy()}"),
    "page of a room, a day": (OF_A_DAY, lambda of: _path(f"/rooms/{of.busy()}", span="24h")),
    "page of contributors": (QUICK, lambda _: "/contributors"),
    "page of a contributor": (QUICK, lambda of: f"/contributors/{of.user()}"),
    "page that compares two rooms": (OF_A_DAY, lambda of: _path("/compare", rooms=f"{of.busy()},{of.busy()}")),
    "page that compares all rooms": (OF_A_DAY, lambda _: "/compare"),
    "page of the fleet": (QUICK, lambda _: "/fleet"),
    "list": (QUICK, lambda of: f"/api/v1/rooms/{of.room()}/list"),
    "list, against five minutes before": (QUICK, lambda of: _room(of, "list", vs="5min")),
    "list, as CSV": (QUICK, lambda of: f"/api/v1/rooms/{of.room()}/list.csv"),
    "list of a moment": (QUICK, lambda of: _room(of, "list", at=of.moment().isoformat())),
    "course, an hour": (QUICK, lambda of: _room(of, "course", **_hour(of))),
    "gains, an hour": (QUICK, lambda of: _room(of, "gains", **_hour(of))),
    "gains, a day": (OF_A_DAY, lambda of: _room(of, "gains", **_day(of))),
    "top, an hour of one room": (QUICK, lambda of: _path("/api/v1/top", room=of.busy(), **_hour(of))),
    "contributor": (QUICK, lambda of: f"/api/v1/contributors/{of.user()}"),
    "search": (QUICK, lambda of: _path("/api/v1/contributors", name=of.user()[:12])),
    "shared, two rooms": (OF_A_DAY, lambda of: f"/api/v1/shared?room={of.room()}&room={of.room()}"),
    "compare, two rooms": (OF_A_DAY, lambda of: f"/api/v1/compare?room={of.busy()}&room={of.busy()}"),
    "rooms": (QUICK, lambda _: "/api/v1/rooms"),
    "coverage, one room": (QUICK, lambda of: _path("/api/v1/coverage", room=of.busy(), **_day(of))),
    "failures": (QUICK, lambda of: _path("/api/v1/failures", **_day(of))),
    "nothing new (304)": (QUICK, lambda of: f"/api/v1/rooms/{of.rooms[0]}/course"),
}
"""Each address with its bound in milliseconds."""
SAME = "nothing new (304)"


@contextmanager
def serving(where: str, now_ms: int) -> Iterator[tuple[str, int]]:
    """The address and the process of a server of a store, at a time."""
    command = [sys.executable, "-m", "benchmarks.served", where, str(now_ms)]
    with Popen(command, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


async def asked(url: str, of: Filled, rounds: int) -> dict[str, list[float]]:
    """Milliseconds that each address takes, one request after the other, after some that open the store."""
    found = {}
    async with aiohttp.ClientSession(url) as client:
        await _milliseconds(client, "/", same=False)
        await asyncio.gather(*(_milliseconds(client, f"/api/v1/rooms/{of.room()}/list", same=False) for _ in range(8)))
        for name, (_, address) in ADDRESSES.items():
            asked_for = [address(of) if name == SAME else _new(address(of), number) for number in range(rounds)]
            found[name] = [await _milliseconds(client, each, same=name == SAME) for each in asked_for]
    return found


def _new(address: str, number: int) -> str:
    """The address with a parameter that means nothing: no one has asked for it, so that no answer is kept for it."""
    return f"{address}{'&' if '?' in address else '?'}nothing={number}"


async def _milliseconds(client: aiohttp.ClientSession, address: str, *, same: bool) -> float:
    headers = {}
    if same:
        async with client.get(address) as response:
            headers = {"If-None-Match": response.headers["ETag"]}
    began = time.perf_counter()
    async with client.get(address, headers=headers) as response:
        await response.read()
        assert response.status in ((200, 304) if same else (200, 404)), (address, response.status)
    return 1000 * (time.perf_counter() - began)


@contextmanager
def stores(options: argparse.Namespace) -> Iterator[dict[str, str]]:
    """The address of each kind of store, filled."""
    if options.store:
        yield {"sqlite" if where.startswith("sqlite:") else "postgresql": where for where in options.store}
        return
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="serve-"))
        server = stack.enter_context(postgres_server("shared_buffers=256MB"))
        site = Site(Path(folder), server)
        found = {kind: site.address(kind) for kind in options.kinds}
        for where in found.values():
            store = locate.open_records(where, create=True)
            for batch in batches(polls(options.entries, options.minutes, options.rooms)):
                store.write(batch)
            store.close()
        yield found


def measured(addresses: dict[str, str], options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """All figures, by kind of store."""
    found: dict[str, dict[str, Any]] = {}
    for kind, where in addresses.items():
        there = filled(where, options.minutes)
        with serving(where, there.now_ms) as (url, pid):
            times = asyncio.run(asked(url, there, options.rounds))
            crawl = beside.writer(where, url, there, options.readers, options.seconds, options.turns, options.written)
            streams = asyncio.run(beside.streams(where, url, pid, options.streams))
        found[kind] = {"times": times, "crawl": crawl, "streams": streams}
    return found


def percentile_95(times: Sequence[float]) -> float:
    """The time that nineteen of twenty do not exceed."""
    return max(times) if len(times) < 20 else quantiles(times, n=20)[-1]


def tables(found: dict[str, dict[str, Any]], options: argparse.Namespace) -> str:
    """Figures as Markdown."""
    rows = []
    for name, (bound, _) in ADDRESSES.items():
        cells = []
        for figures in found.values():
            times = sorted(figures["times"][name])
            cells.append(f"{times[len(times) // 2]:,.1f}, {percentile_95(times):,.1f}")
        rows.append([name, "" if bound is None else str(bound), *cells])
    addresses = report.table(["address", "p95 at most, ms", *(f"{kind}: p50, p95" for kind in found)], rows)
    heads = ["store", "a writer beside", "polls/s", "of alone", "requests/s", "p95, ms"]
    said = {
        "alone": "no one",
        "busy": "processes that compute",
        "pages": f"{options.readers} pages",
        "blast": f"{options.readers} restless readers",
    }
    crawls = [
        [
            kind,
            said[way],
            f"{each['crawl'][way]['polls']:,.0f}",
            f"{each['crawl'][way]['polls'] / (each['crawl']['alone']['polls'] or 1):.0%}",
            *(f"{each['crawl'][way][name]:,.0f}" for name in ("requests", "p95")),
        ]
        for kind, each in found.items()
        for way in each["crawl"]
    ]
    streams = [
        [kind, *(f"{each['streams'][name]:,.1f}" for name in ("open", "first", "last", "megabytes"))]
        for kind, each in found.items()
    ]
    names = ["store", "streams", "first has the event after, s", "last, s", "server's memory, MB"]
    return "\n\n".join([addresses, report.table(heads, crawls), report.table(names, streams)])


def main(words: Sequence[str] | None = None) -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--entries", type=int, default=200_000, help="rows of the rooms whose lists are written whole")
    parser.add_argument("--minutes", type=int, default=60, help="that some rooms are polled for")
    parser.add_argument("--rooms", type=int, default=1300, help="that are polled for a few minutes; a fifth is off air")
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS, help="of stores")
    parser.add_argument("--rounds", type=int, default=20, help="requests of each address")
    parser.add_argument(
        "--readers", type=int, default=200, help="beside the writer: pages that are open, or restless readers"
    )
    parser.add_argument("--seconds", type=float, default=10, help="that the writer writes in each turn")
    parser.add_argument("--written", type=int, default=128, help="rooms that the writer writes")
    parser.add_argument("--turns", type=int, default=2, help="of the writer: alone, and beside others; 0 for none")
    parser.add_argument("--streams", type=int, default=1000, help="of events")
    parser.add_argument("--store", action="append", metavar="URL", help="one that was filled before; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    options = parser.parse_args(words)
    with stores(options) as addresses:
        found = measured(addresses, options)
    print(tables(found, options))
    if options.json:
        report.write(options.json, {"figures": found})


if __name__ == "__main__":
    main()
