"""`pause`, `resume`, `rate` and `inflight`: control how the whole fleet leases rooms."""

import argparse

from rankcrawler.commands import values
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr


class Pause(RoomsSubcommand):
    """Pauses the fleet."""

    name = "pause"
    help = marked("Lease no room of any kind to any worker until `resume`")
    example = "pause"

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Pause."""
        await session.queue.control.pause()
        print(tr("paused: no room is leased until `scrapy rooms resume`"))
        return 0


class Resume(RoomsSubcommand):
    """Ends a pause, a stop, and the wait after an HTTP 429."""

    name = "resume"
    help = marked("Lease again after a pause, a stop of the fleet, or an HTTP 429")
    example = "resume"

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Resume."""
        await session.queue.control.resume()
        print(tr("resumed"))
        return 0


class Rate(RoomsSubcommand):
    """Limits how many rooms the fleet leases per second."""

    name = "rate"
    help = marked("Limit how many rooms the whole fleet leases per second")
    example = "rate 20/s --burst 40"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the limit."""
        parser.add_argument("rate", type=values.rate, metavar="RATE", help=tr("such as 20/s; off removes the limit"))
        parser.add_argument(
            "--burst", type=values.whole(1), metavar="N", help=tr("at most so many at once after a quiet time")
        )
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Set the limit, or remove it."""
        if given.rate is None and given.burst is not None:
            raise SettingError(tr("rooms rate: --burst does not apply to off"))
        await session.queue.control.set_rate(given.rate, given.burst)
        print(tr("rate: off") if given.rate is None else tr("rate: {rate:g}/s", rate=given.rate))
        return 0


class Inflight(RoomsSubcommand):
    """Limits how many rooms are leased at a time."""

    name = "inflight"
    help = marked("Limit how many rooms are leased at a time")
    example = "inflight 100"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the limit."""
        parser.add_argument("rooms", type=values.limit, metavar="N", help=tr("how many; off removes the limit"))
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Set the limit, or remove it."""
        await session.queue.control.set_max_inflight(given.rooms)
        print(tr("inflight: {rooms}", rooms=given.rooms) if given.rooms else tr("inflight: off"))
        return 0
