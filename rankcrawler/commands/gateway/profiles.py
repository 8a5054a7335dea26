"""`list` and `show`: the profiles of gateways."""

import argparse
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import msgspec

from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.gateway.lines import print_rows
from rankcrawler.commands.printing.text import escaped
from rankcrawler.commands.subcommands import Subcommand
from rankcrawler.gateways import profiles
from rankcrawler.gateways.profiles import Profile
from rankcrawler.options import Options

_HEADER = ("profile", "lists", "token", "a call", "about")


class GatewaySubcommand(Subcommand):
    """A subcommand of `scrapy gateway`."""

    @abstractmethod
    def run(self, options: Options, given: argparse.Namespace) -> int:
        """Do the work; returns the exit status."""


class List(GatewaySubcommand):
    """Lists the shipped profiles, and the one that is set."""

    name = "list"
    help = "List the profiles; the one in GATEWAY_PROFILE has a *"
    example = "list"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        add_json(parser)

    def run(self, options: Options, given: argparse.Namespace) -> int:
        """Print a line for each."""
        found = [profiles.named(name) for name in dict.fromkeys([*profiles.names(), options.gateway_profile])]
        if given.json:
            for profile in found:
                _print_json(profile)
        else:
            print_rows(_HEADER, (_row(profile, options) for profile in found))
        return 0


class Show(GatewaySubcommand):
    """Prints everything that a profile declares."""

    name = "show"
    help = "Print everything that a profile declares"
    example = "show tikhub"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which profile is shown."""
        named = "a name, or the path of a TOML file (default: GATEWAY_PROFILE)"
        parser.add_argument("named", nargs="?", metavar="PROFILE", help=named)  # Scrapy has an option --profile
        add_json(parser)

    def run(self, options: Options, given: argparse.Namespace) -> int:
        """Print a line for each value."""
        profile = profiles.named(given.named or options.gateway_profile)
        if given.json:
            _print_json(profile)
        else:
            print_rows(("key", "value"), _values("", msgspec.to_builtins(profile)))
        return 0


def price(profile: Profile) -> str:
    """What a good call costs."""
    limits = profile.limits
    return f"{limits.price:g} {limits.currency}" if limits.price else ""


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


def _print_json(profile: Profile) -> None:
    print(escaped(msgspec.json.encode(profile)))
