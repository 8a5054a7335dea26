"""A gateway that answers every room with something else than a list, in real crawls: no room dies of it."""

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from rankcrawler.simulator.server import Gateway
from tests.crawls import crawling, until
from tests.gateways import TOKEN, environment, run
from tests.scripted import Asked, Scripted, ranks, refusal, scripted

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(12)]
FAILING_SECONDS = 3.0
EVERY = 0.5
QUICK = {"ROOM_ATTEMPTS": "3", "ROOM_BACKOFF": "0.1", "ROOM_BACKOFF_MAX": "1", "GATEWAY_TOKEN": TOKEN}

Fault = Callable[[], web.Response]
SOFT: dict[str, Fault] = {
    "an empty body": lambda: web.Response(body=b""),
    "an HTML page": lambda: web.Response(text="<html><title>Maintenance</title>", content_type="text/html"),
    "HTTP 400": lambda: web.json_response({"detail": {"code": 400, "message": "参数错误"}}, status=400),
    "an inner status_code": lambda: web.json_response(
        {"code": 200, "msg": "成功", "data": {"data": {"message": "系统繁忙"}, "status_code": 10011}}
    ),
    "a code": lambda: web.json_response({"code": 500, "msg": "busy"}),
    "a web server's 404": lambda: web.Response(text="<h1>Not Found</h1>", content_type="text/html", status=404),
    "a redirect": lambda: web.Response(headers={"Location": "https://login.test/"}, status=302),
    "the gateway's own 404": lambda: refusal(404, msg="直播间不存在或已结束"),
    "a code of its own for each answer": lambda: web.json_response({"code": time.monotonic_ns(), "msg": "busy"}),
}


class Moody:
    """A gateway that can be told to fail, and its lists of rooms since it was last told anything."""

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.listed: Counter[str] = Counter()
        self.failed = 0

    async def answer(self, asked: Asked) -> web.Response:
        """A list, or what it was told."""
        if self.fault is not None:
            self.failed += 1
            return self.fault()
        self.listed[asked.room_id] += 1
        return ranks()

    def be(self, fault: Fault | None) -> None:
        """Answer like this from now on."""
        self.fault = fault
        self.listed.clear()

    def listed_all(self) -> bool:
        """Whether each room had its list at least twice."""
        return all(self.listed[room] > 1 for room in ROOMS)


def gateway_at(gateway: Scripted) -> Gateway:
    return Gateway(gateway.url, TOKEN, None, "titodata")  # type: ignore[arg-type] # a crawl needs no ledger


def state_of(data: Path, *words: str) -> dict[str, int]:
    status = run("rooms", "status", "--json", *words, env=environment(None, data))
    depth: dict[str, int] = json.loads(status.stdout)["depth"]
    return depth


def add(data: Path, *words: str) -> None:
    added = run("rooms", "add", *ROOMS, *words, env=environment(None, data))
    assert added.returncode == 0, added.stderr


@pytest.mark.parametrize("name", SOFT)
def test_a_soft_outage_kills_no_recurring_room_and_all_are_polled_when_it_is_over(tmp_path: Path, name: str) -> None:
    moody, data = Moody(), tmp_path / "data"
    add(data, "--every", str(EVERY))
    with scripted(moody.answer) as gateway, crawling(gateway_at(gateway), data, QUICK) as crawl:
        until(moody.listed_all)
        moody.be(SOFT[name])
        time.sleep(FAILING_SECONDS)
        moody.be(None)
        until(moody.listed_all, 20)
        depth = state_of(data)
        crawl.terminate()
    assert (depth["dead"], depth["retired"], depth["recurring"]) == (0, 0, len(ROOMS)), crawl.log
    assert depth["failing"] == 0
    assert "until it is back" in crawl.log
    assert "The gateway answers again" in crawl.log
    assert 0 < moody.failed < 40, "those under way, and the probes"


def test_one_recurring_room_that_fails_is_failing_and_recovers_by_itself(tmp_path: Path) -> None:
    bad, data, is_bad = ROOMS[0], tmp_path / "data", [True]

    async def answer(asked: Asked) -> web.Response:
        return refusal(200, 7, "此房间异常") if asked.room_id == bad and is_bad else ranks()

    add(data, "--every", str(EVERY))
    with scripted(answer) as gateway, crawling(gateway_at(gateway), data, QUICK) as crawl:
        crawl.says(f"Room {bad} is failing after attempt 3")
        listed = run("rooms", "list", "--state", "failing", "--json", env=environment(None, data))
        status = run("rooms", "status", env=environment(None, data)).stdout
        assert (state_of(data)["failing"], state_of(data)["dead"]) == (1, 0)
        is_bad.clear()
        until(lambda: state_of(data)["failing"] == 0, 20)
        crawl.terminate()
    room = json.loads(listed.stdout)
    assert (room["room_id"], room["last"], room["failing_since"] > 0) == (bad, "code 7: '此房间异常'", True)
    assert "failing\t1, for up to " in status
    assert "failing\t1 × code 7: '此房间异常'\n" in status


