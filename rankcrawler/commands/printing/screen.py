"""Where commands print: how wide it is, and which characters it can show."""

import shutil
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from rich.console import Console
from rich.text import Text

from rankcrawler.commands.printing.text import escaped, is_unicode, plain, writable


class Screen(NamedTuple):
    """A terminal, or what stands in its place: a pipe or a file, where no line is too long."""

    width: int | None = None
    """Columns; None if it is no terminal."""
    encoding: str = "utf-8"

    @classmethod
    def stdout(cls) -> "Screen":
        """Standard output."""
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        return cls(width, sys.stdout.encoding or "utf-8")

    def text(self, text: str) -> str:
        """The text without what could steer a terminal, in characters that the screen has."""
        return writable(plain(text), self.encoding)

    def line(self, character: str, in_ascii: str) -> str:
        """The character of a line that is drawn. In other encodings than Unicode's, its width is not certain."""
        return character if is_unicode(self.encoding) else in_ascii


def show_lines(lines: Iterable[Text]) -> None:
    """Print lines as they are: one that is too long for the terminal goes on in its next line."""
    console = Console() if sys.stdout.isatty() else None
    for line in lines:
        if console is None:
            print(line.plain)
        else:
            console.print(line, soft_wrap=True)
    sys.stdout.flush()


def show_json(fields: Any) -> None:
    """Print an object on one line."""
    print(escaped(msgspec.json.encode(fields), sys.stdout.encoding or "utf-8"), flush=True)
