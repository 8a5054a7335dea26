"""The rooms named on a command line: as arguments, or one a line on standard input, for which `-` stands."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator

from rankcrawler.errors import JobError
from rankcrawler.language import tr
from rankcrawler.queue import roomlist
from rankcrawler.queue.job import Job, parse

STDIN = "-"


def add_rooms(parser: ArgumentParser, nargs: str = "+") -> None:
    """Declare the argument that names rooms."""
    parser.add_argument(
        "rooms", nargs=nargs, metavar="ROOM", help=tr("a room id; - reads one a line from standard input")
    )


def names(words: Iterable[str]) -> list[str]:
    """The ids of rooms, and of dead letters that name no room; raises JobError."""
    return [_name(text) for word in words for text in (_lines() if word == STDIN else [word])]


def jobs(words: Iterable[str]) -> Iterator[Job | JobError]:
    """The jobs in arguments, files and standard input, with an error in place of each that cannot be read."""
    for word in words:
        yield from _jobs_of_stdin() if word == STDIN else roomlist.read(word)


def _jobs_of_stdin() -> Iterator[Job | JobError]:
    for number, line in enumerate(sys.stdin, start=1):
        text = _without_columns(line)
        if text:
            try:
                yield parse(text)
            except JobError as error:
                yield JobError(tr("stdin, line {line}: {error}", line=number, error=error))


def _lines() -> Iterator[str]:
    return filter(None, map(_without_columns, sys.stdin))


def _without_columns(line: str) -> str:
    """The line up to its first tab, as `rooms list` prints it; empty for a comment."""
    text = line.partition("\t")[0].strip()
    return "" if text.startswith("#") else text


def _name(text: str) -> str:
    is_letter = text.startswith("?") and len(text) == 41 and text[1:].isalnum()
    return text if is_letter else parse(text).room_id
