"""Runs command lines of ours in processes that start warm: forked from one that has imported the package.

A command is a process of its own, with its own arguments, environment, folder and end, as a user starts it; but the
half second that it takes to import Scrapy is spent once for all commands of a test run. The process that forks does
nothing but wait for requests, and for the ends of what it has forked: `python -m tests.warm`.
"""

import atexit
import gc
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from threading import Lock
from typing import Any, NamedTuple, Protocol, TextIO

ROOT = Path(__file__).parent.parent
PRELOADED = (
    "rankcrawler.cli",
    "rankcrawler.commands.entry",
    "rankcrawler.commands.overview",
    "rankcrawler.commands.rooms.subcommands",
    "rankcrawler.commands.store.subcommands",
    "rankcrawler.extensions",
    "rankcrawler.feeds.extension",
    "rankcrawler.handler",
    "rankcrawler.logformatter",
    "rankcrawler.model.pseudonyms",
    "rankcrawler.pipelines",
    "rankcrawler.preflight",
    "rankcrawler.speedups",
    "rankcrawler.spiders",
    "rankcrawler.store.locate",
    "scrapy.cmdline",
    "scrapy.commands",
    "scrapy.crawler",
    "scrapy.dupefilters",
    "scrapy.extensions.closespider",
    "scrapy.extensions.corestats",
    "scrapy.extensions.logcount",
    "scrapy.extensions.logstats",
    "scrapy.extensions.memdebug",
    "scrapy.extensions.memusage",
    "scrapy.extensions.spiderstate",
    "scrapy.extensions.throttle",
    "scrapy.pqueues",
    "scrapy.squeues",
    "uvloop",
)
"""Modules that a command or a crawl imports, and packages of which it imports every module."""
MAINS = {"rankcrawler": "rankcrawler.cli"}
"""Programs whose main() is in another module."""
_AT_START = ("PYTHON", "LC_", "LANG")
_PATIENCE = 60.0
"""Seconds in which a process is forked, on the busiest of machines; the first has to import everything before."""
_MOST = 3
"""Processes that fork; each holds a hundred megabytes."""
_TURN = 0.05
"""Seconds for which one thread waits for news, before it lets others look."""


def of_interpreter(env: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """The variables that an interpreter reads as it starts."""
    return frozenset((name, env[name]) for name in env if name.startswith(_AT_START) and name != "LANGUAGE")


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

    There is one process that forks for each environment in what `of_interpreter` names.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._met: set[frozenset[tuple[str, str]]] = set()
        self._forkers: dict[frozenset[tuple[str, str]], _Forker] = {}

    def start(
        self, args: tuple[str, ...], env: Mapping[str, str], cwd: Path, files: Files, program: str = "rankcrawler"
    ) -> Process:
        """Start a command line of ours, or `python -m` another program."""
        kind = of_interpreter(env)
        with self._lock:
            if kind not in self._met:
                self._met.add(kind)
                return _cold((program, *args), env, cwd, files)
            forker = self._forkers.pop(kind, None) or _Forker(env)
            self._forkers[kind] = forker
            for idle in [each for each in self._forkers if not self._forkers[each].is_busy()][:-_MOST]:
                if idle != kind:
                    self._forkers.pop(idle).close()
        return forker.start({"program": program, "args": args, "env": dict(env), "cwd": str(cwd), "files": files})


class _Forker:
    """A process that forks, for one environment."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._lock = Lock()
        self._running: set[int] = set()
        self._statuses: dict[int, int] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm"],
            env=dict(env),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
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

    def is_busy(self) -> bool:
        """Whether it has forked what has not ended."""
        return any(self.status(pid) is None for pid in [*self._running])

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


def _cold(words: tuple[str, ...], env: Mapping[str, str], cwd: Path, files: Files) -> "subprocess.Popen[bytes]":
    """An interpreter that starts as it would for a user."""
    command = [sys.executable, "-m", *words]
    with open(files.stdin, "rb") as stdin, open(files.stdout, "ab") as stdout, open(files.stderr, "ab") as stderr:  # noqa: PTH123
        return subprocess.Popen(command, env=env, cwd=cwd, stdin=stdin, stdout=stdout, stderr=stderr)


def serve() -> str:
    """Fork for each request, and tell of each end, until there are no more requests.

    Returns in a forked process: the name of its program.
    """
    for name in PRELOADED:
        module = import_module(name)
        for each in iter_modules(getattr(module, "__path__", ())):
            import_module(f"{name}.{each.name}")
    assert "twisted.internet.reactor" not in sys.modules, "each process installs its own"
    gc.collect()
    gc.freeze()
    asked, told = os.dup(0), os.dup(1)
    ends, signalled = os.pipe()
    os.set_blocking(signalled, False)
    signal.set_wakeup_fd(signalled)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    rest = b""
    while True:
        ready, _, _ = select.select([asked, ends], [], [])
        if ends in ready:
            os.read(ends, 1024)
            _tell_ends(told)
        if asked not in ready:
            continue
        more = os.read(asked, 1 << 16)
        if not more:
            os._exit(0)
        *lines, rest = (rest + more).split(b"\n")
        for line in lines:
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for each in (asked, told, ends, signalled):
                    os.close(each)
                return become(json.loads(line))
            os.write(told, b"began %d\n" % pid)


def _tell_ends(told: int) -> None:
    """Tell of each process that has ended since."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        os.write(told, b"ended %d %d\n" % (pid, os.waitstatus_to_exitcode(status)))


def become(request: Any) -> str:
    """Be the process of a command line that was just started; returns its program."""
    for number, file in enumerate(request["files"]):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
        opened = os.open(file, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, name, _opened(number, getattr(sys, name)))
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    random.seed()
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    program = str(request["program"])
    sys.argv = [str(ROOT / program.replace(".", "/")), *request["args"]]
    if program in MAINS:
        sys.argv[0] += "/__main__.py"
    return program


def _opened(number: int, before: TextIO) -> TextIO:
    """A standard stream as an interpreter opens it: what it can do, and when it writes, depends on what is behind."""
    is_written = number > 0
    return open(
        number,
        "w" if is_written else "r",
        buffering=1 if os.isatty(number) or number == 2 else -1,
        encoding=before.encoding,
        errors=before.errors,
        newline="\n" if is_written else None,
        closefd=False,
    )


if __name__ == "__main__":
    program = serve()
    import_module(MAINS.get(program, program)).main()
