"""The standard streams of a command: no text fails it, whatever their encoding, and its messages are the user's."""

import codecs
import io
import sys

from rankcrawler.commands.printing.text import in_ascii
from rankcrawler.language import speak

_IN_ASCII = "rankcrawler.in_ascii"
"""The name under which Python knows how we write characters that an encoding does not have."""


def prepare() -> None:
    """Make whatever is printed from now on reach the user: in any encoding, and in the user's language."""
    accept_any_text()
    speak(encodings=(sys.stdout.encoding or "utf-8", sys.stderr.encoding or "utf-8"))


def accept_any_text() -> None:
    """Make the standard streams take any text: what their encoding lacks is escaped, and what it cannot read is �."""
    codecs.register_error(_IN_ASCII, _replacement)
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, _IN_ASCII), (sys.stderr, _IN_ASCII)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _replacement(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that cannot be written, as the codecs ask for it."""
    assert isinstance(error, UnicodeEncodeError)
    return in_ascii(error.object[error.start : error.end]), error.end
