"""The gateway's address: everything that comes before the path of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from rankcrawler.errors import SettingError

_FEWEST = 2
"""Parts of a path that, at the end of an address, are no coincidence."""
_HOW = (
    "Set it to your gateway's address, in the environment or with -s (GATEWAY_URL=https://gateway.example.com). "
    "To try rankcrawler without a gateway, run `rankcrawler simulate` and set what it prints. "
    "See Settings in the README."
)


@dataclass(frozen=True, slots=True)
class Address:
    """A gateway's base address, checked."""

    base: str

    @classmethod
    def of(cls, url: str | None, paths: Iterable[str] = (), known: Iterable[str] = ()) -> "Address":
        """The address in the setting GATEWAY_URL; raises SettingError if it is missing or cannot be used.

        It must not end with one of `paths`, which are added to it. `known` addresses are named if it is missing.
        """
        if not url:
            at = f" This gateway is at {' or '.join(known)}." if known else ""
            raise SettingError(f"GATEWAY_URL is not set.{at} {_HOW}")
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - raises ValueError if it is out of range
            (parts.hostname or "").encode("idna")
        except ValueError as error:
            raise SettingError(f"GATEWAY_URL is not a URL ({error}). {_HOW}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingError(f"GATEWAY_URL must begin with http:// or https:// and name a host. {_HOW}")
        if parts.username or parts.password or "?" in url or "#" in url:
            raise SettingError(
                "GATEWAY_URL must not contain a user, password, query or fragment. "
                "Set the token in GATEWAY_TOKEN, which is never logged."
            )
        for path in paths:
            if shared := _shared(parts.path, path):
                right = parts._replace(path=parts.path.rstrip("/").removesuffix(shared)).geturl()
                raise SettingError(
                    f"GATEWAY_URL ends with {shared!r}, which is added for each kind of list. "
                    f"Set it to what comes before (GATEWAY_URL={right})."
                )
        return cls(url.rstrip("/"))

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port. The token is sent nowhere else."""
        return _origin(self.base)

    @property
    def source(self) -> str:
        """The gateway's name in data: its host, with the port if the URL has one."""
        return urlsplit(self.base).netloc.lower()

    def serves(self, url: str) -> bool:
        """Whether a URL has exactly this gateway's origin."""
        return url.startswith(f"{self.base}/") or _origin(url) == self.origin  # the prefix is a faster check


def _shared(end: str, path: str) -> str:
    """The beginning of a list's path with which an address ends, if it is as long as a list's path or nearly so."""
    parts = path.split("/")[1:]
    beginnings = ("/" + "/".join(parts[:length]) for length in range(len(parts), min(_FEWEST, len(parts)) - 1, -1))
    return next((each for each in beginnings if end.rstrip("/").endswith(each)), "")


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return (
        parts.scheme,
        (parts.hostname or "").lower(),
        parts.port or (443 if parts.scheme == "https" else 80),
    )
