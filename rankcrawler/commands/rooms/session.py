"""What the subcommands of `scrapy rooms` share: an open queue, and the option that picks it."""

import argparse
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rankcrawler.commands.arguments import add_kind
from rankcrawler.commands.ending import complain
from rankcrawler.commands.subcommands import Subcommand
from rankcrawler.errors import QueueError
from rankcrawler.language import tr
from rankcrawler.options import Options
from rankcrawler.queue.access import open_queue
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.room_queue import RoomQueue


class Session(NamedTuple):
    """What a subcommand works with."""

    queue: RoomQueue
    kind: str
    """The kind of list whose queue it is."""
    options: Options


class RoomsSubcommand(Subcommand):
    """A subcommand of `scrapy rooms`."""

    only_reads: ClassVar[bool] = False
    """Whether it needs a queue that is there already."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare what every subcommand takes; call last, so that the help lists it last."""
        add_kind(parser, tr("the kind of list whose queue it is"))

    takes_over: ClassVar[bool] = False
    """Whether it may change the queue of another gateway."""

    @abstractmethod
    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Do the work; returns the exit status."""


async def run(subcommand: RoomsSubcommand, given: argparse.Namespace, options: Options) -> int:
    """Run a subcommand on the queue of its kind; returns its exit status, and raises QueueError."""
    place = tr("the queue")
    try:
        async with open_queue(options, given.kind, create=not subcommand.only_reads) as (queue, place):
            if not subcommand.only_reads and not subcommand.takes_over:
                from rankcrawler.preflight import holder  # imports what reads a gateway, which reading a queue does not

                await holder.check(queue, options)
            return await subcommand.run(Session(queue, given.kind, options), given)
    except BrokenPipeError:  # of standard output, not of the queue
        raise
    except FAULTS as error:
        raise QueueError(tr("{place} does not answer as expected: {error}", place=place, error=error)) from None


def report(rooms: Sequence[str], outcomes: Sequence[object], problem: str) -> int:
    """Print a problem, a message with {room}, for each room without an outcome; returns the exit status."""
    without = [room for room, outcome in zip(rooms, outcomes, strict=True) if not outcome]
    for room in without:
        complain(tr(problem, room=room))
    return 1 if without else 0
