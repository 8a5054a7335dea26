"""What templates can do with values."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import msgspec
from markupsafe import Markup

from rankcrawler.insight import certainty
from rankcrawler.language import tr
from rankcrawler.serve.pages.spark import HEIGHT, WIDTH
from rankcrawler.serve.pages.wording import UNKNOWN

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""What must not stand in JSON within a page."""


def as_json(value: Any) -> Markup:
    """A value as JSON that may stand in a script element which is no script."""
    text = msgspec.json.encode(value).decode()
    return Markup("".join(_UNSAFE.get(each, each) for each in text))  # noqa: S704 — nothing in it can end the element


def part(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")


def code(text: str) -> Markup:
    """A text with what stands between backticks marked as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part_) if place % 2 else part_ for place, part_ in enumerate(parts)
    )


def sentence(text: str) -> str:
    """A text as a sentence begins: with a capital letter, if it begins with a letter."""
    return text[:1].upper() + text[1:]


def list_of(texts: Iterable[str]) -> str:
    """Texts with commas between them, as the language has them."""
    return tr(", ").join(texts)


FILTERS: dict[str, Callable[..., Any]] = {
    "json": as_json,
    "path": part,
    "code": code,
    "sentence": sentence,
    "list_of": list_of,
}
GLOBALS: dict[str, Any] = {
    "certainty": certainty.lines,
    "unknown": UNKNOWN,
    "spark_width": WIDTH,
    "spark_height": HEIGHT,
}
