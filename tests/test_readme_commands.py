"""Every `sh` block of README.md, run as it stands in a new shell in a fresh clone, and its `python` blocks. The Chinese
one has the same blocks.

Only the placeholders for the gateway's address and token are replaced, with those of a simulated gateway. A block that
cannot be run has a comment above it, `<!-- not run by the tests: … -->`, with the reason.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkouts import bare, clone, with_environment
from tests.crawls import until
from tests.pages import Block, blocks

ROOT = Path(__file__).parent.parent
_SECONDS = 90
"""How long a block may take; most need three."""
TOKEN = "a-token-of-readme"


BLOCKS = blocks("README.md")
RUN = [block for block in BLOCKS if not block.mark]


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


@pytest.mark.parametrize("block", [each for each in RUN if each.language == "python"], ids=lambda block: block.number)
def test_a_block_of_python_asks_the_store_of_a_crawl(block: Block, checkout: Path, gateway: str) -> None:
    crawl = started(_CRAWL, checkout, gateway, ("/bin/sh", "-e", "-c"))
    assert crawl.wait(_SECONDS) == 0, (checkout / "log").read_text("utf-8")
    asked = subprocess.run(
        [".venv/bin/python", "-c", block.code], cwd=checkout, env=bare(), capture_output=True, timeout=30, check=True
    )
    assert asked.stdout.strip() == b"()"  # a first list shows what was there, and not what was given


def test_a_block_of_python_pushes_rooms_beside_a_crawl(checkout: Path, gateway: str) -> None:
    (push,) = [each for each in blocks("docs/crawling.md") if each.language == "python"]
    crawl = started(".venv/bin/rankcrawler crawl ranklist", checkout, gateway, ("/bin/sh", "-c"))
    try:
        until(lambda: "Leasing from" in (checkout / "log").read_text("utf-8"), 30)
        subprocess.run([".venv/bin/python", "-c", push.code], cwd=checkout, env=bare(), timeout=30, check=True)
        until(lambda: "6994259511469247263" in polled(checkout), 30)
    finally:
        ended(crawl)


def test_a_block_that_is_not_run_says_why_and_there_are_few() -> None:
    marks = [block.mark for block in BLOCKS if block.mark]
    assert [mark for mark in marks if not re.fullmatch(r"not run by the tests: \S.+", mark)] == []
    assert len(marks) <= 2
    assert len(RUN) >= 6


def test_a_block_fails_if_its_command_does(checkout: Path, gateway: str) -> None:
    shell = started("scrapy-of-nobody crawl ranklist\ntrue\n", checkout, gateway, ("/bin/sh", "-e", "-c"))
    assert shell.wait(30) == 127
