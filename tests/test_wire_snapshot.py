"""From an answer to items: what is a fact, and what is not known."""

import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.snapshot import LAYOUT
from rankcrawler.model.rows import RankEntry
from rankcrawler.model.targets import Target
from tests.builders import CAPTURED, EXAMPLE, POLLED, ROOM, TARGET, body, example, row, taken

WITHHELD: dict[str, Any] = {"score": 1, "exactly_score": "", "score_description": "", "gap_description": ""}
MASKED = {"id": 111111, "id_str": "111111", "nickname": "黑***", "sec_uid": "", "display_id": ""}


def only(answer: bytes | dict[str, Any], target: Target = TARGET) -> RankEntry:
    """The one row of an answer."""
    (entry,) = taken(answer, target).entries
    return entry


def user(**fields: Any) -> RankEntry:
    """The item of a row whose user has these fields."""
    return only(body(row(user=fields)))


def graded(**grade: Any) -> tuple[int | None, ...]:
    """Level, its bounds and the lifetime's, of a user with this pay_grade."""
    entry = user(pay_grade=grade)
    level = (entry.pay_grade_level, entry.this_grade_min_diamond, entry.this_grade_max_diamond)
    return *level, entry.lifetime_diamonds_min, entry.lifetime_diamonds_max


def test_the_documented_example_gives_the_expected_items() -> None:
    made = msgspec.to_builtins(taken((EXAMPLE / "answer.json").read_bytes()))
    del made["digest"]
    assert json.loads(msgspec.json.encode(made)) == json.loads((EXAMPLE / "expected.json").read_bytes())


def test_the_documented_example_says_what_the_contract_says() -> None:
    snapshot = taken(example())
    first, second = snapshot.entries
    assert (snapshot.target.room_id, snapshot.captured_at, snapshot.polled_at) == (ROOM, CAPTURED, POLLED)
    assert (snapshot.entry_count, snapshot.total, snapshot.user_count_desc) == (2, 39847, "3万+")
    assert (first.rank, first.score, first.score_precision, first.exactly_score) == (1, 10001, "exact", "1.0万")
    assert (first.pay_grade_level, first.lifetime_diamonds_min, first.lifetime_diamonds_max) == (25, 18002, 18002)
    assert (second.rank, second.score, second.delta) == (2, 1939, 8062)
    assert (second.lifetime_diamonds_min, second.lifetime_diamonds_max) == (4676, 4676)


def test_the_gateways_own_standing_is_in_no_row() -> None:
    answer = example()
    answer["data"]["data"]["self_info"] |= {"rank": 3, "user": {"id": 42, "id_str": "42", "nickname": "self"}}
    assert taken(answer) == taken(example())


def test_every_row_says_where_and_when_it_was_seen() -> None:
    target = Target("other.test:81", "ranklist", "5", "9")
    snapshot = taken(body(row(1), row(2)), target)
    assert snapshot.target == target
    for entry in snapshot.entries:
        assert Target(entry.source, entry.kind, entry.room_id, entry.anchor_id) == target
    items: tuple[Any, ...] = (snapshot, *snapshot.entries)
    for item in items:
        assert (item.captured_at, item.polled_at) == (CAPTURED, POLLED)


def test_a_row_of_which_nothing_is_told_is_none_throughout() -> None:
    told = {"source", "kind", "room_id", "captured_at", "polled_at", "rank", "score_precision", "is_anonymous", "flags"}
    entry = only(body({"rank": 1, "user": {}}))
    assert {name for name in entry.__struct_fields__ if getattr(entry, name) is not None} == told
    assert (entry.rank, entry.score_precision, entry.is_anonymous, entry.flags) == (1, "withheld", False, ())


def test_blank_and_zero_are_unknown_where_they_can_say_nothing() -> None:
    blank: dict[str, Any] = {
        "user": {
            "id": 0, "id_str": "", "display_id": "", "sec_uid": "", "nickname": "", "gender": 0,
            "avatar_thumb": {"url_list": [""]},
            "pay_grade": {"level": 0, "this_grade_min_diamond": 0, "this_grade_max_diamond": 0, "grade_describe": ""},
            "fans_club": {"data": {"club_name": "", "level": 0, "user_fans_club_status": 0}},
        },
        "exactly_score": "",
        "is_hidden": None,
    }  # fmt: skip
    entry = only(body(row(**blank)))
    told = {
        "source",
        "kind",
        "room_id",
        "captured_at",
        "polled_at",
        "rank",
        "score",
        "score_precision",
        "is_anonymous",
        "flags",
    }
    assert {name for name in entry.__struct_fields__ if getattr(entry, name) is not None} == told


def test_a_list_of_which_nothing_is_told_is_none_throughout() -> None:
    snapshot = taken(body(currency="", user_count_desc=""))
    assert (snapshot.total, snapshot.user_count_desc, snapshot.currency, snapshot.has_more) == (None,) * 4
    assert (snapshot.entries, snapshot.entry_count) == ((), 0)


