"""Several tokens: used in turn, set aside, and resting."""

from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.token import Token


class Clock:
    """Time that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def keyring(tokens: int, clock: Clock | None = None) -> Keyring:
    return Keyring([Token(f"a-canary-token-{number}") for number in range(1, tokens + 1)], clock or Clock())


def taken(ring: Keyring, times: int) -> list[int]:
    """The positions of the tokens that are handed out next."""
    return [key.position for key in (ring.take() for _ in range(times)) if key is not None]


def test_tokens_are_used_in_turn() -> None:
    ring = keyring(3)
    assert taken(ring, 7) == [1, 2, 3, 1, 2, 3, 1]
    key = ring.take()
    assert key is not None
    assert key.token.reveal() == "a-canary-token-2"


def test_one_that_is_set_aside_is_used_no_more_and_the_others_go_on() -> None:
    ring = keyring(3)
    assert ring.set_aside(2)
    assert not ring.set_aside(2), "it was before"
    assert ring.left == 2
    assert taken(ring, 4) == [1, 3, 1, 3]


def test_when_all_are_set_aside_none_is_handed_out() -> None:
    ring = keyring(2)
    assert [ring.set_aside(position) for position in (1, 2)] == [True, True]
    assert (ring.left, ring.take(), ring.pause()) == (0, None, 0)


def test_one_that_rests_is_passed_over_until_its_time() -> None:
    clock = Clock()
    ring = keyring(3, clock)
    ring.rest(1, 10)
    assert taken(ring, 4) == [2, 3, 2, 3]
    assert ring.pause() == 0
    clock.now += 10
    assert set(taken(ring, 3)) == {1, 2, 3}


def test_when_all_rest_the_pause_lasts_until_the_first_wakes() -> None:
    clock = Clock()
    ring = keyring(2, clock)
    ring.rest(1, 10)
    ring.rest(2, 4)
    clock.now += 1
    assert ring.pause() == 3
    assert ring.take() is not None, "what was leased before goes on"


def test_one_that_is_set_aside_is_not_waited_for() -> None:
    ring = keyring(2)
    ring.rest(1, 10)
    ring.rest(2, 4)
    ring.set_aside(2)
    assert ring.pause() == 10


def test_a_token_is_named_by_its_place() -> None:
    assert keyring(1).name(1) == "the token"
    assert keyring(3).name(2) == "token 2 of 3"
    assert "canary" not in repr(keyring(2)) + repr(vars(keyring(2)))
