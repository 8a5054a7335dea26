"""Looks at the queue and its server. Where there is none, none is made."""

import asyncio
import statistics
from collections.abc import AsyncIterator
from time import perf_counter

from rankcrawler.commands import program
from rankcrawler.commands.doctor.clocks import Reading, read
from rankcrawler.commands.doctor.finding import Finding, ok, warning, wrong
from rankcrawler.commands.store.answers import size
from rankcrawler.errors import NoQueue, QueueError, SettingError
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.language import marked, tr
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.options import Options
from rankcrawler.queue import safety
from rankcrawler.queue.access import open_queue
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.safety import OLDEST, Server

_PLACE, _VERSION, _EVICTION, _DISK = marked("place"), marked("version"), marked("eviction"), marked("persistence")
_MEMORY, _LATENCY, _SCRIPT, _OWNER = marked("memory"), marked("latency"), marked("script"), marked("owner")
_STATE, _ANSWER = marked("state"), marked("answer")
_PINGS = 10
_SLOW_MS = 20.0
"""A call that takes longer holds leases up: a poll makes two."""
_FULL = 0.8
"""The share of its memory from which a server may soon be full."""
_SECONDS = 10.0
"""How long the server may take for everything."""


class Examined:
    """The queue: what was found, and the clock of its server, once `findings` has ended."""

    def __init__(self, options: Options) -> None:
        self.clock: Reading | None = None
        self._options = options

    async def findings(self) -> AsyncIterator[Finding]:
        """Yield what is found of the queue."""
        try:
            async with (
                asyncio.timeout(_SECONDS),
                open_queue(self._options, RANKLIST.name, create=False) as (queue, place),
            ):
                async for finding in self._of(queue, place):
                    yield finding
        except NoQueue as error:
            yield ok("queue", _PLACE, str(error))
        except TimeoutError:
            yield wrong(
                "queue", _ANSWER, tr("the queue's server does not answer within {seconds:g} s", seconds=_SECONDS)
            )
        except (QueueError, SettingError) as error:
            yield wrong("queue", _PLACE, str(error))
        except FAULTS as error:
            yield wrong("queue", _ANSWER, tr("the queue's server does not answer as expected: {error}", error=error))

    async def _of(self, queue: RoomQueue, place: str) -> AsyncIterator[Finding]:
        yield await _latency(queue)
        yield ok("queue", _PLACE, place)
        server = await safety.server_of(queue)
        if server is None:
            yield warning("queue", _VERSION, tr("the server tells this user nothing about itself"))
        else:
            for finding in _server(server):
                yield finding
        self.clock = await read(queue.now)
        yield ok("queue", _SCRIPT, tr("the server runs the script of the queue"))
        yield await _owner(queue, self._options)
        if state := await _state(queue):
            yield state


async def _latency(queue: RoomQueue) -> Finding:
    await queue.redis.ping()
    took = []
    for _ in range(_PINGS):
        began = perf_counter()
        await queue.redis.ping()
        took.append((perf_counter() - began) * 1000)
    median = statistics.median(took)
    found = tr("{ms:.2g} ms", ms=median)
    if median > _SLOW_MS:
        return warning("queue", _LATENCY, tr("{time}: run the workers nearer to the queue's server", time=found))
    return ok("queue", _LATENCY, found)


def _server(server: Server) -> list[Finding]:
    """The version, and whether the server keeps what it is given."""
    found = []
    if server.numbers < OLDEST:
        needed = ".".join(map(str, OLDEST))
        found.append(
            wrong(
                "queue",
                _VERSION,
                tr("{version}: the queue needs {needed} or newer", version=server.version, needed=needed),
            )
        )
    else:
        found.append(ok("queue", _VERSION, server.version))
    evicts, forgets = safety.eviction(server), safety.persistence(server)
    if evicts:
        found.append(wrong("queue", _EVICTION, evicts, "redis-cli CONFIG SET maxmemory-policy noeviction"))
    else:
        found.append(ok("queue", _EVICTION, server.policy or tr("none")))
    if forgets:
        found.append(warning("queue", _DISK, forgets, "redis-cli CONFIG SET appendonly yes"))
    else:
        found.append(ok("queue", _DISK, tr("the server keeps the queue on disk")))
    return [*found, _memory(server)]


def _memory(server: Server) -> Finding:
    used = size(server.used_bytes)
    if not server.limit_bytes:
        return ok("queue", _MEMORY, tr("{used}, without a limit of its own", used=used))
    share = server.used_bytes / server.limit_bytes
    found = tr("{used}, {share:.0%} of its limit", used=used, share=share)
    if share > _FULL:
        return warning("queue", _MEMORY, found, f"redis-cli CONFIG SET maxmemory {2 * server.limit_bytes}")
    return ok("queue", _MEMORY, found)


async def _owner(queue: RoomQueue, options: Options) -> Finding:
    """Whether the queue is the gateway's that is set."""
    holder = await queue.source()
    try:
        ours = Gateway.of(options).source
    except SettingError:  # it is among the findings of the gateway
        ours = holder
    if not holder:
        return ok("queue", _OWNER, tr("no gateway's yet: the first worker's will be"))
    if holder != ours:
        found = tr("it belongs to the gateway {holder}, and the settings name {source}", holder=holder, source=ours)
        return wrong("queue", _OWNER, found, f"{program.name()} rooms claim")
    return ok("queue", _OWNER, holder)


async def _state(queue: RoomQueue) -> Finding | None:
    """What keeps rooms from being leased, if anything does."""
    knobs, fix = await queue.gate.knobs(), f"{program.name()} rooms resume"
    if reason := knobs.get("stopped"):
        return wrong("queue", _STATE, tr("the fleet is stopped: {reason}", reason=reason), fix)
    if knobs.get("paused"):
        return warning("queue", _STATE, tr("the fleet is paused"), fix)
    return None
