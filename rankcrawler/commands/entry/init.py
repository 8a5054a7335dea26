"""`rankcrawler init`: write the files that a crawl begins with."""

import argparse
from pathlib import Path
from typing import ClassVar

from rankcrawler.commands.ending import one_line_errors, refuse
from rankcrawler.commands.tool import Tool
from rankcrawler.language import tr


class Command(Tool):
    """Exit status: 0 if all files are there, new or not; 1 if one cannot be written."""

    examples: ClassVar[tuple[str, ...]] = ("init", "init ranks")

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options] [FOLDER]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Write .env, rooms.csv and anchors.csv to begin with, and say what comes next")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the folder."""
        super().add_options(parser)
        where = tr("where to write them; it is made if it is missing (default: this folder)")
        parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="FOLDER", help=where)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the files that are missing."""
        with one_line_errors():
            from rankcrawler.commands import init

            try:
                init.run(opts.folder)
            except OSError as error:
                refuse(tr("{file} cannot be written: {error}", file=error.filename, error=error.strerror))
