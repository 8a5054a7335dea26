"""docs/extending.md: each file is taken out of the page, put into an empty folder and crawled with, by its commands."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from rankcrawler import own_code
from rankcrawler.alerts import webhook
from rankcrawler.alerts.targets import Target
from rankcrawler.errors import SettingError
from rankcrawler.gateways.verdict import Action, Context, Seen, Shape, Verdicts
from rankcrawler.model import own_rules, rules
from tests import plain_http
from tests.builders import body, entry, row, snapshot
from tests.gateways import TOKEN, environment, run
from tests.redis_server import free_port
from tests.scripted import Answer, Asked, ranks, refusal, scripted

PAGE = (Path(__file__).parent.parent / "docs" / "extending.md").read_text("utf-8")
ROOM, OTHER = "6994259511469247263", "7269635433430358144"
LONGEST = 30
"""Lines of a file that plugs in."""
_FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "trap '[ -z \"$!\" ] || kill $!' EXIT"
"""What runs in the background ends with the shell."""
_COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def followed(
    title: str, answer: Answer, folder: Path, replaced: Mapping[str, str] = {}
) -> "subprocess.CompletedProcess[str]":
    """Do what a section says in a folder, in one shell, with a gateway that answers so."""
    for name, text in _FILE.findall(section(title)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    commands = "".join(_COMMANDS.findall(section(title)))
    for old, new in replaced.items():
        assert old in commands
        commands = commands.replace(old, new)
    programs = "\n".join(
        f'{name}() {{ {shlex.quote(sys.executable)} -m {module} "$@"; }}'
        for name, module in (("rankcrawler", "rankcrawler"), ("scrapy", "scrapy"))
    )
    ours = os.environ.get("PYTHONPATH", "")
    commands = commands.replace("PYTHONPATH=.", f"PYTHONPATH=.:{ours}")
    with scripted(answer) as gateway:
        env = environment(None, folder / "data", {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN})
        return subprocess.run(
            ["/bin/sh", "-e", "-c", f"{_END}\n{programs}\n{commands}"],
            env=env | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


async def good(_: Asked) -> web.StreamResponse:
    return ranks()


def test_every_file_that_plugs_in_is_short() -> None:
    files = dict(_FILE.findall(PAGE))
    assert len(files) == 9
    assert {name for name, text in files.items() if len(text.splitlines()) >= LONGEST} == set()


def test_a_sink_gets_each_list(tmp_path: Path) -> None:
    received: list[bytes] = []

    async def answer(asked: Asked) -> web.StreamResponse:
        if asked.http.path != "/lists":
            return ranks()
        received.append(await asked.http.read())
        return web.Response(status=500 if len(received) == 1 else 204)

    with scripted(answer) as sink:
        done = followed("A sink", good, tmp_path, {"http://127.0.0.1:9000": sink.url})
    assert "Lists: 1 stored" in done.stderr, done.stderr
    first, again = (json.loads(each) for each in received)
    assert first["digest"] == again["digest"], "a list whose sink failed comes again"
    assert [each["score"] for each in first["entries"]] == [10]


def test_a_verdict_follows_from_the_gateways_words(tmp_path: Path) -> None:
    async def answer(asked: Asked) -> web.StreamResponse:
        return refusal(500, msg="直播已结束") if asked.room_id == ROOM else ranks()

    done = followed("A verdict", answer, tmp_path)
    assert "Rooms: 1 dead" in done.stderr, done.stderr
    assert f"Room {ROOM}" in done.stderr
    assert "Lists: 1 stored" in done.stderr


def test_a_list_rule_flags_lists_and_their_rows(tmp_path: Path) -> None:
    rows = [row(rank, score=score) for rank, score in ((1, 900), (2, 100), (3, 50))]

    async def answer(_: Asked) -> web.StreamResponse:
        return web.Response(body=body(*rows), content_type="application/json")

    done = followed("A list rule", answer, tmp_path)
    assert done.returncode == 0, done.stderr
    fed = [json.loads(line) for line in (tmp_path / "ranks.jsonl").read_text("utf-8").splitlines()]
    assert [("one_giver" in each["flags"]) for each in fed] == [True] * 3
    assert "'rankcrawler/flags/one_giver': 1" in done.stderr


@contextmanager
def receiving(folder: Path, port: int, secret: str) -> Iterator[None]:
    """The page's alert target, for as long as the context lasts; what it hands on is added to texts.log."""
    program = dict(_FILE.findall(section("An alert target")))["receiver.py"]
    (folder / "receiver.py").write_text(program, "utf-8")
    with (
        (folder / "texts.log").open("ab") as texts,
        subprocess.Popen(
            [sys.executable, "receiver.py", str(port)],
            cwd=folder,
            env={**os.environ, "SECRET": secret},
            stdout=texts,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            while not _is_open(port):
                assert process.poll() is None
                time.sleep(0.02)
            yield
        finally:
            process.terminate()


def test_an_alert_target_takes_the_message_of_a_rule(tmp_path: Path) -> None:
    done = followed("An alert target", good, tmp_path, {"9001": str(free_port())})
    assert done.returncode == 0, done.stderr
    rule, told, *text = done.stdout.splitlines()
    assert ("first" in rule, told) == (True, "desk: sent")
    assert text, "what the rule said"


def _is_open(port: int) -> bool:
    with socket.socket() as connecting:
        return connecting.connect_ex(("127.0.0.1", port)) == 0


async def test_an_alert_target_hands_a_message_on_once_and_refuses_one_that_is_forged_or_old(tmp_path: Path) -> None:
    secret, port, body = "0123456789abcdef0123", free_port(), b'{"text": "first place changed"}'

    def desk(key: str) -> Target:
        return Target("desk", f"webhook+http://{key}@127.0.0.1:{port}/")

    with receiving(tmp_path, port, secret):
        assert await webhook.send(desk(secret), "m1", body) == webhook.TAKEN
        assert await webhook.send(desk(secret), "m1", body) == webhook.TAKEN
        assert (await webhook.send(desk("another secret of someone"), "m2", body)).problem == "HTTP 401"
        for age, status in ((0, 204), (301, 401), (-301, 401)):
            at = int(time.time()) - age
            signed = webhook.signature(secret.encode(), f"of {age}", at, body)
            headers = {"webhook-id": f"of {age}", "webhook-timestamp": str(at), "webhook-signature": signed}
            given = plain_http.post(f"http://127.0.0.1:{port}/", content=body, headers=headers)
            assert given.status_code == status, age
        assert plain_http.post(f"http://127.0.0.1:{port}/", content=body).status_code == 401
    with receiving(tmp_path, port, secret):
        assert await webhook.send(desk(secret), "m1", body) == webhook.TAKEN
        assert await webhook.send(desk(secret), "m3", b"what cannot be handed on") != webhook.TAKEN
        assert await webhook.send(desk(secret), "m3", body) == webhook.TAKEN
    assert (tmp_path / "texts.log").read_text("utf-8") == "first place changed\n" * 3


def test_a_gateway_is_a_file(tmp_path: Path) -> None:
    async def answer(asked: Asked) -> web.StreamResponse:
        assert (asked.http.path, asked.http.query["room"]) == ("/v2/live/contributors", ROOM)
        items = [{"rank": 1, "score": 7, "delta": 0, "user": {"id": 7001, "nickname": "甲"}}]
        return web.json_response({"state": "OK", "payload": {"at": 1_631_843_079_980, "board": {"items": items}}})

    done = followed("A gateway", answer, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Lists: 1 stored" in done.stderr


def test_a_project_subclasses_the_spider_and_adds_pipelines(tmp_path: Path) -> None:
    async def answer(_: Asked) -> web.StreamResponse:
        return web.Response(body=body(row(1, score=9_000), row(2, score=40)), content_type="application/json")

    done = followed("A project of your own", answer, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "'team/generous': 1" in done.stderr
    assert "Lists: 1 stored" in done.stderr
    with scripted(good) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN}
        wrong = subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "team", "-a", "coin=5"],
            env=environment(None, tmp_path / "data", ours),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (wrong.returncode, gateway.asked) == (1, [])
    assert "-a coin= is not an argument of the spider: did you mean coins?" in wrong.stderr


@pytest.mark.parametrize(
    ("name", "path", "told"),
    [
        ("LIST_RULES", "mine", "LIST_RULES must be MODULE.FUNCTION, such as mine.closed, not 'mine'"),
        ("LIST_RULES", "nowhere.rule", "LIST_RULES: nowhere cannot be imported: ModuleNotFoundError"),
        ("LIST_RULES", "json.loads, json.nothing", "LIST_RULES: json has no function nothing"),
        ("VERDICT_FUNCTION", "json.decoder.NaN", "VERDICT_FUNCTION: json.decoder has no function NaN"),
        ("VERDICT_FUNCTION", "nowhere.verdict", "a module beside you is found with PYTHONPATH=."),
    ],
)
def test_a_function_that_is_not_there_is_named_before_anything_is_polled(
    tmp_path: Path, name: str, path: str, told: str
) -> None:
    with scripted(good) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, name: path}
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=environment(None, tmp_path, ours), cwd=tmp_path)
    assert (done.returncode, gateway.asked) == (1, [])
    assert told in done.stderr


