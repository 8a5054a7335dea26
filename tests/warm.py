"""Runs command lines of ours in processes that start warm: forked from one that has imported the package.

A command is a process of its own, with its own arguments, environment, folder and end, as a user starts it; but the
half second that it takes to import Scrapy is spent once for all commands of a test run. tests.forking is what forks.
"""

import atexit
import json
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Protocol

ROOT = Path(__file__).parent.parent
_AT_START = ("PYTHON", "LC_", "LANG")
_HEEDED = ("PYTHONWARNINGS", "PYTHONIOENCODING")
"""Variables that an interpreter reads as it starts, and that a fork heeds as if it did."""
_PATIENCE = 60.0
"""Seconds in which a process is forked, on the busiest of machines; the first has to import everything before."""
_MOST = 3
"""Processes that fork; each holds a hundred megabytes."""
_TURN = 0.05
"""Seconds for which one thread waits for news, before it lets others look."""


def of_interpreter(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that an interpreter reads as it starts."""
    return {name: value for name, value in env.items() if name.startswith(_AT_START) and name != "LANGUAGE"}


def of_kind(env: Mapping[str, str]) -> dict[str, str]:
    """Those of them that a fork cannot heed: it must have started with the same."""
    return {name: value for name, value in of_interpreter(env).items() if name not in _HEEDED}


class Files(NamedTuple):
    """What a process reads and writes; os.devnull by default."""

    stdin: str = os.devnull
    stdout: str = os.devnull
    stderr: str = os.devnull


class Process(Protocol):
    """A process that runs or has ended, as subprocess.Popen has it."""

    pid: int

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended; raises TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it has not ended."""

    def kill(self) -> None:
        """End it."""


class Forks:
    """Starts command lines: in forks where the environment was met before, and in an interpreter of its own otherwise.

    Environments are the same if they are in what `of_interpreter` names, but for what a fork heeds as well.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._met: set[frozenset[tuple[str, str]]] = set()
        self._forkers: dict[frozenset[tuple[str, str]], _Forker] = {}

    def start(
        self,
        args: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        files: Files,
        program: str = "rankcrawler",
        *,
        session: bool = False,
    ) -> Process:
        """Start a command line of ours, or `python -m` another program; where it has a session of its own, with the
        terminal that is among its files.
        """
        kind = frozenset(of_kind(env).items())
        with self._lock:
            if kind not in self._met and not session:
                self._met.add(kind)
                return cold((program, *args), env, cwd, files)
            forker = self._forker(kind, env)
        request = {"program": program, "args": [*args], "env": dict(env), "cwd": str(cwd), "files": files}
        return forker.start(request | {"session": session})

    def program(self, env: Mapping[str, str]) -> tuple[str, ...]:
        """The words that start `rankcrawler` as a fork, for a shell or a test that starts processes with pipes.

        Where it gets an environment of another kind, it starts in an interpreter of its own.
        """
        with self._lock:
            forker = self._forker(frozenset(of_kind(env).items()), env)
            forker.is_kept = True
        return (sys.executable, "-I", "-S", str(ROOT / "tests" / "stand_in.py"), forker.door)

    def script(self, folder: Path, env: Mapping[str, str]) -> Path:
        """The same as a script `rankcrawler` in a folder, to be put at the head of a PATH; returns the folder."""
        folder.mkdir(exist_ok=True)
        file = folder / "rankcrawler"
        file.write_text(f'#!/bin/sh\nexec {shlex.join(self.program(env))} "$@"\n')
        file.chmod(0o755)
        return folder

    def _forker(self, kind: frozenset[tuple[str, str]], env: Mapping[str, str]) -> "_Forker":
        """The process that forks for a kind of environment; of those that are idle, only the last remain."""
        forker = self._forkers.pop(kind, None) or _Forker(env)
        self._forkers[kind] = forker
        for idle in [each for each in self._forkers if self._forkers[each].is_idle()][:-_MOST]:
            if idle != kind:
                self._forkers.pop(idle).close()
        return forker

    def close(self) -> None:
        """End the processes that fork."""
        while self._forkers:
            self._forkers.popitem()[1].close()


class _Forker:
    """A process that forks, for one environment."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._lock = Lock()
        self._running: set[int] = set()
        self._statuses: dict[int, int] = {}
        self.is_kept = False
        """Whether others may know its door."""
        self._folder = tempfile.TemporaryDirectory(prefix="fork-", dir="/tmp")  # a socket's name must be short
        self.door = f"{self._folder.name}/door"
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(self.door)
            door.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forking", str(door.fileno())],
                env={name: value for name, value in env.items() if name not in _HEEDED},
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=(door.fileno(),),
                bufsize=0,
            )
        atexit.register(self.close)

    def start(self, request: Any) -> "_Forked":
        """Fork once."""
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            pid = None
            while pid is None:
                assert self._has_news(_PATIENCE), "the process that forks does not answer"
                pid = self._heard()
        return _Forked(self, pid, request["args"])

    def is_idle(self) -> bool:
        """Whether all that it has forked has ended, and no one else may ask it for more."""
        return not self.is_kept and all(self.status(pid) is not None for pid in [*self._running])

    def status(self, pid: int, timeout: float = 0) -> int | None:
        """The exit status of a process; None if it has not ended in time."""
        deadline = time.monotonic() + timeout
        while True:
            with self._lock:
                if pid in self._statuses:
                    return self._statuses[pid]
                left = deadline - time.monotonic()
                if self._has_news(max(0, min(left, _TURN))):
                    self._heard()
                elif left <= 0:
                    return None

    def close(self) -> None:
        """End the process: it does, once nothing can be asked any more."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        atexit.unregister(self.close)
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()

    def _has_news(self, timeout: float) -> bool:
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], timeout)[0])

    def _heard(self) -> int | None:
        """Take one line of news: the id of the process if one has begun."""
        assert self._process.stdout is not None
        what, pid, *status = self._process.stdout.readline().split()
        if what == b"began":
            self._running.add(int(pid))
            self._statuses.pop(int(pid), None)  # of one that had this id before
            return int(pid)
        self._running.remove(int(pid))
        self._statuses[int(pid)] = int(status[0])
        return None


class _Forked:
    """A process of a _Forker."""

    def __init__(self, forker: _Forker, pid: int, args: tuple[str, ...]) -> None:
        self.pid = pid
        self._forker = forker
        self._args = args

    def poll(self) -> int | None:
        return self._forker.status(self.pid)

    def wait(self, timeout: float | None = None) -> int:
        status = self._forker.status(self.pid, float("inf") if timeout is None else timeout)
        if status is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self._args, timeout)
        return status

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def cold(words: tuple[str, ...], env: Mapping[str, str], cwd: Path, files: Files) -> "subprocess.Popen[bytes]":
    """An interpreter that starts as it would for a user."""
    command = [sys.executable, "-m", *words]
    with open(files.stdin, "rb") as stdin, open(files.stdout, "ab") as stdout, open(files.stderr, "ab") as stderr:  # noqa: PTH123
        return subprocess.Popen(command, env=env, cwd=cwd, stdin=stdin, stdout=stdout, stderr=stderr)
