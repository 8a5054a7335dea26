"""Crawls that follow anchors: each session is found, polled, ended and retired, and is in the store just once."""

import json
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest

from rankcrawler.clock import ms
from rankcrawler.simulator.airtime import Airtime, Session
from rankcrawler.simulator.clock import wall_clock
from rankcrawler.simulator.faults import QUICK_FAULTS, FaultKind, Faults
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from rankcrawler.store.answers import Session as Kept
from tests.crawls import crawling, until
from tests.gateways import TOKEN, Simulated, environment, holding, run, simulated

ANCHORS = [*range(98_000_000_000, 98_000_000_030)]
SHORT = Airtime(live=5_000, pause=5_000, drop_out=400, lingers=300)
FORMS = {"titodata": "uid={}", "evil0ctal": "web_rid={}", "tikhub": "sec_uid=MS4wLjABAAAA{}", "raw": "uid={}"}
"""What an anchor is known by at each profile that finds rooms."""
FAULTS = [kind for kind in QUICK_FAULTS if kind not in (FaultKind.TOO_MANY_REQUESTS, FaultKind.BAD_ROWS)]
"""All that fail at once, and do not hold the fleet."""
LONG = Airtime(live=9_000, pause=6_000, drop_out=400, lingers=300)
CHECK = 0.2
"""Seconds between two looks."""
LATE_MS = 4_000
"""A session that begins or ends so shortly before the crawl does need not have begun or ended in the store.

Where answers fail, it takes twice as long.
"""


def listed(folder: Path, anchors: list[int], check_every: float) -> str:
    """The path of a list of anchors."""
    file = folder / "anchors.csv"
    rows = [f"{anchor},{check_every},{5 * check_every}\n" for anchor in anchors]
    file.write_text("".join(["uid,check_every,every\n", *rows]))
    return str(file)


def kept(data: Path) -> list[Kept]:
    """The sessions in the store."""
    with closing(locate.open_records(f"sqlite:///{data}/ranks.db")) as store:
        return store.sessions()


def true_sessions(world: World, since: int, until_: int, anchors: list[int]) -> dict[str, Session]:
    """The sessions of the world, by their rooms."""
    found = (each for anchor in anchors for each in world.airtime.sessions(world.seed, anchor, since, until_))
    return {each.room_id: each for each in found}


def follow(
    gateway: Simulated,
    folder: Path,
    seconds: float,
    anchors: list[int] = ANCHORS,
    check_every: float = CHECK,
) -> tuple[int, int, str]:
    """Follow anchors for that long; returns from when to when, and the log."""
    env = environment(gateway, folder / "data", {"LEASE_SECONDS": "5"})
    words = ("-a", f"anchors={listed(folder, anchors, check_every)}")
    with crawling(gateway, folder / "data", env, *words) as crawl:
        crawl.says("is live in room")
        begin = wall_clock()
        time.sleep(seconds)
        end = wall_clock()
        assert crawl.terminate() < 30
    return begin, end, crawl.log


def assert_kept(
    world: World,
    data: Path,
    begin: int,
    end: int,
    anchors: list[int] = ANCHORS,
    sessions: Sequence[Kept] | None = None,
    late_ms: int = LATE_MS,
) -> Counter[str]:
    """That the store has just the sessions of the world, and knows when they were on; returns how ends are known."""
    truth, ever = (true_sessions(world, begin - more, end + more, anchors) for more in (0, 5_000))
    in_store = kept(data) if sessions is None else sessions
    found = {each.room_id: each for each in in_store}
    assert len(found) == len(in_store), "none is there twice"
    assert found.keys() <= ever.keys(), "none is invented"
    # A session that was on for a moment only, when a look was due or was not, may be missed, and its list too.
    missed = [each for room, each in truth.items() if room not in found and long_enough(each, begin, end)]
    assert missed == []
    for room_id, each in found.items():
        session = ever[room_id]
        assert ms(each.begun_at) >= session.begin - 1_000
        if session.end < end - late_ms:
            assert each.ended_at is not None, "none is left open"
            assert abs(ms(each.ended_at) - session.end) < late_ms
        if session.end > end:
            assert each.ended_at is None, "none ends early, and a drop-out is no end"
    return Counter(each.ended_by for each in found.values() if each.ended_by)


def errors(log: str) -> list[str]:
    """The lines of a log that are errors, or begin a traceback."""
    return [line for line in log.splitlines() if re.search(r"\] (ERROR|CRITICAL): |^Traceback ", line)]


def long_enough(session: Session, begin: int, end: int) -> bool:
    """Whether a session was on for so long that it must have been found."""
    return min(session.end, end) - max(session.begin, begin) > 2_000


