"""Stands in for a `rankcrawler` whose process is forked elsewhere: `python -I -S tests/stand_in.py DOOR ARGUMENT…`.

For shells, and for tests that start processes with pipes: it gives the forked process its streams, folder, variables
and ignored signals, passes signals on to it, and ends as it ends. If it is killed, so is the other. It starts in ten
milliseconds, because it imports nothing but what the interpreter has built in.
"""

import _signal  # type: ignore[import-not-found] # typeshed knows `signal` only, which imports more
import _socket
import posix
import sys

PASSED_ON = (1, 2, 3, 10, 12, 15, 28)
"""SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM and SIGWINCH on Linux."""
SIZE = 8
"""Bytes of a number that is sent."""


def number(caller: _socket.socket) -> int:
    """A number that came; -SIGKILL if the other side is gone."""
    found = caller.recv(SIZE, _socket.MSG_WAITALL)
    return int.from_bytes(found, "big", signed=True) if len(found) == SIZE else -9


def main() -> None:
    """Stand in."""
    door, *words = sys.argv[1:]
    given = [word.encode(sys.getfilesystemencoding(), "surrogateescape") for word in words]
    ignored = [each for each in PASSED_ON if _signal.getsignal(each) == _signal.SIG_IGN]
    variables = [b"=".join(pair) for pair in posix.environ.items()]
    counts = b"%d %d" % (len(given), len(ignored))
    text = b"\0".join([posix.getcwdb(), counts, *given, *(b"%d" % each for each in ignored), *variables])
    caller = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    caller.connect(door)
    streams = b"".join(each.to_bytes(4, sys.byteorder) for each in range(3))
    rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)
    caller.sendmsg([len(text).to_bytes(SIZE, "big", signed=True)], [rights])
    caller.sendall(text)
    pid = number(caller)
    if not pid:  # the interpreter would read other variables than that of the forked process has
        script = sys.executable.rpartition("/")[0] + "/rankcrawler"
        posix.execv(sys.executable, [sys.executable, script, *words])
    for each in PASSED_ON:
        if each not in ignored:
            _signal.signal(each, lambda which, _: posix.kill(pid, which))
    status = number(caller)
    if status < 0:
        if status != -9:
            _signal.signal(-status, _signal.SIG_DFL)
        posix.kill(posix.getpid(), -status)
    posix._exit(status)


if __name__ == "__main__":
    main()
