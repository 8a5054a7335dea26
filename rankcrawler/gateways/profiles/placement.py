"""Where a request carries the token."""

import re
from dataclasses import dataclass

from yarl import URL

from rankcrawler.language import marked, tr

_FORM = re.compile(r"(query):([A-Za-z0-9_.~-]{1,64})|(header):([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64})")
_OF_THE_CLIENT = ("accept-encoding", "connection", "content-length", "content-type", "host", "transfer-encoding")

_EXPECTED = marked("expected query:NAME, header:NAME, bearer or none")


@dataclass(frozen=True, slots=True)
class Placement:
    """The token's place: a parameter of the query, or a header; without both, a request has no token."""

    query: str | None = None
    """The parameter's name."""
    header: str | None = None
    """The header's name."""
    prefix: str = ""
    """What comes before the token in the header."""
    is_needed: bool = True
    """Whether the gateway wants a token at all."""

    @classmethod
    def of(cls, token: str) -> "Placement":
        """The place that a profile's `token` names; raises ValueError."""
        if token == "none":  # noqa: S105 — a place, not a token
            return cls(is_needed=False)
        if token == "bearer":  # noqa: S105 — the same
            return cls(header="Authorization", prefix="Bearer ")
        found = _FORM.fullmatch(token)
        if found is None or (found[4] or "").lower() in _OF_THE_CLIENT:
            raise ValueError(tr("{expected}, not {token!r}", expected=tr(_EXPECTED), token=token))
        return cls(query=found[2], header=found[4])

    def url(self, url: str, secret: str) -> URL:
        """The URL, with the token if that is where it goes."""
        return URL(url) if self.query is None else URL(url).extend_query({self.query: secret})

    def headers(self, secret: str) -> dict[str, str]:
        """The headers with the token, if that is where it goes."""
        return {} if self.header is None else {self.header: f"{self.prefix}{secret}"}
