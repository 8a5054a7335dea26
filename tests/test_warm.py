"""A forked process is what an interpreter of its own would have been."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.gateways import environment
from tests.warm import Files, Forks

KINDS: dict[str, dict[str, str]] = {
    "as most": {},
    "quiet": {"PYTHONWARNINGS": "error,ignore::ResourceWarning"},
    "without a word of warnings": {"PYTHONWARNINGS": ""},
    "gbk": {"PYTHONIOENCODING": "gbk"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


def mirrored(forks: Forks, folder: Path, env: dict[str, str]) -> tuple[int, Any]:
    """The process that looked at itself, and what it saw."""
    out = folder / "out"
    out.unlink(missing_ok=True)
    process = forks.start(("a", "b c"), env, folder, Files(stdout=str(out), stderr=str(folder / "err")), "tests.mirror")
    assert process.wait(60) == 0, (folder / "err").read_text("utf-8")
    return process.pid, json.loads(out.read_text("utf-8"))


def test_a_fork_has_the_streams_warnings_words_and_folder_of_an_interpreter_of_its_own(tmp_path: Path) -> None:
    forks = Forks()
    for name, variables in KINDS.items():
        env = environment(None, tmp_path, variables) | {"PYTHONPATH": str(Path.cwd())}
        (_, cold), (_, forked) = (mirrored(forks, tmp_path, env) for _ in range(2))
        assert forked == cold, name
    forks.close()


def test_forks_run_at_once_and_are_waited_for_signalled_and_killed_each_by_itself(tmp_path: Path) -> None:
    forks, env = Forks(), environment(None, tmp_path)
    words = ("simulate", "--port", "0")
    files = [Files(stdout=str(tmp_path / str(number))) for number in range(3)]
    cold, one, other = (forks.start(words, env, tmp_path, each) for each in files)
    assert len({cold.pid, one.pid, other.pid, os.getpid()}) == 4
    with pytest.raises(subprocess.TimeoutExpired):
        one.wait(0.01)
    other.kill()
    assert other.wait(20) == -signal.SIGKILL
    assert one.poll() is None
    one.kill()
    cold.kill()
    assert (one.wait(20), cold.wait(20)) == (-signal.SIGKILL, -signal.SIGKILL)
    one.send_signal(signal.SIGTERM)
    forks.close()
