"""A list of anchors is told from a room's contributors by the rooms that its rows name."""

from typing import Any

import pytest

from rankcrawler.errors import AnswerError
from rankcrawler.gateways.wire.contributor import Contributors
from tests.builders import ROOM, TARGET, body, row, taken

ONE, OTHER = "6994259511469247997", "6994259511469247998"


def anchors(*rooms: Any) -> bytes:
    """A list of users who broadcast in these rooms; None for one who does not."""
    users = [{"id": number} | ({} if room is None else {"own_room": room}) for number, room in enumerate(rooms, 1)]
    return body(*[row(rank, user) for rank, user in enumerate(users, 1)])


FORMS: list[tuple[Any, Any]] = [
    (ONE, OTHER),
    (int(ONE), int(OTHER)),
    ({"room_ids_str": [ONE]}, {"room_ids_str": [OTHER]}),
    ({"room_ids": [int(ONE)]}, {"room_ids": [int(OTHER)]}),
    ({"room_ids": [], "room_ids_str": [ONE]}, OTHER),
]


@pytest.mark.parametrize("rooms", FORMS)
@pytest.mark.parametrize("is_cached", [False, True])
def test_a_list_whose_users_all_broadcast_is_refused(rooms: tuple[Any, Any], is_cached: bool) -> None:
    cache = Contributors() if is_cached else None
    for _ in range(3 if is_cached else 1):
        with pytest.raises(AnswerError, match=r"got anchors with rooms of their own - at `\$\.data\.data\.ranks`"):
            taken(anchors(*rooms), TARGET, cache)


def test_a_list_whose_rows_name_rooms_is_refused() -> None:
    with pytest.raises(AnswerError, match="anchors"):
        taken(body(row(1, room_id=ONE), row(2, room_id=int(OTHER))))


def test_some_anchors_may_have_ended_their_broadcast() -> None:
    with pytest.raises(AnswerError, match="anchors"):
        taken(anchors(None, ONE, OTHER, ROOM))


@pytest.mark.parametrize(
    "rooms",
    [
        [ONE],
        [ONE, None],
        [ONE, None, OTHER, None],
        [ROOM, ROOM],
        [0, ""],
        [{}, {"room_ids": []}],
        [{"room_ids": None}, {"other": "none"}, None],
        [[], [None]],
    ],
)
def test_contributors_of_whom_some_broadcast_are_a_rooms_own(rooms: list[Any]) -> None:
    assert taken(anchors(*rooms)).entry_count == len(rooms)


def test_where_a_contributor_broadcasts_is_not_kept_and_changes_no_digest() -> None:
    assert taken(anchors(ONE, None, None)) == taken(anchors(None, None, None))


def test_rows_that_all_name_one_room_are_its_contributors() -> None:
    assert taken(body(row(1, room_id=ROOM), row(2, room_id=int(ROOM)))).entry_count == 2
