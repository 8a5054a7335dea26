"""`pause`, `resume`, `rate` and `inflight`: control how the whole fleet leases rooms."""

import argparse

from rankcrawler.commands import values
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session
from rankcrawler.errors import SettingError


class Pause(RoomsSubcommand):
    """Pauses the fleet."""

    name = "pause"
    help = "Lease no room of any kind to any worker until `resume`"
    example = "pause"

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Pause."""
        await session.queue.control.pause()
        print("paused: no room is leased until `scrapy rooms resume`")
        return 0


class Resume(RoomsSubcommand):
    """Ends a pause, a stop, and the wait after an HTTP 429."""

    name = "resume"
    help = "Lease again after a pause, a stop of the fleet, or an HTTP 429"
    example = "resume"

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Resume."""
        await session.queue.control.resume()
        print("resumed")
        return 0


class Rate(RoomsSubcommand):
    """Limits how many rooms the fleet leases per second."""

    name = "rate"
    help = "Limit how many rooms the whole fleet leases per second"
    example = "rate 20/s --burst 40"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the limit."""
        parser.add_argument("rate", type=values.rate, metavar="RATE", help="such as 20/s; off removes the limit")
        parser.add_argument(
            "--burst", type=values.whole(1), metavar="N", help="at most so many at once after a quiet time"
        )
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Set the limit, or remove it."""
        if given.rate is None and given.burst is not None:
            raise SettingError("rooms rate: --burst does not apply to off")
        await session.queue.control.set_rate(given.rate, given.burst)
        print("rate: off" if given.rate is None else f"rate: {given.rate:g}/s")
        return 0


class Inflight(RoomsSubcommand):
    """Limits how many rooms are leased at a time."""

    name = "inflight"
    help = "Limit how many rooms are leased at a time"
    example = "inflight 100"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the limit."""
        parser.add_argument("rooms", type=values.limit, metavar="N", help="how many; off removes the limit")
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Set the limit, or remove it."""
        await session.queue.control.set_max_inflight(given.rooms)
        print(f"inflight: {given.rooms or 'off'}")
        return 0
