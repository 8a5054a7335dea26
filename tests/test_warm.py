"""A forked process is what an interpreter of its own would have been."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import plain_http
from tests.gateways import environment
from tests.warm import Files, Forks, cold

MIRROR = "tests.mirror"

KINDS: dict[str, dict[str, str]] = {
    "as most": {},
    "quiet": {"PYTHONWARNINGS": "error,ignore::ResourceWarning"},
    "without a word of warnings": {"PYTHONWARNINGS": ""},
    "gbk": {"PYTHONIOENCODING": "gbk"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    """Processes that fork, of these tests alone."""
    one = Forks()
    yield one
    one.close()


def mirrored(forks: Forks | None, folder: Path, env: dict[str, str]) -> tuple[Any, list[str]]:
    """The process that looked at itself, what it saw and what it complained of at its end; of its own by default."""
    out, err = folder / "out", folder / "err"
    out.unlink(missing_ok=True)
    err.unlink(missing_ok=True)
    words, files = ("a", "b c"), Files(stdout=str(out), stderr=str(err))
    process = forks.start(words, env, folder, files, MIRROR) if forks else cold((MIRROR, *words), env, folder, files)
    assert process.wait(60) == 0, err.read_text("utf-8")
    told = sorted(re.findall(r"unclosed <(\S+)", err.read_text("utf-8")))
    return json.loads(out.read_text("utf-8")), told


def test_a_fork_has_the_streams_warnings_words_and_folder_of_an_interpreter_of_its_own(
    forks: Forks, tmp_path: Path
) -> None:
    for name, variables in KINDS.items():
        env = environment(None, tmp_path, variables) | {"PYTHONPATH": str(Path.cwd())}
        seen, told = mirrored(None, tmp_path, env)
        mirrored(forks, tmp_path, env)  # which may be the first of its kind
        assert mirrored(forks, tmp_path, env) == (seen, told), name
        assert told == ["socket.socket"] * (2 if env["PYTHONWARNINGS"] == "error" else 0), name


def test_forks_run_at_once_and_are_waited_for_signalled_and_killed_each_by_itself(forks: Forks, tmp_path: Path) -> None:
    env = environment(None, tmp_path)
    words = ("simulate", "--port", "0")
    files = [Files(stdout=str(tmp_path / str(number))) for number in range(3)]
    first, one, other = (forks.start(words, env, tmp_path, each) for each in files)
    assert len({first.pid, one.pid, other.pid, os.getpid()}) == 4
    with pytest.raises(subprocess.TimeoutExpired):
        one.wait(0.01)
    other.kill()
    assert other.wait(20) == -signal.SIGKILL
    assert one.poll() is None
    one.kill()
    first.kill()
    assert (one.wait(20), first.wait(20)) == (-signal.SIGKILL, -signal.SIGKILL)
    one.send_signal(signal.SIGTERM)


def mirror(forks: Forks, folder: Path, **variables: str) -> dict[str, str]:
    """The variables of a shell in a folder, whose `rankcrawler` is one that is forked."""
    env = environment(None, folder, variables) | {"PYTHONPATH": str(Path.cwd())}
    return env | {"PATH": f"{forks.script(folder / 'bin', env)}{os.pathsep}{env['PATH']}"}


def shell(code: str, folder: Path, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", code], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_what_stands_in_for_a_command_has_its_words_streams_folder_and_end(forks: Forks, tmp_path: Path) -> None:
    env = mirror(forks, tmp_path)
    done = shell(
        """
        rankcrawler --version
        rankcrawler store sql "select 'two  words', 1" 2>&1
        echo $?
        echo 7300000000000000001 | rankcrawler rooms add - --every 60
        DATA_DIR=elsewhere rankcrawler rooms status
        echo $?
        LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 rankcrawler --version
    """,
        tmp_path,
        env,
    )
    first, why, status, added, none, last = done.stdout.splitlines()
    assert first == last, "one of another kind starts in an interpreter of its own"
    assert (status, none, added) == ("1", "1", "1 taken, 1 of them new")
    assert "there is no store at" in why
    assert f"there is no queue at {tmp_path}/elsewhere/queue" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_stands_in_for_a_command_passes_signals_on_and_ends_as_it_ends(
    forks: Forks, tmp_path: Path, number: signal.Signals
) -> None:
    env = environment(None, tmp_path)
    command = [*forks.program(env), "simulate", "--port", "0"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        [url] = re.findall(r"http\S+", process.stdout.readline())
        process.send_signal(number)
        assert process.wait(10) == (-number if number == signal.SIGKILL else 0)
        assert "GATEWAY_TOKEN" in process.stdout.read(), "until it is closed: the other has ended"
    with pytest.raises(httpx.ConnectError):
        plain_http.get(url)


def test_what_stands_in_for_a_command_ignores_the_signals_that_it_was_told_to(forks: Forks, tmp_path: Path) -> None:
    code = """
        trap '' USR1; rankcrawler simulate --port 0 > said &
        until grep -q URL said; do sleep 0.01; done
        kill -USR1 $!; kill $!; wait $!
    """
    assert shell(code, tmp_path, mirror(forks, tmp_path)).returncode == 0
