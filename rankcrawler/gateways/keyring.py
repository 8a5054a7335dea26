"""The tokens of a crawl, used in turn; one that the gateway refuses is set aside, and the others go on."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple

from rankcrawler.gateways.token import Token


class Key(NamedTuple):
    """A token, and its place in the file, by which messages name it; 1 is first."""

    position: int
    token: Token


class Keyring:
    """Hands out tokens in turn. One that rests, or is set aside, is passed over."""

    def __init__(self, tokens: Sequence[Token], now: Callable[[], float] = monotonic) -> None:
        self._size = len(tokens)
        self._keys = [Key(position, each) for position, each in enumerate(tokens, start=1)]
        self._rests_until: dict[int, float] = {}
        self._now = now

    @property
    def left(self) -> int:
        """How many tokens are not set aside."""
        return len(self._keys)

    def take(self) -> Key | None:
        """The token whose turn it is, passing over those that rest while any does not; None where none is left."""
        if not self._keys:
            return None
        chosen = min(self._keys, key=lambda key: self._rests_until.get(key.position, 0.0) > self._now())
        self._keys.remove(chosen)
        self._keys.append(chosen)
        return chosen

    def set_aside(self, position: int) -> bool:
        """Use that token no more; False where it had been set aside before."""
        before = len(self._keys)
        self._keys = [key for key in self._keys if key.position != position]
        return len(self._keys) < before

    def rest(self, position: int, seconds: float) -> None:
        """Let that token rest for a while."""
        self._rests_until[position] = self._now() + seconds

    def pause(self) -> float:
        """Seconds until a token that is left does not rest; 0 where one does not."""
        waits = [self._rests_until.get(key.position, 0.0) - self._now() for key in self._keys]
        return max(min(waits, default=0.0), 0.0)

    def name(self, position: int) -> str:
        """The token in words: `the token`, or `token 2 of 3`."""
        return "the token" if self._size == 1 else f"token {position} of {self._size}"
