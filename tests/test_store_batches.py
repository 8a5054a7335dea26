"""What writing asks of a database: as much for many rooms of a batch as for one, whatever their lists show."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rankcrawler.model.items import Poll
from rankcrawler.store.contract import Kept
from rankcrawler.store.sql_store import SqlStore
from tests import stores
from tests.builders import polled
from tests.test_store_records import at, listed

CALLS = ("all", "each", "find", "bulk", "insert")
Scores = dict[str, int | None]


@pytest.fixture(params=stores.DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    with stores.records(stores.ready(request.param, tmp_path, request)) as open_it:
        opened = open_it()
        assert isinstance(opened, SqlStore)
        yield opened


def polls(rooms: int, minute: int, scores: Callable[[int], Scores]) -> list[Poll]:
    """A poll of each room in that minute."""
    shown = {str(room): scores(room) for room in range(1, rooms + 1)}
    return [
        polled(listed(minute, each, room_id=room, digest=f"{minute * 100 + int(room):032d}"))
        for room, each in shown.items()
    ]


def contributors(minute: int) -> Callable[[int], Scores]:
    """In each minute one enters the list and one leaves, and the second to enter was there before."""
    return lambda room: {f"{room}{place % 7}": 1000 - place + 10 * minute for place in range(minute, minute + 6)}


def asked(store: SqlStore, batch: list[Poll], monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """How often each query is run while a batch is written."""
    found: Counter[tuple[str, str]] = Counter()
    with monkeypatch.context() as patched:
        for call in CALLS:
            patched.setattr(store.database, call, _counted(getattr(store.database, call), call, found))
        assert {*store.write(batch)} == {Kept.STORED}
    return found


def _counted(run: Callable[..., Any], call: str, found: Counter[tuple[str, str]]) -> Callable[..., Any]:
    def counted(what: Any, *rows: Any, **values: Any) -> Any:
        found[call, getattr(what, "name", what)] += 1
        return run(what, *rows, **values)

    return counted


def test_first_lists_take_no_more_queries_if_they_are_of_many_rooms(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = asked(store, polls(1, 0, contributors(0)), monkeypatch)
    many = asked(store, [poll for poll in polls(30, 0, contributors(0)) if poll.target.room_id != "1"], monkeypatch)
    assert many.keys() <= one.keys()
    assert many.total() <= one.total()


def test_lists_that_contributors_enter_take_no_more_queries_if_they_are_of_many_rooms(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(6):
        store.write(polls(30, minute, contributors(minute)))
    assert {gain.user_id for gain in store.gains("9", at(0), at(9)).gains} == {f"9{place}" for place in range(7)}
    one = asked(store, polls(1, 6, contributors(6)), monkeypatch)
    many = asked(store, [poll for poll in polls(30, 6, contributors(6)) if poll.target.room_id != "1"], monkeypatch)
    assert one["find", "former_marks"] == 1
    assert many == one
