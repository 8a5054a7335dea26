"""The forms in which a job may be written, and the errors for text that is not a job."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rankcrawler.errors import JobError
from rankcrawler.queue.job import Job, of_fields, parse
from rankcrawler.queue.limits import FORMS
from tests.queued import job

ROOM = "6994259511469247263"
LARGEST_ID = 9_223_372_036_854_775_807


def refused(text: str) -> str:
    """What the reader says of a text that names no job."""
    with pytest.raises(JobError) as refusal:
        parse(text)
    return str(refusal.value)


def refused_fields(**fields: Any) -> str:
    """What the reader says of fields that name no job."""
    with pytest.raises(JobError) as refusal:
        of_fields({"room_id": "1"} | fields)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROOM, Job(ROOM)),
        (f"  {ROOM}\r\n", Job(ROOM)),
        ("007", Job("7")),
        (str(LARGEST_ID), Job(str(LARGEST_ID))),
        (f'{{"room_id": "{ROOM}"}}', Job(ROOM)),
        (f'{{"room_id": {ROOM}}}', Job(ROOM)),
        (
            f' {{"room_id": {ROOM}, "anchor_id": 9, "every": 1.5, "priority": -3}}',
            job(ROOM, "9", every=1.5, priority=-3),
        ),
        ('{"room_id": "1", "every": "60", "priority": "2"}', job("1", every=60.0, priority=2)),
        ('{"room_id": "1", "anchor_id": "", "every": "", "priority": ""}', Job("1")),
        ('{"room_id": "1", "anchor_id": null, "every": null, "priority": null}', Job("1")),
        ('{"room_id": "1", "note": "a room of ours"}', Job("1")),
        (f"http://gateway.test:80/douyin/liveroom/ranklist?token=secret&room_id={ROOM}", Job(ROOM)),
        (
            "https://gateway.test/any/path?room_id=1&anchor_id=9&every=5&priority=1#top",
            job("1", "9", every=5.0, priority=1),
        ),
        ("https://gateway.test/?room_id=1&anchor_id=", Job("1")),
    ],
)
def test_a_job_may_be_written_in_many_forms(text: str, expected: Job) -> None:
    assert parse(text) == expected


@given(st.integers(1, 99_999_999) | st.integers(10**12, LARGEST_ID))
def test_every_id_of_64_bits_is_lossless_in_every_form(room_id: int) -> None:
    forms = (f"{room_id}", f'{{"room_id": {room_id}}}', f'{{"room_id": "{room_id}"}}', f"http://g/?room_id={room_id}")
    assert {parse(form) for form in forms} == {Job(str(room_id))}


@pytest.mark.parametrize(
    "text",
    ["", "abc", "0", "-1", "1.0", "1e5", "1 2", "٣", "１２", str(LARGEST_ID + 1), "1" * 20, "1" * 9000, "ftp://g/?room_id=1"],
    ids=lambda text: text[:20] or "empty",
)  # fmt: skip
def test_what_is_no_room_id_is_refused_with_the_forms(text: str) -> None:
    said = refused(text)
    assert said.startswith(f"expected {FORMS}; room_id must be a whole number from 1 to {LARGEST_ID}, not ")
    assert len(said) < 260


@pytest.mark.parametrize("room_id", ["null", "true", "1.0", "[]", "{}", "-1", '"x"', '""', "0", "9223372036854775808"])
def test_what_is_no_room_id_in_json_is_refused(room_id: str) -> None:
    assert "room_id must be a whole number" in refused(f'{{"room_id": {room_id}}}')


@pytest.mark.parametrize(
    "text", ['{"room_id": ', "{room_id: 1}", "{" * 100_000, '{"room_id": 1} x', "{" + '"a":[' * 100_000]
)
def test_broken_json_is_said_to_be_broken(text: str) -> None:
    assert "broken JSON" in refused(text)


def test_json_without_a_room_id_is_refused() -> None:
    assert refused("{}").endswith("not None")


def test_a_url_without_a_room_id_is_refused_and_its_token_is_not_shown() -> None:
    said = refused("https://gateway.test/?token=secret&anchor_id=1")
    assert "room_id must be" in said
    assert "secret" not in said


def test_a_broken_url_is_said_to_be_broken() -> None:
    assert "broken URL" in refused("http://[::1/?room_id=1")


@pytest.mark.parametrize("anchor_id", ["abc", 0, 1.0, True, "1" * 20])
def test_an_anchor_that_is_no_id_is_refused(anchor_id: Any) -> None:
    assert "anchor_id must be a whole number" in refused_fields(anchor_id=anchor_id)


@pytest.mark.parametrize(
    "every", [0, 0.05, -5, 2_592_001, "soon", "nan", "inf", float("nan"), True, [], "1" * 400, 10**400]
)
def test_an_interval_that_cannot_be_kept_is_refused(every: Any) -> None:
    assert refused_fields(every=every).startswith("every must be seconds between 0.1 and 2592000, not ")


@pytest.mark.parametrize("every", [0.1, "0.1", 30 * 86_400])
def test_the_shortest_and_the_longest_interval_are_taken(every: Any) -> None:
    assert of_fields({"room_id": 1, "every": every}).schedule.every == float(every)


@pytest.mark.parametrize("priority", [1001, -1001, 1.5, "high", "nan", "inf", "-inf", False, {}])
def test_a_priority_that_is_no_small_whole_number_is_refused(priority: Any) -> None:
    assert refused_fields(priority=priority).startswith("priority must be a whole number from -1000 to 1000, not ")


@pytest.mark.parametrize("priority", [1000, -1000, "0", 2.0])
def test_a_small_whole_priority_is_taken(priority: Any) -> None:
    assert of_fields({"room_id": 1, "priority": priority}).schedule.priority == int(float(priority))


@given(st.text())
def test_no_text_raises_anything_but_our_error(text: str) -> None:
    for form in (text, "{" + text, f"http://{text}", f'{{"room_id": {text}}}', f"http://g/?room_id={text}"):
        try:
            read = parse(form)
        except JobError:
            continue
        assert 1 <= int(read.room_id) <= LARGEST_ID
