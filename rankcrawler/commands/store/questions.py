"""`users` and `gains`: ask what the lists say about contributors."""

import argparse

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_json, add_kind, add_period
from rankcrawler.commands.ending import complain
from rankcrawler.commands.store import answers
from rankcrawler.commands.store.local import all_in_zone, in_zone
from rankcrawler.commands.store.records import StoreSubcommand, opened


class Users(StoreSubcommand):
    """Prints one contributor."""

    name = "users"
    help = "Print a contributor's latest profile, and the rooms where they were listed"
    example = "users 98765432109"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which contributor. Any text is an id, because pseudonyms are no numbers."""
        parser.add_argument("user_id", metavar="USER_ID", help="as in the column user_id")
        add_json(parser)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print the profile; status 1 if no list held the contributor."""
        with opened(url) as store:
            contributor = store.contributor(given.user_id)
            if contributor is None:
                complain(f"contributor {given.user_id} was never in a list")
                return 1
            trail = store.trail(given.user_id)
        if not given.json:
            contributor, trail = in_zone(contributor, given.zone), all_in_zone(trail, given.zone)
        answers.print_contributor(contributor, trail, as_json=given.json)
        return 0


class Gains(StoreSubcommand):
    """Prints what contributors gave in one room."""

    name = "gains"
    help = "Print who gave how much in a room, and what the polls may have missed"
    example = "gains 6994259511469247263 --since 24h"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which room, and when."""
        parser.add_argument("room_id", type=values.identifier, metavar="ROOM_ID", help="the room")
        add_period(parser)
        add_json(parser)
        add_kind(parser, "the kind of list")

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print the gains; status 1 if the room has no list in that time."""
        with opened(url) as store:
            found = store.gains(given.room_id, given.since, given.until, kind=given.kind)
        if found.since is None:
            complain(f"room {given.room_id} has no list in that time")
            return 1
        shown = found if given.json else in_zone(found, given.zone)
        answers.print_gains(given.room_id, shown, as_json=given.json)
        return 0
