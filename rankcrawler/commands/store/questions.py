"""`users` and `gains`: ask what the lists say about contributors."""

import argparse

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_json, add_kind, add_period, add_source
from rankcrawler.commands.ending import complain
from rankcrawler.commands.store import answers, sources
from rankcrawler.commands.store.local import all_in_zone, in_zone
from rankcrawler.commands.store.records import StoreSubcommand, opened, report_damage
from rankcrawler.language import marked, tr


class Users(StoreSubcommand):
    """Prints one contributor."""

    name = "users"
    help = marked("Print a contributor's latest profile, and the rooms where they were listed")
    example = "users 98765432109"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which contributor. Any text is an id, because pseudonyms are no numbers."""
        parser.add_argument("user_id", metavar="USER_ID", help=tr("as in the column user_id"))
        add_source(parser, tr("the one that listed them last"))
        add_json(parser)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print the profile; status 1 if no list held the contributor."""
        with opened(url) as store:
            sources.check(store, given.source)
            known = store.sources_of_contributor(given.user_id)
            source = sources.pick(known, given.source, tr("contributor {user}", user=given.user_id))
            contributor = store.contributor(given.user_id, source=source) if source is not None else None
            if contributor is None:
                complain(tr("contributor {user} was never in a list", user=given.user_id))
                return 1
            trail = store.trail(given.user_id, source=source)
        if not given.json:
            contributor, trail = in_zone(contributor, given.zone), all_in_zone(trail, given.zone)
        answers.print_contributor(contributor, trail, as_json=given.json)
        return 0


class Gains(StoreSubcommand):
    """Prints what contributors gave in one room."""

    name = "gains"
    help = marked("Print who gave how much in a room, and what the polls may have missed")
    example = "gains 6994259511469247263 --since 24h"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which room, and when."""
        parser.add_argument("room_id", type=values.identifier, metavar="ROOM_ID", help=tr("the room"))
        add_period(parser)
        add_source(parser, tr("the one that served the room last"))
        add_json(parser)
        add_kind(parser, tr("the kind of list"))

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print the gains; status 1 if the room has no list in that time, or one with missing rows."""
        with opened(url) as store:
            sources.check(store, given.source)
            known = store.sources_of_room(given.room_id, given.kind)
            source = sources.pick(known, given.source, tr("room {room}", room=given.room_id))
            found = store.gains(given.room_id, given.since, given.until, kind=given.kind, source=source)
        if source is None or found.since is None:
            complain(tr("room {room} has no list in that time", room=given.room_id))
            return 1
        shown = found if given.json else in_zone(found, given.zone)
        answers.print_gains(given.room_id, shown, as_json=given.json)
        return report_damage(store.damage)
