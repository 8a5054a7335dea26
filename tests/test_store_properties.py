"""Every list is read back as it was served, whichever workers write it, and in any order."""

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rankcrawler.clock import iso, ms
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.store.contract import Kept
from rankcrawler.store.fingerprints import fingerprint
from tests import stores
from tests.builders import as_served, entry, polled, snapshot

MIDNIGHT = 1_795_478_400_000
USERS = st.sampled_from(["7", "8", "9", "10", None])
SCORES = st.one_of(st.none(), st.integers(0, 2**63 - 1), st.integers(0, 30))
ROWS = st.tuples(
    USERS,
    SCORES,
    st.one_of(st.none(), st.integers(0, 40)),  # delta
    st.sampled_from(["a", "b", "\0\x1a", None]),  # nickname
    st.sampled_from([(), ("rank_gap",), ("rank_gap", "delta")]),
)
Row = tuple[str | None, int | None, int | None, str | None, tuple[str, ...]]
TURNS = st.lists(st.tuples(st.integers(0, 40), st.lists(ROWS, max_size=8)), min_size=1, max_size=14)


def listed(room_id: str, hours: int, rows: list[Row]) -> RoomSnapshot:
    moment = iso(MIDNIGHT + (hours - 20) * 3_600_000)
    entries: list[RankEntry] = [
        entry(
            rank,
            score=score,
            delta=delta,
            nickname=nickname,
            flags=flags,
            user_id=user,
            is_anonymous=user is None,
            room_id=room_id,
            captured_at=moment,
            polled_at=moment,
        )
        for rank, (user, score, delta, nickname, flags) in enumerate(rows, start=1)
    ]
    digest = fingerprint(rows).hex()
    return snapshot(entries, room_id=room_id, captured_at=moment, polled_at=moment, digest=digest)


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_every_list_is_read_back_as_it_was_served(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rooms = iter(range(1, 1_000_000))
    with stores.records(stores.ready(kind, tmp_path, request)) as open_it:
        workers = [open_it(), open_it()]

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(TURNS, st.lists(st.integers(1, 4), min_size=14, max_size=14), st.integers(0, 2**14))
        def write_and_read(turns: list[tuple[int, list[Row]]], sizes: list[int], who: int) -> None:
            room = str(next(rooms))
            lists = [listed(room, hours, rows) for hours, rows in turns]
            written: dict[tuple[str, str], RoomSnapshot] = {}
            rest = lists
            for number, size in enumerate(sizes):
                batch, rest = rest[:size], rest[size:]
                kept = workers[who >> number & 1].write(list(map(polled, batch)))
                for each, outcome in zip(batch, kept, strict=True):
                    assert (outcome is Kept.DUPLICATE) == ((each.captured_at, each.digest) in written)
                    written.setdefault((each.captured_at, each.digest), each)
                if not rest:
                    break
            written = {(each.captured_at, each.digest): each for each in rest} | written
            workers[0].write(list(map(polled, rest)))
            clocks: defaultdict[str, list[RoomSnapshot]] = defaultdict(list)
            for each in written.values():
                clocks[each.captured_at].append(each)
            for clock, of_clock in clocks.items():
                for place, each in enumerate(of_clock):
                    found = workers[1].at(room, iso(ms(clock) + place))
                    assert found is not None
                    assert as_served(found) == each
            newest = workers[0].latest(room)
            assert newest is not None
            assert as_served(newest) in clocks[newest.captured_at]
            assert "stale_list" not in newest.flags

        write_and_read()
