"""Turns a decoded answer into a snapshot. The gateway's placeholders for unknown values become None."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import count
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET

from rankcrawler.clock import iso
from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.anchors import are_anchors
from rankcrawler.gateways.wire.contributor import OF_CONTRIBUTOR, Contributor
from rankcrawler.gateways.wire.schema import Answer, Listed
from rankcrawler.language import tr
from rankcrawler.model.columns import Group, in_groups
from rankcrawler.model.items import Quarantined, RoomSnapshot
from rankcrawler.model.rows import COLUMNS, RankEntry
from rankcrawler.model.targets import Target

_pack = msgspec.msgpack.Encoder(enc_hook=attrgetter("fingerprint")).encode

_COMPUTED = ("rank", "score", "exactly_score", "score_precision", "delta")
"""The row's own columns that are computed below. Any other is the row's field of the same name."""
_OWN: list[Any] = [column.name for column in in_groups(COLUMNS, Group.ROW) if column.name not in (*_COMPUTED, "flags")]
LAYOUT = [
    *(column.name for column in in_groups(COLUMNS, Group.POLL)),
    *_COMPUTED,
    *_OWN,
    *(column.name for column in OF_CONTRIBUTOR),
]
"""The columns in the order in which rows are built here: the declared order; the contributor's flags follow."""


def snapshot(answer: Answer, target: Target, polled_at_ms: int) -> RoomSnapshot:
    """The snapshot in a good answer, dated by the poll if the list has no clock.

    Raises AnswerError if the answer has no list of contributors.
    """
    ranklist = answer.ranklist
    if ranklist is None or ranklist.ranks is UNSET or ranklist.ranks is None:
        raise AnswerError(tr("Expected `array`, got nothing - at `{path}`", path=answer.ranks_path))
    ranks: Sequence[Listed[Contributor]] = ranklist.ranks
    if are_anchors(ranks):
        path = answer.ranks_path
        raise AnswerError(
            tr("Expected a room's contributors, got anchors with rooms of their own - at `{path}`", path=path)
        )
    quarantined = answer.quarantined
    captured_at, polled_at = iso(polled_at_ms if answer.now is None else answer.now), iso(polled_at_ms)
    return RoomSnapshot(
        target=target,
        captured_at=captured_at,
        polled_at=polled_at,
        total=ranklist.total,
        user_count_desc=ranklist.user_count_desc or None,
        currency=ranklist.currency or None,
        has_more=ranklist.has_more,
        entry_count=len(ranks),
        digest=sha256(_pack(ranks), usedforsecurity=False).hexdigest()[:32],
        entries=tuple(_rows(ranks, _positions(quarantined), target, captured_at, polled_at)),
        quarantined=quarantined,
        flags=answer.flags if answer.now is not None else (*answer.flags, "no_clock"),
    )


def _positions(quarantined: Sequence[Quarantined]) -> Iterable[int]:
    """The positions in the answer of the rows that could be read; endless."""
    if not quarantined:
        return count(1)
    unread = {row.position for row in quarantined}
    return (position for position in count(1) if position not in unread)


def _rows(
    ranks: Sequence[Listed[Contributor]], positions: Iterable[int], target: Target, captured_at: str, polled_at: str
) -> Iterator[RankEntry]:
    shared = (target.source, target.kind, target.room_id, target.anchor_id, captured_at, polled_at)
    withheld = _is_withheld(ranks)
    keys = {is_hidden: (target.anchor_id is not None, is_hidden) for is_hidden in (None, False, True)}
    for position, row in zip(positions, ranks, strict=False):
        score = None if withheld else row.score
        yield RankEntry(
            *shared,
            row.rank or position,
            score,
            row.exactly_score or None,
            "exact" if score is not None else "rounded" if row.exactly_score and not withheld else "withheld",
            row.delta,
            *(_OWN and _further(row)),
            *row.user.columns[keys[row.is_hidden]],
        )


def _further(row: Listed[Contributor]) -> list[Any]:
    return [getattr(row, name) for name in _OWN]


def _is_withheld(ranks: Sequence[Listed[Contributor]]) -> bool:
    """Whether the room hides its scores: every row then has a score of 1 and no texts."""
    return bool(ranks) and all(
        entry.score == 1 and not entry.exactly_score and not entry.score_description and not entry.gap_description
        for entry in ranks
    )
