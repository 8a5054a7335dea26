"""The decoded answer: which shapes are read, and what is said of those that are not."""

import json
import re
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.reader import LARGE
from rankcrawler.gateways.wire.surrogates import repaired
from tests.builders import body, example, read, row, taken

TWO_MARKS = b"\xef\xbb\xbf\xef\xbb\xbf{}"
LISTLESS = {"prompts": "网络繁忙", "message": "m"}


def refused(answer: bytes) -> str:
    """What the reader says of an answer that it does not take."""
    with pytest.raises(AnswerError) as refusal:
        read(answer)
    return str(refusal.value)


def with_strings(value: Any) -> Any:
    """The same JSON with each integer as a string."""
    if isinstance(value, dict):
        return {key: with_strings(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_strings(each) for each in value]
    return str(value) if type(value) is int else value


def with_unknown(value: Any) -> Any:
    """The same JSON with a field that nobody knows in each object."""
    if isinstance(value, dict):
        return {key: with_unknown(each) for key, each in value.items()} | {"brand_new": [{"a": None}, 1.5]}
    return [with_unknown(each) for each in value] if isinstance(value, list) else value


def test_both_outer_shapes_give_the_same_items() -> None:
    assert taken(example()) == taken(example()["data"])


def test_router_stands_in_for_msg() -> None:
    answer = example()
    answer["router"] = answer.pop("msg")
    assert taken(answer) == taken(example())


def test_integers_may_come_as_strings() -> None:
    assert taken(with_strings(example())) == taken(example())


def test_unknown_fields_are_passed_over_at_any_depth() -> None:
    assert taken(with_unknown(example())) == taken(example())


@pytest.mark.parametrize("icons", [[], {}, [{"uri": ""}], {"1": {"uri": ""}}, None])
def test_icons_and_preferences_may_be_arrays_or_objects(icons: Any) -> None:
    answer = example()
    for ranked in answer["data"]["data"]["ranks"]:
        ranked["user"]["fans_club"]["data"]["badge"]["icons"] = icons
        ranked["user"]["fans_club"]["prefer_data"] = icons
    assert taken(answer) == taken(example())


def test_a_byte_order_mark_is_passed_over() -> None:
    assert taken(b"\xef\xbb\xbf" + json.dumps(example()).encode()) == taken(example())


@pytest.mark.parametrize("words", ["null", "123", "true", "1e5", "", "0"])
def test_text_that_looks_like_something_else_stays_text(words: str) -> None:
    assert taken(body(row(user={"nickname": words}))).entries[0].nickname == (words or None)


def test_a_wrong_field_is_named_by_its_path() -> None:
    assert refused(body(row("y"), row("x"))).endswith("at `$.data.data.ranks[0].rank`")


def test_a_wrong_field_is_named_by_its_path_in_the_bare_shape() -> None:
    bare = json.loads(body(row("y"), row("x")))["data"]
    assert refused(json.dumps(bare).encode()).endswith("at `$.data.ranks[0].rank`")


@pytest.mark.parametrize("rank", ["-1", "1.5", "2147483648", "[]"])
def test_a_rank_is_a_natural_number(rank: str) -> None:
    answer = body(row(987654)).replace(b"987654", rank.encode())
    assert refused(answer).endswith("at `$.data.data.ranks[0].rank`")


def test_the_largest_rank_and_the_first_moment_are_taken() -> None:
    answer = body(row(2**31 - 1)).replace(b"1631843079980", b"-62135596800000")
    snapshot = taken(answer)
    assert (snapshot.entries[0].rank, snapshot.captured_at) == (2**31 - 1, "0001-01-01T00:00:00.000Z")


def test_an_envelope_may_leave_its_verdict_out() -> None:
    answer = example()
    del answer["data"]["status_code"]
    assert taken(answer) == taken(example())


def test_a_row_without_user_is_named_by_its_path() -> None:
    ranked = row()
    del ranked["user"]
    assert refused(body(ranked)).endswith("Object missing required field `user` - at `$.data.data.ranks[0]`")


@pytest.mark.parametrize("score", ["-1", "9223372036854775808", "18446744073709551616", "1e999", "1.5", "true", '"x"'])
def test_a_number_that_is_no_amount_is_refused_with_its_path(score: str) -> None:
    answer = body(row(score=987654)).replace(b"987654", score.encode())
    assert refused(answer).endswith("at `$.data.data.ranks[0].score`")


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("nickname", ["a", "\ud83d"])
def test_what_is_not_a_json_number_is_refused(score: str, nickname: str) -> None:
    answer = body(row(score=987654, user={"nickname": nickname})).replace(b"987654", score.encode())
    assert refused(answer).startswith("not JSON")


@pytest.mark.parametrize("now", ["-62135596800001", "253402300800000", '"soon"'])
def test_a_time_outside_of_four_digit_years_is_refused_with_its_path(now: str) -> None:
    answer = body(row()).replace(b"1631843079980", now.encode())
    assert refused(answer).endswith("at `$.data.extra.now`")


@pytest.mark.parametrize(
    "answer",
    [
        TWO_MARKS,
        TWO_MARKS[:-2] + b'{"msg": "\\ud83d"}',
        b"",
        b"<!DOCTYPE html>",
        b'{"code": 200',
        b'{"code": 200} {}',
        b'{"code":200,"data":{"currency":"\xff"}}',
        b"\xff\xfe{",
    ],
    ids=["two-marks", "two-marks-and-half-an-emoji", "empty", "page", "cut-short", "two", "not-utf-8", "utf-16"],
)
def test_what_is_not_json_is_refused_as_such(answer: bytes) -> None:
    assert refused(answer).startswith("not JSON")


def test_an_answer_cut_short_anywhere_is_refused() -> None:
    whole = body(row())
    for length in range(len(whole)):
        refused(whole[:length])


@pytest.mark.parametrize("answer", [b"null", b"[]", b'"x"', b"1"])
def test_what_is_no_object_is_refused(answer: bytes) -> None:
    assert re.fullmatch(r"Expected `object`, got `\w+` - at `\$`", refused(answer))


@pytest.mark.parametrize("more", ["", '"msg": "\\ud83d",'])
def test_nesting_without_end_is_refused(more: str) -> None:
    deep = f'{{{more} "x": {"[" * 100_000}{"]" * 100_000}}}'
    assert "recursion" in refused(deep.encode())


@given(st.binary(max_size=60))
def test_no_body_raises_anything_but_our_error(answer: bytes) -> None:
    try:
        read(answer)
    except AnswerError:
        return


@pytest.mark.parametrize("half", ["\\ud83d", "\\uD83D", "\\ude00", "\\uDE00"])
def test_half_an_emoji_becomes_the_replacement_character(half: str) -> None:
    answer = body(row(user={"nickname": "HERE"})).replace(b"HERE", f"a{half}b".encode())
    assert taken(answer).entries[0].nickname == "a\ufffdb"


def test_half_an_emoji_beside_integers_in_strings_costs_no_row() -> None:
    answer = body(row("1"), row("2", {"id": 6, "nickname": "HERE"})).replace(b"HERE", b"a\\ud83db")
    assert [entry.nickname for entry in taken(answer).entries] == [None, "a\ufffdb"]


def test_mending_half_an_emoji_leaves_other_text_as_it_is() -> None:
    written = r"\ud83d\ude00 \ud83d\ud83d\ude01 \\ud83d \u4e2d \"\\\\\ude00"
    answer = body(row(user={"nickname": "HERE"})).replace(b"HERE", written.encode())
    assert taken(answer).entries[0].nickname == '😀 \ufffd😁 \\ud83d 中 "\\\\\ufffd'


def test_mending_half_an_emoji_takes_no_more_than_twice_the_body_of_memory() -> None:
    text = b'"\\ud83d' + b"\\n\\u4e2d" * 500_000 + b'\\ud83d"'
    tracemalloc.start()
    whole = repaired(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert whole == text.replace(b"\\ud83d", b"\\ufffd")
    assert peak < 2.1 * len(text)


@given(st.text(st.characters(), max_size=12))
def test_any_nickname_is_read_with_only_its_half_emojis_replaced(nickname: str) -> None:
    expected = nickname.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert taken(body(row(user={"nickname": nickname}))).entries[0].nickname == (expected or None)


@pytest.mark.parametrize("data", ["nope", "", [], [1], 0, 1.5, False, None])
def test_a_failure_with_anything_for_data_still_gives_its_code(data: Any) -> None:
    answer = read(json.dumps({"code": 401, "msg": "bad token", "data": data}).encode())
    assert (answer.code, answer.ranklist) == (401, None)


@pytest.mark.parametrize("data", ["nope", [], False, None])
@pytest.mark.parametrize("has_outer", [True, False])
def test_an_inner_failure_with_anything_for_a_list_still_gives_its_code(data: Any, has_outer: bool) -> None:
    inner = {"data": data, "extra": {"now": 1}, "status_code": "10011"}
    answer = read(json.dumps({"code": 200, "msg": "m", "data": inner} if has_outer else inner).encode())
    assert (answer.inner_code, answer.ranklist) == (10011, None)


def test_a_failure_with_half_an_emoji_still_gives_its_code() -> None:
    assert read(json.dumps({"code": 402, "data": [], "msg": "\ud83d"}).encode()).code == 402


@pytest.mark.parametrize("code", [None, 200, "200"])
@pytest.mark.parametrize("status_code", [None, 0, "0"])
def test_a_success_with_a_broken_list_is_no_failure_of_the_gateways(code: Any, status_code: Any) -> None:
    for inner in ({"data": {"ranks": "x"}, "status_code": status_code}, {"data": [], "status_code": status_code}):
        refused(json.dumps({"code": code, "data": inner}).encode())


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ({"code": 200, "msg": "m", "data": {"data": LISTLESS, "status_code": 10011}}, (200, 10011)),
        ({"data": LISTLESS, "extra": {"now": 1}, "status_code": 4017136}, (None, 4017136)),
        ({"code": 500, "msg": "m"}, (500, None)),
        ({"code": "500", "data": {}}, (500, None)),
        ({"code": -1, "data": None}, (-1, None)),
        ({"code": 2**63 - 1}, (2**63 - 1, None)),
        ({}, (None, None)),
    ],
)
def test_codes_are_found_in_every_shape(answer: dict[str, Any], codes: tuple[int | None, int | None]) -> None:
    found = read(json.dumps(answer).encode())
    assert (found.code, found.inner_code) == codes


