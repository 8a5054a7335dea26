"""`remove`, `retry` and `drain`: change what the queue holds."""

import argparse

from rankcrawler.commands.rooms.names import add_rooms, names
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session, report
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr


class Remove(RoomsSubcommand):
    """Removes single rooms."""

    name = "remove"
    help = marked("Forget rooms in any state; the worker that polls one loses its lease")
    example = "remove 6994259511469247263"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rooms are removed."""
        add_rooms(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Remove the rooms that are there; status 1 if any is not."""
        asked = names(given.rooms)
        removed = await session.queue.control.remove(asked)
        print(tr("{number} removed", number=sum(removed)))
        return report(asked, removed, marked("room {room} is not in the queue"))


class Retry(RoomsSubcommand):
    """Brings dead and retired rooms back."""

    name = "retry"
    help = marked("Poll dead or retired rooms again, on their old schedule")
    example = "retry --all"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rooms are polled again."""
        add_rooms(parser, nargs="*")
        parser.add_argument("--all", action="store_true", help=tr("every dead room, but no retired one"))
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Bring the rooms back; status 1 if any is neither dead nor retired."""
        if given.all == bool(given.rooms):
            raise SettingError(tr("rooms retry: expected either rooms or --all"))
        if given.all:
            print(tr("{number} ready again", number=await session.queue.dead_letters.retry_all()))
            return 0
        asked = names(given.rooms)
        retried = await session.queue.dead_letters.retry(asked)
        print(tr("{number} ready again", number=sum(retried)))
        return report(asked, retried, marked("room {room} is neither dead nor retired"))


class Drain(RoomsSubcommand):
    """Empties the queue of what waits."""

    name = "drain"
    help = marked("Remove every room that waits, and the inbox; leased and dead rooms stay")
    example = "drain --yes"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the confirmation."""
        parser.add_argument("--yes", action="store_true", help=tr("confirm; without it nothing is removed"))
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Remove what waits; raises SettingError without the confirmation."""
        if not given.yes:
            depth = await session.queue.depth()
            raise SettingError(
                tr(
                    "rooms drain removes {rooms} rooms and {entries} entries of the inbox: confirm with --yes",
                    rooms=depth.ready + depth.scheduled,
                    entries=depth.inbox,
                )
            )
        rooms, entries = await session.queue.control.drain()
        print(tr("{rooms} rooms and {entries} entries of the inbox removed", rooms=rooms, entries=entries))
        return 0
