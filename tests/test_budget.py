"""A budget: so many calls a day, for the whole fleet; then every room waits for the next day, and none is lost."""

import logging
from zoneinfo import ZoneInfo

import pytest
from redis import Redis

from rankcrawler.errors import SettingError
from rankcrawler.gateways import profiles, spending
from rankcrawler.queue import status
from rankcrawler.queue.budget import Budget
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.options import options

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = 1_790_000_000_000
"""2026-09-21T14:13:20Z, 22:13:20 in Shanghai."""
DAY_MS = 86_400_000


async def leased(queue: RoomQueue, n: int = 50) -> list[str]:
    grant = await queue.lease("w", n, 60_000)
    await queue.settle([Settlement(lease, Outcome.DONE) for lease in grant.leases])
    return [lease.room_id for lease in grant.leases]


async def test_the_fleet_makes_so_many_calls_and_is_held_until_the_day_ends(queue: RoomQueue) -> None:
    queue.gate.budget = Budget(5, SHANGHAI)
    await queue.push([Job(str(room)) for room in range(1, 9)])
    assert await leased(queue, 3) == ["1", "2", "3"]
    assert await leased(queue) == ["4", "5"]
    grant = await queue.lease("w", 50, 60_000)
    found = await status.status(queue)
    assert (grant.leases, grant.state, grant.pending) == ([], "held", 3)
    assert (found.state, found.budget, found.spent) == ("held", 5, 5)
    assert found.held_until == found.day_ends == queue.gate.budget.day_ends(found.now)


async def test_what_no_room_was_leased_for_is_not_spent(queue: RoomQueue) -> None:
    queue.gate.budget = Budget(5, SHANGHAI)
    assert [await leased(queue) for _ in range(4)] == [[]] * 4
    await queue.push([Job("1")])
    await leased(queue)
    assert (await status.status(queue)).spent == 1


async def test_a_new_day_has_a_new_budget(queue: RoomQueue, redis: Redis) -> None:
    queue.gate.budget = Budget(2, SHANGHAI)
    await queue.push([Job(str(room)) for room in range(1, 6)])
    assert await leased(queue) == ["1", "2"]
    redis.hset(queue.gate.key, "day_ends", str(NOON - DAY_MS))
    assert (await status.status(queue)).spent == 0
    assert await leased(queue) == ["3", "4"]


async def test_a_larger_budget_goes_on_the_same_day(queue: RoomQueue) -> None:
    queue.gate.budget = Budget(1, SHANGHAI)
    await queue.push([Job(str(room)) for room in range(1, 6)])
    assert await leased(queue) == ["1"]
    queue.gate.budget = Budget(3, SHANGHAI)
    assert await leased(queue) == ["2", "3"]


async def test_a_budget_and_a_rate_go_together(queue: RoomQueue) -> None:
    queue.gate.budget = Budget(10, SHANGHAI)
    await queue.control.set_rate(0.001, 2)
    await queue.push([Job(str(room)) for room in range(1, 6)])
    assert len(await leased(queue)) == 2
    assert await leased(queue) == []
    assert (await status.status(queue)).spent == 2


async def test_without_a_budget_nothing_is_counted(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job("1")])
    await leased(queue)
    assert redis.hmget(queue.gate.key, ["spent", "budget", "day_ends"]) == [None] * 3


def test_a_day_ends_at_midnight_in_the_time_zone() -> None:
    assert Budget(1, SHANGHAI).day_ends(NOON) == NOON + (3600 + 46 * 60 + 40) * 1000
    assert Budget(1, ZoneInfo("UTC")).day_ends(NOON) == NOON + (9 * 3600 + 46 * 60 + 40) * 1000


def test_the_log_warns_once_at_four_fifths_and_once_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    budget = Budget(10, SHANGHAI)
    with caplog.at_level(logging.WARNING):
        for second, spent in enumerate([7, 8, 9, 9, 9, 10, 8, 10, 10, 10, 10]):
            budget.note(spent, NOON + 1000 * second)
    assert [record.getMessage() for record in caplog.records] == [
        "90 % of today's budget is spent: 9 of 10 calls",
        "All 10 calls of today's budget are made: holding every room for 1.8 h",
    ]
    caplog.clear()
    for second in range(3):
        budget.note(9, NOON + DAY_MS + 1000 * second)
    assert len(caplog.records) == 1, "it is another day"


@pytest.mark.parametrize(
    ("budget", "profile", "calls"),
    [("5000", "titodata", 5000), ("5 USD", "tikhub", 5000), ("0.001USD", "tikhub", 1), ("2.5 USD", "tikhub", 2500)],
)
def test_a_budget_is_calls_or_what_they_cost(budget: str, profile: str, calls: int) -> None:
    given = options(BUDGET_PER_DAY=budget).budget_per_day
    assert given is not None
    assert spending.calls_of(given, profiles.named(profile)) == calls


@pytest.mark.parametrize("budget", ["0", "-1", "1.5", "many", "5 usd", "5 USDT", "1e3", "0 USD"])
def test_a_budget_that_is_none_is_refused(budget: str) -> None:
    with pytest.raises(SettingError, match="BUDGET_PER_DAY must be a number of calls, or money"):
        options(BUDGET_PER_DAY=budget)


@pytest.mark.parametrize(
    ("budget", "profile", "says"),
    [
        ((5.0, "USD"), "titodata", "the gateway's profile titodata states no price in it"),
        ((5.0, "CNY"), "tikhub", "BUDGET_PER_DAY is in CNY"),
        ((0.0001, "USD"), "tikhub", "less than the price of one call, 0.001"),
    ],
)
def test_money_needs_a_price_in_its_currency(budget: tuple[float, str], profile: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        spending.calls_of(budget, profiles.named(profile))
