"""`list` and `show`: the profiles of gateways."""

import argparse
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.text import Text

from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.tables import Column, Table
from rankcrawler.commands.subcommands import Subcommand
from rankcrawler.gateways import profiles
from rankcrawler.gateways.profiles import Profile
from rankcrawler.language import marked, tr
from rankcrawler.options import Options

_COLUMNS: tuple[Column[tuple[str, ...]], ...] = (
    Column(marked("profile"), lambda row: row[0], 1),
    Column(marked("kinds of list"), lambda row: row[1], 2),
    Column(marked("token"), lambda row: row[2], 3),
    Column(marked("a call"), lambda row: row[3], 4, is_number=True),
    Column(marked("about"), lambda row: tr(row[4]), is_long=True),
)


class GatewaySubcommand(Subcommand):
    """A subcommand of `scrapy gateway`."""

    @abstractmethod
    def run(self, options: Options, given: argparse.Namespace) -> int:
        """Do the work; returns the exit status."""


class List(GatewaySubcommand):
    """Lists the shipped profiles, and the one that is set."""

    name = "list"
    help = marked("List the profiles; the one in GATEWAY_PROFILE has a *")
    example = "list"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        add_json(parser)

    def run(self, options: Options, given: argparse.Namespace) -> int:
        """Print a line for each: a table on a terminal, otherwise lines with tabs."""
        found = [profiles.named(name) for name in dict.fromkeys([*profiles.names(), options.gateway_profile])]
        if given.json:
            for profile in found:
                show_json(profile)
        else:
            _print([_row(profile, options) for profile in found])
        return 0


class Show(GatewaySubcommand):
    """Prints everything that a profile declares."""

    name = "show"
    help = marked("Print everything that a profile declares")
    example = "show tikhub"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which profile is shown."""
        named = tr("a name, or the path of a TOML file (default: GATEWAY_PROFILE)")
        parser.add_argument("named", nargs="?", metavar="PROFILE", help=named)  # Scrapy has an option --profile
        add_json(parser)

    def run(self, options: Options, given: argparse.Namespace) -> int:
        """Print a line for each value."""
        profile = profiles.named(given.named or options.gateway_profile)
        if given.json:
            show_json(profile)
        else:
            show_lines(facts.lines(_values("", msgspec.to_builtins(profile)), Screen.stdout()))
        return 0


def price(profile: Profile) -> str:
    """What a good call costs."""
    limits = profile.limits
    return f"{limits.price:g} {limits.currency}" if limits.price else ""


def _print(rows: Sequence[tuple[str, ...]]) -> None:
    screen = Screen.stdout()
    if screen.width is None:
        show_lines(Text("\t".join(map(screen.text, row))) for row in rows)
    else:
        show_lines(Table(_COLUMNS, rows).lines(screen))


def _row(profile: Profile, options: Options) -> tuple[str, ...]:
    is_set = profiles.named(options.gateway_profile) == profile
    return f"{profile.name}{' *' * is_set}", " ".join(profile.lists), profile.token, price(profile), profile.about


def _values(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield each value with its key; what is not set is left out."""
    if isinstance(value, dict):
        for name, within in value.items():
            yield from _values(f"{key}.{name}" if key else name, within)
    elif value not in (None, [], ()):
        yield key, value if isinstance(value, str) else msgspec.json.encode(value).decode()
