"""`scrapy rank`, against a gateway over real HTTP: what it prints, and its exit status."""

import json
from collections.abc import Callable

import pytest
from aiohttp import web
from scrapy.cmdline import execute
from scrapy.settings import Settings

from tests.builders import ROOM, body, row
from tests.scripted import Answer, Asked, ranks, refusal, scripted

Rank = Callable[..., tuple[object, str, str]]


@pytest.fixture
def rank(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Rank:
    """Runs the command on a gateway that answers so; returns its exit status, output and errors."""

    def run(answer: Answer, *words: str) -> tuple[object, str, str]:
        monkeypatch.setenv("GATEWAY_TOKEN", "a-token")
        monkeypatch.setenv("COLUMNS", "160")
        with scripted(answer) as gateway:
            settings = Settings({"COMMANDS_MODULE": "rankcrawler.commands.entry", "GATEWAY_URL": gateway.url})
            with pytest.raises(SystemExit) as ended:
                execute(["rankcrawler", "rank", *words], settings)
        output, errors = capsys.readouterr()
        return ended.value.code, output, errors

    return run


async def one_row(_asked: Asked) -> web.Response:
    return ranks()


def test_a_list_is_a_table(rank: Rank) -> None:
    status, output, errors = rank(one_row, ROOM)
    assert (status, errors) == (0, "")
    assert output.rstrip().splitlines()[-1].split() == ["1", "10", "5", "captured_in_past"]


def test_a_list_is_one_object_with_the_fields_of_its_target_beside_the_others(rank: Rank) -> None:
    status, output, _ = rank(one_row, ROOM, "--json", "--anchor", "5", "--kind", "audience")
    shown = json.loads(output)
    assert status == 0
    assert (shown["room_id"], shown["anchor_id"], shown["kind"], shown["entry_count"]) == (ROOM, "5", "audience", 1)
    assert "target" not in shown


def test_a_list_that_breaks_a_rule_is_flagged(rank: Rank) -> None:
    async def repeated(_asked: Asked) -> web.Response:
        return web.Response(body=body(row(1), row(2)), content_type="application/json")

    assert "user_repeated" in json.loads(rank(repeated, ROOM, "--json")[1])["flags"]


def test_identifiers_are_pseudonyms_where_there_is_a_key(rank: Rank, monkeypatch: pytest.MonkeyPatch) -> None:
    clear = json.loads(rank(one_row, ROOM, "--json")[1])["entries"][0]["user_id"]
    monkeypatch.setenv("PSEUDONYMISE_KEY", "0123456789abcdef")
    hidden = json.loads(rank(one_row, ROOM, "--json")[1])["entries"][0]["user_id"]
    assert clear == "5"
    assert len(hidden) == 32


def test_a_poll_without_a_list_says_why_and_how_long_to_wait(rank: Rank) -> None:
    async def too_many(_asked: Asked) -> web.Response:
        return refusal(429, retry_after="30")

    status, output, errors = rank(too_many, ROOM)
    assert (status, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(f"rankcrawler: room {ROOM}: HTTP 429")
    assert errors.endswith("; the gateway asks for a pause of 30 s\n")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "the following arguments are required: ROOM_ID"),
        (("x",), "argument ROOM_ID: expected an id, which is a whole number of 1 to 19 digits, not 'x'"),
        ((ROOM, "--anchor", "x"), "argument --anchor: expected an id"),
        ((ROOM, "--kind", "gifts"), "argument --kind: expected one of ranklist, audience, not 'gifts'"),
        ((ROOM, "--limit", "3"), "unrecognized arguments: --limit 3"),
        ((ROOM, "-s", "DOWNLOAD_TIMEOUT=0"), "rankcrawler: DOWNLOAD_TIMEOUT must be"),
    ],
)
def test_a_mistake_has_status_2_and_sends_no_request(rank: Rank, words: tuple[str, ...], expected: str) -> None:
    asked: list[Asked] = []

    async def note(request: Asked) -> web.Response:
        asked.append(request)
        return ranks()

    status, output, errors = rank(note, *words)
    assert (status, output, asked) == (2, "", [])
    assert expected in errors


def test_a_field_that_the_gateway_does_not_document_is_named_beside_the_list(rank: Rank) -> None:
    async def drifted(_asked: Asked) -> web.Response:
        return web.Response(body=body(row(1, brand_new=1)), content_type="application/json")

    status, output, errors = rank(drifted, ROOM)
    assert status == 0
    assert output
    assert errors == f"rankcrawler: room {ROOM}: the gateway does not document `$.data.data.ranks[].brand_new`\n"
