"""The inbox: the key to which people push entries, and where a worker waits for the next."""

import asyncio
from time import monotonic
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

_LOOK_EVERY = 0.2
"""Seconds between two checks of an inbox that cannot wake a worker."""


class Inbox:
    """A list, a set or a sorted set; only a list can wake a worker."""

    def __init__(self, redis: "Redis", key: str, intake: str) -> None:
        self.key = key
        self.intake = intake
        """The list that holds the entries which have woken a worker."""
        self._redis = redis
        self._wakes = True

    async def wait(self, seconds: int) -> bool:
        """Sleep until someone pushes; False after `seconds` without a push.

        Occupies a connection. The entry that ended the sleep moves to the intake, where the next lease takes it in. A
        set or sorted set is polled five times a second instead.
        """
        if not self._wakes:
            return await self._watch(seconds)
        try:
            moved = await self._redis.blmove(self.key, self.intake, seconds, "RIGHT", "LEFT")
        except RedisTimeoutError:
            return False
        except ResponseError as error:
            if not str(error).startswith("WRONGTYPE"):
                raise
            return await self._watch(seconds)
        return moved is not None

    def note_kind(self, kind: bytes) -> None:
        """Take note of the key's type. An empty inbox has none: it is expected to be of the same type as before."""
        if kind != b"none":
            self._wakes = kind == b"list"

    async def _watch(self, seconds: float) -> bool:
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            await asyncio.sleep(min(left, _LOOK_EVERY))
            kind: Any = await self._redis.type(self.key)
            self.note_kind(kind)
            if kind in (b"list", b"set", b"zset"):
                return True
        return False
