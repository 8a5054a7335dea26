"""Explains the flags of lists and rows in words."""

from collections.abc import Iterable
from typing import NamedTuple

from rankcrawler.language import marked, tr

MEANINGS = {
    "rank_gap": marked("the ranks are not 1 to n in order"),
    "score_rises": marked("a row has more coins than the one above it"),
    "delta_mismatch": marked("a gap is not the difference to the row above"),
    "user_repeated": marked("a contributor is in the list twice"),
    "anonymous_room": marked("the gateway hides every name"),
    "scores_withheld": marked("the gateway hides every score"),
    "partial": marked("a row could not be read"),
    "has_more": marked("the list goes on, but the gateway offers no way to the rest"),
    "rank_missing": marked("no row states its rank: each has its place"),
    "id_mismatch": marked("the gateway states two ids that differ"),
    "id_unreadable": marked("an id as a number cannot be read"),
    "user_missing": marked("a row names no contributor"),
    "no_clock": marked("the list has no clock of its own"),
    "captured_in_future": marked("the list's clock is ahead"),
    "captured_in_past": marked("the list's clock is more than an hour behind"),
    "captured_backwards": marked("the list is older than the one before"),
    "list_of_two_rooms": marked("another room has the same list"),
    "stale_list": marked("the list contradicts what the room has shown"),
    "clock_stands_still": marked("the list has the same clock as the one before"),
}


class Flag(NamedTuple):
    """A flag, and what it means."""

    name: str
    meaning: str


def explained(names: Iterable[str]) -> tuple[Flag, ...]:
    """The flags with their meanings, in the language that is spoken."""
    return tuple(Flag(name, tr(MEANINGS[name]) if name in MEANINGS else name) for name in names)
