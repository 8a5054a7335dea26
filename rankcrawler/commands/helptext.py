"""The look of `--help`: Scrapy's, but the letters of a heading and the lines of examples stay as they are."""

import argparse
from collections.abc import Sequence

from scrapy.commands import ScrapyHelpFormatter

from rankcrawler.commands import program
from rankcrawler.language import marked, marked_both, tr

_SCRAPYS = "Global Options"
"""Scrapy's title for the options that every command has."""
OPTIONS_OF_SCRAPY = marked("Scrapy's options")


ARGPARSES = (
    marked("options"),
    marked("positional arguments"),
    marked("the following arguments are required: %s"),
    marked("one of the arguments %s is required"),
    marked("argument %(argument_name)s: %(message)s"),
    marked("not allowed with argument %s"),
    marked("ignored explicit argument %r"),
    marked("expected one argument"),
    marked("expected at least one argument"),
    marked("expected at most one argument"),
    marked("invalid choice: %(value)r (choose from %(choices)s)"),
    marked("invalid %(type)s value: %(value)r"),
    marked("ambiguous option: %(option)s could match %(matches)s"),
    marked("%(prog)s: error: %(message)s\n"),
    marked_both("expected %s argument", "expected %s arguments"),
)
"""What argparse says. It looks its messages up in the catalogue that language.speak() names."""


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
        title = OPTIONS_OF_SCRAPY if group.title == _SCRAPYS else group.title
        group.title = title and tr(title)
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):  # made before the language was known
            action.help = tr("show this help message and exit")
    word = tr("Example:") if len(examples) == 1 else tr("Examples:")
    lines = [word, *(f"  {program.name()} {example}" for example in examples)]
    parser.epilog = "\n".join(lines + [line for text in more for line in ("", text)])


def _heading(part: str) -> str:
    title = part.removesuffix(":\n")
    return _underlined(title[:1].upper() + title[1:])


def _usage(part: str) -> str:
    if not part.startswith("usage: "):
        return part
    return f"{_underlined(tr('Usage:').rstrip(':：'))}  {part.removeprefix('usage: ')}"


def _underlined(title: str) -> str:
    from rich.cells import cell_len  # Scrapy imports every command at every start

    return f"{title}\n{'=' * cell_len(title)}\n"
