"""When simulated anchors are on air: repeatable, with drop-outs, replays and changes of room."""

from itertools import pairwise

from rankcrawler.simulator.airtime import Airtime, OnAir
from rankcrawler.simulator.world import World

NOON = 1_790_000_000_000
SHORT = Airtime(live=10_000, pause=8_000, drop_out=1_000, lingers=500)
ANCHORS = range(98_000_000_000, 98_000_000_100)


def test_one_seed_makes_one_schedule() -> None:
    def states(seed: int) -> list[str]:
        return [SHORT.airing(seed, anchor, NOON).state for anchor in ANCHORS]

    assert states(1) == states(1) != states(2)


def test_the_state_follows_the_sessions() -> None:
    """At every moment of two minutes, an anchor is live just when a session is on air and has not dropped out."""
    seen = set()
    for anchor in ANCHORS:
        sessions = [*SHORT.sessions(3, anchor, NOON, NOON + 120_000)]
        for ms in range(NOON, NOON + 120_000, 500):
            airing = SHORT.airing(3, anchor, ms)
            on_air = [each for each in sessions if each.begin <= ms < each.end]
            silent = [each for each in on_air if each.silent and each.silent[0] <= ms < each.silent[1]]
            assert (airing.state is OnAir.LIVE) == (len(on_air) == 1 and not silent)
            assert airing.session in on_air if on_air else True
            seen.add((airing.state, bool(on_air)))
    assert seen == {(OnAir.LIVE, True), (OnAir.OFFLINE, True), (OnAir.OFFLINE, False), (OnAir.REPLAY, False)}


def test_a_session_has_a_room_of_its_own_and_some_anchors_change_theirs_on_air() -> None:
    sessions = [each for anchor in ANCHORS for each in SHORT.sessions(3, anchor, NOON, NOON + 120_000)]
    assert len({each.room_id for each in sessions}) == len(sessions)
    assert all(len(each.room_id) == 19 for each in sessions)
    changes = [one for one, next_ in pairwise(sessions) if one.anchor == next_.anchor and one.end == next_.begin]
    assert 0 < len(changes) < len(sessions) / 2


def test_an_anchors_room_begins_with_no_scores_is_served_a_little_longer_and_is_then_gone() -> None:
    world = World(3, airtime=SHORT)
    session = next(each for each in SHORT.sessions(3, ANCHORS[0], NOON, NOON + 60_000) if each.begin > NOON)
    world.airing(ANCHORS[0], session.begin)
    totals = []
    for ms in (session.begin, session.end - 1):
        ranklist = world.rank_list(session.room_id, ms)
        totals.append(-1 if ranklist is None else sum(row.score for row in ranklist.rows))
    assert 0 <= totals[0] < totals[1] / 10
    assert world.rank_list(session.room_id, session.end + 499) is not None
    assert world.rank_list(session.room_id, session.end + 500) is None
