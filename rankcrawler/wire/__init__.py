"""Bytes of the gateway → items. Nobody else knows its field names."""

from rankcrawler.wire.answer import Answer, read
from rankcrawler.wire.snapshot import Poll, snapshot

__all__ = ["Answer", "Poll", "read", "snapshot"]
