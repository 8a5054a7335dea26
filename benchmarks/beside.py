"""A writer beside those who read, and streams that wait for what it writes."""

import asyncio
import itertools
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.request import urlopen

import aiohttp
import msgspec

from benchmarks import store_lists
from benchmarks.questions import Filled
from rankcrawler.clock import iso
from rankcrawler.model.items import Poll
from rankcrawler.model.rows import RankEntry
from rankcrawler.store import locate
from tests.builders import entry, polled, snapshot

PAUSE, REST = 3.0, 20
"""Seconds between the requests of a page that is open, and how much longer than a request took, as in live.js."""
WALLS = 5
"""Every so many-th page is the wall; the others are rooms."""
LOWEST = 19
"""The priority of those who read, who are elsewhere in truth: it must not be they who slow the writer."""
_BATCH = 64
_STEP = 1000
"""Milliseconds of the lists' clocks between two polls of a room."""
_BEFORE = 300_000
_FIRST = 100_000
"""The numbers of the rooms that are written here begin with this one."""
WAYS = ("alone", "busy", "pages", "blast")
"""The writer alone; beside processes of the lowest priority that compute and read nothing, one for each core; beside
pages that are open; beside readers who ask again as soon as they have an answer."""


def writer(
    where: str, url: str, of: Filled, readers: int, seconds: float, turns: int, rooms: int
) -> dict[str, dict[str, float]]:
    """How many polls of so many rooms a worker writes in a second, by the way; and what readers get.

    The ways take turns.
    """
    polls: dict[str, list[float]] = {way: [] for way in WAYS}
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    for number, way in enumerate(WAYS * turns):
        _wait(url)
        written_rooms = [store_lists.room_id(_FIRST + number * rooms + place) for place in range(rooms)]
        with _Writing(where, of.now_ms, written_rooms) as written, _Reading(url, way, readers, written_rooms) as read:
            begun = written.value
            time.sleep(seconds)
            polls[way].append((written.value - begun) / seconds)
            times[way] += read()
    return {way: _figures(polls[way], times[way], turns * seconds) for way in WAYS if turns}


def _wait(url: str) -> None:
    """Return when the server has answered whatever it was asked before."""
    with urlopen(f"{url}/api/v1/rooms?limit=1", timeout=120) as response:  # noqa: S310 — its own address
        response.read()


def _figures(polls: list[float], times: list[float], seconds: float) -> dict[str, float]:
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else 0.0
    return {"polls": median(polls), "requests": len(times) / seconds, "p95": 1000 * p95}


class _Writing:
    """A process that writes polls until the context ends; its value is how many it has written."""

    def __init__(self, where: str, now_ms: int, rooms: Sequence[str]) -> None:
        context = multiprocessing.get_context("spawn")
        self._written: Any = context.Value("q", 0)
        self._ready, self._over = context.Event(), context.Event()
        arguments = (where, now_ms, rooms, self._written, self._ready, self._over)
        self._process = context.Process(target=_write, args=arguments)

    def __enter__(self) -> Any:
        self._process.start()
        assert self._ready.wait(60)
        return self._written

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._process.join()


class _Reading:
    """A process with readers; called, it says in how many seconds each of their requests was answered so far."""

    def __init__(self, url: str, way: str, readers: int, rooms: Sequence[str]) -> None:
        context = multiprocessing.get_context("spawn")
        self._times, self._ready, self._over = context.SimpleQueue(), context.Event(), context.Event()
        arguments = (url, way, readers, rooms, self._times, self._ready, self._over)
        self._has_readers = way in ("pages", "blast")
        self._processes = [context.Process(target=_read, args=arguments)] if self._has_readers else []
        if way == "busy":
            computing = (self._ready, self._over)
            self._processes = [context.Process(target=_compute, args=computing) for _ in range(os.cpu_count() or 1)]

    def __enter__(self) -> Callable[[], list[float]]:
        for process in self._processes:
            process.start()
        assert not self._processes or self._ready.wait(60)
        return self._answered if self._has_readers else list

    def _answered(self) -> list[float]:
        self._over.set()
        found: list[float] = self._times.get()
        return found

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for process in self._processes:
            process.join()


def _compute(ready: Event, over: Event) -> None:
    os.nice(LOWEST)
    ready.set()
    while not over.is_set():
        sum(range(100_000))


