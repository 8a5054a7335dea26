"""What messages say: in each language, of each event, with names that would be more than names."""

from typing import get_args

import pytest

from rankcrawler.alerts import message
from rankcrawler.alerts.firing import Event, Fact, Firing, Host, Person, Place
from rankcrawler.alerts.headline import _HEADLINES, headline
from rankcrawler.alerts.outbox import Part
from rankcrawler.language import within
from tests.alerting import MINUTE, ROOM, START
from tests.serving import BEIJING

PLACE = Place("gateway.test", "ranklist", ROOM, Host("uid=5", "小主播"))
WHO, OTHER = Person("7", "晚风"), Person("8", "[x](http://evil.example) @all\u202e")
FACTS: dict[str, Fact] = {"coins": 52_000, "minutes": 5.0, "pace": 10_400.0, "usual": 1100.0, "usual_hours": 5.5}


def firing(event: Event, **more: object) -> Firing:
    return Firing("id", "key", "rule", event, START, "x", **more)  # type: ignore[arg-type]


def test_every_event_has_its_words() -> None:
    assert {*_HEADLINES} == {*get_args(Event)}


def test_a_message_says_what_happened_where_when_and_how_sure_that_is() -> None:
    found = firing("pace", place=PLACE, person=WHO, facts=FACTS, is_least=True, failed=2, hidden=1)
    text = message.of_firing(found, BEIJING, START + 1000)
    assert text.title == f"晚风 (7) gives 9.5 × the usual pace of 小主播, room {ROOM}"
    assert text.body.split("\n") == [
        "52,000 coins in 5 min; usual are 1,100 a minute, by 5.5 h of polls",
        "At least: more coins may have been given than lists show",
        "2 polls failed",
        "1 list left out",
        "2026-11-23 20:00:00+08:00 · rule rule",
    ]


@pytest.mark.parametrize(
    ("found", "chinese"),
    [
        (firing("first", place=PLACE, person=WHO, other=OTHER), f"晚风 (7) 成为小主播的直播间 {ROOM} 的榜首"),
        (firing("appears", place=PLACE, person=None), f"匿名用户 出现在小主播的直播间 {ROOM} 的榜单上"),
        (firing("stops", facts={"minutes": 6.0}), "所有直播间已有 6 分钟没有新榜单"),
        (firing("dead", facts={"rooms": 2}), "新增 2 个死信"),
        (firing("budget", facts={"spent": 80, "budget": 100}), "当天预算已用 80%"),
    ],
)
def test_messages_are_in_the_language_of_the_process(found: Firing, chinese: str) -> None:
    with within("zh_CN"):
        assert headline(found) == chinese


def test_the_text_of_others_is_no_link_no_mention_and_no_markup() -> None:
    reasons: dict[str, Fact] = {"rooms": 1, "room_1": "?1f", "reason_1": "<at id=all> **x** http://evil.example\nTitle"}
    texts = [
        message.of_firing(firing("first", place=PLACE, person=OTHER, other=OTHER), BEIJING, START),
        message.of_firing(firing("dead", facts=reasons), BEIJING, START),
    ]
    for text in texts:
        whole = f"{text.title}\n{text.body}".replace("2026-11-23 20:00:00+08:00", "")
        assert not {*"<>[]*@_`\u202e"} & {*whole}
        assert "://" not in whole
        assert "evil.example" not in whole


def test_a_message_that_comes_late_says_so_and_what_was_left_out() -> None:
    body = message.of_firing(firing("begins", place=PLACE, facts={"untold": 3}), BEIJING, START + 90 * MINUTE).body
    assert "3 more were not sent, because of the cool-down" in body
    assert "Sent 1.5 h later" in body


def test_several_are_a_summary_with_the_time_of_each() -> None:
    parts = [Part(firing("begins", place=PLACE), START), Part(firing("ends", place=PLACE), START)]
    text = message.of_parts(parts, BEIJING, START + 90 * MINUTE)
    assert text.title == "2 alerts"
    assert text.body.split("\n") == [
        f"2026-11-23 20:00 小主播, room {ROOM} is live",
        f"2026-11-23 20:00 The session of 小主播, room {ROOM} has ended",
    ]
