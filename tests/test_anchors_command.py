"""`scrapy anchors`, each subcommand on a real queue, `store sessions`, and what `rooms` says of anchors and costs."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis
from scrapy.cmdline import execute
from scrapy.settings import Settings

from rankcrawler.clock import iso
from rankcrawler.model.anchors import State
from rankcrawler.model.sessions import Followed, SessionChange
from rankcrawler.queue import roster
from rankcrawler.queue.anchor_queue import AnchorQueue
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.store import locate
from tests.builders import polled, snapshot
from tests.redis_cluster import queue_client

ROOM = "7212345678901234567"
NOON = 1_790_000_000_000
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(redis: Redis, redis_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:  # noqa: ARG001
    """Runs a command line; returns its exit status, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        ours = {"REDIS_URL": redis_url, "DATA_DIR": str(tmp_path), "COMMANDS_MODULE": "rankcrawler.commands.entry"}
        with pytest.raises(SystemExit) as ended:
            execute(["rankcrawler", *words], Settings(ours))
        output, errors = capsys.readouterr()
        code = ended.value.code
        return (code, output, errors) if isinstance(code, int) else (1, output, f"{errors}{code}\n")

    return run


async def looked_up(redis_url: str, known: Followed) -> None:
    """Settle the first anchor's look."""
    queue = AnchorQueue(queue_client(redis_url), "ranklist:anchors")
    [lease] = (await queue.lease("w", 1, 60_000)).leases
    await queue.settle([Settlement(lease, Outcome.DONE, 0, known.as_json())])
    await queue.close()


def test_anchors_are_added_listed_shown_paused_and_removed(command: Run) -> None:
    added = command("anchors", "add", "98204909466", "uid=5", "--check-every", "30", "--every", "10")
    assert added == (0, "2 taken, 2 of them new\n", "")
    assert command("anchors", "add", "uid=5")[1] == "1 taken, 0 of them new\n"
    listed = [line.split("\t") for line in command("anchors", "list")[1].splitlines()]
    assert sorted((line[0], line[1], line[7], line[8]) for line in listed) == [
        ("uid=5", "new", "30", "10"),
        ("uid=98204909466", "new", "30", "10"),
    ]
    assert command("anchors", "pause", "uid=5", "uid=6") == (
        1,
        "1 paused\n",
        "rankcrawler: anchor uid=6 is not in the queue\n",
    )
    shown = json.loads(command("anchors", "show", "5", "--json")[1])
    assert (shown["anchor"], shown["state"], shown["check_every"]) == ("uid=5", "paused", 30.0)
    assert command("anchors", "remove", "uid=5", "98204909466") == (0, "2 removed\n", "")
    assert command("anchors", "list") == (0, "", "")


def test_the_status_says_how_many_anchors_are_live_offline_and_unknown(command: Run, redis_url: str) -> None:
    def anchors() -> dict[str, int]:
        found: dict[str, int] = json.loads(command("rooms", "status", "--json")[1])["anchors"]
        return found

    assert "anchors" not in command("rooms", "status")[1]
    command("anchors", "add", "uid=5", "--check-every", "0.1")
    assert anchors() == {"live": 0, "offline": 0, "unknown": 1}
    asyncio.run(looked_up(redis_url, Followed(State.LIVE, 1)))
    command("anchors", "add", "uid=6", "uid=7", "--check-every", "3600", "--priority", "9")
    asyncio.run(looked_up(redis_url, Followed(State.OFFLINE, 1)))
    assert anchors() == {"live": 1, "offline": 1, "unknown": 1}
    assert re.search(r"^anchors\t1 live, 1 offline, 1 unknown$", command("rooms", "status")[1], re.MULTILINE)
    asyncio.run(looked_up(redis_url, Followed(State.OFFLINE, 1)))
    command("anchors", "add", "uid=5", "--priority", "10")
    asyncio.run(failed_look(redis_url))
    assert anchors() == {"live": 0, "offline": 2, "unknown": 1}
    command("anchors", "remove", "uid=6")
    assert anchors() == {"live": 0, "offline": 1, "unknown": 1}


