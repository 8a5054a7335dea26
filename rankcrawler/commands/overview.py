"""The list of commands, ours before Scrapy's own, and what is said of a command that does not exist."""

import sys
from collections.abc import Iterable
from itertools import chain
from typing import NoReturn

import scrapy
from scrapy import cmdline
from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings

from rankcrawler import __version__
from rankcrawler.commands import program
from rankcrawler.commands.ending import refuse
from rankcrawler.commands.printing.streams import prepare
from rankcrawler.language import tr
from rankcrawler.spelling import hint

_ORDER = (
    *("init", "doctor", "crawl", "fleet", "rooms", "anchors", "store", "serve", "alerts"),
    *("gateway", "rank", "simulate", "demo"),
    "completion",
)
_EXAMPLES = (
    "demo",
    "init",
    "crawl ranklist -a rooms=rooms.jsonl -O ranks.jsonl",
    "fleet --workers 4 -a rooms=rooms.jsonl",
    "rooms status --watch",
    "store top --day today",
    "rank 6994259511469247263",
)


_VERSION = {"--version", "-V"}
_HELP = {"--help", "-h"}


def answer(words: list[str]) -> None:
    """Answer `--version`, and refuse other options that stand without a command; Scrapy does the rest."""
    if not words or any(not word.startswith("-") for word in words):
        return
    prepare()
    if not _VERSION.isdisjoint(words):
        print(version())
        sys.exit()
    if not _HELP.issuperset(words):
        refuse(tr("{word}: expected a command, --help or --version", word=words[0]), 2)


def install() -> None:
    """Have Scrapy print these instead of its own. It offers no setting for them, and asks for both by name."""
    cmdline._print_commands = print_commands
    cmdline._print_unknown_command = refuse_unknown


def version() -> str:
    """The versions of this program and of what it runs on."""
    python = ".".join(map(str, sys.version_info[:3]))
    return f"rankcrawler {__version__} (Scrapy {scrapy.__version__}, Python {python})"


def print_commands(settings: BaseSettings, inproject: bool) -> None:
    """Print every command with a line about it, and examples."""
    prepare()
    print("\n".join(lines(cmdline._get_commands_dict(settings, inproject))))


def refuse_unknown(settings: BaseSettings, cmdname: str, inproject: bool) -> NoReturn:
    """Exit with status 2, naming the command that was probably meant."""
    prepare()
    known = cmdline._get_commands_dict(settings, inproject)
    lists = tr("`{program}` lists the commands", program=program.name())
    refuse(tr("{name} is not a command: {hint}", name=cmdname, hint=hint(cmdname, known, lists)), 2)


def lines(commands: dict[str, ScrapyCommand]) -> list[str]:
    """The overview of these commands, by name."""
    scrapys = {name for name, command in commands.items() if type(command).__module__.startswith("scrapy.")}
    others = sorted(commands.keys() - scrapys, key=lambda name: (_ORDER.index(name) if name in _ORDER else 99, name))
    used = program.name()
    return [
        tr("rankcrawler polls the gift rank lists of live rooms, and loses none of them."),
        "",
        *(tr("Usage:"), tr("  {program} COMMAND [options] [arguments]", program=used), ""),
        *chain([tr("Commands:")], _described(others, commands), [""]),
        *chain([tr("Scrapy's own:")], _described(sorted(scrapys), commands), [""]),
        *chain([tr("Examples:")], (f"  {used} {example}" for example in _EXAMPLES), [""]),
        tr("`{program} COMMAND --help` shows the options of a command.", program=used),
    ]


def _described(names: Iterable[str], commands: dict[str, ScrapyCommand]) -> list[str]:
    return [f"  {name:<13} {commands[name].short_desc()}" for name in names]
