"""A poll is identified by when it was made, and by its list's clock and content: whatever the clock, none is lost."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rankcrawler.clock import iso
from rankcrawler.errors import RefusedByStore
from rankcrawler.model import rules
from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot
from rankcrawler.store import locate
from rankcrawler.store.contract import Kept, Records, Store
from rankcrawler.store.line_room import REMEMBERED
from tests import stores
from tests.builders import as_served, entry, failed, polled, snapshot
from tests.daily import top_of_day

NOON = 1_795_435_200_000
EVER = ("1970-01-01", "9999-01-01")
STILL = (rules.CLOCK_STANDS_STILL,)


@pytest.fixture(params=stores.DATABASES)
def open_it(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Records]]:
    """Opens the store, any number of times at once."""
    with stores.records(stores.ready(request.param, tmp_path, request)) as opens:
        yield opens


@pytest.fixture
def store(open_it: Callable[[], Records]) -> Records:
    return open_it()


@pytest.fixture(params=[*stores.DATABASES, "jsonl"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with closing(locate.open_store(stores.ready(request.param, tmp_path, request))) as opened:
        yield opened


def listed(clock_ms: int, polled_ms: int, score: int, room_id: str = "1", user: str = "7") -> RoomSnapshot:
    place = {"captured_at": iso(clock_ms), "polled_at": iso(polled_ms), "room_id": room_id}
    rows = [
        entry(1, score=1_000_000, delta=None, **place),
        entry(2, score=score, delta=None, user_id=user, **place),
    ]
    return snapshot(rows, digest=f"{score:026d}{int(user):06d}", **place)


def four_a_second(polls: int) -> list[RoomSnapshot]:
    """Lists of a room that is polled four times a second, with a clock in whole seconds."""
    times = [NOON + 250 * number for number in range(polls)]
    return [listed(at // 1000 * 1000, at + 30, score) for score, at in enumerate(times)]


def stored(written: list[RoomSnapshot]) -> list[RoomSnapshot]:
    """The lists of a room as they are read back, written in this order: flagged where the clock stood still."""
    clocks = ["", *(each.captured_at for each in written)]
    return [
        rules.with_flags_of_poll(each, STILL if each.captured_at == before else ())
        for before, each in zip(clocks, written, strict=False)
    ]


def test_a_clock_in_whole_seconds_polled_four_times_a_second_loses_no_list(store: Records) -> None:
    lists = four_a_second(43)
    for each in lists:
        assert store.write([polled(each)]) == [Kept.STORED]
    assert list(store.lists("1", *EVER)) == stored(lists)
    assert [poll.captured_at for poll in store.polls("1", *EVER)] == [each.captured_at for each in lists]
    assert [poll.flags for poll in store.polls("1", *EVER)].count(STILL) == 32
    assert store.latest("1") == stored(lists)[-1]
    assert [gain.coins for gain in store.gains("1", *EVER).gains] == [42]
    assert top_of_day(store, "2026-11-23")[0].coins == 42


def test_a_clock_that_stands_still_loses_no_list(any_store: Store) -> None:
    lists = [listed(NOON, NOON + 1000 * number, number) for number in range(39)]
    kept = [any_store.write([polled(each)]) for each in lists]
    assert kept == [[Kept.STORED]] * 39
    counts = any_store.counts()
    assert (counts.polls, counts.snapshots) == (39, 39)
    assert any_store.latest("1") == stored(lists)[-1]


def test_the_same_list_under_the_same_clock_is_a_poll_on_record(any_store: Store) -> None:
    lists = [listed(NOON, NOON + 1000 * number, 5) for number in range(8)]
    kept = [any_store.write([polled(each)])[0] for each in lists]
    assert kept == [Kept.STORED, *[Kept.UNCHANGED] * 7]
    counts = any_store.counts()
    assert (counts.polls, counts.snapshots, counts.entries) == (8, 1, 2)
    assert any_store.latest("1") == stored(lists)[-1]
    assert any_store.write([polled(lists[3])]) == [Kept.DUPLICATE]


def test_polls_of_a_stuck_cache_say_when_they_were_made_and_that_the_clock_stands_still(store: Records) -> None:
    lists = [listed(NOON, NOON + 1000 * number, 5) for number in range(8)]
    store.write([polled(each) for each in lists])
    polls = store.polls("1", *EVER)
    assert [(poll.captured_at, poll.polled_at, poll.outcome) for poll in polls] == [
        (iso(NOON), each.polled_at, "unchanged" if number else "stored") for number, each in enumerate(lists)
    ]
    assert [poll.flags for poll in polls] == [(), *[STILL] * 7]
    assert list(store.lists("1", *EVER)) == lists[:1]


def test_a_list_that_comes_back_under_the_same_clock_is_stored_again(any_store: Store) -> None:
    lists = [listed(NOON, NOON + number, score) for number, score in enumerate((5, 6, 5, 5))]
    kept = [any_store.write([polled(each)])[0].but_for_age for each in lists]
    assert kept == [Kept.STORED, Kept.STORED, Kept.STORED, Kept.UNCHANGED]


def test_two_workers_and_one_batch_agree_on_lists_under_one_clock(open_it: Callable[[], Records]) -> None:
    lists, workers = four_a_second(24), (open_it(), open_it())
    for number in range(0, 24, 6):
        writer = workers[number // 6 % 2]
        assert writer.write([polled(each) for each in lists[number : number + 6]]) == [Kept.STORED] * 6
        assert writer.write([polled(lists[number])]) == [Kept.DUPLICATE]
    assert list(workers[0].lists("1", *EVER)) == stored(lists)


def test_other_content_of_the_same_moment_is_another_poll(any_store: Store) -> None:
    assert any_store.write([polled(listed(NOON, NOON, score)) for score in (1, 2, 1, 2)]) == [
        Kept.STORED,
        Kept.STORED,
        Kept.DUPLICATE,
        Kept.DUPLICATE,
    ]
    assert any_store.counts().polls == 2


def test_a_late_list_under_a_clock_that_another_had_is_kept_and_is_not_the_latest(any_store: Store) -> None:
    newest = listed(NOON + 5000, NOON + 5000, 9)
    late = [listed(NOON, NOON + 6000 + number, number) for number in range(3)]
    assert any_store.write([polled(newest)]) == [Kept.STORED]
    assert [any_store.write([polled(each)])[0] for each in late] == [Kept.STORED] * 3
    assert [any_store.write([polled(each)])[0] for each in late] == [Kept.DUPLICATE] * 3
    assert any_store.latest("1") == newest


def test_late_lists_under_one_clock_are_in_the_order_of_their_polls(store: Records) -> None:
    newest = listed(NOON + 5000, NOON + 5000, 9)
    late = [listed(NOON, NOON + 6000 + number, number) for number in range(3)]
    store.write([polled(each) for each in (newest, *late)])
    assert list(store.lists("1", *EVER)) == [*late, newest]


def test_who_enters_and_leaves_under_one_clock_has_a_stay_for_each_time(store: Records) -> None:
    users = ("7", "8", "7", "8", "7")
    store.write([polled(listed(NOON, NOON + number, 10 + number, user=user)) for number, user in enumerate(users)])
    assert [stay.is_over for stay in store.trail("7")] == [False, True, True]
    assert [stay.is_over for stay in store.trail("8")] == [True, True]


def test_a_failed_poll_is_not_taken_for_a_list_of_its_moment(any_store: Store) -> None:
    place = {"room_id": "1", "polled_at": iso(NOON)}
    polls: list[RoomSnapshot | FailedPoll] = [failed(**place), listed(NOON, NOON, 1)] * 2
    kept = any_store.write([polled(each) for each in polls])
    assert kept == [Kept.FAILED, Kept.STORED, Kept.DUPLICATE, Kept.DUPLICATE]


def test_many_rooms_under_one_clock_that_stands_still_do_not_meet(store: Records) -> None:
    for number in range(5):
        lists = [listed(NOON, NOON + number, number, room_id=str(room)) for room in range(1, 30)]
        assert store.write([polled(each) for each in lists]) == [Kept.STORED] * 29
    assert store.counts().snapshots == 5 * 29


def test_a_poll_that_only_the_file_knows_is_recognised(tmp_path: Path) -> None:
    with closing(locate.open_store(f"jsonl:{tmp_path}")) as store:
        lists = [polled(listed(NOON, NOON + number, number)) for number in range(REMEMBERED + 20)]
        assert store.write(lists) == [Kept.STORED] * len(lists)
        assert store.write(lists) == [Kept.DUPLICATE] * len(lists)


def test_the_end_of_time_fails_the_second_poll_there_and_names_its_room(store: Records) -> None:
    last = 253_402_300_799_999
    store.write([polled(listed(last, NOON, 1))])
    with pytest.raises(RefusedByStore, match="room 1: "):
        store.write([polled(listed(last, NOON + 1, 2))])
    assert store.write([polled(listed(NOON, NOON + 2, 2, room_id="2"))]) == [Kept.STORED]


TURNS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=20)


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_every_poll_is_on_record_and_every_list_is_read_back_whatever_the_clocks(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rooms = iter(range(1, 1_000_000))
    with stores.records(stores.ready(kind, tmp_path, request)) as open_it:
        workers = [open_it(), open_it()]

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(TURNS, st.integers(1, 5), st.integers(0, 2**20))
        def write_and_read(turns: list[tuple[int, int]], size: int, who: int) -> None:
            room = str(next(rooms))
            lists = [
                listed(NOON + 10_000 * clock, NOON + 100_000 + number, score, room)
                for number, (clock, score) in enumerate(turns)
            ]
            polls: list[Poll] = list(map(polled, lists))
            for number, start in enumerate(range(0, len(polls), size)):
                batch = polls[start : start + size]
                kept = workers[who >> number & 1].write(batch)
                assert {each.but_for_age for each in kept} <= {Kept.STORED, Kept.UNCHANGED}
                assert workers[0].write(batch) == [Kept.DUPLICATE] * len(batch)
            records = workers[1].polls(room, *EVER)
            assert [(each.captured_at, each.polled_at) for each in records] == sorted(
                (each.captured_at, each.polled_at) for each in lists
            )
            by_poll = {each.polled_at: each for each in lists}
            for each in workers[1].lists(room, *EVER):
                assert as_served(each) == by_poll[each.polled_at]
            latest = workers[1].latest(room)
            assert latest is not None
            assert "stale_list" not in latest.flags
            assert as_served(latest).digest == by_poll[latest.polled_at].digest

        write_and_read()
