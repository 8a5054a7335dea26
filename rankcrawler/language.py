"""The language of what commands print and pages show: English, or another that has a catalogue in `locale/`.

Messages are English in the source, and marked by the functions below. A command calls speak() before it prints, and
only then are they translated: log lines, and reasons that a crawl stores, stay English on every machine of a fleet.
What is served to many people speaks the language of each: `within` sets it for one request alone.
"""

import gettext
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from io import BytesIO

DOMAIN = "rankcrawler"
CATALOGUES = {"zh_CN": "音浪"}
"""The languages that there are, each with characters that a terminal must have to show it."""
_ALIKE = {"zh": "zh_CN", "zh_SG": "zh_CN", "zh_Hans": "zh_CN", "zh_Hans_CN": "zh_CN", "zh_Hans_SG": "zh_CN"}
_WEIGHT = re.compile(r"[01](\.\d{0,3})?", re.ASCII)
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name a language; the first that is set counts."""

ENGLISH = "en"
"""The name of the language that needs no catalogue."""

_ENGLISH = gettext.NullTranslations()
_spoken = _ENGLISH
_asked: ContextVar[str | None] = ContextVar("asked", default=None)
"""The language of what is served now; None for the one that the process speaks."""


def tr(message: str, /, **values: object) -> str:
    """The message in the language that is spoken, with its {placeholders} filled in if there are values."""
    text = _translations().gettext(message) if message else ""  # the catalogue's header is that of the empty message
    return text.format(**values) if values else text


def counted(one: str, several: str, number: int, /, **values: object) -> str:
    """One of two messages, by a number. {number} is the number, with commas between thousands."""
    return _translations().ngettext(one, several, number).format(number=f"{number:,}", **values)


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


def preferred(accepted: str) -> str | None:
    """The language that a header Accept-Language prefers: a catalogue's or ENGLISH; None if it names neither."""
    offers = (each.partition(";") for each in accepted.split(","))
    best = sorted((-_weight(weight), place, tag.strip()) for place, (tag, _, weight) in enumerate(offers))
    return next(filter(None, (_known(tag) for weight, _, tag in best if weight)), None)


@contextmanager
def within(name: str | None) -> Iterator[None]:
    """Speak a language meanwhile, in this context alone; None for the one that the process speaks."""
    before = _asked.set(name)
    try:
        yield
    finally:
        _asked.reset(before)


def spoken() -> str:
    """The name of the language that is spoken: a catalogue's, or ENGLISH."""
    asked = _asked.get()
    if asked is not None:
        return asked
    return next((name for name in CATALOGUES if _spoken is _catalogue(name)), ENGLISH)


@contextmanager
def english() -> Iterator[None]:
    """Speak English meanwhile: for what is logged or stored."""
    global _spoken
    before, _spoken = _spoken, _ENGLISH
    try:
        with within(None):
            yield
    finally:
        _spoken = before


def _translations() -> gettext.NullTranslations:
    asked = _asked.get()
    if asked is None:
        return _spoken
    return _ENGLISH if asked == ENGLISH else _catalogue(asked)


def _known(tag: str) -> str | None:
    """The language that a tag such as `zh-Hans-CN` means, if there is one."""
    name = tag.replace("-", "_")
    exact = next((each for each in (*CATALOGUES, *_ALIKE) if each.lower() == name.lower()), None)
    if exact is not None:
        return _ALIKE.get(exact, exact)
    return ENGLISH if name.lower().partition("_")[0] == ENGLISH else None


def _weight(text: str) -> float:
    """`q=0.8` → 0.8; 1 if it is missing, and 0 if it is no number."""
    value = text.strip().removeprefix("q=") if text.strip() else "1"
    return float(value) if _WEIGHT.fullmatch(value) else 0.0


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    compiled = files("rankcrawler").joinpath("locale", name, "LC_MESSAGES", f"{DOMAIN}.mo")
    return gettext.GNUTranslations(BytesIO(compiled.read_bytes()))


def _has(encoding: str, characters: str) -> bool:
    try:
        characters.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
