"""Every setting of ours, read, typed and checked in one place: nothing else reads Scrapy's settings or the environment.

A value comes from the command line (`-s NAME=VALUE`), else from the environment, else from the settings of the project
that runs us, else from `rankcrawler.settings`. Secrets come from the environment alone.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings

from rankcrawler import settings as defaults
from rankcrawler.errors import SettingError

SECRETS = ("GATEWAY_TOKEN", "PSEUDONYMISE_KEY")
"""Environment variables that are no settings: Scrapy logs settings, and other users can read a command line."""

_SHOWN_TO_OTHERS = (
    "The token was given with -a or -s, where other users of this machine can read it: set GATEWAY_TOKEN in the "
    "environment, or name a file in GATEWAY_TOKEN_FILE. Consider that token as no longer secret."
)
_KEY_SHOWN = "PSEUDONYMISE_KEY was given with -s, where others can read it: set it in the environment"


class _Number(NamedTuple):
    """A setting that is a number: whole or not, and the least that it can be."""

    type: type[int] | type[float]
    least: int


_NUMBERS: dict[str, _Number] = {
    "ROOM_ATTEMPTS": _Number(int, 1),
    "ROOM_BACKOFF": _Number(float, 0),
    "ROOM_BACKOFF_MAX": _Number(float, 0),
    "GATEWAY_PATIENCE": _Number(float, 0),
    "LEASE_SECONDS": _Number(float, 1),
    "MAX_IDLE_TIME_BEFORE_CLOSE": _Number(float, 0),
    "CONCURRENT_REQUESTS": _Number(int, 1),
    "DOWNLOAD_TIMEOUT": _Number(float, 1),
    "DOWNLOAD_MAXSIZE": _Number(int, 1),
}
_TEXTS = ("GATEWAY_URL", "GATEWAY_TOKEN_FILE", "GATEWAY_CA_FILE", "VERDICTS", "STORE_URL", "DATA_DIR")
REDIS = (
    "REDIS_URL",
    "REDIS_HOST",
    "REDIS_PORT",
    "REDIS_DB",
    "REDIS_ENCODING",
    "REDIS_PARAMS",
    "REDIS_START_URLS_KEY",
)
"""scrapy-redis's settings that count here, too."""
ENVIRONMENT = (
    *("GATEWAY_URL", "GATEWAY_TOKEN_FILE", "GATEWAY_CA_FILE", "GATEWAY_PATIENCE", "VERDICTS"),
    *("STORE_URL", "REDIS_URL", "DATA_DIR", "ROOM_ATTEMPTS", "ROOM_BACKOFF", "ROOM_BACKOFF_MAX"),
    *("LEASE_SECONDS", "DOWNLOAD_TIMEOUT"),
)
"""Settings that are environment variables, too."""
NAMES = (*_NUMBERS, *_TEXTS, *REDIS, "SPEEDUPS")
"""Every setting that is read here."""
_BEGINNINGS = ("GATEWAY_", "LEASE_", "PSEUDONYM", "ROOM_", "STORE_", "VERDICT")
_OURS = {name for name in NAMES if not hasattr(default_settings, name)}


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of one run. Spans are seconds, sizes bytes; the fields have their settings' names."""

    gateway_url: str | None
    gateway_token: str = field(repr=False)
    """Empty where GATEWAY_TOKEN is not set."""
    gateway_token_file: str | None
    gateway_ca_file: str | None
    gateway_patience: float
    verdicts: str
    pseudonymise_key: str = field(repr=False)
    """Empty where PSEUDONYMISE_KEY is not set."""
    store_url: str
    data_dir: Path
    redis: Mapping[str, Any] = field(repr=False)
    """scrapy-redis's settings, by name; REDIS_PARAMS is a dict, and what is not set is None."""
    room_attempts: int
    room_backoff: float
    room_backoff_max: float
    lease_seconds: float
    max_idle: float
    """MAX_IDLE_TIME_BEFORE_CLOSE; 0 is never."""
    concurrent_requests: int
    download_timeout: float
    download_maxsize: int
    log_level: str
    """The level that a crawl logs at, in capitals."""
    speedups: bool
    """SPEEDUPS: whether rankcrawler.speedups stands in for parts of Scrapy."""

    @classmethod
    def of(cls, settings: BaseSettings, environment: Mapping[str, str] = os.environ) -> "Options":
        """Read and check all; raises SettingError for the first that cannot be used, or is a likely slip."""
        if settings["GATEWAY_TOKEN"] is not None:
            raise SettingError(_SHOWN_TO_OTHERS)
        if settings["PSEUDONYMISE_KEY"] is not None:
            raise SettingError(_KEY_SHOWN)
        for slip in slips(settings, environment):
            raise SettingError(slip)
        given = {name: _value(settings, environment, name) for name in (*_NUMBERS, *_TEXTS, *REDIS)}
        numbers = {name: _number(name, given[name]) for name in _NUMBERS}
        texts = {name: None if given[name] is None else str(given[name]) for name in _TEXTS}
        data_dir = texts["DATA_DIR"] or "data"
        return cls(
            gateway_url=texts["GATEWAY_URL"],
            gateway_token=environment.get("GATEWAY_TOKEN", ""),
            gateway_token_file=texts["GATEWAY_TOKEN_FILE"],
            gateway_ca_file=texts["GATEWAY_CA_FILE"],
            gateway_patience=numbers["GATEWAY_PATIENCE"],
            verdicts=texts["VERDICTS"] or "",
            pseudonymise_key=environment.get("PSEUDONYMISE_KEY", ""),
            store_url=texts["STORE_URL"] or f"sqlite:///{data_dir.rstrip('/')}/ranks.db",
            data_dir=Path(data_dir),
            redis={name: given[name] for name in REDIS} | {"REDIS_PARAMS": settings.getdict("REDIS_PARAMS")},
            room_attempts=int(numbers["ROOM_ATTEMPTS"]),
            room_backoff=numbers["ROOM_BACKOFF"],
            room_backoff_max=numbers["ROOM_BACKOFF_MAX"],
            lease_seconds=numbers["LEASE_SECONDS"],
            max_idle=numbers["MAX_IDLE_TIME_BEFORE_CLOSE"],
            concurrent_requests=int(numbers["CONCURRENT_REQUESTS"]),
            download_timeout=numbers["DOWNLOAD_TIMEOUT"],
            download_maxsize=int(numbers["DOWNLOAD_MAXSIZE"]),
            log_level=str(settings["LOG_LEVEL"]).upper(),
            speedups=settings.getbool("SPEEDUPS", default=True),
        )


