"""Two teams on one Redis: nobody polls or changes what is another's, by gateway, by profile, by version."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from redis import Redis

from rankcrawler.errors import NewerQueue, QueueOfAnother
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Outcome
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.worker import Worker
from rankcrawler.serve.queues import Queues
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.crawls import crawling, until
from tests.gateways import Simulated, environment, run, simulated
from tests.options import options
from tests.queued import LONG, key, settle
from tests.redis_cluster import queue_client

SERVERS = ["single", "cluster"]
ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(30)]


async def test_the_workers_of_one_gateway_read_it_by_one_profile(queue: RoomQueue, redis_url: str) -> None:
    await queue.claim("a.example", "tikhub")
    await queue.push([Job("1"), Job("2")])
    await queue.claim("a.example", "tikhub")
    await queue.lease(Call("w", source="a.example", profile="tikhub"), 1, LONG)
    for refused in (queue.claim("a.example", "raw"), queue.check_holder("a.example", "raw")):
        with pytest.raises(QueueOfAnother, match=r"a\.example by the profile tikhub, and GATEWAY_PROFILE says raw\."):
            await refused
    other = RoomQueue(queue_client(redis_url))
    worker = Worker(other, "w", window=4, ttl=5, source="a.example", profile="raw")
    worker.open()
    with pytest.raises(QueueOfAnother, match="by the profile tikhub"):
        await anext(worker.leases())
    await worker.close()
    await other.close()
    assert (await queue.depth()).ready == 1
    await queue.claim("a.example", "raw", force=True)
    assert (await queue.lease(Call("w", source="a.example", profile="tikhub"), 1, LONG)).state == "foreign"
    assert len((await queue.lease(Call("w", source="a.example", profile="raw"), 1, LONG)).leases) == 1


async def test_a_gateway_is_read_by_another_profile_once_the_workers_of_the_first_have_ended(queue: RoomQueue) -> None:
    await queue.claim("a.example", "tikhub")
    await queue.push([Job("1")])
    await queue.lease(Call("w", source="a.example", profile="tikhub"), 0, LONG)
    await queue.leave("w")
    await queue.check_holder("a.example", "raw")
    await queue.claim("a.example", "raw")
    assert len((await queue.lease(Call("v", source="a.example", profile="raw"), 1, LONG)).leases) == 1


async def test_a_queue_from_before_profiles_were_written_down_gets_the_first_workers(
    queue: RoomQueue, redis: Redis
) -> None:
    redis.hset(key("ctl"), "source", "a.example")
    await queue.push([Job("1")])
    assert len((await queue.lease(Call("w", source="a.example", profile="tikhub"), 1, LONG)).leases) == 1
    with pytest.raises(QueueOfAnother):
        await queue.check_holder("a.example", "raw")


async def test_a_profile_is_forgotten_when_an_earlier_version_hands_the_queue_to_another_gateway(
    queue: RoomQueue, redis: Redis
) -> None:
    await queue.claim("a.example", "tikhub")
    await queue.push([Job("1")])
    redis.hset(key("ctl"), "source", "b.example")  # which is all that it writes
    await queue.claim("b.example", "raw")
    assert (await queue.lease(Call("w", source="b.example", profile="tikhub"), 1, LONG)).state == "foreign"
    assert (await queue.lease(Call("w", source="b.example", profile="raw"), 1, LONG)).state == "run"


async def test_a_check_of_the_holder_claims_nothing(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1")])
    await queue.check_holder("a.example", "raw")
    assert redis.hget(key("ctl"), "source") is None
    await queue.claim("a.example")
    await queue.check_holder("a.example", "raw")
    with pytest.raises(QueueOfAnother, match=r"belongs to the gateway a\.example, and the settings name b"):
        await queue.check_holder("b.example")


async def test_what_serves_pages_adds_no_rooms_to_the_queue_of_another_gateway(
    queue: RoomQueue, redis_url: str
) -> None:
    await queue.claim("a.example")
    await queue.push([Job("1")])
    for name, outcome in (("a.example", nullcontext()), ("b.example", pytest.raises(QueueOfAnother))):
        given = {"GATEWAY_URL": "http://gateway.test", "GATEWAY_NAME": name, "REDIS_URL": redis_url}
        queues = Queues(options(**given))
        with outcome:
            await queues.change("ranklist", lambda served: served.push([Job("2")]), create=True)
        await queues.close()
    assert (await queue.depth()).ready == 2


async def test_a_queue_that_a_newer_version_writes_is_left_as_it_is(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1")])
    (lease,) = (await queue.lease(Call("w", source="a.example"), 1, LONG)).leases
    redis.hset(key("ctl"), "format", int(redis.hget(key("ctl"), "format") or 0) + 1)
    before = {name: redis.dump(name) for name in redis.keys("rc:*ranklist*")}
    for call in (
        queue.claim("a.example"),
        queue.push([Job("2")]),
        queue.lease("w", 1, LONG),
        queue.renew([lease], LONG),
        queue.control.remove(["1"]),
        settle(queue, lease, Outcome.DONE),
        queue.leave("w"),
    ):
        with pytest.raises(NewerQueue, match=r"a newer rankcrawler writes the queue of ranklist:start_urls"):
            await call
    worker = Worker(queue, "w", window=4, ttl=5)
    worker.open()
    with pytest.raises(NewerQueue):
        await anext(worker.leases())
    await worker.close()
    assert {name: redis.dump(name) for name in redis.keys("rc:*ranklist*")} == before


async def test_a_worker_ends_when_a_newer_version_begins_to_write_the_queue(
    queue: RoomQueue, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await queue.push([Job("1"), Job("2")])
    worker = Worker(queue, "w", window=1, ttl=5)
    worker.open()
    leases = worker.leases()
    lease = await anext(leases)
    redis.hset(key("ctl"), "format", 99)
    worker.settle(lease, Outcome.DONE)
    with pytest.raises(NewerQueue):
        await anext(leases)
    await worker.close()
    assert [record.message for record in caplog.records] == ["1 leases could not be settled; they will expire"]
    assert redis.zcard(key("lease")) == 1


def polling(gateway: Simulated, folder: Path, url: str, **extra: str) -> dict[str, str]:
    """The environment of a team."""
    return environment(gateway, folder, {"REDIS_URL": url, **extra})


@pytest.mark.usefixtures("redis")
def test_two_fleets_of_different_profiles_share_one_server_and_the_second_leaves_the_firsts_rooms_alone(
    redis_url: str, tmp_path: Path
) -> None:
    world = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
    with simulated(world) as ours, simulated(world, profile="tikhub") as theirs:
        us, them = (
            polling(gateway, tmp_path / name, redis_url, GATEWAY_NAME="gateway")
            for gateway, name in ((ours, "a"), (theirs, "b"))
        )
        assert run("rooms", "add", ",".join(ROOMS[:10]), "--every", "3600", env=us).returncode == 0
        with crawling(ours, tmp_path / "a", us) as crawl:
            until(lambda: len(ours.ledger.rooms) == 10)
            for words in (
                ("crawl", "ranklist", "-a", f"rooms={ROOMS[20]}"),
                ("fleet", "--workers", "1", "-a", f"rooms={ROOMS[20]}"),
                ("rooms", "add", ROOMS[20]),
                ("rooms", "drain", "--yes"),
                ("rooms", "pause"),
            ):
                done = run(*words, env=them)
                assert (done.returncode, "by the profile titodata" in done.stderr) == (1, True), (words, done.stderr)
            own = {**them, "QUEUE_NAME": "b"}
            assert run("rooms", "add", ",".join(ROOMS[20:]), "--every", "3600", env=own).returncode == 0
            done = run("crawl", "ranklist", "-s", "MAX_IDLE_TIME_BEFORE_CLOSE=0.5", env=own)
            assert "Lists: 10 stored" in done.stderr
            assert crawl.terminate() < 15
        assert (set(ours.ledger.rooms), set(theirs.ledger.rooms)) == (set(ROOMS[:10]), set(ROOMS[20:]))
        status = json.loads(run("rooms", "status", "--json", env=us).stdout)
        assert status["depth"]["scheduled"] == 10
        assert run("rooms", "add", ROOMS[0], env=them).returncode == 0, "it may be the same gateway, by a new profile"