@pytest.mark.parametrize("every", [[], ["--every", "0.5"]])
@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize("page", ["<h1>Not Found</h1>", '{"detail":"Not Found"}'])
def test_a_wrong_address_ends_the_crawl_and_touches_no_room(
    tmp_path: Path, every: list[str], count: int, page: str
) -> None:
    async def answer(_asked: Asked) -> web.Response:
        return web.Response(text=page, status=404)

    data = tmp_path / "data"
    with scripted(answer) as gateway:
        env = environment(None, data, QUICK | {"GATEWAY_URL": f"{gateway.url}/v1"})
        assert run("rooms", "add", *ROOMS[:count], *every, env=env).returncode == 0
        done = run("crawl", "ranklist", env=env)
    assert done.returncode == 1
    assert f"GATEWAY_URL ({gateway.url}/v1) seems to be wrong: no room was ever answered well" in done.stderr
    assert "HTTP 404: a web server's answer, not the gateway's" in done.stderr
    assert "Failed: GATEWAY_URL seems to be wrong; the rooms wait in the queue" in done.stderr
    depth = state_of(data)
    assert depth["ready"] + depth["scheduled"] == count
    assert (depth["dead"], depth["retired"]) == (0, 0)


def test_an_address_with_the_documented_path_is_refused_before_anything_starts(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/douyin/liveroom/ranklist"
    env = environment(None, tmp_path / "data", {"GATEWAY_URL": url, "GATEWAY_TOKEN": TOKEN})
    done = run("crawl", "ranklist", "-a", f"rooms={ROOMS[0]}", env=env)
    assert done.returncode == 1
    assert "(GATEWAY_URL=http://127.0.0.1:9)" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_gateways_words_reach_log_dead_letter_store_and_status(tmp_path: Path) -> None:
    async def answer(asked: Asked) -> web.Response:
        return refusal(200, 7, "此房间异常") if asked.room_id == ROOMS[0] else refusal(200, 403, "余额不足，请充值")

    data = tmp_path / "data"
    with scripted(answer) as gateway:
        env = environment(None, data, QUICK | {"GATEWAY_URL": gateway.url, "STORE_URL": f"jsonl:{tmp_path / 'lines'}"})
        died = run("crawl", "ranklist", "-a", f"rooms={ROOMS[0]}", env=env)
        stopped = run("crawl", "ranklist", "-a", f"rooms={ROOMS[1]}", env=env)
    room, token = "code 7: '此房间异常'", "code 403: the gateway refuses the token: '余额不足，请充值'"
    assert room in died.stderr
    assert json.loads(run("rooms", "dead", "--json", env=env).stdout)["reason"] == room
    assert token in stopped.stderr
    assert f"state\tstopped: {token}\n" in run("rooms", "status", env=env).stdout
    polls = [json.loads(line) for line in (tmp_path / "lines" / "polls.jsonl").read_text("utf-8").splitlines()]
    assert {poll["reason"] for poll in polls} == {room, token}


def test_a_gateway_that_asks_one_kind_to_slow_down_is_asked_for_no_kind(tmp_path: Path) -> None:
    asked_at: list[tuple[str, float]] = []
    data, hold = tmp_path / "data", 3.0

    async def answer(asked: Asked) -> web.Response:
        kind = asked.http.path.rpartition("/")[2]
        asked_at.append((kind, time.monotonic()))
        is_first = sum(each == "ranklist" for each, _ in asked_at) == 1
        return refusal(429, retry_after=str(hold)) if kind == "ranklist" and is_first else ranks()

    add(data, "--every", "0.2", "--kind", "audience")
    with scripted(answer) as gateway:
        where = gateway_at(gateway)
        with crawling(where, data, QUICK, "-a", "kind=audience") as audiences:
            until(lambda: len(asked_at) > 20)
            with crawling(where, data, QUICK, "-a", f"rooms={ROOMS[0]}") as lists:
                lists.says("Holding every room for 3 s: HTTP 429")
                assert lists.end() == 0, lists.log
            until(lambda: asked_at[-1][1] > slow_down(asked_at) + hold + 0.5)
            audiences.terminate()
    began = slow_down(asked_at)
    kinds = [kind for kind, at in asked_at if began + 0.5 < at < began + hold - 0.1]
    assert kinds == []


def slow_down(asked_at: list[tuple[str, float]]) -> float:
    """When the gateway asked to slow down."""
    return next(at for kind, at in asked_at if kind == "ranklist")
