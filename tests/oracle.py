"""What gains should be, worked out from lists as they were served, with nothing of the store's own counting."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rankcrawler.model.items import RoomSnapshot

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
    unconfirmed: list[dict[str, int]] = field(default_factory=list)
    """Lists after an empty one, with which the next has to agree."""

    def take_all(self, lists: Iterable[RoomSnapshot]) -> "Oracle":
        """Take lists; those that are hidden or doubtful do not count."""
        for each in lists:
            is_empty = not each.entries and not each.quarantined
            if tells(each) and self.has_begun and not self.listed and not self.is_confirmed_by(each):
                self.unconfirmed.append(scores_of(each))
            elif tells(each) or (is_empty and not self.listed):
                self.take(each)
                self.unconfirmed = []
        return self

    def take(self, snapshot: RoomSnapshot) -> None:
        """Take a list that counts."""
        scores = scores_of(snapshot)
        if not self.has_begun:
            self.begin(scores)
        elif self.is_contradicted_by(scores, snapshot):
            common = self.listed & scores.keys()
            fallen = [user for user in common if scores[user] < self.best[user]]
            has_begun_again = 2 * len(common) >= min(len(self.listed), len(scores)) and 2 * len(fallen) > len(common)
            if has_begun_again and 2 * sum(scores[user] for user in fallen) <= sum(self.best[user] for user in fallen):
                for user, score in scores.items():
                    self.give(user, score)
            self.begin(scores)
        else:
            for user, score in scores.items():
                self.go_on(user, score)
        self.listed = {*scores}
        self.has_begun = True
        if self.is_full(snapshot) and snapshot.entries:
            self.floor = max(self.floor, min(row.score or 0 for row in snapshot.entries))
        self.nameless = nameless(snapshot)

    def begin(self, scores: dict[str, int]) -> None:
        """Know nothing but these scores."""
        self.best, self.floor = dict(scores), 0

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

    def is_confirmed_by(self, snapshot: RoomSnapshot) -> bool:
        """Whether a list agrees with the unconfirmed one; of several, with the last and another."""
        if len(self.unconfirmed) < 2:
            return any(self.agrees(each, snapshot) for each in self.unconfirmed)
        first, *_, before_last, last = [self.unconfirmed[0], *self.unconfirmed]
        return self.agrees(last, snapshot) and (self.agrees(first, snapshot) or self.agrees(before_last, snapshot))

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
