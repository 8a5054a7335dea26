"""What gains should be, worked out from lists as they were served, with nothing of the store's own counting."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rankcrawler.clock import ms
from rankcrawler.model.items import RoomSnapshot

HOUR = 3_600_000
ENOUGH, LONG = 4, 100_000
"""Polls that have to agree, and over how many ms, before much is known of a room."""
OUT = {"stale_list", "list_of_two_rooms", "captured_in_future", "captured_backwards"}


@dataclass
class Oracle:
    """Goes through lists of at most `capacity` rows, in order of time."""

    capacity: int
    coins: dict[str, int] = field(default_factory=dict)
    best: dict[str, int] = field(default_factory=dict)
    """The highest score of everyone who was listed since scores began."""
    listed: set[str] = field(default_factory=set)
    """Who was in the last list."""
    floor: int = 0
    """The highest last score of a full list."""
    nameless: list[tuple[int, int | None]] = field(default_factory=list)
    """The least and the most that rows of the last list have whose contributor is not known."""
    has_begun: bool = False
    polls: int = 0
    """Polls so far whose lists count."""
    first_at: int = 0
    last_at: int = 0
    """When the first and the last of them were, in ms."""
    doubted: list[tuple[int, dict[str, int]]] = field(default_factory=list)
    """Lists since then that contradict others, or are not confirmed."""
    times: list[int] = field(default_factory=list)
    """When the last three of them were."""
    empty: list[int] = field(default_factory=list)
    """When answers were empty since then."""
    last: dict[str, int] = field(default_factory=dict)
    """The scores of the last list that counts."""
    before: dict[str, int] = field(default_factory=dict)
    began_at: int | None = None
    """The scores of the last list before scores began again, and when they did, in ms."""
    digest: str | None = None
    """Of the list of the last poll."""

    def take_all(self, lists: Iterable[RoomSnapshot]) -> "Oracle":
        """Take the list of each poll; those that are hidden or doubtful do not count."""
        for each in lists:
            is_out = bool(OUT & {*each.flags})
            is_empty = not each.entries and not each.quarantined
            self.empty += [ms(each.ordered_at)] * is_empty
            if "stale_list" in each.flags:
                if each.digest != self.digest:
                    self.doubted.append((ms(each.ordered_at), scores_of(each)))
            elif tells(each) and self.is_doubtful(each):
                self.doubted.append((ms(each.ordered_at), scores_of(each)))
            elif tells(each) or (is_empty and not is_out and not self.listed):
                self.take(each)
            self.digest = each.digest
        return self

    def take(self, snapshot: RoomSnapshot) -> None:
        """Take a list that counts."""
        scores, at = scores_of(snapshot), ms(snapshot.ordered_at)
        had_none_for_long = self.polls >= ENOUGH and self.last_at - self.first_at >= LONG
        if not self.has_begun or (scores and not self.listed and not had_none_for_long):
            self.begin_again(scores, at)
        elif self.is_contradicted_by(scores, snapshot):
            common = self.listed & scores.keys()
            fallen = [user for user in common if scores[user] < self.best[user]]
            has_begun_again = 2 * len(common) >= min(len(self.listed), len(scores)) and 2 * len(fallen) > len(common)
            if has_begun_again and 2 * sum(scores[user] for user in fallen) <= sum(self.best[user] for user in fallen):
                for user, score in scores.items():
                    self.give(user, score)
            self.begin_again(scores, at)
        elif self.is_back(scores, at):
            self.begin_again(scores, at)
        else:
            for user, score in scores.items():
                self.go_on(user, score)
        self.listed, self.last = {*scores}, scores
        self.has_begun = True
        if self.is_full(snapshot) and snapshot.entries:
            self.floor = max(self.floor, min(row.score or 0 for row in snapshot.entries))
        self.nameless = nameless(snapshot)
        self.first_at, self.last_at = self.first_at or at, at
        self.polls += 1
        self.times = [*self.times[-2:], at]
        self.doubted, self.empty = [], []

    def is_doubtful(self, snapshot: RoomSnapshot) -> bool:
        """Whether too few lists agree with one that follows the last, in a room that next to nothing is known of."""
        if not self.has_begun:
            return False
        if not self.listed:
            return not self.is_elected(snapshot, [], 0)
        if self.polls >= ENOUGH or self.is_contradicted_by(scores_of(snapshot), snapshot):
            return False
        since = self.doubted[-3:][0][0] if self.doubted else 0
        empty = sum(at > since for at in self.empty)
        if not empty and all(self.agrees(each, snapshot) for _, each in self.doubted):
            return False
        return not self.is_elected(snapshot, self.times, empty)

    def is_elected(self, snapshot: RoomSnapshot, polls: list[int], empty: int) -> bool:
        """Whether a list agrees with most answers before it, and with enough, over a time; with those of polls it does.

        Empty answers are against it.
        """
        asked = [*self.doubted[:ENOUGH], *self.doubted[ENOUGH:][-ENOUGH:]]
        agreeing = [(at, each) for at, each in asked if self.agrees(each, snapshot)]
        scores = scores_of(snapshot)
        if any(score < each.get(user, 0) for _, each in agreeing[-3:] for user, score in scores.items()):
            return False
        times = [*polls, *(at for at, _ in agreeing), ms(snapshot.ordered_at)]
        has_most = 2 * len(times) > len(polls) + empty + len(asked) + 1
        return has_most and len(times) >= ENOUGH and max(times) - min(times) >= LONG

    def begin_again(self, scores: dict[str, int], at: int) -> None:
        """Know nothing but these scores."""
        self.before, self.began_at = (self.last, at) if self.has_begun else ({}, None)
        self.best, self.floor = dict(scores), 0

    def is_back(self, scores: dict[str, int], at: int) -> bool:
        """Whether a list shows the scores of before they began again; it counts because others confirmed it."""
        if self.began_at is None or at - self.began_at > HOUR:
            return False
        jumps = sum(score >= 2 * self.best.get(user, 0) for user, score in scores.items())
        near = [2 * scores[user] >= self.before[user] for user in scores.keys() & self.before.keys()]
        return 2 * jumps > len(scores) and 2 * sum(near) > len(near)

    def go_on(self, user: str, score: int) -> None:
        """Count what someone gave since the last list."""
        base = self.best.get(user, 0)
        if user not in self.listed:
            base = max(base, self.floor)
            for least, most in self.nameless:
                if score >= least:
                    base = max(base, score if most is None else min(score, most))
        self.give(user, score - base)
        self.best[user] = max(score, self.best.get(user, 0))

    def give(self, user: str, coins: int) -> None:
        """Add coins, if there are any."""
        if coins > 0:
            self.coins[user] = self.coins.get(user, 0) + coins

    def is_full(self, snapshot: RoomSnapshot) -> bool:
        """Whether contributors may be missing from a list."""
        return len(snapshot.entries) + len(snapshot.quarantined) >= self.capacity

    def is_contradicted_by(self, scores: dict[str, int], snapshot: RoomSnapshot) -> bool:
        """Whether most of what is known contradicts a list."""
        common = self.listed & scores.keys()
        if 10 * len(common) < min(len(self.listed), len(scores)):
            return True
        fallen = sum(scores[user] < self.best[user] for user in common)
        missing = self.missing(scores, snapshot)
        return 2 * (fallen + missing) > len(common) + missing

    def agrees(self, earlier: dict[str, int], snapshot: RoomSnapshot) -> bool:
        """Whether a list can follow earlier scores, and does not only lie below them."""
        scores = scores_of(snapshot)
        if earlier.keys().isdisjoint(scores):
            return False
        then = Oracle(self.capacity, best=earlier, listed={*earlier})
        fallen = any(score < earlier.get(user, 0) for user, score in scores.items())
        has_news = any(score > earlier.get(user, -1) for user, score in scores.items())
        agrees = has_news or not (fallen or then.missing(scores, snapshot))
        return agrees and not then.is_contradicted_by(scores, snapshot)

    def missing(self, scores: dict[str, int], snapshot: RoomSnapshot) -> int:
        """How many contributors are missing from a list although nobody passed them."""
        limits = [most for _, most in nameless(snapshot)]
        if None in limits:
            return 0
        known = [each for each in limits if each is not None]
        limit = max([min(scores.values(), default=0) if self.is_full(snapshot) else 0, *known])
        return sum(self.best[user] > limit for user in self.listed - scores.keys())


def scores_of(snapshot: RoomSnapshot) -> dict[str, int]:
    """The scores of the contributors of a list."""
    return {row.user_id: row.score for row in snapshot.entries if row.user_id is not None and row.score is not None}


def tells(snapshot: RoomSnapshot) -> bool:
    """Whether a list names contributors and their scores, and nothing casts doubt on it."""
    if OUT & {*snapshot.flags}:
        return False
    return any(row.user_id for row in snapshot.entries) and any(row.score is not None for row in snapshot.entries)


def nameless(snapshot: RoomSnapshot) -> list[tuple[int, int | None]]:
    """The bounds of rows without a name, and of rows that could not be read."""
    found: list[tuple[int, int | None]] = [
        (row.score, row.score) for row in snapshot.entries if row.user_id is None and row.score is not None
    ]
    scores: list[int | None] = [row.score for row in snapshot.entries]
    for unread in sorted(snapshot.quarantined, key=lambda row: row.position):
        scores.insert(unread.position - 1, None)
    for place, score in enumerate(scores):
        if score is None:
            above = [each for each in scores[:place] if each is not None]
            below = [each for each in scores[place:] if each is not None]
            found.append((below[0] if below else 0, above[-1] if above else None))
    return found
