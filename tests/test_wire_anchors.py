"""A list of anchors is told from a room's contributors by the rooms that its rows name."""

from typing import Any

import pytest

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.contributor import Contributors
from tests.builders import ROOM, TARGET, body, row, taken

ELSEWHERE = "6994259511469247999"


def anchors(*rooms: Any) -> bytes:
    """A list of users who broadcast in these rooms; None for one who does not."""
    users = [{"id": number} | ({} if room is None else {"own_room": room}) for number, room in enumerate(rooms, 1)]
    return body(*[row(rank, user) for rank, user in enumerate(users, 1)])


FORMS = [
    ELSEWHERE,
    int(ELSEWHERE),
    {"room_ids_str": [ELSEWHERE]},
    {"room_ids": [int(ELSEWHERE)]},
    {"room_ids": [], "room_ids_str": [ELSEWHERE]},
]


@pytest.mark.parametrize("room", FORMS)
@pytest.mark.parametrize("is_cached", [False, True])
def test_a_list_whose_users_all_broadcast_elsewhere_is_refused(room: Any, is_cached: bool) -> None:
    cache = Contributors() if is_cached else None
    for _ in range(3 if is_cached else 1):
        with pytest.raises(AnswerError, match=r"got anchors with rooms of their own - at `\$\.data\.data\.ranks`"):
            taken(anchors(room, room), TARGET, cache)


def test_a_list_whose_rows_name_other_rooms_is_refused() -> None:
    with pytest.raises(AnswerError, match="anchors"):
        taken(body(row(1, room_id=ELSEWHERE), row(2, room_id=int(ELSEWHERE))))


def test_some_anchors_may_have_ended_their_broadcast() -> None:
    with pytest.raises(AnswerError, match="anchors"):
        taken(anchors(None, ELSEWHERE, ELSEWHERE, ELSEWHERE))


@pytest.mark.parametrize(
    "rooms",
    [
        [ELSEWHERE],
        [ELSEWHERE, None],
        [ELSEWHERE, None, ELSEWHERE, None],
        [ROOM, ROOM],
        [0, ""],
        [{}, {"room_ids": []}],
        [{"room_ids": None}, {"room_ids_str": "none"}, None],
        [[], [None]],
    ],
)
def test_contributors_of_whom_some_broadcast_are_a_rooms_own(rooms: list[Any]) -> None:
    assert taken(anchors(*rooms)).entry_count == len(rooms)


def test_where_a_contributor_broadcasts_is_not_kept_and_changes_no_digest() -> None:
    one, other = taken(anchors(ELSEWHERE, None, None)), taken(anchors(None, None, None))
    assert one == other


def test_rows_that_name_their_own_room_are_contributors() -> None:
    assert taken(body(row(1, room_id=ROOM), row(2, room_id=int(ROOM)))).entry_count == 2
