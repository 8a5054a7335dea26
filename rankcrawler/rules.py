"""What a well-formed rank list satisfies. A broken rule flags the snapshot; it never drops a row.

| flag | what is wrong |
|---|---|
| `rank_gap` | the ranks are not 1…n in order |
| `score_rises` | a row has more coins than the one above it |
| `delta_mismatch` | a row's delta is not its gap to the row above |
| `user_repeated` | a user stands in the list twice |
| `anonymous_room` | the gateway masks every contributor |
| `scores_withheld` | the gateway tells no score |
| `partial` | a row could not be read, and is in quarantine |
| `has_more` | the gateway says that the list goes on, and has no way to ask for the rest |
| `captured_in_future` | the list's clock is over five minutes ahead of the worker's |
"""

from collections.abc import Iterator
from itertools import count

import msgspec

from rankcrawler.instants import ms
from rankcrawler.items import RankEntry, RoomSnapshot

FUTURE_MS = 300_000
"""How far the list's clock may be ahead of the worker's, which is never exact either."""


def judged(snapshot: RoomSnapshot) -> RoomSnapshot:
    """The same snapshot with the flags of every rule it breaks, on itself and on the rows concerned."""
    whole = tuple(_of_the_list(snapshot))
    entries = tuple(_with_flags(snapshot, whole))
    own = {flag for entry in entries for flag in entry.flags} - set(whole)
    if not whole and not own:
        return snapshot
    return msgspec.structs.replace(snapshot, entries=entries, flags=(*whole, *sorted(own)))


def _of_the_list(snapshot: RoomSnapshot) -> Iterator[str]:
    entries = snapshot.entries
    if entries and all(entry.is_anonymous for entry in entries):
        yield "anonymous_room"
    if entries and all(entry.score_precision == "withheld" for entry in entries):
        yield "scores_withheld"
    if snapshot.quarantined:
        yield "partial"
    if snapshot.has_more:
        yield "has_more"
    if snapshot.captured_at > snapshot.polled_at and (ms(snapshot.captured_at) - ms(snapshot.polled_at) > FUTURE_MS):
        yield "captured_in_future"


def _with_flags(snapshot: RoomSnapshot, whole: tuple[str, ...]) -> Iterator[RankEntry]:
    seen: set[str] = set()
    above: RankEntry | None = None
    unread = {row.position for row in snapshot.quarantined}
    read = (position for position in count(1) if position not in unread)
    for position, entry in zip(read, snapshot.entries, strict=False):
        knows_above = position == 1 or position - 1 not in unread
        own = [*whole, *_of_the_row(entry, above, position, knows_above)]
        if entry.user_id is not None:
            if entry.user_id in seen:
                own.append("user_repeated")
            seen.add(entry.user_id)
        yield msgspec.structs.replace(entry, flags=tuple(own)) if own else entry
        above = entry


def _of_the_row(entry: RankEntry, above: RankEntry | None, position: int, knows_above: bool) -> Iterator[str]:
    if entry.rank != position:
        yield "rank_gap"
    if entry.score is None or entry.is_anonymous:
        return
    gap = above.score - entry.score if above is not None and above.score is not None else None
    if gap is not None and gap < 0:
        yield "score_rises"
    expected = 0 if above is None else gap
    if knows_above and entry.delta is not None and expected is not None and entry.delta != expected:
        yield "delta_mismatch"
