"""The JSON API: each question at its address gives the numbers of the question, as JSON and as CSV."""

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import msgspec
import pytest
from scrapy.settings import Settings

from rankcrawler.clock import iso
from rankcrawler.errors import NotInStore
from rankcrawler.insight.answers import Answer
from rankcrawler.insight.csv_lines import csv_lines
from rankcrawler.insight.opening import opened
from rankcrawler.insight.questions import Questions
from rankcrawler.model.kinds import KINDS
from rankcrawler.model.pseudonyms import Pseudonyms
from rankcrawler.options import Options
from rankcrawler.serve import desk as desks
from rankcrawler.serve import failures
from rankcrawler.serve.api.forms import prefers_csv
from rankcrawler.serve.api.pages import Page, identity
from rankcrawler.serve.setup import Setup
from rankcrawler.store import locate
from tests import plain_http, stores
from tests import test_insight_properties as days
from tests.builders import entry, polled, snapshot
from tests.gateways import NOON
from tests.serving import BEIJING, served
from tests.torture import requests
from tests.torture.requests import fill

NOW = NOON + 600_000
SINCE, UNTIL = iso(NOON), iso(NOON + 300_000)
TIME = f"since={SINCE}&until={UNTIL}"
FORGED = "<b>\"'\r\n,"
ASKED: dict[str, Callable[[Questions], Answer]] = {
    "rooms?source=gateway.test": lambda ask: ask.rooms(source="gateway.test"),
    "rooms?stale=true": lambda ask: ask.rooms(stale=True),
    "rooms?stale=1h": lambda ask: ask.rooms(stale="1h"),
    "rooms/1/list": lambda ask: ask.latest("1"),
    "rooms/1/list?vs=3m&level=1&fans_club=true": lambda ask: ask.latest("1", vs="3m", level=1, fans_club=True),
    "rooms/1/list?vs=today": lambda ask: ask.latest("1", vs="today"),
    "rooms/1/list?new=true": lambda ask: ask.latest("1", new=True),
    f"rooms/1/list?at={iso(NOON + 60_000)}&vs=1m": lambda ask: ask.at("1", iso(NOON + 60_000), vs="1m"),
    f"rooms/1/list?at={NOON}": lambda ask: ask.at("1", iso(NOON)),
    "rooms/1/course": lambda ask: ask.course("1"),
    f"rooms/1/course?{TIME}&top=2&every=2m": lambda ask: ask.course("1", SINCE, UNTIL, top=2, every="2m"),
    f"rooms/1/gains?{TIME}": lambda ask: ask.gains("1", SINCE, UNTIL),
    "rooms/1/versus/2": lambda ask: ask.versus("1", "2"),
    "coverage": lambda ask: ask.coverage(),
    f"coverage?room=1&{TIME}": lambda ask: ask.coverage("1", SINCE, UNTIL),
    f"failures?room=3&since={SINCE}": lambda ask: ask.failures("3", SINCE),
    "top": lambda ask: ask.top(),
    f"top?room=1&room=2&{TIME}": lambda ask: ask.top(SINCE, UNTIL, rooms=["1", "2"]),
    f"regulars?{TIME}&change=new&change=steady": lambda ask: ask.regulars(SINCE, UNTIL, states=("new", "steady")),
    "shared?room=1&room=2": lambda ask: ask.shared("1", "2"),
    f"shared?least=1&{TIME}": lambda ask: ask.shared(least=1, since=SINCE, until=UNTIL),
    "contributors?name=%3D1": lambda ask: ask.search("=1"),
    "contributors/7000001": lambda ask: ask.contributor("7000001"),
    "contributors/7000001?times=1": lambda ask: ask.contributor("7000001", limit=1),
    "compare?room=1&room=2&every=1m": lambda ask: ask.compare("1", "2", every="1m"),
    "anchors/98204909466/sessions": lambda ask: ask.sessions("98204909466"),
    "anchors/uid=98204909466/sessions?limit=1": lambda ask: ask.sessions("98204909466", limit=1),
}
"""Addresses of the API, each with the question that it asks."""


