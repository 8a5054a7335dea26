"""`restore`: follows the anchors again that a queue server has lost."""

import argparse
from collections.abc import Iterator

from rankcrawler.commands import values
from rankcrawler.commands.anchors.names import opened
from rankcrawler.commands.arguments import add_source
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session
from rankcrawler.gateways import discovery, profiles
from rankcrawler.language import marked, tr
from rankcrawler.model.anchors import Anchor
from rankcrawler.model.schedules import Schedule
from rankcrawler.model.sessions import REMOVED
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.limits import LONGEST_INTERVAL, SHORTEST_INTERVAL
from rankcrawler.store.answers import Session as Known

_seconds = values.number(SHORTEST_INTERVAL, LONGEST_INTERVAL, of=marked("seconds"))


class Restore(RoomsSubcommand):
    """Follows the anchors of the store's sessions, but those who were removed, or are in the queue."""

    name = "restore"
    help = marked("Follow the anchors again that a queue server has lost, as far as the store has sessions of theirs")
    example = "restore --check-every 60"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which anchors are restored, and what the store does not know of them."""
        add_source(parser, tr("the one that the settings name"))
        look = tr("look them up again after so long (default: 60)")
        parser.add_argument("--check-every", type=_seconds, metavar="SECONDS", help=look)
        poll = tr("poll the rooms that they are live in later again after so long (default: 60)")
        parser.add_argument("--every", type=_seconds, metavar="SECONDS", help=poll)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Add what is lost; a session that has ended meanwhile is ended by the looks that follow."""
        from rankcrawler.gateways.gateway import Gateway  # no other subcommand needs a gateway

        gateway, anchors = Gateway.of(session.options), opened(session)
        source = gateway.source
        await anchors.claim(source, gateway.profile.name)
        wanted = [*_lost(session, given.source or source, given)]
        found = await anchors.find([job.anchor.name for job in wanted])
        restored = await anchors.add(job for job, known in zip(wanted, found, strict=True) if known is None)
        words = {"restored": restored, "wanted": len(wanted)}
        print(tr("{restored} anchors restored, of {wanted} with sessions in the store", **words))
        return 0


def _lost(session: Session, source: str, given: argparse.Namespace) -> Iterator[AnchorJob]:
    """Every anchor with sessions of a gateway, with the schedule of the room that they are live in, if it is known."""
    from rankcrawler.store import locate  # no other subcommand needs the store

    store = locate.open_records(session.options.store_url)
    try:
        schedules = {room.target.room_id: room.schedule for room in store.recurring(source)}
        latest = dict[str, Known]()
        for each in store.sessions():
            if each.source == source:
                latest.setdefault(each.anchor, each)
    finally:
        store.close()
    profile = profiles.named(session.options.gateway_profile)
    for name, last in latest.items():
        anchor = Anchor.named(name)
        if last.ended_by != REMOVED and not discovery.missing(profile, anchor):
            yield AnchorJob(anchor, given.check_every, schedules.get(last.room_id, Schedule(given.every)))
