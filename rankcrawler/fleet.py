"""Several workers on one machine: started, restarted and stopped together."""

import asyncio
import logging
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from time import monotonic

from rankcrawler.backoff import Backoff

logger = logging.getLogger(__name__)

STEADY = 60.0
"""Seconds after which the pause before a restart begins at its shortest again."""


class Fleet:
    """Runs one worker for each command line until each has ended, or stop() is called.

    A worker's standard input ends with this process: see rankcrawler.kept. Restarts a worker that dies, after
    a growing pause. A worker that ends with a status in `final` has done its work, well or badly, and is not restarted.
    """

    def __init__(self, commands: Sequence[Sequence[str]], *, final: frozenset[int], backoff: Backoff) -> None:
        self._commands = commands
        self._final = final
        self._backoff = backoff
        self._running: set[Process] = set()
        self._stopping = asyncio.Event()
        self.restarts = 0
        """How many times a worker was restarted."""

    async def run(self) -> int:
        """The worst exit status of the workers. A worker that was killed counts as 0: others poll its rooms."""
        return max(await asyncio.gather(*(self._keep_up(command) for command in self._commands)))

    def stop(self) -> None:
        """Ask every worker to finish its polls and end; a second call changes nothing."""
        self._stopping.set()
        for process in self._running:
            process.send_signal(signal.SIGTERM)

    async def _keep_up(self, command: Sequence[str]) -> int:
        attempt = worst = 0
        while not self._stopping.is_set():
            began = monotonic()
            status = await self._run_once(command)
            worst = max(worst, status if status in self._final else min(status, 1))
            if self._stopping.is_set() or status in self._final:
                break
            attempt = 1 if monotonic() - began > STEADY else attempt + 1
            pause = self._backoff.delay(attempt)
            logger.error("A worker %s; restarting it in %.1f s", _end(status), pause)
            self.restarts += 1
            await self._sleep(pause)
        return worst

    async def _run_once(self, command: Sequence[str]) -> int:
        process = await asyncio.create_subprocess_exec(*command, start_new_session=True, stdin=asyncio.subprocess.PIPE)
        self._running.add(process)
        if self._stopping.is_set():
            process.send_signal(signal.SIGTERM)
        try:
            return await process.wait()
        finally:
            self._running.discard(process)

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