@pytest.fixture(scope="module", params=stores.DATABASES)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of rooms 1 and 2 with lists, and 3 without, whose contributors have names that are hard to write."""
    address = stores.address(request.param, tmp_path_factory.mktemp("store"), request)
    fill(address)
    return address


@pytest.fixture(scope="module")
def url(address: str) -> Iterator[str]:
    with served(Setup(address, BEIJING), now_ms=lambda: NOW) as url:
        yield f"{url}/api/v1/"


@pytest.fixture(scope="module")
def ask(address: str) -> Iterator[Questions]:
    with opened(address, BEIJING, lambda: NOW) as store:
        yield store


def without_ages(found: Any) -> Any:
    """What was answered, without the ages that the database's own clock tells."""
    if isinstance(found, list):
        return [without_ages(each) for each in found]
    if isinstance(found, dict):
        return {name: without_ages(value) for name, value in found.items() if name != "age_seconds"}
    return found


@pytest.mark.parametrize("asked", ASKED)
def test_an_address_gives_the_numbers_of_its_question(url: str, ask: Questions, asked: str) -> None:
    answer = plain_http.get(url + asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    expected = ASKED[asked](ask)
    assert expected.rows or "new" in asked
    assert without_ages(answer.json()) == without_ages(msgspec.json.decode(msgspec.json.encode(expected)))
    assert answer.headers["cache-control"] == "private, no-cache"


def of_a_time(since: str, until: str, room: str) -> dict[str, Callable[[Questions], Answer]]:
    """Addresses that are about a time, each with the question that it asks."""
    time = f"since={since}&until={until}&limit=1000"
    return {
        f"rooms/{room}/course?{time}": lambda ask: ask.course(room, since, until),
        f"rooms/{room}/gains?{time}": lambda ask: ask.gains(room, since, until),
        f"rooms/{room}/list?at={until}&vs={since}": lambda ask: ask.at(room, until, vs=since),
        f"top?{time}": lambda ask: ask.top(since, until, limit=1001),
        f"top?room={room}&{time}": lambda ask: ask.top(since, until, rooms=[room], limit=1001),
        f"regulars?{time}": lambda ask: ask.regulars(since, until, limit=1001),
        f"shared?least=2&{time}": lambda ask: ask.shared(least=2, since=since, until=until, limit=1001),
        f"coverage?{time}": lambda ask: ask.coverage(None, since, until),
        f"failures?{time}": lambda ask: ask.failures(None, since, until),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_days_have_the_numbers_of_the_questions(seed: int, tmp_path: Path) -> None:
    where, dice = f"sqlite:///{tmp_path}/ranks.db", random.Random(seed)
    with stores.records(where) as open_it:
        days.Day(seed).write([open_it()])
    compared = 0
    with served(Setup(where, BEIJING), now_ms=lambda: days.NOW) as url, opened(where, BEIJING, lambda: days.NOW) as ask:
        for _ in range(4):
            since, until = sorted(iso(days.START + dice.randrange(days.END - days.START)) for _ in range(2))
            for asked, question in of_a_time(since, until, str(dice.randrange(1, 4))).items():
                answer = plain_http.get(f"{url}/api/v1/{asked}")
                status, expected = answered(question, ask)
                assert (answer.status_code, without_ages(answer.json())) == (status, expected), asked
                compared += len(expected.get("rows", ()))
    assert compared > 100


def answered(question: Callable[[Questions], Answer], ask: Questions) -> tuple[int, Any]:
    """The status and the body of the answer to a question."""
    try:
        return 200, without_ages(msgspec.json.decode(msgspec.json.encode(question(ask))))
    except NotInStore as error:
        return 404, {"title": "Not Found", "status": 404, "detail": str(error)}


@pytest.mark.parametrize("asked", [each for each in ASKED if "rooms?" not in each and each != "rooms/1/list"])
def test_a_table_as_csv_is_the_one_that_the_command_prints(url: str, ask: Questions, asked: str) -> None:
    path, _, query = asked.partition("?")
    by_suffix = plain_http.get(f"{url}{path}.csv?{query}")
    assert (by_suffix.status_code, by_suffix.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    assert plain_http.get(url + asked, headers={"Accept": "text/csv"}).content == by_suffix.content
    expected = [*csv_lines(ASKED[asked](ask))]
    assert by_suffix.text == "".join(f"{line}\r\n" for line in expected)
    rows = list(csv.reader(io.StringIO(by_suffix.text, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows[1:] for cell in row if cell[:1] in tuple("=+@")] == []


def test_names_that_are_hard_to_write_arrive_as_they_are(url: str) -> None:
    assert plain_http.get(f"{url}rooms/1/list").json()["rows"][0]["nickname"] == FORGED
    rows = list(csv.DictReader(io.StringIO(plain_http.get(f"{url}rooms/1/list.csv").text, newline="")))
    assert [rows[0]["nickname"], rows[1]["nickname"]] == [FORGED, "'=1+2"]


@pytest.mark.parametrize(
    "asked",
    [
        *("rooms", "rooms/1/list", "rooms/1/course", "rooms/1/gains", "coverage", "top", "shared?room=1&room=2"),
        *("contributors?name=1", f"regulars?{TIME}&change=new"),
    ],
)
def test_pages_together_are_the_table(url: str, asked: str) -> None:
    whole = plain_http.get(url + asked).json()["rows"]
    found: list[Any] = []
    address: str | None = f"{url}{asked}{'&' if '?' in asked else '?'}limit=2"
    pages = 0
    while address is not None:
        answer = plain_http.get(address)
        found += answer.json()["rows"]
        link = answer.links.get("next")
        address = None if link is None else urljoin(address, link["url"])
        pages += 1
    assert without_ages(found) == without_ages(whole)
    assert pages == max(1, -(-len(whole) // 2))


class Row(msgspec.Struct, frozen=True):
    """A row of a table."""

    user_id: str | None


def test_a_page_begins_after_the_last_row_of_the_page_before_wherever_that_is_now() -> None:
    rows = [Row(name) for name in "abcdef"]
    shown, cursor = Page(2).of(rows)
    assert ([row.user_id for row in shown], cursor is not None) == (["a", "b"], True)
    after = Page(2, 2, identity(rows[1]))
    assert [row.user_id for row in after.of([Row("new"), *rows])[0]] == ["c", "d"]
    assert [row.user_id for row in after.of(rows[2:])[0]] == ["e", "f"], "it is gone: by the number of rows before it"
    nameless = [Row(None)] * 5
    assert len(Page(2, 4, (None,)).of(nameless)[0]) == 1
    assert Page(2, 4, (None,)).of(nameless)[1] is None


def test_an_answer_is_sent_again_only_if_something_was_written(address: str, url: str) -> None:
    for asked in ("top", "rooms/1/list", "contributors/7000001", "rooms.csv"):
        etag = plain_http.get(url + asked).headers["etag"]
        same = plain_http.get(url + asked, headers={"If-None-Match": f'"other", {etag}'})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
        other = plain_http.get(url + asked, headers={"If-None-Match": etag, "Accept-Language": "zh"})
        assert other.status_code == 200, "it may hold sentences"
    etag = plain_http.get(f"{url}top").headers["etag"]
    place = {"captured_at": iso(NOON), "polled_at": iso(NOON), "room_id": "9"}
    store = locate.open_records(address)
    store.write([polled(snapshot([entry(1, **place)], digest="9" * 32, **place))])
    store.close()
    changed = plain_http.get(f"{url}top", headers={"If-None-Match": etag})
    assert (changed.status_code, changed.headers["etag"] != etag) == (200, True)


@pytest.mark.parametrize(
    ("asked", "status", "parameter"),
    [
        ("rooms?kind=gifts", 400, "kind"),
        ("rooms?limit=0", 400, "limit"),
        ("rooms?limit=1001", 400, "limit"),
        ("rooms?limit=many", 400, "limit"),
        ("rooms?limit=null", 400, "limit"),
        ("rooms?cursor=x", 400, "cursor"),
        ("rooms?cursor=WzEwMDAwMDAwMDAsW11d", 400, "cursor"),
        ("rooms?stale=long", 400, "stale"),
        ("rooms/x/list", 400, "room_id"),
        ("rooms/1/list?at=noon", 400, "at"),
        ("rooms/1/list?vs=noon", 400, "vs"),
        (f"rooms/1/list?at={NOON}&vs={NOON + 60_000}", 400, "vs"),
        ("rooms/1/list?at=2999-01-01", 400, "at"),
        ("rooms/1/list?level=-1", 400, "level"),
        ("rooms/1/course?every=0s", 400, "every"),
        ("rooms/1/course?top=101", 400, "top"),
        ("top?since=2999-01-01", 400, "since"),
        ("top?room=x", 400, "room"),
        ("regulars?change=richer", 400, "change"),
        ("contributors", 400, "name"),
        ("compare", 400, "room"),
        ("events?event=all", 400, "event"),
        ("rooms/77/list", 404, None),
        ("rooms/3/list", 404, None),
        ("contributors/77", 404, None),
        ("anchors/77/sessions", 404, None),
        ("nothing", 404, None),
        ("fleet", 503, None),
        ("dead-letters", 503, None),
    ],
)
def test_a_request_without_an_answer_has_a_problem_that_names_the_parameter(
    url: str, asked: str, status: int, parameter: str | None
) -> None:
    answer = plain_http.get(url + asked)
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), body
    assert (body["status"], body.get("parameter")) == (status, parameter)
    assert parameter is None or parameter in body["detail"]
    assert body["title"]


def test_methods_that_an_address_does_not_take_are_named(url: str) -> None:
    refused = plain_http.delete(f"{url}top", headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.headers["content-type"]) == (405, "application/problem+json")
    assert "GET" in refused.headers["allow"]


def test_csv_is_sent_to_those_who_prefer_it() -> None:
    assert prefers_csv("text/csv")
    assert prefers_csv("text/csv, application/json;q=0.5")
    assert prefers_csv("text/csv, */*;q=0.1")
    assert not prefers_csv("text/csv;q=0.5, application/json")
    assert not prefers_csv("text/html, */*")
    assert not prefers_csv("")
    assert not prefers_csv("text/csv;q=none")


def test_the_server_is_healthy_while_it_runs_and_ready_while_the_store_can_be_read(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    with served(Setup(address, BEIJING, token="s3cret-token")) as url:
        assert plain_http.get(f"{url}/healthz").json() == {"status": "ok"}
        away = plain_http.get(f"{url}/readyz")
        assert (away.status_code, away.headers["retry-after"]) == (503, "5")
        locate.open_records(address, create=True).close()
        assert plain_http.get(f"{url}/readyz").json() == {"status": "ok"}


def test_with_a_key_no_answer_has_a_name_or_an_id_of_a_person(address: str) -> None:
    with served(Setup(address, BEIJING, pseudonyms=Pseudonyms("a-key-that-is-long-enough")), now_ms=lambda: NOW) as url:
        told = {"7000001", "handle1", "MS4w1", FORGED, "=1+2", "p3.example.com"}
        whole = ""
        for asked in ASKED:
            if not asked.startswith("contributors"):
                for path in (asked, asked.replace("?", ".csv?", 1)):
                    answer = plain_http.get(f"{url}/api/v1/{path}")
                    assert answer.status_code == 200, path
                    whole += answer.text
        whole += plain_http.get(f"{url}/douyin/liveroom/ranklist?room_id=1").text
        assert [each for each in told if each in whole] == []
        row = plain_http.get(f"{url}/api/v1/rooms/1/list").json()["rows"][0]
        assert (len(row["user_id"]), row["nickname"][:2]) == (32, "用户")
        assert plain_http.get(f"{url}/api/v1/contributors/7000001").status_code == 404
        assert plain_http.get(f"{url}/api/v1/contributors?name=handle").status_code == 400


def test_a_question_that_takes_too_long_has_a_problem_that_says_what_to_narrow(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(self: Questions, *_: Any, **__: Any) -> None:
        with self.records.database.unchanging():
            while True:
                self.rooms()

    monkeypatch.setattr(desks, "LONGEST", 0.05)
    monkeypatch.setattr(Questions, "top", endless)
    with served(Setup(address, BEIJING), now_ms=lambda: NOW) as url:
        answer = plain_http.get(f"{url}/api/v1/top")
        assert (answer.status_code, answer.json()["title"]) == (504, "Gateway Timeout")
        assert "ask for a shorter time" in answer.json()["detail"]
        page = plain_http.get(f"{url}/contributors", headers={"Accept-Language": "en"})
        assert (page.status_code, "The answer would take too long" in page.text) == (504, True)
        assert "ask for a shorter time" in page.text
        assert plain_http.get(f"{url}/api/v1/rooms").status_code == 200


def test_no_answer_has_a_token_or_a_password(address: str) -> None:
    secrets = {"GATEWAY_TOKEN": "a-canary-token", "API_TOKEN": "s3cret-token"}
    chosen = Settings({"REDIS_URL": "redis://:p4ssw0rd@127.0.0.1:1/0"})
    setup = replace(Setup.of(Options.of(chosen, secrets)), store_url=address)
    with served(setup, now_ms=lambda: NOW) as url:
        bearer = {"Authorization": "Bearer s3cret-token"}
        asked = [
            *(f"/api/v1/{each}" for each in (*ASKED, "fleet", "dead-letters", "nothing")),
            "/api",
            "/api/openapi.json",
        ]
        answers = [plain_http.get(url + each, headers=bearer) for each in asked]
        answers.append(plain_http.post(f"{url}/api/v1/rooms", json={"rooms": ["1"]}, headers=bearer))
        answers.append(plain_http.get(f"{url}/douyin/liveroom/ranklist?room_id=1&token=s3cret-token&fresh=1"))
        answers += [plain_http.get(url + each) for each in asked]
    assert {answer.status_code for answer in answers} >= {200, 401, 404, 503}
    for answer in answers:
        told = answer.text + str(answer.headers)
        assert [each for each in (*secrets.values(), "p4ssw0rd") if each in told] == [], answer.url.path


def test_the_description_names_every_question_and_every_kind(url: str) -> None:
    described = plain_http.get(urljoin(url, "/api/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    paths = {path for path, item in described["paths"].items() if "get" in item}
    asked = {"/api/v1/" + each.partition("?")[0] for each in ASKED}
    templates = {path: path.split("/") for path in paths}
    assert all(any(_fits(each.split("/"), parts) for parts in templates.values()) for each in asked)
    listed = described["paths"]["/api/v1/rooms"]["get"]
    [kind] = [each for each in listed["parameters"] if each["name"] == "kind"]
    assert kind["schema"]["pattern"] == f"^({'|'.join(KINDS)})$"
    assert listed["responses"]["200"]["content"].keys() == {"application/json", "text/csv"}
    assert "seconds" in described["components"]["schemas"]["RoomRow"]["properties"]["every"]["description"].lower()
    assert described["components"]["schemas"]["Problem"]["properties"].keys() >= {"title", "status", "detail"}


def _fits(path: list[str], template: list[str]) -> bool:
    return len(path) == len(template) and all(b.startswith("{") or a == b for a, b in zip(path, template, strict=True))


def test_the_page_shows_the_whole_description(url: str) -> None:
    described = plain_http.get(urljoin(url, "/api/openapi.json")).json()
    page = plain_http.get(urljoin(url, "/api"))
    assert page.headers["content-type"].startswith("text/html")
    for path in described["paths"]:
        assert path in page.text
    for name in described["components"]["schemas"]:
        assert f'id="{name}"' in page.text
    assert "://" not in page.text.replace("http://www.w3.org", "")


def test_headers_alone_are_those_of_the_answer(url: str) -> None:
    whole, heads = plain_http.get(f"{url}top", headers={"Accept-Encoding": ""}), plain_http.head(f"{url}top")
    assert (heads.status_code, heads.content, heads.headers["etag"]) == (200, b"", whole.headers["etag"])
    assert plain_http.head(f"{url}events").status_code == 405


@pytest.mark.timeout(100)
def test_requests_made_from_the_description_have_answers_that_it_knows(tmp_path: Path) -> None:
    with requests.server(tmp_path) as url:
        result = requests.run(url, cases=150, number=1)
    assert result.problems == []
    assert (len(result.by_operation) >= 19, result.cases > 100) == (True, True)
    assert {200, 400, 404} <= result.by_status.keys()


def test_an_answer_that_the_description_does_not_know_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(failures._STATUSES, NotInStore, 402)
    with requests.server(tmp_path) as url:
        result = requests.run(url, cases=60, number=1)
    assert any("402" in problem for problem in result.problems)
    assert f"| {result.cases} | {len(result.by_operation)} |" in result.table()
