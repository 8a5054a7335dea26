"""The log as JSON, if LOG_FORMAT is json: one object a line, for programs that collect logs.

A line has `time`, `level`, `logger` and `message`, and what is known of FIELDS. Everything but printable ASCII is
escaped, so that no text from outside can begin a line, end one, or move a terminal's cursor.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from scrapy.settings import BaseSettings
from scrapy.utils import log

from rankcrawler.clock import iso
from rankcrawler.setting_values import JSON

FIELDS = ("worker", "room", "anchor", "verdict", "attempt", "report")
"""What a log line is about, each if it is known: a worker's number in its fleet, a room, an anchor, what followed from
a poll, the number of the attempt, and the figures of a run that has ended."""
_scrapys = log._get_formatter


class JsonLines(logging.Formatter):
    """Writes records as JSON. `worker` is a number that every line has; 0 for none."""

    def __init__(self, worker: int = 0) -> None:
        super().__init__()
        self._same = {"worker": worker} if worker else {}

    def format(self, record: logging.LogRecord) -> str:
        """One line without its end: the record, its fields, and its traceback as a text."""
        line: dict[str, Any] = {
            "time": iso(int(record.created * 1000)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._same,
            **_fields(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, default=str).replace("\x7f", "\\u007f")


def install() -> None:
    """Have Scrapy's log handlers write JSON where LOG_FORMAT asks for it; a second call changes nothing."""
    log._get_formatter = _formatter


def begin() -> None:
    """Log JSON on standard error, in a process without Scrapy's log handlers."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def line(logger: str, level: int, message: str, **fields: Any) -> str:
    """A line of the log that has not gone through a logger."""
    facts = {"name": logger, "levelno": level, "levelname": logging.getLevelName(level), "msg": message}
    return JsonLines().format(logging.makeLogRecord(facts | fields))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What `extra`, or arguments that are named, say of FIELDS."""
    named = record.args if isinstance(record.args, Mapping) else {}
    found = {**named, **vars(record)}
    return {name: found[name] for name in FIELDS if found.get(name) is not None}


def _formatter(handler: logging.Handler, settings: BaseSettings) -> logging.Formatter:
    if settings.get("LOG_FORMAT") == JSON:
        return JsonLines(settings.getint("FLEET_WORKER"))
    return _scrapys(handler, settings)  # type: ignore[arg-type]  # it declares more than it needs
