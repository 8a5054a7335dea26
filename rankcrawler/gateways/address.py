"""Where the gateway is, and the address of a room's list there; the token is never part of it."""

from dataclasses import dataclass
from urllib.parse import quote_plus, urlsplit

from rankcrawler.errors import SettingError

PATH = "/douyin/liveroom/{kind}"
"""Where a kind of list is."""

_HOW = (
    "Set GATEWAY_URL, as an environment variable or with -s, to the address of your gateway "
    "(GATEWAY_URL=https://gateway.example.com). To try without one, run `rankcrawler simulate` and set "
    "what it prints. README, section Settings, has them all."
)


@dataclass(frozen=True, slots=True)
class Address:
    """A gateway's base address, checked."""

    base: str

    @classmethod
    def of(cls, url: str | None) -> "Address":
        """Check the setting GATEWAY_URL; raises SettingError that says how to set it."""
        if not url:
            raise SettingError(f"GATEWAY_URL is not set: there is no gateway to ask. {_HOW}")
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - reading it is what checks it
            (parts.hostname or "").encode("idna")
        except ValueError as error:
            raise SettingError(f"GATEWAY_URL is not a URL ({error}). {_HOW}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingError(f"GATEWAY_URL must begin with http:// or https:// and name a host. {_HOW}")
        if parts.username or parts.password or "?" in url or "#" in url:
            raise SettingError(
                "GATEWAY_URL must hold no user, password, query or fragment: the token goes into "
                "GATEWAY_TOKEN, which is kept out of every log."
            )
        return cls(url.rstrip("/"))

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what the token may be sent to."""
        return _origin(self.base)

    @property
    def source(self) -> str:
        """The name under which this gateway's data are kept: its host, and its port where it has one."""
        return urlsplit(self.base).netloc.lower()

    def of_list(self, kind: str, room_id: str, anchor_id: str | None) -> str:
        """The address of a room's list of that kind, without the token."""
        anchor = "" if anchor_id is None else f"&anchor_id={quote_plus(anchor_id)}"
        return f"{self.base}{PATH.format(kind=kind)}?room_id={quote_plus(room_id)}{anchor}"

    def serves(self, url: str) -> bool:
        """Whether an address lies at exactly this gateway's origin."""
        return url.startswith(f"{self.base}/") or _origin(url) == self.origin  # the first is quick, and enough


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return (
        parts.scheme,
        (parts.hostname or "").lower(),
        parts.port or (443 if parts.scheme == "https" else 80),
    )
