"""Connects to Redis as scrapy-redis's settings say, but asynchronously: a server that stalls must not block downloads.

Only this module knows scrapy-redis, which has no types.
"""

import asyncio
import re
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from scrapy.settings import BaseSettings
from scrapy_redis.connection import SETTINGS_PARAMS_MAP, get_redis_from_settings
from scrapy_redis.defaults import START_URLS_KEY

from rankcrawler.errors import NoQueue, QueueError, SettingError
from rankcrawler.language import tr
from rankcrawler.options import Options
from rankcrawler.queue import topology
from rankcrawler.queue.embedded import FOLDER, Embedded, join

# One retry, for a dropped connection. The worker waits out, and logs, whatever takes longer.
_RETRY = Retry(ConstantBackoff(0.2), 1, (RedisConnectionError,))
_FEWEST_CONNECTIONS = 3
"""A worker listens on two, and makes its calls on the others."""
_FEWEST_IN_SEVERAL = 8
"""The same where calls do not wait for a connection: in a cluster, and behind Sentinel."""
_PATIENCE = 30
"""Seconds that a call waits for a connection, if their number is limited."""
_NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)


class _Client:
    """The class scrapy-redis makes a client of. It drops retry_on_timeout, which redis-py warns about."""

    @staticmethod
    def from_url(url: str, **parameters: Any) -> "Redis":
        several, parameters = topology.of_url(url), _without_warning(parameters)
        in_url = parse_qs(urlsplit(url).query).get("max_connections", [None])[0]
        connections = _limit(in_url or parameters.pop("max_connections", None), is_waiting=several is None)
        if several:
            return several.client(**parameters, **({"max_connections": connections} if connections else {}))
        return _limited(Redis.from_url(url, **parameters), connections)

    def __new__(cls, **parameters: Any) -> "Redis":  # type: ignore[misc] # scrapy-redis calls it like a class
        connections = _limit(parameters.pop("max_connections", None), is_waiting=True)
        return _limited(Redis(**_without_warning(parameters)), connections)


def _limited(client: "Redis", connections: int | None) -> "Redis":
    """A client whose calls wait for a connection instead of failing, if their number is limited."""
    if connections is None:
        return client
    pool = client.connection_pool
    return Redis.from_pool(
        BlockingConnectionPool(
            max_connections=connections,
            timeout=_PATIENCE,
            connection_class=pool.connection_class,
            **pool.connection_kwargs,
        )
    )


def _limit(connections: Any, *, is_waiting: bool) -> int | None:
    """How many connections there may be, None for any number. `is_waiting`: calls wait until one is free."""
    fewest = _FEWEST_CONNECTIONS if is_waiting else _FEWEST_IN_SEVERAL
    if connections is None:
        return None
    if not str(connections).isdecimal() or int(connections) < fewest:
        raise SettingError(
            tr(
                "max_connections, in REDIS_PARAMS, must be at least {fewest}, not {connections!r}: a worker "
                "listens on two connections, and makes its calls on others",
                fewest=fewest,
                connections=connections,
            )
        )
    return int(connections)


def _without_warning(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name != "retry_on_timeout"}


def inbox_key(options: Options, kind: str) -> str:
    """The key that producers push to: scrapy-redis's REDIS_START_URLS_KEY, by default `<kind>:start_urls`.

    QUEUE_NAME and a colon come before it, if that is set. Raises SettingError if it cannot be part of a key.
    """
    key = str(options.redis["REDIS_START_URLS_KEY"] or START_URLS_KEY)
    key = re.sub(r"%(%|\(name\)s)", lambda found: "%" if found[1] == "%" else kind, key)
    if not options.queue_name:
        return key
    if not _NAME.fullmatch(options.queue_name):
        raise SettingError(
            tr(
                "QUEUE_NAME must be up to 64 letters, digits, dots, hyphens and underscores, not {queue_name!r}",
                queue_name=options.queue_name,
            )
        )
    return f"{options.queue_name}:{key}"


def anchors_key(options: Options, kind: str) -> str:
    """The key to which people push the anchors that are followed: by default `<kind>:anchors`."""
    before, colon, _ = inbox_key(options, kind).rpartition(":")
    return f"{before}{colon}anchors"


def fleet_key(options: Options) -> str:
    """The name of the gate that all kinds share: what their inboxes are called, with `fleet` in place of a kind."""
    return inbox_key(options, "fleet")


def wants_embedded(options: Options) -> bool:
    """Whether no setting of scrapy-redis names a server."""
    named = any(options.redis[name] for name in ("REDIS_URL", "REDIS_HOST", "REDIS_PORT"))
    return not named and not {"url", "host", "port", "unix_socket_path"} & set(options.redis["REDIS_PARAMS"])


async def embedded(options: Options, *, create: bool = True) -> Embedded | None:
    """Start or join the embedded server if no other is named; raises QueueError, NoQueue if it may not be made."""
    if not wants_embedded(options):
        return None
    folder = options.data_dir.absolute() / FOLDER
    if not create and not folder.exists():
        raise NoQueue(folder)
    return await asyncio.to_thread(join, options.data_dir)


def check(options: Options, kind: str) -> None:
    """Raise QueueError or SettingError if the settings cannot name a server and a key; connects to nothing."""
    inbox_key(options, kind)
    if not wants_embedded(options):
        connect(options, None)


def connect(options: Options, server: Embedded | None) -> "Redis":
    """A client, which connects when first used; raises QueueError if REDIS_URL is not a valid address."""
    ours = {name: options.redis.get(name) for name in SETTINGS_PARAMS_MAP}
    given = options.redis["REDIS_PARAMS"]
    ours["REDIS_PARAMS"] = {"retry": _RETRY, **given, "redis_cls": _Client, "decode_responses": False}
    ours["REDIS_DECODE_RESPONSES"] = None  # the queue reads bytes, whatever a fleet's other spiders read
    if server is not None:
        ours["REDIS_URL"] = server.url
    try:
        for url in (ours["REDIS_URL"], given.get("url")):
            _check_address(url or "")
        return cast("Redis", get_redis_from_settings(BaseSettings(ours)))
    except ValueError:  # its message may show part of the password
        raise QueueError(
            tr(
                "REDIS_URL is not a valid address: expected redis://, rediss:// or unix:// with a host, a "
                "port and a database, redis+cluster://host,host or redis+sentinel://host,host/name; "
                "percent-encode special characters in a password"
            )
        ) from None


def _check_address(url: str) -> None:
    """Raise ValueError if part of a password would be taken for a host or a path, and so be shown."""
    parts = urlsplit(url)
    query = parts.query.partition("@")
    is_cut = "@" in parts.path + parts.fragment or (query[1] and "=" not in query[0])
    if parts.scheme.startswith("redis") and (is_cut or re.fullmatch(r":\d*", parts.netloc)):
        raise ValueError("a password that is not percent-encoded")


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
