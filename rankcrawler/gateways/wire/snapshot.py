"""From a decoded answer to the items: where the gateway's habits become plain facts, or None."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import count
from operator import attrgetter
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from rankcrawler.clock import iso
from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.answer import Answer, Entry, PartialAnswer, Visitor
from rankcrawler.gateways.wire.contributor import Contributor
from rankcrawler.model.items import Kind, Quarantined, RankEntry, RoomSnapshot

Listed = Entry[Contributor] | Visitor[Contributor]
"""A row of a list that was read."""

_pack = msgspec.msgpack.Encoder(enc_hook=attrgetter("print")).encode


class Poll(NamedTuple):
    """What the answer does not say of itself: only the request knows its room."""

    source: str
    room_id: str
    anchor_id: str | None
    polled_at_ms: int
    fence: int = 0
    every: float | None = None
    every_max: float | None = None
    priority: int = 0
    kind: Kind = "ranklist"


def snapshot(answer: Answer[Entry[Contributor]] | Answer[Visitor[Contributor]], poll: Poll) -> RoomSnapshot:
    """The snapshot that a successful answer holds; AnswerError where it holds no list or no time."""
    ranklist = answer.ranklist
    if ranklist is None or ranklist.ranks is UNSET or ranklist.ranks is None:
        raise AnswerError(f"Expected `array`, got nothing - at `{answer.ranks_path}`")
    if answer.now is None:
        raise AnswerError(f"Expected `int`, got nothing - at `{answer.now_path}`")
    ranks: Sequence[Listed] = ranklist.ranks
    quarantined = answer.quarantined if isinstance(answer, PartialAnswer) else ()
    captured_at, polled_at = iso(answer.now), iso(poll.polled_at_ms)
    return RoomSnapshot(
        source=poll.source,
        kind=poll.kind,
        room_id=poll.room_id,
        anchor_id=poll.anchor_id,
        captured_at=captured_at,
        polled_at=polled_at,
        total=ranklist.total,
        user_count_desc=ranklist.user_count_desc or None,
        currency=ranklist.currency or None,
        has_more=ranklist.has_more,
        entry_count=len(ranks),
        digest=sha256(_pack(ranks), usedforsecurity=False).hexdigest()[:32],
        entries=tuple(_rows(ranks, _places(quarantined), poll, captured_at, polled_at)),
        quarantined=quarantined,
        fence=poll.fence,
        every=poll.every,
        every_max=poll.every_max,
        priority=poll.priority,
    )


def _places(quarantined: Sequence[Quarantined]) -> Iterable[int]:
    """Where the rows that could be read stood in the answer; endless."""
    if not quarantined:
        return count(1)
    unread = {row.position for row in quarantined}
    return (place for place in count(1) if place not in unread)


def _rows(
    ranks: Sequence[Listed], places: Iterable[int], poll: Poll, captured_at: str, polled_at: str
) -> Iterator[RankEntry]:
    source, kind, room_id, anchor_id = poll.source, poll.kind, poll.room_id, poll.anchor_id
    withheld = _is_withheld(ranks)
    for place, row in zip(places, ranks, strict=False):
        who, score = row.user, None if withheld else row.score
        yield RankEntry(
            source,
            kind,
            room_id,
            anchor_id,
            captured_at,
            polled_at,
            row.rank or place,
            score,
            row.exactly_score or None,
            "exact" if score is not None else "rounded" if row.exactly_score and not withheld else "withheld",
            row.delta,
            *(who.where_it_is_not if anchor_id is None else who.where_anchor_is_named),
            row.is_hidden,
            who.is_anonymous,
            who.is_mystery,
        )


def _is_withheld(ranks: Sequence[Listed]) -> bool:
    """A room that hides its scores says 1 on every row, and no words."""
    return bool(ranks) and all(
        entry.score == 1 and not entry.exactly_score and not entry.score_description and not entry.gap_description
        for entry in ranks
    )
