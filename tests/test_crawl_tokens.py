"""Several tokens in real crawls: one that is refused or rests leaves the work to the others."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web

from tests.gateways import environment, run
from tests.scripted import Asked, ranks, refusal, scripted

TOKENS = [f"a-canary-token-{number}" for number in (1, 2, 3)]
ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(30)]
CRAWL = ("crawl", "ranklist", "-a", f"rooms={','.join(ROOMS)}")


def with_tokens(url: str, folder: Path, tokens: list[str]) -> dict[str, str]:
    """The environment of a user who keeps these tokens in a file; a room that fails once is dead."""
    (folder / "tokens").write_text("# mine\n" + "\n\n".join(tokens))
    ours = {"GATEWAY_URL": url, "GATEWAY_TOKEN_FILE": str(folder / "tokens"), "ROOM_ATTEMPTS": "1"}
    return environment(None, folder / "data", ours)


def stored(folder: Path) -> int:
    """How many rooms have a snapshot."""
    with closing(sqlite3.connect(folder / "data" / "ranks.db")) as database:
        return int(database.execute("SELECT count(*) FROM _snapshots").fetchone()[0])


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (401, 401, "HTTP 401: the gateway refuses the token"),
        (403, 403, "HTTP 403: the gateway refuses the token"),
        (402, 402, "HTTP 402: the token's quota is spent"),
        (200, 402, "code 402: the token's quota is spent"),
    ],
)
def test_one_that_is_refused_is_set_aside_and_the_others_go_on(
    tmp_path: Path, status: int, code: int, why: str
) -> None:
    async def answer(asked: Asked) -> web.Response:
        return refusal(status, code, f"no more with {asked.token}") if asked.token == TOKENS[1] else ranks()

    with scripted(answer) as gateway:
        done = run(*CRAWL, env=with_tokens(gateway.url, tmp_path, TOKENS))
    assert stored(tmp_path) == len(ROOMS), done.stderr
    assert f"Token 2 of 3 is set aside, 2 left: {why}" in done.stderr
    assert "Failed: 1 token was refused and set aside: replace or remove it" in done.stderr
    assert done.returncode == 1
    assert "canary" not in done.stderr
    used = [asked.token for asked in gateway.asked if asked.token != TOKENS[1]]
    assert abs(used.count(TOKENS[0]) - used.count(TOKENS[2])) <= 5, "they take turns"


def test_when_the_last_one_is_refused_the_whole_fleet_stops_and_no_room_is_lost(tmp_path: Path) -> None:
    good: list[str] = []

    async def answer(asked: Asked) -> web.Response:
        return ranks() if asked.token in good else refusal(200, 402, "额度用尽")

    with scripted(answer) as gateway:
        env = with_tokens(gateway.url, tmp_path, TOKENS)
        fleet = run("fleet", "--workers", "2", *CRAWL[2:], env=env)
        waiting = run("fleet", "--workers", "2", env=env)
        asked = len(gateway.asked)
        good += TOKENS
        resumed = run("rooms", "resume", env=env)
        done = run("crawl", "ranklist", "-a", "rooms=", env=env)
    assert (fleet.returncode, waiting.returncode) == (3, 3), fleet.stderr
    assert "Token 3 of 3 is set aside" in fleet.stderr
    told = (
        "The fleet is stopped: code 402: the token's quota is spent: '额度用尽'. Its rooms wait in the queue: fix the"
    )
    assert told in fleet.stderr
    assert told in waiting.stderr
    assert "run `scrapy rooms resume`" in waiting.stderr
    assert asked < 3 * len(ROOMS)
    assert (resumed.returncode, done.returncode) == (0, 0), done.stderr
    assert stored(tmp_path) == len(ROOMS)


def test_one_that_is_asked_to_slow_down_rests_and_the_others_go_on(tmp_path: Path) -> None:
    async def answer(asked: Asked) -> web.Response:
        return refusal(429, retry_after="600") if asked.token == TOKENS[0] else ranks()

    with scripted(answer) as gateway:
        done = run(*CRAWL, env=with_tokens(gateway.url, tmp_path, TOKENS))
    assert done.returncode == 0, done.stderr
    assert stored(tmp_path) == len(ROOMS)
    assert "Token 1 of 3 rests for 10 min: HTTP 429" in done.stderr
    assert "Holding every room" not in done.stderr


def test_when_all_of_them_rest_the_fleet_is_held_until_the_first_may_go_on(tmp_path: Path) -> None:
    """The second may be asked with once more: its refusal counts as soon as it is on record."""

    async def answer(asked: Asked) -> web.Response:
        if asked.token == TOKENS[1]:
            return refusal(429, retry_after="600")
        return refusal(429, retry_after="1") if asked.number == 0 else ranks()

    with scripted(answer) as gateway:
        done = run(*CRAWL, "-s", "CONCURRENT_REQUESTS=1", env=with_tokens(gateway.url, tmp_path, TOKENS[:2]))
    assert done.returncode == 0, done.stderr
    assert stored(tmp_path) == len(ROOMS)
    assert "Holding every room for " in done.stderr
    assert [asked.token for asked in gateway.asked[:2]] == TOKENS[:2]
    assert sum(asked.token == TOKENS[1] for asked in gateway.asked) <= 2
