"""What fires: each kind of rule, by lists that were stored in SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stores
from tests.alerting import MINUTE, OTHER, ROOM, START, Scene, listed, masked, told


@pytest.fixture(params=stores.DATABASES)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    one = Scene(stores.ready(request.param, tmp_path, request), tmp_path)
    yield one
    one.close()


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    one = Scene(stores.ready("sqlite", tmp_path, request), tmp_path)
    yield one
    one.close()


def test_a_pinned_contributor_fires_when_a_list_has_them(scene: Scene) -> None:
    scene.rule("appears", users=("7", "9"))
    scene.write(listed(ROOM, START + 1000, {1: 100, 2: 50}))
    assert scene.look() == []
    scene.write(listed(ROOM, START + 2000, {1: 100, 2: 50, 7: 30}))
    scene.write(listed(ROOM, START + 3000, {1: 100, 2: 50, 7: 40}), listed(OTHER, START + 3000, {9: 5}))
    first, second = scene.look()
    assert told([first, second]) == [("appears", "7"), ("appears", "9")]
    assert (first.facts, first.at_ms) == ({"rank": 3, "score": 30}, START + 2000)
    assert (second.place and second.place.room_id) == OTHER
    assert scene.look() == []


def test_a_contributor_who_comes_back_appears_again_and_reaches_no_score_twice(scene: Scene) -> None:
    scene.rule("appears", users=("7",))
    scene.rule("score", coins=1000)
    crowd = {100 + number: 2000 + number for number in range(99)}
    scene.write(listed(ROOM, START + 1000, crowd | {7: 999}), listed(ROOM, START + 2000, crowd | {7: 1001}))
    assert told(scene.look()) == [("appears", "7"), ("score", "7")]
    scene.write(listed(ROOM, START + 3000, crowd | {300: 2000}))
    assert scene.look() == [], "outside the full list 300 may have had 1001"
    scene.write(listed(ROOM, START + 4000, crowd | {7: 3000}))
    assert told(scene.look()) == [("appears", "7")]


def test_a_new_first_place_fires_with_who_was_first_before(scene: Scene) -> None:
    scene.rule("first")
    scene.write(listed(ROOM, START + 1000, {1: 100, 2: 50}), listed(ROOM, START + 2000, {1: 101, 2: 60}))
    assert scene.look() == []
    scene.fail(ROOM, START + 2500)
    scene.write(listed(ROOM, START + 3000, {1: 101, 2: 300}))
    [firing] = scene.look()
    assert told([firing]) == [("first", "2")]
    assert firing.other is not None
    assert (firing.other.user_id, firing.facts, firing.failed) == ("1", {"score": 300, "ahead": 199}, 1)


def test_a_score_fires_once_when_it_is_reached_and_not_where_nobody_saw_it_happen(scene: Scene) -> None:
    scene.rule("score", coins=1000)
    scene.write(listed(ROOM, START + 1000, {1: 5000, 2: 900}))
    assert scene.look() == [], "someone who had so much in a room's first list may have reached it long ago"
    scene.write(listed(ROOM, START + 2000, {1: 6000, 2: 999}), listed(ROOM, START + 3000, {1: 6000, 2: 1000, 3: 1500}))
    found = scene.look()
    assert sorted(told(found)) == [("score", "2"), ("score", "3")]
    assert {each.facts["score"] for each in found} == {1000, 1500}
    scene.write(listed(ROOM, START + 4000, {1: 6000, 2: 1100, 3: 1600}))
    assert scene.look() == []


def test_the_pace_of_one_contributor_is_measured_against_what_is_usual_in_the_room(scene: Scene) -> None:
    scene.rule("pace", times=5, within="2min", least=500)
    for minute in range(30):
        scene.write(listed(ROOM, START + minute * MINUTE, {1: 1000 + 100 * minute, 2: 500}))
    assert scene.look(START + 29 * MINUTE) == []
    at = START + 30 * MINUTE
    scene.write(listed(ROOM, at, {1: 3900, 2: 500}), listed(ROOM, at + 1000, {1: 3910, 2: 2500}))
    [firing] = scene.look(at + 2000)
    assert told([firing]) == [("pace", "2")]
    assert (firing.facts["coins"], firing.facts["minutes"], firing.facts["pace"]) == (2000, 2.0, 1000.0)
    usual = firing.facts["usual"]
    assert isinstance(usual, float)
    assert 90 <= usual <= 110
    scene.restart()
    scene.write(listed(ROOM, at + 3000, {1: 3910, 2: 2600}))
    assert scene.look() == [], "2 is as fast as before, which is known also after a restart"


def test_in_a_room_that_was_polled_shortly_no_pace_is_unusual(sqlite: Scene) -> None:
    sqlite.rule("pace", within="1min", least=1)
    sqlite.write(listed(ROOM, START, {1: 10}), listed(ROOM, START + 5 * MINUTE, {1: 100_000}))
    assert sqlite.look(START + 6 * MINUTE) == []


def test_sessions_fire_when_they_begin_and_end_and_only_once(scene: Scene) -> None:
    scene.rule("session", name="both")
    scene.rule("session", name="ends", when="ends")
    scene.rule("session", name="other", anchors=("uid=5",))
    scene.look()
    scene.session("uid=4", ROOM, START + 1000, by="found")
    [begun] = scene.look()
    assert (begun.event, begun.name, begun.facts) == ("begins", "both", {"was_on": 1})
    assert begun.place is not None
    assert begun.place.host is not None
    assert (begun.place.host.anchor, begun.place.host.nickname) == ("uid=4", "小主播")
    scene.session("uid=4", ROOM, START + 1000, START + 61_000)
    found = scene.look()
    assert sorted((each.name, each.event) for each in found) == [("both", "ends"), ("ends", "ends")]
    assert found[0].facts == {"seconds": 60.0}
    scene.restart()
    assert scene.look() == []
    scene.session("uid=5", OTHER, START + 70_000, START + 80_000)
    assert sorted((each.name, each.event) for each in scene.look()) == [
        ("both", "begins"),
        ("both", "ends"),
        ("ends", "ends"),
        ("other", "begins"),
        ("other", "ends"),
    ]


def test_a_room_fires_when_its_contributors_are_masked_from_a_list_on(scene: Scene) -> None:
    scene.rule("anonymous")
    scene.write(listed(ROOM, START + 1000, {1: 10}), masked(ROOM, START + 2000), masked(ROOM, START + 3000))
    [firing] = scene.look()
    assert (firing.event, firing.at_ms) == ("anonymous", START + 2000)
    scene.write(masked(ROOM, START + 4000))
    assert scene.look() == []
    scene.restart()
    scene.write(listed(ROOM, START + 5000, {1: 20}), masked(ROOM, START + 6000))
    assert [each.at_ms for each in scene.look()] == [START + 6000]


def test_silence_fires_once_a_stop_and_ends_with_the_next_list(scene: Scene) -> None:
    scene.rule("silence", name="all", after="5min")
    scene.rule("silence", name="room", after="5min", rooms=(ROOM,))
    scene.write(listed(ROOM, START, {1: 10}), listed(OTHER, START, {1: 10}))
    assert scene.look(START + 4 * MINUTE) == []
    scene.write(listed(OTHER, START + 4 * MINUTE, {1: 20}))
    [stop] = scene.look(START + 6 * MINUTE)
    assert (stop.name, stop.event, stop.at_ms, stop.facts) == ("room", "stops", START, {"minutes": 6.0})
    scene.restart()
    assert told(scene.look(START + 9 * MINUTE)) == [("stops", None)], "of any room; the one of the room was told"
    assert scene.look(START + 20 * MINUTE) == []
    scene.write(listed(ROOM, START + 21 * MINUTE, {1: 30}))
    found = scene.look(START + 21 * MINUTE)
    assert {(each.name, each.event, each.facts["seconds"]) for each in found} == {
        ("all", "again", 17 * 60.0),
        ("room", "again", 21 * 60.0),
    }


def test_a_room_that_is_polled_once_or_has_ended_is_not_silent(sqlite: Scene) -> None:
    sqlite.rule("silence", each=True)
    sqlite.write(listed(ROOM, START, {1: 10}), every=None)
    sqlite.write(listed(OTHER, START, {1: 10}))
    sqlite.session("uid=4", OTHER, START, START + 1000)
    assert sqlite.look(START + 60 * MINUTE) == []


def test_a_rule_begins_with_what_happens_after_it_was_made(scene: Scene) -> None:
    scene.write(listed(ROOM, START - 9000, {1: 10, 2: 5}), listed(ROOM, START - 8000, {1: 10, 2: 50}))
    scene.session("uid=4", ROOM, START - 9000, START - 5000)
    for kind, fields in (("first", {}), ("appears", {"users": ("2",)}), ("session", {}), ("score", {"coins": 20})):
        scene.rule(kind, **fields)
    scene.write(listed(OTHER, START - 500, {2: 100}))
    assert scene.look() == []
    scene.write(listed(ROOM, START + 1000, {1: 60, 2: 50}))
    assert sorted(told(scene.look())) == [("first", "1"), ("score", "1")]
    scene.rule("first", at_ms=START + 90_000, name="later")
    scene.write(listed(ROOM, START + 80_000, {1: 60, 2: 70}), listed(ROOM, START + 95_000, {1: 80, 2: 70}))
    assert [(each.name, each.at_ms) for each in scene.look(START + 96_000)] == [
        ("first", START + 80_000),
        ("first", START + 95_000),
        ("later", START + 95_000),
    ]


def test_a_restart_repeats_nothing_and_misses_nothing(sqlite: Scene) -> None:
    sqlite.rule("first")
    sqlite.write(listed(ROOM, START + 1000, {1: 10, 2: 5}), listed(ROOM, START + 2000, {1: 10, 2: 50}))
    assert told(sqlite.look()) == [("first", "2")]
    sqlite.restart()
    assert sqlite.look() == []
    sqlite.restart()
    sqlite.write(listed(ROOM, START + 3000, {1: 60, 2: 50}))
    sqlite.write(listed(OTHER, START + 3000, {3: 10}), listed(OTHER, START + 4000, {3: 10, 4: 20}))
    assert told(sqlite.look()) == [("first", "1"), ("first", "4")]


def test_what_was_seen_and_not_written_down_is_seen_again_with_the_same_id(sqlite: Scene) -> None:
    from rankcrawler.alerts import book

    sqlite.rule("first")
    sqlite.write(listed(ROOM, START + 1000, {1: 10, 2: 5}), listed(ROOM, START + 2000, {1: 10, 2: 50}))
    seen = sqlite.watch.look(book.rules(sqlite.file), START + 3000)
    sqlite.restart()
    [again] = sqlite.look()
    assert [each.id for each in seen.firings] == [again.id]


def test_rules_name_rooms_by_id_or_by_their_anchors(sqlite: Scene) -> None:
    sqlite.rule("first", name="room", rooms=(ROOM,))
    sqlite.rule("first", name="anchor", anchors=("uid=4",))
    sqlite.session("uid=4", OTHER, START)
    for room in (ROOM, OTHER, "123"):
        sqlite.write(listed(room, START + 1000, {1: 10, 2: 5}), listed(room, START + 2000, {1: 10, 2: 50}))
    found = {(each.name, each.place.room_id) for each in sqlite.look() if each.place}
    assert found == {("room", ROOM), ("anchor", OTHER)}


def test_with_a_key_people_are_pseudonyms_in_what_fires(tmp_path: Path) -> None:
    scene = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path, key="0123456789abcdef")
    scene.rule("first")
    scene.session("uid=4", ROOM, START)
    scene.write(listed(ROOM, START + 1000, {1: 10, 2: 5}), listed(ROOM, START + 2000, {1: 10, 2: 50}))
    [firing] = scene.look()
    scene.close()
    assert firing.person is not None
    assert len(firing.person.user_id) == 32
    shown = (tmp_path / "alerts.db").read_bytes() + str(firing).encode()
    assert "贡献者".encode() not in shown
    assert "小主播".encode() not in shown


def test_a_store_that_is_made_anew_in_the_same_place_is_another_store(sqlite: Scene, tmp_path: Path) -> None:
    sqlite.rule("first")
    sqlite.write(listed(ROOM, START + 1000, {1: 10, 2: 5}))
    sqlite.look()
    sqlite.watch.close()
    sqlite.store.close()
    for path in tmp_path.glob("ranks.db*"):
        path.unlink()
    later = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path)
    later.write(listed(OTHER, START + 500, {1: 10, 2: 5}), listed(OTHER, START + 800, {1: 10, 2: 20}))
    assert told(later.look()) == [("first", "2")]
    later.close()
