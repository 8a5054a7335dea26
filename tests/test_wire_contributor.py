"""Users that were met before are known by their bytes: what is made of an answer is the same as if they were not."""

import json
from typing import Any

import pytest

from rankcrawler.errors import AnswerError
from rankcrawler.gateways import wire
from rankcrawler.gateways.wire import contributor, reader
from rankcrawler.gateways.wire.contributor import Contributor, Contributors
from rankcrawler.model.items import RoomSnapshot
from tests.builders import POLL, body, example, row, taken

USER = {
    "id": 98204909466,
    "nickname": '"user":{"id":1}',
    "id_str": "98204909466",
    "pay_grade": {"level": 25, "this_grade_min_diamond": 15_000, "this_grade_max_diamond": 20_000},
    "fans_club": {"data": {"club_name": "", "level": 0, "user_fans_club_status": 0}},
}


def compact(answer: Any) -> bytes:
    """As the gateway writes JSON."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def listed(*users: Any) -> bytes:
    rows = [row(rank) | {"user": user} for rank, user in enumerate(users, start=1)]
    return compact(json.loads(body(*rows)))


@pytest.fixture(autouse=True)
def strangers(monkeypatch: pytest.MonkeyPatch) -> Contributors:
    """Nobody was met before."""
    contributors = Contributors()
    monkeypatch.setattr(reader, "_contributors", contributors)
    return contributors


def met(answer: bytes) -> RoomSnapshot:
    """What is made of an answer when its users are known, which is what was made of it before."""
    first = taken(answer)
    assert taken(answer) == first
    rest, known = cut_from(answer)
    assert len(known) == len(first.entries)
    assert b"nickname" not in rest
    assert taken(answer) == first
    return first


def cut_from(answer: bytes) -> tuple[bytes, dict[bytes, Contributor]]:
    left = reader._contributors.cut_from(answer)
    assert left is not None
    return left


def seen(answer: bytes) -> RoomSnapshot:
    """What is made of an answer whose users are known."""
    taken(answer)
    return taken(answer)


def test_users_who_were_met_are_cut_out_and_the_list_is_the_same() -> None:
    others = [USER | {"id": number, "id_str": str(number), "nickname": f"name {number}"} for number in range(1, 50)]
    snapshot = met(listed(USER, *others))
    assert [entry.user_id for entry in snapshot.entries] == ["98204909466", *(str(number) for number in range(1, 50))]
    assert snapshot.entries[0].nickname == '"user":{"id":1}'
    assert met(compact(example())).entry_count == 2


def test_who_changed_in_anything_that_is_kept_is_another() -> None:
    before, after = seen(listed(USER)), seen(listed(USER | {"nickname": "another"}))
    assert (before.entries[0].nickname, after.entries[0].nickname) == ('"user":{"id":1}', "another")
    assert before.digest != after.digest
    assert taken(listed(USER | {"signature": "is not kept"})).digest == before.digest


def test_the_same_bytes_say_another_thing_of_a_club_where_the_anchor_is_named() -> None:
    polls = (POLL, POLL._replace(anchor_id="9"), POLL)
    told = [taken(listed(USER), poll).entries[0].fans_club_member for poll in polls]
    assert told == [None, False, None]


def test_users_are_known_wherever_they_stand_and_cut_out_of_what_is_passed_over() -> None:
    answer = json.loads(listed(USER))
    answer["data"]["data"] |= {"self_info": row(0, USER), "seats": [row(1, USER)] * 3}
    answer["data"]["data"]["ranks"][0]['x"user'] = USER
    first = seen(compact(answer))
    assert first.entry_count == 1
    assert taken(compact(answer)) == first
    assert len(cut_from(compact(answer))[1]) == 6


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_that_is_bad_beside_users_who_were_met_is_found_in_its_place(place: int) -> None:
    users = [USER, USER | {"id": 2}, USER | {"id": 3}]
    seen(listed(*users))
    users[place] = {"id": "no number"}
    snapshot = taken(listed(*users))
    assert [each.path for each in snapshot.quarantined] == [f"$.data.data.ranks[{place}].user.id"]
    assert snapshot.entry_count == 2


def test_an_answer_that_is_cut_short_is_told_by_its_own_bytes() -> None:
    answer = listed(USER, USER)
    seen(answer)
    with pytest.raises(AnswerError, match=r"not JSON: Input data was truncated") as fresh:
        taken(answer[:-7])
    reader._contributors = Contributors()
    with pytest.raises(AnswerError) as again:
        taken(answer[:-7])
    assert str(fresh.value) == str(again.value)


@pytest.mark.parametrize("user", [0, 7, "", "0", "f" * 34, None, [], True])
def test_nothing_but_a_user_stands_for_a_user(user: Any) -> None:
    seen(listed(USER))
    snapshot = taken(listed(USER, user))
    assert [each.path for each in snapshot.quarantined] == ["$.data.data.ranks[1].user"]


def test_what_stands_for_a_user_cannot_be_guessed() -> None:
    seen(listed(USER))
    rest, _ = cut_from(listed(USER))
    said = json.loads(rest)["data"]["data"]["ranks"][0]["user"]
    assert len(said) > 32
    assert len(set(contributor._MARKS)) == len(contributor._MARKS)


def test_no_more_are_cut_out_than_there_are_marks_for() -> None:
    snapshot = seen(listed(USER, *[USER] * 999))
    answer = json.loads(listed(USER, *[USER] * 999))
    answer["data"]["data"]["seats"] = [row(1, USER)] * 99
    assert taken(compact(answer)) == snapshot
    assert len(cut_from(compact(answer))[1]) == len(contributor._MARKS) == 1000


def test_those_who_are_met_take_no_more_memory_than_they_may() -> None:
    contributors = Contributors(remembered=50_000)
    reader._contributors = contributors
    most = 0
    for number in range(300):
        seen(listed(USER | {"id": number, "id_str": str(number), "nickname": "x" * 1000}))
        most = max(most, len(contributors._known))
    assert 10 < most < 50


def test_those_of_whom_it_is_known_that_they_came_are_not_too_many(
    strangers: Contributors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contributor, "MOST_NOTED", 50)
    for number in range(300):
        taken(listed(*({"id": 10**15 + 3 * number + each} | USER for each in range(3))))
        assert len(strangers._lengths) <= 50
    assert met(listed(USER)).entry_count == 1


def test_strangers_are_not_remembered_until_they_come_again(strangers: Contributors) -> None:
    taken(listed(USER))
    assert not strangers._known
    taken(listed(USER, USER | {"id": 2, "id_str": "2"}))
    assert len(strangers._known) == 1


def test_who_takes_more_than_a_user_does_is_not_remembered(strangers: Contributors) -> None:
    answer = listed(USER | {"signature": "x" * contributor.USUAL})
    assert taken(answer) == seen(answer)
    assert not strangers._known


def test_users_told_in_the_same_first_bytes_are_told_apart() -> None:
    users = [{"signature": "x" * 100} | USER | {"id": number, "nickname": "y" * number} for number in range(20)]
    first = taken(listed(*users))
    assert [entry.nickname for entry in first.entries] == ["y" * number or None for number in range(20)]
    assert seen(listed(*users)) == first
    assert seen(listed(*reversed(users))).entries[0].nickname == "y" * 19


def test_both_kinds_of_list_know_the_same_users() -> None:
    for _ in range(2):
        first = wire.snapshot(wire.read(listed(USER), "audience"), POLL._replace(kind="audience"))
    assert len(cut_from(listed(USER))[1]) == 1
    assert taken(listed(USER)).entries[0].user_id == first.entries[0].user_id
