"""The views show what was written, in both databases, to programs that know nothing of the store."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from rankcrawler.clock import LAST_MS, iso, ms
from rankcrawler.model.items import Quarantined, RoomSnapshot
from rankcrawler.model.rows import COLUMNS, RankEntry
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store import locate, reference, views
from rankcrawler.store.contract import Records
from rankcrawler.store.words import words_of
from tests import stores
from tests.builders import as_served, entry, failed, polled, snapshot
from tests.reading import rows

MIDNIGHT = 1_795_478_400_000
MINUTE = 60_000
NAMES = ", ".join(column.name for column in COLUMNS)
BOTH = pytest.mark.parametrize("kind", stores.DATABASES)
USERS = st.sampled_from(["7", "8", "9", "10", None])
SCORES = st.one_of(st.none(), st.integers(0, 2**53), st.integers(0, 30), st.sampled_from([11_500, 22_500, 100_000_000]))
ROWS = st.tuples(
    USERS,
    SCORES,
    st.one_of(st.none(), st.integers(0, 40)),  # delta
    st.booleans(),  # whether the score's text is the usual one
    st.sampled_from(["a", "b", None]),  # nickname
    st.sampled_from([(), ("rank_gap",), ("rank_gap", "delta")]),
)
Row = tuple[str | None, int | None, int | None, bool, str | None, tuple[str, ...]]
LIST = st.lists(ROWS, max_size=6, unique_by=lambda row: row[0] or object())
TURNS = st.lists(st.tuples(st.integers(1, 9), LIST), min_size=1, max_size=12)


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store without polls."""
    return stores.ready(request.param, tmp_path, request)


@pytest.fixture
def store(where: str) -> Iterator[Records]:
    opened = locate.open_records(where)
    yield opened
    opened.close()


def at(minutes: int) -> str:
    return iso(MIDNIGHT + minutes * MINUTE)


def listed(room_id: str, minutes: int, found: list[Row]) -> RoomSnapshot:
    """A list as the gateway might serve it, around midnight."""
    place = {"room_id": room_id, "captured_at": at(minutes), "polled_at": iso(MIDNIGHT + minutes * MINUTE + 123)}
    entries = [
        entry(
            rank,
            score=score,
            exactly_score=words_of(score) if usual else "many",
            score_precision="exact" if score is not None else "withheld",
            delta=delta,
            nickname=nickname,
            flags=flags,
            user_id=user,
            is_anonymous=user is None,
            **place,
        )
        for rank, (user, score, delta, usual, nickname, flags) in enumerate(found, start=1)
    ]
    return snapshot(entries, digest=f"{random.Random(repr(found)).getrandbits(128):032x}", flags=("partial",), **place)


def as_viewed(row: RankEntry) -> tuple[Any, ...]:
    """A row as a view shows it: yes and no are 1 and 0, a list of texts is one text."""
    values = [" ".join(value) if isinstance(value, tuple) else value for value in astuple(row)]
    return tuple(int(value) if isinstance(value, bool) else value for value in values)


