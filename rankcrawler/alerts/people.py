"""What fires by contributors in the lists that count: who appears, who is first, and who reaches a score."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from rankcrawler.alerts.conditions import Appears, FirstPlace, Score
from rankcrawler.alerts.firing import Firing
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.scene import Scene, counts
from rankcrawler.alerts.steps import Seen, leader
from rankcrawler.model.kinds import RANKLIST


def firings(scene: Scene, seen: Seen, rules: Sequence[Kept]) -> Iterator[Firing]:
    """What fires at a list."""
    for kept in rules:
        if not counts(kept, seen.at_ms):
            continue
        match kept.rule.when:
            case Appears():
                yield from _appearing(scene, seen, kept, kept.rule.when)
            case FirstPlace() if scene.room.kind == RANKLIST.name:
                yield from _first(scene, seen, kept)
            case Score() if scene.room.kind == RANKLIST.name:
                yield from _reaching(scene, seen, kept, kept.rule.when.coins)


def _appearing(scene: Scene, seen: Seen, kept: Kept, when: Appears) -> Iterator[Firing]:
    if not seen.entered:
        return
    people = scene.people(seen.entered)
    for key in seen.entered:
        if key in people and people[key].user_id in when.users:
            facts = {"rank": rank_of(seen, key), "score": seen.marks.get(key)}
            yield scene.fire(kept, "appears", seen.at_ms, seen.before_ms, people[key], facts=facts)


def _first(scene: Scene, seen: Seen, kept: Kept) -> Iterator[Firing]:
    before, now = leader(seen.rows_before), leader(seen.rows)
    if before is None or now is None or before[0] == now[0]:
        return
    people = scene.people([before[0], now[0]])
    second = next((score for _, score in seen.rows[1:] if score is not None), None)
    ahead = None if second is None or now[1] is None else now[1] - second
    person = None if now[0] is None else people.get(now[0])
    other = None if before[0] is None else people.get(before[0])
    firing = scene.fire(
        kept, "first", seen.at_ms, seen.before_ms, person, other=other, facts={"score": now[1], "ahead": ahead}
    )
    yield in_room(firing)


def _reaching(scene: Scene, seen: Seen, kept: Kept, coins: int) -> Iterator[Firing]:
    """Who has at least so many coins now, and had fewer at the list before.

    Someone who enters a full list had at most that list's last score.
    """
    reached = [
        (key, score)
        for key, (given, _) in seen.given.items()
        if given and (score := seen.marks.get(key)) is not None and score - given < coins <= score
    ]
    people = scene.people(key for key, _ in reached)
    for key, score in reached:
        facts = {"score": score, "coins": coins, "given": seen.given[key][0]}
        yield scene.fire(kept, "score", seen.at_ms, seen.before_ms, people.get(key), facts=facts)


def rank_of(seen: Seen, key: int) -> int | None:
    """The place of a contributor in a list."""
    return next((place for place, (user, _) in enumerate(seen.rows, start=1) if user == key), None)


def in_room(firing: Firing) -> Firing:
    """The firing, whose cool-down is about the room alone, and not about a contributor."""
    assert firing.place is not None
    name = (firing.place.source, firing.place.kind, firing.place.room_id)
    return replace(firing, subject=" ".join((firing.event, *name)))