@pytest.mark.parametrize("answer", [{"code": 2**63}, {"code": 200, "data": {"status_code": -(2**63) - 1}}])
def test_a_code_of_more_than_64_bits_is_refused_with_its_path(answer: dict[str, Any]) -> None:
    assert re.search(r"at `\$\.(code|data\.status_code)`$", refused(json.dumps(answer).encode()))


@pytest.mark.parametrize(
    "score", ["10001.0", "1e4", "1e-999", '"10001.0"', '"1e4"', "10000.9999999999999999999", "0.0"]
)
def test_a_number_with_a_point_or_an_exponent_is_no_integer(score: str) -> None:
    answer = body(row(score=987654)).replace(b"987654", score.encode())
    assert refused(answer).endswith("at `$.data.data.ranks[0].score`")


@pytest.mark.parametrize("now", ["1631843079980.0", '"1.63184307998e12"'])
def test_a_clock_with_a_point_or_an_exponent_is_refused_with_its_path(now: str) -> None:
    answer = body(row()).replace(b"1631843079980", now.encode())
    assert refused(answer).endswith("at `$.data.extra.now`")


def test_text_that_looks_like_a_rounded_number_stays_text_beside_integers_in_strings() -> None:
    answer = with_strings(json.loads(body(row(user={"id": 5, "nickname": "1e3"}, score=7, exactly_score="1.0"))))
    (entry,) = taken(answer).entries
    assert (entry.nickname, entry.score, entry.exactly_score) == ("1e3", 7, "1.0")


