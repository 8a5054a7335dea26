"""Decodes gateways' answers into items. Only this package knows the names of a list's fields."""

from rankcrawler.gateways.wire.codes import Codes, normal
from rankcrawler.gateways.wire.contributor import Contributors
from rankcrawler.gateways.wire.drift import Drift
from rankcrawler.gateways.wire.reader import Reader
from rankcrawler.gateways.wire.schema import Answer
from rankcrawler.gateways.wire.snapshot import snapshot
from rankcrawler.gateways.wire.surrogates import repaired
from rankcrawler.gateways.wire.words import said

__all__ = ["Answer", "Codes", "Contributors", "Drift", "Reader", "normal", "repaired", "said", "snapshot"]
