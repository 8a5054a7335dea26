"""A worker as users start it, which writes down every connection it makes, name it resolves and process it starts.

`python -m tests.audited FILE crawl ranklist …`: a JSON line for each event. It sees what Python does, so the crawl must
run on Python's own event loop (`-s ASYNCIO_EVENT_LOOP=asyncio.SelectorEventLoop`): uvloop connects beneath it.
"""

import json
import os
import sys
from typing import Any

WATCHED = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec",
    "os.fork", "os.posix_spawn", "os.spawn", "pickle.find_class", "marshal.loads", "urllib.Request", "ftplib.connect",
    "smtplib.connect", "http.client.connect", "ctypes.dlopen",
)  # fmt: skip


def main() -> None:
    """Watch, and crawl."""
    file = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in WATCHED and watching:
            os.write(file, (json.dumps([event, [str(each) for each in arguments]]) + "\n").encode())

    watching: list[bool] = []
    sys.addaudithook(watch)
    from rankcrawler.cli import main as rankcrawler

    sys.argv = ["rankcrawler", *sys.argv[2:]]
    watching.append(True)
    rankcrawler()


if __name__ == "__main__":
    main()
