"""Reads lists as counting needs them: whose row is at each position, and its score."""

from collections.abc import Iterable
from typing import Any

from rankcrawler.store import days
from rankcrawler.store.database import Database
from rankcrawler.store.room import ListPlace
from rankcrawler.store.tally import FLOOR, Place

Places = dict[int, Place]
"""A list, by position."""


def read(database: Database, place: ListPlace) -> Places:
    """The rows of a list."""
    records = database.all("list_places", **days.chain(place.base_key, place.step))
    return laid({}, records, place.entry_count)


def laid(under: Places, records: Iterable[tuple[Any, ...]], entry_count: int) -> Places:
    """Records of position, contributor and score, laid over the list before."""
    over = {position: Place(user, score) for position, user, score in records if position is not None}
    both = under | over
    return {position: both[position] for position in range(1, entry_count + 1)}


def rows_of(places: Places) -> list[Place]:
    """The rows of a list, in order."""
    return [*places.values()]


def packed(carried: dict[int, int]) -> str | None:
    """Carried marks as the column `carried` holds them: `0:901 17:500`; None for none."""
    return " ".join(f"{user}:{mark}" for user, mark in sorted(carried.items())) or None


def unpacked(text: str | None) -> dict[int, int]:
    """The marks that `packed` wrote."""
    pairs = (each.partition(":") for each in (text or "").split())
    return {int(user or FLOOR): int(mark) for user, _, mark in pairs}
