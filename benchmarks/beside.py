"""A writer beside those who read, and streams that wait for what it writes."""

import asyncio
import itertools
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp
import msgspec

from benchmarks import store_lists
from benchmarks.questions import Filled
from rankcrawler.clock import iso
from rankcrawler.model.items import Poll
from rankcrawler.model.rows import RankEntry
from rankcrawler.store import locate
from tests.builders import entry, polled, snapshot

PAUSE = 2.0
"""Seconds between the requests of a reader."""
_BATCH = 64
_FIRST = 100_000
"""The numbers of the rooms that are written here begin with this one."""


def writer(where: str, url: str, of: Filled, readers: int, seconds: float, turns: int, rooms: int) -> dict[str, float]:
    """How many polls of so many rooms a worker writes in a second, alone and beside readers; and what these get.

    The worker takes turns: alone, beside, alone, beside …
    """
    rates: dict[str, list[float]] = {"alone": [], "beside": []}
    times: list[float] = []
    for number, name in enumerate(("alone", "beside") * turns):
        with _writing(where, number * rooms, rooms, seconds) as written:
            if name == "beside":
                times += asyncio.run(_readers(url, of, readers, seconds))
        rates[name].append(written.value / seconds)
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else 0.0
    mean = {name: sum(each) / len(each) for name, each in rates.items()}
    return {**mean, "requests": len(times) / (turns * seconds), "p95": 1000 * p95}


class _writing:  # noqa: N801 — a context
    """A process that writes polls for some seconds; its value is how many it has written."""

    def __init__(self, where: str, first: int, rooms: int, seconds: float) -> None:
        context = multiprocessing.get_context("spawn")
        self._written: Any = context.Value("q", 0)
        self._ready = context.Event()
        arguments = (where, first, rooms, seconds, self._written, self._ready)
        self._process = context.Process(target=_write, args=arguments)

    def __enter__(self) -> Any:
        self._process.start()
        assert self._ready.wait(60)
        return self._written

    def __exit__(self, *_: object) -> None:
        self._process.join()


def _write(where: str, first: int, rooms: int, seconds: float, written: Any, ready: Event) -> None:
    """Write lists of a hundred contributors, of which one in ten has given something since the poll before."""
    store = locate.open_records(where)
    polls = _endless(first, rooms)
    batches = iter(lambda: list(itertools.islice(polls, min(rooms, _BATCH))), [])
    for _ in range(-(-rooms // _BATCH)):
        store.write(next(batches))  # the first lists, which are written whole
    ready.set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        batch = next(batches)
        store.write(batch)
        written.value += len(batch)
    store.close()


def _endless(first: int, rooms: int) -> Iterator[Poll]:
    """The rooms with the numbers from _FIRST + `first` on, polled once a minute."""
    begun = [poll.snapshot for poll in store_lists.new_rooms(rooms)]
    for minute in itertools.count():
        at = iso(store_lists.START + minute * store_lists.MINUTE)
        for place, found in enumerate(begun):
            assert found is not None
            own = {"room_id": store_lists.room_id(_FIRST + first + place)}
            times = {"captured_at": at, "polled_at": at}
            rows = tuple(_given(row, minute, own | times) for row in found.entries)
            target = msgspec.structs.replace(found.target, **own)
            digest = f"{minute:08x}{found.digest[8:]}"
            yield Poll(msgspec.structs.replace(found, target=target, digest=digest, entries=rows, **times))


def _given(row: RankEntry, minute: int, changes: dict[str, str]) -> RankEntry:
    more = 1000 * ((minute + row.rank) // 10)
    return msgspec.structs.replace(row, score=None if row.score is None else row.score + more, **changes)


async def _readers(url: str, of: Filled, readers: int, seconds: float) -> list[float]:
    """Seconds that each request took of readers who look at a room, and again every PAUSE."""
    times: list[float] = []
    end = time.monotonic() + seconds

    async def reader(client: aiohttp.ClientSession, number: int) -> None:
        await asyncio.sleep(PAUSE * number / readers)
        address = f"/api/v1/rooms/{of.room()}/list?vs=5min"
        while time.monotonic() < end:
            began = time.perf_counter()
            async with client.get(address) as response:
                await response.read()
            times.append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(url, connector=connector) as client:
        await asyncio.gather(*(reader(client, number) for number in range(readers)))
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
