"""Measures the cost of a run: the wall time of its process, and the CPU time of everything it started."""

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
GRACE = 10.0  # seconds that servers have to stop after their run


class RunError(Exception):
    """A run failed, timed out, or left work undone."""


@dataclass(frozen=True)
class Command:
    """A command to start. The environment is complete: the process inherits no variables."""

    arguments: list[str]
    environment: dict[str, str]
    folder: Path


@dataclass
class Cost:
    """Seconds. CPU time is user plus system time: `worker_cpu` of the process, `cpu` of its servers as well."""

    wall: float = 0.0
    worker_cpu: float = 0.0
    cpu: float = 0.0


def adopt_orphans() -> None:
    """Make this process the parent of its children's orphans, so that it can measure their CPU time."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


@contextlib.contextmanager
def cpu_of_children(cost: Cost) -> Iterator[None]:
    """Add the CPU time of all children that start and end inside the block; wait for orphans.

    Raises RunError if a child is still running GRACE seconds after the block.
    """
    strangers = _children()
    before = _cpu_of_ended_children()
    yield
    _reap(strangers)
    cost.cpu += _cpu_of_ended_children() - before


def run(command: Command, log: Path, timeout: float, cost: Cost) -> None:
    """Run the command to its end and add its cost; raises RunError with the end of the log unless it exits with 0."""
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
    """Start the command, for the caller to wait for; kill it when the block ends or after `timeout` seconds."""
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
    """Return the last 30 lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])


def cpu_so_far(pid: int, *, with_ended_children: bool = False) -> float:
    """Return the CPU seconds of a running process, optionally with those of its children that have ended."""
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
    """Return the words in a file of /proc; none if its thread has just ended."""
    try:
        return file.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []
