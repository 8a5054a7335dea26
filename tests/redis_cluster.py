"""A Redis Cluster of three servers, and clients of a cluster or of one server."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.cluster import RedisCluster

from rankcrawler.queue.connection import connect
from tests.options import options
from tests.redis_server import Server, free_port, redis_server

NODES = 3
SLOTS = 16384
OPTIONS = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]
INBOX = "ranklist:start_urls"


def queue_client(url: str, **parameters: Any) -> "AsyncRedis":
    """The asynchronous client that workers use."""
    return connect(options(REDIS_URL=url, REDIS_PARAMS=parameters), None)


def plain_client(url: str, **parameters: Any) -> Redis:
    """A client of the server that holds the keys of the default inbox, which share a slot."""
    if "+cluster" not in url:
        return Redis.from_url(url, **parameters)
    holder, _ = _servers(url)
    return Redis.from_url(holder, **parameters)


def flush(url: str) -> None:
    """Empty the server, or every server of the cluster."""
    for each in _servers(url)[1] if "+cluster" in url else [url]:
        with Redis.from_url(each) as client:
            client.flushall()


@cache
def _servers(url: str) -> tuple[str, list[str]]:
    """The addresses of a cluster's servers, and before them that of the one that holds the keys of the default inbox.

    Slots do not move from one to another here.
    """
    with RedisCluster.from_url(url.split(",")[0].replace("+cluster", "")) as cluster:
        holder = cluster.get_node_from_key(INBOX)
        return _address(holder), [_address(node) for node in cluster.get_primaries()]


def _address(node: Any) -> str:
    return f"redis://{node.host}:{node.port}/0"


class Cluster(NamedTuple):
    """A cluster's address, and its servers."""

    url: str
    nodes: list[Server]

    @property
    def holder(self) -> Server:
        """The server that holds the keys of the default inbox."""
        with plain_client(self.url) as client:
            port = client.connection_pool.connection_kwargs["port"]
        return next(node for node in self.nodes if node.port == port)


@contextmanager
def redis_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster of three servers."""
    with ExitStack() as stack:
        buses = [free_port() for _ in range(NODES)]  # by default a bus is 10000 above its port, which may be too high
        nodes = [
            stack.enter_context(redis_server(folder / str(bus), *OPTIONS, "--cluster-port", str(bus))) for bus in buses
        ]
        for number, node in enumerate(nodes):
            first, last = SLOTS * number // NODES, SLOTS * (number + 1) // NODES - 1
            _ask(node.client, "ADDSLOTSRANGE", first, last)
            _ask(node.client, "MEET", "127.0.0.1", nodes[0].port, buses[0])
        deadline = time.monotonic() + 20
        while not all(_is_whole(node.client) for node in nodes):
            assert time.monotonic() < deadline, "the servers did not form a cluster"
            time.sleep(0.05)
        yield Cluster("redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in nodes), nodes)


def _is_whole(node: Redis) -> bool:
    said = str(_ask(node, "INFO"))
    return "cluster_state:ok" in said and f"cluster_known_nodes:{NODES}" in said


def _ask(node: Redis, *words: str | int) -> Any:
    return node.execute_command("CLUSTER", *words)  # type: ignore[no-untyped-call]
