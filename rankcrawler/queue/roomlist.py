"""Reads lists of rooms, or of anchors: named in an argument, or in a file of plain lines, CSV or JSON Lines."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TextIO, TypeVar

from rankcrawler.errors import JobError
from rankcrawler.language import marked, tr
from rankcrawler.model.anchors import FORMS
from rankcrawler.queue import anchor_job, job
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.job import Job, meant_of
from rankcrawler.queue.limits import FIELDS

J = TypeVar("J", Job, AnchorJob)

FILE_ENDINGS = (".jsonl", ".jl", ".ndjson", ".csv", ".txt")


class Listed(NamedTuple, Generic[J]):
    """What a list holds, and how an entry is read."""

    name: str
    """Of the argument."""
    parse: Callable[[str], J]
    of_fields: Callable[[Mapping[str, Any]], J]
    fields: tuple[str, ...]
    """The columns of a table."""
    needed: tuple[str, ...]
    """Those of which it must have one."""
    misspelt: str
    """The message for a column that is nearly one of `fields`."""


ROOMS: Listed[Job] = Listed(
    "rooms",
    job.parse,
    job.of_fields,
    FIELDS,
    ("room_id",),
    marked("{path}, line 1: {name!r} is not a column of a room: did you mean {field}?"),
)
ANCHORS: Listed[AnchorJob] = Listed(
    "anchors",
    anchor_job.parse,
    anchor_job.of_fields,
    anchor_job.FIELDS,
    (*FORMS, "url"),
    marked("{path}, line 1: {name!r} is not a column of an anchor: did you mean {field}?"),
)


def read(rooms: str) -> Iterator[Job | JobError]:
    """Yield the jobs of `-a rooms=…` in order, lazily, and a JobError in place of each bad one.

    The argument is a list of ids separated by commas, or a file if it has one of FILE_ENDINGS, holds a slash without
    being a URL, or names a file that exists. Lines of a file are plain ids, JSON objects or gateway URLs; blank lines
    and `#` comments are skipped. A `.csv` needs a header line with `room_id`. An unreadable file yields an error too.
    """
    return read_as(ROOMS, rooms)


def read_anchors(anchors: str) -> Iterator[AnchorJob | JobError]:
    """The same for `-a anchors=…`; a `.csv` needs a column uid, sec_uid, web_rid or url."""
    return read_as(ANCHORS, anchors)


def read_as(of: Listed[J], given: str) -> Iterator[J | JobError]:
    """The same for a list of any kind."""
    if is_file(given):
        return _of_file(of, Path(given))
    return _of_argument(of, given)


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


def _of_argument(of: Listed[J], given: str) -> Iterator[J | JobError]:
    for text in filter(None, (each.strip() for each in given.split(","))):
        yield _attempt(of, text, of.name)


def _of_file(of: Listed[J], path: Path) -> Iterator[J | JobError]:
    reader = _csv_rows if path.suffix.lower() == ".csv" else _lines
    try:
        # So that a byte that is not UTF-8 spoils only its own line.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            yield from reader(of, path, lines)
    except (OSError, csv.Error) as error:
        message = marked("the room file {path} cannot be read: {error}")
        if of.name == ANCHORS.name:
            message = marked("the anchor file {path} cannot be read: {error}")
        yield JobError(tr(message, path=path, error=error))


def _lines(of: Listed[J], path: Path, lines: TextIO) -> Iterator[J | JobError]:
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield _attempt(of, text, tr("{path}, line {line}", path=path, line=number))


def _csv_rows(of: Listed[J], path: Path, lines: TextIO) -> Iterator[J | JobError]:
    table: csv.DictReader[str] = csv.DictReader(lines, skipinitialspace=True)
    for name in table.fieldnames or ():
        if name not in of.fields and (field := meant_of(name, of.fields)):
            yield JobError(tr(of.misspelt, path=path, name=name, field=field))
            return
    if not {*of.needed} & {*(table.fieldnames or ())}:
        yield JobError(
            tr(
                "{path}, line 1: expected a header line with {needed}, got {fieldnames}",
                path=path,
                needed=tr(" or ").join(of.needed),
                fieldnames=table.fieldnames,
            )
        )
        return
    for row in table:
        try:
            yield of.of_fields(row)
        except JobError as error:
            yield JobError(tr("{path}, line {line}: {error}", path=path, line=table.line_num, error=error))


def _attempt(of: Listed[J], text: str, place: str) -> J | JobError:
    try:
        return of.parse(text)
    except JobError as error:
        return JobError(f"{place}: {error}")
