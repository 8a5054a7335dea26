"""The language of commands: processes and requests speak that of their user; logs and stored texts stay English."""

import contextvars
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web

from rankcrawler.clock import iso
from rankcrawler.language import chosen, counted, english, marked, preferred, speak, spoken, tr, within
from rankcrawler.report import Report
from rankcrawler.store import locate
from tests.builders import ROOM, entry, polled, snapshot
from tests.gateways import FORKS, NOON, TOKEN, environment, run, simulated
from tests.scripted import Asked, ranks, refusal, scripted

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ZH = {"LANGUAGE": "", "LC_ALL": "", "LANG": "zh_CN.UTF-8", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def chinese() -> Iterator[None]:
    """Speaks Chinese."""
    speak({"LANG": "zh_CN.UTF-8"})
    yield
    speak({})


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, None),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN"}, "zh_CN"),
        ({"LANG": "zh_CN.GBK@x"}, "zh_CN"),
        ({"LANG": "zh_SG.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, None),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "C.UTF-8"}, None),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, "zh_CN"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, None),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, "zh_CN"),
        ({"LC_CTYPE": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, None),
        ({"LANGUAGE": "zh_CN", "LC_ALL": "en_GB.UTF-8"}, "zh_CN"),
        ({"LANGUAGE": "en:zh_CN", "LANG": "zh_CN.UTF-8"}, None),
        ({"LANGUAGE": "fr:zh", "LANG": "en_GB.UTF-8"}, "zh_CN"),
        ({"LANGUAGE": "", "LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANGUAGE": "zh-Hans-CN"}, "zh_CN"),
    ],
)
def test_the_language_is_the_first_that_is_named_and_has_a_catalogue(
    variables: Mapping[str, str], name: str | None
) -> None:
    assert chosen(variables) == name


@pytest.mark.usefixtures("chinese")
def test_messages_are_translated_and_filled_in() -> None:
    assert tr("no such room") == "没有这个直播间"
    assert tr("{path}, line {line}", path="a.txt", line=5) == "a.txt 第 5 行"
    assert tr("a text that is in no catalogue {x}", x=1) == "a text that is in no catalogue 1"
    assert counted("{number} contributor", "{number} contributors", 1234) == "1,234 位贡献者"
    with english():
        assert tr("no such room") == "no such room"
        assert counted("{number} contributor", "{number} contributors", 1) == "1 contributor"
    assert tr(marked("no such room")) == "没有这个直播间"


def test_an_encoding_that_cannot_show_a_language_gets_english() -> None:
    speak({"LANG": "zh_CN.GBK"}, ("gbk", "utf-8"))
    assert tr("no such room") == "没有这个直播间"
    speak({"LANG": "zh_CN.GBK"}, ("utf-8", "ascii"))
    assert tr("no such room") == "no such room"


@pytest.mark.usefixtures("chinese")
def test_braces_in_a_value_and_in_a_message_without_values_are_text() -> None:
    assert "{x}" in tr("{path}, line {line}", path="{x}", line=1)
    assert tr("{unchanged}") == "{unchanged}"


@pytest.mark.usefixtures("chinese")
def test_the_report_of_a_run_is_chinese() -> None:
    stats = {
        "finish_reason": "finished",
        "rankcrawler/snapshots/stored": 2,
        "rankcrawler/polls/retry": 3,
        "rankcrawler/dead/HTTP 404": 2,
        "rankcrawler/rooms/rejected": 1,
        "rankcrawler/tracebacks": 2,
        "rankcrawler/feeds/failed": 2,
    }
    lines = Report.of(stats).lines()
    assert all(CHINESE.search(line) for line in lines), lines
    assert not [line for line in lines if re.search(r"[a-z]{3,} [a-z]{3,}", line)], lines


def test_queue_and_store_commands_speak_chinese(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    store = locate.open_records(f"sqlite:///{tmp_path}/data/ranks.db", create=True)
    for minute, score in enumerate([100, 150]):
        at = iso(NOON + 60_000 * minute)
        place = {"captured_at": at, "polled_at": at, "room_id": ROOM}
        store.write([polled(snapshot([entry(1, score=score, **place)], digest=f"{score:032d}", **place))])
    store.close()
    env = environment(None, tmp_path / "data", ZH)
    shown = {
        words: run(*words, env=env)
        for words in [
            ("rooms", "add", "1,2", "--every", "60"),
            ("rooms", "status"),
            ("rooms", "show", "1"),
            ("store", "status"),
            ("store", "gains", ROOM),
            ("store", "user", "7000001"),
            ("store", "show", ROOM),
            ("store", "top", "--since", "2026-01-01"),
            ("store", "coverage", "--since", "2026-01-01"),
        ]
    }
    for words, done in shown.items():
        assert done.returncode == 0, done.stderr
        lines = [line for line in done.stdout.splitlines() if line]
        assert all(CHINESE.search(line.partition("\t")[0]) for line in lines if "\t" in line), words
        assert CHINESE.search(done.stdout), words
    assert "送出音浪" in shown["store", "gains", ROOM].stdout
    failed = run("rooms", "show", "9", env=env)
    assert (failed.returncode, failed.stderr) == (1, "rankcrawler: 直播间 9 不在队列中\n")
    assert json.loads(run("rooms", "show", "1", "--json", env=env).stdout)["state"] == "ready"
    assert run("rooms", "list", env=env).stdout.startswith("1\tready\t")


@pytest.mark.parametrize(
    ("variables", "words", "told"),
    [
        ({}, ["rank", "x"], "应为"),
        ({}, ["rank", ROOM], "没有设置 GATEWAY_URL"),
        ({}, ["crawl", "ranklist", "-a", "rooms=1"], "没有设置 GATEWAY_URL"),
        ({}, ["store", "status", "-s", "STORE_URL=nowhere"], "STORE_URL 必须是"),
        ({}, ["rooms", "rate", "fast"], "应为"),
        ({"LANG": "en_GB.UTF-8"}, ["rank", ROOM], "GATEWAY_URL is not set"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, ["rank", ROOM], "没有设置 GATEWAY_URL"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "zh_CN"}, ["rank", ROOM], "没有设置 GATEWAY_URL"),
        ({"PYTHONIOENCODING": "ascii"}, ["rank", ROOM], "GATEWAY_URL is not set"),
    ],
)
def test_errors_are_in_the_users_language(
    tmp_path: Path, variables: dict[str, str], words: list[str], told: str
) -> None:
    done = run(*words, env=environment(None, tmp_path, ZH | variables))
    assert done.returncode != 0
    assert told in done.stderr


def test_a_terminal_in_gbk_gets_chinese_in_gbk(tmp_path: Path) -> None:
    env = environment(None, tmp_path, ZH | {"PYTHONIOENCODING": "gbk"})
    command = [*FORKS.program(env), "rank", ROOM]
    done = subprocess.run(command, env=env, capture_output=True, timeout=60, check=False)
    assert "没有设置 GATEWAY_URL" in done.stderr.decode("gbk")


def test_a_poll_without_a_list_says_why_in_chinese(tmp_path: Path) -> None:
    async def too_many(_asked: Asked) -> web.Response:
        return refusal(429, retry_after="30", msg="busy")

    with scripted(too_many) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN}
        done = run("rank", ROOM, env=environment(None, tmp_path, ZH | ours))
    assert "HTTP 429" in done.stderr
    assert "网关要求放慢速度" in done.stderr
    assert "30 秒" in done.stderr


