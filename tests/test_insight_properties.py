"""Views, questions, commands and Python give the numbers of an oracle, over random days, on both databases."""

import dataclasses
import hashlib
import io
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest

import rankcrawler
from benchmarks import polling
from benchmarks.givers import Giving
from benchmarks.polling import Gateway, Polling
from rankcrawler.clock import iso, ms
from rankcrawler.insight.answers import Answer
from rankcrawler.insight.opening import opened
from rankcrawler.insight.questions import Questions
from rankcrawler.insight.regulars import STATES
from rankcrawler.model import kinds
from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.schedules import Schedule
from rankcrawler.store import locate
from rankcrawler.store.contract import Records
from rankcrawler.store.list_choice import EVERY_POLL
from tests import insight_oracle, reading, stores
from tests.insight_oracle import Coins, Room, Seen
from tests.parsed_commands import parsed

START = 1_795_464_000_000
"""2026-11-23T20:00:00Z: a room's hours lie on two days, in UTC and elsewhere."""
MIDNIGHT = 1_795_478_400_000
HOUR = 3_600_000
END = START + 9 * HOUR
NOW = END + HOUR
CAPACITY = 6
EVER = ("2026-11-23", "2026-11-25")
BEIJING = timezone(timedelta(hours=8))
SEEDS = {"sqlite": range(5), "postgresql": range(100, 102)}
ERAS = 3
"""Names that a contributor has, one after the other."""


@pytest.fixture(autouse=True)
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of six rows are full."""
    monkeypatch.setitem(kinds.KINDS, RANKLIST.name, dataclasses.replace(RANKLIST, capacity=CAPACITY))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", stores.DATABASES)
def test_views_questions_commands_and_python_give_the_numbers_of_the_oracle(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for seed in SEEDS[kind]:
        folder = tmp_path / str(seed)
        folder.mkdir()
        where = stores.ready(kind, folder, request)
        day = Day(seed)
        with stores.records(where) as open_it:
            rooms = day.write([open_it(), open_it()])
        with opened(where, BEIJING, lambda: NOW) as store:
            check_all(where, store, rooms, random.Random(seed))
        purged = locate.open_records(where)
        purged.purge(iso(MIDNIGHT))
        purged.close()
        with opened(where, BEIJING, lambda: NOW) as store:
            check_purged(where, store, rooms)


class Day:
    """Three rooms that share contributors, who change their names."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rooms = {str(number): self._polls(str(number), seed) for number in (1, 2, 3)}

    def _polls(self, room_id: str, seed: int) -> list[Poll]:
        dice = self.dice
        hours, sessions = dice.choice([(2, 1), (5, 1), (9, 1), (9, 2)])
        first, size = 10 + dice.randrange(4), dice.randrange(2, 12)
        end = START + hours * HOUR
        gifts = dice.choice([5.0, 25.0, 100.0])
        giving = Giving(size, START, end, seed=10 * seed + int(room_id), first=first, sessions=sessions, gifts=gifts)
        gateway = Gateway(
            failures=dice.choice([0, 0.1]),
            masked=dice.random() < 0.2,
            withheld=dice.random() < 0.2,
            bad=dice.choice([0, 0.05, 0.2]),
            kinds=polling.BAD + polling.LESS * dice.randrange(2),
        )
        every = dice.choice([120_000, 300_000])
        polled = Polling(giving, gateway, every, seed=seed + int(room_id), capacity=CAPACITY).polls(room_id)
        schedule = Schedule(every=every / 1000)
        return [Poll(renamed(each.found), 0, schedule) for each in polled if dice.random() > 0.05]

    def write(self, workers: Sequence[Records]) -> list[Room]:
        """Write the polls in batches, each by one of several workers; returns the rooms as the oracle sees them."""
        rest = sorted((each for polls in self.rooms.values() for each in polls), key=lambda poll: poll.found.polled_at)
        while rest:
            size = self.dice.choice([1, 5, 64])
            self.dice.choice(workers).write(rest[:size])
            rest = rest[size:]
        return [
            Room.of(room_id, polls[0].schedule.every or 0, CAPACITY, seen(workers[0], room_id, polls))
            for room_id, polls in self.rooms.items()
        ]


def renamed(found: RoomSnapshot | FailedPoll) -> RoomSnapshot | FailedPoll:
    """A list whose contributors have the names of its time."""
    if isinstance(found, FailedPoll):
        return found
    era = (ms(found.captured_at) - START) * ERAS // (10 * HOUR)
    entries = tuple(
        msgspec.structs.replace(row, nickname=row.user_id and f"名{row.user_id}·{era}") for row in found.entries
    )
    digest = hashlib.md5(f"{found.digest}{era}".encode(), usedforsecurity=False).hexdigest()
    return msgspec.structs.replace(found, entries=entries, digest=digest)


