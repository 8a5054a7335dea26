"""Moments on a command line: read when the time zone is known, which is after the command line was parsed."""

import argparse
import time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rankcrawler import moments
from rankcrawler.clock import LAST_MS, iso
from rankcrawler.commands.values import parsed_by
from rankcrawler.errors import SettingError


class Typed(NamedTuple):
    """A moment as it was typed."""

    text: str


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def moment(text: str) -> Typed:
    """The type of a moment, for argparse, which takes what moments.FORMS names; `resolve` finds out when it is."""
    parsed_by(lambda each: moments.parsed(each, ZoneInfo("UTC"), LAST_MS))(text)
    return Typed(text)


def resolve(given: argparse.Namespace, zone: ZoneInfo, now: int) -> None:
    """Replace every moment of a command line by ISO 8601 text in UTC; raises SettingError for one in the future."""
    for name, value in vars(given).items():
        if isinstance(value, Typed):
            try:
                setattr(given, name, iso(max(moments.parsed(value.text, zone, now), 0)))
            except SettingError as error:
                raise SettingError(f"--{name.replace('_', '-')}: {error}") from None
