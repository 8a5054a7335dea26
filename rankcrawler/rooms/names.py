"""The rooms that a person names: as arguments, or as `-` with one a line on the standard input."""

import sys
from collections.abc import Iterable, Iterator

from rankcrawler.errors import JobError
from rankcrawler.queue import roomlist
from rankcrawler.queue.job import Job, parse

STDIN = "-"


def of(words: Iterable[str]) -> list[str]:
    """Room ids, and names of dead letters that are no rooms; a line counts up to its first tab. Raises JobError."""
    return [_name(text) for word in words for text in (_lines() if word == STDIN else [word])]


def jobs(words: Iterable[str]) -> Iterator[Job | JobError]:
    """The jobs of words, files and lines, and an error in place of each bad one."""
    for word in words:
        yield from _of_stdin() if word == STDIN else roomlist.read(word)


def _of_stdin() -> Iterator[Job | JobError]:
    for number, line in enumerate(sys.stdin, start=1):
        text = line.partition("\t")[0].strip()
        if text and not text.startswith("#"):
            try:
                yield parse(text)
            except JobError as error:
                yield JobError(f"stdin, line {number}: {error}")


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        text = line.partition("\t")[0].strip()
        if text and not text.startswith("#"):
            yield text


def _name(text: str) -> str:
    is_letter = text.startswith("?") and len(text) == 41 and text[1:].isalnum()
    return text if is_letter else parse(text).room_id
