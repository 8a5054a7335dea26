"""Tells requests that a person or a program of theirs makes from those that a foreign page makes in their browser.

Everything that changes something comes from a page of this server, or from no page at all: the headers with which
browsers say so must agree. A form has, besides, a token that fits a cookie which other sites can neither read nor set.
"""

import hmac
import secrets
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from rankcrawler.language import tr
from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.access.entry import bearer
from rankcrawler.serve.refusal import Refusal

HEADER = "x-csrf-token"
FIELD = "csrf_token"
"""Where a request has the token: in a header, or in a field of a form."""
FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_SALT_BYTES = 8


class Forgery:
    """Makes and checks the tokens of forms. They differ each time, and fit as long as the cookie lasts."""

    def __init__(self, token: str) -> None:
        self._key = sha256(b"rankcrawler form " + token.encode(errors="surrogateescape")).digest()

    def token(self, cookie: str) -> str:
        """A token that fits a cookie."""
        salt = secrets.token_hex(_SALT_BYTES)
        return f"{salt}.{self._signature(salt, cookie)}"

    def check_origin(self, asked: Asked) -> None:
        """Raise Refusal for a request that a page of another origin makes."""
        origin, site = asked.header("origin"), asked.header("sec-fetch-site")
        is_foreign = site is not None and site not in ("same-origin", "none")
        if is_foreign or (origin is not None and urlsplit(origin).netloc != asked.header("host")):
            raise Refusal(403, tr("the request comes from a page of another site"))

    def check(self, asked: Asked, body: bytes) -> None:
        """Raise Refusal unless the request is one that no foreign page can make.

        With a bearer's token, and as JSON where no session is used, it is; anything else needs the token of a form.
        """
        if bearer(asked) is not None:
            return
        cookie, kind = asked.cookie(cookie_name(asked)), (asked.header("content-type") or "").partition(";")[0].strip()
        if cookie is None and kind == _JSON:
            return
        given = asked.header(HEADER) or (_in_form(body) if kind == FORM else "")
        salt, _, signature = given.partition(".")
        expected = self._signature(salt, cookie or "")
        if not cookie or not hmac.compare_digest(signature.encode(), expected.encode()):
            raise Refusal(403, tr("the form is too old, or not from this server: load the page again"))

    def _signature(self, salt: str, cookie: str) -> str:
        return hmac.new(self._key, f"{salt} {cookie}".encode(errors="surrogateescape"), sha256).hexdigest()


def cookie_name(asked: Asked) -> str:
    """The cookie that a form's token fits."""
    return f"rankcrawler-form-{asked.port}"


def new_cookie() -> str:
    """A value for it, which no one can guess."""
    return secrets.token_urlsafe(16)


def _in_form(body: bytes) -> str:
    return parse_qs(body.decode("latin-1")).get(FIELD, [""])[0]
