"""Lists whose clock is wrong, in each store: kept as they were served, ordered by the worker's clock."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rankcrawler.clock import iso
from rankcrawler.model import rules
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store import locate
from rankcrawler.store.contract import Kept, Records, Store
from rankcrawler.store.list_choice import EVERY_POLL
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.daily import top_of_day

NOON = 1_795_435_200_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
IN_2100 = 4_102_444_800_000
Open = Callable[[], Store]


@pytest.fixture(params=["sqlite", "postgresql", "jsonl"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the store, any number of times at once."""
    where, opened = stores.ready(request.param, tmp_path, request), list[Store]()

    def open_it() -> Store:
        opened.append(locate.open_store(where))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_again: Open) -> Store:
    return open_again()


@pytest.fixture(params=stores.DATABASES)
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    with stores.records(stores.ready(request.param, tmp_path, request)) as open_it:
        yield open_it()


def listed(polled_ms: int, clock_ms: int | None = None, score: int = 100) -> RoomSnapshot:
    """A list with its flags, of a clock that is right unless another is given."""
    clock = iso(polled_ms if clock_ms is None else clock_ms)
    place = {"captured_at": clock, "polled_at": iso(polled_ms), "room_id": "1"}
    rows = [entry(1, score=score, **place), entry(2, score=1, delta=score - 1, **place)]
    return rules.flagged(snapshot(rows, digest=f"{score:032d}", **place))


def clock_in_seconds(ms: int) -> int:
    return ms // 1000


def stopped(_: int) -> int:
    return 0


def negative(_: int) -> int:
    return -1


def hours_behind(ms: int) -> int:
    return ms - 5 * HOUR


WRONG = [clock_in_seconds, stopped, negative, hours_behind]


@pytest.mark.parametrize("clock", WRONG)
def test_a_clock_in_the_past_is_kept_and_its_list_is_the_newest(
    store: Store, open_again: Open, clock: Callable[[int], int]
) -> None:
    first, second = listed(NOON), listed(NOON + MINUTE, clock(NOON + MINUTE), 200)
    assert second.flags == ("captured_in_past",)
    assert store.write([polled(first), polled(second)]) == [Kept.STORED, Kept.STORED]
    assert store.latest("1") == second
    assert open_again().latest("1") == second


