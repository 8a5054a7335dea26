"""What the values of settings must be; each error names the setting, and says what was expected."""

import logging
import re
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr
from rankcrawler.spelling import meant

_BUDGET = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)(?: *([A-Z]{3}))?")
_TEXT = "%(asctime)s %(levelname)s: %(message)s"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
JSON = "json"
"""The LOG_FORMAT of one JSON object a line."""


def level(value: Any) -> str:
    """The name of a level of Python's logging, for LOG_LEVEL; raises SettingError."""
    name = logging.getLevelName(value) if isinstance(value, int) else str(value)
    if isinstance(value, int) or name in logging.getLevelNamesMapping():
        return name
    raise SettingError(
        tr(
            "LOG_LEVEL must be {known}, not {level!r}{meant}",
            known=", ".join(_LEVELS),
            level=name[:40],
            meant=meant(name.upper(), _LEVELS),
        )
    )


def log_format(value: str) -> str:
    """`json`, or a format of Python's logging, for LOG_FORMAT; raises SettingError."""
    try:
        if value != JSON:
            logging.Formatter(value)
    except ValueError:
        raise SettingError(
            tr("LOG_FORMAT must be json, or a text such as {example}, not {value!r}", example=_TEXT, value=value[:80])
        ) from None
    return value


def number(name: str, value: Any, type_: type[int] | type[float], minimum: int) -> float:
    """A finite number of this type that is at least `minimum`, for the setting of this name; raises SettingError."""
    try:
        found = type_(value)
        is_valid = minimum <= found < inf
    except (TypeError, ValueError):
        is_valid = False
    if not is_valid:
        if type_ is int:
            message = marked("{name} must be a whole number of at least {minimum}, not {value!r}")
        else:
            message = marked("{name} must be a number of at least {minimum}, not {value!r}")
        raise SettingError(tr(message, name=name, minimum=minimum, value=value))
    return found


def budget(name: str, value: str | None) -> tuple[float, str] | None:
    """An amount and its currency, an empty one for calls, for the setting of this name; raises SettingError."""
    if not value:
        return None
    found = _BUDGET.fullmatch(value.strip())
    amount = float(found[1]) if found is not None else 0.0
    if found is None or amount <= 0 or (not found[2] and amount % 1):
        raise SettingError(
            tr(
                "{name} must be a number of calls, or money such as 5.50 USD, not {value!r}",
                name=name,
                value=value[:40],
            )
        )
    return amount, found[2] or ""


def zone(name: str) -> ZoneInfo:
    """The time zone of this IANA name, for TIME_ZONE; raises SettingError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SettingError(
            tr("TIME_ZONE must be the name of a time zone such as Asia/Shanghai, not {name!r}", name=name)
        ) from None
