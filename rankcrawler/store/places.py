"""Reads lists as counting needs them: whose row is at each position, and its score."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

from rankcrawler.store import days
from rankcrawler.store.database import Database, Record
from rankcrawler.store.laying import Laid, Listed, laid
from rankcrawler.store.room import ListPlace
from rankcrawler.store.shown import Scored
from rankcrawler.store.tally import FLOOR


def read(database: Database, place: ListPlace) -> list[Scored] | None:
    """The rows of a list, in order; None if some are missing."""
    return chain(database, place).in_order()


def read_all(database: Database, wanted: Mapping[int, ListPlace | None]) -> dict[int, list[Scored] | None]:
    """The rows of many lists at once, by any key; None if some are missing, or for the place None."""
    there = {key: place for key, place in wanted.items() if place is not None}
    chains = [days.chain(place.base_key, place.step) for place in there.values()]
    numbered = [(number, each["base_key"], each["step"], each["last_key"]) for number, each in enumerate(chains)]
    records: dict[int, list[Record]] = {number: [] for number in range(len(chains))}
    for record in sorted(database.find("list_places_of_many", numbered), key=itemgetter(0)):
        records[record[-1]].append(record)
    rows = {key: _laid(records[at], place).in_order() for at, (key, place) in enumerate(there.items())}
    return {key: rows.get(key) for key in wanted}


def written(database: Database, lists: Sequence[int]) -> dict[int, dict[int, Scored]]:
    """The rows that were written for lists, by the keys of these and by position."""
    records = database.find("gains_rows", [(key,) for key in lists])
    profiles = {profile for _, _, profile, _ in records}
    users: dict[object, int] = dict(
        database.find("users_of_profiles", [(each,) for each in profiles if each is not None])
    )
    found: dict[int, dict[int, Scored]] = {key: {} for key in lists}
    for key, position, profile, score in records:
        found[key][position] = users.get(profile), score
    return found


def chain(database: Database, place: ListPlace) -> Laid[Scored]:
    """The lists of a chain up to a list, laid over each other."""
    return _laid(database.all("list_places", **days.chain(place.base_key, place.step)), place)


def _laid(records: Sequence[Record], place: ListPlace) -> Laid[Scored]:
    return laid(records, Listed(place.step, place.entry_count, place.chain_rows), _scored)


def packed(carried: dict[int, int]) -> str | None:
    """Carried marks as the column `carried` holds them: `0:901 17:500`; None for none."""
    return " ".join(f"{user}:{mark}" for user, mark in sorted(carried.items())) or None


def unpacked(text: str | None) -> dict[int, int]:
    """The marks that `packed` wrote."""
    pairs = (each.partition(":") for each in (text or "").split())
    return {int(user or FLOOR): int(mark) for user, _, mark in pairs}


def _scored(record: Record) -> Scored:
    user, score = record[4:6]
    return user, score