@pytest.mark.parametrize("clock", WRONG)
def test_every_poll_under_a_clock_in_the_past_is_kept_once(
    store: Store, open_again: Open, clock: Callable[[int], int]
) -> None:
    lists = [listed(NOON + MINUTE * step, clock(NOON + MINUTE * step), 100 + step // 2) for step in range(6)]
    assert store.write([polled(each) for each in lists]) == [Kept.STORED, Kept.UNCHANGED] * 3
    assert store.latest("1") == lists[-1]
    assert open_again().write([polled(lists[-1]), polled(lists[0])]) == [Kept.DUPLICATE] * 2
    assert store.counts()[:3] == (1, 6, 3)


@pytest.mark.parametrize("ahead", [IN_2100 - NOON, HOUR, 5 * MINUTE + 1])
def test_a_list_from_the_future_is_kept_and_never_the_newest(store: Store, open_again: Open, ahead: int) -> None:
    first, wrong = listed(NOON), listed(NOON + MINUTE, NOON + MINUTE + ahead, 999)
    last = listed(NOON + 2 * MINUTE, None, 101)
    assert wrong.flags == ("captured_in_future",)
    assert store.write([polled(first), polled(wrong)]) == [Kept.STORED, Kept.STORED]
    assert store.latest("1") == first
    assert open_again().write([polled(wrong)]) == [Kept.DUPLICATE]
    assert store.write([polled(last)]) == [Kept.STORED]
    assert store.latest("1") == last


def test_a_clock_some_minutes_off_is_the_lists_own(store: Store) -> None:
    early, late = listed(NOON, NOON - 50 * MINUTE), listed(NOON + MINUTE, NOON + 5 * MINUTE, 200)
    assert store.write([polled(early), polled(late)]) == [Kept.STORED, Kept.STORED]
    assert store.latest("1") == late


@pytest.mark.parametrize("clock", WRONG)
def test_every_list_is_read_back_with_its_own_clock_in_the_order_of_polls(
    records: Records, clock: Callable[[int], int]
) -> None:
    lists = [listed(NOON + MINUTE * step, clock(NOON + MINUTE * step) if step % 2 else None, step) for step in range(6)]
    lists.append(listed(NOON + MINUTE * 6, IN_2100, 60))
    records.write([polled(each) for each in lists])
    assert list(records.lists("1", iso(0), iso(NOON + HOUR))) == lists
    assert records.at("1", iso(NOON + 3 * MINUTE)) == lists[3]
    assert [poll.at for poll in records.polls("1", iso(0), iso(NOON + HOUR))] == [each.polled_at for each in lists]


@pytest.mark.parametrize("clock", WRONG)
def test_a_purge_goes_by_when_a_list_was_polled(records: Records, clock: Callable[[int], int]) -> None:
    old = [listed(NOON - DAY, IN_2100, 1), listed(NOON - DAY + MINUTE, clock(NOON - DAY + MINUTE), 2)]
    new = [listed(NOON, clock(NOON), 3), listed(NOON + MINUTE, IN_2100, 4), listed(NOON + 2 * MINUTE, None, 5)]
    records.write([polled(each) for each in [*old, *new]])
    records.write([polled(failed(room_id="1", polled_at=iso(NOON + 3 * MINUTE)))])
    assert records.purge(iso(NOON)).polls == 2
    assert list(records.lists("1", iso(0), iso(IN_2100 + DAY))) == new
    assert records.latest("1") == new[-1]
    status = records.status()
    assert (status.first_day, status.last_day) == ("2026-11-22", "2026-11-23")


def test_a_purge_reaches_an_hour_into_a_day_at_most_whatever_clocks_say(records: Records) -> None:
    """Days go by clocks that are right, and a clock is wrong from an hour on."""
    midnight = NOON + DAY // 2
    moments = [(minute, behind) for minute in range(0, 180, 7) for behind in range(-10, 120, 5)]
    lists = [listed(midnight + at * MINUTE, midnight + (at - behind) * MINUTE) for at, behind in moments]
    records.write([polled(each) for each in lists])
    records.purge(iso(midnight))
    ever = (iso(0), iso(midnight + DAY))
    kept = {(each.polled_at, each.captured_at) for each in records.lists("1", *ever, which=EVERY_POLL)}
    gone = [each for each in lists if (each.polled_at, each.captured_at) not in kept]
    assert iso(midnight + 40 * MINUTE) < max(each.polled_at for each in gone) < iso(midnight + HOUR)


@pytest.mark.parametrize("clock", [clock_in_seconds, stopped])
def test_coins_are_counted_from_lists_whose_clock_is_in_seconds_or_stands_at_zero(
    records: Records, clock: Callable[[int], int]
) -> None:
    for minute in range(4):
        records.write([polled(listed(NOON + minute * MINUTE, clock(NOON + minute * MINUTE), 100 + 10 * minute))])
    found = records.gains("1", iso(NOON), iso(NOON + HOUR))
    assert [(gain.user_id, gain.coins) for gain in found.gains] == [("7000001", 30)]
    assert (found.since, found.until, found.left_out) == (iso(NOON), iso(NOON + 3 * MINUTE), 0)
    assert [(each.user_id, each.coins) for each in top_of_day(records, "2026-11-23")] == [("7000001", 30)]


def test_a_list_from_the_future_changes_no_coins(records: Records) -> None:
    for minute, clock, score in ((0, 0, 100), (1, DAY, 5000), (2, 2 * MINUTE, 120)):
        records.write([polled(listed(NOON + minute * MINUTE, NOON + clock, score))])
    found = records.gains("1", iso(NOON), iso(NOON + HOUR))
    assert ([(gain.user_id, gain.coins) for gain in found.gains], found.left_out) == ([("7000001", 20)], 1)
    assert [each.coins for each in top_of_day(records, "2026-11-23")] == [20]
