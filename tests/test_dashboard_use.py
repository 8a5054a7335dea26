"""The dashboard in a real browser: how its pages look, and what people see and press."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rankcrawler.alerts import book
from rankcrawler.serve.setup import Setup
from rankcrawler.store import locate
from tests import dashboard
from tests.alerting import Scene, listed
from tests.browsing import Open
from tests.gateways import environment, run
from tests.serving import BEIJING, served

ROOM = dashboard.room_id(0)
GAPS = dashboard.room_id(1)
HIDDEN = dashboard.room_id(4)
PAGES = (
    "/",
    "/?state=all&sort=age",
    f"/rooms/{GAPS}",
    f"/rooms/{HIDDEN}?vs=start&span=all",
    "/contributors",
    "/contributors?q=%E9%A3%8E",
    "/contributors/60000000000",
    "/compare",
    f"/compare?rooms={ROOM},{GAPS}&since=24h",
    "/fleet",
    "/alerts",
    "/rooms/new",
    "/api",
    "/nothing",
)
LOOKS: dict[str, dict[str, Any]] = {
    "wide, light, English": {},
    "narrow, dark, Chinese": {
        "locale": "zh-CN",
        "color_scheme": "dark",
        "viewport": {"width": 390, "height": 844},
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dashboard")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """A server with rooms of all sorts."""
    address = f"sqlite:///{folder}/ranks.db"
    dashboard.fill(address, dashboard.now_ms())
    alerts = dashboard.alerts(folder, dashboard.now_ms())
    with served(Setup(address, BEIJING, alerts=alerts, targets=("phone", "hook"))) as one:
        yield one


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_sound_and_axe_finds_nothing(window_at: Open, url: str, look: str) -> None:
    window = window_at(url, **LOOKS[look])
    found: dict[str, list[str]] = {}
    for path in PAGES:
        window.open(path)
        found[path] = window.violations()
        if window.is_wider_than_the_window():
            found[path].append("wider than the window")
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert [each for each in window.errors if "404 (Not Found)" not in each] == []  # of the page that is not there


def test_hostile_nicknames_are_text_and_nothing_else(window_at: Open, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    dashboard.fill(address, dashboard.now_ms(), rooms=2, minutes=6, names=dashboard.HOSTILE, people=7)
    with served(Setup(address, BEIJING)) as url:
        window = window_at(url, viewport={"width": 390, "height": 844})
        shown = window.open(f"/rooms/{ROOM}?vs=start").locator("#list-table .person").all_text_contents()
        assert {*shown} <= {*dashboard.HOSTILE}
        assert len(shown) == 7
        for path in ("/", f"/rooms/{ROOM}", "/contributors", "/compare", "/contributors/60000000000"):
            window.open(path)
            assert not window.is_wider_than_the_window()
            assert window.page.title() != "owned"
        assert window.errors == []


def test_a_thousand_rooms_are_painted_within_a_second_and_300_kb(window_at: Open, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    dashboard.fill(address, dashboard.now_ms(), rooms=1000, minutes=2, people=5)
    with served(Setup(address, BEIJING)) as url:
        window = window_at(url)
        page = window.open("/?state=all")
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        sent = page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".reduce((sum, each) => sum + each.transferSize, 0)"
        )
        assert page.locator("tbody tr").count() == 100
        expect(page.get_by_text("Page 1 of 10")).to_be_visible()
        assert sent < 300_000
        assert painted < 1000


def test_what_changes_arrives_and_keeps_its_place_while_someone_reads(window_at: Open, url: str, folder: Path) -> None:
    window = window_at(url)
    page = window.open(f"/rooms/{ROOM}?vs=start")
    first = page.locator("#list-table tbody tr").first
    leader, score = first.get_attribute("id"), first.locator(".score").inner_text()
    order = [each.get_attribute("id") for each in page.locator("#list-table tbody tr").all()]
    page.locator("#list-table tbody tr").nth(3).hover()
    store = locate.open_records(f"sqlite:///{folder}/ranks.db")
    with_new_order = dashboard.minute(
        ROOM, dashboard.now_ms(), dashboard.now_ms() - 600 * dashboard.MINUTE, 24, dashboard.NAMES, 0, shift=3
    )
    store.write([with_new_order])
    store.close()
    window.update()
    expect(page.locator(f"#{leader} .score")).not_to_have_text(score)
    assert [each.get_attribute("id") for each in page.locator("#list-table tbody tr").all()] == order
    page.get_by_role("button", name="Show the new order").click()
    assert page.locator("#list-table tbody tr").first.get_attribute("id") != leader
    assert page.get_by_role("button", name="Show the new order").count() == 0


def test_a_new_list_is_announced_and_shown_by_itself(window_at: Open, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    dashboard.fill(address, dashboard.now_ms(), rooms=1, minutes=6, people=5)
    with served(Setup(address, BEIJING)) as url:
        page = window_at(url).open(f"/rooms/{ROOM}")
        score = page.locator("#list-table .score").first.inner_text()
        page.wait_for_timeout(300)  # the server looks from when on it is listened to
        store = locate.open_records(address)
        store.write(
            [
                dashboard.minute(
                    ROOM, dashboard.now_ms(), dashboard.now_ms() - 90 * dashboard.MINUTE, 5, dashboard.NAMES, 0
                )
            ]
        )
        store.close()
        expect(page.locator("#list-table .score").first).not_to_have_text(score, timeout=10_000)


def test_an_alert_that_fires_is_shown_by_itself_and_what_is_being_typed_stays(window_at: Open, tmp_path: Path) -> None:
    scene, at = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path), dashboard.now_ms() - 10_000
    scene.rule("first", at_ms=at)
    book.note_loop(scene.file, 42, at, dashboard.now_ms(), [], [])
    scene.write(listed(dashboard.room_id(0), at + 1000, {1: 10, 2: 5}))
    scene.look(at + 2000)
    with served(Setup(scene.address, BEIJING, alerts=scene.file.path)) as url:
        window = window_at(url, viewport={"width": 1440, "height": 700})
        page = window.open("/alerts")
        page.wait_for_timeout(300)  # the server looks from when on it is listened to

        def top() -> float:
            found: float = page.get_by_label("Name", exact=True).evaluate("each => each.getBoundingClientRect().top")
            return found

        page.get_by_label("Coins", exact=True).fill("4711")
        page.get_by_label("Name", exact=True).press_sequentially("big gi")
        page.get_by_label("Remove first").click()
        page.mouse.move(0, 0)
        page.get_by_label("Name", exact=True).focus()
        place = top()
        scene.rule("score", name="another", coins=10**9, at_ms=at)
        scene.write(listed(dashboard.room_id(0), at + 3000, {1: 10, 2: 50}))
        once = run("alerts", "--once", env=environment(None, tmp_path))
        assert once.returncode == 0, once.stderr
        expect(page.locator("#fired tbody tr")).to_have_count(1, timeout=10_000)
        expect(page.locator("#rules tbody tr")).to_have_count(2)
        expect(page.locator("#rule-first time")).to_have_count(1)
        expect(page.get_by_role("button", name="Remove the rule")).to_be_visible()
        assert page.get_by_label("Coins", exact=True).input_value() == "4711"
        page.keyboard.type("fts")
        assert page.get_by_label("Name", exact=True).input_value() == "big gifts"
        assert abs(top() - place) < 1, "it is where it was, though the rules above it are more"
        assert window.errors == []
    scene.close()


def test_the_scrubber_shows_the_list_of_a_moment_under_an_address_of_its_own(window_at: Open, url: str) -> None:
    page = window_at(url).open(f"/rooms/{GAPS}")
    now = page.locator("#list-table .score").first.inner_text()
    page.get_by_role("slider").press("Home")
    expect(page).to_have_url(re.compile(r"at=20\d\d-"))
    expect(page.locator("#list-table .score").first).not_to_have_text(now)
    then = page.locator("#list-table .score").first.inner_text()
    page.reload()
    assert page.locator("#list-table .score").first.inner_text() == then
    page.get_by_role("link", name="Now", exact=True).click()
    assert page.locator("#list-table .score").first.inner_text() == now


def test_filters_apply_as_one_types_and_stay_in_the_address(window_at: Open, url: str) -> None:
    page = window_at(url).open("/?state=all")
    page.get_by_label("Find a room by its id, or").fill(GAPS)
    expect(page.locator(".wall tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(rf"state=all.*q={GAPS}|q={GAPS}.*state=all"))
    page.get_by_label("Find a room by its id, or").fill("nobody")
    expect(page.get_by_role("heading", name="No room is like that")).to_be_visible()


def unreached(page: Page) -> list[str]:
    """What can be used on a page, and what no key reaches: Tab, and arrows within a group of choices."""
    wanted: dict[str, str] = page.evaluate(
        """() => {
            const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
            const shown = [...document.querySelectorAll(all)].filter((each) => each.checkVisibility());
            const chosen = shown.filter((each) => each.type !== "radio" || each.checked);
            chosen.forEach((each, place) => (each.dataset.place = String(place)));
            return Object.fromEntries(chosen.map((each) => [each.dataset.place, each.outerHTML.slice(0, 120)]));
        }"""
    )
    page.evaluate("document.activeElement.blur(); window.reached = new Set(); window.invisible = []")
    page.evaluate(
        """addEventListener("focusin", ({ target }) => {
            reached.add(target.dataset.place);
            if (getComputedStyle(target).outlineStyle === "none") invisible.push(target.outerHTML.slice(0, 120));
        })"""
    )
    for _ in range(len(wanted) + 3):
        page.keyboard.press("Tab")
    reached = {*page.evaluate("[...reached]")}
    invisible: list[str] = page.evaluate("invisible")
    return [what for place, what in wanted.items() if place not in reached] + invisible


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/api"])
def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(window_at: Open, url: str, path: str) -> None:
    page = window_at(url).open(path)
    page.evaluate("for (const each of document.querySelectorAll('tbody tr:nth-child(n+6)')) each.remove()")
    assert unreached(page) == []


def test_the_keyboard_jumps_over_the_head_of_a_page(window_at: Open, url: str) -> None:
    page = window_at(url).open("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_pages_are_read_without_scripts(window_at: Open, url: str) -> None:
    window = window_at(url, java_script_enabled=False)
    page = window.page
    page.goto(f"/rooms/{GAPS}")
    assert page.locator("#list-table tbody tr").count() > 10
    assert page.locator(".canvas").first.is_hidden()
    page.get_by_text("The figures as a table").click()
    assert page.locator("#course table tbody tr").count() > 10
    page.get_by_placeholder("20:03").fill("5min")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "at=5min" in page.url
    assert page.locator("#list-table tbody tr").count() > 10


def test_language_and_theme_are_chosen_and_kept(window_at: Open, url: str) -> None:
    page = window_at(url).open(f"/rooms/{ROOM}?vs=1h")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert "vs=1h" in page.url
    page.get_by_role("button", name="主题：跟随系统").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("heading", level=1)).to_have_text("直播间")


def test_the_list_is_saved_as_it_is_shown(window_at: Open, url: str) -> None:
    page = window_at(url).open(f"/rooms/{ROOM}")
    for name, ending in (("CSV", "csv"), ("XLSX", "xlsx"), ("PNG", "png")):
        with page.expect_download() as waiting:
            page.get_by_text(name, exact=True).click()
        assert waiting.value.suggested_filename == f"{ROOM}.{ending}"
        assert waiting.value.path().stat().st_size > 2000
