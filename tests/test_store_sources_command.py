"""`scrapy store sources` and `rename-source`, and `--source` of every command, as a user runs them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rankcrawler.clock import iso
from rankcrawler.store import locate
from tests import stores
from tests.builders import entry, polled, snapshot
from tests.gateways import Finished, environment, run
from tests.redis_server import redis_server

NOON = 1_795_435_200_000
MINUTE = 60_000
OLD, NEW = "127.0.0.1:8787", "gateway"
Command = Callable[..., Finished]


@pytest.fixture(params=stores.DATABASES)
def command(request: pytest.FixtureRequest, tmp_path: Path) -> Command:
    """Runs `scrapy store` on a store where a gateway has moved: two lists of room 1 by each name."""
    where = stores.ready(request.param, tmp_path, request, moved)

    def done(*args: str) -> Finished:
        return run("store", *args, env=environment(None, tmp_path, {"STORE_URL": where}))

    return done


def moved(where: str) -> None:
    """Write the lists."""
    store = locate.open_records(where, create=True)
    for minute, (source, score) in enumerate([(OLD, 100), (OLD, 150), (NEW, 170), (NEW, 200)]):
        at = iso(NOON + MINUTE * minute)
        place = {"source": source, "captured_at": at, "polled_at": at, "room_id": "1"}
        store.write([polled(snapshot([entry(1, score=score, user_id="7", **place)], digest=f"{score:032d}", **place))])
    store.close()


def exported(command: Command, folder: Path, *args: str) -> list[tuple[str, int]]:
    """The source and score of every row of an export."""
    file = folder / "rows.jsonl"
    done = command("export", "--room", "all", "--to", str(file), *args)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [(row["source"], row["score"]) for row in rows]


def test_the_gateways_are_printed_as_a_table_and_as_json(command: Command) -> None:
    done = command("sources")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:] if "+08:00" in line] == [
        [NEW, "1", "1"],
        [OLD, "1", "1"],
    ]
    first = json.loads(command("sources", "--json").stdout.splitlines()[0])
    assert first == {
        "source": NEW,
        "rooms": 1,
        "users": 1,
        "first_polled": iso(NOON + 2 * MINUTE),
        "last_polled": iso(NOON + 3 * MINUTE),
    }


def test_an_export_has_the_rows_of_all_gateways_or_of_one(command: Command, tmp_path: Path) -> None:
    assert sorted(exported(command, tmp_path)) == [(OLD, 100), (OLD, 150), (NEW, 170), (NEW, 200)]
    assert exported(command, tmp_path, "--source", OLD) == [(OLD, 100), (OLD, 150)]


def test_gains_say_whose_they_are_and_which_gateway_they_leave_out(command: Command) -> None:
    done = command("gains", "1", "--json")
    assert json.loads(done.stdout)["rows"][0]["coins"] == 30
    assert done.returncode == 0
    assert done.stderr.startswith(f"rankcrawler: room 1 is known to 2 gateways: this is {NEW}, without {OLD}; --source")
    done = command("gains", "1", "--json", "--source", OLD)
    assert (json.loads(done.stdout)["rows"][0]["coins"], done.stderr) == (50, "")


def test_a_contributor_of_two_gateways_is_shown_as_one_of_them(command: Command) -> None:
    done = command("user", "7", "--json")
    assert json.loads(done.stdout)["source"] == NEW
    assert f"contributor 7 is known to 2 gateways: this is {NEW}, without {OLD}" in done.stderr
    done = command("user", "7", "--json", "--source", OLD)
    assert (json.loads(done.stdout)["source"], len(json.loads(done.stdout)["rows"]), done.stderr) == (OLD, 1, "")


def test_a_status_is_of_all_gateways_or_of_one(command: Command) -> None:
    polls = {args: json.loads(command("status", "--json", *args).stdout)["polls"] for args in ((), ("--source", OLD))}
    assert polls == {(): 4, ("--source", OLD): 2}


@pytest.mark.parametrize(
    "words",
    [
        ["gains", "1"],
        ["show", "1"],
        ["top"],
        ["coverage"],
        ["user", "7"],
        ["status"],
        ["purge", "--older-than", "30d"],
        ["export", "--room", "all", "--to", "a.csv"],
    ],
)
def test_a_gateway_that_the_store_does_not_have_is_refused(command: Command, words: list[str]) -> None:
    done = command(*words, "--source", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"rankcrawler: --source nobody: the store has {NEW}, {OLD}\n"


def test_two_names_of_one_gateway_are_joined(command: Command, tmp_path: Path) -> None:
    done = command("rename-source", OLD, NEW)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{OLD} has joined {NEW}",
        "1 rooms were in both, and so were 0 polls, which are kept once",
    ]
    assert exported(command, tmp_path) == [(NEW, score) for score in (100, 150, 170, 200)]
    done = command("gains", "1", "--json")
    assert (json.loads(done.stdout)["rows"][0]["coins"], done.stderr) == (100, "")


def test_a_purge_is_of_all_gateways_or_of_one(command: Command, tmp_path: Path) -> None:
    done = command("purge", "--older-than", "2026-11-24T08:00", "--source", OLD)
    assert done.stdout == "2 polls, 2 lists and 2 rows removed, of days before 2026-11-24 (UTC)\n"
    assert exported(command, tmp_path) == [(NEW, 170), (NEW, 200)]


def test_a_gateway_gets_another_name(command: Command, tmp_path: Path) -> None:
    assert command("rename-source", OLD, "我的网关").stdout == f"{OLD} is 我的网关 now\n"
    assert exported(command, tmp_path, "--source", "我的网关") == [("我的网关", 100), ("我的网关", 150)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody", NEW], "no gateway is called nobody"),
        ([OLD, "a name"], "expected a name of 1 to 100 letters, digits, or - . _ :, not 'a name'"),
        ([OLD, ""], "expected a name of 1 to 100 letters"),
        ([OLD, "x" * 101], "expected a name of 1 to 100 letters"),
    ],
)
def test_a_name_that_cannot_be_is_one_line(command: Command, words: list[str], message: str) -> None:
    done = command("rename-source", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert message in done.stderr


def test_a_restore_says_whose_rooms_it_leaves_out(tmp_path: Path) -> None:
    where = f"sqlite:///{tmp_path}/ranks.db"
    store = locate.open_records(where, create=True)
    for source, room_id in ((OLD, "1"), (OLD, "2"), (NEW, "3")):
        store.write([polled(snapshot(source=source, room_id=room_id), every=60)])
    store.close()
    ours = {"GATEWAY_URL": "http://localhost:9", "GATEWAY_NAME": NEW, "STORE_URL": where}
    with redis_server(tmp_path / "redis") as server:
        env = environment(None, tmp_path / "data", {**ours, "REDIS_URL": server.url})
        done = run("rooms", "restore", env=env)
        assert done.stdout.splitlines() == [
            "1 rooms restored, of 1 that recur",
            f"2 left out, because they are rooms of {OLD}: --source {OLD} restores them",
        ]
        done = run("rooms", "restore", "--source", OLD, env=env)
    assert done.stdout.splitlines()[0] == "2 rooms restored, of 2 that recur"
