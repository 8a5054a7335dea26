"""Fingerprints: 128 bits over facts, by which a store recognises what it holds."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from rankcrawler.model.columns import FIRST_VERSION, Column, Row

_pack = msgspec.msgpack.Encoder().encode


def fingerprint(*facts: Any) -> bytes:
    """128 bits over facts; equal fingerprints mean equal facts."""
    return blake2b(packed(facts), digest_size=16).digest()


def packed(facts: Sequence[Any]) -> bytes:
    """Facts as bytes; equal bytes mean equal facts."""
    try:
        return _pack(facts)
    except UnicodeEncodeError:  # half of a surrogate pair
        return ascii(facts).encode()


def facts_in(columns: Sequence[Column]) -> Callable[[Row], Sequence[Any]]:
    """What a fingerprint over the values of some columns covers.

    Columns that the declaration has only since a later version count where they have a value, so that records from
    before keep their fingerprints.
    """
    later = [(place, each.name) for place, each in enumerate(columns) if each.since > FIRST_VERSION]
    first = [place for place, each in enumerate(columns) if each.since <= FIRST_VERSION]

    def facts(values: Row) -> Sequence[Any]:
        named = ((name, values[place]) for place, name in later if values[place] not in (None, ()))
        return (*(values[place] for place in first), *named)

    return facts if later else tuple
