"""The event loop of a crawl: its timers do not fire early, so that a line an interval is one line an interval."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop
from scrapy.utils.asyncio import AsyncioLoopingCall

from rankcrawler.event_loop import Loop
from tests.crawls import crawling, until
from tests.gateways import simulated

INTERVAL = 0.02


async def calls_in_each_interval(seconds: float) -> Counter[int]:
    """How often a looping call of Scrapy's is made in each interval since it was started."""
    moments: list[float] = []
    call = AsyncioLoopingCall(lambda: moments.append(time.monotonic()))
    call.start(INTERVAL)
    began = call._start_time
    assert began is not None
    await asyncio.sleep(seconds)
    call.stop()
    return Counter(int((moment - began) / INTERVAL) for moment in moments)


async def sleeps_that_were_too_short(number: int) -> list[float]:
    """Of several sleeps of up to 30 ms, those that ended early, in seconds."""

    async def falls_short(delay: float) -> float:
        began = time.monotonic()
        await asyncio.sleep(delay)
        return delay - (time.monotonic() - began)

    short = [await falls_short(0.0001 + step * 0.0299 / number) for step in range(number)]
    return [seconds for seconds in short if seconds > 0]


def test_a_looping_call_is_made_once_an_interval() -> None:
    with asyncio.Runner(loop_factory=Loop) as runner:
        calls = runner.run(calls_in_each_interval(2.0))
    assert len(calls) > 20
    assert set(calls.values()) == {1}


def test_a_sleep_is_never_too_short() -> None:
    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(sleeps_that_were_too_short(100)) == []


def test_uvloop_itself_ends_sleeps_early() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        short = runner.run(sleeps_that_were_too_short(100))
    assert short, "uvloop keeps time now: rankcrawler.event_loop is no longer needed"


@pytest.mark.parametrize("delay", [0, -1])
def test_what_is_due_is_called_soon(delay: float) -> None:
    called: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(delay, called.append, delay)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main())
    assert called == [delay]


def test_a_timer_can_be_cancelled_and_is_called_with_its_arguments() -> None:
    called: list[tuple[int, ...]] = []

    def note(*numbers: int) -> None:
        called.append(numbers)

    async def main(at: Callable[[], float]) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, note, 1, 2)
        loop.call_at(at() + 0.01, note, 3)
        loop.call_later(0.01, note, 4).cancel()
        await asyncio.sleep(0.05)

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main(runner.get_loop().time))
    assert sorted(called) == [(1, 2), (3,)]


def test_a_crawl_logs_its_figures_once_an_interval(tmp_path: Path) -> None:
    line = re.compile(r"Crawled \d+ pages")
    with (
        simulated() as gateway,
        crawling(gateway, tmp_path, {}, "-s", "LOGSTATS_INTERVAL=0.25") as crawl,
    ):
        until(lambda: len(line.findall(crawl.log)) >= 2)
        began, before = time.monotonic(), len(line.findall(crawl.log))
        until(lambda: time.monotonic() - began > 4)
        lines = len(line.findall(crawl.log)) - before
        crawl.terminate()
    assert 2 <= lines <= (time.monotonic() - began) / 0.25 + 1
