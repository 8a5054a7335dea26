"""An outage of the gateway: when one begins, how it is probed, and when it is over."""

import asyncio
import logging

import pytest

from rankcrawler.errors import GatewayDown, WrongAddress
from rankcrawler.extensions.outage import GONE, MANY, PROBE_SECONDS, ROOMS, GatewayOutage
from rankcrawler.gateways.verdict import DOWN


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


def test_a_failure_of_any_form_that_many_rooms_share_is_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    for form in ("200 None None", "200 500 None", GONE):
        one = outage()
        assert [one.failed(str(room), "busy", form) for room in range(ROOMS)] == [False] * (ROOMS - 1) + [True]
        assert one.rooms(form) == ROOMS
    assert [message.partition(";")[0] for message in caplog.messages] == [
        *["Room after room fails in the same way, so the gateway is to blame and not the rooms"] * 2,
        "Room after room is gone, so the gateway is to blame and not the rooms",
    ]


def test_rooms_that_fail_each_in_a_way_of_its_own_are_none_until_they_are_very_many() -> None:
    one = outage()
    assert [one.failed(str(room), "busy", f"code {room}") for room in range(MANY)] == [False] * (MANY - 1) + [True]


def test_failures_of_another_form_in_between_do_not_hide_an_outage() -> None:
    one = outage()
    assert not any(one.failed(str(room), "busy", form) for room in range(ROOMS - 1) for form in ("a", "b"))
    assert one.failed(str(ROOMS), "busy", "b")


def test_the_forms_and_rooms_that_are_remembered_are_few() -> None:
    one = outage()
    for room in range(10_000):
        one.failed(str(room), "busy", f"code {room}")
        one.failed(str(room), "busy", GONE)
    assert len(one._failed) <= 100
    assert sum(map(len, one._failed.values())) <= 100 * 20


async def test_an_answer_about_no_room_ends_an_outage_in_which_the_gateway_was_down_and_no_other() -> None:
    down, soft = begun(), outage()
    for room in range(ROOMS):
        soft.failed(str(room), "busy", "200 500 None")
    for one in (down, soft):
        one.reached()
    assert (down.is_on, soft.is_on) == (False, True)
    assert not down.failed("1", "HTTP 502", DOWN), "its count began anew"


async def test_a_probe_that_is_asked_to_slow_down_is_followed_by_another_after_the_same_pause() -> None:
    clock = Clock()
    one = outage(clock)
    for room in range(ROOMS):
        one.failed(str(room), "busy", "200 500 None")
    for _ in range(3):
        clock.now += 2
        assert not await is_held(one), "the probe"
        one.reached()
        assert await is_held(one)


async def test_patience_with_rooms_that_fail_in_the_same_way_ends_with_what_to_look_at() -> None:
    clock = Clock()
    one = outage(clock, patience=60)
    for room in range(ROOMS):
        one.failed(str(room), "code 10011: '参数错误'", "200 10011 None")
    clock.now += 61
    with pytest.raises(GatewayDown, match=r"no list for 60 s.*code 10011: '参数错误'.*VERDICTS.*wait in the queue"):
        await one.turn()


async def test_giving_up_ends_every_wait_with_its_reason() -> None:
    one = begun()
    waiting = asyncio.create_task(one.turn())
    await asyncio.sleep(0)
    one.check()
    one.give_up(WrongAddress("because"))
    with pytest.raises(WrongAddress, match="because"):
        await asyncio.wait_for(waiting, 5)
    assert one.is_given_up
    with pytest.raises(WrongAddress, match="because"):
        one.check()
