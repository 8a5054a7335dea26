"""Begins to follow anchors in a crawl."""

import logging
import os
import socket
from collections.abc import Iterable

from rankcrawler.extensions.following import Following, Parts
from rankcrawler.extensions.looking import Looking
from rankcrawler.extensions.peers import Peers
from rankcrawler.extensions.sessions import Sessions
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.options import Options
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.anchor_queue import AnchorQueue
from rankcrawler.queue.worker import Worker

logger = logging.getLogger(__name__)


async def begin(
    anchors: AnchorQueue, given: Iterable[AnchorJob], parts: Parts, gateway: Gateway, peers: Peers, options: Options
) -> Following:
    """Add anchors to the queue, and begin to follow all that it holds; raises QueueError if it is another gateway's."""
    anchors.batch = gateway.discovery.batch
    await anchors.claim(gateway.source, gateway.profile.name)
    if added := await anchors.add(given):
        logger.info("%d anchors are new to the queue", added)
    worker = Worker(
        anchors,
        f"{socket.gethostname()}:{os.getpid()}",
        window=anchors.batch * max(4, options.concurrent_requests),  # a quarter of it is a call's worth
        ttl=options.lease_seconds,
        source=gateway.source,
        profile=gateway.profile.name,
        listens=False,
    )
    looking = Looking(gateway.discovery, anchors.gate, peers, parts.poller.now_ms)
    hides = bool(options.pseudonymise_key)
    ours = (anchors, parts.rooms, peers, gateway.source, parts.poller.now_ms, options.end_after)
    sessions = Sessions(*ours, hides_names=hides)
    following = Following(anchors, worker, parts, gateway, looking, sessions, peers.crawler.stats)
    following.open()
    return following
