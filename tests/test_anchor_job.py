"""The forms in which people write an anchor."""

from pathlib import Path

import pytest

from rankcrawler.errors import JobError
from rankcrawler.model.anchors import Anchor
from rankcrawler.model.schedules import Schedule
from rankcrawler.queue import roomlist
from rankcrawler.queue.anchor_job import AnchorJob, of_fields, parse
from rankcrawler.queue.job import parse as parse_room

SEC_UID = "MS4wLjABAAAA-x_1234567890"
GOOD = {
    "98204909466": Anchor("uid", "98204909466"),
    " uid=0098204909466 ": Anchor("uid", "98204909466"),
    "uid=7212345678901234567": Anchor("uid", "7212345678901234567"),
    SEC_UID: Anchor("sec_uid", SEC_UID),
    f"sec_uid={SEC_UID}": Anchor("sec_uid", SEC_UID),
    "web_rid=646454278948": Anchor("web_rid", "646454278948"),
    "https://live.douyin.com/646454278948": Anchor("web_rid", "646454278948"),
    "https://live.douyin.com/646454278948?enter_from_merge=web_live&room_id=5": Anchor("web_rid", "646454278948"),
    "live.douyin.com/646454278948": Anchor("web_rid", "646454278948"),
    f"https://www.douyin.com/user/{SEC_UID}?vid=1": Anchor("sec_uid", SEC_UID),
    "https://example.com/x?uid=5": Anchor("uid", "5"),
    '{"uid": 98204909466}': Anchor("uid", "98204909466"),
    '{"url": "https://live.douyin.com/5", "uid": ""}': Anchor("web_rid", "5"),
}


@pytest.mark.parametrize("text", GOOD)
def test_an_anchor_is_read_in_every_form(text: str) -> None:
    assert parse(text).anchor == GOOD[text]
    assert Anchor.named(GOOD[text].name) == GOOD[text]


BAD = {
    "": "expected uid=N",
    "nobody": "not 'nobody'",
    "7212345678901234567": "looks like a room_id",
    '{"room_id": "7212345678901234567"}': "looks like a room_id",
    "uid=0": "uid must be a whole number",
    "web_rid=72123456789012345": "web_rid must be a whole number from 1 to 9999999999999999",
    "sec_uid=x": "sec_uid must be 16 to 128",
    "https://v.douyin.com/iABC": "names no anchor",
    "https://live.douyin.com/": "names no anchor",
    "https://[": "broken URL",
    "{": "broken JSON",
    '{"uid": 5, "web_rid": 6}': "expected one of",
    '{"uid": 5, "chek_every": 6}': "did you mean check_every?",
    '{"uid": 5, "check_every": 0}': "check_every must be seconds",
    '{"uid": 5.5}': "uid must be a whole number",
    '{"uid": true}': "uid must be a whole number",
}


@pytest.mark.parametrize("text", BAD)
def test_what_names_no_anchor_says_what_was_expected(text: str) -> None:
    with pytest.raises(JobError) as error:
        parse(text)
    assert BAD[text] in str(error.value)


def test_an_anchor_has_a_schedule_for_its_looks_and_one_for_its_rooms() -> None:
    fields = {"uid": "5", "check_every": "30", "every": "20", "every_max": "60", "priority": "2", "note": "x"}
    assert of_fields(fields) == AnchorJob(Anchor("uid", "5"), 30.0, Schedule(20.0, 60.0, 2))


def test_a_table_of_anchors_is_read_and_a_bad_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "anchors.csv"
    file.write_text("url,check_every\nhttps://live.douyin.com/5,30\nhttps://example.com/,\n")
    good, bad = roomlist.read_anchors(str(file))
    assert good == AnchorJob(Anchor("web_rid", "5"), 30.0)
    assert str(bad).startswith(f"{file}, line 3: ")
    (tmp_path / "rooms.csv").write_text("room_id\n5\n")
    [error] = roomlist.read_anchors(str(tmp_path / "rooms.csv"))
    assert "expected a header line with uid or sec_uid or web_rid or url, got ['room_id']" in str(error)
    (tmp_path / "misspelt.csv").write_text("uid,chek_every\n5,3\n")
    [error] = roomlist.read_anchors(str(tmp_path / "misspelt.csv"))
    assert "'chek_every' is not a column of an anchor: did you mean check_every?" in str(error)
    assert "the anchor file" in str(next(roomlist.read_anchors(str(tmp_path / "none.csv"))))


def test_where_a_room_is_expected_an_anchors_address_says_how_to_follow_it() -> None:
    with pytest.raises(JobError, match="`scrapy anchors add` follows an anchor"):
        parse_room("https://live.douyin.com/646454278948")
