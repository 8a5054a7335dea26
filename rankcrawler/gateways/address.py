"""The gateway's address: everything that comes before the path of a list."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr

NAME = re.compile(r"[\w.:-]{1,100}")
"""The name of a gateway: letters, digits, and - . _ :"""
_FEWEST = 2
"""Parts of a path that, at the end of an address, are no coincidence."""

_HOW = marked(
    "Set it to your gateway's address, in the environment or with -s (GATEWAY_URL=https://gateway.example.com). "
    "To try rankcrawler without a gateway, run `rankcrawler simulate` and set what it prints. "
    "See docs/settings.md."
)


@dataclass(frozen=True, slots=True)
class Address:
    """A gateway's base address, checked, and the name that it goes by wherever that is."""

    base: str
    name: str | None = None
    """What GATEWAY_NAME says; None without it."""

    @classmethod
    def of(
        cls, url: str | None, name: str | None = None, paths: Iterable[str] = (), known: Iterable[str] = ()
    ) -> "Address":
        """The address in the setting GATEWAY_URL, and the name in GATEWAY_NAME.

        Raises SettingError if the address is missing, or one of them cannot be used. The address must not end with one
        of `paths`, which are added to it. `known` addresses are named if it is missing.
        """
        if not url:
            at = tr("This gateway is at {addresses}.", addresses=tr(" or ").join(known)) + " " if known else ""
            raise SettingError(tr("GATEWAY_URL is not set. {how}", how=at + tr(_HOW)))
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - raises ValueError if it is out of range
            (parts.hostname or "").encode("idna")
        except ValueError as error:
            raise SettingError(tr("GATEWAY_URL is not a URL ({error}). {how}", error=error, how=tr(_HOW))) from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingError(
                tr("GATEWAY_URL must begin with http:// or https:// and name a host. {how}", how=tr(_HOW))
            )
        if parts.username or parts.password or "?" in url or "#" in url:
            raise SettingError(
                tr(
                    "GATEWAY_URL must not contain a user, password, query or fragment. Set the token in "
                    "GATEWAY_TOKEN, which is never logged."
                )
            )
        _check_end(parts, paths)
        if name is not None and NAME.fullmatch(name) is None:
            raise SettingError(
                tr("GATEWAY_NAME must have 1 to 100 letters, digits, or - . _ :, not {name!r}", name=name[:40])
            )
        return cls(url.rstrip("/"), name)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port. The token is sent nowhere else."""
        return _origin(self.base)

    @property
    def source(self) -> str:
        """The gateway's name in data: as set, or else its host, with the port if the URL has one."""
        return self.name or urlsplit(self.base).netloc.lower()

    def serves(self, url: str) -> bool:
        """Whether a URL has exactly this gateway's origin."""
        return url.startswith(f"{self.base}/") or _origin(url) == self.origin  # the prefix is a faster check


def _check_end(parts: SplitResult, paths: Iterable[str]) -> None:
    """Raise SettingError if an address ends with one of the paths that are added to it."""
    for path in paths:
        if shared := _shared(parts.path, path):
            right = parts._replace(path=parts.path.rstrip("/").removesuffix(shared)).geturl()
            raise SettingError(
                tr(
                    "GATEWAY_URL ends with {documented!r}, which is added for each kind of list. Set it to what "
                    "comes before (GATEWAY_URL={right}).",
                    documented=shared,
                    right=right,
                )
            )


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
