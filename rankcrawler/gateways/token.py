"""The tokens: read from the environment or a file, shown to nobody."""

import json
from pathlib import Path
from urllib.parse import quote, quote_plus

from rankcrawler.errors import SettingError

_SHORTEST_SECRET = 8
"""Characters below which a token is not looked for in answers: it would be found where it does not stand."""


class Token:
    """A secret that neither str, repr nor a traceback of ours shows; `reveal` is for the request alone."""

    __slots__ = ("_forms", "_secret")

    def __init__(self, secret: str) -> None:
        self._secret = secret
        written = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
        self._forms = sorted((form.encode() for form in written), key=len, reverse=True)

    def __repr__(self) -> str:
        return "Token(***)"

    def reveal(self) -> str:
        """The secret itself."""
        return self._secret

    def hidden_in(self, text: bytes) -> bytes:
        """The text with *** in the place of the token, however it is written there: a gateway may echo it."""
        if len(self._secret) >= _SHORTEST_SECRET:
            for form in self._forms:
                text = text.replace(form, b"***")
        return text


def read(given: str, file: str | None) -> list[Token]:
    """The token given in GATEWAY_TOKEN, or the tokens in the file that GATEWAY_TOKEN_FILE names, one a line.

    Raises SettingError where neither, or both, are given, or where what they hold cannot be a token.
    """
    if given and file:
        raise SettingError("GATEWAY_TOKEN and GATEWAY_TOKEN_FILE are both set: keep one of them.")
    if file:
        return _of_lines(_text(Path(file)), file)
    if given:
        return [_checked(given.strip(), "GATEWAY_TOKEN")]
    raise SettingError(
        "No token: set the environment variable GATEWAY_TOKEN, or GATEWAY_TOKEN_FILE to the path of a file "
        "that holds it (never -a or -s: other people of the machine can read those). "
        "The simulated gateway takes GATEWAY_TOKEN=simulator. README, section Settings, has them all."
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"GATEWAY_TOKEN_FILE cannot be read: {error}") from error


def _of_lines(text: str, file: str) -> list[Token]:
    """A token for each line; blank lines and those that begin with # are passed over."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    held = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not held:
        raise SettingError(f"GATEWAY_TOKEN_FILE ({file}) holds no token: a line for each is expected.")
    first: dict[str, int] = {}
    for number, secret in held:
        if first.setdefault(secret, number) != number:
            twice = f"lines {first[secret]} and {number} hold the same token"
            raise SettingError(f"GATEWAY_TOKEN_FILE ({file}): {twice}, which has one quota.")
    return [_checked(secret, f"GATEWAY_TOKEN_FILE ({file}), line {number},") for number, secret in held]


def _checked(secret: str, where: str) -> Token:
    if not secret or len(secret) > 4096 or not secret.isprintable() or " " in secret:
        raise SettingError(f"{where} holds no usable token: one line of printable characters is expected.")
    return Token(secret)
