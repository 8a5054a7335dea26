"""The simulated gateway's HTTP server, which listens on loopback addresses only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address

import msgspec
from aiohttp import web

from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.simulator.application import Application
from rankcrawler.simulator.clock import Clock, wall_clock
from rankcrawler.simulator.dialect import DEFAULT, named
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.ledger import Ledger
from rankcrawler.simulator.world import World

DEFAULT_TOKEN = "simulator"  # noqa: S105  opens only the simulator

_SECONDS_FOR_LAST_ANSWERS = 0.5


class Gateway(msgspec.Struct, frozen=True):
    """A running simulated gateway: its address, the token it accepts, its ledger, and the profile it answers to."""

    url: str
    token: str
    ledger: Ledger
    profile: str


def _check_loopback(host: str) -> None:
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingError(
            tr("the simulated gateway serves only a loopback address such as 127.0.0.1, not {host!r}", host=host)
        )


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
    profile: str = DEFAULT,
) -> AsyncIterator[Gateway]:
    """Serve `world` until the context ends. Port 0 picks a free port; without a `ledger`, the gateway keeps a new one.

    `profile` names the gateway in whose dialect it answers, as in GATEWAY_PROFILE.
    Raises SettingError if `host` is not a loopback address, and OSError if the port is not available.
    """
    _check_loopback(host)
    ledger = Ledger() if ledger is None else ledger
    application = web.Application()
    application.add_routes(Application(world, token, clock, faults or Faults(), ledger, named(profile)).routes())
    runner = web.AppRunner(
        application, access_log=None, handler_cancellation=True, shutdown_timeout=_SECONDS_FOR_LAST_ANSWERS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        authority = f"[{host}]" if ":" in host else host
        yield Gateway(f"http://{authority}:{runner.addresses[0][1]}", token, ledger, profile)
    finally:
        await runner.cleanup()
