"""An outage of the gateway: when one begins, how it is probed, and when it is over."""

import asyncio
import logging

import pytest

from rankcrawler.errors import GatewayDown
from rankcrawler.extensions.outage import PROBE_SECONDS, ROOMS, GatewayOutage


class Clock:
    """Time that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Doubling:
    """A backoff without chance."""

    def delay(self, attempt: int) -> float:
        return float(2**attempt)


def outage(clock: Clock | None = None, patience: float | None = None) -> GatewayOutage:
    return GatewayOutage(Doubling(), patience, clock or Clock())  # type: ignore[arg-type]


def begun(clock: Clock | None = None, patience: float | None = None) -> GatewayOutage:
    """An outage that has just begun."""
    one = outage(clock, patience)
    assert [one.failed(str(room), "HTTP 502") for room in range(ROOMS)] == [False] * (ROOMS - 1) + [True]
    return one


async def is_held(one: GatewayOutage) -> bool:
    """Whether turn() does not return."""
    try:
        await asyncio.wait_for(one.turn(), 0.02)
    except TimeoutError:
        return True
    return False


async def test_nothing_is_held_where_nothing_failed() -> None:
    assert not await is_held(outage())


async def test_many_failures_of_one_room_are_that_rooms() -> None:
    one = outage()
    assert not any(one.failed("1", "HTTP 502") for _ in range(100))
    assert not await is_held(one)


async def test_an_answer_in_between_means_that_there_is_none() -> None:
    one = outage()
    for room in range(100):
        assert not one.failed(str(room), "HTTP 502")
        if room % (ROOMS - 1) == 0:
            one.answered()


async def test_in_an_outage_polls_are_held_and_it_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        one = begun()
        assert one.failed("100", "HTTP 502")
    assert await is_held(one)
    assert caplog.messages == ["The gateway is down; polling one room now and then until it is back: HTTP 502"]


async def test_one_probe_is_let_through_after_each_pause_and_the_pauses_grow() -> None:
    clock = Clock()
    one = begun(clock)
    for pause in (2, 4, 8):
        clock.now += pause - 0.5
        assert await is_held(one)
        clock.now += 0.5
        assert not await is_held(one), "the probe"
        assert await is_held(one), "and only one"
        assert one.failed("1", "HTTP 502")


async def test_failures_of_polls_that_were_under_way_do_not_lengthen_the_pause() -> None:
    clock = Clock()
    one = begun(clock)
    for room in range(50):
        one.failed(str(room), "HTTP 502")
    clock.now += 2
    assert not await is_held(one)


async def test_a_probe_of_which_nothing_is_heard_is_followed_by_another() -> None:
    clock = Clock()
    one = begun(clock)
    clock.now += 2
    assert not await is_held(one)
    clock.now += PROBE_SECONDS
    assert not await is_held(one)


async def test_an_answer_ends_it_for_all_who_wait() -> None:
    one = begun()
    waiting = asyncio.create_task(one.turn())
    await asyncio.sleep(0)
    one.answered()
    await asyncio.wait_for(waiting, 5)
    assert not one.is_on
    assert not one.failed("1", "HTTP 502"), "one failure is no outage"


async def test_patience_ends_with_what_to_look_at() -> None:
    clock = Clock()
    one = begun(clock, patience=60)
    clock.now += 61
    with pytest.raises(GatewayDown, match=r"down for 60 s.*GATEWAY_URL.*wait in the queue"):
        await one.turn()
    clock.now -= 61
    one.answered()
    assert not await is_held(one)
