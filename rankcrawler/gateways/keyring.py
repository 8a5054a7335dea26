"""The tokens of a crawl, used in turn. When the gateway refuses one, it is set aside and the others stay in use."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple

from rankcrawler.gateways.token import Token


class Key(NamedTuple):
    """A token and its position in the file, which identifies it in messages; 1 is first."""

    position: int
    token: Token


class Keyring:
    """Hands out tokens in turn. Skips those that rest or are set aside."""

    def __init__(self, tokens: Sequence[Token], now: Callable[[], float] = monotonic) -> None:
        self._size = len(tokens)
        self._keys = [Key(position, token) for position, token in enumerate(tokens, start=1)]
        self._rests_until: dict[int, float] = {}
        self._now = now

    @property
    def left(self) -> int:
        """The number of tokens that are not set aside."""
        return len(self._keys)

    def take(self) -> Key | None:
        """The next token, a resting one only if all rest; None if none is left."""
        if not self._keys:
            return None
        chosen = min(self._keys, key=lambda key: self._rests_until.get(key.position, 0.0) > self._now())
        self._keys.remove(chosen)
        self._keys.append(chosen)
        return chosen

    def set_aside(self, position: int) -> bool:
        """Stop using a token; returns False if it was set aside before."""
        before = len(self._keys)
        self._keys = [key for key in self._keys if key.position != position]
        return len(self._keys) < before

    def rest(self, position: int, seconds: float) -> None:
        """Skip a token for this many seconds, unless all rest."""
        self._rests_until[position] = self._now() + seconds

    def pause(self) -> float:
        """Seconds until a token no longer rests; 0 if one is free."""
        waits = [self._rests_until.get(key.position, 0.0) - self._now() for key in self._keys]
        return max(min(waits, default=0.0), 0.0)

    def states(self) -> dict[str, int]:
        """How many tokens are `usable`, `resting` and `set_aside`."""
        resting = sum(self._rests_until.get(key.position, 0.0) > self._now() for key in self._keys)
        return {"usable": self.left - resting, "resting": resting, "set_aside": self._size - self.left}

    def name(self, position: int) -> str:
        """The token's name in messages: `the token`, or `token 2 of 3`."""
        return "the token" if self._size == 1 else f"token {position} of {self._size}"
