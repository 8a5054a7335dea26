"""The look of `--help`: Scrapy's, but the letters of a heading and the lines of examples stay as they are."""

import argparse
from collections.abc import Sequence

from scrapy.commands import ScrapyHelpFormatter

from rankcrawler.commands import program

_SCRAPYS = "Global Options"
"""Scrapy's title for the options that every command has."""
OPTIONS_OF_SCRAPY = "Scrapy's options"


class HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Underlines headings. Scrapy's own formatter writes each of their words with a capital, as in `90M`."""

    def format_part_strings(self, part_strings: list[str]) -> list[str]:
        """The parts of a help text, with a line below each heading."""
        return [_heading(part) if part.endswith(":\n") else _usage(part) for part in part_strings]


def finish(parser: argparse.ArgumentParser, examples: Sequence[str], *more: str) -> None:
    """Give a command's parser our look, and examples: command lines without the program's name."""
    parser.formatter_class = HelpFormatter
    if parser.usage:
        parser.usage = parser.usage.replace("scrapy", program.name(), 1)
    for group in parser._action_groups:
        if group.title == _SCRAPYS:
            group.title = OPTIONS_OF_SCRAPY
    word = "Example:" if len(examples) == 1 else "Examples:"
    lines = [word, *(f"  {program.name()} {example}" for example in examples)]
    parser.epilog = "\n".join(lines + [line for text in more for line in ("", text)])


def _heading(part: str) -> str:
    title = part.removesuffix(":\n")
    title = title[:1].upper() + title[1:]
    return f"{title}\n{'=' * len(title)}\n"


def _usage(part: str) -> str:
    return f"Usage\n=====\n  {part.removeprefix('usage: ')}" if part.startswith("usage: ") else part
