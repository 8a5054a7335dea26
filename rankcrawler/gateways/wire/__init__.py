"""Bytes of the gateway → items. Nobody else knows its field names."""

from rankcrawler.gateways.wire.answer import Answer
from rankcrawler.gateways.wire.drift import Drift
from rankcrawler.gateways.wire.reader import read
from rankcrawler.gateways.wire.snapshot import Poll, snapshot

__all__ = ["Answer", "Drift", "Poll", "read", "snapshot"]
