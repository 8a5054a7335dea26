"""Connects to Redis as scrapy-redis's settings say, but asynchronously: a server that stalls must not block downloads.

Only this module knows scrapy-redis, which has no types.
"""

import asyncio
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
from rankcrawler.options import Options
from rankcrawler.queue import topology
from rankcrawler.queue.embedded import Embedded, join

# One retry, for a dropped connection. The worker waits out, and logs, whatever takes longer.
_RETRY = Retry(ConstantBackoff(0.2), 1, (RedisConnectionError,))


class _Client:
    """The class scrapy-redis makes a client of. It drops retry_on_timeout, which redis-py warns about."""

    @staticmethod
    def from_url(url: str, **parameters: Any) -> "Redis":
        several, parameters = topology.of_url(url), _without_warning(parameters)
        return several.client(**parameters) if several else Redis.from_url(url, **parameters)

    def __new__(cls, **parameters: Any) -> "Redis":  # type: ignore[misc] # scrapy-redis calls it like a class
        return Redis(**_without_warning(parameters))


def _without_warning(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name != "retry_on_timeout"}


def inbox_key(options: Options, kind: str) -> str:
    """The key that producers push to: scrapy-redis's REDIS_START_URLS_KEY, by default `<kind>:start_urls`."""
    key = options.redis["REDIS_START_URLS_KEY"] or START_URLS_KEY
    return str(key) % {"name": kind}


def fleet_key(options: Options) -> str:
    """The name of the gate that all kinds share: what their inboxes are called, with `fleet` in place of a kind."""
    return inbox_key(options, "fleet")


def wants_embedded(options: Options) -> bool:
    """Whether no setting of scrapy-redis names a server."""
    named = any(options.redis[name] for name in ("REDIS_URL", "REDIS_HOST", "REDIS_PORT"))
    return not named and not {"url", "host", "port", "unix_socket_path"} & set(options.redis["REDIS_PARAMS"])


async def embedded(options: Options) -> Embedded | None:
    """Start or join the embedded server if no other is named; raises QueueError."""
    if not wants_embedded(options):
        return None
    return await asyncio.to_thread(join, options.data_dir)


def connect(options: Options, server: Embedded | None) -> "Redis":
    """A client, which connects when first used; raises QueueError if REDIS_URL is not a valid address."""
    ours = {name: options.redis.get(name) for name in SETTINGS_PARAMS_MAP}
    given = options.redis["REDIS_PARAMS"]
    ours["REDIS_PARAMS"] = {"retry": _RETRY, **given, "redis_cls": _Client, "decode_responses": False}
    ours["REDIS_DECODE_RESPONSES"] = None  # the queue reads bytes, whatever a fleet's other spiders read
    if server is not None:
        ours["REDIS_URL"] = server.url
    try:
        return cast("Redis", get_redis_from_settings(BaseSettings(ours)))
    except ValueError:  # its message may show part of the password
        raise QueueError(
            "REDIS_URL is not a valid address: expected redis://, rediss:// or unix:// with a host, a port and a "
            "database, redis+cluster://host,host or redis+sentinel://host,host/name; percent-encode special "
            "characters in a password"
        ) from None


def place(options: Options, server: Embedded | None) -> str:
    """Where the queue is, for people to read; never shows a password."""
    if server is not None:
        return f"the embedded server at {server.socket}"
    url = options.redis["REDIS_URL"] or ""
    if several := topology.of_url(url):
        return several.place
    parts = urlsplit(url)
    path = parts.path.rpartition("@")[2]  # the rest of a password whose / was not encoded ends up in the path
    if not parts.scheme:
        return "the server of REDIS_HOST"
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{path}"
