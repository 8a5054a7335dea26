"""The sessions of anchors in every store: begun, ended, begun again, and noted twice without harm."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import StoreError
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store import locate
from rankcrawler.store.contract import Store
from tests import reading, stores
from tests.builders import polled, snapshot

ANCHOR, OTHER = "uid=98204909466", "web_rid=646454278948"
ONE, TWO = "7200000000000000001", "7200000000000000002"
MINUTE = 60_000
EACH = pytest.mark.parametrize("kind", [*stores.DATABASES, "jsonl"])


def begun(room_id: str = ONE, minute: int = 1, fence: int = 1, **facts: Any) -> SessionChange:
    change: dict[str, Any] = {"anchor": ANCHOR, "begun_ms": minute * MINUTE, "begun_by": "look"} | facts
    return SessionChange("gateway.test", room_id=room_id, fence=fence, **change)


def ended(room_id: str | None = ONE, minute: int = 9, fence: int = 2, **facts: Any) -> SessionChange:
    change: dict[str, Any] = {"anchor": ANCHOR, "ended_ms": minute * MINUTE, "ended_by": "looks"} | facts
    return SessionChange("gateway.test", room_id=room_id, fence=fence, **change)


@pytest.fixture
def where(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return stores.ready(kind, tmp_path, request)


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    with closing(locate.open_store(where)) as opened:
        yield opened


def kept(where: str) -> list[dict[str, Any]]:
    """The sessions in a store as they are now, the first first."""
    if where.startswith("jsonl:"):
        lines = (Path(where.removeprefix("jsonl:")) / "sessions.jsonl").read_text("utf-8").splitlines()
        last = {(line["anchor"], line["room_id"]): line for line in map(json.loads, lines)}
        return sorted(last.values(), key=_order)
    with closing(locate.open_records(where)) as records:
        found = [each._asdict() for each in records.sessions()]
    return sorted([each | {"flags": list(each["flags"])} for each in found], key=_order)


def _order(session: dict[str, Any]) -> tuple[str, str]:
    return session["begun_at"], session["room_id"]


def facts(where: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(each[name] for name in names) for each in kept(where)]


@EACH
def test_a_session_begins_and_ends(where: str, store: Store) -> None:
    store.note([begun(title="晚安\x00", nickname="主播", flags=("id_disagrees",))])
    names = ("anchor", "room_id", "begun_at", "begun_by", "ended_at", "ended_by", "title", "nickname", "flags")
    on_air = (ANCHOR, ONE, iso(MINUTE), "look", None, None, "晚安\x00", "主播", ["id_disagrees"])
    assert facts(where, *names) == [on_air]
    store.note([ended()])
    assert facts(where, *names) == [(*on_air[:4], iso(9 * MINUTE), "looks", *on_air[6:])]


@EACH
def test_to_note_a_change_again_changes_nothing(where: str, store: Store) -> None:
    changes = [begun(), begun(fence=2), ended(fence=3), ended(fence=4), begun(TWO, 20, 5), begun(TWO, 20, 6)]
    store.note(changes)
    once = facts(where, "room_id", "begun_at", "ended_at", "ended_by")
    store.note(changes[-2:])
    assert facts(where, "room_id", "begun_at", "ended_at", "ended_by") == once
    assert once == [(ONE, iso(MINUTE), iso(9 * MINUTE), "looks"), (TWO, iso(20 * MINUTE), None, None)]


@EACH
def test_another_room_ends_the_session_before(where: str, store: Store) -> None:
    store.note([begun(), begun(TWO, 5, 2)])
    assert facts(where, "room_id", "ended_at", "ended_by") == [(ONE, iso(5 * MINUTE), "room"), (TWO, None, None)]


@EACH
def test_a_session_that_comes_back_in_its_room_is_the_same_and_keeps_its_beginning(where: str, store: Store) -> None:
    store.note([begun(title="one"), ended(), begun(minute=12, fence=3)])
    assert facts(where, "room_id", "begun_at", "ended_at", "title") == [(ONE, iso(MINUTE), None, "one")]


@EACH
def test_a_change_of_an_earlier_lease_comes_too_late(where: str, store: Store) -> None:
    store.note([begun(fence=5), ended(fence=4), begun(TWO, fence=5), begun(fence=3)])
    assert facts(where, "room_id", "ended_at") == [(ONE, iso(MINUTE)), (TWO, None)]


@EACH
def test_all_sessions_of_an_anchor_end_and_none_of_anothers(where: str, store: Store) -> None:
    store.note([begun(), begun(TWO, 2, anchor=OTHER), ended(None)])
    assert facts(where, "anchor", "ended_at") == [(ANCHOR, iso(9 * MINUTE)), (OTHER, None)]


@EACH
def test_an_end_that_is_known_alone_makes_a_session(where: str, store: Store) -> None:
    store.note([ended(begun_ms=3 * MINUTE, begun_by="look")])
    assert facts(where, "begun_at", "ended_at") == [(iso(3 * MINUTE), iso(9 * MINUTE))]


@EACH
def test_no_session_ends_before_it_begins(where: str, store: Store) -> None:
    store.note([begun(minute=5), ended(minute=4, begun_ms=5 * MINUTE)])
    assert facts(where, "begun_at", "ended_at") == [(iso(5 * MINUTE), iso(5 * MINUTE))]


@pytest.mark.parametrize("kind", ["jsonl"])
def test_two_workers_share_the_lines_and_a_torn_one_is_cut_off(where: str, store: Store) -> None:
    file = Path(where.removeprefix("jsonl:")) / "sessions.jsonl"
    assert not file.exists()
    with closing(locate.open_store(where)) as other:
        store.note([begun()])
        other.note([begun(fence=2)])
        assert len(file.read_text().splitlines()) == 1, "nothing has changed"
        with file.open("a") as torn:
            torn.write('{"source": "gatew')
        store.note([ended(fence=3)])
        assert facts(where, "room_id", "ended_at") == [(ONE, iso(9 * MINUTE))]
        file.write_text("no JSON\n" * 999)
        with pytest.raises(StoreError, match=r"sessions\.jsonl is damaged after byte"):
            other.note([begun(fence=4)])
        file.write_text("")
        with pytest.raises(StoreError, match=r"sessions\.jsonl is shorter than before"):
            other.note([begun(fence=4)])


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_a_session_knows_its_last_list_and_the_view_says_the_same(where: str, store: Store) -> None:
    poll = polled(snapshot())
    assert poll.snapshot is not None
    room_id = poll.target.room_id
    store.write([poll])
    store.note([begun(room_id)._replace(source=poll.target.source)])
    [session] = kept(where)
    assert session["last_list_at"] == poll.snapshot.captured_at
    query = "SELECT anchor, room_id, begun_at, ended_at, last_list_at, title FROM sessions"
    assert reading.rows(where, query) == [(ANCHOR, room_id, iso(MINUTE), None, poll.snapshot.captured_at, None)]
    with closing(locate.open_records(where)) as records:
        assert records.sessions(ANCHOR) == records.sessions(room_id=room_id) != []
        assert records.sessions(OTHER) == records.sessions(room_id="5") == []


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_sessions_follow_a_gateway_to_its_new_name(where: str, store: Store) -> None:
    store.write([polled(snapshot())])
    store.note([begun(), begun(TWO, 2, anchor=OTHER)])
    store.note([begun()._replace(source="other"), begun(TWO, 5, 3)._replace(source="other")])
    with closing(locate.open_records(where)) as records:
        records.rename_source("gateway.test", "other")
        assert {each.source for each in records.sessions()} == {"other"}
        assert len(records.sessions()) == 3
