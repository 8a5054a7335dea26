"""What a run costs: the wall seconds of its process, the CPU seconds of everything it started."""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
GRACE = 10.0  # seconds for servers to stop after the run that started them


class RunError(Exception):
    """A run failed, did not end, or did not do all of its work."""


@dataclass(frozen=True)
class Command:
    """What to start; the environment is whole, nothing is inherited."""

    arguments: list[str]
    environment: dict[str, str]
    folder: Path


@dataclass
class Cost:
    """Seconds; CPU is user and system time: of the started process, and of all with the servers."""

    wall: float = 0.0
    worker_cpu: float = 0.0
    cpu: float = 0.0


def adopt_orphans() -> None:
    """Make this process the parent of whatever its children leave behind, so that their CPU is counted."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


@contextlib.contextmanager
def cpu_of_children(cost: Cost) -> Iterator[None]:
    """Add the CPU of all children that were started and have ended inside the block; wait for orphans."""
    strangers = _children()
    before = _cpu_of_ended_children()
    yield
    _reap(strangers)
    cost.cpu += _cpu_of_ended_children() - before


def run(command: Command, log: Path, timeout: float, cost: Cost) -> None:
    """Run to the end, and add what it costs; RunError with the log's end unless it exits with 0."""
    start = time.perf_counter()
    with started(command, log, timeout) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if status != 0:
        words = " ".join(command.arguments)
        raise RunError(f"{words}: exit status {process.returncode} after {wall:.1f} s\n{end_of(log)}")
    cost.wall += wall
    cost.worker_cpu += usage.ru_utime + usage.ru_stime


@contextlib.contextmanager
def started(command: Command, log: Path, timeout: float) -> Iterator[subprocess.Popen[bytes]]:
    """The command's process, to be waited for: killed where the block ends first, or the timeout."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command.arguments,
            env=command.environment,
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        killer = threading.Timer(timeout, _kill, (process,))
        killer.start()
        try:
            yield process
        finally:
            killer.cancel()
            _kill(process)


def end_of(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])


def cpu_so_far(pid: int, *, with_ended_children: bool = False) -> float:
    """The CPU seconds of a running process, and perhaps of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if with_ended_children else 13])) / os.sysconf("SC_CLK_TCK")


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _children() -> set[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(pid) for task in tasks for pid in _words(task)}


def _reap(strangers: set[int]) -> None:
    deadline = time.monotonic() + GRACE
    while orphans := _children() - strangers:
        if time.monotonic() > deadline:
            raise RunError(f"still running {GRACE:g} s after the run that started them: {sorted(orphans)}")
        for orphan in orphans:
            os.waitpid(orphan, os.WNOHANG)
        time.sleep(0.01)


def _cpu_of_ended_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _words(file: Path) -> list[str]:
    """What a file of /proc says; nothing where its thread has just ended."""
    try:
        return file.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []
