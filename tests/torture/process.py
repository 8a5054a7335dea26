"""A worker's process as a torture run sees it: what it says on its standard output, and how it ends."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic_ns

from tests.gateways import FORKS
from tests.warm import Files

_OURS = ("GATEWAY_", "REDIS_", "STORE_URL", "DATA_DIR", "ROOM_", "SCRAPY_")
_TURN = 0.005
"""Seconds between two looks."""


class Process:
    """A process of tests.torture.worker, with these words and variables; its log goes to a file in a folder."""

    def __init__(self, folder: Path, words: Sequence[str], variables: Mapping[str, str]) -> None:
        self._out = folder / f"said-{monotonic_ns()}"
        self._out.touch()
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        files = Files(stdout=str(self._out), stderr=str(folder / "workers.log"))
        program = "tests.torture.worker"
        self._process = FORKS.start(tuple(words), clean | dict(variables), Path.cwd(), files, program)

    @property
    def returncode(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll()

    async def said(self) -> str:
        """The first line that it writes, without its end; empty if it ends without one."""
        while not (line := self._out.read_text("utf-8")).endswith("\n"):
            if self.returncode is not None:
                return ""
            await asyncio.sleep(_TURN)
        return line.splitlines()[0]

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        while (status := self.returncode) is None:  # noqa: ASYNC110 — a process sets no event
            await asyncio.sleep(_TURN)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it has not ended."""
        self._process.send_signal(number)

    def terminate(self) -> None:
        """Tell it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)
