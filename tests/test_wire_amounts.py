"""Amounts in words, and a user's spending read off them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.gateways.wire.amounts import UNKNOWN, Bounds, amount, lifetime, missing

DIAMONDS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("describe", "bounds"),
    [
        ("距离26级还差1998抖币", (1998, 1998)),
        ("距离13级还差35抖币", (35, 35)),
        ("距离26级还差 1,998 抖币", (1998, 1998)),
        ("距离26级还差１９９８抖币", (1998, 1998)),
        ("距离26级还差１，９９８抖币", (1998, 1998)),
        ("距离60级还差15.1w", (150_500, 151_500)),
        ("距离60级还差15.1W抖币", (150_500, 151_500)),
        ("距离60级还差15.1万抖币", (150_500, 151_500)),
        ("距离60级还差１５．１万抖币", (150_500, 151_500)),
        ("距离60级还差15万", (145_000, 155_000)),
        ("距离60级还差1.25亿", (124_500_000, 125_500_000)),
        ("距离60级还差1.2345万", (12_345, 12_345)),
        ("距离2级还差0抖币", (0, 0)),
    ],
)
def test_what_is_missing_is_as_exact_as_its_text(describe: str, bounds: tuple[int, int]) -> None:
    assert missing(describe) == bounds


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("1939", (1939, 1939)),
        ("0", (0, 0)),
        ("1.0万", (9_500, 10_500)),
        ("15.1万音浪", (150_500, 151_500)),
        ("15.1w 音浪", (150_500, 151_500)),
        ("１５．１Ｗ", (150_500, 151_500)),
        ("1,234,567", (1_234_567, 1_234_567)),
        ("１，９３９音浪", (1939, 1939)),
        ("1,234.5万", (12_344_500, 12_345_500)),
        ("2.5亿", (245_000_000, 255_000_000)),
        ("2亿", (150_000_000, 250_000_000)),
        ("3万+", (30_000, 39_999)),
        ("3.9万＋", (39_000, 39_999)),
        ("843+", (843, 843)),
    ],
)
def test_an_amount_in_words_is_as_exact_as_its_last_digit(text: str, bounds: tuple[int, int]) -> None:
    assert amount(text) == bounds


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("1000~1998", (1000, 1998)),
        ("1000～1998抖币", (1000, 1998)),
        ("1000-1998", (1000, 1998)),
        ("1000至1998抖币", (1000, 1998)),
        ("1~2万", (1, 25_000)),
        ("1.0万 ~ 1.5万抖币", (9_500, 15_500)),
        ("5~5", (5, 5)),
    ],
)
def test_a_range_of_amounts_is_from_the_least_to_the_most(text: str, bounds: tuple[int, int]) -> None:
    assert amount(text) == bounds


@pytest.mark.parametrize(
    "text",
    ["5级", "5 级", "２０％", "20%", "3天", "3小时", "1998~", "1998～", "2~1", "3000多", "3000左右", "5~6级", "1~2~3"],
)
def test_an_amount_of_something_else_or_about_so_much_is_not_exact(text: str) -> None:
    assert amount(text) == missing(f"距离26级还差{text}") == UNKNOWN
    assert lifetime(15_000, 20_000, f"距离26级还差{text}") == (15_000, 19_999)


@pytest.mark.parametrize(
    "text",
    ["", "音浪", "-5", "1.5", "15,1w", "1,23", "3百万", "3千", "5k", "1万亿", "1.2.3万", "1++", "9" * 19, "NaN"],
)  # fmt: skip
def test_a_text_in_another_form_is_unknown_and_never_a_guess(text: str) -> None:
    assert amount(text) == UNKNOWN


@pytest.mark.parametrize(
    "describe",
    [
        "",
        "已达最高等级",
        "距离26级",
        "还差抖币",
        "还差,5抖币",
        "还差1.5抖币",
        "还差" + "9" * 19,
        "26级 1998抖币",
        "还差3百万",
        "还差15,1w",
    ],
)
def test_a_text_that_says_nothing_of_the_kind_is_unknown(describe: str) -> None:
    assert missing(describe) == UNKNOWN


@pytest.mark.parametrize(
    ("low", "high", "describe", "bounds"),
    [
        (15_000, 20_000, "距离26级还差1998抖币", (18_002, 18_002)),
        (1_000, 1_700, "距离13级还差3抖币", (1_697, 1_697)),
        (1_000_000, 2_000_000, "距离40级还差15.1w", (1_848_500, 1_849_500)),
        (15_000, 20_000, "", (15_000, 19_999)),
        (0, 10, "", (0, 9)),
        (16_000_000, 0, "", (16_000_000, None)),
        (16_000_000, 0, "距离60级还差3抖币", (16_000_000, None)),
        (0, 0, "距离60级还差3抖币", (None, None)),
        (15_000, 20_000, "距离26级还差5001抖币", (15_000, 19_999)),
        (15_000, 20_000, "距离26级还差0抖币", (15_000, 19_999)),
        (15_000, 20_000, "距离26级还差5000抖币", (15_000, 15_000)),
        (15_000, 20_000, "距离26级还差1抖币", (19_999, 19_999)),
        (1_995_000, 2_000_000, "距离40级还差0.5w", (1_995_000, 1_995_500)),
    ],
    ids=[
        "plain", "plain of the contract", "in w", "no text", "no text at level 1", "top", "top with text", "no level",
        "more than the level", "nothing missing", "the whole level", "all but the level", "rounded past the level",
    ],
)  # fmt: skip
def test_lifetime_is_what_level_and_text_allow(
    low: int, high: int, describe: str, bounds: tuple[int | None, int | None]
) -> None:
    assert lifetime(low, high, describe) == Bounds(*bounds)


@pytest.mark.timeout(5)  # a million accents, put in their order, take many minutes
@pytest.mark.parametrize(
    "text", ["\u0301\u0323" * 500_000, " " * 1_000_000 + "5", "1" * 1_000_000, "1 " + "," * 1_000_000]
)
def test_a_text_of_a_million_characters_is_no_amount_and_costs_no_time(text: str) -> None:
    assert amount(text) == missing(f"还差{text}") == UNKNOWN
    assert lifetime(10, 20, f"还差{text}") == (10, 19)


@given(
    DIAMONDS,
    DIAMONDS,
    st.one_of(st.text(), st.from_regex(r"还差[0-9,]{1,9}(\.[0-9]{1,3})?[万亿w]?抖币", fullmatch=True)),
)
def test_bounds_are_ordered_and_inside_of_the_level(low: int, high: int, describe: str) -> None:
    least, most = lifetime(low, high, describe)
    if high > low:
        assert least is not None
        assert most is not None
        assert low <= least <= most < high
    else:
        assert (least, most) == (low or None, None)


@given(st.integers(0, 10**9), st.data())
def test_a_plain_number_gives_the_spending_exactly(low: int, data: st.DataObject) -> None:
    high = low + data.draw(st.integers(1, 10**9))
    spent = data.draw(st.integers(low, high - 1))
    assert lifetime(low, high, f"距离9级还差{high - spent}抖币") == (spent, spent)


@given(st.integers(10_000, 10**8))
def test_a_number_rounded_to_one_decimal_of_ten_thousand_lies_within_its_bounds(number: int) -> None:
    low, high = missing(f"距离9级还差{(number + 500) // 1000 / 10:.1f}w")
    assert low is not None
    assert high is not None
    assert low <= number <= high
    assert high - low == 1000
