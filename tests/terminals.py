"""Commands on a terminal of their own, as a person sees them."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.gateways import FORKS
from tests.warm import Files, Process

BAR = "━"
_TAKE_IT = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
"""Makes the terminal that of the session, and becomes the command."""
_CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A terminal that a command has been started on."""

    def __init__(self, process: Process, master: int) -> None:
        self.process = process
        self._master = master
        self._written = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def written(self) -> str:
        """Everything that was written to it so far, with its control sequences."""
        return self._written.decode("utf-8", "replace")

    @property
    def lines(self) -> list[str]:
        """What was written, without control sequences; a line that was drawn again counts again."""
        return [line for line in re.split(r"[\r\n]+", _CODE.sub("", self.written)) if line.strip()]

    def says(self, words: str, seconds: float = 30) -> None:
        """Wait until something has been written."""
        deadline = time.monotonic() + seconds
        while words not in self.written:
            assert time.monotonic() < deadline, self.written
            assert self.process.poll() is None or words in self.written, self.written
            time.sleep(0.01)

    def type(self, keys: bytes) -> None:
        """Press keys; b"\\x03" is Ctrl-C."""
        os.write(self._master, keys)

    def end(self, seconds: float = 60) -> int:
        """The exit status of the command, once all that it wrote has arrived."""
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    def _read(self) -> None:
        try:
            while chunk := os.read(self._master, 1 << 16):
                self._written += chunk
        except OSError:  # the last program on it has ended
            return


@contextmanager
def terminal(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None, columns: int = 120
) -> Iterator[Terminal]:
    """Start a command in the foreground of a new terminal; it is killed when the context ends.

    Where its first word is `rankcrawler`, it is forked.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    plain = {name: value for name, value in env.items() if name not in ("COLUMNS", "NO_COLOR")}
    plain |= {"TERM": "xterm-256color"}
    process: Process
    if command[0] == "rankcrawler":
        name = os.ttyname(slave)
        process = FORKS.start(command[1:], plain, cwd or Path.cwd(), Files(name, name, name), session=True)
        while os.tcgetpgrp(master) != process.pid and process.poll() is None:
            time.sleep(0.002)  # it is hung up if no one has it open
    else:
        process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_IT, *command],
            env=plain,
            cwd=cwd,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait(10)
        os.close(master)