async def failed_look(redis_url: str) -> None:
    """Settle the first anchor's look, which said nothing."""
    queue = AnchorQueue(queue_client(redis_url), "ranklist:anchors")
    [lease] = (await queue.lease("w", 1, 60_000)).leases
    await queue.settle([Settlement(lease, Outcome.RETRY, 60_000, "HTTP 500")])
    await queue.close()


def test_what_the_gateway_cannot_find_is_refused_and_the_others_are_added(command: Run) -> None:
    status, output, errors = command("anchors", "add", "https://live.douyin.com/646454278948,uid=5", ROOM)
    assert (status, output) == (1, "1 taken, 1 of them new\n")
    assert "web_rid=646454278948: the gateway's profile titodata finds no room by web_rid: it takes uid" in errors
    assert f"{ROOM} looks like a room_id" in errors
    assert command("anchors", "add", "646454278948", "-s", "GATEWAY_PROFILE=tikhub-tiktok")[0] == 1


def test_a_file_of_anchors_is_added(command: Run, tmp_path: Path) -> None:
    (tmp_path / "anchors.csv").write_text("uid,check_every,every\n5,9,3\n6,,\n")
    assert command("anchors", "add", str(tmp_path / "anchors.csv"))[1] == "2 taken, 2 of them new\n"
    shown = json.loads(command("anchors", "show", "uid=5", "--json")[1])
    assert (shown["check_every"], shown["every"]) == (9.0, 3.0)


async def polled_and_place(redis_url: str) -> roster.Room | None:
    """Have the room polled, as Following does; returns where it is in the queue."""
    rooms = RoomQueue(queue_client(redis_url))
    [place] = await roster.find(rooms, [ROOM])
    if place is None:
        await rooms.follow([Job(ROOM)])
    await rooms.close()
    return place


def test_an_anchor_who_is_live_is_removed_with_the_room_and_the_session(
    command: Run, redis_url: str, tmp_path: Path
) -> None:
    command("anchors", "add", "uid=5")
    begun = 1_790_000_000_000
    known = Followed(State.LIVE, begun, room_id=ROOM, begun_ms=begun, title="晚安", nickname="主播")
    asyncio.run(looked_up(redis_url, known))
    asyncio.run(polled_and_place(redis_url))
    with closing(locate.open_store(f"sqlite:///{tmp_path}/ranks.db")) as store:
        store.note([SessionChange("", "uid=5", ROOM, 1, begun_ms=begun, begun_by="look")])
    listed = command("anchors", "list", "--live")[1].rstrip("\n").split("\t")
    assert listed[:6] == ["uid=5", "live", ROOM, iso(begun), "主播", "晚安"]
    assert command("anchors", "remove", "uid=5")[1] == "1 removed\n"
    place = asyncio.run(polled_and_place(redis_url))
    assert place is not None
    assert place.state == "ready"
    found = json.loads(command("store", "sessions", "5", "--json")[1])["rows"]
    assert [(each["room_id"], each["ended_by"]) for each in found] == [(ROOM, "removed")]


