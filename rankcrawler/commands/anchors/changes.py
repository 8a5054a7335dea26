"""`add`, `remove` and `pause`: change which anchors are followed."""

import argparse
from collections.abc import Iterator, Sequence

import msgspec

from rankcrawler.commands import values
from rankcrawler.commands.anchors.names import add_anchors, jobs, names, opened
from rankcrawler.commands.ending import complain
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session, report
from rankcrawler.errors import JobError
from rankcrawler.gateways import discovery, profiles
from rankcrawler.language import marked, tr
from rankcrawler.model.schedules import Schedule
from rankcrawler.model.sessions import REMOVED, SessionChange
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.anchor_queue import Following
from rankcrawler.queue.limits import HIGHEST_PRIORITY, LONGEST_INTERVAL, SHORTEST_INTERVAL

_seconds = values.number(SHORTEST_INTERVAL, LONGEST_INTERVAL, of=marked("seconds"))
_UNKNOWN = marked("anchor {room} is not in the queue")


class Add(RoomsSubcommand):
    """Adds anchors. Reports those that cannot be followed, and adds the others."""

    name = "add"
    help = marked("Follow anchors: look them up again and again, and poll the rooms that they are live in")
    example = "add anchors.csv uid=98204909466 --check-every 60 --every 30"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the anchors, and what holds for those that do not state it themselves."""
        add_anchors(parser)
        look = tr("look them up again after so long (default: 60)")
        parser.add_argument("--check-every", type=_seconds, metavar="SECONDS", help=look)
        poll = tr("while they are live, poll their room again after so long (default: 60)")
        parser.add_argument("--every", type=_seconds, metavar="SECONDS", help=poll)
        most = tr("wait up to so long while the list stays the same")
        parser.add_argument("--every-max", type=_seconds, metavar="SECONDS", help=most)
        ahead = tr("each point moves a room one minute ahead (default: 0)")
        parser.add_argument(
            "--priority", type=values.whole(-HIGHEST_PRIORITY, HIGHEST_PRIORITY), metavar="N", help=ahead
        )
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Add the anchors."""
        default = Schedule(given.every, given.every_max, given.priority)
        profile = profiles.named(session.options.gateway_profile)
        taken = refused = 0

        def good() -> Iterator[AnchorJob]:
            nonlocal taken, refused
            for job in jobs(given.anchors):
                problem = str(job) if isinstance(job, JobError) else discovery.missing(profile, job.anchor)
                if problem or isinstance(job, JobError):
                    complain(problem if isinstance(job, JobError) else f"{job.anchor.name}: {problem}")
                    refused += 1
                else:
                    taken += 1
                    yield _completed(job, given.check_every, default)

        added = await opened(session).add(good())
        print(tr("{taken} taken, {added} of them new", taken=taken, added=added))
        return 1 if refused else 0


class Remove(RoomsSubcommand):
    """Removes anchors."""

    name = "remove"
    help = marked("Follow anchors no more; a room that one is live in is polled a last time, and the session ends")
    example = "remove uid=98204909466"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which anchors are removed."""
        add_anchors(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Remove the anchors that are there; status 1 if any is not."""
        asked, anchors = names(given.anchors), opened(session)
        found = await anchors.find(asked)
        removed = await anchors.remove(asked)
        await _end(session, [each for each in found if each is not None and each.known.room_id is not None])
        print(tr("{number} removed", number=sum(removed)))
        return report(asked, removed, _UNKNOWN)


class Pause(RoomsSubcommand):
    """Pauses anchors."""

    name = "pause"
    help = marked("Look anchors up no more until `anchors add`; a room that is polled goes on until it is gone")
    example = "pause uid=98204909466"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which anchors are paused."""
        add_anchors(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Pause the anchors that are there; status 1 if any is not."""
        asked = names(given.anchors)
        paused = await opened(session).pause(asked)
        print(tr("{number} paused", number=sum(paused)))
        return report(asked, paused, _UNKNOWN)


def _completed(job: AnchorJob, check_every: float | None, default: Schedule) -> AnchorJob:
    """The anchor with the defaults for whatever it does not state; `every` and `every_max` go together."""
    own = job.schedule
    is_without_interval = own.every is None and own.every_max is None
    schedule = Schedule(
        default.every if own.every is None else own.every,
        default.every_max if is_without_interval else own.every_max,
        default.priority if own.priority is None else own.priority,
    )
    return msgspec.structs.replace(job, check_every=job.check_every or check_every, schedule=schedule)


async def _end(session: Session, live: Sequence[Following]) -> None:
    """Poll the rooms of anchors a last time, and end their sessions in the store."""
    if not live:
        return
    from rankcrawler.store import locate  # no other subcommand needs the store

    await session.queue.conclude([each.known.room_id for each in live if each.known.room_id is not None])
    now_ms, source = await session.queue.now(), await session.queue.source()
    store = locate.open_store(session.options.store_url)
    try:
        store.note(
            [
                SessionChange(
                    source,
                    each.anchor.name,
                    each.known.room_id,
                    now_ms * 1000,
                    begun_ms=each.known.begun_ms,
                    ended_ms=now_ms,
                    ended_by=REMOVED,
                )
                for each in live
            ]
        )
    finally:
        store.close()
