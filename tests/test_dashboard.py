"""The dashboard over HTTP: addresses, forms, files, and what it says when something is missing."""

import asyncio
import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from rankcrawler.clock import iso
from rankcrawler.model.columns import Personal
from rankcrawler.model.pseudonyms import of_key
from rankcrawler.model.sessions import SessionChange
from rankcrawler.queue.lease import Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.serve.setup import Setup
from rankcrawler.store import locate
from tests import dashboard
from tests.builders import entry, polled, snapshot
from tests.options import options
from tests.queued import key
from tests.serving import BEIJING, browser, form_token, post, served

ROOM, GAPS = dashboard.room_id(0), dashboard.room_id(1)
STATIC = Path(__file__).parent.parent / "rankcrawler" / "serve" / "pages" / "static"
PAGES = (
    "/",
    f"/rooms/{ROOM}",
    "/contributors",
    "/contributors/60000000000",
    "/compare",
    "/fleet",
    "/alerts",
    "/rooms/new",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with rooms of all sorts."""
    address = f"sqlite:///{tmp_path_factory.mktemp('dashboard')}/ranks.db"
    dashboard.fill(address, time.time_ns() // 1_000_000, minutes=40)
    return address


@pytest.fixture(scope="module")
def client(store: str) -> Iterator[httpx.Client]:
    """A browser at a server of it, which has no queue."""
    with served(Setup(store, BEIJING)) as url, browser(url) as one:
        yield one


@pytest.fixture
def queued(store: str, redis: Redis, single: str) -> Iterator[httpx.Client]:  # noqa: ARG001 — an empty queue
    """A browser at a server with a queue."""
    with served(Setup(store, BEIJING, queue=options(REDIS_URL=single))) as url, browser(url) as one:
        yield one


def ready(redis: Redis) -> list[str]:
    """The rooms that are ready."""
    found: Any = redis.zrange(key("ready"), 0, -1)
    return list(found)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_style_and_no_script_of_its_own_and_loads_nothing_from_elsewhere(
    client: httpx.Client, path: str
) -> None:
    found = client.get(path)
    assert found.status_code == 200
    assert not re.search(r'<[^>]+ style="|<[^>]+ on[a-z]+="|<style|javascript:', found.text)
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", found.text) == []
    assert re.findall(r'(?:src|href|action)="(?:[a-z]+:)?//', found.text) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", [*PAGES, "/nothing", "/contributors?q=x", "/compare?anchor=5"])
def test_pages_speak_the_language_of_the_reader(client: httpx.Client, path: str, language: str) -> None:
    text = client.get(path, headers={"Accept-Language": language}).text
    text = re.sub(r'<td class="why">.*?</td>|<span class="under bad".*?</span>', "", text)  # as it was stored
    words = re.sub(
        r"<script.*?</script>|<code>.*?</code>|<bdi.*?</bdi>|<pre.*?</pre>|<[^>]+>|[A-Za-z]+/[A-Za-z_]+",
        " ",
        text,
        flags=re.DOTALL,
    )
    if language == "zh":
        known = {"rankcrawler", "Momo", "Kiki", "English"}
        assert {each for each in re.findall(r"[A-Za-z]{3,} [a-z]{3,}", words) if each not in known} == set()
    else:
        assert "直播间" not in words


def test_what_lists_hide_is_a_dash_and_the_last_list_that_shows_it_is_compared_with_one_before_it(
    client: httpx.Client,
) -> None:
    text = client.get(f"/rooms/{dashboard.room_id(4)}").text
    assert "The gateway has hidden names or scores since" in text
    assert "Compared with the list of" in text
    assert "There is no earlier list to compare with." in client.get(f"/rooms/{dashboard.room_id(5)}").text
    once = client.get(f"/?q={dashboard.room_id(5)}").text
    assert once.count("–") >= 2


@pytest.mark.parametrize(
    ("number", "words", "state"),
    [
        (2, "No new list came for ", "stale"),
        (3, "The last poll failed: HTTP 502: bad gateway", "failed"),
        (6, "The broadcast is over, as a poll found at ", "ended"),
    ],
)
def test_a_room_that_brings_no_new_lists_says_why_and_not_of_earlier_ones(
    client: httpx.Client, number: int, words: str, state: str
) -> None:
    path = f"/rooms/{dashboard.room_id(number)}"
    text = client.get(path).text
    assert (words in text, f'class="state {state}"' in text) == (True, True)
    earlier = client.get(f"{path}?at=35min").text
    assert (words in earlier, f'class="state {state}"' in earlier) == (False, False)
    assert words not in client.get(f"/rooms/{ROOM}").text


def test_the_map_of_hours_is_of_the_rooms_that_are_compared(client: httpx.Client) -> None:
    def coins(path: str) -> list[str]:
        return re.findall(r'heat[1-5]">([^<]+)<', client.get(path).text)

    of_two = coins(f"/compare?rooms={ROOM},{GAPS}")
    assert of_two
    assert of_two != coins("/compare")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, "There is no such page"),
        ("/rooms/5", 404, "Room 5 was never polled"),
        ("/contributors/5", 404, "Contributor 5 was never in a list"),
        ("/?sort=x", 400, "The parameter sort must be one of"),
        (f"/rooms/{ROOM}?at=never", 400, "Expected a time such as"),
        (f"/rooms/{ROOM}?at=2000-01-01", 404, "had no list at"),
        ("/compare?rooms=" + ",".join(map(str, range(1, 20))), 400, "The parameter rooms takes at most"),
    ],
)
def test_a_page_that_cannot_be_shown_says_why_and_leads_on(
    client: httpx.Client, path: str, status: int, words: str
) -> None:
    found = client.get(path)
    assert found.status_code == status
    assert words in found.text
    assert "To the wall" in found.text


def test_two_rooms_are_compared_by_contributor(client: httpx.Client) -> None:
    two = client.get(f"/compare?rooms={ROOM},{GAPS}").text
    assert "Who gave in either" in two
    assert two.count('id="tracks"') == 1
    assert "Who gave in either" not in client.get(f"/compare?rooms={ROOM}").text
    assert "Who gave in either" not in client.get("/compare").text


def test_two_rooms_of_one_list_each_say_that_no_one_gave_anything_yet(tmp_path: Path) -> None:
    address, now_ms = f"sqlite:///{tmp_path}/ranks.db", time.time_ns() // 1_000_000
    store = locate.open_records(address, create=True)
    for room in ("1", "2"):
        place = {"room_id": room, "captured_at": iso(now_ms), "polled_at": iso(now_ms)}
        store.write([polled(snapshot([entry(1, **place)], **place))])
    store.close()
    with served(Setup(address, BEIJING)) as url, browser(url) as client:
        assert "No one gave anything in that time" in client.get("/compare?rooms=1,2").text


def test_rooms_are_pushed_with_their_interval_and_wrong_ones_come_back(queued: httpx.Client, redis: Redis) -> None:
    text = f"{ROOM}\nhttps://live.douyin.com/123\n"
    token = form_token(queued, "/rooms/new")
    found = post(queued, "/rooms/new", csrf_token=token, rooms=text, every="30")
    assert found.status_code == 400
    assert "1 room is polled from now on." in found.text
    assert "1 entry cannot be read" in found.text
    assert ">https://live.douyin.com/123</textarea>" in found.text
    assert ready(redis) == [ROOM]
    assert "30" in str(redis.hget(key("def"), ROOM))
    again = post(queued, "/rooms/new", csrf_token=token, rooms=ROOM, every="30")
    assert again.status_code == 200
    assert "1 was in the queue before." in again.text


def test_dead_letters_are_shown_with_their_reasons_and_retried(
    queued: httpx.Client, queue: RoomQueue, redis: Redis, runner: asyncio.Runner
) -> None:
    for name in ("1", "2", "3"):
        redis.lpush("ranklist:start_urls", name if name != "3" else "nonsense <b>")
    leases = runner.run(queue.lease("w", 5, 60_000)).leases
    runner.run(queue.settle([Settlement(lease, Outcome.DEAD, 0, "HTTP 404: <gone>") for lease in leases]))
    page = queued.get("/fleet").text
    assert page.count("HTTP 404: &lt;gone&gt;") == 2
    assert "nonsense &lt;b&gt;" in page
    token = form_token(queued, "/fleet")
    assert post(queued, "/fleet/retry", csrf_token=token, room="1").status_code == 303
    assert ready(redis) == ["1"]
    assert post(queued, "/fleet/retry", csrf_token=token, room="1").status_code == 404
    assert post(queued, "/fleet/retry", csrf_token=token, room="all").status_code == 303
    assert sorted(ready(redis)) == ["1", "2"]


def test_a_fleet_that_is_held_says_so_and_what_to_do(queued: httpx.Client, redis: Redis) -> None:
    assert "No worker runs" in queued.get("/fleet").text
    redis.hset("rc:{fleet:start_urls}:gate", "stopped", "the token is wrong")
    text = queued.get("/fleet").text
    assert "The token is wrong" in text
    assert "<code>rankcrawler rooms resume</code>" in text


def test_nothing_changes_without_the_token_of_a_form_or_on_a_server_that_only_reads(store: str, single: str) -> None:
    setup = Setup(store, BEIJING, queue=options(REDIS_URL=single))
    with served(setup) as url, browser(url) as client:
        assert post(client, "/rooms/new", rooms=ROOM).status_code == 403
        assert post(client, "/fleet/retry", room="all").status_code == 403
        assert post(client, "/theme", theme="dark").status_code == 403
    with served(replace(setup, is_read_only=True)) as url, browser(url) as client:
        token = form_token(client, "/fleet")
        assert post(client, "/rooms/new", csrf_token=token, rooms=ROOM).status_code == 403
        assert post(client, "/theme", csrf_token=token, theme="dark", next="/fleet").headers["location"] == "/fleet"
        assert 'action="/rooms/new"' not in client.get("/rooms/new").text
        assert 'data-theme="dark"' in client.get("/").text


def test_files_have_just_the_rows_of_the_page(client: httpx.Client) -> None:
    query = "?level=30&vs=start"
    shown = re.findall(r'<tr id="c(\d+)"', client.get(f"/rooms/{ROOM}{query}").text)
    assert 0 < len(shown) < 24
    found = client.get(f"/rooms/{ROOM}/list.csv{query}")
    assert found.headers["content-disposition"] == f'attachment; filename="{ROOM}.csv"'
    rows = [*csv.DictReader(io.StringIO(found.content.decode("utf-8-sig")))]
    assert [row["Id"] for row in rows] == shown
    assert all(int(row["Level"]) >= 30 for row in rows)
    assert all(row["Given since, at least"] for row in rows)
    book = zipfile.ZipFile(io.BytesIO(client.get(f"/rooms/{ROOM}/list.xlsx{query}").content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(shown) + 1


def test_with_a_key_no_page_says_who_anyone_is(store: str) -> None:
    pseudonyms = of_key("a key that is long enough to be one 123456")
    assert pseudonyms is not None
    with served(Setup(store, BEIJING, pseudonyms=pseudonyms)) as url, browser(url) as client:
        for path in ("/", f"/rooms/{ROOM}?vs=start&span=all", "/contributors", "/compare", f"/rooms/{ROOM}/list.csv"):
            text = client.get(path).text
            assert not [name for name in dashboard.NAMES if name in text], path
            assert "60000000" not in text
        user = re.search(r'href="/contributors/([^"]+)"', client.get("/contributors").text)
        assert user is not None
        assert client.get("/contributors/60000000000").status_code == 404


PRIVATE = (
    "王小明",
    "handle-of-wang",
    "MS4wLjABAAAAwang",
    "p3.example.com",
    "770077007700",
    "主播小红",
    "小红的深夜歌会",
)
"""What a contributor and an anchor are called, and by what they are known."""


def with_an_anchor(address: str, now_ms: int) -> None:
    """Write a list of room 11 with a contributor in it, and say whose room that is."""
    place = {"room_id": "11", "captured_at": iso(now_ms), "polled_at": iso(now_ms)}
    nickname, handle, sec_uid, host, user_id, anchor, title = PRIVATE
    names = {"nickname": nickname, "display_id": handle, "sec_uid": sec_uid, "avatar_url": f"https://{host}/a.webp"}
    store = locate.open_records(address, create=True)
    store.write(
        [polled(snapshot([entry(1, user_id=user_id, **names, **place)], digest=f"{now_ms:032d}", **place), every=60)]
    )
    store.note([SessionChange("gateway.test", "uid=5", "11", 1, now_ms, "look", nickname=anchor, title=title)])
    store.close()


def test_rooms_are_found_by_what_their_anchors_are_called(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    now_ms = time.time_ns() // 1_000_000
    dashboard.fill(address, now_ms, rooms=2, minutes=3)
    with_an_anchor(address, now_ms)
    with served(Setup(address, BEIJING)) as url, browser(url) as client:
        for search, rooms in (("小红", ["11"]), ("深夜", ["11"]), ("11", ["11"]), ("没有", [])):
            assert re.findall(r'<tr id="r(\d+)"', client.get("/", params={"q": search}).text) == rooms


def test_with_a_key_nothing_that_is_served_has_a_name_a_handle_a_picture_or_an_id_of_anyone(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    now_ms = time.time_ns() // 1_000_000
    with_an_anchor(address, now_ms - 60_000)
    pseudonyms = of_key("a key that is long enough to be one 123456")
    assert pseudonyms is not None
    with served(Setup(address, BEIJING, pseudonyms=pseudonyms)) as url, browser(url) as client:
        row = client.get("/api/v1/rooms/11/list").json()["rows"][0]
        told = ["/", "/?q=11", "/rooms/11?vs=start&span=all", "/rooms/11/list.csv", "/contributors", "/fleet", "/api"]
        told += [f"/contributors?q={row['nickname']}", f"/contributors/{row['user_id']}"]
        told += ["/compare?anchor=uid%3D5", "/compare?rooms=11,11", "/compare?least=1"]
        known = {"room_id": "11", "other_id": "11", "user_id": row["user_id"], "anchor": "uid=5"}
        asked = {"name": row["user_id"], "room": "11"}
        paths = client.get("/api/openapi.json").json()["paths"]
        for path, item in paths.items():
            if "get" in item and path not in ("/api/v1/events", "/api/v1/fleet", "/api/v1/dead-letters"):
                needed = {each["name"] for each in item["get"].get("parameters", ()) if each["in"] == "query"}
                query = "&".join(f"{name}={asked[name]}" for name in needed & asked.keys())
                told += [f"{path.format(**known)}?{query}", f"{path.format(**known)}.csv?{query}"]
        told.append("/douyin/liveroom/ranklist?room_id=11")
        answers = [client.get(path) for path in told]
        whole = {answer.url.path: answer.text for answer in answers if answer.status_code == 200}
        assert len(whole) > len(paths)
        book = zipfile.ZipFile(io.BytesIO(client.get("/rooms/11/list.xlsx").content))
        whole |= {name: book.read(name).decode() for name in book.namelist()}
        with client.stream("GET", "/api/v1/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            time.sleep(0.1)  # the first look
            with_an_anchor(address, now_ms)
            whole["events"] = next(line for line in lines if line.startswith("data: "))
        for path, text in whole.items():
            assert [each for each in PRIVATE if each in text] == [], path
        anchor = pseudonyms.pseudonym("nickname", Personal.NAME, PRIVATE[5])
        for search, rooms in (("小红", []), (anchor, ["11"])):
            assert re.findall(r'<tr id="r(\d+)"', client.get("/", params={"q": search}).text) == rooms


def test_the_bundles_of_others_are_those_of_the_manifest_with_their_licences() -> None:
    folder = STATIC / "vendor"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    files = {each["file"]: each for each in manifest["bundles"]}
    assert {path.name for path in folder.glob("*.js")} == {*files}
    for name, bundle in files.items():
        content = (folder / name).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (bundle["bytes"], bundle["sha256"])
        assert not re.search(rb"\beval\(|new Function\b", content)
        licences = (folder / name.replace(".js", ".licences.txt")).read_text("utf-8")
        assert all(f"==== {package['name']}: LICENSE" in licences for package in bundle["packages"])
    lock = json.loads((STATIC.parents[3] / "assets" / "package-lock.json").read_text("utf-8"))["packages"]
    locked = {name.removeprefix("node_modules/"): each["version"] for name, each in lock.items() if name}
    assert all(locked[each["name"]] == each["version"] for bundle in files.values() for each in bundle["packages"])
    assert manifest["command"] in (STATIC.parents[3] / "CONTRIBUTING.md").read_text("utf-8")
