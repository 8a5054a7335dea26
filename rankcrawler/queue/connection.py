"""A connection to Redis as scrapy-redis's settings describe it, but asynchronous: a stall of the server
must not freeze the downloads. This module alone knows scrapy-redis, which has no types.
"""

import asyncio
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from scrapy.settings import BaseSettings
from scrapy_redis.connection import SETTINGS_PARAMS_MAP, get_redis_from_settings
from scrapy_redis.defaults import START_URLS_KEY

from rankcrawler.errors import QueueError
from rankcrawler.queue import topology
from rankcrawler.queue.embedded import Embedded, join

# What lasts longer than a dropped connection is the worker's to wait out, since it says so.
_RETRY = Retry(ConstantBackoff(0.2), 1, (RedisConnectionError,))


class _Client:
    """What scrapy-redis makes a client with: its own default retry_on_timeout is one that redis-py warns of."""

    @staticmethod
    def from_url(url: str, **parameters: Any) -> "Redis":
        several, parameters = topology.of_url(url), _without_warning(parameters)
        return several.client(**parameters) if several else Redis.from_url(url, **parameters)

    def __new__(cls, **parameters: Any) -> "Redis":  # type: ignore[misc] # called as the class that it stands for
        return Redis(**_without_warning(parameters))


def _without_warning(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name != "retry_on_timeout"}


def inbox_key(settings: BaseSettings, spider_name: str) -> str:
    """The list that producers push to: scrapy-redis's REDIS_START_URLS_KEY, `ranklist:start_urls` by default."""
    key = settings.get("REDIS_START_URLS_KEY") or START_URLS_KEY
    return str(key) % {"name": spider_name}


def wants_embedded(settings: BaseSettings) -> bool:
    """Whether no server is named, neither by REDIS_URL nor by scrapy-redis's other settings."""
    named = any(settings.get(name) for name in ("REDIS_URL", "REDIS_HOST", "REDIS_PORT"))
    return not named and not {"url", "host", "port", "unix_socket_path"} & set(settings.getdict("REDIS_PARAMS"))


async def embedded(settings: BaseSettings) -> Embedded | None:
    """Start or join the embedded server, where the settings want it; raises QueueError."""
    if not wants_embedded(settings):
        return None
    return await asyncio.to_thread(join, Path(settings["DATA_DIR"]))


def connect(settings: BaseSettings, server: Embedded | None) -> "Redis":
    """A client, which connects when first used; raises QueueError where REDIS_URL is no such address."""
    ours = {name: settings.get(name) for name in SETTINGS_PARAMS_MAP}
    given = settings.getdict("REDIS_PARAMS")
    ours["REDIS_PARAMS"] = {"retry": _RETRY, **given, "redis_cls": _Client, "decode_responses": False}
    ours["REDIS_DECODE_RESPONSES"] = None  # the queue reads bytes, whatever a fleet's other spiders read
    if server is not None:
        ours["REDIS_URL"] = server.url
    try:
        return cast("Redis", get_redis_from_settings(BaseSettings(ours)))
    except ValueError:  # its message may show a part of the password
        raise QueueError(
            "REDIS_URL cannot be used: expected redis://, rediss:// or unix:// with a host, a port and a database, "
            "redis+cluster://host,host or redis+sentinel://host,host/name, and percent-encoded what is special in a "
            "password"
        ) from None


def place(settings: BaseSettings, server: Embedded | None) -> str:
    """Where the queue is, for people to read: never a password."""
    if server is not None:
        return f"the embedded server at {server.socket}"
    url = settings.get("REDIS_URL") or ""
    if several := topology.of_url(url):
        return several.place
    parts = urlsplit(url)
    path = parts.path.rpartition("@")[2]  # where a / in a password was not encoded, the rest of it stands there
    if not parts.scheme:
        return "the server of REDIS_HOST"
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{path}"
