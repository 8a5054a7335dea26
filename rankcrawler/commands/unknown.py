"""Words of a command line that mean nothing there, and what they were probably meant to be."""

import argparse
from collections.abc import Iterable, Iterator

from rankcrawler.language import tr
from rankcrawler.spelling import closest


def suggestion(words: Iterable[str], parser: argparse.ArgumentParser) -> str:
    """`: did you mean --since?` for the options among the words that resemble one of the parser's; else empty."""
    known = [option for action in parser._actions for option in action.option_strings]
    close = list(dict.fromkeys(_close(words, known)))
    return tr(": did you mean {names}?", names=tr(" or ").join(close)) if close else ""


def _close(words: Iterable[str], known: list[str]) -> Iterator[str]:
    for word in words:
        if word.startswith("--"):
            yield from closest(word.partition("=")[0], known)[:1]
