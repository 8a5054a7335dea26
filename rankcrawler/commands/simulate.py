"""Serves a simulated gateway, and prints how to use it."""

import argparse
import asyncio
import signal
from contextlib import suppress

from rankcrawler.commands import program
from rankcrawler.language import tr
from rankcrawler.simulator.clock import frozen, wall_clock
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.server import DEFAULT_TOKEN, serve
from rankcrawler.simulator.world import World

_ROOM = "6994259511469247263"


async def run(given: argparse.Namespace, token: str) -> None:
    """Serve until a signal comes or the time is over; an empty token means DEFAULT_TOKEN. Raises OSError."""
    token = token or DEFAULT_TOKEN
    clock = wall_clock if given.at is None else frozen(given.at)
    faults = Faults(given.fault_rate, given.faults, latency=given.latency, seed=given.seed)
    stopped = _stopped_by_signal()
    async with serve(World(given.seed), token=token, port=given.port, clock=clock, faults=faults) as gateway:
        _announce(gateway.url, token)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), given.seconds)


def _stopped_by_signal() -> asyncio.Event:
    """An event that the first SIGINT or SIGTERM sets."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    return stopped


def _announce(url: str, token: str) -> None:
    """Print the address first, for programs that read the first line, and then what to do with it."""
    print(f"GATEWAY_URL={url}", flush=True)
    if token == DEFAULT_TOKEN:
        print(f"GATEWAY_TOKEN={token}")
        environment = f"GATEWAY_URL={url} GATEWAY_TOKEN={token}"
    else:
        print(tr("The token is in the environment variable GATEWAY_TOKEN."))
        environment = f"GATEWAY_URL={url}"
    print()
    print(tr("Try, in another terminal:"))
    print(f"  {environment} {program.path()} rank {_ROOM}")
    print(tr("What it has served: {url}/ledger   Stop: Ctrl-C", url=url), flush=True)
