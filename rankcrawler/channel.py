"""The connection between a worker and its fleet: the worker's standard input, which is a socket.

The worker sends its figures, one JSON object a line. The fleet sends nothing; when its process ends, for whatever
reason, the kernel closes the socket, and the worker ends as on SIGTERM: nothing is left to restart it, or to stop it.
"""

import atexit
import os
import signal
import socket
import threading
from select import select
from time import monotonic
from typing import Any

import msgspec

_joined: "Channel | None" = None


class Channel:
    """The worker's end. `socket_` is connected, and blocks."""

    def __init__(self, socket_: socket.socket) -> None:
        self._socket = socket_
        self._unsent = b""

    def send(self, figures: Any, patience: float = 0.0) -> None:
        """Send figures; skip them if the fleet does not read for `patience` seconds. Once it has ended, do nothing."""
        deadline = monotonic() + patience
        self._flush(deadline)
        if not self._unsent:
            self._unsent = msgspec.json.encode(figures) + b"\n"
            self._flush(deadline)

    def wait_for_its_end(self) -> None:
        """Return when the fleet's process has ended."""
        while self._socket.recv(4096):
            pass

    def _flush(self, deadline: float) -> None:
        while self._unsent:
            try:
                sent = self._socket.send(self._unsent, socket.MSG_DONTWAIT)
            except BlockingIOError:
                if not select([], [self._socket], [], max(deadline - monotonic(), 0))[1]:
                    return
            except OSError:  # the fleet has ended
                self._unsent = b""
            else:
                self._unsent = self._unsent[sent:]


def join(descriptor: int) -> None:
    """Make this process a worker of the fleet at the other end of a socket; it gets SIGTERM when the fleet ends."""
    global _joined
    connection = socket.socket(fileno=descriptor)
    atexit.register(connection.detach)  # Python closes standard input itself
    _joined = channel = Channel(connection)
    threading.Thread(target=_end_with_it, args=(channel,), name="fleet", daemon=True).start()


def joined() -> Channel | None:
    """The channel to this worker's fleet; None if it has none."""
    return _joined


def _end_with_it(channel: Channel) -> None:
    channel.wait_for_its_end()
    os.kill(os.getpid(), signal.SIGTERM)
