"""The simulated gateway as a server on this machine's loopback, and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address

import msgspec
from aiohttp import web

from rankcrawler.errors import SettingError
from rankcrawler.simulator.application import Application
from rankcrawler.simulator.clock import Clock, wall_clock
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.ledger import Ledger
from rankcrawler.simulator.world import World

DEFAULT_TOKEN = "simulator"  # noqa: S105  a token that opens nothing but the simulator

_SECONDS_FOR_LAST_ANSWERS = 0.5


class Gateway(msgspec.Struct, frozen=True):
    """A simulated gateway that is up: its address, the token that it takes, and its books."""

    url: str
    token: str
    ledger: Ledger


def _check_loopback(host: str) -> None:
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingError(f"the simulated gateway serves a loopback address such as 127.0.0.1, not {host!r}")


@asynccontextmanager
async def serve(
    world: World,
    *,
    token: str = DEFAULT_TOKEN,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock = wall_clock,
    faults: Faults | None = None,
    ledger: Ledger | None = None,
) -> AsyncIterator[Gateway]:
    """Serve `world` for as long as the context lasts; port 0 takes a free one. A new ledger is kept, or the given one.

    Raises SettingError for a host other than the loopback, OSError where the port cannot be had.
    """
    _check_loopback(host)
    ledger = Ledger() if ledger is None else ledger
    application = web.Application()
    application.add_routes(Application(world, token, clock, faults or Faults(), ledger).routes())
    runner = web.AppRunner(
        application, access_log=None, handler_cancellation=True, shutdown_timeout=_SECONDS_FOR_LAST_ANSWERS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        authority = f"[{host}]" if ":" in host else host
        yield Gateway(f"http://{authority}:{runner.addresses[0][1]}", token, ledger)
    finally:
        await runner.cleanup()
