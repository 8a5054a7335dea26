"""Whole crawls: a real worker process, a real queue, a real store, and the simulated gateway over HTTP."""

import csv
import gzip
import json
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from rankcrawler.model.rows import RankEntry
from rankcrawler.simulator.clock import wall_clock
from rankcrawler.simulator.faults import FaultKind, Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.gateways import FORKS, TOKEN, environment, run, simulated

ROOMS = [str(6_994_259_511_469_247_263 + step) for step in range(8)]
ENDED = "7000000000000000001"
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY) | {ROOMS[6]: Scenario.EMPTY, ROOMS[7]: Scenario.ANONYMISED})


def jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def query(data: Path, sql: str) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(data / "ranks.db")
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def test_every_row_served_is_stored_and_stands_in_every_feed(tmp_path: Path) -> None:
    (tmp_path / "rooms.txt").write_text("\n".join(ROOMS))
    outputs = [tmp_path / name for name in ("r.jsonl", "r.csv", "r.json", "r.jsonl.gz", "r.csv.gz")]
    with simulated(WORLD) as gateway:
        feeds = [word for output in outputs for word in ("-O", str(output))]
        done = run(
            "crawl",
            "ranklist",
            "-a",
            f"rooms={tmp_path / 'rooms.txt'}",
            *feeds,
            env=environment(gateway, tmp_path / "data"),
        )
        served = gateway.ledger.rows.total()
    assert done.returncode == 0, done.stderr
    assert "Lists: 7 stored, 0 unchanged, 1 empty\n" in done.stderr
    assert "Rooms: 0 dead" in done.stderr
    rows = jsonl(outputs[0])
    assert served == len(rows) == query(tmp_path / "data", "SELECT count(*) FROM _entries")[0][0]
    assert list(rows[0]) == list(RankEntry.__struct_fields__)
    assert json.loads(outputs[2].read_text("utf-8")) == rows
    assert [json.loads(line) for line in gzip.decompress(outputs[3].read_bytes()).splitlines()] == rows
    with outputs[1].open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    assert [row["user_id"] for row in table] == [row["user_id"] or "" for row in rows]
    assert gzip.decompress(outputs[4].read_bytes()).decode("utf-8") == outputs[1].read_bytes().decode("utf-8")


def test_the_same_crawl_twice_gives_the_same_feed_and_stores_each_list_once(tmp_path: Path) -> None:
    args = ["crawl", "ranklist", "-a", f"rooms={','.join(ROOMS)}", "-O"]
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path / "data")
        runs = [run(*args, str(tmp_path / name), env=env) for name in ("first.jsonl", "second.jsonl")]
    assert [done.returncode for done in runs] == [0, 0]
    assert "7 stored, 0 unchanged, 1 empty" in runs[0].stderr
    assert "0 stored, 7 unchanged, 1 empty" in runs[1].stderr
    feeds = [
        sorted([row | {"polled_at": None} for row in jsonl(tmp_path / name)], key=json.dumps)
        for name in ("first.jsonl", "second.jsonl")
    ]
    assert feeds[0] == feeds[1]
    assert query(tmp_path / "data", "SELECT count(*) FROM _snapshots WHERE entry_count > 0") == [(7,)]


def test_an_unchanged_list_is_noted_and_not_stored_again(tmp_path: Path) -> None:
    now = [1_790_000_000_000]

    def clock() -> int:
        return now[0]

    with simulated(World(1, {ROOMS[0]: Scenario.ANONYMISED}), clock=clock) as gateway:
        env = environment(gateway, tmp_path / "data")
        for _ in range(2):
            assert run("crawl", "ranklist", "-a", f"rooms={ROOMS[0]}", env=env).returncode == 0
            now[0] += 1
    polls = query(tmp_path / "data", "SELECT outcome, count(*), count(DISTINCT snapshot_key) FROM _polls GROUP BY 1")
    assert sorted(polls) == [("stored", 1, 1), ("unchanged", 1, 1)]


def test_json_lines_store_holds_the_same_rows(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path / "data", {"STORE_URL": f"jsonl:{tmp_path / 'lines'}"})
        done = run("crawl", "ranklist", "-a", f"rooms={','.join(ROOMS)}", "-O", str(tmp_path / "r.jsonl"), env=env)
    assert done.returncode == 0, done.stderr
    stored, fed = jsonl(tmp_path / "lines" / "entries.jsonl"), jsonl(tmp_path / "r.jsonl")
    assert sorted(stored, key=json.dumps) == sorted(fed, key=json.dumps)
    assert not (tmp_path / "data" / "ranks.db").exists()


