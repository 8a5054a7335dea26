"""Serves a simulated gateway, and prints how to use it."""

import argparse
import asyncio
from contextlib import suppress

from rankcrawler.commands import program
from rankcrawler.commands.stopping import stopped_by_signal
from rankcrawler.language import tr
from rankcrawler.simulator.airtime import Airtime
from rankcrawler.simulator.clock import frozen, wall_clock
from rankcrawler.simulator.dialect import DEFAULT, named
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.server import DEFAULT_TOKEN, Gateway, serve
from rankcrawler.simulator.world import World

_ROOM = "6994259511469247263"
_ANCHOR = "98204909466"


async def run(given: argparse.Namespace, token: str) -> None:
    """Serve until a signal comes or the time is over; an empty token means DEFAULT_TOKEN. Raises OSError."""
    token = token or DEFAULT_TOKEN
    clock = wall_clock if given.at is None else frozen(given.at)
    faults = Faults(given.fault_rate, given.faults, latency=given.latency, seed=given.seed)
    stopped = stopped_by_signal()
    world, profile = World(given.seed, airtime=_airtime(given.live, given.pause)), given.dialect
    async with serve(world, token=token, port=given.port, clock=clock, faults=faults, profile=profile) as gateway:
        _announce(gateway)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), given.seconds)


def _airtime(live: float, pause: float) -> Airtime:
    """Broadcasts and pauses of so many seconds; short ones drop out and linger for a short time only."""
    live_ms, pause_ms = round(1000 * live), round(1000 * pause)
    return Airtime(live_ms, pause_ms, min(60_000, live_ms // 10), min(60_000, pause_ms // 10))


def _announce(gateway: Gateway) -> None:
    """Print the address first, for programs that read the first line, and then what to do with it."""
    environment = {"GATEWAY_URL": gateway.url}
    if gateway.profile != DEFAULT:
        environment["GATEWAY_PROFILE"] = gateway.profile
    if gateway.token == DEFAULT_TOKEN:
        environment["GATEWAY_TOKEN"] = gateway.token
    words = [f"{name}={value}" for name, value in environment.items()]
    print("\n".join(words), flush=True)
    if gateway.token != DEFAULT_TOKEN:
        print(tr("The token is in the environment variable GATEWAY_TOKEN."))
    print()
    print(tr("Try, in another terminal:"))
    print(f"  {' '.join(words)} {program.path()} rank {_ROOM}{_anchor(gateway)}")
    print(tr("What it has served: {url}/ledger   Stop: Ctrl-C", url=gateway.url), flush=True)


def _anchor(gateway: Gateway) -> str:
    needs_anchor = any(call.needs_anchor for call in named(gateway.profile).lists.values())
    return f" --anchor {_ANCHOR}" if needs_anchor else ""