def test_a_rank_list_has_chinese_headings(tmp_path: Path) -> None:
    async def one(_asked: Asked) -> web.Response:
        return ranks()

    with scripted(one) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN}
        done = run("rank", ROOM, env=environment(None, tmp_path, ZH | ours))
    assert done.returncode == 0
    assert "音浪" in done.stdout
    assert "贡献者" in done.stdout
    assert "coins" not in done.stdout


def test_a_crawl_reports_in_chinese_and_logs_and_stores_in_english(tmp_path: Path) -> None:
    async def broken(_asked: Asked) -> web.Response:
        return web.Response(text="<h1>no</h1>", content_type="text/html")

    with scripted(broken) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, "ROOM_ATTEMPTS": "1"}
        quiet = {"PYTHONWARNINGS": "error,ignore::ResourceWarning"}  # Scrapy leaves a loop unclosed at the very end
        env = environment(None, tmp_path / "data", ZH | ours | quiet)
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=env)
        dead = run("rooms", "dead", env=env | {"LANG": "en_GB.UTF-8"})
    assert done.returncode == 1
    assert "an HTML page" in dead.stdout
    assert not CHINESE.search(dead.stdout)
    log = [line for line in done.stderr.splitlines() if re.match(r"\d{4}-\d\d-\d\d ", line)]
    assert log
    assert not [line for line in log if CHINESE.search(line)]
    report = done.stderr.splitlines()[-4:]
    assert all(CHINESE.search(line) for line in report), report


def test_a_good_crawl_ends_with_a_chinese_summary(tmp_path: Path) -> None:
    with simulated() as gateway:
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=environment(gateway, tmp_path / "data", ZH))
    assert done.returncode == 0
    assert "榜单" in done.stderr


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        ("en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        ("de, en;q=0.5, zh-Hans-SG;q=0.7", "zh_CN"),
        ("zh-TW,zh;q=0.9", "zh_CN"),
        ("zh;q=0, EN-us", "en"),
        ("fr-FR,*;q=0.1", None),
        ("zh;q=many", None),
        ("", None),
    ],
)
def test_a_browser_names_its_languages_in_order(accepted: str, name: str | None) -> None:
    assert preferred(accepted) == name


@pytest.mark.usefixtures("chinese")
def test_each_request_has_a_language_of_its_own() -> None:
    assert (spoken(), tr("stale")) == ("zh_CN", "过时")
    with within("en"):
        assert (spoken(), tr("stale")) == ("en", "stale")
        with within("zh_CN"):
            assert tr("stale") == "过时"
        with within(None):
            assert tr("stale") == "过时"
        assert counted("{number} byte", "{number} bytes", 2) == "2 bytes"
    assert contextvars.Context().run(tr, "stale") == "过时", "a thread of its own speaks as the process does"