def test_zero_is_kept_where_it_is_a_fact() -> None:
    snapshot = taken(body(row(score=0, delta=0), total=0, has_more=False))
    assert (snapshot.entries[0].score, snapshot.entries[0].delta, snapshot.total) == (0, 0, 0)
    assert snapshot.has_more is False
    assert snapshot.entries[0].score_precision == "exact"


def test_an_empty_list_is_a_fact() -> None:
    assert taken(body()).entries == ()


def test_a_list_that_is_null_or_missing_is_an_error_with_its_path() -> None:
    answer = example()
    answer["data"]["data"]["ranks"] = None
    with pytest.raises(AnswerError, match=r"`\$\.data\.data\.ranks`"):
        taken(answer)
    with pytest.raises(AnswerError, match=r"`\$\.data\.ranks`"):
        taken(answer["data"])
    del answer["data"]["data"]["ranks"]
    with pytest.raises(AnswerError, match=r"`\$\.data\.data\.ranks`"):
        taken(answer)
    with pytest.raises(AnswerError, match="got nothing"):
        taken({"code": 200, "data": None})


@pytest.mark.parametrize("extra", [None, {}, {"now": None}])
@pytest.mark.parametrize("rank", [1, "1"])
def test_a_list_without_a_clock_is_dated_by_the_poll_and_says_so(extra: Any, rank: Any) -> None:
    answer = example()
    answer["data"]["data"]["ranks"][0]["rank"] = rank
    answer["data"]["extra"] = extra
    for shape in (answer, answer["data"]):
        found = taken(shape)
        assert (found.captured_at, found.polled_at, found.flags) == (POLLED, POLLED, ("no_clock",))
        assert {entry.captured_at for entry in found.entries} == {POLLED}
    assert taken(example()).flags == ()


def test_a_list_may_have_two_hundred_rows() -> None:
    assert [entry.rank for entry in taken(body(*map(row, range(1, 201)))).entries] == list(range(1, 201))


def test_no_row_is_dropped_for_a_strange_rank() -> None:
    assert [entry.rank for entry in taken(body(row(7), row(7), row(3))).entries] == [7, 7, 3]


@pytest.mark.parametrize("uid", [2**53 + 1, 2**63 - 1, 98204909466])
def test_ids_are_lossless(uid: int) -> None:
    assert user(id=uid).user_id == str(uid)
    assert user(id=str(uid)).user_id == str(uid)
    assert user(id=1, id_str=str(uid)).user_id == str(uid)


@pytest.mark.parametrize(
    ("told", "is_flagged"),
    [
        ({"id": 7, "id_str": "7"}, False),
        ({"id": 7}, False),
        ({"id_str": "7"}, False),
        ({"id": 0, "id_str": "7"}, False),
        ({"id": 7, "id_str": ""}, False),
        ({"id": 7, "id_str": "0"}, False),
        ({"id": 6994259511469247488, "id_str": "6994259511469247263"}, True),
        ({"id": 7, "id_str": "someone"}, True),
    ],
)
def test_ids_that_disagree_are_flagged(told: dict[str, Any], is_flagged: bool) -> None:
    assert user(**told).flags == (("id_mismatch",) if is_flagged else ())


@pytest.mark.parametrize("text", ["", "0", "abc", "-5", "٣", "1" * 21, str(2**64), None])
def test_an_id_text_that_is_no_id_gives_way_to_the_number(text: str | None) -> None:
    assert user(id=5, id_str=text).user_id == "5"


@pytest.mark.parametrize("words", ["null", "123", "None", "黑***"])
def test_a_nickname_stays_the_text_it_is(words: str) -> None:
    assert user(nickname=words).nickname == words


def test_withheld_scores_are_not_scores_of_one() -> None:
    snapshot = taken(body(row(1, **WITHHELD), row(2, **WITHHELD)))
    assert [(entry.score, entry.score_precision) for entry in snapshot.entries] == [(None, "withheld")] * 2


@pytest.mark.parametrize("field", ["exactly_score", "score_description", "gap_description"])
def test_a_score_of_one_with_any_words_in_the_list_is_exact(field: str) -> None:
    snapshot = taken(body(row(1, **WITHHELD), row(2, **WITHHELD | {field: "1"})))
    assert [(entry.score, entry.score_precision) for entry in snapshot.entries] == [(1, "exact")] * 2


def test_a_list_with_another_score_is_not_withheld() -> None:
    snapshot = taken(body(row(1, **WITHHELD | {"score": 2}), row(2, **WITHHELD)))
    assert [entry.score for entry in snapshot.entries] == [2, 1]


def test_a_score_told_in_words_alone_is_rounded_and_not_a_number() -> None:
    entry = only(body(row(score=None, exactly_score="15.1万音浪")))
    assert (entry.score, entry.score_precision, entry.exactly_score) == (None, "rounded", "15.1万音浪")


