"""What fires by the queue: dead letters and budget; and that nothing fires where there is no queue."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rankcrawler.alerts import book, fleet, ledger, rule, statefile
from rankcrawler.alerts.firing import Firing
from rankcrawler.alerts.fleet import QueueSeen
from rankcrawler.alerts.ledger import Look
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.errors import QueueError
from rankcrawler.options import Options
from rankcrawler.queue.access import open_queue
from rankcrawler.queue.job import parse
from rankcrawler.queue.lease import Outcome, Settlement
from tests.alerting import OTHER, ROOM, START
from tests.options import options
from tests.redis_server import redis_server
from tests.serving import BEIJING


@pytest.fixture
def file(tmp_path: Path) -> Iterator[StateFile]:
    with StateFile(statefile.place(tmp_path)) as one:
        yield one


@pytest.fixture
def chosen(tmp_path: Path) -> Iterator[Options]:
    with redis_server(tmp_path / "redis") as server:
        yield options(REDIS_URL=server.url, ROOM_ATTEMPTS=1)


async def looked(file: StateFile, chosen: Options, now_ms: int) -> list[Firing]:
    """What fires at a look at the queue, which is written down."""
    kept = book.rules(file)
    known = fleet.known_dead(dict(file.all("known", store="queue")), kept)
    queues = fleet.Queues(chosen)
    try:
        seen = await queues.look(known)
    finally:
        await queues.close()
    firings, learnt = fleet.firings(seen, known, kept, now_ms)
    ledger.record(file, Look("queue", firings, learnt={**learnt}), kept, now_ms, BEIJING)
    return firings


async def kill(chosen: Options, *rooms: str) -> int:
    """Have rooms become dead letters; returns when, by the queue's clock."""
    async with open_queue(chosen, "ranklist") as (queue, _):
        await queue.push([parse(room) for room in rooms])
        grant = await queue.lease("worker", 10, 60_000)
        await queue.settle([Settlement(lease, Outcome.DEAD, 0, "HTTP 502: [x](y)") for lease in grant.leases])
        return await queue.now()


async def test_new_dead_letters_fire_once_and_together(file: StateFile, chosen: Options) -> None:
    now = await kill(chosen, "1")
    book.add(file, rule.made({"kind": "dead", "cool_down": "0"}), now + 1)
    assert await looked(file, chosen, now) == [], "it died before the rule was made"
    await kill(chosen, ROOM, OTHER)
    [firing] = await looked(file, chosen, now)
    assert (firing.event, firing.facts["rooms"], firing.facts["kind"]) == ("dead", 2, "ranklist")
    assert {firing.facts["room_1"], firing.facts["room_2"]} == {ROOM, OTHER}
    assert firing.facts["reason_1"] == "HTTP 502: [x](y)"
    assert await looked(file, chosen, now) == []
    await kill(chosen, "2")
    assert [each.facts["room_1"] for each in await looked(file, chosen, now)] == ["2"]


def test_a_budget_fires_at_its_share_and_when_it_is_spent_once_a_day(file: StateFile) -> None:
    book.add(file, rule.made({"kind": "budget", "share": 0.5, "cool_down": "0"}), START)
    kept = book.rules(file)
    found = []
    for spent, day in ((4, 1), (5, 1), (9, 1), (10, 1), (12, 1), (0, 2), (6, 2)):
        firings, _ = fleet.firings(QueueSeen({}, 10, spent, START + day * 86_400_000), {}, kept, START)
        ledger.record(file, Look("queue", firings), kept, START, BEIJING)
        found += firings
    assert len({each.id for each in found}) == 3
    assert sorted(each.firing.event for each in book.history(file, 10)) == ["budget", "budget", "spent"]
    assert fleet.firings(QueueSeen({}, None, 0, None), {}, kept, START)[0] == []


async def test_without_a_queue_nothing_fires_and_none_is_made(file: StateFile, tmp_path: Path) -> None:
    book.add(file, rule.made({"kind": "dead"}), START)
    with pytest.raises(QueueError, match="there is no queue at"):
        await looked(file, options(DATA_DIR=str(tmp_path)), START)
    assert not (tmp_path / "queue").exists()
