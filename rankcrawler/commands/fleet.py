"""Runs the workers of one machine until they end."""

import asyncio
import logging
import signal
from collections.abc import Mapping, Sequence

from rankcrawler.backoff import Backoff
from rankcrawler.errors import JobError
from rankcrawler.fleet import Fleet, worker_command
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.options import Options
from rankcrawler.queue import roomlist
from rankcrawler.queue.access import open_queue
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.report import STOPPED

logger = logging.getLogger(__name__)


async def run(options: Options, workers: int, arguments: Mapping[str, str], words: Sequence[str]) -> int:
    """Run workers with the arguments of a crawl, and `words` on each command line; returns the exit status.

    Given rooms, the workers end when the queue is empty; otherwise they wait for rooms.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s [%(name)s] %(levelname)s: %(message)s")
    rooms, kind = arguments.get("rooms"), arguments.get("kind", RANKLIST.name)
    drain = rooms is not None
    # A crawl that empties the queue ends with status 1 if rooms failed. One that waits ends only when the fleet is
    # stopped, so status 1 means that it died.
    final = frozenset({0, 1, STOPPED}) if drain else frozenset({0, STOPPED})
    commands = [worker_command(words, kind=kind, drain=drain)] * workers
    fleet = Fleet(commands, final=final, backoff=Backoff(1.0, 60.0))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            asyncio.get_running_loop().add_signal_handler(number, fleet.stop)
    async with open_queue(options, kind) as (queue, _):
        await queue.claim(Gateway.of(options).source)
        unreadable = await _push(queue, rooms) if rooms is not None else 0
        return max(await fleet.run(), 1 if unreadable else 0)


async def _push(queue: RoomQueue, rooms: str) -> int:
    """Push the rooms before any worker can find the queue empty; returns how many could not be read."""
    found = list(roomlist.read(rooms))
    await queue.push(job for job in found if not isinstance(job, JobError))
    errors = [job for job in found if isinstance(job, JobError)]
    for error in errors:
        logger.error("%s", error)
    return len(errors)
