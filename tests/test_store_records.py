"""What a store in a database answers, asked of SQLite and of PostgreSQL."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rankcrawler.clock import iso
from rankcrawler.model.items import FailedPoll, Poll, RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.model.schedules import Schedule
from rankcrawler.model.targets import Target
from rankcrawler.store import interning, schema, sql_store
from rankcrawler.store.answers import Gain, PollRecord, Recurring, Stay
from rankcrawler.store.contract import Kept, Records
from rankcrawler.store.sql_store import SqlStore
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.daily import top_of_day

NOON = 1_795_435_200_000  # 2026-11-23T12:00:00Z
MINUTE, DAY = 60_000, 86_400_000


@pytest.fixture(params=stores.DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    with stores.records(stores.ready(request.param, tmp_path, request)) as open_it:
        yield open_it()


def write(store: Records, found: Sequence[RoomSnapshot | FailedPoll | Poll]) -> list[Kept]:
    return store.write([each if isinstance(each, Poll) else polled(each) for each in found])


def at(minute: float) -> str:
    return iso(int(NOON + minute * MINUTE))


def listed(minute: float, scores: dict[str, int | None], **changes: object) -> RoomSnapshot:
    """Contributors by their scores, in that order, at a minute."""
    place = {"captured_at": at(minute), "polled_at": at(minute), "room_id": "1"}
    rows = [
        entry(
            rank, score=score, delta=None, user_id=user or None, is_anonymous=not user, nickname=f"name {user}", **place
        )
        for rank, (user, score) in enumerate(scores.items(), start=1)
    ]
    digest = f"{hash(tuple(scores.items())) & (2**128 - 1):032x}"
    return snapshot(**{"entries": rows, "digest": digest} | place | changes)  # type: ignore[arg-type]


def test_no_gifts_withheld_scores_and_no_poll_are_three_different_things(store: Records) -> None:
    withheld = entry(1, score=None, score_precision="withheld", captured_at=at(3), polled_at=at(3), room_id="1")
    write(
        store,
        [
            listed(0, {"7": 10}),
            listed(1, {"7": 10}),
            listed(2, {}),
            listed(3, {}, entries=[withheld], digest="3" * 32),
            failed(room_id="1", polled_at=at(4)),
        ],
    )
    polls = store.polls("1", at(0), at(10))
    assert [poll.outcome for poll in polls] == ["stored", "unchanged", "empty", "withheld", "failed"]
    assert [poll.entry_count for poll in polls] == [1, 1, 0, 1, None]
    assert polls[4] == PollRecord(at(4), at(4), "failed", None, None, None, "retry", "HTTP 502", 502, None, None, 1)
    assert store.polls("1", at(5), at(10)) == []
    assert [poll.at for poll in store.polls("1", at(0), at(10), limit=2)] == [at(3), at(4)]


def test_a_list_of_any_moment_is_read_back(store: Records) -> None:
    lists = [listed(minute, {"7": 1000 + 10 * minute, "8": 900, "9": 800 - minute}) for minute in range(100)]
    assert write(store, lists) == [Kept.STORED] * 100
    assert [store.at("1", at(minute + 0.5)) for minute in range(100)] == lists
    assert store.at("1", at(-1)) is None
    assert list(store.lists("1", at(10), at(20))) == lists[10:20]
    assert store.latest("1") == lists[-1]


def test_lists_of_two_kinds_and_of_two_gateways_do_not_mix(store: Records) -> None:
    rank, audience = listed(0, {"7": 1}), listed(1, {"8": 2}, kind="audience", entries=())
    elsewhere = listed(2, {"9": 3}, source="other.test", entries=())
    write(store, [rank, audience, elsewhere])
    assert store.latest("1", source="gateway.test") == rank
    assert store.latest("1", kind="audience") == audience
    assert store.latest("1") == elsewhere
    assert store.latest("1", source="nobody.test") is None


def test_a_contributor_has_the_latest_profile_and_is_first_seen_once(store: Records) -> None:
    for minute in (1, 2, 0):
        row = entry(1, user_id="7", nickname=f"name {minute}", captured_at=at(minute))
        write(store, [snapshot(entries=(row,), captured_at=at(minute), digest=f"{minute:032d}")])
    found = store.contributor("7")
    assert found is not None
    assert (found.nickname, found.first_seen, found.last_seen) == ("name 2", at(0), at(2))
    assert store.contributor("8") is None


def test_a_trail_says_which_rooms_a_contributor_entered_and_left(store: Records) -> None:
    write(
        store, [listed(0, {"7": 10}), listed(1, {"7": 30, "8": 5}), listed(2, {"8": 6}), listed(3, {"8": 6, "7": 40})]
    )
    first, second = Stay("ranklist", "1", None, at(0), at(1), True, 10, 30), ("ranklist", "1", None, at(3))
    assert store.trail("7") == [(*second, at(3), False, 40, 40), first]
    write(store, [listed(4, {"7": 50, "8": 6})])
    assert store.trail("7") == [(*second, at(4), False, 40, 50), first]
    assert store.trail("9") == []


def test_stays_of_one_contributor_that_end_in_one_batch_stay_apart(store: Records) -> None:
    others: dict[str, int | None] = {"8": 5, "9": 5}
    seen: list[dict[str, int | None]] = [
        {"7": 10, **others},
        {"8": 6, "9": 5},
        {"7": 20, "8": 6, "9": 5},
        {"8": 7, "9": 5},
        {"7": 30, "8": 7, "9": 5},
    ]
    write(store, [listed(minute, scores) for minute, scores in enumerate(seen)])
    stays = [(stay.since, stay.until, stay.is_over, stay.first_score, stay.last_score) for stay in store.trail("7")]
    assert stays == [
        (at(4), at(4), False, 30, 30),
        (at(2), at(2), True, 20, 20),
        (at(0), at(0), True, 10, 10),
    ]


def test_a_contributor_of_late_lists_is_first_seen_in_the_earliest(store: Records) -> None:
    write(store, [listed(9, {"7": 10})])
    write(store, [listed(minute, {"7": minute}) for minute in (5, 3, 4)])
    found = store.contributor("7")
    assert found is not None
    assert found.first_seen == at(3)


def test_a_trail_is_complete_although_arrivals_are_sorted_in_from_time_to_time(
    store: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_store, "MOST_ARRIVALS", 4)
    polls = [listed(minute, {"7": 10, str(minute): 5}, room_id=str(minute % 3)) for minute in range(100, 120)]
    for seen, poll in enumerate(polls, start=1):
        write(store, [poll])
        assert {stay.room_id for stay in store.trail("7")} == {str(minute % 3) for minute in range(100, 100 + seen)}
    assert all([stay.since for stay in store.trail(str(minute))] == [at(minute)] for minute in range(100, 120))
    found = store.contributor("119")
    assert found is not None
    assert found.last_seen == at(119)


def test_what_is_remembered_is_bounded_and_forgetting_changes_nothing(
    store: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interning, "REMEMBERED", 5000)
    assert isinstance(store, SqlStore)
    sizes, polls = [], [listed(minute, {f"1{minute}": 10, "7": 5}, currency=f"of {minute}") for minute in range(30)]
    for poll in polls:
        write(store, [poll, failed(room_id="1", polled_at=poll.polled_at, reason=poll.polled_at)])
        sizes.append(len(store._interned.texts) + len(store._interned.latest))
    assert max(sizes) < 20
    assert list(store.lists("1", at(0), at(99))) == polls
    assert {poll.reason for poll in store.polls("1", at(0), at(99))} == {None, *(poll.polled_at for poll in polls)}


def test_gains_name_contributors_as_lists_name_them(store: Records) -> None:
    named = [[entry(score=score, nickname="a\0b\x1a0000", user_id="7\0")] for score in (10, 15)]
    write(store, [listed(minute, {}, entries=rows, digest=f"{minute:032d}") for minute, rows in enumerate(named)])
    assert [(gain.user_id, gain.nickname, gain.coins) for gain in store.gains("1", at(0), at(9)).gains] == [
        ("7\0", "a\0b\x1a0000", 5)
    ]


def test_gains_are_what_contributors_gave_between_two_lists_with_what_happened_between(store: Records) -> None:
    write(
        store,
        [
            listed(0, {"7": 100, "8": 50, "6": 10}),
            failed(room_id="1", polled_at=at(1)),
            listed(5, {"7": 130, "9": 20, "6": 10}),
            listed(6, {"8": 70, "7": 20, "9": 20, "6": 10}),
        ],
    )
    gains = store.gains("1", at(0), at(10))
    assert (gains.since, gains.until, gains.failures, gains.longest_gap) == (at(0), at(6), 1, 300.0)
    assert gains.gains == [
        Gain("7", "name 7", 30, 30, 100, 20, ()),
        Gain("8", "name 8", 20, 20, 50, 70, ("left", "reentered")),
        Gain("9", "name 9", 20, 20, None, 20, ("entered",)),
    ]
    assert [gain.user_id for gain in store.gains("1", at(5), at(5.5)).gains] == []
    assert store.gains("2", at(0), at(9)).since is None


def test_who_enters_a_full_list_gave_at_least_what_is_above_its_last_score(store: Records) -> None:
    full = {str(user): 10_000 - user for user in range(100, 200)}
    later = {str(user): 10_000 - user for user in range(100, 199)} | {"7": 9805}
    write(store, [listed(0, dict(full)), listed(1, dict(later))])
    gain = next(gain for gain in store.gains("1", at(0), at(1)).gains if gain.user_id == "7")
    assert gain.coins == 9805 - (10_000 - 199)
    (top,) = top_of_day(store, "2026-11-23")
    assert (top.source, top.user_id, top.nickname, top.coins, top.most) == (
        "gateway.test",
        "7",
        "name 7",
        gain.coins,
        9805,
    )


def test_days_have_their_top_contributors(store: Records) -> None:
    write(
        store, [listed(0, {"7": 100, "8": 50}), listed(1, {"7": 130, "8": 80, "": 5}), listed(2, {"7": 131, "8": 80})]
    )
    write(store, [failed(room_id="1", polled_at=at(3)), listed(1440, {"7": 150, "8": 80})])
    days = [
        [(each.user_id, each.nickname, each.coins) for each in top_of_day(store, day)]
        for day in ("2026-11-23", "2026-11-24")
    ]
    assert days == [[("7", "name 7", 31), ("8", "name 8", 30)], [("7", "name 7", 19)]]


def test_what_a_contributor_gave_is_counted_once_for_each_kind_of_list(store: Records) -> None:
    for minute, score in ((0, 0), (1, 1000)):
        write(store, [listed(minute, {"7": score}), listed(minute, {"7": score}, kind="audience")])
    for kind in ("ranklist", "audience"):
        assert [(each.user_id, each.coins, each.most) for each in top_of_day(store, "2026-11-23", kind=kind)] == [
            ("7", 1000, 1000)
        ]


def test_recurring_rooms_that_have_not_ended_are_in_the_catalogue(store: Records) -> None:
    polls = [
        polled(listed(0, {"7": 1}), every=60.0, every_max=600.0, priority=3),
        *(polled(listed(0, {}, room_id=room), every=30.0) for room in ("2", "3")),
        polled(listed(0, {}, room_id="4")),
        polled(failed(room_id="3", polled_at=at(1), action="gone"), every=60.0),
        polled(failed(room_id="5"), every=5.0),
        polled(listed(0, {}, room_id="6", source="other.test"), every=9.0),
    ]
    write(store, polls)
    found = {recurring.target.room_id: recurring for recurring in store.recurring("gateway.test")}
    target = Target("gateway.test", "ranklist", "1")
    assert found["1"] == Recurring(target, Schedule(60.0, 600.0, 3), at(0))
    assert found.keys() == {"1", "2", "5"}


def test_a_status_sums_up(store: Records) -> None:
    assert store.status()[1:2] + store.status()[3:] == (schema.version(), 0, 0, 0, 0, 0, 0, None, None)
    write(
        store, [listed(0, {"7": 1}), listed(1, {"7": 1}), failed(room_id="1", polled_at=at(2)), listed(1440, {"7": 2})]
    )
    status = store.status()
    assert status[3:] == (1, 1, 4, 1, 2, 2, "2026-11-23", "2026-11-24")
    assert status.size > 10_000


def test_a_purge_removes_days_and_leaves_what_comes_after(store: Records) -> None:
    for day in range(4):
        write(store, [listed(1440 * day + minute, {"7": 100 * day + minute, "8": 1}) for minute in range(5)])
        write(store, [failed(room_id="1", polled_at=at(1440 * day + 9))])
    after = list(store.lists("1", at(1440 * 2), at(1440 * 4)))
    assert store.purge(at(1440 * 2)) == (12, 10, 12)
    assert list(store.lists("1", at(0), at(1440 * 4))) == after
    assert store.polls("1", at(0), at(1440)) == []
    assert store.purge(at(1440 * 2)) == (0, 0, 0)
    assert store.purge(at(1440 * 9)) == (12, 10, 12)
    assert store.latest("1") is None
    assert [stay.is_over for stay in store.trail("7")] == [True]
    assert write(store, [listed(1440 * 9, {"7": 900})]) == [Kept.STORED]
    assert [stay.is_over for stay in store.trail("7")] == [False, True]


def test_characters_that_a_database_refuses_are_read_back(store: Records) -> None:
    odd = "NUL \0, half a pair \ud83d, the mark \x1a0000, ' OR 1=1;--"
    row: RankEntry = entry(1, nickname=odd, display_id="\0")
    written = snapshot(entries=(row,), user_count_desc=odd, flags=("a", "b"))
    assert write(store, [written]) == [Kept.STORED]
    assert store.latest(written.target.room_id) == written
    assert store.contributor("7000001") is not None
