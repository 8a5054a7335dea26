"""Who may enter, if there is a token: who sends it, or has a session that began with it."""

import hmac
import time
from collections.abc import Callable
from hashlib import sha256

from rankcrawler.language import tr
from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.access.attempts import Attempts
from rankcrawler.serve.refusal import Refusal

SESSION_SECONDS = 7 * 86_400
"""How long a session lasts."""
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="rankcrawler"'}


class Entry:
    """Checks tokens and sessions. Without a token everyone may enter.

    The key that signs sessions is made from the token: they outlive a restart of the server, and end with the token.
    """

    def __init__(self, token: str, attempts: Attempts | None = None, clock: Callable[[], float] = time.time) -> None:
        self._token = _digest(token)
        self._key = sha256(b"rankcrawler session " + token.encode(errors="surrogateescape")).digest()
        self._attempts = attempts or Attempts()
        self._clock = clock
        self.is_open = not token
        """Whether no token is asked for."""

    def check_token(self, asked: Asked, token: str) -> None:
        """Raise Refusal for a token that is not ours; compares in constant time."""
        if self.is_open:
            return
        self._attempts.check(asked.address)
        if not hmac.compare_digest(_digest(token), self._token):
            self._attempts.failed(asked.address)
            raise Refusal(401, tr("the token is wrong"), headers=_CHALLENGE)

    def check(self, asked: Asked) -> None:
        """Raise Refusal unless the request has a session, or the token as a bearer's."""
        if self.is_open or self.has_session(asked):
            return
        token = bearer(asked)
        if token is None:
            raise Refusal(401, tr("a token is needed"), headers=_CHALLENGE)
        self.check_token(asked, token)

    def session(self) -> str:
        """The value of the cookie of a new session."""
        expires = int(self._clock()) + SESSION_SECONDS
        return f"{expires}.{self._signature(str(expires))}"

    def has_session(self, asked: Asked) -> bool:
        """Whether the request has the cookie of a session that has not ended."""
        expires, _, signature = (asked.cookie(cookie_name(asked)) or "").partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(expires).encode()):
            return False
        return expires.isascii() and expires.isdecimal() and int(expires) > self._clock()

    def _signature(self, expires: str) -> str:
        return hmac.new(self._key, expires.encode(), sha256).hexdigest()


def cookie_name(asked: Asked) -> str:
    """The session's cookie: each port has its own, because a browser sends a host's cookies to all of them."""
    return f"rankcrawler-{asked.port}"


def bearer(asked: Asked) -> str | None:
    """The token in the header Authorization; None if there is none."""
    scheme, _, token = (asked.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _digest(token: str) -> bytes:
    """Equally long for every token, so that comparing does not show its length."""
    return sha256(token.encode(errors="surrogateescape")).digest()
