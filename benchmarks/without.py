"""`python -m benchmarks.without NAME… -- COMMAND` runs a command of ours with some of the speed-ups taken away."""

import sys
from collections.abc import Callable
from typing import Any

from rankcrawler.cli import main as run
from rankcrawler.speedups import addon, memory, start
from rankcrawler.spiders import ranklist


def _stand_in(setting: str) -> Callable[[], None]:
    def take_away() -> None:
        del addon.STAND_INS[setting]

    return take_away


def _replaced(owner: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(owner, name, value)


WAYS: dict[str, Callable[[], None]] = {
    "downloader": _stand_in("DOWNLOADER"),
    "memory": _replaced(memory, "settle", lambda: None),
    "start": _replaced(start, "hand_over", lambda _, requests: requests),
    "contributors": _replaced(ranklist, "Contributors", lambda: None),
}
"""How each is taken away, in a process that does nothing else."""


def main() -> None:
    """Do what the command line says."""
    names, command = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    for name in names:
        WAYS[name]()
    sys.argv = ["scrapy", *command]
    run()


if __name__ == "__main__":
    main()
