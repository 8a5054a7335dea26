"""Finds out which room an anchor is live in, by the discovery calls of a gateway's profile."""

from rankcrawler.gateways.discovery.calls import Discovery, missing
from rankcrawler.gateways.discovery.lookup import Answered, Lookup

__all__ = ["Answered", "Discovery", "Lookup", "missing"]
