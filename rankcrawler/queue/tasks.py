"""Tasks that run beside the code that starts them, so that their failures are noticed and their ends are sure."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from rankcrawler.errors import NewerQueue

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Tasks:
    """Starts tasks. When one fails by a defect, it logs the traceback and calls `on_failure`."""

    def __init__(self, on_failure: Callable[[], None]) -> None:
        self.failure: BaseException | None = None
        """What the last task to fail raised."""
        self._on_failure = on_failure
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run a coroutine as a task."""
        task = asyncio.create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._note_end)
        return task

    async def cancel(self) -> None:
        """End every task that still runs."""
        for task in list(self._running):
            while not task.done():  # on Python 3.11, redis-py swallows a cancellation that comes while it sends
                task.cancel()
                await asyncio.wait({task}, timeout=0.05)

    def _note_end(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            if not isinstance(failure, NewerQueue):  # which ends the worker, and says why
                logger.critical("A task of the worker failed: %r", failure, exc_info=failure)
            self.failure = failure
            self._on_failure()
