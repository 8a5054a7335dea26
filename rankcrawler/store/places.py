"""Reads lists as counting needs them: whose row is at each position, and its score."""

from rankcrawler.store import days
from rankcrawler.store.database import Database, Record
from rankcrawler.store.laying import Laid, Listed, laid
from rankcrawler.store.room import ListPlace
from rankcrawler.store.tally import FLOOR, Place


def read(database: Database, place: ListPlace) -> list[Place] | None:
    """The rows of a list, in order; None if some are missing."""
    return chain(database, place).in_order()


def chain(database: Database, place: ListPlace) -> Laid[Place]:
    """The lists of a chain up to a list, laid over each other."""
    records = database.all("list_places", **days.chain(place.base_key, place.step))
    return laid(records, Listed(place.step, place.entry_count, place.chain_rows), _place)


def packed(carried: dict[int, int]) -> str | None:
    """Carried marks as the column `carried` holds them: `0:901 17:500`; None for none."""
    return " ".join(f"{user}:{mark}" for user, mark in sorted(carried.items())) or None


def unpacked(text: str | None) -> dict[int, int]:
    """The marks that `packed` wrote."""
    pairs = (each.partition(":") for each in (text or "").split())
    return {int(user or FLOOR): int(mark) for user, _, mark in pairs}


def _place(record: Record) -> Place:
    return Place(*record[4:6])
