"""The sub-commands of `scrapy rooms`: each takes the open queue and what was given, and returns an exit status."""

import argparse
import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from rankcrawler.errors import JobError, SettingError
from rankcrawler.queue import roster
from rankcrawler.queue.job import Job, of_fields
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.status import status as look
from rankcrawler.rooms import figures, names
from rankcrawler.rooms.listing import Listing
from rankcrawler.rooms.listing import show as show_rooms
from rankcrawler.table import escaped

_BATCH = 500


async def add(queue: RoomQueue, words: Sequence[str], opts: argparse.Namespace) -> int:
    """Push rooms; the bad ones are told, and the good ones taken."""
    options = {"every": opts.every, "every_max": opts.every_max, "priority": opts.priority, "anchor_id": opts.anchor}
    given = of_fields({"room_id": "1", **options})
    batch: list[Job] = []
    added = taken = bad = 0
    for job in names.jobs(words):
        if isinstance(job, JobError):
            print(f"rankcrawler: {job}", file=sys.stderr)
            bad += 1
            continue
        batch.append(_completed(job, given))
        if len(batch) == _BATCH:
            added, taken, batch = added + await queue.push(batch), taken + len(batch), []
    added, taken = added + await queue.push(batch), taken + len(batch)
    print(f"{taken} taken, {added} of them new")
    return 1 if bad else 0


def _completed(job: Job, given: Job) -> Job:
    """A plain id takes the options; what a line says of itself goes before them."""
    return Job(
        job.room_id,
        job.anchor_id or given.anchor_id,
        given.every if job.every is None else job.every,
        given.priority if job.priority is None else job.priority,
        given.every_max if job.every is None and job.every_max is None else job.every_max,
    )


async def list_(queue: RoomQueue, _: Sequence[str], opts: argparse.Namespace) -> int:
    """Print rooms, of one state or of all."""
    return await _list(queue, [opts.state] if opts.state else list(roster.STATES), opts)


async def dead(queue: RoomQueue, _: Sequence[str], opts: argparse.Namespace) -> int:
    """Print the dead letters."""
    return await _list(queue, ["dead"], opts)


async def _list(queue: RoomQueue, states: Sequence[str], opts: argparse.Namespace) -> int:
    listing, left = Listing(as_json=opts.json), opts.limit
    for state in states:
        async for room in roster.rooms(queue, state):
            if left == 0:
                break
            listing.add(room)
            left = None if left is None else left - 1
    listing.close()
    return 0


async def show(queue: RoomQueue, words: Sequence[str], opts: argparse.Namespace) -> int:
    """Print all that is known of rooms."""
    asked = names.of(words)
    found = await roster.find(queue, asked)
    show_rooms([room for room in found if room], as_json=opts.json)
    return _missing([name for name, room in zip(asked, found, strict=True) if not room], "is not in the queue")


async def remove(queue: RoomQueue, words: Sequence[str], _: argparse.Namespace) -> int:
    """Forget rooms."""
    asked = names.of(words)
    removed = await queue.remove(asked)
    print(f"{sum(removed)} removed")
    return _missing([name for name, was in zip(asked, removed, strict=True) if not was], "is not in the queue")


async def retry(queue: RoomQueue, words: Sequence[str], opts: argparse.Namespace) -> int:
    """Have dead or retired rooms polled again."""
    if opts.all:
        print(f"{await queue.retry_all()} ready again")
        return 0
    asked = names.of(words)
    retried = await queue.retry(asked)
    print(f"{sum(retried)} ready again")
    return _missing([name for name, was in zip(asked, retried, strict=True) if not was], "is neither dead nor retired")


def _missing(rooms: Sequence[str], what: str) -> int:
    for room in rooms:
        print(f"rankcrawler: room {room} {what}", file=sys.stderr)
    return 1 if rooms else 0


async def pause(queue: RoomQueue, _: Sequence[str], __: argparse.Namespace) -> int:
    """Lease no more."""
    await queue.pause()
    print("paused: no room is leased until `rooms resume`")
    return 0


async def resume(queue: RoomQueue, _: Sequence[str], __: argparse.Namespace) -> int:
    """Lease again, also after a worker has stopped the fleet."""
    await queue.resume()
    print("resumed")
    return 0


async def drain(queue: RoomQueue, _: Sequence[str], opts: argparse.Namespace) -> int:
    """Remove all that waits."""
    if not opts.yes:
        depth = await queue.depth()
        raise SettingError(
            f"drain removes {depth.ready + depth.scheduled} rooms and {depth.inbox} entries of the inbox: "
            "expected --yes, to say that you mean it"
        )
    rooms, raw_jobs = await queue.drain()
    print(f"{rooms} rooms and {raw_jobs} entries of the inbox removed")
    return 0


