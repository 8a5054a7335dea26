"""The pages of docs/ that have the reader type something: who follows one from beginning to end, in one shell, gets
what stands there. Commands are forked; those of README.md and the tutorial start as installed. docs/extending.md,
gateways.md, python.md, queries.md and deploying.md have tests of their own.
"""

import io
import os
import re
import shlex
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from tests import pages, stores, test_queries
from tests.checkouts import bare, clone, with_environment
from tests.gateways import FORKS, environment, run
from tests.pages import ROOT, Block, blocks, is_shown

ROOM = "6994259511469247263"
TOKEN = "a-token-of-a-page"
FOLLOWED = {
    "docs/tutorial.md": {"8765": "", "8766": "", "sleep 10": "sleep 4", "make demo": "true"},
    "docs/crawling.md": {"https://gateway.example.com": "", "GATEWAY_TOKEN=…": f"GATEWAY_TOKEN={TOKEN}"},
    "docs/asking.md": {},
    "docs/excel.md": {},
    "docs/failures.md": {},
    "docs/cost.md": {},
    "docs/fleet.md": {},
}
"""Pages, and what is replaced in their commands: an empty text by a free port or the address of a simulated gateway."""
ELSEWHERE = {
    *("extending", "gateways", "python", "queries", "deploying", "serving", "grafana", "notebook", "accuracy"),
    *("alerts", "upgrading"),
}
"""Pages whose blocks are run by another test, or below; docs/accuracy.md names a benchmark."""
_SECONDS = 90
_END = "--- end of a block"


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    """The address of a simulated gateway."""
    env = bare(GATEWAY_TOKEN=TOKEN)
    command = [*FORKS.program(env), "simulate", "--port", "0"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removeprefix("GATEWAY_URL=")
        process.terminate()


def free_port() -> str:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return str(bound.getsockname()[1])


def replacements(page: str, gateway: str) -> dict[str, str]:
    return {old: new or (gateway if "://" in old else free_port()) for old, new in FOLLOWED[page].items()}


def script(commands: list[Block], replaced: Mapping[str, str]) -> str:
    """The blocks, with a line behind each; at the end, what was left in the background ends."""
    code = "".join(f"{each.code}echo '{_END}'\n" for each in commands)
    for old, new in replaced.items():
        assert old in code, old
        code = code.replace(old, new)
    return f"trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n{code}"


@pytest.mark.parametrize("page", FOLLOWED)
def test_a_page_can_be_followed_to_its_end(page: str, tmp_path: Path, gateway: str) -> None:
    folder = with_environment(clone(tmp_path / "clone"))
    commands = [each for each in blocks(page) if each.language == "sh"]
    replaced = replacements(page, gateway)
    env = bare() if page == "docs/tutorial.md" else bare(GATEWAY_URL=gateway, GATEWAY_TOKEN=TOKEN)
    programs = [str(FORKS.script(tmp_path / "bin", env)), str(folder / ".venv" / "bin"), env["PATH"]]
    env |= {"PATH": os.pathsep.join(programs), "LANGUAGE": "en", "COLUMNS": "160"}
    if " store " in "".join(each.code for each in commands) and page != "docs/tutorial.md":
        first = [*FORKS.program(env), "crawl", "ranklist", "-a", f"rooms={ROOM}"]
        subprocess.run(first, env=env, cwd=folder, capture_output=True, timeout=_SECONDS, check=True)
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", script(commands, replaced)],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    printed = done.stdout.split(f"{_END}\n")
    assert len(printed) == len(commands) + 1, done.stderr + done.stdout
    for block, found in zip(commands, printed, strict=False):
        for old, new in replaced.items():
            found = found.replace(new, old) if old.isdigit() else found
        assert block.shown is None or is_shown(found, block.shown), (block.code, found)
    assert done.returncode == 0, done.stderr
    assert "Traceback (most recent call last)" not in done.stderr


def test_every_page_with_commands_is_followed() -> None:
    found = {
        path.stem
        for path in (ROOT / "docs").glob("*.md")
        if not path.name.endswith(".zh.md")
        if blocks(f"docs/{path.name}")
    }
    assert found == {Path(page).stem for page in FOLLOWED} | ELSEWHERE


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of the store of docs/queries.md."""
    return stores.ready(request.param, tmp_path, request, test_queries.fill)


def test_the_queries_of_grafana_run_on_both_databases(where: str, tmp_path: Path) -> None:
    values = {"$room": test_queries.ONE, "$__unixEpochFrom()": "0", "$__unixEpochTo()": "4000000000"}
    rows = []
    for block in [each for each in blocks("docs/grafana.md") if each.language == "sql"]:
        query = block.code
        for macro, value in values.items():
            query = query.replace(macro, value)
        assert "$" not in query
        done = run("store", "sql", query, env=environment(None, tmp_path, {"STORE_URL": where}))
        assert (done.returncode, done.stderr) == (0, ""), query
        rows.append(len(done.stdout.splitlines()) - 1)
    assert rows == [2, 9, 1, 2]


def test_the_grant_of_grafana_is_a_command_that_there_is(tmp_path: Path) -> None:
    (grant,) = [each for each in blocks("docs/grafana.md") if each.language == "sh"]
    (tmp_path / "grafana.password").write_text("a password\n")
    words = shlex.split(grant.code)[1:]
    done = run(*words, env=environment(None, tmp_path, {"STORE_URL": f"sqlite:///{tmp_path}/ranks.db"}), cwd=tmp_path)
    assert done.returncode == 1
    assert "PostgreSQL" in done.stderr


def test_the_notebook_prints_what_stands_below_its_blocks(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_URL", where)
    monkeypatch.delenv("TIME_ZONE", raising=False)
    names: dict[str, Any] = {}
    found = [each for each in blocks("docs/notebook.md") if each.language == "python"]
    assert len(found) == 4
    for block in found:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(block.code, block.document, "exec"), names)  # noqa: S102 - our own page
        assert printed.getvalue() == (block.shown or ""), block.code


def test_dots_stand_for_any_lines_and_anything_within_one() -> None:
    assert is_shown("a  b\nc\nd 1\n", "a b\n…\nd …\n")
    assert not is_shown("a\nb\n", "a\n")
    assert not is_shown("a\n", "b\n")
    assert re.fullmatch(r"\d+", free_port())
    assert pages.ROOT == ROOT
