"""`rankcrawler doctor`: look whether a crawl has what it needs."""

import argparse
import asyncio
from typing import ClassVar

from rankcrawler.commands.ending import complain, one_line_errors
from rankcrawler.commands.tool import Tool
from rankcrawler.language import english, tr

_ROOM = "6994259511469247263"


class Command(Tool):
    """Exit status: 0 if nothing is wrong, 1 if something is; a warning is not."""

    examples: ClassVar[tuple[str, ...]] = ("doctor", "doctor --offline --json")

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Look whether gateway, queue, store and machine are ready, and how to change what is not")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""
        from rankcrawler.commands import values
        from rankcrawler.commands.arguments import add_json

        super().add_options(parser)
        room = tr("the room whose list the gateway is asked for, once (default: %(default)s)")
        parser.add_argument("--room", type=values.identifier, default=_ROOM, metavar="ROOM_ID", help=room)
        parser.add_argument("--offline", action="store_true", help=tr("do not ask the gateway"))
        add_json(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look at everything, and print what was found as soon as it is."""
        with one_line_errors():
            if opts.json:
                with english():  # other programs read it
                    self.exitcode = asyncio.run(self._run(opts))
            else:
                self.exitcode = asyncio.run(self._run(opts))

    async def _run(self, opts: argparse.Namespace) -> int:
        from rankcrawler.commands.doctor import show
        from rankcrawler.commands.doctor.examination import examined
        from rankcrawler.commands.doctor.finding import WRONG, worst
        from rankcrawler.commands.printing.screen import Screen, show_lines

        assert self.settings is not None
        findings, screen = [], Screen.stdout()
        async for finding in examined(self.settings, opts.room, None if opts.offline else complain):
            findings.append(finding)
            if not opts.json:
                show_lines(show.line(finding, screen))
        show.show(findings, as_json=opts.json)
        return int(worst(findings) == WRONG)