def seen(store: Records, room_id: str, polls: Sequence[Poll]) -> Iterator[Seen]:
    """The polls of a room as the store has them, in order of time."""
    changed = {each.captured_at for each in store.lists(room_id, *EVER)}
    lists = {each.captured_at: each for each in store.lists(room_id, *EVER, which=EVERY_POLL)}
    assert len(lists) == sum(isinstance(each.found, RoomSnapshot) for each in polls)
    for poll in polls:
        at = poll.found.polled_at
        yield Seen(ms(at), lists.get(at, poll.found), at in changed)


def check_all(where: str, store: Questions, rooms: Sequence[Room], dice: random.Random) -> None:
    """Ask everything about random times."""
    check_ever(where, store, rooms)
    for _ in range(3):
        since, until = sorted(START + dice.randrange(END - START) for _ in range(2))
        check_time(where, store, rooms, since, until)
        for room in rooms:
            check_room(where, store, room, since, until)
    hour = START + dice.randrange(7) * HOUR
    check_time(where, store, rooms, hour, hour + 2 * HOUR)
    check_regulars(store, rooms, hour + HOUR, hour + 3 * HOUR)


def check_ever(where: str, store: Questions, rooms: Sequence[Room]) -> None:
    """Whoever was there at any time."""
    expected = insight_oracle.in_rooms(rooms, 2)
    found = {row.user_id: row.rooms for row in store.shared().rows}
    assert found == expected == {row.user_id: row.rooms for row in store.shared("1", "2", "3", least=2).rows}
    query = (
        "SELECT user_id, count(DISTINCT room_id) FROM user_rooms GROUP BY user_id HAVING count(DISTINCT room_id) > 1"
    )
    assert dict(reading.rows(where, query)) == expected
    for share, room in zip(store.shared("1", "2", "3", least=2).compared, rooms, strict=True):
        assert share.contributors == len(room.listed())
        assert share.shared == len(room.listed() & expected.keys())
    coins = insight_oracle.total(room.coins(START, NOW) for room in rooms)
    listed = {user for room in rooms for user in room.listed()}
    for user in sorted(listed)[:4]:
        person = store.contributor(user)
        assert person.coins == coins[user]
        assert person.sessions == sum(user in room.listed() for room in rooms)
        assert person.names[-1].is_present
        assert {each.nickname for each in person.names} <= {f"名{user}·{era}" for era in range(ERAS)}
        shown = reading.rows(where, "SELECT nickname FROM user_names WHERE user_id = ?", [user])
        assert sorted(each.nickname or "" for each in person.names) == sorted(name for (name,) in shown)
        assert [row.user_id for row in store.search(f"名{user}·").rows] == [user]
        assert store.search(user).rows[0].found_by == "id"


def check_time(where: str, store: Questions, rooms: Sequence[Room], since: int, until: int) -> None:
    """Coins in all rooms together."""
    expected = insight_oracle.total(room.coins(since, until) for room in rooms)
    top = store.top(iso(since), iso(until))
    assert Counter({row.user_id: row.coins for row in top.rows}) == expected
    chosen = store.top(iso(since), iso(until), rooms=["1", "3"])
    some = insight_oracle.total(room.coins(since, until) for room in rooms if room.room_id != "2")
    assert Counter({row.user_id: row.coins for row in chosen.rows}) == some
    assert all(row.most is None or row.most >= row.coins for row in (*top.rows, *chosen.rows))
    assert [row.coins for row in top.rows] == sorted(expected.values(), reverse=True)
    if expected:
        assert top.concentration is not None
        assert top.concentration.gini == pytest.approx(insight_oracle.gini(expected))
        assert top.concentration.ten == pytest.approx(sum(sorted(expected.values())[-10:]) / expected.total())
    if since % HOUR == until % HOUR == 0:
        query = "SELECT user_id, sum(coins) FROM gains_by_hour WHERE hour_ms >= ? AND hour_ms < ? GROUP BY user_id"
        summed = {user: int(coins) for user, coins in reading.rows(where, query, [since, until])}
        assert +Counter(summed) == expected
    times = ("--since", iso(since), "--until", iso(until))
    assert printed(where, "top", *times) == as_json(top)
    found = {row.room_id: row for row in store.coverage(None, iso(since), iso(until)).rows}
    for room in rooms:
        polls = [each for each in room.polls if since <= each.at_ms < until]
        row = found[room.room_id]
        assert (row.polls, row.failed) == (len(polls), room.failed(since, until))
        assert row.missed == room.missed(since, until)
        assert row.due == row.polls + row.missed + (row.overdue or 0)
    failures = store.failures(None, iso(since), iso(until)).rows
    assert sum(each.polls for each in failures) == sum(room.failed(since, until) for room in rooms)