def test_a_module_that_fails_when_it_is_imported_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_rule.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SettingError, match="broken_rule cannot be imported: ZeroDivisionError: division by zero"):
        own_code.function("LIST_RULES", "broken_rule.rule")


def test_every_flag_of_ours_is_known() -> None:
    assert {"rank_gap", "clock_stands_still", rules.STALE_LIST, *rules.OF_READING_ROWS} < rules.FLAGS
    assert len(rules.FLAGS) == 19


@pytest.mark.parametrize("flag", ["Big", "two words", "", "stale_list", "ü", 7])
def test_a_flag_that_cannot_be_one_is_refused_with_its_room(flag: object) -> None:
    with pytest.raises(SettingError, match=rf"^room {ROOM}: a rule of LIST_RULES gave the flag"):
        [*own_rules.flags([lambda _: [flag]], snapshot([entry()]))]  # type: ignore[list-item]


def test_a_flag_of_two_rules_is_given_once_and_before_those_of_polls() -> None:
    own = [lambda _: ["odd", "even"], lambda _: ["odd"]]
    given = [*own_rules.flags(own, snapshot([entry()]))]
    assert given == ["odd", "even"]
    assert rules.flagged(snapshot([entry()]), own=given).flags == ("odd", "even")


def test_the_function_is_asked_of_what_is_no_list_alone_and_verdicts_go_first() -> None:
    asked: list[tuple[Seen, str]] = []

    def judge(seen: Seen, words: str) -> str | None:
        asked.append((seen, words))
        return "wait 7" if words == "later" else None

    verdicts = Verdicts.of("code:9=gone", judge=judge)
    assert verdicts.reads(Seen(200, 200, 0))
    assert verdicts.of_answer(Seen(200, 200, 0), Context("later")).action is Action.READ
    assert verdicts.of_answer(Seen(200, 9), Context("later")).action is Action.GONE
    assert asked == []
    waits = verdicts.of_answer(Seen(200, 500), Context("later"))
    assert (waits.action, waits.seconds, waits.reason) == (Action.WAIT, 7, "code 500: 'later'")
    assert verdicts.of_answer(Seen(401), Context("no")).action is Action.STOP
    assert verdicts.of_answer(Seen(200, shape=Shape.EMPTY_BODY)).action is Action.RETRY
    assert len(asked) == 3


@pytest.mark.parametrize("action", ["", "read", "gone_once", "wait -1", 5, b"gone", True])
def test_what_is_no_action_is_refused(action: object) -> None:
    verdicts = Verdicts.of("", judge=lambda *_: action)  # type: ignore[arg-type]
    with pytest.raises(
        SettingError, match=r"^VERDICT_FUNCTION must return retry, wait, wait SECONDS, gone, stop or None"
    ):
        verdicts.of_answer(Seen(500))
