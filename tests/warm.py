"""Runs command lines of ours in processes that start warm: forked from one that has imported the package.

A command is a process of its own, with its own arguments, environment, folder and end, as a user starts it; but the
half second that it takes to import Scrapy is spent once for all commands of a test run. The process that forks does
nothing but wait for requests: `python -m tests.warm`.
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
import tempfile
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PRELOADED = (
    "rankcrawler.cli",
    "rankcrawler.commands.overview",
    "rankcrawler.commands.rooms.subcommands",
    "rankcrawler.commands.store.subcommands",
    "rankcrawler.extensions.leasing",
    "rankcrawler.feeds.extension",
    "rankcrawler.handler",
    "rankcrawler.pipelines.store",
    "rankcrawler.spiders.ranklist",
    "rankcrawler.store.locate",
    "scrapy.cmdline",
    "scrapy.crawler",
)
_AT_START = ("PYTHON", "LC_", "LANG")
_PATIENCE = 60.0
"""Seconds in which a process is forked, on the busiest of machines; the first has to import everything before."""


def of_interpreter(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that an interpreter reads as it starts."""
    return {name: value for name, value in env.items() if name.startswith(_AT_START) and name != "LANGUAGE"}


class Forks:
    """Asks a process that forks to run command lines; starts it with the first one, in that one's environment.

    All environments must be the same in what `of_interpreter` names.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self, args: tuple[str, ...], env: Mapping[str, str], cwd: str, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command line to its end; raises TimeoutExpired, and kills it then."""
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/out", f"{folder}/err"]
            process = self._started(env)
            _ask(process, {"args": args, "env": dict(env), "cwd": cwd, "files": files})
            pid = _answer(process, _PATIENCE)
            assert pid is not None, "the process that forks does not answer"
            status = _answer(process, timeout)
            if status is None:
                os.kill(pid, signal.SIGKILL)
                _answer(process, _PATIENCE)
                raise subprocess.TimeoutExpired(args, timeout)
            written = [Path(file).read_text() for file in files]
            return subprocess.CompletedProcess(args, status, *written)

    def _started(self, env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm"],
                env=dict(env),
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
            )
            atexit.register(_end, self._process)
        return self._process


def _ask(process: "subprocess.Popen[bytes]", request: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")


def _answer(process: "subprocess.Popen[bytes]", timeout: float) -> int | None:
    """A number from the process; None if there is none in time."""
    assert process.stdout is not None
    if not select.select([process.stdout], [], [], timeout)[0]:
        return None
    return int(process.stdout.readline())


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process: it does, once nothing can be asked any more."""
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def serve() -> None:
    """Fork for each request, until there are no more. Returns in the forked process."""
    for module in PRELOADED:
        import_module(module)
    assert "twisted.internet.reactor" not in sys.modules, "each process installs its own"
    gc.collect()
    gc.freeze()
    asked, told = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    while line := asked.readline():
        pid = os.fork()
        if not pid:
            asked.close()
            os.close(told)
            become(json.loads(line))
            return
        os.write(told, b"%d\n" % pid)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(told, b"%d\n" % status)
    os._exit(0)


def become(request: Any) -> None:
    """Be the process of a command line that was just started."""
    for number, file in enumerate(request["files"], start=1):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    random.seed()
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    sys.argv = [str(ROOT / "rankcrawler" / "__main__.py"), *request["args"]]


if __name__ == "__main__":
    serve()
    from rankcrawler.cli import main

    main()
