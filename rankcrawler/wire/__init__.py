"""Bytes of the gateway → items. Nobody else knows its field names."""

from rankcrawler.wire.answer import Answer
from rankcrawler.wire.drift import Drift
from rankcrawler.wire.reader import read
from rankcrawler.wire.snapshot import Poll, snapshot

__all__ = ["Answer", "Drift", "Poll", "read", "snapshot"]