def test_a_room_that_is_gone_is_dead_with_its_reason_and_fails_the_run(tmp_path: Path) -> None:
    with simulated(World(1, {ROOMS[0]: Scenario.ORDINARY, ENDED: Scenario.ENDED})) as gateway:
        done = run("crawl", "ranklist", "-a", f"rooms={ROOMS[0]},{ENDED}", env=environment(gateway, tmp_path / "data"))
    assert done.returncode == 1
    assert "Lists: 1 stored, 0 unchanged, 0 empty\n" in done.stderr
    assert "Rooms: 1 dead" in done.stderr
    assert f"Room {ENDED} is dead after attempt 1: HTTP 404: no such room" in done.stderr


def test_faulty_answers_are_retried_until_every_room_is_stored(tmp_path: Path) -> None:
    others = (FaultKind.STALL, FaultKind.TOO_MANY_REQUESTS, FaultKind.BAD_ROWS)
    kinds = [kind for kind in FaultKind if kind not in others]
    rooms = [str(7_100_000_000_000_000_000 + step) for step in range(40)]
    with simulated(World(1, dict.fromkeys(rooms, Scenario.ORDINARY)), faults=Faults(0.3, kinds)) as gateway:
        env = environment(gateway, tmp_path / "data", {"ROOM_ATTEMPTS": "20"})
        done = run("crawl", "ranklist", "-a", f"rooms={','.join(rooms)}", env=env)
        faults = sum(gateway.ledger.outcomes[kind] for kind in kinds)
    assert faults > 5
    assert done.returncode == 0, done.stderr
    assert "Lists: 40 stored, 0 unchanged, 0 empty\n" in done.stderr
    assert "Rooms: 0 dead" in done.stderr
    assert query(tmp_path / "data", "SELECT count(*) FROM _snapshots") == [(40,)]


def test_a_room_that_keeps_failing_dies_after_its_attempts(tmp_path: Path) -> None:
    with simulated(faults=Faults(1.0, [FaultKind.IN_BAND_CODE])) as gateway:
        env = environment(gateway, tmp_path / "data", {"ROOM_ATTEMPTS": "3"})
        done = run("crawl", "ranklist", "-a", f"rooms={ROOMS[0]}", env=env)
        asked = gateway.ledger.outcomes.total()
    assert (done.returncode, asked) == (1, 3)
    assert f"Room {ROOMS[0]} is dead after attempt 3: code 500" in done.stderr


def test_too_many_requests_holds_the_queue_and_counts_no_attempt(tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(0.5, [FaultKind.TOO_MANY_REQUESTS], seed=3)) as gateway:
        env = environment(gateway, tmp_path / "data", {"ROOM_ATTEMPTS": "1"})
        done = run("crawl", "ranklist", "-a", f"rooms={','.join(ROOMS[:3])}", env=env)
        refused = gateway.ledger.outcomes[FaultKind.TOO_MANY_REQUESTS]
    assert refused > 0
    assert done.returncode == 0, done.stderr


