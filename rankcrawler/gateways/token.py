"""The gateway's tokens, read from the environment or a file, and never shown."""

import json
import re
from pathlib import Path

from rankcrawler.errors import SettingError
from rankcrawler.language import tr

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
"""What is written in one way everywhere."""
_SHORTEST_SECRET = 8
"""Characters. A shorter token is not masked in answers, because it would match unrelated text."""
_QUICKLY_FOUND = 64
"""Characters. Up to here, a search from the end takes half the time of one from the start; a text that is made to slow
it down costs the more, the longer the token is.
"""


class Token:
    """A secret that str, repr and our tracebacks do not show. Only the request may call `reveal`."""

    __slots__ = ("_form", "_odd", "_secret")

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._form = secret.encode()
        is_plain = _PLAIN.fullmatch(secret) is not None
        self._odd = None if is_plain else re.compile(b"".join(map(_spellings, secret)), re.IGNORECASE)
        """Finds a token that some programs would write in another way, if it is one."""

    def __repr__(self) -> str:
        return "Token(***)"

    def reveal(self) -> str:
        """The secret itself."""
        return self._secret

    def hidden_in(self, text: bytes) -> bytes:
        """The text with *** in place of the token, in any encoding in which a gateway may echo it."""
        if len(self._secret) < _SHORTEST_SECRET:
            return text
        if self._odd is not None:
            return self._odd.sub(b"***", text)
        if len(self._form) <= _QUICKLY_FOUND and text.rfind(self._form) < 0:
            return text
        return text.replace(self._form, b"***")


def _spellings(character: str) -> bytes:
    """A pattern for a character as it is, percent-encoded, or escaped as in JSON: URLs are quoted in many ways."""
    if _PLAIN.fullmatch(character):
        return re.escape(character).encode()
    raw = character.encode()
    percent = b"".join(b"%%%02x" % byte for byte in raw)
    return b"(?:%s)" % b"|".join({re.escape(each) for each in (raw, percent, *_escapes(character))})


def _escapes(character: str) -> list[bytes]:
    units = character.encode("utf-16-be")
    numbered = "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    return [json.dumps(character)[1:-1].encode(), numbered.encode(), f"\\{character}".encode()]


NO_TOKEN = Token("")
"""What a request to a gateway without tokens carries."""


def read(given: str, file: str | None) -> list[Token]:
    """The token in GATEWAY_TOKEN, or the tokens in the file GATEWAY_TOKEN_FILE, one per line.

    Raises SettingError if both are set, if neither is, or if a token cannot be used.
    """
    if given and file:
        raise SettingError(tr("GATEWAY_TOKEN and GATEWAY_TOKEN_FILE are both set: remove one of them."))
    if file:
        return _of_lines(_text(Path(file)), file)
    if given:
        return [_checked(given.strip(), "GATEWAY_TOKEN")]
    raise SettingError(
        tr(
            "No token is set. Set GATEWAY_TOKEN in the environment, or GATEWAY_TOKEN_FILE to the path of "
            "a file with one token per line. Do not use -a or -s, which other users of this machine can "
            "read. The simulated gateway takes GATEWAY_TOKEN=simulator. See docs/settings.md."
        )
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(tr("GATEWAY_TOKEN_FILE cannot be read: {error}", error=error)) from error


def _of_lines(text: str, file: str) -> list[Token]:
    """One token per line; skips blank lines and lines that start with #."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    secrets = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not secrets:
        raise SettingError(tr("GATEWAY_TOKEN_FILE ({file}) contains no token: expected one token per line.", file=file))
    first: dict[str, int] = {}
    for number, secret in secrets:
        if first.setdefault(secret, number) != number:
            raise SettingError(
                tr(
                    "GATEWAY_TOKEN_FILE ({file}) has the same token in lines {first} and {second}: remove one of them.",
                    file=file,
                    first=first[secret],
                    second=number,
                )
            )
    return [
        _checked(secret, tr("GATEWAY_TOKEN_FILE ({file}), line {number},", file=file, number=number))
        for number, secret in secrets
    ]


def _checked(secret: str, where: str) -> Token:
    if not secret or len(secret) > 4096 or not secret.isprintable() or " " in secret:
        raise SettingError(
            tr("{where} contains no usable token: expected printable characters without spaces.", where=where)
        )
    return Token(secret)
