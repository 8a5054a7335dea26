"""Alerts over HTTP: the API and the page read and change the rules, send nothing themselves, and show no secret."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from scrapy.settings import Settings

from rankcrawler.alerts import book, ledger, outbox, statefile
from rankcrawler.alerts.firing import Firing, Person, Place
from rankcrawler.alerts.ledger import Look
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.model.pseudonyms import Pseudonyms
from rankcrawler.options import Options
from rankcrawler.serve.setup import Setup
from tests.alerting import ROOM, START
from tests.serving import BEIJING, browser, form_token, post, served

BEARER = {"Authorization": "Bearer s3cret-token"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """A server of alerts, without a store."""
    path = statefile.place(tmp_path)
    return Setup(f"sqlite:///{tmp_path}/ranks.db", BEIJING, alerts=path, targets=("phone", "hook"))


@pytest.fixture
def url(setup: Setup) -> Iterator[str]:
    with served(setup) as one:
        yield one


def fire(path: Path, name: str) -> None:
    """Have a rule fire, by someone with a hostile name."""
    with StateFile(path) as file:
        kept = book.rules(file)
        [rule] = [each.rule for each in kept if each.rule.name == name]
        place, person = Place("gateway.test", "ranklist", ROOM), Person("7000001", HOSTILE)
        firing = Firing("1", rule.key, rule.name, "first", START, "x", place, person, None, {"score": 5, "ahead": None})
        ledger.record(file, Look("store", [firing]), kept, START, BEIJING)


def api(url: str, method: str, path: str = "", **options: Any) -> httpx.Response:
    return httpx.request(method, f"{url}/api/v1/alerts{path}", **options)


def test_rules_are_made_listed_muted_tested_and_removed(url: str, setup: Setup) -> None:
    assert api(url, "GET").json() == {
        "rows": [],
        "sure": api(url, "GET").json()["sure"],
        "is_running": False,
        "seen_at": None,
        "trouble": [],
        "targets": ["phone", "hook"],
    }
    assert not setup.alerts or not setup.alerts.exists(), "to look makes no file"
    wanted = {"kind": "score", "coins": 5000, "targets": ["phone"], "quiet": "23:00-08:00", "rooms": [ROOM]}
    made = api(url, "POST", json=wanted).json()
    assert {name: made[name] for name in wanted} == wanted
    assert (made["name"], made["cool_down"], made["users"], made["times"]) == ("score", 600.0, [], None)
    assert api(url, "POST", json=wanted).json()["name"] == "score-2"
    assert api(url, "POST", "/score/mute", json={"seconds": 60}).json() == {"name": "score"}
    assert api(url, "POST", "/score-2/mute", json={}).status_code == 200
    muted = [row["muted_until_at"] for row in api(url, "GET").json()["rows"]]
    assert (muted[0][:2], muted[1][:4]) == ("20", "9999")
    assert api(url, "POST", "/score/unmute", json={}).status_code == 200
    assert api(url, "POST", "/score/test", json={}).status_code == 200
    [told] = api(url, "GET", "/history").json()["rows"]
    assert (told["event"], told["rule"], told["fate"]) == ("test", "score", "sent")
    assert told["deliveries"] == [{"target": "phone", "state": "waiting", "attempts": 0, "problem": ""}]
    assert api(url, "POST", "/score/remove", json={}).status_code == 200
    assert [row["name"] for row in api(url, "GET").json()["rows"]] == ["score-2"]
    assert api(url, "GET", ".csv").text.startswith("name,kind,rooms,")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("", {"kind": "score"}, 400),
        ("", {"kind": "scores"}, 400),
        ("", {"kind": "first", "coins": 5}, 400),
        ("", {"kind": "first", "targets": ["nobody"]}, 400),
        ("", {"kind": "first", "quiet": "25:00-26:00"}, 400),
        ("/nothing/mute", {}, 404),
        ("/nothing/test", None, 404),
        ("/nothing/remove", None, 404),
    ],
)
def test_what_makes_no_sense_is_a_problem(url: str, path: str, body: dict[str, Any] | None, status: int) -> None:
    found = api(url, "POST", path, json=body) if body is not None else api(url, "POST", path, json={})
    assert (found.status_code, found.headers["content-type"]) == (status, "application/problem+json")
    assert found.json()["detail"]


def test_what_has_fired_is_told_with_its_messages(url: str, setup: Setup) -> None:
    api(url, "POST", json={"kind": "first", "targets": ["phone", "hook"]})
    assert setup.alerts is not None
    fire(setup.alerts, "first")
    with StateFile(setup.alerts) as file:
        messages = {each.target: each for each in outbox.take_due(file, START)}
        outbox.delivered(file, messages["phone"], START)
        outbox.failed(file, messages["hook"], "HTTP 500", START)
    [told] = api(url, "GET", "/history").json()["rows"]
    assert (told["room_id"], told["user_id"], told["nickname"]) == (ROOM, "7000001", HOSTILE)
    assert told["facts"] == {"score": 5, "ahead": None}
    assert {(each["target"], each["state"], each["problem"]) for each in told["deliveries"]} == {
        ("phone", "sent", ""),
        ("hook", "waiting", "HTTP 500"),
    }
    assert "'" not in api(url, "GET", "/history.csv").text.split("\n", 1)[0]


def test_only_who_has_the_token_changes_rules_and_no_foreign_page_does(setup: Setup) -> None:
    body = {"kind": "first"}
    with served(replace(setup, token="s3cret-token")) as url:
        assert api(url, "POST", json=body).status_code == api(url, "GET").status_code == 401
        foreign = {**BEARER, "Origin": "https://evil.example"}
        assert api(url, "POST", json=body, headers=foreign).status_code == 403
        assert api(url, "POST", json=body, headers=BEARER).status_code == 200
        with browser(url) as client:
            post(client, "/login", csrf_token=form_token(client), token="s3cret-token")
            assert post(client, "/alerts", kind="first").status_code == 403, "without the form's token"
            assert post(client, "/alerts/change", name="first", do="remove").status_code == 403
            assert api(url, "GET", headers=BEARER).json()["rows"][0]["name"] == "first"
    with served(replace(setup, is_read_only=True)) as url:
        for path in ("", "/first/mute", "/first/test", "/first/remove"):
            assert api(url, "POST", path, json={}).status_code == 403
        with browser(url) as client:
            page = client.get("/alerts").text
            assert "This server only reads" in page
            assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_the_page_makes_tests_mutes_and_removes_rules(url: str) -> None:
    with browser(url) as client:
        first = client.get("/alerts").text
        assert "Which events do you want to hear of?" in first
        token = form_token(client, "/alerts")
        fields = {"kind": "pace", "times": "3.5", "within": "600", "least": "2000", "coins": "1", "cool_down": "3600"}
        sent = post(client, "/alerts", csrf_token=token, targets="hook", quiet="23:00-08:00", **fields)
        assert (sent.status_code, sent.headers["location"]) == (303, "/alerts")
        [row] = api(url, "GET").json()["rows"]
        assert (row["times"], row["within"], row["least"], row["coins"]) == (3.5, 600.0, 2000, None)
        assert (row["targets"], row["quiet"], row["cool_down"]) == (["hook"], "23:00-08:00", 3600.0)
        for do, expected in (("mute", "muted for another"), ("unmute", "Mute"), ("test", "waiting")):
            answer = post(client, "/alerts/change", csrf_token=token, name="pace", do=do, **{"for": "3600"})
            assert answer.status_code == 303
            assert expected in client.get("/alerts").text
        post(client, "/alerts", csrf_token=token, kind="budget", share="75", name="money")
        assert [row["share"] for row in api(url, "GET").json()["rows"]] == [0.75, None]
        post(client, "/alerts/change", csrf_token=token, name="pace", do="remove")
        assert [row["name"] for row in api(url, "GET").json()["rows"]] == ["money"]
        assert post(client, "/alerts/change", csrf_token=token, name="pace", do="remove").status_code == 404
        assert post(client, "/alerts/change", csrf_token=token, name="money", do="burn").status_code == 400


def test_an_address_fills_the_form_in(url: str) -> None:
    with browser(url) as client:
        page = client.get("/alerts", params={"kind": "appears", "users": "7000001", "nothing": HOSTILE}).text
        assert client.get("/alerts", params={"users": "1" * 300}).status_code == 400
    assert '<option value="appears" selected>' in page
    assert 'name="users" value="7000001"' in page
    assert HOSTILE not in page


def test_a_form_that_cannot_be_taken_comes_back_as_it_was_sent(url: str) -> None:
    with browser(url) as client:
        token = form_token(client, "/alerts")
        sent = post(client, "/alerts", csrf_token=token, kind="score", coins="many", name=HOSTILE, targets="hook")
        assert sent.status_code == 400
        assert 'value="many"' in sent.text
        assert re.search(r'value="hook" checked', sent.text)
        assert HOSTILE not in sent.text
        assert api(url, "GET").json()["rows"] == []


def test_the_page_shows_what_has_fired_and_nothing_of_a_name_is_markup(url: str, setup: Setup) -> None:
    api(url, "POST", json={"kind": "first"})
    assert setup.alerts is not None
    fire(setup.alerts, "first")
    with StateFile(setup.alerts) as file:
        book.note_loop(file, 1, START, 2**43, ["there is no store at `x`"], ["far"])
    with browser(url) as client:
        page = client.get("/alerts").text
    assert "script>alert" not in page
    assert f"/rooms/{ROOM}?at=" in page
    assert "has no target" in page
    assert "Alerts do not run" not in page
    assert "there is no store at <code>x</code>" in page
    assert 'value="far"' in page, "a target that the process knows"


def test_with_a_key_no_id_of_a_person_is_shown_or_taken(setup: Setup) -> None:
    with served(setup) as url:
        api(url, "POST", json={"kind": "appears", "users": ["7000001"]})
        api(url, "POST", json={"kind": "first"})
        assert setup.alerts is not None
        fire(setup.alerts, "first")
    with served(replace(setup, pseudonyms=Pseudonyms("a-key-that-is-long-enough"))) as url:
        shown = api(url, "GET").text + api(url, "GET", "/history").text
        with browser(url) as client:
            shown += client.get("/alerts").text
        assert "7000001" not in shown
        assert "alert(1)" not in shown
        assert api(url, "POST", json={"kind": "appears", "users": ["7000002"]}).status_code == 404
        assert api(url, "POST", json={"kind": "appears", "users": ["0" * 32]}).status_code == 200


def test_no_address_of_a_target_is_in_any_answer(tmp_path: Path) -> None:
    given = "phone=ntfy://a-canary-topic hook=webhook+https://a-canary-secret-word@example.com/a-canary-path"
    chosen = Options.of(Settings({"DATA_DIR": str(tmp_path)}), {"ALERT_TARGETS": given})
    setup = replace(Setup.of(chosen), queue=None)
    with served(setup) as url:
        api(url, "POST", json={"kind": "first", "targets": ["phone", "hook"]})
        api(url, "POST", "/first/test", json={})
        answers = [
            api(url, "GET"),
            api(url, "GET", "/history"),
            api(url, "POST", json={"kind": "first", "targets": ["x"]}),
        ]
        with browser(url) as client:
            answers += [client.get("/alerts"), client.get("/api"), client.get("/nothing")]
    assert [each.url.path for each in answers if "canary" in each.text + str(each.headers)] == []
    assert "canary" not in repr(setup)


def test_a_file_that_cannot_be_used_is_a_problem_until_it_can(setup: Setup) -> None:
    assert setup.alerts is not None
    setup.alerts.write_text("no database" * 100)
    with served(setup) as url:
        assert api(url, "GET").status_code == 503
        assert "cannot be used" in httpx.get(f"{url}/alerts", headers={"Accept-Language": "en"}).text
        setup.alerts.unlink()
        assert api(url, "GET").status_code == 200
