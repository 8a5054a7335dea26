"""Forks processes that have imported what our commands need: `python -m tests.forking DOOR`.

It does nothing but wait for requests on its standard input, a line of JSON each, and for the ends of what it has
forked. It tells of both on its standard output: `began PID`, and `ended PID STATUS`. Processes that stand in for a
command come to its door, a Unix socket of that number (tests/stand_in.py).
"""

import atexit
import builtins
import gc
import json
import os
import random
import select
import signal
import socket
import sys
import time
import warnings
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, TextIO

from tests import stand_in
from tests.warm import of_kind

ROOT = Path(__file__).parent.parent
PRELOADED = (
    "encodings.idna",
    "rankcrawler.cli",
    "rankcrawler.commands",
    "rankcrawler.commands.alerts",
    "rankcrawler.commands.anchors",
    "rankcrawler.commands.doctor",
    "rankcrawler.commands.entry",
    "rankcrawler.commands.gateway",
    "rankcrawler.commands.rooms",
    "rankcrawler.commands.store",
    "rankcrawler.event_loop",
    "rankcrawler.extensions",
    "rankcrawler.feeds.extension",
    "rankcrawler.handler",
    "rankcrawler.jsonlog",
    "rankcrawler.logformatter",
    "rankcrawler.model.pseudonyms",
    "rankcrawler.pipelines",
    "rankcrawler.preflight",
    "rankcrawler.speedups",
    "rankcrawler.spiders",
    "rankcrawler.store",
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
    "tests.torture.worker",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
"""Modules that a command or a crawl imports, and packages of which it imports every module."""
SCRIPT = Path(sys.executable).parent / "rankcrawler"
MAINS = {"rankcrawler": "rankcrawler.cli"}
"""Programs whose main() is in another module."""
OPENERS = {"asyncio", "concurrent", "logging", "multiprocessing", "rankcrawler", "subprocess", "tempfile", "threading"}
"""Modules, and packages of modules, that may hold what a command has opened."""
TELLERS = {"builtins", "linecache", "sys", "tracemalloc", "warnings"}
"""Those that tell of what is left open when a process ends."""


def preload() -> None:
    """Import what commands need, so that a forked process has it; and have it end without taking that apart.

    To take a thousand modules apart, and to copy for it the memory that it shares with others, is a quarter of what a
    short command takes. What it has imported and opened itself is closed as in any process, with a warning.
    """
    spared: list[Any] = []
    spared.append(spared)  # so that nothing frees it

    def spare() -> None:
        gc.collect()  # as the interpreter does next, while what is destroyed can still import
        spared.extend(map(sys.modules.get, known))
        gone: Any = dict.fromkeys(known)
        sys.modules.update(gone)  # as it does then: nothing can be imported any more

    atexit.register(spare)  # what is registered first runs last
    for name in PRELOADED:
        module = import_module(name)
        for each in iter_modules(getattr(module, "__path__", ())):
            import_module(f"{name}.{each.name}")
    assert "twisted.internet.reactor" not in sys.modules, "each process installs its own"
    known = [name for name in sys.modules if name.partition(".")[0] not in {*OPENERS, *TELLERS, "__main__"}]


class Server:
    """Forks for each request, and tells of each end, until there are no more requests."""

    def __init__(self, door: int) -> None:
        self._asked, self._told = os.dup(0), os.dup(1)
        self._ends, self._signalled = os.pipe()
        os.set_blocking(self._signalled, False)
        signal.set_wakeup_fd(self._signalled)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._door = socket.socket(fileno=door)
        self._callers: dict[int, socket.socket] = {}
        """Those who came to the door, by the process that was forked for them."""
        self._rest = b""
        self._variables = of_kind(os.environ)

    def serve(self) -> Any:
        """Fork until there are no more requests; returns in a forked process: its request."""
        while True:
            watched: list[Any] = [self._asked, self._ends, self._door, *self._callers.values()]
            ready, _, _ = select.select(watched, [], [])
            if self._ends in ready:
                os.read(self._ends, 1024)
                self._tell_ends()
            for pid, caller in self._callers.items():
                if caller in ready:  # it says nothing, so it is gone
                    os.kill(pid, signal.SIGKILL)
            if self._door in ready and (request := self._answer()):
                return request
            if self._asked in ready and (request := self._take()):
                return request

    def _take(self) -> Any:
        """Fork for each line that was written."""
        more = os.read(self._asked, 1 << 16)
        if not more:
            os._exit(0)
        *lines, self._rest = (self._rest + more).split(b"\n")
        for line in lines:
            pid = self._fork()
            if not pid:
                return json.loads(line)
            os.write(self._told, b"began %d\n" % pid)
        return None

    def _answer(self) -> Any:
        """Fork for a caller at the door, unless an interpreter would have read other variables."""
        caller, _ = self._door.accept()
        head, streams, _, _ = socket.recv_fds(caller, stand_in.SIZE, 3)
        text = caller.recv(int.from_bytes(head, "big") or 1, socket.MSG_WAITALL)
        if not text:  # it is gone
            caller.close()
            return None
        folder, counts, *fields = map(os.fsdecode, text.split(b"\0"))
        words, ignored = map(int, counts.split())
        env = dict(each.split("=", 1) for each in fields[words + ignored :])
        pid = self._fork() if of_kind(env) == self._variables else 0
        if pid is None:
            caller.close()
            ignores = [*map(int, fields[words : words + ignored])]
            program = {"program": "rankcrawler", "script": str(SCRIPT)}
            return program | {"args": fields[:words], "env": env, "cwd": folder, "streams": streams, "ignored": ignores}
        for each in streams:
            os.close(each)
        caller.sendall(pid.to_bytes(stand_in.SIZE, "big", signed=True))
        if pid:
            self._callers[pid] = caller
        else:
            caller.close()
        return None

    def _fork(self) -> int | None:
        """The process that was forked; None in that."""
        pid = os.fork()
        if pid:
            return pid
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (self._asked, self._told, self._ends, self._signalled):
            os.close(descriptor)
        for each in (self._door, *self._callers.values()):
            each.close()
        return None

    def _tell_ends(self) -> None:
        """Tell of each process that has ended since."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            code = os.waitstatus_to_exitcode(status)
            if caller := self._callers.pop(pid, None):
                with caller, suppress(OSError):  # it may be gone
                    caller.sendall(code.to_bytes(stand_in.SIZE, "big", signed=True))
            else:
                os.write(self._told, b"ended %d %d\n" % (pid, code))


def become(request: Any) -> str:
    """Be the process of a command line that was just started; returns its program."""
    if request.get("session"):
        os.setsid()  # a terminal that is opened is that of the session
    for number, file in enumerate(request.get("files", ())):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
        opened = os.open(file, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    for number, stream in enumerate(request.get("streams", ())):
        os.dup2(stream, number)
        os.close(stream)
    for number in request.get("ignored", ()):
        signal.signal(number, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(request["env"])
    encoding = os.environ.get("PYTHONIOENCODING")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, name, _opened(number, getattr(sys, name), encoding))
    time.tzset()
    random.seed()
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    program = str(request["program"])
    sys.argv = [str(ROOT / program.replace(".", "/")), *request["args"]]
    if program in MAINS:
        sys.argv[0] += "/__main__.py"
    if script := request.get("script"):
        sys.argv[0], sys.path[0] = script, os.path.dirname(script)  # noqa: PTH120
    return program


def heed_warnings(options: str, first_default: Any) -> None:
    """Filter warnings by options such as `error,ignore::ResourceWarning`, given before anything was imported.

    Filters from `first_default` on were there then. What was imported has put most of its own before them.
    """
    filters: list[Any] = warnings.filters  # type: ignore[assignment] # a sequence to those who only read
    imported = filters[: filters.index(first_default)]
    del filters[: len(imported)]
    sys.warnoptions[:] = filter(None, options.split(","))
    for option in sys.warnoptions:
        action, _, category = option.partition("::")
        warnings.simplefilter(action, getattr(builtins, category or "Warning"))
    filters[:0] = imported


def _opened(number: int, before: Any, encoding: str | None) -> TextIO:
    """A standard stream as an interpreter opens it: what it can do, and when it writes, depends on what is behind."""
    if number == 0:
        errors = "strict" if encoding else before.errors
        return open(number, encoding=encoding or before.encoding, errors=errors, closefd=False)
    at_once = bool(before.write_through)  # as PYTHONUNBUFFERED has it
    return TextIOWrapper(
        open(number, "wb", buffering=0 if at_once else -1, closefd=False),
        encoding=encoding or before.encoding,
        errors="strict" if encoding and number == 1 else before.errors,
        newline="\n",
        line_buffering=not at_once and (os.isatty(number) or number == 2),
        write_through=at_once,
    )


def main() -> None:
    """Serve, and run the program of each forked process in that."""
    first_default = warnings.filters[0]
    preload()
    gc.collect()
    gc.freeze()
    program = become(Server(int(sys.argv[1])).serve())
    heed_warnings(os.environ.get("PYTHONWARNINGS", ""), first_default)
    import_module(MAINS.get(program, program)).main()


if __name__ == "__main__":
    main()
