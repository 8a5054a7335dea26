"""The rows of an answer as CSV: what commands print, and what is served."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from rankcrawler.feeds.exporters import FORMULA
from rankcrawler.insight import frames
from rankcrawler.insight.answers import Answer
from rankcrawler.insight.course import Course, CoursePoint


def csv_lines(found: Answer) -> Iterator[str]:
    """The header and the rows, without line ends; a text that a spreadsheet could run as a formula gets a leading '."""
    names, rows = _of_course(found) if isinstance(found, Course) else _plain(found)
    return lines([names, *rows])


def lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows as CSV."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(map(_cell, row))
        yield line.getvalue()


def _plain(found: Answer) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    names = frames.row_type(type(found)).__struct_fields__
    return names, ([getattr(row, name) for name in names] for row in found.rows)


def _of_course(found: Course) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """A column for the scores of each contributor, headed by the id."""
    names = CoursePoint.__struct_fields__[:-1]
    heads = [*names, *(f"score_{each.user_id}" for each in found.contributors)]
    return heads, ([*(getattr(row, name) for name in names), *row.scores] for row in found.rows)


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        is_nested = any(isinstance(each, msgspec.Struct) for each in value)
        value = msgspec.json.encode(value).decode() if is_nested else " ".join(map(str, value))
    if isinstance(value, dict):
        value = msgspec.json.encode(value).decode()
    if isinstance(value, bool):
        return int(value)
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
