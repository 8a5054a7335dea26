"""The dead letters: rooms that are no longer polled, and entries that name no room."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from rankcrawler.queue.script import BATCH, Script


class DeadLetters:
    """Brings dead rooms back; rankcrawler.queue.roster lists them."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def retry(self, rooms: Iterable[str]) -> list[bool]:
        """Make dead or retired rooms ready again, as they were defined; False for each that was neither."""
        batches = self._script.call_for_all("retry", rooms)
        return [answer == 1 async for answers in batches for answer in answers]

    async def retry_all(self) -> int:
        """Make every dead room ready again, but not the retired ones; returns how many."""
        retried = 0
        async for rooms in self._dead_until_now():
            retried += sum(await self.retry(rooms))
        return retried

    async def _dead_until_now(self) -> AsyncIterator[list[str]]:
        """The rooms that are dead now, in batches; expects each batch to be retried before the next."""
        before, offset = f"({int(await self._script.call('now')) + 1}", 0
        while names := await self._names(before, offset):
            rooms = [name for name in names if not name.startswith("?")]
            offset += len(names) - len(rooms)
            yield rooms

    async def _names(self, before: str, offset: int) -> list[str]:
        names: list[Any] = await self._script.redis.zrange(
            self._script.key("dead"), "-inf", before, byscore=True, offset=offset, num=BATCH
        )
        return [name.decode() for name in names]
