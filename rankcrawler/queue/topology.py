"""Reads REDIS_URL when it names several servers: a cluster, or a master and replicas behind Sentinel.

redis+cluster://[user:password@]host[:port][,host[:port]…]              some of the nodes
redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/db]   some of the Sentinels, and the master's name

Use rediss+… for TLS. User and password are for the data servers; put those for Sentinel into REDIS_PARAMS, as
`sentinel_kwargs`.
"""

from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

PORTS = {"cluster": 6379, "sentinel": 26379}


class Topology(NamedTuple):
    """A parsed address."""

    kind: str
    """`cluster` or `sentinel`."""
    hosts: list[tuple[str, int]]
    parameters: dict[str, Any]
    """Parameters of a client: user, password, TLS, database."""
    name: str = ""
    """The master's name in Sentinel."""

    def client(self, **parameters: Any) -> "Redis":
        """A client; it looks up a key's server, or the current master, when first used."""
        return (_of_cluster if self.kind == "cluster" else _of_sentinel)(self, parameters | self.parameters)

    @property
    def place(self) -> str:
        """The address, without user and password."""
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"redis+{self.kind}://{hosts}{f'/{self.name}' if self.name else ''}"


def of_url(url: str) -> Topology | None:
    """Parse an address; None if it names a single server. Raises ValueError if it is malformed."""
    scheme, _, kind = urlsplit(url).scheme.partition("+")
    if scheme not in ("redis", "rediss") or kind not in PORTS:
        return None
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    name, _, db = parts.path.strip("/").partition("/")
    if parts.query or parts.fragment or bool(name) != (kind == "sentinel"):
        raise ValueError(url)
    given = {"username": unquote(user), "password": unquote(password), "ssl": scheme == "rediss", "db": int(db or 0)}
    parameters = {key: value for key, value in given.items() if value}
    return Topology(kind, [_host(each, PORTS[kind]) for each in hosts.split(",")], parameters, name)


async def disconnect(redis: "Redis") -> None:
    """Close a client, and its connections to Sentinel."""
    await redis.aclose()
    client: Any = redis
    if isinstance(client, RedisCluster):  # after a fault, its aclose() leaves connections open
        await client.nodes_manager.aclose()
        await client.nodes_manager.aclose("startup_nodes")
    elif isinstance(pool := client.connection_pool, SentinelConnectionPool):
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose()


async def node_of(redis: "Redis", key: str) -> dict[str, Any]:
    """The argument that sends a command without keys to the server which holds this key."""
    await redis.initialize()
    client: Any = redis
    return {"target_nodes": [client.get_node_from_key(key)]} if isinstance(client, RedisCluster) else {}


def _host(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError(text)
    return parts.hostname, parts.port or port


def _of_cluster(topology: Topology, parameters: dict[str, Any]) -> "Redis":
    nodes = [ClusterNode(host, port) for host, port in topology.hosts]
    parameters.pop("retry")  # a cluster's client has retries of its own, which follow keys from node to node
    return cast("Redis", RedisCluster(startup_nodes=nodes, **parameters))  # it has every method that the queue uses


def _of_sentinel(topology: Topology, parameters: dict[str, Any]) -> "Redis":
    timeouts = {name: parameters.get(name) for name in ("socket_timeout", "socket_connect_timeout")}
    own = timeouts | parameters.pop("sentinel_kwargs", {})
    parameters["retry"] = Retry(NoBackoff(), 0)  # a retry would go to the same server; the next call asks Sentinel
    sentinel = Sentinel(topology.hosts, sentinel_kwargs=own)  # type: ignore[no-untyped-call]
    return cast("Redis", sentinel.master_for(topology.name, **parameters))