def test_a_list_of_more_rows_than_any_gateway_sends_is_refused_with_its_path() -> None:
    assert refused(body(*[row()] * 1001)) == "Expected at most 1000 rows, got 1001 - at `$.data.data.ranks`"
    assert refused(body(*[0] * 1001)) == "Expected at most 1000 rows, got 1001 - at `$.data.data.ranks`"


def test_a_large_body_of_more_values_than_any_list_has_is_refused_before_it_is_decoded() -> None:
    for value in (b"0,", b"[],", b"{},", b"[[[[]]]],"):
        answer = b'{"code": 401, "data": [' + value * 600_000 + b"0]}"
        tracemalloc.start()
        assert re.fullmatch(r"Expected at most 400000 values, got \d+ - at `\$`", refused(answer))
        assert tracemalloc.get_traced_memory()[1] < 100_000
        tracemalloc.stop()


def test_a_list_of_a_thousand_documented_rows_is_read() -> None:
    answer = example()
    first = answer["data"]["data"]["ranks"][0]
    answer["data"]["data"]["ranks"] = [first | {"rank": rank} for rank in range(1, 1001)]
    assert len(json.dumps(answer)) > LARGE
    assert taken(answer).entry_count == 1000


@pytest.mark.parametrize("msg", [b'{"why": ["token"]}', b"7", '"clé"'.encode("latin-1")])
def test_a_failure_whose_words_are_no_text_still_gives_its_code(msg: bytes) -> None:
    assert read(b'{"code": 401, "msg": ' + msg + b"}").code == 401


@pytest.mark.parametrize("data", [b"1e999", b"1" * 5000, b'{"status_code": "x"}', b'{"data": 1e999}', b'"\xff"'])
def test_a_failure_beside_a_value_that_nobody_can_hold_still_gives_its_code(data: bytes) -> None:
    assert read(b'{"code": 401, "data": ' + data + b"}").code == 401
