"""The list that a room has, or had at a moment, and who moved since an earlier one."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from rankcrawler.clock import ms
from rankcrawler.errors import NotInStore
from rankcrawler.insight import sureness
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.ground import END_MS, Choice, Ground, Moment
from rankcrawler.insight.shares import Concentration, concentration
from rankcrawler.language import tr
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.store import gains
from rankcrawler.store.answers import Gain, Gains
from rankcrawler.store.lists import StoredRoom

USUAL = "5min"
"""How long ago the list was with which one is compared to find who is new."""

Moved = Literal["new", "up", "down", "same"]


class ListRow(msgspec.Struct, frozen=True):
    """A contributor in the list."""

    rank: int
    score: int | None
    """Coins; None if it is not published."""
    exactly_score: str | None
    """The score in the gateway's words."""
    score_precision: Literal["exact", "rounded", "withheld"]
    delta: int | None
    """Coins behind the row above, as the gateway states it."""
    user_id: str | None
    """None in an anonymised row."""
    nickname: str | None
    display_id: str | None
    pay_grade_level: int | None
    lifetime_diamonds_min: int | None
    lifetime_diamonds_max: int | None
    fans_club_level: int | None
    fans_club_member: bool | None
    flags: tuple[str, ...]
    moved: Moved | None
    """Since the earlier list; None without one, and in an anonymised row. So are the next three."""
    rank_before: int | None
    """None for someone new, too."""
    coins: int | None
    """Given since then, at least."""
    coins_most: int | None
    """At most; None without a limit, too."""


class LeftRow(msgspec.Struct, frozen=True):
    """A contributor who was in the earlier list, and is not in this one."""

    user_id: str
    nickname: str | None
    rank_before: int
    score_before: int | None
    coins: int
    """Given since then, at least."""


class CurrentList(Answer, frozen=True, kw_only=True):
    """A room's list, with its rows, or those that were chosen."""

    source: str
    kind: str
    room_id: str
    anchor_id: str | None
    captured_at: str
    """When the gateway made the list."""
    polled_at: str
    """When it arrived."""
    age_seconds: float | None
    """Since it arrived; None for a list of a moment in the past."""
    total: int | None
    """The size of the audience."""
    row_count: int
    """Contributors in the list, whichever rows were chosen."""
    compared_at: str | None
    """The earlier list; None if there is none, or none was asked for."""
    concentration: Concentration | None
    """Of the scores in the list; None without scores."""
    left: tuple[LeftRow, ...]
    flags: tuple[str, ...]
    rows: tuple[ListRow, ...]


class Filters(NamedTuple):
    """Which rows are chosen."""

    level: int | None = None
    """A spending level of at least that."""
    is_in_fans_club: bool = False
    is_new: bool = False
    """Not in the earlier list."""

    def take(self, row: ListRow) -> bool:
        """Whether a row is chosen."""
        has_level = self.level is None or (row.pay_grade_level or 0) >= self.level
        is_member = not self.is_in_fans_club or bool(row.fans_club_member)
        return has_level and is_member and (not self.is_new or row.moved == "new")


class _Before(NamedTuple):
    """An earlier list, and what was given since."""

    snapshot: RoomSnapshot
    gains: Gains

    def rows(self) -> dict[str, RankEntry]:
        return {row.user_id: row for row in reversed(self.snapshot.entries) if row.user_id is not None}

    def given(self) -> dict[str, Gain]:
        return {each.user_id: each for each in self.gains.gains}


def current(
    ground: Ground, room_id: str, choice: Choice, at: Moment | None, vs: Moment | None, filters: Filters
) -> CurrentList:
    """The list that a room has, or had at a moment; compared with that of `vs`, an age or a moment before it."""
    room = ground.room(room_id, choice)
    at_ms = None if at is None else ground.moment(at)
    snapshot = _list(ground, room, at_ms)
    until_ms = END_MS if at_ms is None else at_ms + 1
    if vs is None and filters.is_new:
        vs = USUAL
    before = None if vs is None else _before(ground, room, ground.moment(vs, at_ms), until_ms - 1)
    rows = _rows(snapshot, before)
    return CurrentList(
        **msgspec.structs.asdict(snapshot.target),
        captured_at=snapshot.captured_at,
        polled_at=snapshot.polled_at,
        age_seconds=(ground.now_ms() - ms(snapshot.polled_at)) / 1000 if at_ms is None else None,
        total=snapshot.total,
        row_count=snapshot.entry_count,
        compared_at=None if before is None else before.gains.since,
        concentration=concentration(row.score for row in snapshot.entries),
        left=() if before is None else tuple(_left(snapshot, before)),
        flags=snapshot.flags,
        rows=tuple(filter(filters.take, rows)),
        sure=_sure(ground, room, snapshot, before, until_ms),
    )


