"""Reads, types and checks every setting of rankcrawler. Nothing else reads Scrapy's settings or the environment.

A value comes from the command line (`-s NAME=VALUE`), else from the environment, else from `.env` in the working
folder, else from the project's settings, else from `rankcrawler.settings`. An empty variable is one that is not set.
Secrets come from the environment or `.env` only.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings

from rankcrawler import env_file, misspelt, setting_values
from rankcrawler import settings as defaults
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr

SECRETS = ("GATEWAY_TOKEN", "PSEUDONYMISE_KEY", "API_TOKEN", "ALERT_TARGETS")
"""Environment variables that are not settings: Scrapy logs settings, and other users can read a command line."""

SHOWN_TO_OTHERS = marked(
    "The token was given with -a or -s, so other users of this machine can read it. Set GATEWAY_TOKEN in the "
    "environment, or GATEWAY_TOKEN_FILE to a file's path. Consider this token no longer secret."
)
_SECRET_SHOWN = marked("{name} was given with -s, so other users can read it: set it in the environment")


class _Number(NamedTuple):
    """A setting that is a number: its type and its minimum."""

    type: type[int] | type[float]
    minimum: int


_NUMBERS: dict[str, _Number] = {
    "ROOM_ATTEMPTS": _Number(int, 1),
    "ROOM_BACKOFF": _Number(float, 0),
    "ROOM_BACKOFF_MAX": _Number(float, 0),
    "GATEWAY_PATIENCE": _Number(float, 0),
    "LEASE_SECONDS": _Number(float, 1),
    "END_AFTER": _Number(int, 1),
    "MAX_IDLE_TIME_BEFORE_CLOSE": _Number(float, 0),
    "CONCURRENT_REQUESTS": _Number(int, 1),
    "DOWNLOAD_TIMEOUT": _Number(float, 1),
    "DOWNLOAD_MAXSIZE": _Number(int, 1),
    "METRICS_PORT": _Number(int, 0),
}
_UNSET = ("DOWNLOAD_TIMEOUT", "METRICS_PORT")
"""The numbers that may be None."""
_OWN_CODE = ("VERDICT_FUNCTION", "LIST_RULES")
_TEXTS = (
    *("GATEWAY_URL", "GATEWAY_NAME", "GATEWAY_PROFILE", "GATEWAY_TOKEN_FILE", "GATEWAY_CA_FILE", "GATEWAY_PROXY"),
    *("VERDICTS", "STORE_URL", "DATA_DIR", "QUEUE_NAME", "TIME_ZONE", "BUDGET_PER_DAY", "METRICS_HOST"),
    *_OWN_CODE,
)
REDIS = (
    *("REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_DB"),
    *("REDIS_ENCODING", "REDIS_PARAMS", "REDIS_START_URLS_KEY"),
)
"""scrapy-redis's settings that work here too."""
ENVIRONMENT = (
    *("GATEWAY_URL", "GATEWAY_NAME", "GATEWAY_PROFILE", "GATEWAY_TOKEN_FILE", "GATEWAY_CA_FILE", "GATEWAY_PROXY"),
    *("STORE_URL", "REDIS_URL", "QUEUE_NAME", "DATA_DIR", "ROOM_ATTEMPTS", "ROOM_BACKOFF", "ROOM_BACKOFF_MAX"),
    *("LEASE_SECONDS", "END_AFTER", "DOWNLOAD_TIMEOUT", "GATEWAY_PATIENCE", "VERDICTS", "TIME_ZONE", "BUDGET_PER_DAY"),
    *("LOG_FORMAT", "METRICS_PORT", "METRICS_HOST"),
    *_OWN_CODE,
)
"""Settings that can also be environment variables."""
NAMES = (*_NUMBERS, *_TEXTS, *REDIS, "DEFAULT_REQUEST_HEADERS", "SPEEDUPS", "USER_AGENT")
"""Every setting that is read here."""
_HARMLESS = {"PATH", "HOME", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
"""Environment variables that every program may know."""
_PREFIXES = ("ALERT_", "GATEWAY_", "LEASE_", "METRICS_", "PSEUDONYM", "QUEUE_", "ROOM_", "STORE_", "VERDICT")


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of one run. Durations are in seconds, sizes in bytes; fields have their settings' names."""

    gateway_url: str | None
    gateway_name: str | None
    """What the gateway is called in the data and in the queue; None if GATEWAY_NAME is not set."""
    gateway_profile: str
    """The name of a shipped profile, or the path of a file."""
    gateway_token: str = field(repr=False)
    """Empty if GATEWAY_TOKEN is not set."""
    gateway_token_file: str | None
    gateway_ca_file: str | None
    gateway_proxy: str | None = field(repr=False)
    """May contain a password."""
    gateway_patience: float
    verdicts: str
    own_code: Mapping[str, str]
    """Import paths of a user's own functions by the names of their settings; empty texts where none is set."""
    pseudonymise_key: str = field(repr=False)
    """Empty if PSEUDONYMISE_KEY is not set."""
    api_token: str = field(repr=False)
    """What clients of `serve` must send; empty if API_TOKEN is not set."""
    alert_targets: str = field(repr=False)
    """Where alerts go: names, each with an address that is a secret; empty if ALERT_TARGETS is not set."""
    store_url: str
    data_dir: Path
    time_zone: ZoneInfo
    """What a day is, and a time without an offset."""
    redis: Mapping[str, Any] = field(repr=False)
    """scrapy-redis's settings by name, None if not set; REDIS_PARAMS is a dict."""
    queue_name: str
    """What begins every key of the queue; empty if QUEUE_NAME is not set."""
    room_attempts: int
    room_backoff: float
    room_backoff_max: float
    budget_per_day: tuple[float, str] | None
    """An amount, and its currency; an empty one for calls. None if BUDGET_PER_DAY is not set."""
    lease_seconds: float
    end_after: int
    """Looks that must agree that an anchor is offline."""
    max_idle: float
    """MAX_IDLE_TIME_BEFORE_CLOSE; 0 means never."""
    concurrent_requests: int
    download_timeout: float | None
    """None for as long as the gateway's profile says."""
    download_maxsize: int
    headers: Mapping[str, str | None] = field(repr=False)
    """DEFAULT_REQUEST_HEADERS, and USER_AGENT; None for one that is not sent."""
    log_level: str
    """LOG_LEVEL: the name of a level of Python's logging."""
    log_format: str
    """LOG_FORMAT: how a line of the log looks; `json` for an object."""
    metrics_port: int | None
    """Where a worker serves its metrics; None for nowhere, 0 for any free port."""
    metrics_host: str
    has_log_file: bool
    """Whether LOG_FILE keeps the log off standard error."""
    speedups: bool
    """Whether rankcrawler.speedups replaces parts of Scrapy."""

    @classmethod
    def of(cls, settings: BaseSettings, environment: Mapping[str, str] | None = None) -> "Options":
        """Read and check all settings; raises SettingError for the first that is invalid or probably misspelt."""
        environment = _surroundings() if environment is None else environment
        _check_names(settings, environment)
        given = {name: _value(settings, environment, name) for name in (*_NUMBERS, *_TEXTS, *REDIS, "LOG_FORMAT")}
        numbers, texts = _numbers(given), _texts(given)
        data_dir = texts["DATA_DIR"] or defaults.DATA_DIR
        return cls(
            **_as_they_are(texts),
            gateway_profile=texts["GATEWAY_PROFILE"] or defaults.GATEWAY_PROFILE,
            gateway_token=environment.get("GATEWAY_TOKEN", ""),
            gateway_patience=numbers["GATEWAY_PATIENCE"],
            verdicts=texts["VERDICTS"] or "",
            own_code={name: texts[name] or "" for name in _OWN_CODE},
            pseudonymise_key=environment.get("PSEUDONYMISE_KEY", ""),
            api_token=environment.get("API_TOKEN", ""),
            alert_targets=environment.get("ALERT_TARGETS", ""),
            store_url=texts["STORE_URL"] or f"sqlite:///{data_dir.rstrip('/')}/ranks.db",
            data_dir=Path(data_dir),
            time_zone=setting_values.zone(texts["TIME_ZONE"] or defaults.TIME_ZONE),
            redis={name: given[name] for name in REDIS} | {"REDIS_PARAMS": _parameters(settings)},
            queue_name=texts["QUEUE_NAME"] or "",
            room_attempts=int(numbers["ROOM_ATTEMPTS"]),
            room_backoff=numbers["ROOM_BACKOFF"],
            room_backoff_max=numbers["ROOM_BACKOFF_MAX"],
            budget_per_day=setting_values.budget("BUDGET_PER_DAY", texts["BUDGET_PER_DAY"]),
            lease_seconds=numbers["LEASE_SECONDS"],
            end_after=int(numbers["END_AFTER"]),
            max_idle=numbers["MAX_IDLE_TIME_BEFORE_CLOSE"],
            concurrent_requests=int(numbers["CONCURRENT_REQUESTS"]),
            download_timeout=numbers.get("DOWNLOAD_TIMEOUT"),
            download_maxsize=int(numbers["DOWNLOAD_MAXSIZE"]),
            headers=settings.getdict("DEFAULT_REQUEST_HEADERS") | {"User-Agent": settings["USER_AGENT"]},
            log_level=setting_values.level(settings["LOG_LEVEL"]),
            log_format=setting_values.log_format(str(given["LOG_FORMAT"])),
            metrics_port=None if "METRICS_PORT" not in numbers else int(numbers["METRICS_PORT"]),
            metrics_host=texts["METRICS_HOST"] or defaults.METRICS_HOST,
            has_log_file=bool(settings["LOG_FILE"]),
            speedups=settings.getbool("SPEEDUPS", default=True),
        )


def _surroundings() -> dict[str, str]:
    """The process's environment, and what `.env` adds to it; raises SettingError for a slip in that."""
    file = env_file.read()
    file.check((*ENVIRONMENT, *SECRETS), _PREFIXES, {*NAMES, *dir(default_settings)})
    return file.beneath(os.environ)


def bare_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a program needs of the environment that must know none of our secrets: no token, no password."""
    return {name: value for name, value in environment.items() if name in _HARMLESS or name.startswith("LC_")}


def _check_names(settings: BaseSettings, environment: Mapping[str, str]) -> None:
    """Raise SettingError for a secret among the settings, or a name that is probably misspelt."""
    if settings["GATEWAY_TOKEN"] is not None:
        raise SettingError(tr(SHOWN_TO_OTHERS))
    for name in SECRETS:
        if settings[name] is not None:
            raise SettingError(tr(_SECRET_SHOWN, name=name))
    for slip in misspelt.slips(settings, environment, misspelt.Ours(NAMES, (*ENVIRONMENT, *SECRETS), _PREFIXES)):
        raise SettingError(slip)


def _numbers(given: Mapping[str, Any]) -> dict[str, float]:
    """The settings that are numbers, but for those that may be None and are."""
    set_ = [name for name in _NUMBERS if name not in _UNSET or given[name] is not None]
    return {name: setting_values.number(name, given[name], *_NUMBERS[name]) for name in set_}


def _texts(given: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: None if given[name] is None else str(given[name]) for name in _TEXTS}


def _as_they_are(texts: Mapping[str, str | None]) -> dict[str, Any]:
    names = ("GATEWAY_URL", "GATEWAY_NAME", "GATEWAY_TOKEN_FILE", "GATEWAY_CA_FILE", "GATEWAY_PROXY")
    return {name.lower(): texts[name] for name in names}


def _value(settings: BaseSettings, environment: Mapping[str, str], name: str) -> Any:
    is_on_command_line = _priority(settings, name) >= SETTINGS_PRIORITIES["cmdline"]
    if name in ENVIRONMENT and not is_on_command_line and environment.get(name):
        return environment[name]
    return settings[name] if name in settings else getattr(defaults, name, None)


def _parameters(settings: BaseSettings) -> dict[str, Any]:
    try:
        return settings.getdict("REDIS_PARAMS")
    except (ValueError, TypeError):  # its message might show a password
        raise SettingError(tr('REDIS_PARAMS must be a dict, or JSON such as {"socket_timeout": 5}')) from None


def _priority(settings: BaseSettings, name: str) -> int:
    return settings.getpriority(name) or 0


def variable(name: str) -> str | None:
    """The value of a variable that someone names, in the environment or in `.env`; None if it is not set."""
    return _surroundings().get(name)
