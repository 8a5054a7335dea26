"""`list`, `dead` and `show`: print rooms, and change nothing."""

import argparse
from collections.abc import Sequence

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.rooms.listing import Listing, show
from rankcrawler.commands.rooms.names import add_rooms, names
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session, report
from rankcrawler.language import marked, tr
from rankcrawler.queue import roster


class List(RoomsSubcommand):
    """Prints rooms in one state, or in all."""

    name = "list"
    help = marked("List the rooms: state, when due, last outcome, schedule")
    example = "list --state leased"
    only_reads = True

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rooms are listed, and how."""
        states = (*roster.STATES, roster.FAILING)
        only = tr("only these rooms")
        parser.add_argument("--state", type=values.one_of(states), metavar=values.listed(states), help=only)
        _add_limit(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Print the rooms."""
        return await _list(session, [given.state] if given.state else list(roster.STATES), given)


class Dead(RoomsSubcommand):
    """Prints the dead letters."""

    name = "dead"
    help = marked("List the dead letters, each with its reason")
    example = "dead --json"
    only_reads = True

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how the dead letters are listed."""
        _add_limit(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Print the dead letters."""
        return await _list(session, ["dead"], given)


class Show(RoomsSubcommand):
    """Prints single rooms."""

    name = "show"
    help = marked("Print everything that the queue knows about a room")
    example = "show 6994259511469247263"
    only_reads = True

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rooms are shown, and how."""
        add_rooms(parser)
        add_json(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Print the rooms that are there; status 1 if any is not."""
        asked = names(given.rooms)
        found = await roster.find(session.queue, asked)
        show([room for room in found if room], session.options.time_zone, as_json=given.json)
        return report(asked, found, marked("room {room} is not in the queue"))


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=values.whole(1), metavar="N", help=tr("at most so many rooms (default: all)"))
    add_json(parser)


async def _list(session: Session, states: Sequence[str], given: argparse.Namespace) -> int:
    listing, left = Listing(session.options.time_zone, as_json=given.json), given.limit
    for state in states:
        found = roster.failing(session.queue) if state == roster.FAILING else roster.rooms(session.queue, state)
        async for room in found:
            if left == 0:
                break
            listing.add(room)
            left = None if left is None else left - 1
    listing.close()
    return 0
