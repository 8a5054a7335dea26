"""The simulated world is repeatable, and its lists look like real ones."""

from collections import Counter
from itertools import pairwise

import pytest

from rankcrawler.simulator.broadcast import BROADCAST_MS, broadcast_at
from rankcrawler.simulator.clock import frozen, parse_moment, wall_clock
from rankcrawler.simulator.mask import ANONYMOUS
from rankcrawler.simulator.ranklist import RankList, Row
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World

ROOM = "6994259511469247263"
NOON = 1_790_000_000_000
ROOMS = [str(7_000_000_000_000_000_000 + number) for number in range(400)]


def listed(world: World, room_id: str, ms: int = NOON) -> RankList:
    """The list of a room that has not ended."""
    ranklist = world.rank_list(room_id, ms)
    assert ranklist is not None
    return ranklist


def room_in(world: World, scenario: Scenario) -> str:
    """The first of ROOMS that the seed puts in that scenario."""
    return next(room for room in ROOMS if world.scenario(room) is scenario)


def contradictions(rows: tuple[Row, ...]) -> list[Row]:
    """Rows whose delta is not the gap to the row above."""
    return [row for above, row in pairwise(rows) if row.delta != above.score - row.score]


def test_one_seed_makes_one_world() -> None:
    """Two worlds with the same seed have the same lists; a world with another seed has others."""
    assert [World(7).rank_list(room, NOON) for room in ROOMS[:20]] == [
        World(7).rank_list(room, NOON) for room in ROOMS[:20]
    ]
    assert listed(World(7), ROOM).rows != listed(World(8), ROOM).rows


def test_the_world_is_the_same_on_every_machine() -> None:
    """The figures were recorded once; every Python version must reproduce them."""
    rows = listed(World(1), ROOM, 1_760_000_000_000).rows
    first = rows[0]
    assert (len(rows), first.score, rows[-1].score) == (55, 69103, 3)
    assert (first.user.uid, first.user.nickname, first.user.lifetime) == (77128401512, "三兔影兔龙", 1572686)


def test_scores_never_fall_within_a_broadcast() -> None:
    """Every contributor has at least as many coins at the next moment."""
    world = World(1)
    start = broadcast_at(1, ROOM, NOON).start
    known: dict[int, int] = {}
    for ms in range(start, start + BROADCAST_MS, 1_800_000):
        scores = {row.user.uid: row.score for row in listed(world, ROOM, ms).rows}
        assert all(score >= known.get(uid, 0) for uid, score in scores.items())
        known |= scores
    assert len(known) > len(listed(world, ROOM, start).rows), "new contributors have arrived"


def test_ordinary_rooms_rank_by_score_and_state_the_gaps() -> None:
    """Ranks count from 1, scores do not rise, deltas are the gaps to the row above, no contributor is listed twice."""
    world = World(1)
    for room in (room for room in ROOMS[:60] if world.scenario(room) is Scenario.ORDINARY):
        rows = listed(world, room).rows
        assert [row.rank for row in rows] == list(range(1, len(rows) + 1))
        assert all(above.score >= row.score >= 1 for above, row in pairwise(rows))
        assert rows[0].delta == 0
        assert not contradictions(rows)
        assert len({row.user.uid for row in rows}) == len(rows)


def test_lists_have_many_lengths_and_are_mostly_long() -> None:
    """Ordinary rooms have a few to 100 rows, and three quarters of them have 30 or more."""
    world = World(1)
    lengths = [len(listed(world, room).rows) for room in ROOMS if world.scenario(room) is Scenario.ORDINARY]
    assert min(lengths) < 12
    assert max(lengths) == 100
    assert sum(length >= 30 for length in lengths) > 0.75 * len(lengths)


def test_a_list_has_at_most_as_many_rows_as_its_capacity() -> None:
    """They are the first rows of the longer list."""
    world = World(1)
    short = world.rank_list(ROOM, NOON, capacity=3)
    assert short is not None
    assert (short.capacity, short.rows) == (3, listed(world, ROOM).rows[:3])