def in_order(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(found, key=repr)


def test_each_view_has_the_columns_that_it_declares(where: str) -> None:
    for view in views.views():
        rows(where, f"SELECT * FROM {view.name}")  # noqa: S608 - our own name
        if where.startswith("sqlite"):
            query = f"SELECT name FROM pragma_table_info('{view.name}')"  # noqa: S608
        else:
            query = f"SELECT attname FROM pg_attribute WHERE attrelid = '{view.name}'::regclass ORDER BY attnum"  # noqa: S608
        assert [name for (name,) in rows(where, query)] == list(view.columns)
        assert all(view.columns.values())
        assert view.description


def test_no_table_has_a_name_that_might_be_taken_for_what_it_holds(where: str) -> None:
    if where.startswith("sqlite"):
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    else:
        query = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    names = {name for (name,) in rows(where, query)}
    assert {name for name in names if not name.startswith("_")} == ({"store"} if where.startswith("p") else set())
    assert len(names) > 15


@BOTH
def test_postgresql_knows_what_views_and_columns_mean(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        return
    address = stores.address(kind, tmp_path, request)
    locate.open_records(address, create=True).close()
    for view in views.views():
        query = (
            "SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute a "  # noqa: S608 - our own name
            f"WHERE a.attrelid = '{view.name}'::regclass ORDER BY a.attnum"
        )
        assert dict(rows(address, query)) == view.columns
        [(meaning,)] = rows(address, f"SELECT obj_description('{view.name}'::regclass)")
        assert meaning == view.description


@pytest.mark.parametrize(("page", "chinese"), [(reference.PAGE, False), (reference.CHINESE, True)])
def test_the_page_on_views_is_the_one_that_make_docs_writes(page: Path, chinese: bool) -> None:
    text = page.read_text("utf-8")
    assert text == reference.with_sections(text, chinese=chinese)
    assert all(f"## `{view.name}`" in text for view in views.views())


def test_the_rows_of_lists_are_shown_whole(where: str, store: Records) -> None:
    rooms = iter(range(1, 1_000_000))
    other = locate.open_records(where)

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TURNS, st.lists(st.integers(1, 4), min_size=12, max_size=12), st.integers(0, 2**12))
    def write_and_read(turns: list[tuple[int, list[Row]]], sizes: list[int], who: int) -> None:
        room, minute, written = str(next(rooms)), -25, []
        for gap, found in turns:
            minute += gap
            written.append(listed(room, minute, found))
        rest = list(written)
        for number, size in enumerate(sizes):
            (store if who >> number & 1 else other).write([polled(each) for each in rest[:size]])
            rest = rest[size:]
        check(where, store, room, written)

    write_and_read()
    other.close()


def check(where: str, store: Records, room: str, written: list[RoomSnapshot]) -> None:
    """Compare the views with what was written to a room, and with what the store answers."""
    of_room = " WHERE room_id = ?"
    unconfirmed = f"SELECT s.captured_ms FROM _snapshots s JOIN _rooms USING (room_key) {of_room} AND s.standing = 4"  # noqa: S608
    again = {at for (at,) in rows(where, unconfirmed, [room])}
    """Lists that are not confirmed yet: the next one is kept, changed or not."""
    kept = [
        each
        for before, each in zip([None, *written], written, strict=False)
        if is_kept(before, each) or (before is not None and ms(before.captured_at) in again)
    ]
    served = list(store.lists(room, *EVER))
    assert [as_served(each).entries for each in served] == [each.entries for each in kept]
    ranks = [as_viewed(row) for each in served for row in each.entries]
    assert in_order(rows(where, f"SELECT {NAMES} FROM ranks {of_room}", [room])) == in_order(ranks)  # noqa: S608
    last = store.latest(room)
    latest = [as_viewed(row) for row in last.entries] if last else []
    assert in_order(rows(where, f"SELECT {NAMES} FROM latest_ranks {of_room}", [room])) == in_order(latest)  # noqa: S608
    there = stays(store, room)
    users = [as_viewed(row) for each in served for row in each.entries if is_within(there, row)]
    assert in_order(rows(where, f"SELECT {NAMES} FROM user_ranks {of_room}", [room])) == in_order(users)  # noqa: S608
    lists = rows(where, f"SELECT captured_at, captured_ms, row_count, flags FROM lists {of_room}", [room])  # noqa: S608
    assert in_order(lists) == in_order(
        [(each.captured_at, ms(each.captured_at), len(each.entries), " ".join(each.flags)) for each in served]
    )
    polls = rows(where, f"SELECT seen_at, polled_at, row_count FROM poll_log {of_room}", [room])  # noqa: S608
    assert in_order(polls) == in_order([(each.captured_at, each.polled_at, len(each.entries)) for each in written])
    assert in_order(rows(where, STAYS, [room])) == in_order(there)


EVER = ("2026-11-01", "2026-12-01")
STAYS = "SELECT user_id, since_at, until_at, is_there, first_score, last_score FROM user_rooms WHERE room_id = ?"


def is_kept(before: RoomSnapshot | None, each: RoomSnapshot) -> bool:
    """Whether a list differs from the one before, or begins a day."""
    return before is None or before.digest != each.digest or before.captured_at[:10] != each.captured_at[:10]


def stays(store: Records, room: str) -> list[tuple[Any, ...]]:
    """Who was in a room's lists that count, from when to when, as the store says it."""
    return [
        (user, each.since, each.until, int(not each.is_over), each.first_score, each.last_score)
        for user in ("7", "8", "9", "10")
        for each in store.trail(user)
        if each.room_id == room
    ]


def is_within(there: list[tuple[Any, ...]], row: RankEntry) -> bool:
    """Whether a row is of a time in which its contributor was in the room; the present goes on with the last list."""
    return any(
        row.user_id == user and since <= row.captured_at and (is_there or row.captured_at <= until)
        for user, since, until, is_there, *_ in there
    )


def test_names_have_dates(where: str, store: Records) -> None:
    rooms = iter(range(1, 1_000_000))
    other = locate.open_records(where)
    changes = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y"])), min_size=1, max_size=9)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(changes, st.lists(st.integers(1, 4), min_size=9, max_size=9), st.booleans())
    def write_and_read(names: list[tuple[str, str]], sizes: list[int], anew: bool) -> None:
        room = str(next(rooms))
        lists = [named(room, minute, *each) for minute, each in enumerate(names)]
        for number, size in enumerate(sizes):
            writer = locate.open_records(where) if anew else store if number % 2 else other
            writer.write([polled(each) for each in lists[:size]])
            lists = lists[size:]
            if anew:
                writer.close()
        starts = [at(minute) for minute, each in enumerate(names) if minute == 0 or each != names[minute - 1]]
        shown = [each for minute, each in enumerate(names) if minute == 0 or each != names[minute - 1]]
        expected = [
            (*name, since, until, int(until is None))
            for name, since, until in zip(shown, starts, [*starts[1:], None], strict=True)
        ]
        query = "SELECT nickname, display_id, since_at, until_at, is_present FROM user_names WHERE user_id = ?"
        if anew:
            assert in_order(rows(where, query, [f"u{room}"])) == in_order(expected)
        else:  # a worker that does not see the other's list may note a name twice
            assert {each[:2] for each in rows(where, query, [f"u{room}"])} == set(shown)

    write_and_read()
    other.close()


def named(room: str, minute: int, nickname: str, display_id: str) -> RoomSnapshot:
    place = {"room_id": room, "captured_at": at(minute), "polled_at": at(minute)}
    row = entry(1, user_id=f"u{room}", nickname=nickname, display_id=display_id, **place)
    return snapshot([row], digest=f"{minute:032x}", **place)


def test_coins_are_summed_by_hour_with_what_happened_in_rooms(where: str, store: Records) -> None:
    for minute, score in ((0, 100), (1, 130), (59, 150), (60, 175)):
        place = {"room_id": "1", "captured_at": at(minute), "polled_at": at(minute)}
        row = entry(1, user_id="7", nickname="鱼", score=score, **place)
        store.write([polled(snapshot([row], digest=f"{minute:032x}", **place), every=60)])
    store.write([polled(failed(room_id="1", polled_at=at(62)), every=60)])
    given = "SELECT user_id, nickname, hour_at, hour_ms, coins FROM gains_by_hour ORDER BY hour_ms"
    assert rows(where, given) == [("7", "鱼", at(0), MIDNIGHT, 50), ("7", "鱼", at(60), MIDNIGHT + 60 * MINUTE, 25)]
    found = rows(
        where, "SELECT room_id, hour_at, polls, failures, missed_polls, lists, coins FROM room_hours ORDER BY hour_ms"
    )
    assert found == [("1", at(0), 3, 0, 57, 3, 50), ("1", at(60), 2, 1, 1, 1, 25)]


def test_a_list_whose_clock_is_wrong_keeps_its_own_time_and_has_its_place_and_flag(where: str, store: Records) -> None:
    place = {"room_id": "1", "captured_at": at(600), "polled_at": at(0)}
    row = entry(1, flags=("captured_in_future",), **place)
    store.write([polled(snapshot([row], flags=("captured_in_future",), **place))])
    found = rows(where, "SELECT captured_at, captured_ms, flags, is_counted FROM lists")
    assert found == [(at(600), MIDNIGHT, "captured_in_future", 0)]
    assert rows(where, "SELECT captured_at, captured_ms, flags FROM ranks") == [
        (at(600), MIDNIGHT, "captured_in_future")
    ]


def test_a_failed_poll_has_its_reason_and_gaps_are_counted(where: str, store: Records) -> None:
    for minute in (0, 1, 5):
        store.write([polled(named("1", minute, "a", "x"))])
    store.write([polled(failed(room_id="1", polled_at=at(7), reason="HTTP 502: 坏了"), every=60)])
    log = rows(where, "SELECT outcome, reason, status, gap_seconds, missed_polls FROM poll_log ORDER BY seen_ms")
    assert log == [
        ("stored", None, None, None, None),
        ("stored", None, None, 60, 0),
        ("stored", None, None, 240, 3),
        ("failed", "HTTP 502: 坏了", 502, 120, 1),
    ]
    status = "SELECT room_id, every, last_outcome, last_reason, captured_at, row_count, ended_at FROM room_status"
    assert rows(where, status) == [("1", 60, "failed", "HTTP 502: 坏了", at(5), 1, None)]
    store.write([polled(failed(room_id="1", polled_at=at(9), action="gone"), every=60)])
    assert rows(where, "SELECT ended_at, is_stale FROM room_status") == [(at(9), 0)]
    assert rows(where, "SELECT is_there FROM user_rooms") == [(0,)]


def test_a_room_is_stale_when_its_last_list_is_older_than_two_intervals(where: str, store: Records) -> None:
    now = moments_now()
    for room, age in (("1", 119_000), ("2", 125_000)):
        place: dict[str, Any] = {"room_id": room, "captured_at": iso(now - age), "polled_at": iso(now - age)}
        store.write([polled(snapshot([entry(**place)], **place), every=60)])
    assert rows(where, "SELECT room_id, is_stale FROM room_status ORDER BY room_id") == [("1", 0), ("2", 1)]
    [(age,)] = rows(where, "SELECT age_seconds FROM latest_ranks WHERE room_id = '2'")
    assert 125 <= age < 180


def test_a_room_knows_its_session_and_is_over_with_it(where: str, store: Records) -> None:
    asked = "SELECT anchor, session_title, session_begun_at, ended_at, is_stale FROM room_status ORDER BY room_id"
    store.write([polled(listed(room, 1, [("7", 1, 0, True, "a", ())]), every=60.0) for room in ("1", "2")])
    alone = (None, None, None, None, 1)
    assert rows(where, asked) == [alone, alone]
    begun = SessionChange("gateway.test", "uid=5", "1", 1, begun_ms=MIDNIGHT, begun_by="look", title="晚安")
    store.note([begun, begun._replace(source="other.test", room_id="2")])
    on = ("uid=5", "晚安", at(0), None, 1)
    assert rows(where, asked) == [on, alone]
    there = "SELECT room_id, is_there FROM user_rooms WHERE user_id = '7' ORDER BY room_id"
    assert rows(where, there) == [("1", 1), ("2", 1)]
    assert [stay.is_over for stay in store.trail("7")] == [False, False]
    store.note([begun._replace(fence=2, ended_ms=MIDNIGHT + 2 * MINUTE, ended_by="looks")])
    over = ("uid=5", "晚安", at(0), at(2), 0)
    assert rows(where, asked) == [over, alone]
    assert rows(where, there) == [("1", 0), ("2", 1)]
    assert {(stay.room_id, stay.is_over, stay.last_score) for stay in store.trail("7")} == {
        ("1", True, 1),
        ("2", False, 1),
    }


def moments_now() -> int:
    from rankcrawler.commands.moments import now_ms

    return now_ms()


def test_rows_that_could_not_be_read_are_shown(where: str, store: Records) -> None:
    place = {"room_id": "1", "captured_at": at(0), "polled_at": at(0)}
    store.write([polled(snapshot([], quarantined=(Quarantined(3, "$.data", "odd"),), **place))])
    found = rows(where, "SELECT room_id, captured_at, position, path, reason FROM quarantine")
    assert found == [("1", at(0), 3, "$.data", "odd")]


def test_a_score_in_words_is_the_one_that_the_gateway_shows(where: str, store: Records) -> None:
    dice = random.Random(2)
    scores = [n * 1000 + 500 for n in dice.sample(range(10, 99_999), 400)]
    scores += [n * 10_000_000 + 5_000_000 for n in dice.sample(range(10, 99_999), 400)]
    scores += [dice.randrange(2**53) for _ in range(200)] + [0, 9_999, 10_000, 99_999_999, 100_000_000, 12_500, 22_500]
    place = {"room_id": "1", "captured_at": at(0), "polled_at": at(0)}
    entries = [entry(n, score=each, exactly_score=words_of(each), **place) for n, each in enumerate(scores, start=1)]
    store.write([polled(snapshot(entries, **place))])
    assert rows(where, "SELECT count(*) FROM ranks WHERE exactly_score IS NULL") == [(0,)]
    assert dict(rows(where, "SELECT score, exactly_score FROM ranks")) == {each: words_of(each) for each in scores}


def test_times_are_those_of_items_to_the_millisecond(where: str, store: Records) -> None:
    dice = random.Random(3)
    moments = sorted({dice.randrange(LAST_MS) for _ in range(60)} | {0, LAST_MS} | set(range(MIDNIGHT, MIDNIGHT + 20)))
    for each in moments:
        place = {"room_id": "1", "captured_at": iso(each), "polled_at": iso(each)}
        store.write([polled(snapshot([], digest=f"{each:032x}", **place))])
    found = rows(where, "SELECT captured_ms, captured_at, polled_at FROM lists")
    assert sorted(found) == [(each, iso(each), iso(each)) for each in moments]


def test_a_column_that_a_view_does_not_describe_is_one_of_the_feeds() -> None:
    view = views.View("odd", "", "SELECT o.source, 1 AS odd FROM t", {})
    with pytest.raises(KeyError, match="odd"):
        _ = view.columns
    assert view._replace(meanings={"odd": "Not even."}).columns["odd"] == "Not even."


PLANS: dict[str, str] = {
    "latest_ranks": "room_id = '5'",
    "ranks": "room_id = '5' AND captured_ms > 5",
    "lists": "room_id = '5'",
    "poll_log": "room_id = '5'",
    "user_rooms": "user_id = '5'",
    "user_ranks": "user_id = '5'",
    "user_names": "user_id = '5'",
}


@pytest.mark.parametrize(("view", "condition"), PLANS.items())
def test_what_a_view_is_asked_for_one_room_or_contributor_is_found_by_an_index(
    where: str, store: Records, view: str, condition: str
) -> None:
    store.write([polled(snapshot([entry(room_id=str(room))], room_id=str(room))) for room in range(1, 40)])
    query = f"SELECT * FROM {view} WHERE {condition}"  # noqa: S608 - names of the test
    if where.startswith("sqlite"):
        plan = "\n".join(row[3] for row in rows(where, f"EXPLAIN QUERY PLAN {query}"))
        assert re.findall(r"SCAN (?!_arrivals|user_names|h\b|d\b|t\b|k\b|\w VIRTUAL)\w+", plan) == []
        return
    explained: Callable[..., list[tuple[Any, ...]]] = rows
    plan = "\n".join(row[0] for row in explained(f"{where}&options=-c%20enable_seqscan%3Doff", f"EXPLAIN {query}"))
    small = "_sources|_grades|_clubs|_texts|_verdicts|_arrivals|_other"
    assert re.findall(rf"Seq Scan on (?!\w*({small}))\w+", plan) == []