def test_masked_rows_are_nobody_and_never_the_same_user() -> None:
    entries = taken(body(row(1, user=MASKED), row(2, user=MASKED))).entries
    assert [(entry.user_id, entry.is_anonymous, entry.nickname) for entry in entries] == [(None, True, "黑***")] * 2


@pytest.mark.parametrize("known", [{"sec_uid": "MS4w"}, {"display_id": "handle"}, {"id": 111112, "id_str": "111112"}])
def test_a_row_with_any_identity_is_not_anonymous(known: dict[str, Any]) -> None:
    entry = user(**MASKED | known)
    assert entry.is_anonymous is False
    assert entry.user_id == str(known.get("id", 111111))


@pytest.mark.parametrize(("mystery_man", "is_mystery"), [(2, True), (1, False), (0, False), (None, None)])
def test_only_two_is_a_mystery_user(mystery_man: int | None, is_mystery: bool | None) -> None:
    assert user(mystery_man=mystery_man).is_mystery is is_mystery


@pytest.mark.parametrize("is_hidden", [True, False, None])
def test_hidden_is_told_with_the_full_identity(is_hidden: bool | None) -> None:
    entry = only(body(row(is_hidden=is_hidden)))
    assert (entry.is_hidden, entry.user_id) == (is_hidden, "5")


def test_the_first_address_of_the_picture_is_taken() -> None:
    assert user(avatar_thumb={"url_list": ["https://a/1", "https://b/1"]}).avatar_url == "https://a/1"
    assert user(avatar_thumb={"url_list": []}).avatar_url is None
    assert user(avatar_thumb={}).avatar_url is None


def test_a_grade_is_kept_with_what_it_says_of_the_lifetime() -> None:
    bounds = {"level": 25, "this_grade_min_diamond": 15_000, "this_grade_max_diamond": 20_000}
    assert graded(**bounds, grade_describe="还差1998抖币") == (25, 15_000, 20_000, 18_002, 18_002)
    assert graded(**bounds) == (25, 15_000, 20_000, 15_000, 19_999)


def test_the_top_level_has_no_upper_bound() -> None:
    assert graded(level=75, this_grade_min_diamond=16_000_000, this_grade_max_diamond=0) == (
        75, 16_000_000, None, 16_000_000, None,
    )  # fmt: skip


def test_the_lowest_level_begins_at_zero() -> None:
    assert graded(level=0, this_grade_min_diamond=0, this_grade_max_diamond=10) == (0, 0, 10, 0, 9)


def test_a_level_without_bounds_is_not_known() -> None:
    assert graded(level=0) == (None,) * 5


@pytest.mark.parametrize(("status", "member"), [(1, True), (0, False), (2, False), (None, None)])
def test_membership_is_told_where_the_poll_named_the_anchor(status: int | None, member: bool | None) -> None:
    club = {"data": {"club_name": "粉丝团", "level": 3, "user_fans_club_status": status}}
    entry = only(body(row(user={"fans_club": club})), replace(TARGET, anchor_id="9"))
    assert (entry.fans_club_name, entry.fans_club_level, entry.fans_club_member) == ("粉丝团", 3, member)


def test_a_blank_club_is_a_fact_only_where_the_poll_named_the_anchor() -> None:
    answer = body(row(user={"fans_club": {"data": {"club_name": "", "level": 0, "user_fans_club_status": 0}}}))
    assert only(answer).fans_club_member is None
    assert only(answer, replace(TARGET, anchor_id="9")).fans_club_member is False


def test_equal_lists_have_equal_digests_whenever_and_however_they_come() -> None:
    later = example()
    later["data"]["extra"]["now"] += 60_000
    later["data"]["data"]["total"] += 1
    assert len(bytes.fromhex(taken(later).digest)) == 16
    assert taken(later).digest == taken(example()["data"], replace(TARGET, source="other.test")).digest


@pytest.mark.parametrize(
    "change", [{"score": 10002}, {"rank": 9}, {"is_hidden": True}, {"exactly_score": "1.1万"}, {"delta": 1}]
)
def test_any_kept_difference_changes_the_digest(change: dict[str, Any]) -> None:
    changed = example()
    changed["data"]["data"]["ranks"][0] |= change
    assert taken(changed).digest != taken(example()).digest


def test_a_masked_row_is_anonymous_whichever_id_it_carries() -> None:
    for user in ({"id": 111111}, {"id_str": "111111"}, {"id": 111111, "id_str": "111111"}):
        entry = only(body({"rank": 1, "user": user}))
        assert (entry.is_anonymous, entry.user_id) == (True, None)


def test_a_row_is_made_in_the_order_in_which_its_columns_are_declared() -> None:
    assert (*LAYOUT, "flags") == RankEntry.__struct_fields__