def check_room(where: str, store: Questions, room: Room, since: int, until: int) -> None:
    """One room's lists and coins."""
    if room.at(since) is None:
        return
    gains = store.gains(room.room_id, iso(since), iso(until))
    expected = room.coins_between(since, until)
    assert +Counter({row.user_id: row.coins for row in gains.rows}) == expected
    assert gains.sure.failed == room.failed(ms(gains.since_at), ms(gains.until_at) + 1)
    times = ("--since", iso(since), "--until", iso(until))
    assert printed(where, "gains", room.room_id, *times) == as_json(gains)
    check_list(where, store, room, since, until, expected)
    if not [each for each in room.counted if since <= each.at_ms < until]:
        return
    course = store.course(room.room_id, iso(since), iso(until), top=2)
    assert course.coins == room.coins(since, until).total()
    counted = [each for each in room.counted if since <= each.at_ms < until]
    assert [row.seen_at for row in course.rows] == [iso(each.at_ms) for each in counted]
    for row in course.rows:
        scores = room.scores(ms(row.seen_at))
        assert row.total_score == sum(scores.values())
        assert row.scores == tuple(scores.get(each.user_id) for each in course.contributors)
    steps = store.course(room.room_id, iso(since), iso(until), every="30min")
    assert (steps.coins, steps.rows[-1].total_score) == (course.coins, course.rows[-1].total_score)
    assert len(steps.rows) <= len(course.rows)


def check_list(where: str, store: Questions, room: Room, since: int, until: int, given: Coins) -> None:
    """The list of a moment, and who moved since another."""
    found = store.at(room.room_id, iso(until), vs=iso(since))
    now, then = room.entries(until), room.entries(since, counts=True)
    assert [(row.rank, row.user_id, row.score) for row in found.rows] == [
        (row.rank, row.user_id, row.score) for row in now
    ]
    ranks = {row.user_id: row.rank for row in reversed(then)}
    for row in found.rows:
        if row.user_id is not None:
            assert row.rank_before == ranks.get(row.user_id)
            assert (row.moved == "new") == (row.user_id not in ranks)
            assert row.coins == given[row.user_id]
    there = {row.user_id for row in now}
    assert {row.user_id for row in found.left} == {user for user in ranks if user is not None} - there
    of_view = "SELECT rank, user_id, score FROM latest_ranks WHERE room_id = ? ORDER BY rank"
    latest = store.latest(room.room_id)
    assert [(row.rank, row.user_id, row.score) for row in latest.rows] == reading.rows(where, of_view, [room.room_id])
    assert [row.user_id for row in latest.rows] == [row.user_id for row in room.entries(NOW)]
    table = latest.to_arrow().to_pylist()
    assert [(row["rank"], row["user_id"], row["score"]) for row in table] == [
        (row.rank, row.user_id, row.score) for row in latest.rows
    ]
    words = ("--at", iso(until), "--vs", iso(since))
    assert printed(where, "show", room.room_id, *words) == as_json(found)


def check_regulars(store: Questions, rooms: Sequence[Room], since: int, until: int) -> None:
    """How giving changed from one time to the next."""
    before = since - (until - since)
    now, then = (
        insight_oracle.total(room.coins(*span) for room in rooms) for span in ((since, until), (before, since))
    )
    seen_before = {
        row.user_id
        for room in rooms
        for each in room.polls
        if each.at_ms < since and isinstance(each.found, RoomSnapshot)
        for row in each.found.entries
    }
    expected = insight_oracle.states(now, then, {*now} - {user for user in seen_before if user is not None})
    found = store.regulars(iso(since), iso(until), states=STATES, limit=None)
    got = {row.user_id: row.state for row in found.rows}
    assert got == expected
    assert all((row.coins, row.coins_before) == (now[row.user_id], then[row.user_id]) for row in found.rows)
    assert {state: getattr(found, state) for state in STATES} == {
        state: sum(each == state for each in expected.values()) for state in STATES
    }


def check_purged(where: str, store: Questions, rooms: Sequence[Room]) -> None:
    """The sums of a purged day stay, and what is left reads as before."""
    top = store.top(iso(START), iso(END + HOUR))
    assert Counter({row.user_id: row.coins for row in top.rows}) == insight_oracle.total(
        room.coins(START, END + HOUR) for room in rooms
    )
    assert top.sure.purged_before == "2026-11-24"
    for room in rooms:
        left = [each.at_ms for each in room.counted if each.at_ms >= MIDNIGHT]
        if len(left) > 1:
            gains = store.gains(room.room_id, iso(left[0]), iso(END))
            assert +Counter({row.user_id: row.coins for row in gains.rows}) == room.coins_between(left[0], END)
    with rankcrawler.open_store(where, time_zone="UTC") as other:
        assert other.top(iso(START), iso(END + HOUR)).rows == top.rows


def as_json(answer: Answer) -> Any:
    """An answer as JSON has it."""
    return json.loads(msgspec.json.encode(answer))


def printed(where: str, *words: str) -> Any:
    """What a command prints as JSON."""
    given = parsed("store", *words, "--json")
    given.zone = BEIJING
    for name, value in vars(given).items():
        if isinstance(value, tuple) and hasattr(value, "text"):
            setattr(given, name, value.text)
    lines = io.StringIO()
    with redirect_stdout(lines):
        assert given.subcommand.run(where, given) == 0
    return json.loads(lines.getvalue())
