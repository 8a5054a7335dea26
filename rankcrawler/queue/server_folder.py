"""The folder of the embedded server: its socket, its log, and its lock files.

The keeper imports this in a bare interpreter, so it uses only the standard library.
"""

import contextlib
import fcntl
import hashlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SOCKET = "redis.sock"
LOG = "server.log"
USERS = "users.pipe" if sys.platform == "linux" else "users.lock"
MAX_SOCKET_PATH = 100  # bytes; Linux takes 107, macOS 103
POLL = 0.005  # seconds between two checks of a server that starts


def socket_path(folder: Path) -> Path:
    """The socket's path: in the folder or, if that is too long, the target of a symlink in the folder.

    The target's name is a hash of the folder's path, since a copied folder brings its symlink along.
    """
    path = folder / SOCKET
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    name = f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}.sock"
    if path.is_symlink() and path.readlink().name == name:
        return path.readlink()
    return Path(tempfile.gettempdir()) / f"rankcrawler-{os.getuid()}" / name


def connect(path: Path) -> socket.socket | None:
    """Connect, with a timeout of a second per step; None if no server listens there, or its backlog is full."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(1.0)
    try:
        connection.connect(str(path))
    except (FileNotFoundError, ConnectionError, BlockingIOError, TimeoutError):
        connection.close()
        return None
    return connection


def answers(path: Path) -> bool:
    """Whether a server there answers; one that is still loading its data does not."""
    if (connection := connect(path)) is None:
        return False
    with connection, contextlib.suppress(ConnectionError, TimeoutError):
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")
    return False


def open_users(folder: Path) -> int:
    """Open the users' file. On Linux it is a named pipe, so that the kernel notices when its last writer ends."""
    path = folder / USERS
    if sys.platform == "linux":
        with contextlib.suppress(FileExistsError):
            os.mkfifo(path, 0o600)
    return open_file(path)


def open_file(path: Path, flags: int = 0) -> int:
    """Open a file, and create it, closed to other users, if it does not exist."""
    return os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)


def try_lock(descriptor: int, kind: int) -> bool:
    """Lock an open file, shared or exclusively; False if another process holds it."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[int | None]:
    """Lock a file and give its descriptor, or None if it is locked. A child that inherits it keeps the lock."""
    descriptor = open_file(path)
    try:
        yield descriptor if try_lock(descriptor, fcntl.LOCK_EX) else None
    finally:
        os.close(descriptor)


def log_end(folder: Path) -> str:
    """The last lines of the server's log."""
    log = folder / LOG
    return "\n".join([f"{log} ends with", *log.read_text(errors="replace").splitlines()[-8:]])
