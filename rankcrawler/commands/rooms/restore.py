"""`restore`: schedules the recurring rooms that a queue server has lost."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rankcrawler.clock import ms
from rankcrawler.commands.arguments import add_source
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session
from rankcrawler.language import marked, tr
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.job import Job

if TYPE_CHECKING:
    from rankcrawler.store.contract import Records

_Room = tuple[Job, float]
"""A recurring room, and when it was last polled, in seconds since 1970."""


class Restore(RoomsSubcommand):
    """Schedules recurring rooms that a queue server has lost."""

    name = "restore"
    help = marked("Schedule the recurring rooms that a queue server has lost, from the store")
    example = "restore --all"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rooms are restored."""
        add_source(parser, tr("the one that the settings name"))
        parser.add_argument("--all", action="store_true", help=tr("also rooms that have not been polled for long"))
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Restore what recurs, unless its polls ended long before those of other rooms."""
        from rankcrawler.gateways.gateway import Gateway  # no other subcommand but claim needs a gateway

        gateway = Gateway.of(session.options)
        source = gateway.source
        await session.queue.claim(source, gateway.profile.name)
        rooms, others = _recurring(session, given.source or source)
        # A worker whose clock was ahead has dated its polls in the future: they would make all others look old.
        newest = min(max((polled for _, polled in rooms), default=0.0), await session.queue.now() / 1000)
        wanted = [job for job, polled in rooms if given.all or polled >= newest - _longest_pause(job.schedule)]
        restored = await session.queue.control.restore(wanted)
        print(tr("{restored} rooms restored, of {wanted} that recur", restored=restored, wanted=len(wanted)))
        if len(wanted) < len(rooms):
            left_out = len(rooms) - len(wanted)
            print(
                tr(
                    "{rooms} left out, because they have not been polled for long: --all restores them too",
                    rooms=left_out,
                )
            )
        for other, rooms_of_it in others.items():
            print(
                tr(
                    "{rooms} left out, because they are rooms of {source}: --source {source} restores them",
                    rooms=rooms_of_it,
                    source=other,
                )
            )
        return 0


def _recurring(session: Session, source: str) -> tuple[list[_Room], dict[str, int]]:
    """A gateway's recurring rooms in the store, and how many each other gateway has."""
    from rankcrawler.store import locate  # no other subcommand needs the store

    store = locate.open_records(session.options.store_url)
    try:
        rooms = list(_rooms(store, source, session.kind))
        others = [each.source for each in store.sources() if each.source != source]
        counts = {other: sum(1 for _ in _rooms(store, other, session.kind)) for other in others}
    finally:
        store.close()
    return rooms, {other: count for other, count in counts.items() if count}


def _rooms(store: "Records", source: str, kind: str) -> Iterator[_Room]:
    for room in store.recurring(source):
        if room.target.kind == kind:
            yield Job(room.target.room_id, room.target.anchor_id, room.schedule), ms(room.last_polled) / 1000


def _longest_pause(schedule: Schedule) -> float:
    """Seconds without a poll after which a room counts as given up; outages, retries and limits cause shorter ones."""
    return max(3600.0, 10 * (schedule.every_max or schedule.every or 0.0))
