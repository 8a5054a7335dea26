"""The subcommands of `scrapy store` that ask questions: what they print, on SQLite and PostgreSQL."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rankcrawler.clock import iso
from rankcrawler.commands import moments
from rankcrawler.errors import NotInStore, SettingError
from rankcrawler.model.items import Quarantined
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store import locate
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.parsed_commands import parsed
from tests.test_queries import NAMES, NOON, ONE, OTHER, fill

MINUTE = 60_000
BEIJING = ZoneInfo("Asia/Shanghai")
Ask = Callable[..., str]


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store of two rooms, in the afternoon of 17 September 2021."""
    return stores.ready(request.param, tmp_path, request, fill)


@pytest.fixture
def ask(where: str, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a subcommand, which succeeds, and returns what it prints."""

    def asked(*words: str) -> str:
        given = parsed("store", *words)
        given.zone = BEIJING
        moments.resolve(given, BEIJING, moments.now_ms())
        assert given.subcommand.run(where, given) == 0
        return capsys.readouterr().out

    return asked


def lines(text: str) -> list[list[str]]:
    """The words of each line."""
    return [line.split() for line in text.splitlines()]


def test_a_list_is_shown_with_its_age_and_zone(ask: Ask) -> None:
    shown = ask("show", ONE)
    assert shown.startswith(f"Room {ONE} · 2 contributors · audience 39,847 · more than a year ago\n")
    assert "2021-09-17 20:06:00+08:00" in shown
    assert ["1", "12,000", "0", "晚风", "12", "18,002", "7000003"] in lines(shown)
    assert "17,000 coins from 2 contributors: 70.6% from the first, 100.0% from the first ten, Gini 0.21" in shown


def test_who_moved_since_an_earlier_list_is_shown_and_who_left(ask: Ask) -> None:
    shown = ask("show", ONE, "--at", "2021-09-17T20:06", "--vs", "5min")
    assert "compared with the list of 2021-09-17 20:01:00+08:00" in shown
    assert ["1", "new", "+12,000", "12,000", "0", "晚风", "12", "18,002", "7000003"] in lines(shown)
    assert ["2", "↓1", "+2,480", "5,000", "100", "小鱼", "45", "18,002", "7000001"] in lines(shown)
    assert shown.partition("Left since then")[2].split()[-5:] == ["2", "阿木", "1,300", "1,800", "7000002"]
    assert shown == ask("show", ONE, "--at", "2021-09-17T20:06", "--vs", "2021-09-17T20:01")


@pytest.mark.parametrize(
    ("words", "users"),
    [
        ((), ["7000003", "7000001"]),
        (("--level", "40"), ["7000001"]),
        (("--fans-club",), ["7000003", "7000001"]),
        (("--fans-club", "--level", "13"), ["7000001"]),
        (("--new",), ["7000003"]),
        (("--new", "--vs", "2021-09-17T20:02"), []),
        (("--at", "2021-09-17T20:02", "--fans-club"), ["7000001", "7000003"]),
    ],
)
def test_rows_can_be_chosen(ask: Ask, words: tuple[str, ...], users: list[str]) -> None:
    at = () if "--at" in words else ("--at", "2021-09-17T20:06")
    rows = list(csv.DictReader(io.StringIO(ask("show", ONE, *at, *words, "--csv"))))
    assert [row["user_id"] for row in rows] == users
    found = json.loads(ask("show", ONE, *at, *words, "--json"))
    assert [row["user_id"] for row in found["rows"]] == users
    shown = ask("show", ONE, *at, *words)
    assert (f"{len(users)} of {found['row_count']} rows" in shown) == (len(users) < found["row_count"])


def test_a_course_has_a_column_for_each_contributor(ask: Ask) -> None:
    shown = ask("course", ONE, "--top", "2")
    assert f"Room {ONE}, 18,280 coins given" in shown
    assert ["2021-09-17", "20:06:00+08:00", "14,381", "3,595", "17,000", "39,847", "12,000", "5,000"] in lines(shown)
    rows = list(csv.DictReader(io.StringIO(ask("course", ONE, "--top", "1", "--every", "5min", "--csv"))))
    assert [(row["seen_at"], row["coins"], row["score_7000003"]) for row in rows] == [
        ("2021-09-17T12:02:00.000Z", "3899", "99"),
        ("2021-09-17T12:06:00.000Z", "14381", "12000"),
    ]


def test_the_top_of_a_day_is_that_of_the_time_zone(ask: Ask) -> None:
    shown = ask("top", "--day", "2021-09-17", "--limit", "2")
    assert "From 2021-09-17 00:00:00+08:00 to 2021-09-18 00:00:00+08:00" in shown
    assert [line[:5] for line in lines(shown) if line[0] in ("1", "2") and len(line) == 6] == [
        ["1", "12,000", "12,000", "晚风", "7000003"],
        ["2", "4,480", "4,480", "小鱼", "7000001"],
    ]
    assert "18,280 coins from 3 contributors" in shown, "of all, listed or not"
    for words in (("--day", "2021-09-18"), ("--since", "2021-09-17T20:07"), ()):
        assert "no coins were given in that time" in ask("top", *words)
    one = json.loads(ask("top", "--since", "2021-09-17T20:02", "--until", "2021-09-17T20:06", "--json"))
    assert [(row["user_id"], row["coins"]) for row in one["rows"]] == [("7000002", 1_800), ("7000003", 99)]
    assert json.loads(ask("top", "--day", "2021-09-17", "--room", OTHER, "--json"))["rows"] == []


def test_regulars_are_compared_with_the_time_before(ask: Ask) -> None:
    time = ("--since", "2021-09-17T20:03", "--until", "2021-09-17T20:07")
    shown = ask("regulars", *time, "--state", "new,cooling,steady")
    assert "new 0, returning 0, cooling 0, gone 1, steady 2" in shown
    assert [line[0] for line in lines(shown)[3:5]] == ["steady", "steady"]
    gone = json.loads(ask("regulars", *time, "--json"))["rows"]
    assert [(row["user_id"], row["state"], row["coins_before"]) for row in gone] == [("7000002", "gone", 1_800)]


def test_a_contributor_is_shown_with_names_hours_and_rooms(ask: Ask) -> None:
    shown = ask("user", "7000001")
    assert "coins given\t4,480\n" in shown
    assert ["鱼", "handle1", "2021-09-17", "20:00:00+08:00", "2021-09-17", "20:02:00+08:00"] in lines(shown)
    assert ["2021-09-17", "20:00:00+08:00", "ranklist", "4,480", "4,480"] in lines(shown)
    assert sum(line[:1] in ([ONE], [OTHER]) for line in lines(shown)) == 2
    rows = list(csv.DictReader(io.StringIO(ask("user", "7000001", "--csv"))))
    assert [row["last_score"] for row in rows] == ["5000", "66"]


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("鱼", [("7000001", "nickname")]),
        ("小", [("7000001", "part")]),
        ("HANDLE", [("7000001", "part"), ("7000002", "part"), ("7000003", "part"), ("7000004", "part")]),
        ("handle4", [("7000004", "handle")]),
        ("7000002", [("7000002", "id")]),
        ("%", []),
        ("_", []),
        ("!", []),
        ("zz", []),
    ],
)
def test_a_contributor_is_found_by_a_name_that_they_have_or_had(
    ask: Ask, text: str, users: list[tuple[str, str]]
) -> None:
    found = json.loads(ask("search", text, "--json"))["rows"]
    assert sorted((row["user_id"], row["found_by"]) for row in found) == users
    assert ("no contributor has or had such a name" in ask("search", text)) == (not users)


def test_a_former_name_is_named(where: str, ask: Ask) -> None:
    with_name = {"room_id": ONE, "captured_at": iso(NOON + 8 * MINUTE), "polled_at": iso(NOON + 8 * MINUTE)}
    store = locate.open_records(where)
    rows = [entry(1, user_id="7000003", nickname="早风", display_id="handle3", score=12_001, **with_name)]
    store.write([polled(snapshot(rows, digest="f" * 32, **with_name))])
    store.close()
    [row] = json.loads(ask("search", NAMES["7000003"], "--json"))["rows"]
    assert (row["nickname"], row["former"], row["found_by"]) == ("早风", NAMES["7000003"], "nickname")


def test_rooms_are_compared_by_whom_they_share(ask: Ask) -> None:
    shown = ask("shared", ONE, OTHER)
    assert [line[:3] for line in lines(shown) if line and line[0] in (ONE, OTHER)] == [
        [ONE, "3", "1"],
        [OTHER, "2", "1"],
    ]
    assert f"{ONE}: 5,000, {OTHER}: 66" in shown
    assert json.loads(ask("shared", "--json"))["rows"] == json.loads(ask("shared", ONE, OTHER, "--json"))["rows"]
    assert len(json.loads(ask("shared", "--rooms", "1", "--json"))["rows"]) == 4
    assert "no contributors" in ask("shared", "--rooms", "3")
    later = json.loads(ask("shared", "--rooms", "1", "--since", "2021-09-17T20:03", "--json"))
    assert {row["user_id"] for row in later["rows"]} == {"7000001", "7000003"}


def test_sessions_stand_side_by_side_from_their_starts(where: str, ask: Ask) -> None:
    store = locate.open_records(where)
    for room, day in (("81", 0), ("82", 1)):
        for minute in range(3):
            moment = iso(NOON + day * 86_400_000 + minute * 5 * MINUTE)
            place = {"room_id": room, "captured_at": moment, "polled_at": moment, "anchor_id": "9"}
            row = entry(1, user_id="7000009", score=100 + minute * (10 + day), **place)
            store.write([polled(snapshot([row], digest=f"{day}{minute}".rjust(32, "0"), **place))])
    store.close()
    found = json.loads(ask("sessions", "9", "--json"))
    assert [row["room_id"] for row in found["rows"]] == ["82", "81"]
    points = [(point["elapsed_seconds"], point["room_id"], point["coins"]) for point in found["points"]]
    assert points == [
        *((300.0, "82", 0), (300.0, "81", 0), (600.0, "82", 11)),
        *((600.0, "81", 10), (900.0, "82", 22), (900.0, "81", 20)),
    ]
    shown = ask("sessions", "9")
    assert ["15", "min", "22", "20"] in lines(shown)
    assert ["10", "min", "18,280"] in lines(ask("sessions", "--room", f"{ONE},81"))[:40] or "18,280" in ask(
        "sessions", "--room", ONE
    )


def test_sessions_join_what_looks_and_what_lists_say(where: str, ask: Ask) -> None:
    """A session that has lists and was looked at is one row; one that has no list yet is there, too."""
    store = locate.open_records(where)
    seen = SessionChange("gateway.test", "web_rid=646", ONE, 1, NOON - 3 * MINUTE, "gateway", title="晚安")
    store.note([seen._replace(source="other.test")])
    store.note([seen, seen._replace(ended_ms=NOON + 90 * MINUTE, ended_by="looks", fence=2)])
    store.note([SessionChange("gateway.test", "web_rid=646", "83", 3, begun_ms=NOON + 120 * MINUTE, begun_by="look")])
    store.close()
    of = ("sessions", "web_rid=646", "--source", "gateway.test", "--json")
    new, old = json.loads(ask(*of))["rows"]
    assert (new["room_id"], new["begun_by"], new["ended_at"], new["since_at"], new["coins"]) == (
        *("83", "look", None, None, None),
    )
    assert (old["room_id"], old["begun_at"], old["begun_by"]) == (ONE, iso(NOON - 3 * MINUTE), "gateway")
    assert (old["ended_at"], old["ended_by"], old["title"]) == (iso(NOON + 90 * MINUTE), "looks", "晚安")
    assert old["coins"] == 18_280
    assert json.loads(ask("sessions", "--room", f"83,{ONE}", "--source", "gateway.test", "--json"))["rows"] == [
        new,
        old,
    ]
    assert [row["room_id"] for row in json.loads(ask(*of, "--limit", "1"))["rows"]] == ["83"]


def test_rooms_that_are_behind_are_named(ask: Ask) -> None:
    shown = ask("rooms", "--stale")
    assert shown.index(OTHER) < shown.index(ONE), "the longest without a list first"
    assert "2 rooms are stale" in shown
    assert "HTTP 502" in shown
    assert "0 rooms are stale" in ask("rooms", "--stale", "5000d")
    rows = list(csv.DictReader(io.StringIO(ask("rooms", "--csv"))))
    assert [(row["room_id"], row["last_outcome"], row["is_stale"]) for row in rows] == [
        (ONE, "failed", "1"),
        (OTHER, "stored", "1"),
    ]


def test_coverage_counts_polls_that_were_due_made_failed_and_missed(ask: Ask) -> None:
    time = ("--since", "2021-09-17T20:00", "--until", "2021-09-17T20:10")
    found = {row["room_id"]: row for row in json.loads(ask("coverage", *time, "--json"))["rows"]}
    one, other = found[ONE], found[OTHER]
    assert (one["due"], one["polls"], one["failed"], one["missed"], one["overdue"]) == (10, 5, 1, 3, 2)
    assert (other["due"], other["polls"], other["failed"], other["missed"], other["overdue"]) == (9, 1, 0, 0, 8)
    assert [line[:3] for line in lines(ask("coverage", ONE, *time)) if line[0] == ONE] == [[ONE, "10", "5"]]
    shown = ask("coverage", *time, "--failures")
    assert lines(shown)[3][:3] == ["1", "1", "retry"]
    assert "HTTP 502" in shown
    assert "no poll failed" in ask("coverage", OTHER, *time, "--failures")


def test_times_in_which_nothing_was_told_are_named(where: str, ask: Ask) -> None:
    store = locate.open_records(where)
    for minute in (8, 9):
        place = {"room_id": ONE, "captured_at": iso(NOON + minute * MINUTE), "polled_at": iso(NOON + minute * MINUTE)}
        rows = [entry(1, score=None, score_precision="withheld", **place)]
        hidden = snapshot(rows, digest=f"{minute:032x}", flags=("scores_withheld",), **place)
        store.write([polled(hidden, every=60)])
    store.close()
    for words in (("gains", ONE), ("show", ONE), ("course", ONE)):
        shown = ask(*words)
        assert "2 lists left out" in shown
        assert "hidden from 2021-09-17 20:08:00+08:00 to 2021-09-17 20:09:00+08:00" in shown
    assert "12,000" in ask("show", ONE), "the last list that tells something"


def test_a_list_with_rows_that_could_not_be_read_is_shown_with_its_flags(where: str, ask: Ask) -> None:
    place = {"room_id": "5", "captured_at": iso(NOON), "polled_at": iso(NOON)}
    unread = (Quarantined(2, "$.score", "odd"),)
    store = locate.open_records(where)
    store.write([polled(snapshot([entry(1, **place)], quarantined=unread, flags=("partial",), **place))])
    store.close()
    assert ask("show", "5").endswith("partial\n")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("show", "5"), "room 5 was never polled"),
        (("show", "6"), "room 6 has no list"),
        (("show", ONE, "--at", "2021-09-17"), f"room {ONE} had no list at 2021-09-17 00:00:00+08:00"),
        (("course", ONE, "--since", "2021-09-18"), f"room {ONE} has no list in that time"),
        (("gains", ONE, "--until", "2021-09-17"), f"room {ONE} has no list in that time"),
        (("user", "5"), "contributor 5 was never in a list"),
        (("sessions", "5"), "no session of uid=5 is known"),
        (("sessions",), "expected an anchor, or rooms with --room"),
        (("shared", "5"), "room 5 was never polled"),
        (("top", "--room", "5"), "room 5 was never polled"),
        (("top", "--day", "today", "--since", "today"), "--day is a time of its own: leave out --since and --until"),
        (("coverage", "5"), "room 5 was never polled"),
        (("top", "--source", "nobody"), "--source nobody: the store has gateway.test"),
    ],
)
def test_what_cannot_be_answered_is_an_error_of_one_line(
    where: str, ask: Ask, words: tuple[str, ...], error: str
) -> None:
    if words == ("show", "6"):
        store = locate.open_records(where)
        store.write([polled(failed(room_id="6", polled_at=iso(NOON)))])
        store.close()
    with pytest.raises((NotInStore, SettingError)) as refused:
        ask(*words)
    assert str(refused.value) == error


def test_a_text_that_a_spreadsheet_could_run_is_marked_in_csv(where: str, ask: Ask) -> None:
    place = {"room_id": "5", "captured_at": iso(NOON), "polled_at": iso(NOON)}
    store = locate.open_records(where)
    store.write([polled(snapshot([entry(1, nickname="=cmd()\n,", **place)], **place))])
    store.close()
    [row] = csv.DictReader(io.StringIO(ask("show", "5", "--csv")))
    assert row["nickname"] == "'=cmd()\n,"
