"""Decodes the gateway's answers into items. Only this package knows the gateway's field names."""

from rankcrawler.gateways.wire.contributor import Contributors
from rankcrawler.gateways.wire.drift import Drift
from rankcrawler.gateways.wire.reader import Reader
from rankcrawler.gateways.wire.schema import Answer
from rankcrawler.gateways.wire.snapshot import snapshot
from rankcrawler.gateways.wire.words import Said, said

__all__ = ["Answer", "Contributors", "Drift", "Reader", "Said", "said", "snapshot"]
