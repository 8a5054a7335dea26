"""`scrapy simulate`: serve a gateway on this machine, to crawl without a token."""

import argparse
import asyncio
from typing import ClassVar

from rankcrawler.commands.ending import one_line_errors, refuse
from rankcrawler.commands.tool import Tool
from rankcrawler.language import marked, tr

_PORT = 8787


class Command(Tool):
    """Serves until it is stopped. Takes the token in GATEWAY_TOKEN, else `simulator`."""

    examples: ClassVar[tuple[str, ...]] = (
        "simulate",
        "simulate --port 0 --fault-rate 0.05",
        "simulate --profile tikhub",
    )

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Serve a simulated gateway on 127.0.0.1")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""
        from rankcrawler.commands.values import number, parsed_by, whole
        from rankcrawler.simulator.clock import parse_moment
        from rankcrawler.simulator.dialect import DEFAULT, names
        from rankcrawler.simulator.faults import QUICK_FAULTS, FaultKind, parse_fault_kinds

        super().add_options(parser)
        parser.conflict_handler = "resolve"  # Scrapy's --profile, a file for cProfile, is of no use here
        parser.set_defaults(profile=None)
        which = tr(
            "the gateway whose lists, failures and headers it has: {profiles} (default: {profile})",
            profiles=", ".join(names()),
            profile=DEFAULT,
        )
        kinds = tr("how they fail: {kinds} (default: all but stall)", kinds=", ".join(FaultKind))
        seconds = number(0, 3600, marked("seconds"))
        parser.add_argument(
            "--port", type=whole(0, 65_535), default=_PORT, help=tr("0 takes a free one (default: {port})", port=_PORT)
        )
        parser.add_argument("--profile", choices=names(), dest="dialect", default=DEFAULT, help=which)
        parser.add_argument(
            "--seed", type=int, default=1, help=tr("which world of rooms and contributors (default: 1)")
        )
        parser.add_argument(
            "--at", type=parsed_by(parse_moment), metavar="TIME", help=tr("stop its clock at this time, ISO 8601 or ms")
        )
        parser.add_argument(
            "--latency", type=seconds, default=0.0, metavar="SECONDS", help=tr("mean time to an answer")
        )
        parser.add_argument(
            "--fault-rate", type=number(0, 1), default=0.0, metavar="SHARE", help=tr("answers that fail, 0 to 1")
        )
        parser.add_argument(
            "--faults", type=parsed_by(parse_fault_kinds), default=QUICK_FAULTS, metavar="KIND[,KIND…]", help=kinds
        )
        _add_airtime(parser)
        parser.add_argument("--seconds", type=number(0), metavar="N", help=tr("stop after so long (default: never)"))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve until SIGINT, SIGTERM or the end of --seconds; exit status 1 if the port is not free."""
        from rankcrawler.commands import simulate

        with one_line_errors():
            try:
                asyncio.run(simulate.run(opts, self.options.gateway_token))
            except OSError as error:
                refuse(tr("no simulated gateway on port {port}: {error}", port=opts.port, error=error))


def _add_airtime(parser: argparse.ArgumentParser) -> None:
    from rankcrawler.commands.values import number

    seconds = number(1, 86_400, marked("seconds"))
    live = tr("seconds that its anchors are on air, on average (default: %(default)g)")
    parser.add_argument("--live", type=seconds, default=10_800.0, metavar="SECONDS", help=live)
    pause = tr("seconds until they are on air again (default: %(default)g)")
    parser.add_argument("--pause", type=seconds, default=18_000.0, metavar="SECONDS", help=pause)
