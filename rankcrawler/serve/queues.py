"""The queues of the fleet, opened when they are first needed, and again after a fault."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

from rankcrawler.errors import QueueError
from rankcrawler.language import tr
from rankcrawler.options import Options
from rankcrawler.preflight import holder
from rankcrawler.queue.access import Access, open_queue
from rankcrawler.queue.faults import FAULTS
from rankcrawler.queue.room_queue import RoomQueue

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that a call may take."""


class Queues:
    """The queue of each kind of list, if the settings name one."""

    def __init__(self, options: Options | None) -> None:
        self.options = options
        """The settings that describe the queue; None if there is none."""
        self._open: dict[str, tuple[AsyncExitStack, Access]] = {}
        self._opening = asyncio.Lock()

    async def ask(self, kind: str, question: Callable[[RoomQueue], Awaitable[T]]) -> T:
        """What a function that only reads a kind's queue returns; raises QueueError if the queue cannot be used."""
        return await self._call(kind, question, create=False)

    async def change(self, kind: str, change: Callable[[RoomQueue], Awaitable[T]], *, create: bool = False) -> T:
        """What a function that changes a kind's queue returns; raises QueueOfAnother for the queue of another gateway.

        With `create`, the embedded server is started where there is none yet. Raises QueueError as `ask` does.
        """

        async def checked(queue: RoomQueue) -> T:
            if self.options is not None:
                await holder.check(queue, self.options)
            return await change(queue)

        return await self._call(kind, checked, create=create)

    async def _call(self, kind: str, question: Callable[[RoomQueue], Awaitable[T]], *, create: bool) -> T:
        place = tr("the queue")
        try:
            async with asyncio.timeout(PATIENCE):
                queue, place = await self._opened(kind, create=create)
                return await question(queue)
        except (*FAULTS, TimeoutError) as error:
            await self._drop(kind)
            reason = str(error) or tr("no answer within {seconds:g} s", seconds=PATIENCE)
            raise QueueError(tr("{place} does not answer as expected: {error}", place=place, error=reason)) from None

    async def close(self) -> None:
        """Close the queues."""
        for kind in [*self._open]:
            await self._drop(kind)

    async def _opened(self, kind: str, *, create: bool) -> Access:
        if self.options is None:
            raise QueueError(tr("this server has no queue"))
        async with self._opening:
            if kind not in self._open:
                stack = AsyncExitStack()
                access = await stack.enter_async_context(open_queue(self.options, kind, create=create))
                self._open[kind] = stack, access
            return self._open[kind][1]

    async def _drop(self, kind: str) -> None:
        found = self._open.pop(kind, None)
        if found is not None:
            try:
                await found[0].aclose()
            except FAULTS:  # of a connection that is lost
                return
