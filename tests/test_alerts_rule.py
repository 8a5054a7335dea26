"""Rules: how they are read, what is refused, and when quiet hours end."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rankcrawler.alerts import rule
from rankcrawler.alerts.conditions import Appears, Pace
from rankcrawler.alerts.plain import plain
from rankcrawler.alerts.rule import Quiet
from rankcrawler.alerts.targets import read
from rankcrawler.errors import SettingError
from tests.serving import BEIJING


def at(text: str, zone: ZoneInfo = BEIJING) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def test_a_rule_is_read_from_fields_as_people_give_them() -> None:
    found = rule.made({"kind": "pace", "within": "2min", "times": "3", "cool_down": "1h", "quiet": "23:00-8:00"})
    assert found.when == Pace(times=3.0, within=120.0)
    assert (found.name, found.cool_down, str(found.quiet)) == ("pace", 3600.0, "23:00-08:00")
    assert rule.made({"kind": "appears", "users": ["1"], "name": "大哥", "coins": None}).when == Appears(users=("1",))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "scores"}, "kind: expected one of appears, first, score"),
        ({"kind": "score"}, "a rule of the kind score needs coins"),
        ({"kind": "score", "coins": 0}, "Expected `int` >= 1"),
        ({"kind": "first", "coins": 5}, "a rule of the kind first has no coins"),
        ({"kind": "first", "name": "a b"}, "name: expected 1 to 40 letters"),
        ({"kind": "first", "cool_down": "soon"}, "expected a duration such as 90s"),
        ({"kind": "first", "quiet": "23-8"}, "expected quiet hours such as 23:00-08:00"),
        ({"kind": "first", "quiet": "08:00-08:00"}, "must end at another time"),
        ({"kind": "budget", "share": 1.5}, "Expected `float` <= 1.0"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_what_is_wrong(fields: dict[str, Any], expected: str) -> None:
    with pytest.raises(SettingError) as refused:
        rule.made(fields)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-23T22:59", None),
        ("2026-11-23T23:00", "2026-11-24T08:00"),
        ("2026-11-24T00:30", "2026-11-24T08:00"),
        ("2026-11-24T07:59", "2026-11-24T08:00"),
        ("2026-11-24T08:00", None),
    ],
)
def test_quiet_hours_pass_midnight(now: str, end: str | None) -> None:
    assert Quiet.of("23:00-08:00").end(at(now), BEIJING) == (None if end is None else at(end))


def test_quiet_hours_are_those_of_clocks_also_where_these_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    end = Quiet.of("22:00-07:00").end(at("2026-10-24T23:00", berlin), berlin)
    assert end == at("2026-10-25T07:00", berlin)
    assert Quiet.of("12:00-14:00").end(at("2026-10-24T15:00", berlin), berlin) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("晚风", "晚风"),
        ("<b>@all", "＜b＞＠all"),
        ("[x](http://evil.example)", "［x］（http：／／evil．example）"),
        ("a\u202egnp.exe\u200b\n\x1b[2J\tb", "agnp．exe［2Jb"),
        ("*bold* _it_ `code` #1", "＊bold＊ ＿it＿ ｀code｀ ＃1"),
        ("长" * 50, "长" * 39 + "…"),
    ],
)
def test_the_text_of_others_is_nothing_but_text(name: str, shown: str) -> None:
    assert plain(name) == shown


def test_targets_have_names_and_addresses_that_nothing_shows() -> None:
    given = (
        "phone=ntfy://a-canary-topic\n hook=webhook+https://a-canary-secret%2F1@example.com:8443/in?key=a-canary-key"
    )
    found = read(given)
    assert list(found) == ["phone", "hook"]
    assert found["hook"].reveal() == "https://example.com:8443/in?key=a-canary-key"
    assert found["hook"].reveal_secret() == b"a-canary-secret/1"
    assert found["phone"].reveal() == "ntfy://a-canary-topic"
    assert "canary" not in f"{found} {found['hook']!r} {found['hook']}"
    assert read("x=webhook+https://whsec_YS1jYW5hcnktc2VjcmV0LTE=@h/")["x"].reveal_secret() == b"a-canary-secret-1"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("ntfy://a-canary", "entry 1: expected NAME=ADDRESS"),
        ("a b=ntfy://a-canary", "entry 1: expected NAME=ADDRESS"),
        ("x=a-canary", "ALERT_TARGETS, x: expected an address"),
        ("x=ntfy://a-canary x=ntfy://a-canary", "has the target x twice"),
        ("x=webhook+https://example.com/a-canary", "at least 16 bytes"),
        ("x=webhook+https://a-canary@example.com/", "at least 16 bytes"),
        ("x=webhook+https://whsec_a-canary-canary@example.com/", "at least 16 bytes"),
        ("x=webhook+https://a-canary-canary-canary@example.com:99999999/", "webhook+https://SECRET@HOST/PATH"),
    ],
)
def test_a_target_that_cannot_be_read_is_named_and_not_shown(given: str, expected: str) -> None:
    with pytest.raises(SettingError) as refused:
        read(given)
    assert expected in str(refused.value)
    assert "canary" not in str(refused.value)
