"""Command lines parsed without a process, as Scrapy parses them."""

import argparse
from importlib import import_module

from scrapy.cmdline import ScrapyArgumentParser
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings


def parsed(name: str, *words: str) -> argparse.Namespace:
    """What the command of that name is run with; SystemExit where it refuses the words."""
    command: ScrapyCommand = import_module(f"rankcrawler.commands.entry.{name}").Command()
    command.settings = Settings(command.default_settings)
    parser = ScrapyArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    given, strange = parser.parse_known_args(words)
    command.process_options(strange, given)
    return given
