"""`add`: pushes rooms to the queue."""

import argparse
from collections.abc import Iterator

from rankcrawler.commands import values
from rankcrawler.commands.ending import complain
from rankcrawler.commands.rooms import names
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session
from rankcrawler.errors import JobError
from rankcrawler.language import marked, tr
from rankcrawler.queue.job import Job, completed, of_fields
from rankcrawler.queue.limits import HIGHEST_PRIORITY, LONGEST_INTERVAL, SHORTEST_INTERVAL

_seconds = values.number(SHORTEST_INTERVAL, LONGEST_INTERVAL, of=marked("seconds"))
_priority = values.whole(-HIGHEST_PRIORITY, HIGHEST_PRIORITY)


class Add(RoomsSubcommand):
    """Pushes rooms. Reports those that cannot be read, and pushes the others."""

    name = "add"
    help = marked("Poll rooms now, once or again and again")
    example = "add rooms.jsonl 6994259511469247263 --every 60"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the rooms, and what holds for those that do not state it themselves."""
        parser.add_argument(
            "rooms", nargs="+", metavar="ROOM", help=tr("ids with commas between, a file, or - for standard input")
        )
        parser.add_argument("--every", type=_seconds, metavar="SECONDS", help=tr("poll again after so long"))
        parser.add_argument(
            "--every-max", type=_seconds, metavar="SECONDS", help=tr("wait up to so long while the list stays the same")
        )
        parser.add_argument(
            "--priority", type=_priority, metavar="N", help=tr("each point moves a room one minute ahead (default: 0)")
        )
        parser.add_argument(
            "--anchor", type=values.identifier, metavar="ID", help=tr("the anchor's user id; adds fan-club levels")
        )
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Push the rooms."""
        schedule = {"every": given.every, "every_max": given.every_max, "priority": given.priority}
        default = of_fields({"room_id": "1", "anchor_id": given.anchor, **schedule})
        taken = unreadable = 0

        def jobs() -> Iterator[Job]:
            nonlocal taken, unreadable
            for job in names.jobs(given.rooms):
                if isinstance(job, JobError):
                    complain(job)
                    unreadable += 1
                else:
                    taken += 1
                    yield completed(job, default)

        added = await session.queue.push(jobs())
        print(tr("{taken} taken, {added} of them new", taken=taken, added=added))
        return 1 if unreadable else 0
