"""What pages show: how answers become rows, curves and cells, and how values are written."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.clock import iso, ms
from rankcrawler.errors import RequestError
from rankcrawler.insight.anchors import RoomAnchor
from rankcrawler.insight.answers import Contributor, Stretch, Sure
from rankcrawler.insight.course import Course, CoursePoint
from rankcrawler.insight.pace import HourRow, Pace, PaceRow
from rankcrawler.insight.rooms import CoverageRow, RoomRow, Rooms
from rankcrawler.insight.stays import RoomStay, Stays
from rankcrawler.insight.totals import TotalRow, Totals
from rankcrawler.language import within
from rankcrawler.model import rules
from rankcrawler.serve.pages import begin, compare, curves, export, filters, flags, spark, wall
from rankcrawler.serve.pages.frame import Frame, address
from rankcrawler.serve.pages.room import RoomQuery
from rankcrawler.serve.pages.wall import PAGE, WallQuery, state_of
from rankcrawler.serve.pages.wording import UNKNOWN, Wording

NOON = 1_795_435_200_000
"""2026-11-23T12:00:00Z."""
MINUTE, HOUR = 60_000, 3_600_000
SURE = Sure()
WORDS = Wording("en", ZoneInfo("Asia/Shanghai"), NOON)


def room_row(room_id: str = "1", **changes: Any) -> RoomRow:
    """A room that is polled each minute, and was a second ago."""
    fields: dict[str, Any] = {
        "source": "gateway.test",
        "kind": "ranklist",
        "room_id": room_id,
        "anchor_id": None,
        "every": 60.0,
        "every_max": None,
        "first_polled_at": iso(NOON - HOUR),
        "last_polled_at": iso(NOON - 1000),
        "last_outcome": "stored",
        "last_reason": None,
        "captured_at": iso(NOON - 1000),
        "age_seconds": 1.0,
        "is_stale": False,
        "row_count": 3,
        "audience": 900,
        "ended_at": None,
    }
    return RoomRow(**(fields | changes))


def paced(coins: dict[str, tuple[int | None, ...]], elapsed: float = 1800.0) -> Pace:
    """What was given in the last hours, by room."""
    hours = len(next(iter(coins.values()), ()))
    sums = [sum(row[place] or 0 for row in coins.values()) for place in range(hours)]
    rows = tuple(HourRow(iso(NOON - (hours - place - 1) * HOUR), 60, 0, each) for place, each in enumerate(sums))
    found = tuple(PaceRow("gateway.test", room, each) for room, each in coins.items())
    return Pace(kind="ranklist", elapsed_seconds=elapsed, hours=rows, rows=found)


def on_wall(
    rooms: Sequence[RoomRow], pace: Pace, totals: dict[str, int | None] | None = None, **asked: str
) -> wall.Wall:
    """The wall of these rooms."""
    query = WallQuery.of(asked)
    answer = Rooms(kind="ranklist", stale=0, rows=tuple(rooms))
    rows = wall.chosen(answer, pace, query)
    sums = tuple(TotalRow("gateway.test", room, 3, total, total, None) for room, total in (totals or {}).items())
    return wall.wall(answer, pace, rows, Totals(kind="ranklist", rows=sums), query)


def course(*points: tuple[float, int, Mapping[str, int | None]], sure: Sure = SURE) -> Course:
    """A course, given minutes after noon, coins since the point before, and scores."""
    users = [*dict.fromkeys(user for _, _, scores in points for user in scores)]
    rows = tuple(
        CoursePoint(
            iso(NOON + round(minute * MINUTE)),
            900,
            len(scores),
            sum(each or 0 for each in scores.values()),
            coins,
            None,
            tuple(scores.get(user) for user in users),
            tuple(1 if user in scores else None for user in users),
        )
        for minute, coins, scores in points
    )
    return Course(
        source="gateway.test",
        kind="ranklist",
        room_id="1",
        step_seconds=None,
        contributors=tuple(Contributor("gateway.test", user, user, None) for user in users),
        coins=sum(each.coins for each in rows),
        rows=rows,
        sure=sure,
    )


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "live"),
        ({"is_stale": True}, "stale"),
        ({"last_outcome": "failed", "is_stale": True}, "failed"),
        ({"last_outcome": "withheld"}, "withheld"),
        ({"every": None}, "once"),
        ({"ended_at": iso(NOON), "last_outcome": "failed"}, "ended"),
    ],
)
def test_a_room_is_in_the_state_that_matters_most(changes: dict[str, Any], state: str) -> None:
    assert state_of(room_row(**changes)) == state


def test_the_wall_counts_all_rooms_and_shows_those_on_air() -> None:
    rooms = [room_row("1"), room_row("2", is_stale=True), room_row("3", ended_at=iso(NOON))]
    found = on_wall(rooms, paced({"1": (60, 60)}))
    assert [row.room.room_id for row in found.rows] == ["1", "2"]
    assert [found.counts[name] for name in ("on", "all", "stale", "ended", "failed")] == [2, 3, 1, 1, 0]
    assert [row.room.room_id for row in on_wall(rooms, paced({"1": (60, 60)}), state="ended").rows] == ["3"]
    assert [row.room.room_id for row in on_wall(rooms, paced({"1": (60, 60)}), state="all", q="2").rows] == ["2"]


def test_pace_is_that_of_the_hour_or_of_two_while_it_is_young() -> None:
    assert wall.rate((600, 900), 1800) == 30
    assert wall.rate((600, 60), 300) == pytest.approx(660 / 65)
    assert wall.rate((None, 60), 300) == 12
    assert wall.rate((600, None), 1800) is None
    assert wall.rate((), 1800) is None


def test_the_average_of_a_young_hour_is_since_the_one_before() -> None:
    assert on_wall([], paced({"1": (60, 100)})).pace_at == iso(NOON)
    assert on_wall([], paced({"1": (60, 100)}, elapsed=300)).pace_at == iso(NOON - HOUR)
    assert on_wall([], paced({"1": (100,)}, elapsed=300)).pace_at == iso(NOON)


def test_an_hour_without_a_list_that_counts_has_no_coins_instead_of_none() -> None:
    rooms = [room_row("1", last_outcome="withheld"), room_row("2", last_outcome="withheld"), room_row("3")]
    pace = paced({"1": (60, 0), "2": (60, 30), "3": (0, 0)})
    found = {row.room.room_id: (row.pace, row.hour) for row in on_wall(rooms, pace, {"1": 5, "2": 5, "3": 5}).rows}
    assert found == {"1": (None, None), "2": (1.0, 30), "3": (0.0, 0)}
    [row] = on_wall([room_row("3")], pace, {"3": None}).rows
    assert (row.pace, row.hour) == (None, None), "no list has ever shown scores"


def test_what_is_not_known_comes_last_in_either_order() -> None:
    rooms = [room_row("1"), room_row("2"), room_row("3")]
    pace = paced({"1": (60, 100), "2": (60, 900)})
    assert [row.room.room_id for row in on_wall(rooms, pace).rows] == ["2", "1", "3"]
    assert [row.room.room_id for row in on_wall(rooms, pace, order="asc").rows] == ["1", "2", "3"]
    assert on_wall(rooms, pace).rows[-1].pace is None


def test_a_room_that_was_polled_once_has_no_pace() -> None:
    [row] = on_wall([room_row(every=None)], paced({"1": (None, 0)})).rows
    assert (row.pace, row.hour, row.curve) == (None, None, None)


def test_totals_sort_all_rooms_and_not_those_of_one_page() -> None:
    rooms = [room_row(str(number)) for number in range(1, PAGE + 3)]
    totals: dict[str, int | None] = {room.room_id: int(room.room_id) for room in rooms}
    found = on_wall(rooms, paced({"1": (0, 0)}), totals, sort="total", page="2")
    assert [row.room.room_id for row in found.rows] == ["2", "1"]
    assert (found.pages, found.found) == (2, PAGE + 2)


@pytest.mark.parametrize(
    "asked", [{"sort": "name"}, {"page": "-1"}, {"page": "x"}, {"state": "dead"}, {"q": "x" * 201}]
)
def test_a_parameter_that_cannot_be_read_is_named(asked: dict[str, str]) -> None:
    [name] = asked
    with pytest.raises(RequestError, match=f"the parameter {name} "):
        WallQuery.of(asked)


def test_curves_have_paces_places_and_the_rest() -> None:
    found = curves.curves(course((0, 0, {"7": 100}), (1, 60, {"7": 140, "8": 10}), (3, 40, {"7": 160, "8": 20})))
    assert found.paces == ((None, 40.0, 10.0), (None, None, 5.0))
    assert found.total == (None, 60.0, 20.0)
    assert found.rest == (None, 20.0, 5.0)
    assert found.places == ((1, 1, 1), (None, 1, 1))


def test_scores_that_are_hidden_or_begin_again_are_no_pace() -> None:
    found = curves.curves(course((0, 0, {"7": 100}), (1, 0, {"7": None}), (2, 0, {"7": 50}), (3, 0, {"7": 20})))
    assert found.paces == ((None, None, None, None),)


def test_times_without_lists_are_blank_once_with_their_reason() -> None:
    sure = Sure(withheld=(Stretch(iso(NOON + 20 * MINUTE), iso(NOON + 30 * MINUTE), 10),))
    minutes = [*range(6), *range(12, 20), *range(30, 34)]
    found = curves.curves(course(*((minute, 0, {"7": minute}) for minute in minutes), sure=sure))
    spans = [((each.since - NOON) // MINUTE, (each.until - NOON) // MINUTE, each.why) for each in found.blanks]
    assert spans == [(5, 12, "gap"), (20, 30, "withheld")]


@given(st.integers(1, 1200), st.integers(1, 200))
def test_many_points_are_taken_together_and_no_coin_is_lost(points: int, most: int) -> None:
    found = curves.curves(course(*((minute, 60, {"7": 60 * minute}) for minute in range(points))), most)
    assert len(found.times) <= most
    assert found.times[-1] == NOON + (points - 1) * MINUTE
    given_ = sum(
        each * (now - then) / MINUTE
        for each, then, now in zip(found.total[1:], found.times, found.times[1:], strict=False)
        if each
    )
    first = points - sum((now - then) // MINUTE for then, now in zip(found.times, found.times[1:], strict=False))
    assert given_ == pytest.approx(60 * (points - first))


def test_a_spark_has_a_column_for_each_hour_and_none_for_nothing() -> None:
    found = spark.columns((None, 10, 0, 5))
    assert found is not None
    assert [each.count("M") for each in found] == [2, 1, 1]
    assert spark.columns((None, None)) is None


def test_the_map_of_hours_is_in_the_time_zone_and_knows_nothing_of_hours_without_lists() -> None:
    pace = paced({"1": (None, 5, 10), "2": (None, None, 1)})
    found = compare.heat(pace, (), ZoneInfo("Asia/Shanghai"))
    assert found.days == ("2026-11-23",)
    assert found.cells[0][17:22] == (None, None, 5, 11, None)
    assert [found.step(each) for each in (None, 0, 1, 11)] == [0, 0, 2, 5]
    assert compare.heat(pace, ("2",), ZoneInfo("UTC")).cells[0][10:13] == (None, None, 1)


def test_the_map_of_hours_begins_with_the_first_day_of_which_anything_is_known() -> None:
    pace = paced({"1": (None,) * 30 + (7,)})
    assert compare.heat(pace, (), ZoneInfo("UTC")).days == ("2026-11-23",)
    assert len(compare.heat(paced({"1": (None,) * 30}), (), ZoneInfo("UTC")).days) == 1


def test_contributors_of_one_name_are_told_apart_in_charts() -> None:
    found = course((0, 0, {"7000001": 1, "7000002": 2, "7000003": 3, "7000004": 4}))
    names = ("小鱼", "小鱼", "Momo", None)
    same = [msgspec.structs.replace(each, nickname=name) for each, name in zip(found.contributors, names, strict=True)]
    drawn = curves.curves(msgspec.structs.replace(found, contributors=tuple(same)))
    assert drawn.names == ("小鱼 …0001", "小鱼 …0002", "Momo", "7000004")


def test_rooms_are_called_by_their_anchors_unless_two_have_one_name() -> None:
    whose = [RoomAnchor("gateway.test", room, f"uid={room}", None, name) for room, name in (("1", "A"), ("2", "B"))]
    again = RoomAnchor("gateway.test", "7300000000000000003", "uid=2", None, "B")
    assert compare.names(["1", "2"], whose) == {"1": "A", "2": "B"}
    assert compare.names(["1", "2", again.room_id, "9"], [*whose, again]) == {
        "1": "A",
        "2": "…2",
        again.room_id: "…000003",
        "9": "…9",
    }


def test_a_share_that_is_not_nothing_is_not_shown_as_nothing() -> None:
    assert [WORDS.share(each) for each in (None, 0, 0.0004, 0.001, 0.25)] == [UNKNOWN, "0.0%", "< 0.1%", "0.1%", "25%"]


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (None, UNKNOWN, UNKNOWN),
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (12_345, "12.3K", "1.23万"),
        (1_234_567, "1.23M", "123万"),
        (123_456_789, "123M", "1.23亿"),
        (2_500_000_000, "2.50B", "25.0亿"),
    ],
)
def test_amounts_have_three_digits_and_the_units_of_the_language(number: int, english: str, chinese: str) -> None:
    assert WORDS.compact(number) == english
    assert WORDS._replace(language="zh").compact(number) == chinese


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, UNKNOWN), (-3, "0 s"), (59.9, "59 s"), (60, "1 min"), (7199, "119 min"), (7200, "2 h"), (172_800, "2 d")],
)
def test_spans_are_in_the_largest_unit_that_fits(seconds: float | None, text: str) -> None:
    assert WORDS.span(seconds) == text


def test_short_times_have_a_decimal() -> None:
    assert [WORDS.brief(each) for each in (None, 0, 1250, 9900, 61_000)] == [
        UNKNOWN,
        "0.0 s",
        "1.2 s",
        "9.9 s",
        "1 min",
    ]


def test_the_longest_gap_is_the_present_one_if_polls_are_overdue() -> None:
    row = CoverageRow(
        "gateway.test", "ranklist", "1", 90, 60, 0, 0, 0, 30, 60.0, iso(NOON - HOUR), iso(NOON - 30 * MINUTE)
    )
    assert WORDS.longest_gap(row) == 1800.0
    assert WORDS.longest_gap(msgspec.structs.replace(row, overdue=0)) == 60.0
    assert WORDS.longest_gap(msgspec.structs.replace(row, longest_gap=None)) is None


def test_moments_are_in_the_zone_and_have_a_day_if_it_is_another() -> None:
    assert WORDS.clock(iso(NOON)) == "20:00"
    assert WORDS.clock(iso(NOON - 24 * HOUR)) == "11-22 20:00"
    assert WORDS.full(iso(NOON)) == "2026-11-23 20:00:00+08:00"
    assert WORDS.since(iso(NOON - 90_000)) == "1 min"
    with within("zh_CN"):
        assert WORDS.since(iso(NOON - 90_000)) == "1 分钟"


def test_every_rule_is_explained_and_nothing_else() -> None:
    documented = {line.split("`")[1] for line in (rules.__doc__ or "").splitlines() if line.startswith("| `")}
    assert {*flags.MEANINGS} == documented
    assert flags.explained(["unheard_of"]) == (("unheard_of", "unheard_of"),)


def test_what_people_paste_is_read_entry_by_entry() -> None:
    text = '1 2,3\nhttps://g.example.com/x?room_id=4\n{"room_id": "5", "every": 30}\nnonsense, 2\n'
    jobs, page = begin.read({"rooms": text, "every": "10"})
    assert [(job.room_id, job.schedule.every) for job in jobs] == [
        ("1", 10),
        ("2", 10),
        ("3", 10),
        ("4", 10),
        ("5", 30),
    ]
    assert page.text == "nonsense"
    assert len(page.wrong) == 1
    assert begin.read({"rooms": "1", "every": ""})[0][0].schedule.every is None
    assert begin.read({"rooms": "1", "every": "-5"})[0] == []
    assert begin.read({"rooms": " ".join(map(str, range(1, begin.MOST + 3)))})[1].wrong == ("at most 10,000 at once",)


def test_addresses_keep_what_is_asked_and_drop_what_is_empty() -> None:
    frame = Frame(WORDS, "/rooms/1", {"vs": "1h", "at": "今天 20:00"}, "auto")
    assert frame.link(at="") == "/rooms/1?vs=1h"
    assert frame.link(vs="", at=None) == "/rooms/1"
    assert address("/", q="a&b=c") == "/?q=a%26b%3Dc"


@given(st.text())
def test_json_in_a_page_never_ends_its_element(text: str) -> None:
    written = filters.as_json({"a": text.encode(errors="replace").decode()})
    assert "<" not in written
    assert "&" not in written
    assert msgspec.json.decode(str(written))["a"] == text.encode(errors="replace").decode()


def test_a_sentence_begins_with_a_capital_letter_and_a_path_stays_as_it_is() -> None:
    texts = ("room 5 is gone", "/data/queue: none", "看不到", "")
    assert [filters.sentence(each) for each in texts] == ["Room 5 is gone", "/data/queue: none", "看不到", ""]


def test_code_in_messages_is_marked_and_escaped() -> None:
    assert filters.code("run `a <b>` & <c>") == "run <code>a &lt;b&gt;</code> &amp; &lt;c&gt;"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (5, 5),
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("7300000000000000001", '="7300000000000000001"'),
        ("小鱼", "小鱼"),
    ],
)
def test_no_cell_of_a_csv_is_run_or_loses_digits(value: Any, cell: Any) -> None:
    assert export.harmless(value) == cell


def test_the_past_of_a_room_ends_with_its_last_list() -> None:
    query = RoomQuery.of("1", {"vs": "start"})
    assert ms(query.compared + "T00:00:00.000Z") < NOON
    stay = RoomStay("7", None, iso(NOON - 9 * HOUR), iso(NOON - 5 * HOUR), is_there=True)
    stays = Stays(source="gateway.test", kind="ranklist", room_id="1", rows=(stay,))
    assert query.since(stays, NOON) == iso(NOON - 5 * HOUR - 30 * MINUTE + 1)  # the list of that moment is the first
    assert query.since(msgspec.structs.replace(stays, rows=()), NOON) == iso(NOON - 30 * MINUTE + 1)
    assert query._replace(span="all").since(stays, NOON) is None
