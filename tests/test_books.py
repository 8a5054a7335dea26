"""The books see every answer that is not on record, and everything on record that was no answer; on every store."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rankcrawler.clock import ms
from rankcrawler.model.items import FailedPoll, Quarantined, RoomSnapshot
from rankcrawler.simulator.ledger import Given
from rankcrawler.store import locate
from tests import books, stores
from tests.builders import CAPTURED, ROOM, entry, failed, polled, snapshot
from tests.gateways import environment, run, simulated

SOURCE = "gateway.test"
LIST = Given("ok", ROOM, at=ms(CAPTURED), rows=3)
FAILURE = Given("server_error", ROOM)
EPOCH = "1970-01-01T00:00:00.001Z"
LATER = "2021-09-17T01:45:39.980Z"
UNREAD = tuple(Quarantined(position, "$", "odd") for position in (4, 5))

Balanced = Callable[[Sequence[Given], Sequence[RoomSnapshot | FailedPoll]], books.Balance]


@pytest.fixture(params=[*stores.DATABASES, "jsonl"])
def balanced(request: pytest.FixtureRequest, tmp_path: Path) -> Balanced:
    """Holds answers against polls that a new store was given."""
    where = stores.ready(request.param, tmp_path, request)

    def balance(answers: Sequence[Given], polls: Sequence[RoomSnapshot | FailedPoll]) -> books.Balance:
        store, journal = locate.open_store(where), books.Journal()
        for poll in polls:
            store.write([polled(poll)])
        store.close()
        for given in answers:
            journal.record(given)
        return books.balance(journal.books(), books.on_record(where, SOURCE))

    return balance


def test_lists_failures_and_bad_rows_that_are_on_record_leave_no_difference(balanced: Balanced) -> None:
    later = Given("bad_rows", ROOM, at=ms(LATER), rows=5, bad=2)
    polls: list[RoomSnapshot | FailedPoll] = [
        snapshot(),
        failed(polled_at=LATER),
        snapshot(captured_at=LATER, quarantined=UNREAD),
    ]
    assert balanced([LIST, FAILURE, later], polls) == ([], [])


def again(of: RoomSnapshot, moment: str) -> RoomSnapshot:
    return snapshot(of.entries, captured_at=moment, digest=of.digest)


def test_an_unchanged_list_an_empty_one_and_one_withheld_are_answers_too(balanced: Balanced) -> None:
    moments = [f"2021-09-17T01:5{minute}:00.000Z" for minute in range(4)]
    hidden = snapshot([entry(score=None, score_precision="withheld")], captured_at=moments[2], digest="1" * 32)
    same = [snapshot(captured_at=moments[0]), hidden, again(hidden, moments[3])]
    answers = [LIST, *(Given("ok", ROOM, at=ms(at), rows=rows) for at, rows in zip(moments, (3, 0, 1, 1), strict=True))]
    polls = [snapshot(), same[0], snapshot([], captured_at=moments[1], digest="2" * 32), *same[1:]]
    assert balanced(answers, polls) == ([], [])


def test_a_list_that_was_given_out_twice_at_one_moment_is_on_record_once_or_twice(balanced: Balanced) -> None:
    assert balanced([LIST, LIST], [snapshot(), snapshot()]) == ([], [])
    assert balanced([LIST, LIST], [snapshot(), snapshot(polled_at=LATER)]) == ([], [])


def test_a_list_that_is_on_record_more_often_than_it_was_given_out_is_invented(balanced: Balanced) -> None:
    assert len(balanced([LIST], [snapshot(), snapshot(polled_at=LATER)]).invented) == 1


@pytest.mark.parametrize("given", [LIST, FAILURE, Given("ok", ROOM, "audience", ms(CAPTURED), 3)], ids=str)
def test_an_answer_that_is_not_on_record_is_lost(balanced: Balanced, given: Given) -> None:
    lost, invented = balanced([Given("ok", "1", at=1, rows=3), given], [snapshot(room_id="1", captured_at=EPOCH)])
    assert (len(lost), invented) == (1, [])
    assert ROOM in lost[0]


@pytest.mark.parametrize(
    ("answers", "poll"),
    [
        ([], snapshot()),
        ([LIST], failed()),
        ([Given("ok", ROOM, at=ms(CAPTURED), rows=4)], snapshot()),
        ([Given("bad_rows", ROOM, at=ms(CAPTURED), rows=5, bad=1)], snapshot(quarantined=UNREAD)),
        ([Given("ok", ROOM, at=ms(LATER), rows=3)], snapshot()),
    ],
    ids=["no answer", "no failure", "a row less", "other rows bad", "another moment"],
)
def test_a_poll_that_no_answer_accounts_for_is_invented(
    balanced: Balanced, answers: list[Given], poll: RoomSnapshot | FailedPoll
) -> None:
    assert len(balanced(answers, [poll]).invented) == 1


def test_what_is_on_record_of_another_gateway_is_passed_over(balanced: Balanced) -> None:
    assert balanced([], [snapshot(source="other.test"), failed(source="other.test")]) == ([], [])


def test_a_test_whose_gateway_gave_out_what_nobody_kept_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="a list of Room"), simulated() as gateway:
        assert run("rank", ROOM, env=environment(gateway, tmp_path)).returncode == 0
    with simulated(lost=1) as gateway:
        run("rank", ROOM, env=environment(gateway, tmp_path))