def test_anchors_that_a_server_has_lost_are_restored_from_sessions(command: Run, redis: Redis, tmp_path: Path) -> None:
    source = "gateway.test"
    ours = ("-s", "GATEWAY_URL=http://gateway.test")
    with closing(locate.open_store(f"sqlite:///{tmp_path}/ranks.db")) as store:
        begun = SessionChange(source, "uid=5", ROOM, 1, begun_ms=NOON, begun_by="look")
        gone = begun._replace(anchor="uid=6", room_id="6")
        once = begun._replace(anchor="uid=7", room_id="7")
        elsewhere = begun._replace(anchor="uid=8", source="other.test")
        unfindable = begun._replace(anchor="web_rid=9", room_id="9")
        store.note([begun, gone, once, elsewhere, unfindable])
        after = NOON + 60_000
        gone, once = (
            each._replace(ended_ms=after, ended_by=by, fence=2) for each, by in ((gone, "removed"), (once, "looks"))
        )
        store.note([gone, once])
        store.write([polled(snapshot(source=source, room_id=ROOM), every=20.0)])
    command("anchors", "add", "uid=1")
    redis.flushall()
    restored = command("anchors", "restore", "--check-every", "30", "--every", "45", *ours)
    assert restored == (0, "2 anchors restored, of 2 with sessions in the store\n", "")
    found = [json.loads(line) for line in command("anchors", "list", "--json", *ours)[1].splitlines()]
    assert sorted((each["anchor"], each["check_every"], each["every"]) for each in found) == [
        ("uid=5", 30.0, 20.0),
        ("uid=7", 30.0, 45.0),
    ]
    again = command("anchors", "restore", "--check-every", "9", *ours)
    assert again[1] == "0 anchors restored, of 2 with sessions in the store\n"
    assert json.loads(command("anchors", "show", "uid=5", "--json", *ours)[1])["check_every"] == 30.0


def test_sessions_are_printed_for_people_and_programs(command: Run, tmp_path: Path) -> None:
    assert command("store", "sessions", "uid=5")[0] == 1
    with closing(locate.open_store(f"sqlite:///{tmp_path}/ranks.db")) as store:
        store.note([SessionChange("g", "uid=5", ROOM, 1, begun_ms=1_790_000_000_000, begun_by="look", title="晚安")])
    status, output, _ = command("store", "sessions", "5")
    assert status == 0
    assert ROOM in output
    assert "2026-09-21 22:13:20" in output, "in TIME_ZONE"
    [row] = json.loads(command("store", "sessions", "--room", ROOM, "--json")[1])["rows"]
    assert (row["anchor"], row["begun_at"]) == ("uid=5", "2026-09-21T14:13:20.000Z")
    assert (row["ended_at"], row["since_at"], row["coins"]) == (None, None, None), "on air, and without a list"
    status, _, errors = command("store", "sessions", "uid=6")
    assert (status, errors) == (1, "rankcrawler: no session of uid=6 is known\n")


def test_a_plan_says_what_rooms_cost_before_they_are_polled(command: Run, redis: Redis, tmp_path: Path) -> None:
    (tmp_path / "rooms.csv").write_text("room_id,every\n1,60\n2,30\n3,\n")
    words = ("rooms", "plan", str(tmp_path / "rooms.csv"), "-s", "GATEWAY_PROFILE=tikhub")
    cost = json.loads(command(*words, "--json")[1])
    assert (cost["rooms"], cost["calls"], cost["polls"]) == (3, 1440 + 2880 + 1, 4321)
    assert (cost["money"], cost["currency"], cost["workers"]) == (4.321, "USD", 1)
    assert cost["store_bytes"] == 4321 * 850
    assert "money a day\t4.32 USD\n" in command(*words)[1]
    assert not redis.exists("rc:{ranklist:start_urls}:ready"), "nothing is pushed"


def test_a_plan_says_what_anchors_cost(command: Run, tmp_path: Path) -> None:
    """A thousand anchors every minute, ten to a call, are 144,000 calls a day: 100 a minute."""
    (tmp_path / "anchors.csv").write_text(
        "uid\n" + "".join(f"{uid}\n" for uid in range(1000)).replace("0\n", "9999\n", 1)
    )
    words = ("rooms", "plan", str(tmp_path / "anchors.csv"), "--anchors", "--live", "0", "--json")
    cost = json.loads(command(*words)[1])
    assert (cost["anchors"], cost["calls"], cost["money"]) == (1000, 144_000, None)
    (tmp_path / "one.csv").write_text("uid,check_every,every\n5,60,30\nx,,\n")
    status, output, errors = command("rooms", "plan", str(tmp_path / "one.csv"), "--anchors", "--live", "2", "--json")
    assert (status, json.loads(output)["polls"]) == (1, 240)
    assert "line 3: uid must be a whole number" in errors
