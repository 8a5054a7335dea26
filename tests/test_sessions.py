"""What follows from looks at an anchor: when a session begins, goes on and ends."""

import pytest

from rankcrawler.model.anchors import Look, State
from rankcrawler.model.sessions import FOUND, GATEWAY, LOOK, LOOKS, ROOM, Followed, Task, steps

LIVE, OFFLINE, UNKNOWN = State.LIVE, State.OFFLINE, State.UNKNOWN
ONE, TWO = "7200000000000000001", "7200000000000000002"
MINUTE = 60_000


def live(room_id: str = ONE, **facts: object) -> Look:
    return Look(LIVE, room_id=room_id, **facts)  # type: ignore[arg-type]


def after(*looks: Look, end_after: int = 3) -> tuple[Followed, list[tuple[Task, str | None, int]]]:
    """What is known after looks a minute apart, and what had to be done: the task, the room, and in which minute."""
    known, done = Followed(), []
    for minute, look in enumerate(looks, start=1):
        for step in steps(known, look, minute * MINUTE, end_after):
            if step.task is not None:
                done.append((step.task, step.room_id, minute))
            known = step
    return known, done


def test_a_session_begins_when_an_anchor_is_live_and_goes_on_in_the_same_room() -> None:
    known, done = after(live(), live(), live())
    assert done == [(Task.BEGIN, ONE, 1)]
    assert (known.room_id, known.begun_ms, known.task) == (ONE, MINUTE, None)


def test_an_end_needs_three_looks_in_agreement_and_is_dated_by_the_first() -> None:
    offline = Look(OFFLINE)
    assert after(live(), offline, offline)[1] == [(Task.BEGIN, ONE, 1)]
    assert after(live(), offline, offline, offline)[1] == [(Task.BEGIN, ONE, 1), (Task.END, ONE, 4)]
    [*_, end, known] = steps(after(live(), offline, offline)[0], offline, 4 * MINUTE, 3)
    assert (end.ended_ms, end.by) == (2 * MINUTE, LOOKS)
    assert (known.room_id, known.begun_ms, known.ended_ms) == (None, None, None)


def test_a_drop_out_that_comes_back_in_the_same_room_is_the_same_session() -> None:
    offline = Look(OFFLINE)
    assert after(live(), offline, offline, live(), offline, offline, live())[1] == [(Task.BEGIN, ONE, 1)]


def test_what_is_unknown_neither_ends_a_session_nor_agrees_with_anything() -> None:
    offline, unknown = Look(OFFLINE), Look(UNKNOWN, "HTTP 502")
    known, done = after(live(), *[unknown] * 10)
    assert (done, known.room_id, known.reason) == ([(Task.BEGIN, ONE, 1)], ONE, "HTTP 502")
    assert after(live(), offline, unknown, offline, unknown)[1] == [(Task.BEGIN, ONE, 1)]
    assert after(live(), offline, unknown, offline, unknown, offline)[1][-1] == (Task.END, ONE, 6)


def test_another_room_ends_a_session_and_begins_one() -> None:
    known, done = after(live(ONE, title="one"), live(TWO))
    assert done == [(Task.BEGIN, ONE, 1), (Task.END, ONE, 2), (Task.BEGIN, TWO, 2)]
    assert (known.room_id, known.title) == (TWO, None)
    end, *_ = steps(after(live(ONE))[0], live(TWO), 2 * MINUTE, 3)
    assert (end.by, end.ended_ms) == (ROOM, 2 * MINUTE)


def test_an_end_is_dated_by_the_first_look_that_missed_the_broadcast() -> None:
    """Whether others agreed, or the anchor was live in another room before they could."""
    end, *_ = steps(after(live(), Look(OFFLINE))[0], live(TWO, began_ms=150_000), 3 * MINUTE, 3)
    assert (end.task, end.room_id, end.ended_ms, end.by) == (Task.END, ONE, 2 * MINUTE, ROOM)
    end, *_ = steps(after(live())[0], live(TWO, began_ms=150_000), 3 * MINUTE, 3)
    assert end.ended_ms == 150_000


def test_a_replay_is_no_session_and_ends_one_when_the_gateway_says() -> None:
    replay = Look(OFFLINE, room_id=ONE, finished_ms=90_000, is_replay=True)
    known, done = after(live(), replay, replay, replay)
    assert (done[-1], known.replay) == ((Task.END, ONE, 4), ONE)
    end, *_ = steps(after(live(), replay, replay)[0], replay, 4 * MINUTE, 3)
    assert (end.ended_ms, end.by) == (90_000, GATEWAY)
    assert after(replay)[1] == []


def test_a_beginning_is_the_gateways_or_that_of_the_look() -> None:
    told, *_ = steps(Followed(), live(began_ms=5_000), MINUTE, 3)
    ahead, *_ = steps(Followed(), live(began_ms=9 * MINUTE), MINUTE, 3)
    assert [(each.begun_ms, each.by) for each in (told, ahead)] == [(5_000, GATEWAY), (MINUTE, GATEWAY)]


@pytest.mark.parametrize(
    ("before", "by"),
    [
        ([], FOUND),
        ([Look(OFFLINE)] * 2, FOUND),
        ([Look(OFFLINE)] * 3, LOOK),
        ([Look(OFFLINE)] * 3 + [Look(UNKNOWN, "HTTP 502")], LOOK),
        ([live(TWO)], LOOK),
        ([live(TWO)] + [Look(OFFLINE)] * 4, LOOK),
    ],
)
def test_a_beginning_was_seen_if_looks_agreed_that_the_anchor_was_not_there(before: list[Look], by: str) -> None:
    *_, begin, _ = steps(after(*before)[0], live(), 9 * MINUTE, 3)
    assert (begin.task, begin.begun_ms, begin.by) == (Task.BEGIN, 9 * MINUTE, by)


def test_an_anchor_of_whom_nothing_is_known_is_ended_once_in_case_the_store_has_a_session_that_is_open() -> None:
    assert after(*[Look(OFFLINE)] * 6)[1] == [(Task.END, None, 3)]


@pytest.mark.parametrize("end_after", [1, 2, 5])
def test_how_many_looks_must_agree_is_a_setting(end_after: int) -> None:
    assert after(live(), *[Look(OFFLINE)] * 6, end_after=end_after)[1][-1] == (Task.END, ONE, 1 + end_after)


def test_a_note_is_read_back_and_fits_the_queue_whatever_the_gateway_says() -> None:
    known, _ = after(live(title="题" * 200, nickname="名" * 200, uid="9" * 19, began_ms=1))
    assert Followed.of_json(known.as_json().encode()) == known
    long, _ = after(live(title='"\\\n' * 80, nickname="\x01" * 80), Look(UNKNOWN, "\x01" * 300))
    assert len(long.as_json()) <= 500
    assert Followed.of_json(long.as_json().encode()).room_id == ONE
    assert Followed.of_json(None) == Followed.of_json(b"{broken") == Followed()
