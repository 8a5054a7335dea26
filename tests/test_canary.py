"""A canary token, sent to gateways that misbehave in every known way and repeat it: it comes out nowhere."""

import gzip
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest
from aiohttp import web
from redis import Redis

from tests.gateways import environment, run
from tests.misbehaviour import ECHOES, GONE, RETRIED, STOPPING, Kind
from tests.scripted import Asked, ranks, refusal, scripted

CANARY = "c4nary-0f-th3-token"
FIRST = 7_300_000_000_000_000_000
LIMITS = ("-s", "DOWNLOAD_TIMEOUT=1", "-s", "DOWNLOAD_MAXSIZE=100000", "-L", "DEBUG")


def found_in(folder: Path) -> list[str]:
    """The files, packed ones unpacked, that hold the token."""
    held = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "token":
            content = path.read_bytes()
            content += gzip.decompress(content) if path.suffix == ".gz" else b""
            held += [str(path)] if CANARY.encode() in content else []
    return held


def feeds(folder: Path) -> list[str]:
    """Options for a feed of each kind."""
    return [word for name in ("r.jsonl", "r.csv", "r.json", "r.xml", "r.csv.gz") for word in ("-O", str(folder / name))]


def crawled(
    folder: Path, kinds: dict[str, Kind], *options: str, tokens: Sequence[str] = (CANARY,), **extra: str
) -> str:
    """All that a crawl, and a look at its queue, printed, where a room for each kind was asked for."""
    rooms = {str(FIRST + number): kind for number, kind in enumerate(kinds.values())}

    async def answer(asked: Asked) -> web.StreamResponse:
        return await rooms[asked.room_id](asked)

    (folder / "token").write_text("\n".join(tokens))
    with scripted(answer) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN_FILE": str(folder / "token"), "ROOM_ATTEMPTS": "2"}
        env = environment(None, folder / "data", ours | {"GATEWAY_PATIENCE": "1"} | extra)
        args = ["-a", f"rooms={','.join(rooms)}", *LIMITS, *options]
        shown = [run("crawl", "ranklist", *args, *feeds(folder), env=env)]
        shown += [run("rooms", "dead", "--json", "-L", "DEBUG", env=env)]
        assert {asked.token for asked in gateway.asked} == set(tokens), "the gateway has it"
        assert {asked.room_id for asked in gateway.asked} <= set(rooms)
    return "".join(done.stdout + done.stderr for done in shown)


def assert_nowhere(folder: Path, shown: str) -> None:
    """That the token was neither shown nor kept."""
    assert CANARY not in shown
    assert len(list(folder.rglob("*"))) > 5
    assert found_in(folder) == []


def profile(folder: Path, place: str) -> str:
    """The path of a profile with the token at this place."""
    text = files("rankcrawler.gateways.profiles").joinpath("titodata.toml").read_text("utf-8")
    assert text.count('"query:token"') == 1
    (folder / "placed.toml").write_text(text.replace('"query:token"', f'"{place}"'), "utf-8")
    return str(folder / "placed.toml")


@pytest.mark.parametrize("place", ["query:token", "header:X-Api-Key", "bearer"])
def test_it_comes_out_nowhere_whatever_the_gateway_does(tmp_path: Path, place: str) -> None:
    async def good(_asked: Asked) -> web.StreamResponse:
        return ranks()

    kinds = {name: kind for pair in RETRIED.items() for name, kind in (pair, (f"after_{pair[0]}", good))}
    shown = crawled(tmp_path, kinds | GONE | ECHOES, GATEWAY_PROFILE=profile(tmp_path, place))
    assert len(RETRIED) + len(GONE) + len(ECHOES) >= 15
    assert_nowhere(tmp_path, shown)
    assert "***" in shown, "what the gateway said of it is shown"


@pytest.mark.parametrize("place", ["query:token", "header:X-Api-Key", "bearer"])
def test_it_comes_out_nowhere_when_it_is_refused(tmp_path: Path, place: str) -> None:
    async def refusing(asked: Asked) -> web.StreamResponse:
        return await list(STOPPING.values())[int(asked.token[-1])](asked)

    tokens = [f"{CANARY}-{kind}" for kind in range(4)]
    shown = crawled(tmp_path, dict.fromkeys("abcd", refusing), tokens=tokens, GATEWAY_PROFILE=profile(tmp_path, place))
    assert all(f"Token {number} of 4 is set aside" in shown for number in range(1, 5))
    assert "is set aside, 0 left" in shown
    assert_nowhere(tmp_path, shown)


def test_it_comes_out_nowhere_when_the_gateway_asks_to_slow_down(tmp_path: Path) -> None:
    async def slow(asked: Asked) -> web.StreamResponse:
        return refusal(429, msg=asked.token, retry_after="1") if asked.number == 0 else ranks()

    assert_nowhere(tmp_path, crawled(tmp_path, {"slow": slow}))


@pytest.mark.parametrize("place", ["query:token", "bearer"])
def test_it_comes_out_in_no_traceback(tmp_path: Path, place: str) -> None:
    pipelines = 'ITEM_PIPELINES={"tests.defects.RaisingPipeline": 1}'
    kinds = dict(list(RETRIED.items())[:5]) | ECHOES
    shown = crawled(tmp_path, kinds, "-s", pipelines, GATEWAY_PROFILE=profile(tmp_path, place))
    assert "Traceback (most recent" in shown
    assert_nowhere(tmp_path, shown)


def test_it_comes_out_nowhere_when_nobody_listens_or_speaks_tls(tmp_path: Path) -> None:
    async def good(_asked: Asked) -> web.StreamResponse:
        return ranks()

    (tmp_path / "token").write_text(CANARY)
    with scripted(good) as gateway:
        for url in ("http://127.0.0.1:9", gateway.url.replace("http:", "https:")):
            ours = {"GATEWAY_URL": url, "GATEWAY_TOKEN_FILE": str(tmp_path / "token"), "ROOM_ATTEMPTS": "1"}
            env = environment(None, tmp_path / "data", ours)
            done = run("crawl", "ranklist", "-a", f"rooms={FIRST}", *LIMITS, env=env)
            shown = run("rank", str(FIRST), "-L", "DEBUG", env=env)
            assert (done.returncode, shown.returncode) == (1, 1)
            assert_nowhere(tmp_path, done.stdout + done.stderr + shown.stdout + shown.stderr)


def test_no_key_and_no_value_of_the_queue_holds_it(tmp_path: Path, redis: "Redis", redis_url: str) -> None:
    redis.ping()
    crawled(tmp_path, dict(list(RETRIED.items())[:8]) | GONE, REDIS_URL=redis_url)
    raw = Redis.from_url(redis_url)
    kept = b"".join(key + (raw.dump(key) or b"") for key in raw.scan_iter())
    values = [raw.hgetall(key) for key in raw.scan_iter(_type="hash")]
    raw.close()
    assert b"HTTP 500" in repr(values).encode(), "the reasons are there"
    assert CANARY.encode() not in kept + repr(values).encode()
