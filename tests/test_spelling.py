"""What someone probably meant."""

import pytest

from rankcrawler.spelling import closest, hint, is_one_edit, meant

KINDS = ("ranklist", "audience")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("every", "evry", True),
        ("every", "everyy", True),
        ("every", "evrey", True),
        ("every", "avery", True),
        ("every", "every", True),
        ("every", "evr", False),
        ("every", "yreve", False),
    ],
)
def test_one_edit_is_a_letter_or_a_swap(one: str, other: str, expected: bool) -> None:
    assert is_one_edit(one, other) is is_one_edit(other, one) is expected


def test_the_closest_names_come_first_and_far_ones_not_at_all() -> None:
    assert closest("ranklst", KINDS) == ["ranklist"]
    assert closest("audiences", KINDS) == ["audience"]
    assert closest("gifts", KINDS) == []
    assert closest("ROOM_BACKOF", ("ROOM_BACKOFF", "ROOM_BACKOFF_MAX")) == ["ROOM_BACKOFF"]


def test_a_message_asks_or_says_what_else_there_is() -> None:
    assert hint("ranklst", KINDS, "use one of these") == "did you mean ranklist?"
    assert hint("gifts", KINDS, "use one of these") == "use one of these"
    assert meant("audiance", KINDS) == ": did you mean audience?"
    assert meant("gifts", KINDS) == ""
