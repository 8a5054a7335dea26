"""Fields that the gateway does not document: accepted, and told once a run."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from rankcrawler.gateways.wire.drift import EVERY, FIRST, LARGEST, ROWS, Drift
from tests.builders import body, example, row
from tests.gateways import environment, run, simulated
from tests.scripted import Asked, scripted

OBJECTS = 16
"""The objects that the documented example nests, each with a place of its own."""


def with_unknown(value: Any, name: str = "brand_new") -> Any:
    """The same JSON with one more field in each object."""
    if isinstance(value, dict):
        return {key: with_unknown(each, name) for key, each in value.items()} | {name: [{"deep": {"er": 1}}]}
    return [with_unknown(each, name) for each in value] if isinstance(value, list) else value


def told(*answers: Any, drift: Drift | None = None) -> list[tuple[str, ...]]:
    """What is told of each of these answers."""
    looking = drift or Drift()
    return [looking.new_in(json.dumps(answer).encode()) for answer in answers]


def changed(*path: Any, **fields: Any) -> Any:
    """The documented example with these fields at that place."""
    answer: Any = example()
    place = answer
    for step in path:
        place = place[step]
    place |= fields
    return answer


def test_the_documented_answer_has_nothing_new_in_either_shape() -> None:
    assert told(example(), example()["data"]) == [(), ()]


def test_a_new_field_in_every_object_is_told_with_its_path() -> None:
    (paths,) = told(with_unknown(example()))
    assert len(paths) == OBJECTS
    assert {path.rpartition(".")[2] for path in paths} == {"brand_new"}
    assert {"$.brand_new", "$.data.extra.brand_new", "$.data.data.ranks[].user.fans_club.data.badge.brand_new"} <= {
        *paths
    }


def test_the_shape_without_the_outer_pair_has_paths_of_its_own() -> None:
    (paths,) = told(with_unknown(example()["data"]))
    assert {"$.brand_new", "$.data.brand_new", "$.data.ranks[].user.brand_new"} <= {*paths}


def test_a_path_is_told_once_a_run_in_whichever_rows_and_answers_it_stands() -> None:
    drift = Drift()
    ranks = "data", "data", "ranks"
    answers = [changed(*ranks, 0, new=1), changed(*ranks, 1, new=2), changed(*ranks, 1, newer=None)]
    assert told(*answers, drift=drift) == [("$.data.data.ranks[].new",), (), ("$.data.data.ranks[].newer",)]
    assert told(answers[0]) == [("$.data.data.ranks[].new",)], "another run tells it again"


@pytest.mark.parametrize("icons", [[], {}, [{"uri": ""}], {"1": {"uri": ""}}, None])
def test_what_the_contract_says_of_icons_and_preferences_is_nothing_new(icons: Any) -> None:
    club = "data", "data", "ranks", 0, "user", "fans_club"
    assert told(changed(*club, "data", "badge", icons=icons), changed(*club, prefer_data=icons)) == [(), ()]


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("a.b", "['a.b']"),
        ("x\n2026-01-01 [forged] INFO: all is well", "['x\\n2026-01-01 [forged] INFO: all is well']"),
        ("\x1b[2J", "['\\x1b[2J']"),
        ("新", "['\\u65b0']"),
        ("", "['']"),
        ("n" * 64, "." + "n" * 64),
        ("n" * 100_000, "['" + "n" * 64 + "']"),
        ("ok_1", ".ok_1"),
    ],
)
def test_a_name_that_could_be_anything_is_a_short_literal(name: str, step: str) -> None:
    assert told(example() | {name: 1}) == [(f"${step}",)]


def test_what_is_remembered_is_bounded() -> None:
    drift = Drift(remembered=5)
    answers = [example() | {f"new_{number}_{of}": 0 for of in range(3)} for number in range(3)]
    assert [len(paths) for paths in told(*answers, drift=drift)] == [3, 2, 0]


def test_the_first_answers_are_looked_at_and_then_one_in_many() -> None:
    drift = Drift()
    each = [example() | {f"new_{number}": 0} for number in range(1, 2 * EVERY + 2)]
    at = [number for number, paths in enumerate(told(*each, drift=drift), start=1) if paths]
    assert at == [*range(1, FIRST + 1), EVERY, 2 * EVERY]


def test_all_rows_of_a_long_list_have_their_turn() -> None:
    rows = [row(rank) | {f"new_{rank}": 0} for rank in range(1, 101)]
    drift = Drift(remembered=1000)
    found = [drift.new_in(body(*rows)) for _ in range(7)]
    assert [len(paths) <= ROWS for paths in found] == [True] * 7
    assert sum(len(paths) for paths in found) == 100


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"null", b"1", b'{"a": 1', b"\xff", b"[" * 100_000, b'{"data": 5}', b'{"data": [[[]]]}']
)
def test_a_body_of_another_kind_has_no_drift(answer: bytes) -> None:
    assert Drift().new_in(answer) == ()


def test_a_byte_order_mark_and_half_an_emoji_are_no_hindrance() -> None:
    answer = b"\xef\xbb\xbf" + json.dumps(example() | {"new": "\ud83d"}).encode()
    assert Drift().new_in(answer) == ("$.new",)


def test_a_body_that_is_larger_than_any_list_is_not_taken_apart() -> None:
    assert Drift().new_in(json.dumps({"new": [[]] * (LARGEST // 4)}).encode()) == ()


def test_a_crawl_names_each_new_field_once(tmp_path: Path) -> None:
    dice = random.Random(7)

    async def answer(asked: Asked) -> web.Response:
        new = {"brand_new": dice.random()} if asked.number else {}
        return web.json_response(changed("data", "data", "ranks", 0, "user", **new))

    rooms = ",".join(str(7_300_000_000_000_000_000 + number) for number in range(5))
    with scripted(answer) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": "t"}
        done = run("crawl", "ranklist", "-a", f"rooms={rooms}", env=environment(None, tmp_path, ours))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("the gateway does not document `$.data.data.ranks[].user.brand_new`") == 1
    assert "'rankcrawler/drift': 1," in done.stderr


def test_the_simulated_gateway_keeps_to_what_is_documented(tmp_path: Path) -> None:
    with simulated() as gateway:
        for kind in ("ranklist", "audience"):
            done = run(
                "crawl", "ranklist", "-a", "rooms=1,2,3", "-a", f"kind={kind}", env=environment(gateway, tmp_path)
            )
            assert "does not document" not in done.stderr
            assert "'rankcrawler/snapshots/" in done.stderr
