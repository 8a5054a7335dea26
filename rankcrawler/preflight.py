"""Looks at what a person has set before anything starts, so that a mistake is one line and not a traceback."""

from collections.abc import Mapping
from math import inf

from scrapy.settings import BaseSettings

from rankcrawler.errors import SettingError
from rankcrawler.gateways.verdict import Judge
from rankcrawler.handler import client_from_settings
from rankcrawler.model import pseudonyms
from rankcrawler.model.items import KINDS
from rankcrawler.store import locate

_NUMBERS: dict[str, tuple[type[int | float], int]] = {
    "ROOM_ATTEMPTS": (int, 1),
    "ROOM_BACKOFF": (float, 0),
    "ROOM_BACKOFF_MAX": (float, 0),
    "GATEWAY_PATIENCE": (float, 0),
    "LEASE_SECONDS": (float, 1),
    "MAX_IDLE_TIME_BEFORE_CLOSE": (float, 0),
    "CONCURRENT_REQUESTS": (int, 1),
    "DOWNLOAD_TIMEOUT": (float, 1),
    "DOWNLOAD_MAXSIZE": (int, 1),
}
"""Settings that are numbers, whole or not, and the least that each can be."""

_SHOWN_TO_OTHERS = (
    "The token was given with -a or -s, where other users of this machine can read it: set GATEWAY_TOKEN in the "
    "environment, or name a file in GATEWAY_TOKEN_FILE. Consider that token as no longer secret."
)


def check(settings: BaseSettings, arguments: Mapping[str, str]) -> None:
    """Raise SettingError for the first setting, or -a argument, that a crawl cannot start with."""
    if {"token", "gateway_token"} & {name.lower() for name in arguments}:
        raise SettingError(_SHOWN_TO_OTHERS)
    check_kind(arguments.get("kind", "ranklist"))
    check_gateway(settings)
    locate.parse(locate.url(settings))


def check_kind(kind: str) -> None:
    """Raise SettingError where there is no such kind of list."""
    if kind not in KINDS:
        raise SettingError(f"kind must be {' or '.join(KINDS)}, not {kind[:40]!r}")


def check_gateway(settings: BaseSettings) -> None:
    """Raise SettingError where a number is none, a verdict is unclear, or no gateway can be asked."""
    if settings["GATEWAY_TOKEN"] is not None:
        raise SettingError(_SHOWN_TO_OTHERS)
    _check_numbers(settings)
    if settings[pseudonyms.SETTING] is not None:
        raise SettingError(
            f"{pseudonyms.SETTING} was given with -s, where others can read it: set it in the environment"
        )
    pseudonyms.of_environment()
    Judge.of(settings["VERDICTS"])
    client_from_settings(settings)


def _check_numbers(settings: BaseSettings) -> None:
    for name, (kind, least) in _NUMBERS.items():
        try:
            is_good = least <= kind(settings[name]) < inf
        except (TypeError, ValueError):
            is_good = False
        if not is_good:
            whole = "whole number" if kind is int else "number"
            raise SettingError(f"{name} must be a {whole} of at least {least}, not {settings[name]!r}")
