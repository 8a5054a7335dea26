"""The second kind of list: a room's audience, polled with `-a kind=audience`."""

import json
from pathlib import Path

from msgspec.structs import replace
from redis import Redis

from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.builders import TARGET, body, row, taken
from tests.gateways import environment, run, simulated

ROOM = "6994259511469247263"
WORLD = World(1, {ROOM: Scenario.ORDINARY})
AUDIENCE = replace(TARGET, kind="audience")


def ranks(answer: bytes) -> list[int]:
    """The ranks of an audience."""
    return [entry.rank for entry in taken(answer, AUDIENCE).entries]


def test_a_visitor_without_a_rank_has_the_place_where_the_row_stands() -> None:
    rankless = [{"user": {"id": number}} for number in (5, 6, 7)]
    assert ranks(body(*rankless)) == [1, 2, 3]
    assert ranks(body(*(each | {"rank": None} for each in rankless))) == [1, 2, 3]
    assert ranks(body(*(each | {"rank": 0} for each in rankless))) == [1, 2, 3]


def test_a_visitor_behind_one_that_cannot_be_read_keeps_the_place() -> None:
    answer = body({"user": {"id": 5}}, {"user": {"id": -1}}, {"user": {"id": 7}})
    snapshot = taken(answer, AUDIENCE)
    assert [entry.rank for entry in snapshot.entries] == [1, 3]
    assert [each.path for each in snapshot.quarantined] == ["$.data.data.ranks[1].user.id"]
    assert {snapshot.target.kind, *(entry.kind for entry in snapshot.entries)} == {"audience"}


def test_a_rank_list_needs_a_rank_in_every_row_or_in_none() -> None:
    assert taken(body({"user": {"id": 5}})).flags == ("rank_missing",)
    assert [unread.position for unread in taken(body({"user": {"id": 5}}, row(2))).quarantined] == [1]
    assert ranks(body(row(2), row(3))) == [2, 3]


def test_a_crawl_of_audiences_asks_for_them_and_says_so_in_every_row(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path)
        feed = tmp_path / "a.jsonl"
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", "-a", "kind=audience", "-O", str(feed), env=env)
        served = gateway.ledger.rows.total()
        shown = run("rank", ROOM, "--kind", "audience", "--json", env=env)
    assert (done.returncode, shown.returncode) == (0, 0), done.stderr + shown.stderr
    rows = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert len(rows) == served > 0
    assert {row["kind"] for row in rows} == {json.loads(shown.stdout)["kind"]} == {"audience"}
    assert json.loads(shown.stdout)["flags"] == ["captured_in_past"]


def test_the_two_kinds_have_queues_of_their_own(tmp_path: Path, redis_url: str, redis: Redis) -> None:
    env = environment(None, tmp_path, {"REDIS_URL": redis_url})
    assert run("rooms", "add", "--kind", "audience", "7", env=env).returncode == 0
    listed = [run("rooms", "list", "--kind", kind, env=env).stdout for kind in ("ranklist", "audience")]
    assert [text.partition("\t")[0] for text in listed] == ["", "7"]
    names: list[str] = list(redis.scan_iter())
    assert {name.partition("}")[0] for name in names} == {"rc:{audience:start_urls"}


def test_another_kind_is_refused_in_a_line(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", "-a", "kind=seats", env=environment(gateway, tmp_path))
    assert done.returncode == 1
    assert done.stderr == "rankcrawler: kind must be ranklist or audience, not 'seats'\n"
