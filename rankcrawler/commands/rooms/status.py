"""`status`: prints how the queue is doing."""

import argparse
import asyncio
import sys
from typing import NoReturn

import msgspec
from rich.live import Live
from rich.text import Text

from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.rooms import figures
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session
from rankcrawler.language import marked, tr
from rankcrawler.queue import status
from rankcrawler.queue.access import anchors_beside
from rankcrawler.queue.anchor_queue import Looks
from rankcrawler.queue.status import Status as Figures


class Status(RoomsSubcommand):
    """Prints figures once, or every second."""

    name = "status"
    help = marked("Print rooms, lateness, outcomes, workers and limits")
    example = "status --watch"
    only_reads = True

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how the figures are printed."""
        parser.add_argument("--watch", action="store_true", help=tr("print again every second, until Ctrl-C"))
        add_json(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Print the figures; Ctrl-C is how a watch ends, so its status is 0."""
        if not given.watch:
            await _print(session, as_json=given.json)
            return 0
        try:
            await _watch(session, as_json=given.json)
        except asyncio.CancelledError:
            return 0


async def _watch(session: Session, *, as_json: bool) -> NoReturn:
    if as_json or not sys.stdout.isatty():
        while True:
            await _print(session, as_json=as_json)
            await asyncio.sleep(1)
    with Live(auto_refresh=False, vertical_overflow="visible") as live:
        while True:
            lines = facts.lines(figures.lines(*await _read(session)), Screen.stdout())
            live.update(Text("\n").join(lines), refresh=True)
            await asyncio.sleep(1)


async def _print(session: Session, *, as_json: bool) -> None:
    now, looks = await _read(session)
    if as_json:
        fields = msgspec.structs.asdict(now)
        show_json(fields | {"depth": fields["depth"]._asdict(), "anchors": looks._asdict()})
    else:
        show_lines(facts.lines(figures.lines(now, looks), Screen.stdout()))


async def _read(session: Session) -> tuple[Figures, Looks]:
    """The figures of the rooms, and what looks at the anchors have found."""
    anchors = anchors_beside(session.queue, session.options, session.kind)
    return await status.status(session.queue), await anchors.looks()
