"""Commands on terminals, and in pipes, that do not have every character: nothing ends with a traceback."""

import json
import os
import pty
import select
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import web

from rankcrawler.commands.printing.text import writable
from rankcrawler.store import locate
from tests.builders import ROOM, body, entry, failed, polled, row, snapshot
from tests.gateways import FORKS, TOKEN, ended, environment, simulated
from tests.scripted import Asked, refusal, scripted
from tests.warm import Files

NAME = "音浪😀 é ≥ 한국어"
ENCODINGS: dict[str, dict[str, str]] = {
    "gbk": {"PYTHONIOENCODING": "gbk"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
"""Names of encodings, each with the variables that a user would have set."""
QUIET = {"PYTHONWARNINGS": "error,ignore::ResourceWarning"}
"""Scrapy leaves a loop unclosed at the very end of a crawl."""


def run(*words: str, env: Mapping[str, str], stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    """The exit status, the output and the errors of a command line of ours."""
    with tempfile.TemporaryDirectory() as folder:
        files = Files(f"{folder}/in", f"{folder}/out", f"{folder}/err")
        Path(files.stdin).write_bytes(stdin)
        status = ended(FORKS.start(words, env, Path.cwd(), files))
        stdout, stderr = Path(files.stdout).read_bytes(), Path(files.stderr).read_bytes()
    assert b"Traceback (most" not in stderr, stderr
    assert b"UnicodeEncodeError" not in stderr
    return status, stdout, stderr


def on_terminal(*words: str, env: Mapping[str, str], width: int) -> bytes:
    """What a command line writes to a terminal of this width."""
    ours, theirs = pty.openpty()
    terminal = os.ttyname(theirs)
    files = Files(stdout=terminal, stderr=terminal)
    process = FORKS.start(words, {**env, "COLUMNS": str(width)}, Path.cwd(), files)
    seen, has_ended = b"", False
    while not has_ended:
        has_ended = process.poll() is not None  # before the last look: nothing is written after it
        while select.select([ours], [], [], 0 if has_ended else 0.02)[0]:
            seen += os.read(ours, 65_536)
    assert process.wait() == 0, seen
    os.close(theirs)
    os.close(ours)
    assert b"Traceback (most" not in seen
    return seen


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A data folder whose store has a list with names in many scripts, and a poll that failed."""
    (tmp_path / "data").mkdir(mode=0o700)
    store = locate.open_records(f"sqlite:///{tmp_path}/data/ranks.db", create=True)
    store.write([polled(snapshot([entry(1, nickname=NAME), entry(2, nickname="x")], room_id=ROOM))])
    store.write([polled(failed(room_id=ROOM))])
    store.close()
    return tmp_path / "data"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_store_answers_in_any_encoding(filled: Path, encoding: str) -> None:
    env = environment(None, filled, ENCODINGS[encoding])
    for words in (["status"], ["gains", ROOM], ["user", "7000001"], ["show", ROOM], ["rooms"]):
        status, shown, _ = run("store", *words, env=env)
        assert status == 0
        assert shown
        status, as_json, _ = run("store", *words, "--json", env=env)
        assert status == 0
        assert as_json.isascii()
        assert json.loads(as_json.decode())
    profile = run("store", "user", "7000001", "--json", env=env)[1]
    assert json.loads(profile)["nickname"] == NAME


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_rank_list_is_shown_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    async def named(_asked: Asked) -> web.Response:
        return web.Response(
            body=body(row(1, {"id": 5, "id_str": "5", "nickname": NAME})), content_type="application/json"
        )

    with scripted(named) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN}
        env = environment(None, tmp_path / "data", ours | ENCODINGS[encoding])
        status, table, _ = run("rank", ROOM, env=env)
        as_json = run("rank", ROOM, "--json", env=env)[1]
        drawn = on_terminal("rank", ROOM, env=env, width=60)
    assert status == 0
    assert b"coins" in table
    codec = "ascii" if encoding == "C" else encoding
    assert writable(NAME, codec).encode(codec) in table
    assert b"-" * 20 in drawn
    assert json.loads(as_json)["entries"][0]["nickname"] == NAME


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_rooms_are_shown_in_any_encoding_and_read_from_any_bytes(tmp_path: Path, encoding: str) -> None:
    async def chinese(_asked: Asked) -> web.Response:
        return refusal(500, msg="余额不足，请充值 한")

    env = environment(None, tmp_path / "data", ENCODINGS[encoding] | QUIET)
    with scripted(chinese) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, "ROOM_ATTEMPTS": "1"}
        assert run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=env | ours)[0] == 1
    added = run("rooms", "add", "-", "--every", "60", env=env, stdin=b"1\n\xff\xfe\n2\n")
    assert added[:2] == (1, b"2 taken, 2 of them new\n")
    for words in (["list"], ["status"], ["show", "1"], ["dead"]):
        status, shown, _ = run("rooms", *words, env=env)
        assert status == 0
        as_json = run("rooms", *words, "--json", env=env)[1]
        assert all(json.loads(line) for line in as_json.splitlines())
        drawn = on_terminal("rooms", *words, env=env, width=60)
        assert drawn.strip() or not shown


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "words",
    [
        *(["--help"], ["rank", "--help"], ["rooms", "--help"], ["rooms", "add", "--help"], ["store", "--help"]),
        *(["store", "export", "--help"], ["simulate", "--help"], ["fleet", "--help"], ["crawl", "--help"]),
        ["demo", "--help"],
    ],
    ids=" ".join,
)
def test_help_is_shown_in_any_encoding(tmp_path: Path, words: list[str], encoding: str) -> None:
    status, shown, _ = run(*words, env=environment(None, tmp_path, ENCODINGS[encoding]))
    assert status == 0
    assert shown


@pytest.mark.parametrize("encoding", ["gbk", "C"])
def test_a_whole_crawl_on_a_terminal_of_any_encoding_ends_well(tmp_path: Path, encoding: str) -> None:
    with simulated() as gateway:
        env = environment(gateway, tmp_path / "data", ENCODINGS[encoding] | QUIET)
        seen = on_terminal("crawl", "ranklist", "-a", f"rooms={ROOM}", env=env, width=80)
    assert b"Lists: " in seen
    assert b"\\u2501" not in seen


@pytest.mark.parametrize("words", [["rank", "音浪"], ["rooms", "rate", "音"], ["store", "user", "浪"], ["rooms", "浪"]])
def test_an_error_is_a_line_in_any_encoding(filled: Path, words: list[str]) -> None:
    env = environment(None, filled, {"PYTHONIOENCODING": "ascii", "GATEWAY_URL": "http://127.0.0.1:9"})
    status, shown, errors = run(*words, env=env)
    assert status != 0
    assert shown == b"" or b"usage" in errors.lower()
    assert errors.isascii()
    assert rb"\u" in errors
