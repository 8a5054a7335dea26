"""A request, as the checks see it before the application does."""

from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import parse_qs, parse_qsl

CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""


class Asked:
    """The parts of an ASGI scope that say who asks for what."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self.is_encrypted: bool = scope.get("scheme") == "https"
        self._scope = scope
        self._headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            self._headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))

    @property
    def may_change(self) -> bool:
        """Whether the method is one that changes something."""
        return self.method not in CHANGES_NOTHING

    @property
    def address(self) -> str:
        """Who asks: an address, or the network of an IPv6 address, because one client may have all of it."""
        client = (self._scope.get("client") or ("",))[0]
        try:
            address = ip_address(client)
        except ValueError:
            return str(client)
        return address.exploded[:19] if isinstance(address, IPv6Address) and not address.ipv4_mapped else str(address)

    @property
    def port(self) -> int:
        """The port at which the server is asked."""
        return int((self._scope.get("server") or ("", 0))[1] or 0)

    def header(self, name: str) -> str | None:
        """The value of a header; values of one that came several times with commas between, None if there is none."""
        found = self._headers.get(name)
        return None if found is None else ", ".join(found)

    def parameter(self, name: str) -> str:
        """The first value of a parameter of the query; empty if there is none."""
        query: str = self._scope.get("query_string", b"").decode("latin-1")
        return parse_qs(query).get(name, [""])[0]

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the query, the last value of each."""
        query = self._scope.get("query_string", b"").decode("latin-1")
        try:
            return dict(parse_qsl(query, max_num_fields=100))
        except ValueError:  # too many
            return {}

    def cookie(self, name: str) -> str | None:
        """The value of a cookie; None if there is none. Cookies of others may be as odd as they like."""
        for header in self._headers.get("cookie", ()):
            for each in header.split(";"):
                key, _, value = each.strip().partition("=")
                if key == name:
                    return value
        return None