def test_a_refused_token_stops_the_fleet_until_it_is_resumed_and_keeps_the_rooms_queued(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        wrong = run(
            "crawl",
            "ranklist",
            "-a",
            f"rooms={ROOMS[0]}",
            env=environment(gateway, tmp_path / "data", {"GATEWAY_TOKEN": "wrong-token"}),
        )
        still, resumed, right = (
            run(*words, env=environment(gateway, tmp_path / "data"))
            for words in (
                ("crawl", "ranklist", "-a", "rooms="),
                ("rooms", "resume"),
                ("crawl", "ranklist", "-a", "rooms="),
            )
        )
    assert wrong.returncode == still.returncode == 3
    assert "The token is set aside, 0 left: HTTP 401: the gateway refuses the token" in wrong.stderr
    assert "The fleet is stopped: HTTP 401: the gateway refuses the token" in still.stderr
    assert "run `scrapy rooms resume`" in wrong.stderr
    assert "run `scrapy rooms resume`" in still.stderr
    assert resumed.returncode == right.returncode == 0
    assert "Lists: 1 stored" in right.stderr


def test_a_gateway_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    env = environment(None, tmp_path / "data", {"GATEWAY_URL": "http://127.0.0.1:9", "GATEWAY_TOKEN": TOKEN})
    done = run("crawl", "ranklist", "-a", f"rooms={ROOMS[0]}", env=env | {"ROOM_ATTEMPTS": "2"})
    assert done.returncode == 1
    assert "cannot connect to the gateway http://127.0.0.1:9 (Connection refused): check GATEWAY_URL" in done.stderr


def test_a_bad_line_is_named_and_the_good_ones_are_polled(tmp_path: Path) -> None:
    rooms = tmp_path / "rooms.jsonl"
    rooms.write_text(f'{{"room_id": "{ROOMS[0]}"}}\n{{"room": 1}}\n{ROOMS[1]}\n')
    with simulated(WORLD) as gateway:
        done = run("crawl", "ranklist", "-a", f"rooms={rooms}", env=environment(gateway, tmp_path / "data"))
    assert done.returncode == 1
    assert f"{rooms}, line 2: expected a room id" in done.stderr
    assert "Lists: 2 stored" in done.stderr
    assert "Failed: 1 entry of the room list could not be read; the other 2 rooms were added" in done.stderr


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("GATEWAY_URL", "GATEWAY_URL is not set"),
        ("GATEWAY_TOKEN", "No token is set. Set GATEWAY_TOKEN in the environment"),
    ],
)
def test_a_missing_setting_is_one_line_that_says_how_to_set_it(tmp_path: Path, missing: str, told: str) -> None:
    env = environment(None, tmp_path / "data", {"GATEWAY_URL": "http://127.0.0.1:9", "GATEWAY_TOKEN": TOKEN})
    del env[missing]
    done = run("crawl", "ranklist", env=env)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert told in done.stderr
    assert "simulate" in done.stderr
    assert "See docs/settings.md" in done.stderr


@pytest.mark.parametrize("given", [("-s", f"GATEWAY_TOKEN={TOKEN}"), ("-a", f"token={TOKEN}")])
def test_a_token_on_the_command_line_is_refused(tmp_path: Path, given: tuple[str, str]) -> None:
    env = environment(None, tmp_path / "data", {"GATEWAY_URL": "http://127.0.0.1:9", "GATEWAY_TOKEN": TOKEN})
    done = run("crawl", "ranklist", *given, env=env)
    assert done.returncode == 1
    assert "other users of this machine can read it" in done.stderr
    assert TOKEN not in done.stderr


def test_the_token_is_in_no_log_line_feed_store_or_queue(tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(0.5, seed=2)) as gateway:
        done = run(
            "crawl",
            "ranklist",
            "-a",
            f"rooms={','.join(ROOMS)}",
            "-O",
            str(tmp_path / "r.jsonl"),
            "-L",
            "DEBUG",
            env=environment(gateway, tmp_path / "data", {"ROOM_ATTEMPTS": "20"}),
        )
    assert "Lists: 7 stored" in done.stderr
    assert TOKEN not in done.stderr + done.stdout
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []


def test_a_waiting_crawl_takes_what_is_pushed_to_the_inbox_at_once_and_stops_on_sigterm(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with simulated(WORLD) as gateway:
        env = environment(gateway, data)
        command = [*FORKS.program(env), "crawl", "ranklist"]
        with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as worker:
            assert worker.stderr is not None
            seen = ""
            while "Leasing from the embedded server" not in seen:
                seen = worker.stderr.readline()
                assert seen, "the worker ended early"
            redis = Redis(unix_socket_path=str(data / "queue" / "redis.sock"))
            delays = [_seconds_until_asked(gateway.ledger.rooms, redis, room) for room in ROOMS[:5]]
            redis.close()
            worker.send_signal(signal.SIGTERM)
            worker.communicate(timeout=10)
    assert sorted(delays)[2] < 0.2
    assert worker.returncode == 0
    assert query(data, "SELECT count(*) FROM _polls") == [(5,)]


def _seconds_until_asked(asked: dict[str, Any], redis: Redis, room: str) -> float:
    time.sleep(0.2)
    began = time.monotonic()
    redis.lpush("ranklist:start_urls", room)
    while room not in asked and time.monotonic() - began < 10:
        time.sleep(0.001)
    return time.monotonic() - began


def test_a_worker_told_to_stop_while_the_gateway_stalls_gives_its_rooms_back_within_ten_seconds(
    tmp_path: Path,
) -> None:
    with simulated(WORLD, faults=Faults(1.0, [FaultKind.STALL]), lost=5) as gateway:
        env = environment(gateway, tmp_path / "data")
        command = [*FORKS.program(env), "crawl", "ranklist", "-a", f"rooms={','.join(ROOMS[:5])}"]
        with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as worker:
            while gateway.ledger.outcomes.total() < 5:
                time.sleep(0.01)
            began = time.monotonic()
            worker.send_signal(signal.SIGTERM)
            _, log = worker.communicate(timeout=20)
            seconds = time.monotonic() - began
    assert seconds < 10
    assert worker.returncode == 1
    assert "stopped before the queue was empty" in log
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path / "data")
        run("rooms", "claim", env=env)  # the gateway has another port now
        done = run("crawl", "ranklist", "-a", "rooms=", env=env, timeout=20)
    assert "Lists: 5 stored" in done.stderr


