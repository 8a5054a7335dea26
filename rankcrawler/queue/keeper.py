"""The keeper: a small process that starts the embedded server, and stops it when the last process has left."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from rankcrawler.queue.server_folder import POLL, USERS, connect, open_file, open_users, socket_path, try_lock

BEAT = 0.2  # seconds between two checks for users


def keep(folder: str, lock: str = "", *command: str) -> None:
    """Run as the keeper. With a command, start the server, which inherits ``lock``. Stop it after its last user."""
    if os.fork():
        return  # the starter waits for this process only; the keeper is detached from it
    users = open_users(Path(folder))
    fcntl.flock(open_file(Path(folder) / "keeper.lock"), fcntl.LOCK_EX)
    server = _serve(folder, int(lock), command) if command else None
    while (connection := connect(socket_path(Path(folder)))) is None:
        if server is None or server.poll() is not None:
            return
        if try_lock(users, fcntl.LOCK_EX):
            server.terminate()  # no process waits for it any longer
        time.sleep(POLL)
    with connection:
        _stop_after_last_user(connection, users)


def _serve(folder: str, lock: int, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    users = os.open(Path(folder) / USERS, os.O_RDONLY | os.O_NONBLOCK)
    try:
        server = subprocess.Popen(command, pass_fds=(lock, users))  # noqa: S603 — the command comes from embedded.py
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}")
    os.close(lock)
    _end_without_users(server.pid, users)
    return server


def _end_without_users(server: int, users: int) -> None:
    """Have Linux end the server when no process is left to write to ``users``, not even the keeper.

    So nothing stays behind even if all of them are killed at once. macOS does not let us choose the signal.
    """
    if sys.platform == "linux":
        fcntl.fcntl(users, fcntl.F_SETOWN, server)
        fcntl.fcntl(users, fcntl.F_SETSIG, signal.SIGTERM)
        fcntl.fcntl(users, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)


def _stop_after_last_user(connection: socket.socket, users: int) -> None:
    """Return when the server has ended. The connection, unlike the socket's path, survives if the folder is deleted."""
    connection.settimeout(BEAT)
    with contextlib.suppress(ConnectionError):
        while True:
            try:
                if not connection.recv(4096):
                    return
            except TimeoutError:
                if try_lock(users, fcntl.LOCK_EX):
                    connection.sendall(b"SHUTDOWN\r\n")