def test_every_session_is_found_and_ended_and_its_room_is_polled_and_retired(tmp_path: Path) -> None:
    world = World(3, airtime=SHORT)
    with simulated(world, clock=wall_clock) as gateway:
        begin, end, log = follow(gateway, tmp_path, 11)
        env = environment(gateway, tmp_path / "data")
        rooms = run("rooms", "list", "--json", env=env).stdout
        looks = gateway.ledger.looks
    ends = assert_kept(world, tmp_path / "data", begin, end)
    assert ends.keys() == {"looks", "room"}
    assert errors(log) == []
    assert looks["ok"] > 100
    assert rooms.count('"state": "retired"') + rooms.count('"state":"retired"') > 10
    truth = true_sessions(world, begin - 5_000, end + 5_000, ANCHORS)
    over = [each for each in kept(tmp_path / "data") if each.ended_at and long_enough(truth[each.room_id], begin, end)]
    assert len(over) > 10
    assert all(each.last_list_at for each in over)
    assert median(delays(world, tmp_path / "data", begin, end)) <= CHECK / 2 + 2


def delays(world: World, data: Path, begin: int, end: int) -> list[float]:
    """The seconds from the beginning of each session to the first list of its room."""
    truth = true_sessions(world, begin, end, ANCHORS)
    with closing(locate.open_records(f"sqlite:///{data}/ranks.db")) as store:
        polls = {room: store.polls(room, "1970-01-01", "2100-01-01") for room in truth}
    first = {room: min((ms(poll.polled_at) for poll in found), default=None) for room, found in polls.items()}
    return [(at - truth[room].begin) / 1000 for room, at in first.items() if at and truth[room].begin > begin]


@pytest.mark.parametrize("profile", FORMS)
def test_answers_that_fail_in_the_profiles_own_shapes_lose_no_session_and_no_list(profile: str, tmp_path: Path) -> None:
    """Three in ten fail: by HTTP status, by code, by a page, an empty body, half of an answer, or none at all.

    When all anchors are removed, their rooms are polled a last time: all that was served is on record then.
    """
    world, few = World(4, airtime=LONG), ANCHORS[:10]
    names = [FORMS[profile].format(anchor) for anchor in few]
    with simulated(world, clock=wall_clock, faults=Faults(0.3, FAULTS), profile=profile) as gateway:
        env = environment(gateway, tmp_path / "data", {"LEASE_SECONDS": "5"})
        run("anchors", "add", *names, "--check-every", "0.5", "--every", "2", env=env)
        with crawling(gateway, tmp_path / "data", env, "-L", "DEBUG") as crawl:
            crawl.says("is live in room")
            run("rooms", "rate", "off", env=env)  # that of the profile
            begin = wall_clock()
            time.sleep(10)
            found = kept(tmp_path / "data")
            end = wall_clock()
            removed = run("anchors", "remove", *names, env=env)
            until(lambda: not any(status(env)["depth"][state] for state in ("ready", "scheduled", "leased")), 20)
            assert crawl.terminate() < 30
        looks, source, balance = gateway.ledger.looks, gateway.source, gateway.balance()
    assert removed.returncode == 0, removed.stderr
    assert looks.total() - looks["ok"] > 0.2 * looks.total()
    assert balance == ([], [])
    assert_kept(world, tmp_path / "data", begin, end, few, found, 2 * LATE_MS)
    assert {each.source for each in found} == {source}
    assert [each for each in kept(tmp_path / "data") if each.ended_at is None] == [], "removing ends them"
    assert holding(TOKEN, tmp_path) == []


def status(env: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """The figures of the queue."""
    found: dict[str, dict[str, int]] = json.loads(run("rooms", "status", "--json", env=env).stdout)
    return found


def test_a_thousand_anchors_cost_a_tenth_as_many_calls(tmp_path: Path) -> None:
    """Ten to a call: at most 110 calls for each interval, here of six seconds, once all have been looked up."""
    many, interval = 1000, 6.0
    (tmp_path / "anchors.csv").write_text(
        "uid,check_every,every\n" + "".join(f"{98_000_000_000 + number},{interval:g},600\n" for number in range(many))
    )
    with simulated(World(5), clock=wall_clock, lost=99) as gateway:
        env = environment(gateway, tmp_path / "data", {"LEASE_SECONDS": "30"})
        with crawling(gateway, tmp_path / "data", env, "-a", f"anchors={tmp_path / 'anchors.csv'}") as crawl:
            crawl.says("is live in room")
            until(lambda: status(env)["anchors"]["unknown"] == 0, 30)
            time.sleep(1.5 * interval)
            began, before = time.monotonic(), gateway.ledger.looks.total()
            time.sleep(2 * interval)
            calls = (gateway.ledger.looks.total() - before) * interval / (time.monotonic() - began)
            crawl.terminate()
    assert 90 <= calls <= 110
