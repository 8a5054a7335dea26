"""The contract, tested with each store."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rankcrawler.errors import SettingError, StoreError
from rankcrawler.model.items import Poll, Quarantined
from rankcrawler.store import locate
from rankcrawler.store.answers import Counts
from rankcrawler.store.contract import Kept, Store
from tests.builders import entry, polled, snapshot
from tests.postgresql import PostgresServer

Open = Callable[[], Store]
FIRST, SECOND, THIRD = (f"2026-11-23T12:00:0{second}.000Z" for second in range(3))


@pytest.fixture(params=["sqlite", "postgresql", "jsonl"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.database()
    return f"sqlite:///{tmp_path}/ranks.db" if request.param == "sqlite" else f"jsonl:{tmp_path}/ranks"


@pytest.fixture
def open_again(where: str) -> Iterator[Open]:
    """Opens the store, any number of times at once."""
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(locate.open_store(where))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_again: Open) -> Store:
    return open_again()


def listed(
    captured_at: str = FIRST, score: int = 900, *, fence: int = 0, room_id: str = "1", nickname: str = "a"
) -> Poll:
    """A poll with a list of two whose content depends on the score and on a nickname."""
    place = {"room_id": room_id, "captured_at": captured_at}
    second = entry(2, score=score, user_id="9223372036854775807", nickname=nickname, **place)
    digest = f"{score:031d}{nickname}"
    found = snapshot((entry(1, score=1000, **place), second), captured_at=captured_at, digest=digest, room_id=room_id)
    return polled(found, fence=fence)


def test_what_is_written_is_read_back_exactly(store: Store, open_again: Open) -> None:
    nickname = "=cmd|' /C calc'!A0 <b>\n\x1b[31m\0 ‮ 'OR 1=1;-- 😀"
    odd = entry(rank=2, nickname=nickname, score=None, score_precision="withheld", flags=("rank_gap", "has_more"))
    unread = (Quarantined(4, "$.data.data.ranks[3].rank", "Expected `int`, got `str`"),)
    written = snapshot(entries=(entry(rank=1), odd, odd), flags=("has_more",), has_more=True, quarantined=unread)
    assert store.write([polled(written)]) == [Kept.STORED]
    assert store.latest(written.target.room_id) == written
    assert open_again().latest(written.target.room_id) == written


def test_the_same_snapshot_twice_is_stored_once(store: Store) -> None:
    assert store.write([listed()]) == [Kept.STORED]
    assert store.write([listed()]) == [Kept.DUPLICATE]
    assert store.counts() == Counts(rooms=1, polls=1, snapshots=1, entries=2)


def test_the_same_snapshot_twice_in_one_batch_is_stored_once(store: Store) -> None:
    assert store.write([listed(), listed()]) == [Kept.STORED, Kept.DUPLICATE]


def test_two_openings_of_one_store_know_of_each_other(open_again: Open) -> None:
    one, two = open_again(), open_again()
    assert one.write([listed(FIRST)]) == [Kept.STORED]
    assert two.write([listed(FIRST)]) == [Kept.DUPLICATE]
    assert two.write([listed(SECOND)]) == [Kept.UNCHANGED]
    assert one.write([listed(SECOND)]) == [Kept.DUPLICATE]
    assert one.counts() == two.counts() == Counts(rooms=1, polls=2, snapshots=1, entries=2)


def test_an_unchanged_list_costs_a_poll_and_no_rows(store: Store) -> None:
    assert store.write([listed(FIRST), listed(SECOND)]) == [Kept.STORED, Kept.UNCHANGED]
    assert store.counts() == Counts(rooms=1, polls=2, snapshots=1, entries=2)
    assert store.latest("1") == listed(SECOND).found


def test_a_list_that_comes_back_after_another_is_stored_again(store: Store) -> None:
    kept = store.write([listed(FIRST), listed(SECOND, nickname="b"), listed(THIRD)])
    assert kept == [Kept.STORED] * 3
    assert store.latest("1") == listed(THIRD).found


def test_an_empty_list_is_recorded_as_such(store: Store) -> None:
    empty = snapshot(entries=(), captured_at=SECOND, digest="0" * 32, room_id="1")
    assert store.write([listed(FIRST), polled(empty)]) == [Kept.STORED, Kept.EMPTY]
    assert store.latest("1") == empty
    assert store.write([listed(THIRD)]) == [Kept.STORED]
    assert store.counts() == Counts(rooms=1, polls=3, snapshots=2, entries=4)


def test_a_write_under_an_older_lease_changes_nothing(store: Store) -> None:
    assert store.write([listed(FIRST, fence=8)]) == [Kept.STORED]
    assert store.write([listed(SECOND, 901, fence=7)]) == [Kept.STALE]
    assert store.counts() == Counts(rooms=1, polls=1, snapshots=1, entries=2)


def test_a_list_from_before_the_last_is_stored_and_not_taken_for_the_latest(store: Store) -> None:
    assert store.write([listed(SECOND)]) == [Kept.STORED]
    assert store.write([listed(FIRST)]) == [Kept.STORED]
    assert store.latest("1") == listed(SECOND).found


def test_rooms_do_not_mix(store: Store) -> None:
    assert store.write([listed(room_id="1"), listed(room_id="2")]) == [Kept.STORED, Kept.STORED]
    assert store.latest("2") == listed(room_id="2").found
    assert store.latest("3") is None


def _write_fifty(where: str, first_room: int) -> None:
    store = locate.open_store(where)
    for room in range(first_room, first_room + 50):
        store.write([listed(room_id=str(room))])
    store.close()


def test_processes_that_open_and_write_at_once_lose_nothing(where: str, open_again: Open) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    writers = [context.Process(target=_write_fifty, args=(where, first)) for first in (0, 25, 100, 200)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    assert open_again().counts() == Counts(rooms=175, polls=175, snapshots=175, entries=350)


def test_a_place_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for where in (f"sqlite:///{tmp_path}/file/ranks.db", f"jsonl:{tmp_path}/file/ranks"):
        with pytest.raises(StoreError, match=f"{tmp_path}/file"):
            locate.open_store(where)


@pytest.mark.parametrize("where", ["", "mysql://host/db", "sqlite://host/file", "sqlite:///", "jsonl:", "ranks.db"])
def test_an_address_in_no_known_form_is_refused(where: str) -> None:
    with pytest.raises(SettingError, match="STORE_URL must be sqlite:///FILE"):
        locate.open_store(where)


def test_four_slashes_are_an_absolute_path_and_three_a_relative_one() -> None:
    assert locate.parse("sqlite:////var/ranks.db") == ("sqlite", "/var/ranks.db")
    assert locate.parse("sqlite:///data/ranks.db") == ("sqlite", "data/ranks.db")
    assert locate.parse("jsonl:data/ranks") == ("jsonl", "data/ranks")