def _list(ground: Ground, room: StoredRoom, at_ms: int | None) -> RoomSnapshot:
    """The newest list, or the one that was the newest at a moment; else the last; raises NotInStore without one."""
    if at_ms is None:
        found = ground.first_list(room, "latest_list")
    else:
        found = ground.first_list(room, "insight_list_at", at_ms=at_ms) or ground.first_list(
            room, "list_at", at_ms=at_ms
        )
    if found is not None:
        return found
    if at_ms is None:
        raise NotInStore(tr("room {room} has no list", room=room.name.room_id))
    raise NotInStore(tr("room {room} had no list at {moment}", room=room.name.room_id, moment=ground.shown(at_ms)))


def _before(ground: Ground, room: StoredRoom, since_ms: int, until_ms: int) -> _Before | None:
    """The list that counts at a moment, or the first after it, and what was given since."""
    found = gains.between(ground.database, room, (since_ms, until_ms), ground.damage, ground.walks)
    if found.since is None:
        return None
    snapshot = ground.first_list(room, "list_at", at_ms=ms(found.since))
    return None if snapshot is None else _Before(snapshot, found)


def _rows(snapshot: RoomSnapshot, before: _Before | None) -> list[ListRow]:
    earlier: Mapping[str, RankEntry] = {} if before is None else before.rows()
    given: Mapping[str, Gain] = {} if before is None else before.given()
    return [_row(entry, earlier, given, is_compared=before is not None) for entry in snapshot.entries]


_TAKEN = tuple(name for name in ListRow.__struct_fields__ if name in RankEntry.__struct_fields__)


def _row(
    entry: RankEntry, earlier: Mapping[str, RankEntry], given: Mapping[str, Gain], *, is_compared: bool
) -> ListRow:
    taken = {name: getattr(entry, name) for name in _TAKEN}
    if entry.user_id is None or not is_compared:
        return ListRow(**taken, moved=None, rank_before=None, coins=None, coins_most=None)
    then, gain = earlier.get(entry.user_id), given.get(entry.user_id)
    coins, most = (0, 0) if gain is None else (gain.coins, gain.most)
    rank = None if then is None else then.rank
    return ListRow(**taken, moved=_moved(rank, entry.rank), rank_before=rank, coins=coins, coins_most=most)


def _moved(before: int | None, now: int) -> Moved:
    if before is None:
        return "new"
    return "same" if now == before else "up" if now < before else "down"


def _left(snapshot: RoomSnapshot, before: _Before) -> Sequence[LeftRow]:
    there = {row.user_id for row in snapshot.entries}
    given = before.given()
    return [
        LeftRow(user, row.nickname, row.rank, row.score, given[user].coins if user in given else 0)
        for user, row in sorted(before.rows().items(), key=lambda each: each[1].rank)
        if user not in there
    ]


def _sure(ground: Ground, room: StoredRoom, snapshot: RoomSnapshot, before: _Before | None, until_ms: int) -> Sure:
    """Since the earlier list, or else since the list itself: later ones may say nothing."""
    since_ms = ms(snapshot.ordered_at if before is None or before.gains.since is None else before.gains.since)
    polls = sureness.polls_of(ground, room, since_ms, until_ms)
    found = before and before.gains
    is_exact = None if found is None else found.unseen == 0 and found.most_outside == 0
    unseen = None if found is None else found.unseen
    return sureness.of_room(ground, room, polls, since_ms + 1, until_ms, is_exact=is_exact, unseen=unseen)
