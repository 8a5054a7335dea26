"""Forks processes that have imported what our commands need: `python -m tests.forking`.

It does nothing but wait for requests on its standard input, a line of JSON each, and for the ends of what it has
forked. It tells of both on its standard output: `began PID`, and `ended PID STATUS`.
"""

import builtins
import gc
import json
import os
import random
import select
import signal
import sys
import time
import warnings
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, TextIO

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


def serve() -> str:
    """Fork for each request, and tell of each end, until there are no more requests.

    Returns in a forked process: the name of its program.
    """
    defaults = len(warnings.filters)
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
                for descriptor in (asked, told, ends, signalled):
                    os.close(descriptor)
                program = become(json.loads(line))
                heed_warnings(os.environ.get("PYTHONWARNINGS", ""), defaults)
                return program
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
    return program


def heed_warnings(options: str, defaults: int) -> None:
    """Filter warnings by options such as `error,ignore::ResourceWarning`, given before anything was imported.

    Only the last `defaults` filters were there then. What was imported has put its own before them.
    """
    filters: list[Any] = warnings.filters  # type: ignore[assignment] # a sequence to those who only read
    imported = filters[: len(filters) - defaults]
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


if __name__ == "__main__":
    program = serve()
    import_module(MAINS.get(program, program)).main()
