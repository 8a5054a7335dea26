"""What can be typed: every command with its subcommands, options and their values, as the parsers have them."""

import argparse
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scrapy.cmdline import ScrapyArgumentParser
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from rankcrawler.options import NAMES

NOTHING, FILE, CHOICE, TEXT = "nothing", "file", "choice", "text"
"""What an option takes."""
_FILES = re.compile(r"\b(FILE|FOLDER|PATH|DIR)\b")
_BRACES = re.compile(r"\{([\w,-]+)\}")
_LONGEST = 80
_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
_SETTING, _LEVEL = "--set", "--loglevel"
"""Scrapy's options whose values are known, although it does not say so."""


class Option(NamedTuple):
    """An option."""

    names: tuple[str, ...]
    about: str
    takes: str
    choices: tuple[str, ...] = ()
    """What it takes; what ends in = is the beginning of a word."""


class Word(NamedTuple):
    """A word that is no option, such as the name of a subcommand."""

    text: str
    about: str


class Place(NamedTuple):
    """What can follow the words of `path`, which are a command and a subcommand."""

    path: tuple[str, ...]
    words: tuple[Word, ...]
    options: tuple[Option, ...]


def places(commands: Mapping[str, ScrapyCommand], settings: Settings) -> Iterator[Place]:
    """Yield the place of the program itself, and that of each command and subcommand."""
    described = tuple(Word(name, _short(command.short_desc())) for name, command in sorted(commands.items()))
    general = (Option(("--help", "-h"), "", NOTHING), Option(("--version", "-V"), "", NOTHING))
    yield Place((), described, general)
    for name, command in sorted(commands.items()):
        parser = ScrapyArgumentParser(prog=name, conflict_handler="resolve")
        command.settings = settings
        command.add_options(parser)
        spiders = get_spider_loader(settings).list() if name in ("crawl", "check", "edit") else []
        yield from _within((name,), parser, tuple(Word(spider, "") for spider in spiders))


def _within(path: tuple[str, ...], parser: argparse.ArgumentParser, words: tuple[Word, ...]) -> Iterator[Place]:
    """Yield the place of a parser, and those of its subparsers."""
    options, below = [], []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            about = {each.dest: each.help or "" for each in action._choices_actions}
            words += tuple(Word(name, _short(about.get(name, ""))) for name in action._name_parser_map)
            below += list(action._name_parser_map.items())
        elif not action.option_strings:
            words += tuple(Word(str(choice), "") for choice in _choices(action))
        elif action.help != argparse.SUPPRESS:
            options.append(_option(parser, action))
    yield Place(path, words, tuple(options))
    for name, own in below:
        yield from _within((*path, name), own, ())


def _option(parser: argparse.ArgumentParser, action: argparse.Action) -> Option:
    names = tuple(sorted(action.option_strings, key=len, reverse=True))
    about = _short(parser._get_formatter()._expand_help(action) if action.help else "")
    choices = _known(names) or _choices(action)
    if action.nargs == 0:
        return Option(names, about, NOTHING)
    if choices:
        return Option(names, about, CHOICE, choices)
    return Option(names, about, FILE if _FILES.search(_metavar(action)) else TEXT)


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    if _SETTING in names:
        return tuple(f"{name}=" for name in sorted(NAMES))
    return _LEVELS if _LEVEL in names else ()


def _choices(action: argparse.Action) -> tuple[str, ...]:
    """The values that an action takes, if they are few: argparse's, or those that its help shows in braces."""
    if action.choices is not None:
        return tuple(map(str, action.choices))
    found = _BRACES.fullmatch(_metavar(action))
    return tuple(found[1].split(",")) if found else ()


def _metavar(action: argparse.Action) -> str:
    return action.metavar if isinstance(action.metavar, str) else ""


def _short(text: str) -> str:
    """The beginning of a help text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rsplit(' ', 1)[0]}…"