async def restore(queue: RoomQueue, _: Sequence[str], opts: argparse.Namespace) -> int:
    """Schedule rooms that recur and that the queue has lost; `opts.catalogue` gives them, and when each was polled."""
    rooms: list[tuple[Job, float]] = list(opts.catalogue())
    newest = max((polled for _, polled in rooms), default=0.0)
    wanted = [job for job, polled in rooms if opts.all or polled >= newest - _longest_rest(job)]
    print(f"{await queue.restore(wanted)} rooms restored, of {len(wanted)} that recur")
    if len(wanted) < len(rooms):
        print(f"{len(rooms) - len(wanted)} left out, which had not been polled for long: --all restores them too")
    return 0


def _longest_rest(job: Job) -> float:
    """Seconds for which a room that is still wanted may be without a poll: outages, retries, a fleet at its limits."""
    return max(3600.0, 10 * (job.every_max or job.every or 0.0))


async def rate(queue: RoomQueue, words: Sequence[str], opts: argparse.Namespace) -> int:
    """Limit how many rooms are leased in a second."""
    if words == ["off"]:
        await queue.set_rate(None)
    else:
        match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)(?:/s)?", words[0])
        if not match or not 0 < float(match[1]) <= 100_000 or (opts.burst is not None and opts.burst < 1):
            raise SettingError(f"expected a rate such as 5/s, above 0 and up to 100000/s, or off, not {words[0]!r}")
        await queue.set_rate(float(match[1]), opts.burst)
    print(f"rate: {words[0]}")
    return 0


async def inflight(queue: RoomQueue, words: Sequence[str], _: argparse.Namespace) -> int:
    """Limit how many rooms are leased at a time."""
    if words != ["off"] and not re.fullmatch(r"[1-9]\d{0,8}", words[0]):
        raise SettingError(f"expected how many rooms may be leased at a time, or off, not {words[0]!r}")
    await queue.set_max_inflight(None if words == ["off"] else int(words[0]))
    print(f"inflight: {words[0]}")
    return 0


async def status(queue: RoomQueue, _: Sequence[str], opts: argparse.Namespace) -> int:
    """Print how the queue is doing: once, or again every second."""
    if opts.watch and not opts.json and sys.stdout.isatty():
        with Live(console=Console(), auto_refresh=False) as live:
            while True:
                live.update(await _drawn(queue), refresh=True)
                await asyncio.sleep(1)
    while True:
        now = await look(queue)
        if opts.json:
            print(_json(now), flush=True)
        else:
            print("\n".join(f"{name}\t{value}" for name, value in figures.lines(now)), flush=True)
        if not opts.watch:
            return 0
        await asyncio.sleep(1)


def _json(now: msgspec.Struct) -> str:
    fields = msgspec.structs.asdict(now)
    return escaped(msgspec.json.encode(fields | {"depth": fields["depth"]._asdict()}))


async def _drawn(queue: RoomQueue) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in figures.lines(await look(queue)):
        table.add_row(Text(name, style="bold"), Text(value))
    return table


class Action(NamedTuple):
    """One sub-command."""

    run: Callable[[RoomQueue, Sequence[str], argparse.Namespace], Awaitable[int]]
    usage: str
    options: frozenset[str] = frozenset()
    """The options that it takes."""
    words: range = range(1)
    """How many words may follow it."""


_SOME = range(1, sys.maxsize)
ACTIONS = {
    "add": Action(add, "FILE|ID|-…", frozenset({"every", "every_max", "priority", "anchor"}), _SOME),
    "list": Action(list_, "", frozenset({"state", "limit", "json"})),
    "show": Action(show, "ID|-…", frozenset({"json"}), _SOME),
    "remove": Action(remove, "ID|-…", words=_SOME),
    "pause": Action(pause, ""),
    "resume": Action(resume, ""),
    "drain": Action(drain, "--yes", frozenset({"yes"})),
    "dead": Action(dead, "", frozenset({"limit", "json"})),
    "retry": Action(retry, "ID|-… or --all", frozenset({"all"}), range(sys.maxsize)),
    "restore": Action(restore, "", frozenset({"all"})),
    "rate": Action(rate, "N/s|off", frozenset({"burst"}), range(1, 2)),
    "inflight": Action(inflight, "N|off", words=range(1, 2)),
    "status": Action(status, "", frozenset({"json", "watch"})),
}