def test_a_waiting_crawl_ends_when_idle_for_as_long_as_it_is_told(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        done = run("crawl", "ranklist", "-s", "MAX_IDLE_TIME_BEFORE_CLOSE=1", env=environment(gateway, tmp_path))
    assert done.returncode == 0, done.stderr


def test_a_room_with_an_interval_is_polled_again_and_again(tmp_path: Path) -> None:
    rooms = tmp_path / "rooms.csv"
    rooms.write_text(f"room_id,every\n{ROOMS[0]},0.5\n")
    with simulated(WORLD, clock=wall_clock) as gateway:
        done = run(
            "crawl",
            "ranklist",
            "-a",
            f"rooms={rooms}",
            "-s",
            "CLOSESPIDER_ITEMCOUNT=4",
            env=environment(gateway, tmp_path / "data"),
        )
        polls = gateway.ledger.outcomes.total()
    assert done.returncode == 0, done.stderr
    assert polls >= 4


def test_a_worker_killed_with_leases_loses_no_room(tmp_path: Path) -> None:
    data = tmp_path / "data"
    rooms = [str(7_200_000_000_000_000_000 + step) for step in range(60)]
    with simulated(World(1, dict.fromkeys(rooms, Scenario.ORDINARY)), faults=Faults(latency=0.2)) as gateway:
        env = environment(gateway, data)
        options = ["-a", f"rooms={','.join(rooms)}", "-s", "LEASE_SECONDS=2"]
        with subprocess.Popen(
            [*FORKS.program(env), "crawl", "ranklist", *options], env=env, stderr=subprocess.DEVNULL
        ) as worker:
            while gateway.ledger.outcomes.total() < 25 and worker.poll() is None:
                time.sleep(0.01)
            worker.kill()
        done = run("crawl", "ranklist", "-a", "rooms=", "-s", "LEASE_SECONDS=2", env=env)
    assert done.returncode == 0, done.stderr
    stored = query(data, "SELECT room_id, count(*) FROM _snapshots JOIN _rooms USING (room_key) GROUP BY room_id")
    assert sorted(stored) == [(room, 1) for room in rooms]


def test_a_store_that_cannot_be_opened_ends_the_run_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path / "data", {"STORE_URL": f"jsonl:{tmp_path / 'file' / 'folder'}"})
        done = run("crawl", "ranklist", "-a", f"rooms={ROOMS[0]}", env=env)
    assert done.returncode == 1
    assert f"the JSON Lines store {tmp_path / 'file' / 'folder'} cannot be opened" in done.stderr
    assert "Failed: the crawl ended early: store_not_open" in done.stderr


def test_a_crawl_whose_feed_cannot_be_written_ends_before_it_polls(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with simulated(WORLD) as gateway:
        done = run(
            "crawl",
            "ranklist",
            "-a",
            f"rooms={ROOMS[0]}",
            "-O",
            str(tmp_path / "file" / "r.jsonl"),
            env=environment(gateway, tmp_path / "data"),
        )
    assert done.returncode == 1
    assert "Failed: a feed cannot be written, so no room was polled" in done.stderr
    assert query(tmp_path / "data", "SELECT count(*) FROM _snapshots") == [(0,)]
