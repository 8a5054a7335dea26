"""Whether the queue's server keeps what it is given: a cache may drop rooms, and a restart may lose them all."""

import re
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from rankcrawler.language import tr
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.topology import node_of

OLDEST = (6, 2)
"""The first version of Redis that has all commands that the queue uses; Valkey began later."""


class Server(NamedTuple):
    """What a server says of itself."""

    name: str
    """`redis` or `valkey`."""
    version: str
    """With its name."""
    policy: str
    """Which keys it drops when its memory is full; empty if it does not say."""
    has_file: bool
    """Whether it keeps what it is given in a file, at once or by snapshots."""
    used_bytes: int
    limit_bytes: int
    """0 for as much memory as there is."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its version."""
        return tuple(map(int, re.findall(r"\d+", self.version)[:3]))


async def server_of(queue: RoomQueue) -> Server | None:
    """The server that has the queue's keys; None if it tells nothing about itself."""
    try:
        target = await node_of(queue.redis, queue.inbox.key)
        facts: Any = await queue.redis.execute_command("INFO", **target)  # type: ignore[no-untyped-call]
    except RedisError:  # a user who may not ask
        return None
    name = str(facts.get("server_name") or "redis")
    return Server(
        name,
        f"{name} {facts.get(f'{name}_version') or facts.get('redis_version', '')}",
        str(facts.get("maxmemory_policy", "")),
        bool(facts.get("aof_enabled", 1)) or await _takes_snapshots(queue, target),
        int(facts.get("used_memory", 0)),
        int(facts.get("maxmemory", 0)),
    )


def eviction(server: Server) -> str | None:
    """A sentence if the server may drop rooms; else None."""
    if not server.policy.startswith("allkeys"):
        return None
    return tr(
        "The queue's server drops rooms when its memory is full: its maxmemory-policy is {policy}. Set it to "
        "noeviction",
        policy=server.policy,
    )


def persistence(server: Server) -> str | None:
    """A sentence if a restart of the server loses every room; else None."""
    if server.has_file:
        return None
    return tr(
        "The queue's server keeps nothing on disk, so a restart loses every room. Set appendonly to yes, and run "
        "`scrapy rooms restore` after a loss"
    )


async def warnings(queue: RoomQueue) -> list[str]:
    """A sentence for each way in which the server may lose rooms. Empty if the server tells nothing about itself."""
    server = await server_of(queue)
    return [] if server is None else list(filter(None, (eviction(server), persistence(server))))


async def _takes_snapshots(queue: RoomQueue, target: dict[str, Any]) -> bool:
    """Whether the server saves its data now and then; assumed where it does not say."""
    try:
        answer: Any = await queue.redis.execute_command("CONFIG GET", "save", **target)  # type: ignore[no-untyped-call]
    except RedisError:
        return True
    return any(str(value, "utf-8") if isinstance(value, bytes) else str(value) for value in dict(answer).values())