def _write(where: str, now_ms: int, rooms: Sequence[str], written: Any, ready: Event, over: Event) -> None:
    """Write lists of a hundred contributors, of which one in ten has given something since the poll before."""
    store = locate.open_records(where)
    polls = _endless(rooms, now_ms - _BEFORE)
    batches = iter(lambda: list(itertools.islice(polls, min(len(rooms), _BATCH))), [])
    for _ in range(-(-len(rooms) // _BATCH)):
        store.write(next(batches))  # the first lists, which are written whole
    ready.set()
    while not over.is_set():
        batch = next(batches)
        store.write(batch)
        written.value += len(batch)
    store.close()


def _endless(rooms: Sequence[str], start_ms: int) -> Iterator[Poll]:
    """The rooms, one poll of each after the other."""
    first = [poll.snapshot for poll in store_lists.new_rooms(len(rooms))]
    for minute in itertools.count():
        at = iso(start_ms + minute * _STEP)
        for room, found in zip(rooms, first, strict=True):
            assert found is not None
            own = {"room_id": room}
            times = {"captured_at": at, "polled_at": at}
            rows = tuple(_given(row, minute, own | times) for row in found.entries)
            target = msgspec.structs.replace(found.target, **own)
            digest = f"{minute:08x}{found.digest[8:]}"
            yield Poll(msgspec.structs.replace(found, target=target, digest=digest, entries=rows, **times))


def _given(row: RankEntry, minute: int, changes: dict[str, str]) -> RankEntry:
    more = 1000 * ((minute + row.rank) // 10)
    return msgspec.structs.replace(row, score=None if row.score is None else row.score + more, **changes)


def _read(url: str, way: str, readers: int, rooms: Sequence[str], times: Any, ready: Event, over: Event) -> None:
    os.nice(LOWEST)
    times.put(asyncio.run(_readers(url, way, readers, rooms, ready, over)))


async def _readers(url: str, way: str, readers: int, rooms: Sequence[str], ready: Event, over: Event) -> list[float]:
    """Seconds that each request took, until it is over."""
    times: list[float] = []
    timeout = aiohttp.ClientTimeout(total=None)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout, auto_decompress=False) as client:

        async def get(address: str) -> float:
            began = time.perf_counter()
            async with client.get(address) as response:
                await response.read()
                assert response.status == 200, (address, response.status)
            times.append(time.perf_counter() - began)
            return times[-1]

        async def page(place: int) -> None:
            """A page that is open: it is fetched again after something that it shows has changed."""
            room = None if place % WALLS == 0 else rooms[place % len(rooms)]
            address = "/" if room is None else f"/rooms/{room}"
            await asyncio.sleep(PAUSE * place / readers)
            async with client.get(f"/api/v1/events{'' if room is None else f'?room={room}'}") as events:
                while True:
                    await asyncio.sleep(max(PAUSE, REST * await get(address)))
                    await events.content.readany()

        async def restless(place: int) -> None:
            """Someone who asks and asks for a list."""
            while True:
                await get(f"/api/v1/rooms/{rooms[place % len(rooms)]}/list?vs=5min")

        tasks = [asyncio.create_task((page if way == "pages" else restless)(place)) for place in range(readers)]
        ready.set()
        while not over.is_set():
            await asyncio.sleep(0.1)
            for task in tasks:
                if task.done():
                    task.result()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return times


async def streams(where: str, url: str, pid: int, count: int) -> dict[str, float]:
    """After how long the first and the last of many streams have an event, from when it was written."""
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    opened, arrived = asyncio.Semaphore(0), [0.0] * count

    async def stream(client: aiohttp.ClientSession, number: int) -> None:
        async with client.get("/api/v1/events?event=list") as response:
            await response.content.readline()
            opened.release()
            async for line in response.content:
                if line.startswith(b"event: list"):
                    arrived[number] = time.monotonic()
                    return

    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout) as client:
        tasks = [asyncio.create_task(stream(client, number)) for number in range(count)]
        for _ in range(count):
            await opened.acquire()
        await asyncio.sleep(2)
        began = time.monotonic()
        await asyncio.to_thread(_write_one, where)
        await asyncio.gather(*tasks)
        memory = _megabytes(pid)
    return {"open": count, "first": min(arrived) - began, "last": max(arrived) - began, "megabytes": memory}


def _write_one(where: str) -> None:
    at = iso(time.time_ns() // 1_000_000)
    place = {"captured_at": at, "polled_at": at, "room_id": store_lists.room_id(_FIRST - 1)}
    store = locate.open_records(where)
    store.write([polled(snapshot([entry(1, **place)], digest=f"{time.time_ns():032d}", **place))])
    store.close()


def _megabytes(pid: int) -> float:
    """The memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
