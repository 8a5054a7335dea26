"""The token: read from the environment or a file, shown to nobody."""

from collections.abc import Mapping
from pathlib import Path

from rankcrawler.errors import SettingError


class Token:
    """A secret that neither str, repr nor a traceback of ours shows; `reveal` is for the request alone."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "Token(***)"

    def reveal(self) -> str:
        """The secret itself."""
        return self._secret


def read(environment: Mapping[str, str], file: str | None) -> Token:
    """The token in GATEWAY_TOKEN, or the first line of the file that GATEWAY_TOKEN_FILE names.

    Raises SettingError where neither, or both, are given, or where what they hold cannot be a token.
    """
    given = environment.get("GATEWAY_TOKEN", "")
    if given and file:
        raise SettingError("GATEWAY_TOKEN and GATEWAY_TOKEN_FILE are both set: keep one of them.")
    if file:
        return _checked(_first_line(Path(file)), f"GATEWAY_TOKEN_FILE ({file})")
    if given:
        return _checked(given.strip(), "GATEWAY_TOKEN")
    raise SettingError(
        "No token: set the environment variable GATEWAY_TOKEN, or GATEWAY_TOKEN_FILE to the path of a file "
        "that holds it (never -a or -s: other people of the machine can read those). "
        "The simulated gateway takes GATEWAY_TOKEN=simulator. README, section Settings, has them all."
    )


def _first_line(path: Path) -> str:
    try:
        return path.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"GATEWAY_TOKEN_FILE cannot be read: {error}") from error


def _checked(secret: str, where: str) -> Token:
    if not secret or len(secret) > 4096 or not secret.isprintable() or " " in secret:
        raise SettingError(f"{where} holds no usable token: one line of printable characters is expected.")
    return Token(secret)
