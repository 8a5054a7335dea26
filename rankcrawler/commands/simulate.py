"""`scrapy simulate`: a gateway to crawl without a token, on this machine."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from rankcrawler.errors import SettingError

if TYPE_CHECKING:
    from rankcrawler.simulator.clock import Clock
    from rankcrawler.simulator.faults import Faults

_PORT = 8787
_ROOM = "6994259511469247263"


class Command(ScrapyCommand):
    """Serves the simulated gateway until it is stopped; its token is GATEWAY_TOKEN's, else `simulator`."""

    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return what follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """Return the line of the list of commands."""
        return "Serve a simulated gateway on 127.0.0.1"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own options to Scrapy's."""
        from rankcrawler.simulator.faults import FaultKind

        super().add_options(parser)
        kinds = ", ".join(FaultKind)
        own = parser.add_argument_group(title="Simulated gateway")
        own.add_argument("--port", type=int, default=_PORT, help=f"0 takes a free one (default: {_PORT})")
        own.add_argument("--seed", type=int, default=1, help="which world of rooms and users (default: 1)")
        own.add_argument("--at", metavar="TIME", help="stop its clock at an ISO 8601 time, or ms since 1970")
        own.add_argument(
            "--latency",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help="mean wait for an answer (default: 0)",
        )
        own.add_argument(
            "--fault-rate",
            type=float,
            default=0.0,
            metavar="SHARE",
            help="0 to 1: answers that fail (default: 0)",
        )
        own.add_argument("--faults", metavar="KIND,KIND", help=f"how they fail: {kinds} (default: every way but stall)")
        own.add_argument("--seconds", type=float, metavar="N", help="stop after so long (default: never)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve until SIGINT, SIGTERM or the end of --seconds; exit status 1 if the port cannot be had."""
        if args:
            raise UsageError(f"simulate takes no argument such as {args[0]}", print_help=False)
        try:
            clock, faults = _clock(opts), _faults(opts)
        except SettingError as error:
            raise UsageError(str(error), print_help=False) from error
        try:
            asyncio.run(_serve(opts, clock, faults))
        except (OSError, OverflowError) as error:
            print(f"scrapy simulate: no gateway on port {opts.port}: {error}", file=sys.stderr)
            self.exitcode = 1


def _clock(opts: argparse.Namespace) -> "Clock":
    from rankcrawler.simulator.clock import frozen, parse_moment, wall_clock

    return wall_clock if opts.at is None else frozen(parse_moment(opts.at))


def _faults(opts: argparse.Namespace) -> "Faults":
    from rankcrawler.simulator.faults import QUICK_FAULTS, Faults, parse_fault_kinds

    kinds = QUICK_FAULTS if opts.faults is None else parse_fault_kinds(opts.faults)
    return Faults(opts.fault_rate, kinds, latency=opts.latency, seed=opts.seed)


async def _serve(opts: argparse.Namespace, clock: "Clock", faults: "Faults") -> None:
    from rankcrawler.simulator.server import DEFAULT_TOKEN, serve
    from rankcrawler.simulator.world import World

    token = os.environ.get("GATEWAY_TOKEN") or DEFAULT_TOKEN
    stopped = _stopped_by_signal()
    async with serve(World(opts.seed), token=token, port=opts.port, clock=clock, faults=faults) as gateway:
        _announce(gateway.url, None if token != DEFAULT_TOKEN else token)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), opts.seconds)


def _stopped_by_signal() -> asyncio.Event:
    """Return what is set by the first SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    return stopped


def _announce(url: str, default_token: str | None) -> None:
    """Print the address first, so that whoever started this can read it, and then what to do with it."""
    print(f"GATEWAY_URL={url}", flush=True)
    if default_token is None:
        print("The token is the one in the environment variable GATEWAY_TOKEN.")
        given = ""
    else:
        print(f"GATEWAY_TOKEN={default_token}")
        given = f" GATEWAY_TOKEN={default_token}"
    print("\nTry, in another terminal:")
    print(f"  GATEWAY_URL={url}{given} scrapy rank {_ROOM}")
    print(f"What was given out: {url}/ledger   Stop: Ctrl-C", flush=True)
