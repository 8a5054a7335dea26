"""Looks and delivers until it is stopped: one process for each state file."""

import asyncio
import fcntl
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rankcrawler.alerts import book, fleet, ledger, statefile
from rankcrawler.alerts.conditions import OF_QUEUE
from rankcrawler.alerts.delivery import Delivery, now_ms
from rankcrawler.alerts.ledger import Look
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.alerts.targets import Target
from rankcrawler.alerts.watch import Watch
from rankcrawler.errors import AlertError, RankcrawlerError
from rankcrawler.insight import opening
from rankcrawler.insight.veil import Veil
from rankcrawler.language import english, tr
from rankcrawler.model.pseudonyms import of_key
from rankcrawler.options import Options

INTERVAL = 2.0
"""Seconds between looks at the store."""
QUEUE_INTERVAL_MS = 10_000
DELIVERY_INTERVAL = 0.5
LAST_ATTEMPTS = 5.0
"""Seconds in which attempts that have begun may end once it is stopped, so that their messages do not come twice."""
_BEAT_MS = 5_000
_FORGET_MS = 3_600_000
_QUEUE = "queue"
"""What stands for the store among what is known of the queue."""
_log = logging.getLogger(__name__)


class Loop:
    """The rules of a state file, the store and queue that the settings name, and the targets."""

    def __init__(
        self, options: Options, file: StateFile, targets: Mapping[str, Target], clock: Callable[[], int] = now_ms
    ) -> None:
        self._options = options
        self._file = file
        self._clock = clock
        self._targets = targets
        zone, veil = options.time_zone, Veil(of_key(options.pseudonymise_key))
        self._reading = StateFile(file.path)  # in another thread
        self._watch = Watch(self._reading, lambda: opening.opened(options.store_url, zone), veil)
        self._queues = fleet.Queues(options)
        self.delivery = Delivery(file, targets, zone, clock)
        self._stopping = asyncio.Event()
        self._since_ms = clock()
        self._beat_ms = self._queue_ms = self._forget_ms = 0
        self._trouble: dict[str, str] = {}

    async def run(self, stopped: asyncio.Event) -> None:
        """Look and deliver until an event is set; attempts that have begun then may end, for some seconds."""
        delivering = asyncio.create_task(self._deliver(stopped))
        try:
            while not stopped.is_set():
                looking = asyncio.create_task(self.look())
                waiting = asyncio.create_task(stopped.wait())
                try:
                    await asyncio.wait((looking, waiting), return_when=asyncio.FIRST_COMPLETED)
                    if stopped.is_set():
                        self._stopping.set()
                    await looking
                    await asyncio.wait((waiting,), timeout=INTERVAL)
                finally:
                    waiting.cancel()
            self.delivery.end()
            await asyncio.wait((delivering,), timeout=LAST_ATTEMPTS)
        finally:
            delivering.cancel()
            await asyncio.wait((delivering,))
            await self.close()

    async def once(self) -> None:
        """Look once, and deliver what is due."""
        try:
            await self.look()
            await self.delivery.send_due()
        finally:
            await self.close()

    async def look(self) -> None:
        """Look at store and queue, and write down what has fired. What cannot be read is read later, and is said."""
        kept = book.rules(self._file)
        if kept:
            await self._guarded("store", self._look_at_store(kept))
        if any(isinstance(each.rule.when, OF_QUEUE) for each in kept):
            if self._clock() - self._queue_ms >= QUEUE_INTERVAL_MS:
                self._queue_ms = self._clock()
                await self._guarded("queue", self._look_at_queue(kept))
        else:
            self._trouble.pop("queue", None)
            await self._queues.close()
        self._beat()

    async def close(self) -> None:
        """Close the store and the queue."""
        await self._queues.close()
        self._watch.close()
        self._reading.close()

    @property
    def trouble(self) -> Sequence[str]:
        """What cannot be looked at now, a sentence each."""
        return [*self._trouble.values()]

    async def _look_at_store(self, kept: Sequence[Kept]) -> None:
        at_ms = self._clock()
        found = await asyncio.to_thread(self._watch.look, kept, at_ms, self._stopping.is_set)
        self._record(found, kept)
        self._watch.keep(found)

    async def _look_at_queue(self, kept: Sequence[Kept]) -> None:
        known = fleet.known_dead(dict(self._file.all("known", store=_QUEUE)), kept)
        seen = await self._queues.look(known)
        firings, learnt = fleet.firings(seen, known, kept, self._clock())
        armed = {each.rule.key for each in kept if isinstance(each.rule.when, OF_QUEUE) and not each.is_armed}
        self._record(Look(_QUEUE, firings, learnt={**learnt}, armed=armed), kept)

    def _record(self, found: Look, kept: Sequence[Kept]) -> None:
        if not (found.firings or found.cursors or found.learnt or found.armed):
            return
        try:
            ledger.record(self._file, found, kept, self._clock(), self._options.time_zone)
        except BaseException:
            self._watch.close()  # what it has seen was not written down: it looks again
            raise

    async def _guarded(self, what: str, work: Awaitable[None]) -> None:
        try:
            await work
        except RankcrawlerError as error:
            if self._trouble.get(what) != str(error):
                with english():
                    _log.warning("Alerts cannot look at the %s: %s", what, error)
            self._trouble[what] = str(error)
        else:
            if self._trouble.pop(what, None) is not None:
                _log.info("Alerts look at the %s again", what)

    async def _deliver(self, stopped: asyncio.Event) -> None:
        while not stopped.is_set():
            await self._guarded("file of alerts", self._send_due())
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), DELIVERY_INTERVAL)

    async def _send_due(self) -> None:
        await self.delivery.send_due()

    def _beat(self) -> None:
        at_ms = self._clock()
        if at_ms - self._beat_ms < _BEAT_MS:
            return
        self._beat_ms = at_ms
        book.note_loop(self._file, os.getpid(), self._since_ms, at_ms, self.trouble, [*self._targets])
        if at_ms - self._forget_ms >= _FORGET_MS:
            self._forget_ms = at_ms
            ledger.forget_old(self._file, at_ms)


@contextmanager
def alone(data_dir: Path) -> Iterator[StateFile]:
    """The state file, for the one process that looks; raises AlertError if there is another."""
    path = statefile.place(data_dir)
    with StateFile(path) as file:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlertError(
                    tr("another `rankcrawler alerts` looks and delivers already, by {path}", path=path)
                ) from None
            yield file
        finally:
            os.close(lock)
