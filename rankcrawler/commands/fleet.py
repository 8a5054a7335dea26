"""Runs the workers of one machine until they end."""

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic

from rankcrawler import jsonlog, statistics
from rankcrawler.backoff import Backoff
from rankcrawler.commands import summary
from rankcrawler.commands.printing.text import plain
from rankcrawler.errors import JobError
from rankcrawler.fleet import Fleet, worker_command
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.language import counted, english
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.options import Options
from rankcrawler.progress import BEAT, Figures, line, together
from rankcrawler.queue import roomlist
from rankcrawler.queue.access import anchors_beside, open_queue
from rankcrawler.queue.anchor_queue import AnchorQueue
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.report import STOPPED, Report
from rankcrawler.setting_values import JSON
from rankcrawler.terminal import LiveLine

logger = logging.getLogger(__name__)

_FORM = "%(asctime)s [%(name)s] %(levelname)s: %(message)s"


async def run(options: Options, workers: int, arguments: Mapping[str, str], words: Sequence[str]) -> int:
    """Run workers with the arguments of a crawl, and `words` on each command line; returns the exit status.

    Given rooms alone, the workers end when the queue is empty; otherwise they wait for rooms, and follow anchors. On a
    terminal, one live line shows what they do together. At the end comes the summary of all.
    """
    rooms, kind = arguments.get("rooms"), arguments.get("kind", RANKLIST.name)
    anchors = arguments.get("anchors")
    live = LiveLine() if sys.stderr.isatty() else None
    as_json = options.log_format == JSON
    with _logging(live, as_json=as_json):
        async with open_queue(options, kind) as (queue, _):
            gateway = Gateway.of(options)
            await queue.claim(gateway.source, gateway.profile.name)
            pushed = {} if rooms is None else await _push(queue, rooms)
            if anchors is not None:
                pushed |= await _follow(anchors_beside(queue, options, kind), anchors)
            drain = rooms is not None and anchors is None
            commands = _commands(workers, words, options, kind=kind, drain=drain)
            fleet = _fleet(commands, live, drain=drain)
            status = await _run(fleet, live)
    report = Report.of(together([Figures.of(pushed), *fleet.figures]).stats)
    summary.show(report, _restarts(fleet), as_json=as_json)
    return max(status, report.status)


def _fleet(commands: Sequence[Sequence[str]], live: LiveLine | None, *, drain: bool) -> Fleet:
    # A crawl that empties the queue ends with status 1 if rooms failed. One that waits ends only when the fleet is
    # stopped, so status 1 means that it died.
    final = frozenset({0, 1, STOPPED}) if drain else frozenset({0, STOPPED})
    say = None if live is None else lambda text: live.say(plain(text))
    return Fleet(commands, final=final, backoff=Backoff(1.0, 60.0), say=say)


async def _run(fleet: Fleet, live: LiveLine | None) -> int:
    """Run the workers until they end, or a signal stops them; returns the worst exit status."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            asyncio.get_running_loop().add_signal_handler(number, fleet.stop)
    drawing = asyncio.create_task(_draw(fleet, live)) if live else None
    try:
        return await fleet.run()
    finally:
        if drawing is not None:
            drawing.cancel()


def _restarts(fleet: Fleet) -> list[str]:
    if not fleet.restarts:
        return []
    return [
        counted(
            "Fleet: {number} restart; the last {seconds:g} s of the worker that died are missing above",
            "Fleet: {number} restarts; the last {seconds:g} s of each worker that died are missing above",
            fleet.restarts,
            seconds=BEAT,
        )
    ]


async def _draw(fleet: Fleet, live: LiveLine) -> None:
    began = monotonic()
    while True:
        live.show(line(together(fleet.figures), monotonic() - began, in_unicode=live.in_unicode))
        await asyncio.sleep(BEAT)


def _commands(workers: int, words: Sequence[str], options: Options, *, kind: str, drain: bool) -> list[list[str]]:
    """The command line of each worker, which names itself in its log, and serves its metrics at a port of its own."""
    found = []
    for number in range(1, workers + 1):
        form = options.log_format
        own = [f"FLEET_WORKER={number}" if form == JSON else f"LOG_FORMAT=worker {number}: {form}"]
        if options.metrics_port:
            own.append(f"METRICS_PORT={options.metrics_port + number - 1}")
        more = [word for each in own for word in ("-s", each)]
        found.append(worker_command([*words, *more], kind=kind, drain=drain))
    return found


async def _push(queue: RoomQueue, rooms: str) -> dict[str, int]:
    """Push the rooms before any worker can find the queue empty; returns the statistics of it."""
    with english():  # the log's language
        found = list(roomlist.read(rooms))
    jobs = [job for job in found if not isinstance(job, JobError)]
    await queue.push(jobs)
    errors = [job for job in found if isinstance(job, JobError)]
    for error in errors:
        logger.error("%s", error)
    return {statistics.ROOMS_GIVEN: len(jobs), statistics.ROOMS_REJECTED: len(errors)}


async def _follow(queue: AnchorQueue, anchors: str) -> dict[str, int]:
    """Add the anchors; returns the statistics of it."""
    with english():
        found = list(roomlist.read_anchors(anchors))
    good = [job for job in found if not isinstance(job, JobError)]
    await queue.add(good)
    errors = [job for job in found if isinstance(job, JobError)]
    for error in errors:
        logger.error("%s", error)
    return {statistics.ANCHORS_GIVEN: len(good), statistics.ROOMS_REJECTED: len(errors)}


class _Above(logging.Handler):
    """Logs above a live line."""

    def __init__(self, live: LiveLine) -> None:
        super().__init__()
        self._live = live

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        for text in self.format(record).splitlines():
            self._live.say(plain(text))


@contextmanager
def _logging(live: LiveLine | None, *, as_json: bool) -> Iterator[None]:
    """Log to standard error, above the live line if there is one, which is taken away in the end."""
    handler = logging.StreamHandler() if live is None else _Above(live)
    handler.setFormatter(jsonlog.JsonLines() if as_json else logging.Formatter(_FORM))
    logging.basicConfig(level=logging.INFO if live is None else logging.WARNING, handlers=[handler])
    try:
        yield
    finally:
        if live is not None:
            live.close()
