"""Reads lists of rooms: ids in an argument, or a file of plain ids, CSV or JSON Lines."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rankcrawler.errors import JobError
from rankcrawler.language import tr
from rankcrawler.queue.job import Job, meant, of_fields, parse
from rankcrawler.queue.limits import FIELDS

FILE_ENDINGS = (".jsonl", ".jl", ".ndjson", ".csv", ".txt")


def read(rooms: str) -> Iterator[Job | JobError]:
    """Yield the jobs of `-a rooms=…` in order, lazily, and a JobError in place of each bad one.

    The argument is a list of ids separated by commas, or a file if it has one of FILE_ENDINGS, holds a slash without
    being a URL, or names a file that exists. Lines of a file are plain ids, JSON objects or gateway URLs; blank lines
    and `#` comments are skipped. A `.csv` needs a header line with `room_id`. An unreadable file yields an error too.
    """
    if is_file(rooms):
        return _of_file(Path(rooms))
    return _of_argument(rooms)


def is_file(rooms: str) -> bool:
    """Whether an argument names a file instead of ids."""
    if rooms.startswith(("http://", "https://")):
        return False
    return "/" in rooms or rooms.lower().endswith(FILE_ENDINGS) or _exists(rooms)


def _exists(rooms: str) -> bool:
    try:
        return Path(rooms).is_file()
    except OSError:  # a long list of ids is too long for a file name
        return False


def _of_argument(rooms: str) -> Iterator[Job | JobError]:
    for text in filter(None, (each.strip() for each in rooms.split(","))):
        yield _attempt(text, "rooms")


def _of_file(path: Path) -> Iterator[Job | JobError]:
    reader = _csv_rows if path.suffix.lower() == ".csv" else _lines
    try:
        # So that a byte that is not UTF-8 spoils only its own line.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            yield from reader(path, lines)
    except (OSError, csv.Error) as error:
        yield JobError(tr("the room file {path} cannot be read: {error}", path=path, error=error))


def _lines(path: Path, lines: TextIO) -> Iterator[Job | JobError]:
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield _attempt(text, tr("{path}, line {line}", path=path, line=number))


def _csv_rows(path: Path, lines: TextIO) -> Iterator[Job | JobError]:
    table = csv.DictReader(lines, skipinitialspace=True)
    for name in table.fieldnames or ():
        if name not in FIELDS and (field := meant(name)):
            yield JobError(
                tr(
                    "{path}, line 1: {name!r} is not a column of a room: did you mean {field}?",
                    path=path,
                    name=name,
                    field=field,
                )
            )
            return
    if "room_id" not in (table.fieldnames or ()):
        yield JobError(
            tr(
                "{path}, line 1: expected a header line with room_id, got {fieldnames}",
                path=path,
                fieldnames=table.fieldnames,
            )
        )
        return
    for row in table:
        try:
            yield of_fields(row)
        except JobError as error:
            yield JobError(tr("{path}, line {line}: {error}", path=path, line=table.line_num, error=error))


def _attempt(text: str, place: str) -> Job | JobError:
    try:
        return parse(text)
    except JobError as error:
        return JobError(f"{place}: {error}")
