"""The targets of messages: names that rules use, and the addresses behind them, which are secrets."""

import binascii
import re
from base64 import b64decode
from urllib.parse import unquote, urlsplit, urlunsplit

from rankcrawler.errors import SettingError
from rankcrawler.language import tr

SETTING = "ALERT_TARGETS"
NAME = re.compile(r"[\w-]{1,40}")
_WEBHOOKS = {"webhook+https": "https", "webhook+http": "http"}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_SHORTEST_SECRET = 16
"""Bytes."""


class Target:
    """Where messages go. Neither str nor repr nor our tracebacks show the address; only what delivers may `reveal`."""

    __slots__ = ("_address", "_secret", "name", "service")

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        scheme, rest = address.split("://", 1)
        self.service = scheme.lower()
        """What takes the messages: `webhook+https`, or the scheme of an address of Apprise's, such as `tgram`."""
        self._secret = b""
        self._address = address
        if self.service in _WEBHOOKS:
            self._address, self._secret = _webhook(name, f"{_WEBHOOKS[self.service]}://{rest}")

    def __repr__(self) -> str:
        return f"Target({self.name}, ***)"

    @property
    def is_webhook(self) -> bool:
        """Whether it is a webhook of its own, and no service of Apprise's."""
        return self.service in _WEBHOOKS

    def reveal(self) -> str:
        """The address itself; a webhook's is without its secret."""
        return self._address

    def reveal_secret(self) -> bytes:
        """What a webhook's messages are signed with."""
        return self._secret


def read(given: str) -> dict[str, Target]:
    """The targets that ALERT_TARGETS names: `NAME=ADDRESS`, with blanks between them.

    Raises SettingError, which names the target and never shows its address.
    """
    found: dict[str, Target] = {}
    for number, word in enumerate(given.split(), start=1):
        name, is_pair, address = word.partition("=")
        if not is_pair or NAME.fullmatch(name) is None:
            raise SettingError(
                tr("{setting}, entry {number}: expected NAME=ADDRESS, with blanks between entries", **_at(number))
            )
        scheme, has_scheme, rest = address.partition("://")
        if not has_scheme or not rest or _SCHEME.fullmatch(scheme) is None:
            raise SettingError(
                tr(
                    "{setting}, {name}: expected an address such as ntfy://… or webhook+https://SECRET@HOST/PATH",
                    setting=SETTING,
                    name=name,
                )
            )
        if name in found:
            raise SettingError(tr("{setting} has the target {name} twice", setting=SETTING, name=name))
        found[name] = Target(name, address)
    return found


def _at(number: int) -> dict[str, object]:
    return {"setting": SETTING, "number": number}


def _webhook(name: str, address: str) -> tuple[str, bytes]:
    """The address of a webhook without what stands before the @, and that as the secret."""
    try:
        parts = urlsplit(address)
        secret, _, host = parts.netloc.rpartition("@")
        is_valid = bool(host) and parts.hostname is not None and (parts.port or 1) > 0
    except ValueError:  # which may show a part of the address
        is_valid, secret, host = False, "", ""
    if not is_valid:
        raise SettingError(
            tr("{setting}, {name}: expected webhook+https://SECRET@HOST/PATH", setting=SETTING, name=name)
        )
    key = _key(unquote(secret))
    if key is None or len(key) < _SHORTEST_SECRET:
        raise SettingError(
            tr(
                "{setting}, {name}: the secret before the @ signs the messages, and must have at least {least} bytes: "
                "openssl rand -hex 32",
                setting=SETTING,
                name=name,
                least=_SHORTEST_SECRET,
            )
        )
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, "")), key


def _key(secret: str) -> bytes | None:
    """The bytes of a secret: those of its text, or what `whsec_` writes as base64."""
    if not secret.startswith("whsec_"):
        return secret.encode(errors="surrogateescape")
    try:
        return b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return None
