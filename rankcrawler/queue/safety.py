"""Whether the queue's server keeps what it is given: a cache may drop rooms, and a restart may lose them all."""

from typing import Any

from redis.exceptions import RedisError

from rankcrawler.language import tr
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.topology import node_of


async def warnings(queue: RoomQueue) -> list[str]:
    """A sentence for each way in which the server may lose rooms. Empty if the server tells nothing about itself."""
    try:
        target = await node_of(queue.redis, queue.inbox.key)
        facts: Any = await queue.redis.execute_command("INFO", **target)  # type: ignore[no-untyped-call]
    except RedisError:  # a user who may not ask
        return []
    found = []
    policy = str(facts.get("maxmemory_policy", ""))
    if policy.startswith("allkeys"):
        found.append(
            tr(
                "The queue's server drops rooms when its memory is full: its maxmemory-policy is {policy}. Set it to "
                "noeviction",
                policy=policy,
            )
        )
    if not facts.get("aof_enabled", 1) and not await _takes_snapshots(queue, target):
        found.append(
            tr(
                "The queue's server keeps nothing on disk, so a restart loses every room. Set appendonly to yes, and "
                "run `scrapy rooms restore` after a loss"
            )
        )
    return found


async def _takes_snapshots(queue: RoomQueue, target: dict[str, Any]) -> bool:
    """Whether the server saves its data now and then; assumed where it does not say."""
    try:
        answer: Any = await queue.redis.execute_command("CONFIG GET", "save", **target)  # type: ignore[no-untyped-call]
    except RedisError:
        return True
    return any(str(value, "utf-8") if isinstance(value, bytes) else str(value) for value in dict(answer).values())
