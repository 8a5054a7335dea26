"""The stages of a poll: finds the one that a stack is in."""

import re
from collections.abc import Iterable, Iterator
from types import FrameType

STAGES = (  # the first that matches a frame, from the tip of the stack down; most particular first
    ("unpack gzip", r"rankcrawler/gateways/gzipped\.py:gunzip"),
    ("decode", r"rankcrawler/gateways/wire/(reader|schema|contributor)\.py"),
    ("make the snapshot", r"rankcrawler/gateways/wire/"),
    ("rules", r"rankcrawler/(model/rules\.py|pipelines/validate\.py)"),
    ("store", r"rankcrawler/store/|/psycopg"),
    ("queue: lease and settle", r"rankcrawler/queue/|site-packages/redis/"),
    ("HTTP", r"rankcrawler/(gateways/|handler\.py)|site-packages/(aiohttp|yarl|multidict)/"),
    ("Scrapy: engine, signals, items", r"site-packages/(scrapy|twisted|itemadapter)/|rankcrawler/"),
)
REST = "event loop, and what no stage claims"
NAMES = (*(name for name, _ in STAGES), REST)
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in STAGES)


def frames(tip: FrameType | None) -> Iterator[str]:
    """Yield the frames of a stack as `path:function`, innermost first."""
    while tip is not None:
        yield f"{tip.f_code.co_filename}:{tip.f_code.co_name}"
        tip = tip.f_back


def stage_of(stack: Iterable[str]) -> str:
    """Return the stage of the innermost frame that has one, else REST."""
    for frame in stack:
        for name, pattern in _PATTERNS:
            if pattern.search(frame):
                return name
    return REST
