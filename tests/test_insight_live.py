"""The questions that pages ask of all rooms at once: pace, totals, stays, and the places of a course."""

from typing import Any

import msgspec
import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import NotInStore
from rankcrawler.insight.questions import Questions
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store import locate
from tests.builders import failed, polled, snapshot
from tests.test_insight import DAY, MINUTE, NOON, Write, ask, where, write

__all__ = ["ask", "where", "write"]
"""Fixtures."""


def test_pace_has_an_hour_for_each_room_and_knows_which_hours_had_no_list(
    write: Write, ask: Questions, where: str
) -> None:
    write(-30, {"7": 100})
    write(5, {"7": 150})
    write(10, {"7": 170})
    write(65, {"8": 10}, room="2")
    with_store = locate.open_records(where)
    at = iso(NOON + 130 * MINUTE)
    with_store.write([polled(failed(room_id="2", polled_at=at), every=60)])
    with_store.close()
    found = ask.pace(27)
    assert found.hours[-1].hour_at == iso(NOON + DAY)
    assert found.elapsed_seconds == 0
    coins = {row.room_id: row.coins for row in found.rows}
    assert coins["1"][:4] == (None, 0, 70, None)
    assert coins["2"][:5] == (None, None, None, 0, None)
    assert {*coins["1"][4:], *coins["2"][5:]} == {None}
    assert [(hour.polls, hour.failed, hour.coins) for hour in found.hours[1:5]] == [
        (1, 0, 0),
        (2, 0, 70),
        (1, 0, 0),
        (1, 1, 0),
    ]
    assert (found.sure.coins, found.sure.failed) == ("at_least", 1)
    assert ask.pace(1).rows == ()
    assert ask.pace(27, source="another").rows == ()


def test_totals_are_those_of_the_last_list_that_counts(write: Write, ask: Questions, where: str) -> None:
    write(0, {"7": 100, "8": 50})
    write(1, {"7": 160, "8": 55})
    write(2, {"7": 100, "8": 50})  # contradicts the one before
    write(0, {"9": 0}, room="2")
    with_store = locate.open_records(where)
    moment = iso(NOON)
    empty = snapshot([], room_id="3", captured_at=moment, polled_at=moment, digest="e" * 32)
    with_store.write([polled(empty), polled(failed(room_id="4"))])
    with_store.close()
    one, two, three, four = ask.totals("1", "2", "3", "4").rows
    assert (one.total_score, one.contributors, one.first_score) == (215, 2, 160)
    assert one.first is not None
    assert one.first.user_id == "7"
    assert (two.total_score, two.contributors, two.first_score, two.first) == (0, 1, None, None)
    assert (three.total_score, three.contributors, three.first) == (0, 0, None)
    assert (four.total_score, four.contributors, four.first) == (None, None, None)
    with pytest.raises(NotInStore, match=r"^room 5 was never polled$"):
        ask.totals("1", "5")


def test_totals_fit_the_list_itself(write: Write, ask: Questions) -> None:
    for minute in range(30):
        write(minute, {str(user): 10 * user + minute * (user % 3) for user in range(1, 20)})
    [total] = ask.totals("1").rows
    now = ask.latest("1")
    assert total.total_score == sum(row.score or 0 for row in now.rows)
    assert (total.first_score, total.contributors) == (now.rows[0].score, len(now.rows))


def test_stays_span_from_the_first_list_to_the_last(write: Write, ask: Questions) -> None:
    write(0, {"7": 100, "8": 50})
    write(1, {"7": 110, "9": 60})
    write(2, {"7": 120, "8": 70, "9": 65})
    write(3, {"7": 130, "9": 66})
    found = [(row.user_id, row.since_at, row.until_at, row.is_there) for row in ask.stays("1").rows]
    assert found == [
        ("7", iso(NOON), iso(NOON + 3 * MINUTE), True),
        ("8", iso(NOON), iso(NOON + 2 * MINUTE), False),
        ("9", iso(NOON + MINUTE), iso(NOON + 3 * MINUTE), True),
    ]
    with pytest.raises(NotInStore):
        ask.stays("5")


def test_places_in_a_course_are_those_among_everyone(write: Write, ask: Questions) -> None:
    write(0, {"7": 100, "8": 200, "9": 300})
    write(1, {"7": 400, "8": 300, "9": 300})
    course = ask.course("1", top=2)
    assert [each.user_id for each in course.contributors] == ["7", "8"]
    assert [row.places for row in course.rows] == [(3, 2), (1, 2)]
    assert msgspec.json.decode(msgspec.json.encode(course))["rows"][1]["places"] == [1, 2]


def test_anchors_have_their_latest_session_and_whoever_is_live_comes_first(ask: Questions, where: str) -> None:
    def session(anchor: str, room: str, minute: int, ended: int | None = None, fence: int = 1, **facts: Any) -> None:
        moment = None if ended is None else NOON + ended * MINUTE
        by = None if ended is None else "looks"
        change = SessionChange(
            source="gateway.test",
            anchor=anchor,
            room_id=room,
            begun_ms=NOON + minute * MINUTE,
            begun_by="look",
            ended_ms=moment,
            ended_by=by,
            fence=fence,
            **facts,
        )
        store = locate.open_store(where)
        store.note([change])
        store.close()

    session("uid=1", "11", 0, nickname="晚风")
    session("uid=1", "11", 0, 30, fence=2)
    session("uid=2", "21", 5, nickname="小鱼", title="唱歌")
    session("uid=1", "12", 40, 50, fence=3)
    found = ask.anchors()
    assert found.live == 1
    assert [(row.anchor, row.room_id, row.nickname, row.ended_at) for row in found.rows] == [
        ("uid=2", "21", "小鱼", None),
        ("uid=1", "12", None, iso(NOON + 50 * MINUTE)),
    ]
    assert [row.anchor for row in ask.anchors(1).rows] == ["uid=2"]
    assert ask.anchors(source="another").rows == ()
