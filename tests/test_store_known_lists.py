"""Lists that were read once are remembered as they are."""

from pathlib import Path
from typing import Any

import pytest

from rankcrawler.clock import iso
from rankcrawler.store import known_lists, locate
from rankcrawler.store.known_lists import KnownList, KnownLists
from rankcrawler.store.room import ListPlace
from rankcrawler.store.shown import Scored
from rankcrawler.store.sql_store import SqlStore
from tests.builders import entry, polled, snapshot
from tests.gateways import NOON


def test_a_list_is_remembered_with_hidden_people_and_scores() -> None:
    rows = [(3, 900), (None, 700), (8, None), (3, 100), (9, 0)]
    known = KnownList(rows)
    assert (len(known), known.coins, known.best) == (5, 1700, (3, 900))
    assert known.scores() == {9: 0, 3: 900, 8: None}, "who is listed twice has the first score"


@pytest.mark.parametrize("rows", [[], [(1, None)], [(1, 0)]])
def test_no_row_is_best_where_no_score_is_above_0(rows: list[Scored]) -> None:
    assert KnownList(rows).best is None


def test_a_best_row_may_be_no_ones() -> None:
    assert KnownList([(None, 5), (1, 5)]).best == (None, 5)


def test_lists_are_read_once_and_forgotten_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = locate.open_records(f"sqlite:///{tmp_path}/ranks.db", create=True)
    assert isinstance(store, SqlStore)
    place = {"captured_at": iso(NOON), "polled_at": iso(NOON)}
    for room in ("1", "2"):
        row = entry(1, score=int(room), room_id=room, **place)
        store.write([polled(snapshot([row], digest=room * 32, room_id=room, **place))])
    database: Any = store.database
    found = database.find("insight_last_lists", [(1,), (2,)])
    wanted = {key: ListPlace(*each) for key, _, *each in found}
    asked, find = [], database.find

    def noted(name: str, rows: Any) -> Any:
        asked.append((name, len(rows)))
        return find(name, rows)

    monkeypatch.setattr(database, "find", noted)
    monkeypatch.setattr(known_lists, "MOST", 2)
    lists = KnownLists()
    for _ in range(2):
        coins = {key: each.coins for key, each in lists.read(database, wanted).items() if each is not None}
        assert sorted(coins.values()) == [1, 2]
    assert [each for each in asked if each[1]] == [("list_places_of_many", 2)]
    monkeypatch.setattr(known_lists, "MOST", 1)
    assert lists.read(database, {7: None}) == {7: None}
    assert [each.coins for each in lists.read(database, wanted).values() if each is not None] == [1, 2]
    assert [each for each in asked if each[1]] == [("list_places_of_many", 2)] * 2
    store.close()
