"""Two gateways on one server: a queue belongs to one of them, and refuses the workers of another."""

from pathlib import Path

import pytest
from redis import Redis

from rankcrawler.errors import QueueOfAnother
from rankcrawler.gateways.address import Address
from rankcrawler.queue.connection import inbox_key
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Outcome
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.status import status
from rankcrawler.queue.worker import Worker
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.gateways import environment, run, simulated
from tests.options import options
from tests.queued import LONG, lease_one, settle
from tests.redis_cluster import queue_client

SERVERS = ["single", "cluster"]
ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(40)]


async def test_a_queue_with_rooms_is_the_first_gateways_and_no_others(queue: RoomQueue) -> None:
    await queue.claim("a.example")
    await queue.push([Job("1")])
    await queue.claim("a.example")
    with pytest.raises(QueueOfAnother) as told:
        await queue.claim("b.example")
    assert "belongs to the gateway a.example, and the settings name b.example" in str(told.value)
    assert "QUEUE_NAME" in str(told.value)
    assert "scrapy rooms claim" in str(told.value)


async def test_a_queue_with_workers_is_still_theirs_when_it_is_empty(queue: RoomQueue) -> None:
    await queue.claim("a.example")
    await queue.lease(Call("w", source="a.example"), 1, LONG)
    with pytest.raises(QueueOfAnother):
        await queue.claim("b.example")
    await queue.leave("w")
    await queue.claim("b.example")


async def test_an_empty_queue_is_anybodys(queue: RoomQueue) -> None:
    await queue.claim("a.example")
    await queue.push([Job("1")])
    await settle(queue, await lease_one(queue), Outcome.DEAD, reason="gone")
    await queue.leave("w")
    await queue.claim("b.example")


async def test_a_gateway_that_has_moved_claims_the_rooms_it_had(queue: RoomQueue) -> None:
    await queue.claim("a.example")
    await queue.push([Job("1")])
    await queue.claim("b.example", force=True)
    assert (await queue.lease(Call("old", source="a.example"), 1, LONG)).state == "foreign"
    assert [lease.room_id for lease in (await queue.lease(Call("new", source="b.example"), 1, LONG)).leases] == ["1"]


async def test_a_worker_of_another_gateway_leases_nothing_and_ends(queue: RoomQueue, redis_url: str) -> None:
    await queue.claim("a.example")
    await queue.push([Job("1")])
    foreign = RoomQueue(queue_client(redis_url))
    worker = Worker(foreign, "w", window=4, ttl=5, source="b.example")
    worker.open()
    with pytest.raises(QueueOfAnother):
        await anext(worker.leases())
    await worker.close()
    await foreign.close()
    assert (await queue.depth()).ready == 1


async def test_a_queue_whose_server_was_emptied_is_the_next_workers(queue: RoomQueue, redis: Redis) -> None:
    await queue.lease(Call("w", source="a.example"), 1, LONG)
    redis.flushall()
    assert (await queue.lease(Call("w", source="b.example"), 1, LONG)).state == "run"
    assert (await queue.lease(Call("w", source="a.example"), 1, LONG)).state == "foreign"


async def test_a_worker_that_ends_is_seen_no_more(queue: RoomQueue) -> None:
    worker = Worker(queue, "w", window=4, ttl=5)
    worker.open()
    await queue.push([Job("1")])
    worker.settle(await anext(worker.leases()), Outcome.DONE)
    assert len((await status(queue)).workers) == 1
    await worker.close()
    assert (await status(queue)).workers == []


def test_a_name_parts_the_queues_of_one_server() -> None:
    keys = [inbox_key(options(QUEUE_NAME=name), "ranklist") for name in (None, "a", "team-b.2")]
    assert keys == ["ranklist:start_urls", "a:ranklist:start_urls", "team-b.2:ranklist:start_urls"]


def test_two_teams_on_one_server_poll_their_own_rooms_if_each_has_a_name(redis_url: str, tmp_path: Path) -> None:
    world = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
    with simulated(world) as ours, simulated(world) as theirs:
        for gateway, data, extra in ((ours, "a", {}), (theirs, "b", {"QUEUE_NAME": "b"})):
            env = environment(gateway, tmp_path / data, {"REDIS_URL": redis_url, **extra})
            assert run("rooms", "add", ",".join(ROOMS[:20]), "--every", "3600", env=env).returncode == 0
            done = run("crawl", "ranklist", "-s", "MAX_IDLE_TIME_BEFORE_CLOSE=0.5", env=env)
            assert "Lists: 20 stored" in done.stderr
            assert gateway.ledger.rooms.keys() == set(ROOMS[:20])
        env = environment(theirs, tmp_path / "c", {"REDIS_URL": redis_url})
        for words in (("crawl", "ranklist", "-a", f"rooms={ROOMS[30]}"), ("fleet", "-a", f"rooms={ROOMS[30]}")):
            done = run(*words, env=env)
            assert done.returncode == 1
            assert f"belongs to the gateway {Address.of(ours.url).source}" in done.stderr
        assert run("rooms", "show", ROOMS[30], env=env).returncode == 1, "nothing was pushed"
        claimed = run("rooms", "claim", env=env)
        assert claimed.stdout.startswith(f"the queue belongs to {Address.of(theirs.url).source}")
