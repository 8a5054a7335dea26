"""Contributors that were read before are taken from a cache by their bytes: the list is the same as without it."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire import contributor
from rankcrawler.gateways.wire.contributor import Contributors
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.targets import Target
from tests.builders import TARGET, body, example, row, taken

USER = {
    "id": 98204909466,
    "nickname": '"user":{"id":1}',
    "id_str": "98204909466",
    "pay_grade": {"level": 25, "this_grade_min_diamond": 15_000, "this_grade_max_diamond": 20_000},
    "fans_club": {"data": {"club_name": "", "level": 0, "user_fans_club_status": 0}},
}
AUDIENCE = replace(TARGET, kind="audience")


@pytest.fixture
def cache() -> Contributors:
    """An empty cache."""
    return Contributors()


def listed(*users: Any) -> bytes:
    """An answer as the gateway writes JSON."""
    rows = [row(rank) | {"user": user} for rank, user in enumerate(users, start=1)]
    return json.dumps(json.loads(body(*rows)), ensure_ascii=False, separators=(",", ":")).encode()


def cached(cache: Contributors, answer: bytes, target: Target = TARGET) -> RoomSnapshot:
    """What is made of an answer whose contributors are all in the cache."""
    for _ in range(2):
        taken(answer, target, cache)
    return taken(answer, target, cache)


def test_a_list_whose_contributors_are_cached_equals_one_that_is_read_without_a_cache(cache: Contributors) -> None:
    others = [USER | {"id": number, "id_str": str(number), "nickname": f"name {number}"} for number in range(1, 50)]
    answers = [listed(USER, *others), json.dumps(example()).encode()]
    for answer in answers:
        assert cached(cache, answer) == taken(answer)
    assert len(cache) == 52


def test_a_cached_contributor_is_not_read_again(cache: Contributors, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cached(cache, listed(USER))
    monkeypatch.setattr(contributor, "Contributor", None)
    assert taken(listed(USER), TARGET, cache) == first


def test_a_change_in_anything_that_is_kept_makes_another_contributor(cache: Contributors) -> None:
    before, after = cached(cache, listed(USER)), cached(cache, listed(USER | {"nickname": "another"}))
    assert (before.entries[0].nickname, after.entries[0].nickname) == ('"user":{"id":1}', "another")
    assert before.digest != after.digest
    assert cached(cache, listed(USER | {"signature": "is not kept"})).digest == before.digest


def test_the_same_bytes_state_a_membership_only_where_the_poll_names_the_anchor(cache: Contributors) -> None:
    targets = (TARGET, replace(TARGET, anchor_id="9"), TARGET)
    members = [cached(cache, listed(USER), target).entries[0].fans_club_member for target in targets]
    assert members == [None, False, None]


@pytest.mark.parametrize("is_hidden", [None, True, False])
def test_whether_a_row_is_hidden_is_the_rows_own(cache: Contributors, is_hidden: bool | None) -> None:
    cached(cache, listed(USER))
    answer = body(row(1) | {"user": USER, "is_hidden": is_hidden}, row(2) | {"user": USER})
    assert [entry.is_hidden for entry in cached(cache, answer).entries] == [is_hidden, None]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_row_beside_cached_contributors_is_found_at_its_place(cache: Contributors, place: int) -> None:
    users = [USER, USER | {"id": 2}, USER | {"id": 3}]
    cached(cache, listed(*users))
    users[place] = {"id": "no number"}
    snapshot = taken(listed(*users), TARGET, cache)
    assert [each.path for each in snapshot.quarantined] == [f"$.data.data.ranks[{place}].user.id"]
    assert snapshot.entry_count == 2


def test_an_answer_that_is_cut_short_gives_the_same_error_with_and_without_a_cache(cache: Contributors) -> None:
    answer = listed(USER, USER)
    cached(cache, answer)
    with pytest.raises(AnswerError, match=r"not JSON: Input data was truncated") as fresh:
        taken(answer[:-7], TARGET, cache)
    with pytest.raises(AnswerError) as again:
        taken(answer[:-7])
    assert str(fresh.value) == str(again.value)


@pytest.mark.parametrize("user", [0, 7, "", "0", "f" * 34, [], True])
def test_only_an_object_is_a_user(cache: Contributors, user: Any) -> None:
    cached(cache, listed(USER))
    snapshot = taken(listed(USER, user), TARGET, cache)
    assert [each.path for each in snapshot.quarantined] == ["$.data.data.ranks[1].user"]


def test_no_user_at_all_is_nobody(cache: Contributors) -> None:
    cached(cache, listed(USER))
    snapshot = taken(listed(USER, None), TARGET, cache)
    assert [(each.user_id, each.flags) for each in snapshot.entries] == [
        (str(USER["id"]), ()),
        (None, ("user_missing",)),
    ]


def test_two_caches_hash_the_same_bytes_differently() -> None:
    one, other = Contributors(), Contributors()
    for cache in (one, other):
        cached(cache, listed(USER))
    assert not one._known.keys() & other._known.keys()


def test_a_cache_takes_no_more_memory_than_it_may() -> None:
    cache, most = Contributors(remembered=50_000), 0
    for number in range(300):
        cached(cache, listed(USER | {"id": number, "id_str": str(number), "nickname": "x" * 1000}))
        most = max(most, len(cache))
    assert 10 < most < 50


def test_the_hashes_of_those_who_came_once_are_bounded(cache: Contributors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contributor, "MOST_MET", 50)
    for number in range(300):
        taken(listed(*({"id": 10**15 + 3 * number + each} | USER for each in range(3))), TARGET, cache)
        assert len(cache._met) <= 50
    assert cached(cache, listed(USER)).entry_count == 1


def test_a_contributor_is_cached_from_the_second_time_on(cache: Contributors) -> None:
    taken(listed(USER), TARGET, cache)
    assert len(cache) == 0
    taken(listed(USER, USER | {"id": 2, "id_str": "2"}), TARGET, cache)
    assert len(cache) == 1


def test_both_kinds_of_list_share_a_cache(cache: Contributors) -> None:
    first = cached(cache, listed(USER), AUDIENCE)
    assert len(cache) == 1
    assert cached(cache, listed(USER)).entries[0].user_id == first.entries[0].user_id
    assert len(cache) == 1