def check_arguments(arguments: Mapping[str, str]) -> None:
    """Raise SettingError where a spider's arguments (-a) hold the token."""
    if {"token", "gateway_token"} & {name.lower() for name in arguments}:
        raise SettingError(_SHOWN_TO_OTHERS)


def slips(settings: BaseSettings, environment: Mapping[str, str]) -> Iterator[str]:
    """What a person has likely meant by settings that nobody reads: a setting of ours, misspelt.

    On the command line a name that begins like ours is one, elsewhere one that is a single edit away from ours: other
    components of a project, and other programs, have names of their own.
    """
    for name in settings:
        if not isinstance(name, str) or name in NAMES or hasattr(default_settings, name):
            continue
        is_on_command_line = _priority(settings, name) >= SETTINGS_PRIORITIES["cmdline"]
        if (is_on_command_line and name.startswith(_BEGINNINGS)) or _close_to(name, _OURS):
            yield f"{name} is no setting: {_likeliest(name, _OURS)}"
    for name in environment:
        if name.startswith(_BEGINNINGS) and name not in SECRETS and _close_to(name, (*ENVIRONMENT, *SECRETS)):
            yield f"{name}, in the environment, is no setting: {_likeliest(name, (*ENVIRONMENT, *SECRETS))}"


def _likeliest(name: str, ours: Collection[str]) -> str:
    close = _close_to(name, ours) or get_close_matches(name, sorted(ours), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else "README, section Settings, has them all"


def _close_to(name: str, ours: Collection[str]) -> list[str]:
    return [each for each in sorted(ours) if each != name and _is_one_edit(name, each)]


def _is_one_edit(one: str, other: str) -> bool:
    """Whether a letter was left out, put in, changed, or put in its neighbour's place."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    swapped = long[:same] + long[same + 1 : same + 2] + long[same : same + 1] + long[same + 2 :]
    return short[same + 1 :] == long[same + 1 :] or short == swapped


def _value(settings: BaseSettings, environment: Mapping[str, str], name: str) -> Any:
    is_on_command_line = _priority(settings, name) >= SETTINGS_PRIORITIES["cmdline"]
    if name in ENVIRONMENT and not is_on_command_line and name in environment:
        return environment[name]
    return settings[name] if name in settings else getattr(defaults, name, None)


def _priority(settings: BaseSettings, name: str) -> int:
    return settings.getpriority(name) or 0


def _number(name: str, value: Any) -> float:
    kind, least = _NUMBERS[name]
    try:
        number = kind(value)
        is_good = least <= number < inf
    except (TypeError, ValueError):
        is_good = False
    if not is_good:
        whole = "whole number" if kind is int else "number"
        raise SettingError(f"{name} must be a {whole} of at least {least}, not {value!r}")
    return number
