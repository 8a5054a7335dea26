"""The proxy between a crawl and the gateway. Its address may contain a password, which is never shown."""

from dataclasses import dataclass, field

from yarl import URL

from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr

_EXPECTED = marked("expected http://[USER:PASSWORD@]HOST[:PORT] or https://…, with special characters percent-encoded")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy for HTTP; gateways with https:// are reached through a tunnel, so that it sees no token."""

    url: URL = field(repr=False)

    @classmethod
    def of(cls, address: str | None) -> "Proxy | None":
        """The proxy in the setting GATEWAY_PROXY; raises SettingError if it cannot be used."""
        if not address:
            return None
        try:
            url = URL(address)
            is_usable = url.scheme in ("http", "https") and bool(url.host) and url.path in ("", "/")
        except ValueError:
            is_usable = False
        if not is_usable or url.query_string or url.fragment:
            raise SettingError(tr("GATEWAY_PROXY is not the address of a proxy: {expected}", expected=tr(_EXPECTED)))
        return cls(url)

    def __str__(self) -> str:
        """The proxy in messages, without user and password."""
        return tr("the proxy {host}:{port}", host=self.url.host, port=self.url.port)