@pytest.mark.parametrize("hours", range(0, 26, 2))
def test_the_documented_room_is_full_at_any_hour(hours: int) -> None:
    """The room of the documented example always has at least 20 contributors."""
    assert World(1).scenario(ROOM) is Scenario.ORDINARY
    assert len(listed(World(1), ROOM, NOON + hours * 3_600_000).rows) >= 20


def test_a_list_stays_the_same_between_gifts() -> None:
    """With a poll every two seconds for two minutes, most lists change, but none changes every time."""
    world = World(1)
    changes = []
    for room in (room for room in ROOMS[:25] if world.scenario(room) is Scenario.ORDINARY):
        polls = [listed(world, room, NOON + second * 1000).rows for second in range(0, 120, 2)]
        changes.append(sum(before != after for before, after in pairwise(polls)))
    assert max(changes) < 59
    assert sum(map(bool, changes)) > len(changes) / 2


def test_a_seed_uses_every_scenario() -> None:
    """About 80% of rooms are ordinary, and each other scenario has about 5%."""
    scenarios = Counter(map(World(1).scenario, ROOMS))
    assert set(scenarios) == set(Scenario)
    assert 0.7 < scenarios[Scenario.ORDINARY] / len(ROOMS) < 0.9


def test_anonymised_rooms_hide_their_contributors() -> None:
    """Every row is user 111111 with a masked nickname, and deltas contradict the scores."""
    world = World(1)
    rows = listed(world, room_in(world, Scenario.ANONYMISED)).rows
    assert {(row.user.uid, row.user.sec_uid, row.user.display_id) for row in rows} == {(ANONYMOUS, "", "")}
    assert all(row.user.nickname.endswith("***") and len(row.user.nickname) == 4 for row in rows)
    assert contradictions(rows)


def test_withheld_rooms_hide_their_scores() -> None:
    """Every row has the score 1 and a blank text."""
    world = World(1)
    rows = listed(world, room_in(world, Scenario.WITHHELD)).rows
    assert {(row.score, row.text) for row in rows} == {(1, "")}
    assert len({row.user.uid for row in rows}) == len(rows) > 1


def test_empty_rooms_have_no_rows() -> None:
    """The list exists, and is empty."""
    world = World(1)
    assert listed(world, room_in(world, Scenario.EMPTY)).rows == ()


def test_ended_rooms_had_a_list_until_they_ended() -> None:
    """A room that the seed makes ended did so in 2020; `ends` sets another moment."""
    world = World(1, ends={ROOM: NOON})
    assert world.rank_list(room_in(world, Scenario.ENDED), NOON) is None
    assert world.rank_list(room_in(world, Scenario.ENDED), parse_moment("2019-12-31")) is not None
    assert listed(world, ROOM, NOON - 1).rows
    assert world.rank_list(ROOM, NOON) is None


def test_scenarios_can_be_set() -> None:
    """A room's own scenario takes precedence over the seed's."""
    assert World(1, {ROOM: Scenario.EMPTY}).scenario(ROOM) is Scenario.EMPTY


def test_contributors_recur_across_rooms_with_the_same_profile() -> None:
    """Some contribute to several rooms, always with the same profile; some ids exceed 2^53."""
    world = World(1)
    rooms = [room for room in ROOMS[:60] if world.scenario(room) is Scenario.ORDINARY]
    users = [row.user for room in rooms for row in listed(world, room).rows]
    assert len(set(users)) < len(users)
    assert len({user.uid for user in users}) == len(set(users))
    assert any(user.uid > 2**53 for user in users)
    assert {user.gender for user in users} == {0, 1, 2}
    assert {user.mystery_man for user in users} == {1, 2}


def test_a_moment_is_milliseconds_or_iso() -> None:
    """Both forms give the same moment; a frozen clock shows it, and the wall clock a later one."""
    assert parse_moment("1631843079980") == parse_moment("2021-09-17T01:44:39.980Z") == 1631843079980
    assert frozen(5)() == 5
    assert wall_clock() > 1631843079980
