"""The language of what commands print: English, or another that has a catalogue in `locale/`.

Messages are English in the source, and marked by the functions below. A command calls speak() before it prints, and
only then are they translated: log lines, and reasons that a crawl stores, stay English on every machine of a fleet.
"""

import gettext
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from io import BytesIO

DOMAIN = "rankcrawler"
CATALOGUES = {"zh_CN": "音浪"}
"""The languages that there are, each with characters that a terminal must have to show it."""
_ALIKE = {"zh": "zh_CN", "zh_SG": "zh_CN", "zh_Hans": "zh_CN", "zh_Hans_CN": "zh_CN", "zh_Hans_SG": "zh_CN"}
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name a language; the first that is set counts."""

_ENGLISH = gettext.NullTranslations()
_spoken = _ENGLISH


def tr(message: str, /, **values: object) -> str:
    """The message in the language that is spoken, with its {placeholders} filled in if there are values."""
    text = _spoken.gettext(message) if message else ""  # the catalogue's header is that of the empty message
    return text.format(**values) if values else text


def counted(one: str, several: str, number: int, /, **values: object) -> str:
    """One of two messages, by a number. {number} is the number, with commas between thousands."""
    return _spoken.ngettext(one, several, number).format(number=f"{number:,}", **values)


def marked(message: str) -> str:
    """The message as it is, marked for the catalogue: it is translated later, by `tr`."""
    return message


def marked_both(one: str, several: str) -> tuple[str, str]:
    """Two messages as they are, which are translated later, by `counted`."""
    return one, several


def speak(environment: Mapping[str, str] = os.environ, encodings: tuple[str, ...] = ()) -> None:
    """Speak the user's language from now on; English where it has no catalogue, or an encoding cannot show it."""
    global _spoken
    name = chosen(environment)
    is_shown = name is not None and all(_has(encoding, CATALOGUES[name]) for encoding in encodings)
    _spoken = _catalogue(name) if name is not None and is_shown else _ENGLISH
    gettext.bindtextdomain(DOMAIN, str(files("rankcrawler").joinpath("locale")))  # for argparse
    gettext.textdomain("messages" if _spoken is _ENGLISH else DOMAIN)


def chosen(environment: Mapping[str, str]) -> str | None:
    """The catalogue of the language that the environment names first; None for English, and where there is none."""
    named = next(filter(None, map(environment.get, _VARIABLES)), "")
    for each in named.split(":"):
        name = each.partition(".")[0].partition("@")[0].replace("-", "_")
        if _ALIKE.get(name, name) in CATALOGUES:
            return _ALIKE.get(name, name)
        if name.partition("_")[0] in ("en", "C", "POSIX"):
            return None
    return None


@contextmanager
def english() -> Iterator[None]:
    """Speak English meanwhile: for what is logged or stored."""
    global _spoken
    before, _spoken = _spoken, _ENGLISH
    try:
        yield
    finally:
        _spoken = before


def _catalogue(name: str) -> gettext.NullTranslations:
    compiled = files("rankcrawler").joinpath("locale", name, "LC_MESSAGES", f"{DOMAIN}.mo")
    return gettext.GNUTranslations(BytesIO(compiled.read_bytes()))


def _has(encoding: str, characters: str) -> bool:
    try:
        characters.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
