"""The whole main job at a gateway of each profile, whose answers fail in its own shapes three times in ten."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rankcrawler.gateways import profiles
from rankcrawler.simulator.faults import QUICK_FAULTS, FaultKind, Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.gateways import NOON, TOKEN, Simulated, environment, holding, run, simulated

ANCHOR = 98_204_909_466
ROOMS = [str(7_100_000_000_000_000_000 + step) for step in range(30)]
SCENARIOS = {ROOMS[0]: Scenario.EMPTY, ROOMS[1]: Scenario.ANONYMISED, ROOMS[2]: Scenario.WITHHELD}
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY) | SCENARIOS)
FAULTS = tuple(kind for kind in QUICK_FAULTS if kind is not FaultKind.BAD_ROWS)
"""All that fail at once but rows in quarantine, which fail the run."""
PATIENT = {"ROOM_ATTEMPTS": "20", "GATEWAY_PATIENCE": "120"}


def rooms(folder: Path) -> str:
    """The path of a list of all rooms, each with its anchor."""
    file = folder / "rooms.jsonl"
    file.write_text("".join(f'{{"room_id": "{room}", "anchor_id": "{ANCHOR}"}}\n' for room in ROOMS))
    return str(file)


def stored(data: Path, sql: str) -> list[tuple[object, ...]]:
    """What a query of the store returns."""
    with closing(sqlite3.connect(data / "ranks.db")) as database:
        return database.execute(sql).fetchall()


def failures(gateway: Simulated) -> int:
    """How many answers failed."""
    return sum(gateway.ledger.outcomes[kind] for kind in QUICK_FAULTS)


@pytest.mark.parametrize("name", profiles.names())
def test_every_room_is_stored_the_books_agree_and_the_token_is_nowhere(name: str, tmp_path: Path) -> None:
    """The gateway compares its books with the store when it ends: nothing is lost, nothing invented."""
    with simulated(WORLD, faults=Faults(0.3, FAULTS), profile=name) as gateway:
        env = environment(gateway, tmp_path / "data", PATIENT)
        feed = tmp_path / "ranks.jsonl"
        args = ("-a", f"rooms={rooms(tmp_path)}", "-O", str(feed), "-L", "DEBUG")
        done = run("crawl", "ranklist", *args, env=env, timeout=110)
        dead = run("rooms", "dead", "--json", env=env)
        answers, failed, source = gateway.ledger.outcomes.total(), failures(gateway), gateway.source
        balance = gateway.balance()
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Lists: 29 stored, 0 unchanged, 1 empty\n" in done.stderr
    assert "Rooms: 0 dead\n" in done.stderr
    assert failed > 0.15 * answers
    assert balance == ([], [])
    fed = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert {row["source"] for row in fed} == {source}
    assert (
        len(fed)
        == sum(gateway.ledger.rows.values())
        == stored(tmp_path / "data", "SELECT count(*) FROM _entries")[0][0]
    )
    assert "club" in str(fed) if name in ("titodata", "raw", "tikhub-tiktok") else True
    assert TOKEN not in done.stdout + done.stderr + dead.stdout + dead.stderr
    assert len(list(tmp_path.rglob("*"))) > 5
    assert holding(TOKEN, tmp_path) == []


@pytest.mark.parametrize("name", profiles.names())
def test_rows_that_cannot_be_read_are_in_quarantine_and_on_the_books(name: str, tmp_path: Path) -> None:
    with simulated(WORLD, faults=Faults(0.3, [FaultKind.BAD_ROWS]), profile=name) as gateway:
        env = environment(gateway, tmp_path / "data", PATIENT)
        done = run("crawl", "ranklist", "-a", f"rooms={rooms(tmp_path)}", env=env)
        bad = sum(gateway.ledger.bad_rows.values())
    assert done.returncode == 1, "a row was lost"
    assert stored(tmp_path / "data", "SELECT count(*) FROM quarantine") == [(bad,)]
    assert bad > 5


@pytest.mark.parametrize("name", ["evil0ctal", "tikhub", "tikhub-tiktok", "raw"])
def test_a_room_that_keeps_failing_is_dead_in_the_gateways_own_words(name: str, tmp_path: Path) -> None:
    reasons = {
        "evil0ctal": "HTTP 400, code 400: 'An error occurred. 请求出错'",
        "tikhub": "HTTP 500, code 500: 'Internal server error'",
        "tikhub-tiktok": "HTTP 500, code 500: 'Internal server error'",
        "raw": "HTTP 502, code UPSTREAM_FAILED: 'the platform closed the connection failed'",
    }
    with simulated(WORLD, faults=Faults(1, [FaultKind.SERVER_ERROR]), profile=name) as gateway:
        env = environment(gateway, tmp_path / "data", {"ROOM_ATTEMPTS": "2"})
        (tmp_path / "one.jsonl").write_text(f'{{"room_id": "{ROOMS[5]}", "anchor_id": "{ANCHOR}"}}\n')
        done = run("crawl", "ranklist", "-a", f"rooms={tmp_path / 'one.jsonl'}", env=env)
        dead = run("rooms", "dead", "--json", env=env)
    assert done.returncode == 1
    assert json.loads(dead.stdout)["reason"] == reasons[name]


@pytest.mark.parametrize("name", ["tikhub", "tikhub-tiktok"])
def test_a_refused_token_stops_the_fleet_and_is_shown_nowhere(name: str, tmp_path: Path) -> None:
    with simulated(WORLD, profile=name) as gateway:
        env = environment(gateway, tmp_path / "data", {"GATEWAY_TOKEN": "another-canary-token"})
        done = run("crawl", "ranklist", "-a", f"rooms={rooms(tmp_path)}", "-L", "DEBUG", env=env)
    assert done.returncode == 3
    assert "The fleet is stopped: HTTP 401: the gateway refuses the token: 'Invalid API token'" in done.stderr
    assert "another-canary-token" not in done.stdout + done.stderr
    assert holding("another-canary-token", tmp_path) == []


def test_a_rate_that_is_asked_for_in_a_header_holds_the_fleet(tmp_path: Path) -> None:
    """The simulated gateway names the moment at which the limit ends, in seconds since 1970."""
    with simulated(WORLD, faults=Faults(0.5, [FaultKind.TOO_MANY_REQUESTS], seed=3), profile="tikhub") as gateway:
        env = environment(gateway, tmp_path / "data", {"ROOM_ATTEMPTS": "1"})
        done = run("crawl", "ranklist", "-a", f"rooms={','.join(ROOMS[3:6])}", env=env)
        refused = gateway.ledger.outcomes[FaultKind.TOO_MANY_REQUESTS]
    assert refused > 0
    assert done.returncode == 0, done.stderr
    assert "Holding every room for" in done.stderr


def test_a_room_without_what_the_gateway_needs_is_dead_and_says_what_is_missing(tmp_path: Path) -> None:
    listed = f'{{"room_id": "{ROOMS[4]}"}}\n{{"room_id": "{ROOMS[5]}", "anchor_id": "{ANCHOR}"}}\n'
    (tmp_path / "rooms.jsonl").write_text(listed)
    with simulated(WORLD, profile="tikhub-tiktok") as gateway:
        env = environment(gateway, tmp_path / "data")
        done = run("crawl", "ranklist", "-a", f"rooms={tmp_path / 'rooms.jsonl'}", env=env)
        dead = run("rooms", "dead", "--json", env=env)
        outcomes = dict(gateway.ledger.outcomes)
    assert (done.returncode, outcomes) == (1, {"ok": 1})
    letter = json.loads(dead.stdout)
    assert (letter["room_id"], letter["reason"]) == (
        ROOMS[4],
        "the gateway's profile tikhub-tiktok needs the room's anchor_id",
    )
    assert "Lists: 1 stored, 0 unchanged, 0 empty\n" in done.stderr
    assert "Rooms: 1 dead" in done.stderr


def test_a_new_queue_begins_with_the_rate_of_the_profile_and_keeps_what_people_set(tmp_path: Path) -> None:
    words = ("crawl", "ranklist", "-a", f"rooms={ROOMS[5]}")
    with simulated(WORLD, profile="tikhub") as gateway:
        env = environment(gateway, tmp_path / "data")
        first = run(*words, env=env)
        begun = run("rooms", "status", "--json", env=env)
        run("rooms", "rate", "off", env=env)
        second = run(*words, env=env)
        ended = run("rooms", "status", "--json", env=env)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "The rate is 10/s at most, as the gateway's profile tikhub says" in first.stderr
    assert "The rate is" not in second.stderr
    assert '"10.0"' in begun.stdout or "10.0" in begun.stdout
    assert "10.0" not in ended.stdout


@pytest.mark.parametrize("name", ["evil0ctal", "raw"])
def test_a_gateway_without_tokens_needs_none_and_gets_none(name: str, tmp_path: Path) -> None:
    with simulated(WORLD, profile=name) as gateway:
        env = environment(gateway, tmp_path / "data")
        del env["GATEWAY_TOKEN"]
        done = run("crawl", "ranklist", "-a", f"rooms={ROOMS[5]}", env=env)
    assert done.returncode == 0, done.stderr
    assert gateway.ledger.outcomes == {"ok": 1}


def test_a_kind_of_list_that_the_profile_lacks_is_refused_at_the_start(tmp_path: Path) -> None:
    with simulated(WORLD, profile="tikhub") as gateway:
        env = environment(gateway, tmp_path / "data")
        done = run("crawl", "ranklist", "-a", "kind=audience", "-a", f"rooms={ROOMS[5]}", env=env)
    assert (done.returncode, gateway.ledger.outcomes.total()) == (1, 0)
    assert (
        done.stderr == "rankcrawler: the gateway's profile tikhub has no list of the kind audience: it has ranklist\n"
    )


def test_the_audience_of_a_raw_gateway_is_polled_too(tmp_path: Path) -> None:
    with simulated(WORLD, profile="raw") as gateway:
        env = environment(gateway, tmp_path / "data")
        done = run("crawl", "ranklist", "-a", "kind=audience", "-a", f"rooms={ROOMS[5]}", env=env)
    assert done.returncode == 0, done.stderr
    assert stored(tmp_path / "data", "SELECT DISTINCT kind FROM _rooms") == [("audience",)]


def test_the_moment_of_a_list_is_the_gateways_own(tmp_path: Path) -> None:
    with simulated(WORLD, profile="evil0ctal") as gateway:
        env = environment(gateway, tmp_path / "data")
        run("crawl", "ranklist", "-a", f"rooms={ROOMS[5]}", "-O", str(tmp_path / "r.jsonl"), env=env)
    moments = {json.loads(line)["captured_at"] for line in (tmp_path / "r.jsonl").read_text().splitlines()}
    assert moments == {"2026-09-21T14:13:20.000Z"}
    assert NOON == 1_790_000_000_000
