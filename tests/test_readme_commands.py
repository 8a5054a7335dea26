"""Every `sh` block of both READMEs, run as it stands in a new shell in a fresh clone, and its `python` blocks.

A block that both have, up to its comments, is run once.

Only the placeholders for the gateway's address and token are replaced, with those of a simulated gateway. A block that
cannot be run has a comment above it, `<!-- not run by the tests: … -->`, with the reason.
"""

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.checkouts import bare, clone, with_environment
from tests.crawls import until

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*) -->\n)?^```(?P<language>sh|python)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SECONDS = 90
"""How long a block may take; most need three."""
TOKEN = "a-token-of-readme"


class Block(NamedTuple):
    """A block of code."""

    document: str
    number: int
    mark: str
    """The comment above it."""
    language: str
    code: str


def blocks(document: str) -> list[Block]:
    """The blocks of a document that are commands or Python."""
    found = _BLOCK.finditer((ROOT / document).read_text("utf-8"))
    return [
        Block(document, number, each["mark"] or "", each["language"], each["code"])
        for number, each in enumerate(found, start=1)
    ]


def told(block: Block) -> tuple[object, ...]:
    """The words of each line of a block for the shell, which skips comments; Python's code as it is."""
    if block.language == "python":
        return (block.code,)
    return tuple(tuple(shlex.split(line, comments=True)) for line in block.code.splitlines())


BLOCKS = [*blocks("README.md"), *blocks("README.zh.md")]
RUN = [*{told(block): block for block in reversed(BLOCKS) if not block.mark}.values()][::-1]


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    """The address of a simulated gateway."""
    command = [sys.executable, "-m", "rankcrawler", "simulate", "--port", "0"]
    env = bare(GATEWAY_TOKEN=TOKEN)
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removeprefix("GATEWAY_URL=")
        process.terminate()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh clone, in which `make` has installed everything."""
    return with_environment(clone(tmp_path / "rankcrawler"))


def polled(checkout: Path) -> list[str]:
    """The rooms on record."""
    try:
        with sqlite3.connect(f"file:{checkout / 'data' / 'ranks.db'}?mode=ro", uri=True) as database:
            return [room for (room,) in database.execute("SELECT room_id FROM _polls JOIN _rooms USING (room_key)")]
    except sqlite3.OperationalError:  # there is no store yet
        return []


def started(code: str, checkout: Path, gateway: str, program: tuple[str, ...]) -> "subprocess.Popen[str]":
    """Start a block in the clone, in a process group of its own, with the gateway that a user has set up."""
    env = bare(GATEWAY_URL=gateway, GATEWAY_TOKEN=TOKEN)
    code = code.replace("https://gateway.example.com", gateway).replace("GATEWAY_TOKEN=…", f"GATEWAY_TOKEN={TOKEN}")
    log = (checkout / "log").open("w")
    with log:
        return subprocess.Popen(
            [*program, code], env=env, cwd=checkout, text=True, stdout=log, stderr=log, process_group=0
        )


def ended(block: "subprocess.Popen[str]") -> None:
    """End what the block has left in the background; AssertionError if it does not end."""
    try:
        signalled(block.pid, signal.SIGTERM)
        until(lambda: block.poll() is not None and not signalled(block.pid, 0), 30)
    finally:
        signalled(block.pid, signal.SIGKILL)
        block.wait(10)


def signalled(group: int, number: int) -> bool:
    """Send the processes of a group a signal; False if there are none."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


_CRAWL = ".venv/bin/rankcrawler crawl ranklist -a rooms=6994259511469247263"
"""What a newcomer has done before asking the store."""


@pytest.mark.parametrize(
    "block", [each for each in RUN if each.language == "sh"], ids=lambda block: f"{block.document}-{block.number}"
)
def test_a_block_runs_in_a_new_shell_in_a_fresh_clone(block: Block, checkout: Path, gateway: str) -> None:
    if " store " in block.code or " serve " in block.code:
        crawl = started(_CRAWL, checkout, gateway, ("/bin/sh", "-e", "-c"))
        assert crawl.wait(_SECONDS) == 0, (checkout / "log").read_text("utf-8")
    shell = started(block.code, checkout, gateway, ("/bin/sh", "-e", "-c"))
    try:
        status = shell.wait(_SECONDS)
        if "rooms add" in block.code:
            until(lambda: "6994259511469247263" in polled(checkout), 30)
    finally:
        ended(shell)
    said = (checkout / "log").read_text("utf-8")
    assert status == 0, said
    assert "Traceback (most recent call last)" not in said


@pytest.mark.parametrize(
    "block", [each for each in RUN if each.language == "python"], ids=lambda block: f"{block.document}-{block.number}"
)
def test_a_block_of_python_runs_beside_a_crawl(block: Block, checkout: Path, gateway: str) -> None:
    crawl = started(".venv/bin/rankcrawler crawl ranklist", checkout, gateway, ("/bin/sh", "-c"))
    try:
        until(lambda: "Leasing from" in (checkout / "log").read_text("utf-8"), 30)
        subprocess.run([".venv/bin/python", "-c", block.code], cwd=checkout, env=bare(), timeout=30, check=True)
        until(lambda: "6994259511469247263" in polled(checkout), 30)
    finally:
        ended(crawl)


def test_a_block_that_is_not_run_says_why_and_there_are_few() -> None:
    marks = [block.mark for block in BLOCKS if block.mark]
    assert [mark for mark in marks if not re.fullmatch(r"(not run by the tests: |测试不运行：)\S.+", mark)] == []
    assert len(marks) <= 2
    assert len(RUN) >= 10


def test_a_block_that_only_one_readme_has_is_run_and_comments_make_no_difference() -> None:
    one = Block("README.md", 1, "", "sh", "make demo  # looks at it\n")
    assert told(one) == told(one._replace(code="make  demo # 看看\n"))
    assert told(one) != told(one._replace(code="make demo 看看\n"))
    assert told(one) != told(one._replace(code="make\ndemo\n"))
    assert {told(block) for block in BLOCKS if not block.mark} == {told(block) for block in RUN}
    assert [block.document for block in RUN].count("README.md") >= 10


def test_a_block_fails_if_its_command_does(checkout: Path, gateway: str) -> None:
    shell = started("scrapy-of-nobody crawl ranklist\ntrue\n", checkout, gateway, ("/bin/sh", "-e", "-c"))
    assert shell.wait(30) == 127
