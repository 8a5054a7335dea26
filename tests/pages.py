"""What a page of the documents has the reader type, and what it says that follows."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*) -->\n)?^```(?P<language>sh|python|sql)\n(?P<code>.*?)^```$"
    r"(?:\n\n```text\n(?P<shown>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A block of code."""

    document: str
    number: int
    mark: str
    """The comment above it."""
    language: str
    code: str
    shown: str | None
    """What stands below it, and is printed."""


def blocks(document: str) -> list[Block]:
    """The blocks of a document that are commands, Python or SQL."""
    found = _BLOCK.finditer((ROOT / document).read_text("utf-8"))
    return [
        Block(document, number, each["mark"] or "", each["language"], each["code"], each["shown"])
        for number, each in enumerate(found, start=1)
    ]


def is_shown(printed: str, shown: str) -> bool:
    """Whether a page shows what was printed, up to blanks within lines; … stands for anything."""
    wanted = re.escape(_blanked(shown)).replace("…\\\n", r"(?:.*\n)*?").replace("…", r".*")
    return re.fullmatch(wanted, _blanked(printed)) is not None


def _blanked(text: str) -> str:
    return "".join(" ".join(line.split()) + "\n" for line in text.splitlines())
