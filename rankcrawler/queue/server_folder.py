"""The folder of the embedded server: its socket, its log, and the files that only serve to be locked.

The keeper imports this in a bare interpreter: nothing here may need more than the standard library.
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
POLL = 0.005  # seconds between two looks at a server that starts


def socket_path(folder: Path) -> Path:
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


def connect(path: Path) -> socket.socket | None:
    """Connect, waiting at most a second for every step; None if nobody listens there, or too many queue."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(1.0)
    try:
        connection.connect(str(path))
    except (FileNotFoundError, ConnectionError, BlockingIOError, TimeoutError):
        connection.close()
        return None
    return connection


def answers(path: Path) -> bool:
    """Whether a server there serves; one that still loads its data does not."""
    if (connection := connect(path)) is None:
        return False
    with connection, contextlib.suppress(ConnectionError, TimeoutError):
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")
    return False


def open_users(folder: Path) -> int:
    """Open the users' file; on Linux it is a named pipe, so that the kernel notices its last writer go."""
    path = folder / USERS
    if sys.platform == "linux":
        with contextlib.suppress(FileExistsError):
            os.mkfifo(path, 0o600)
    return open_file(path)


def open_file(path: Path) -> int:
    """Open a file that only serves to be locked, and make it where it is not there."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_lock(descriptor: int, kind: int) -> bool:
    """Whether an open file could be locked at once, shared or exclusively."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[int | None]:
    """Lock a file and answer its descriptor, or None if another holds it; who inherits it keeps the lock."""
    descriptor = open_file(path)
    try:
        yield descriptor if try_lock(descriptor, fcntl.LOCK_EX) else None
    finally:
        os.close(descriptor)


def log_end(folder: Path) -> str:
    """Answer the last lines of the server's log."""
    log = folder / LOG
    return "\n".join([f"{log} ends with", *log.read_text(errors="replace").splitlines()[-8:]])
