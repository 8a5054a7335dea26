"""Several workers on one machine: started, restarted and stopped together."""

import asyncio
import logging
import signal
import socket
import sys
from asyncio import StreamReader
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from time import monotonic

import msgspec

from rankcrawler.backoff import Backoff
from rankcrawler.progress import Figures

logger = logging.getLogger(__name__)

STEADY = 60.0
"""Seconds after which the pause before a restart begins at its shortest again."""
_LONGEST_LINE = 4 << 20
"""Bytes of one line of figures, which name each reason of a dead room."""
_LAST_WORDS = 2.0
"""Seconds that a worker's last lines may take after its end; a program that it started may keep them open."""


class Fleet:
    """Runs one worker for each command line until each has ended, or stop() is called.

    A worker's standard input is a rankcrawler.channel. Restarts a worker that dies, after a growing pause. A worker
    that ends with a status in `final` has done its work, well or badly, and is not restarted. With `say`, what the
    workers log is not printed but handed over, line by line.
    """

    def __init__(
        self,
        commands: Sequence[Sequence[str]],
        *,
        final: frozenset[int],
        backoff: Backoff,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._commands = commands
        self._final = final
        self._backoff = backoff
        self._say = say
        self._running: set[Process] = set()
        self._stopping = asyncio.Event()
        self._figures: dict[Process, Figures] = {}
        self.restarts = 0
        """How many times a worker was restarted."""

    @property
    def figures(self) -> list[Figures]:
        """The last figures of every worker process; those of a process that has ended last come last."""
        return list(self._figures.values())

    async def run(self) -> int:
        """The worst exit status of the workers. A worker that was killed counts as 0: others poll its rooms."""
        workers = (self._keep_up(number, command) for number, command in enumerate(self._commands, start=1))
        return max(await asyncio.gather(*workers))

    def stop(self) -> None:
        """Ask every worker to finish its polls and end; a second call changes nothing."""
        self._stopping.set()
        for process in self._running:
            process.send_signal(signal.SIGTERM)

    async def _keep_up(self, number: int, command: Sequence[str]) -> int:
        attempt = worst = 0
        while not self._stopping.is_set():
            began = monotonic()
            status = await self._run_once(command)
            worst = max(worst, status if status in self._final else min(status, 1))
            if self._stopping.is_set() or status in self._final:
                break
            attempt = 1 if monotonic() - began > STEADY else attempt + 1
            pause = self._backoff.delay(attempt)
            message = "Worker %d %s; restarting it in %.1f s"
            logger.error(message, number, _end(status), pause, extra={"worker": number})
            self.restarts += 1
            await self._sleep(pause)
        return worst

    async def _run_once(self, command: Sequence[str]) -> int:
        ours, theirs = socket.socketpair()
        with theirs:
            log = None if self._say is None else PIPE
            process = await asyncio.create_subprocess_exec(
                *command, start_new_session=True, stdin=theirs.fileno(), stderr=log
            )
        self._running.add(process)
        if self._stopping.is_set():
            process.send_signal(signal.SIGTERM)
        lines, channel = await asyncio.open_connection(sock=ours, limit=_LONGEST_LINE)
        listening = asyncio.gather(self._listen(process, lines), self._relay(process.stderr))
        try:
            status = await process.wait()
            await asyncio.wait([listening], timeout=_LAST_WORDS)
            return status
        finally:
            self._running.discard(process)
            listening.cancel()
            channel.close()
            if last := self._figures.pop(process, None):
                self._figures[process] = msgspec.structs.replace(last, asked_at=0.0, waiting=True)

    async def _listen(self, process: Process, lines: StreamReader) -> None:
        async for line in lines:
            self._figures[process] = msgspec.json.decode(line, type=Figures)

    async def _relay(self, log: StreamReader | None) -> None:
        if log is None or self._say is None:
            return
        rest = b""
        while chunk := await log.read(1 << 16):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._say(line.decode("utf-8", "replace"))
        if rest:
            self._say(rest.decode("utf-8", "replace"))

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def worker_command(options: Sequence[str], *, kind: str, drain: bool) -> list[str]:
    """The command line of a worker. With `drain` it ends when the queue is empty, otherwise it waits for rooms."""
    crawl = [sys.executable, "-m", "rankcrawler.kept", "crawl", "ranklist", "-a", f"kind={kind}", *options]
    return [*crawl, "-a", "rooms="] if drain else crawl


def _end(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
