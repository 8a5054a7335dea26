"""Writes the files that a crawl begins with: settings, rooms and anchors. What is there stays as it is."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from rankcrawler import env_file
from rankcrawler.commands import program
from rankcrawler.language import marked, tr

_WIDTH = 98
ROOMS, ANCHORS = "rooms.csv", "anchors.csv"
_ROOMS = "room_id,anchor_id,every,every_max,priority\n6994259511469247263,,60,,\n7269635433430358144,,60,600,1\n"
"""Rooms that the simulated gateway knows, one of them polled less often while its list stays the same."""
_ANCHORS = "uid,check_every,every,every_max,priority\n98204909466,60,30,,\n"
"""An anchor of the simulated gateway."""


class _Variable(NamedTuple):
    """A variable in `.env`, and what is said of it."""

    about: str
    line: str
    """How it is set; what begins with # stands there as an example."""


VARIABLES = (
    _Variable(
        marked(
            "Your gateway's address, without the path of a list. To try without a gateway, run `rankcrawler simulate` "
            "and set what it prints."
        ),
        "GATEWAY_URL=",
    ),
    _Variable(
        marked("Its token, a secret: keep this file to yourself. A gateway that asks for no token needs none."),
        "GATEWAY_TOKEN=",
    ),
    _Variable(
        marked("How the gateway is asked and read: `rankcrawler gateway list` lists the profiles."),
        "# GATEWAY_PROFILE=titodata",
    ),
    _Variable(
        marked("What the gateway is called in the data, so that it stays the same if its address changes."),
        "# GATEWAY_NAME=",
    ),
    _Variable(
        marked("Where lists are stored: a SQLite file, or PostgreSQL for workers on several machines."),
        "# STORE_URL=postgresql://rankcrawler@localhost/ranks",
    ),
    _Variable(
        marked("The queue's server. Without it, an embedded one runs on this machine."),
        "# REDIS_URL=redis://localhost:6379/0",
    ),
    _Variable(marked("The folder of the embedded queue and of the SQLite store."), "# DATA_DIR=data"),
    _Variable(
        marked("What a day is, and the zone of times without an offset."),
        "# TIME_ZONE=Asia/Shanghai",
    ),
    _Variable(
        marked("How many calls a day may bring, or what they may cost, such as 5.50 USD."),
        "# BUDGET_PER_DAY=100000",
    ),
    _Variable(
        marked("What clients of `rankcrawler serve` must send, a secret, too."),
        "# API_TOKEN=",
    ),
    _Variable(
        marked("Where alerts go, secrets as well: names with addresses, and blanks between them (docs/alerts.md)."),
        "# ALERT_TARGETS='phone=ntfy://TOPIC hook=webhook+https://SECRET@example.com/path'",
    ),
)


def run(folder: Path) -> None:
    """Write what is missing in a folder, say what was done, and what to run next; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((env_file.NAME, "\n".join(_env())), (ROOMS, _ROOMS), (ANCHORS, _ANCHORS)):
        path = folder / name
        message = marked("written: {path}") if _written(path, text) else marked("kept as it is: {path}")
        print(tr(message, path=path))
    print()
    print(
        tr(
            "Set GATEWAY_URL and GATEWAY_TOKEN in {path}, and put your rooms into {rooms}. Next:",
            path=folder / env_file.NAME,
            rooms=folder / ROOMS,
        )
    )
    change = [] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]
    for command in (*change, f"{program.path()} doctor", f"{program.path()} crawl ranklist -a rooms={ROOMS}"):
        print(f"  {command}")


def _written(path: Path, text: str) -> bool:
    """Write a file for its owner alone; False if there is one."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(text)
    return True


def _env() -> Iterator[str]:
    """The lines of `.env`."""
    yield from _comment(
        tr("The settings of the commands that run in this folder. Variables of the environment come before them.")
    )
    for each in VARIABLES:
        yield ""
        yield from _comment(tr(each.about))
        yield each.line
    yield ""


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, _WIDTH)]
