"""How subcommands are parsed: argparse's subparsers, with Scrapy's options on both sides and errors in one line."""

import argparse
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

from scrapy.commands import ScrapyHelpFormatter

from rankcrawler.commands.ending import refuse

if TYPE_CHECKING:
    _SubParsersAction = argparse._SubParsersAction["Parser"]
else:
    _SubParsersAction = argparse._SubParsersAction


class HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's, but keeps the line breaks of the examples."""


class Parser(argparse.ArgumentParser):
    """Parses a subcommand; an error is one line, and exit status 1."""

    def finish(self, epilog: str) -> None:
        """Set the usage and the epilog, once every option is declared."""
        self.usage = self.format_usage().removeprefix("usage: ")  # parse_known_intermixed_args spoils any other
        self.formatter_class = HelpFormatter
        self.epilog = epilog

    def error(self, message: str) -> NoReturn:
        """Exit, naming the option and what it takes."""
        refuse(f"{self.prog.removeprefix('scrapy ')}: {message.removeprefix('argument ')}")


class HiddenOptions:
    """Adds options to a parser that work, and appear neither in its help nor in its defaults."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parser = parser

    def add_argument_group(self, **_: Any) -> "HiddenOptions":
        """A group of hidden options has no title."""
        return self

    def add_argument(self, *names: str, **facts: Any) -> argparse.Action:
        """Declare an option."""
        hidden = {"help": argparse.SUPPRESS, "default": argparse.SUPPRESS}
        return self._parser.add_argument(*names, **facts | hidden)


class Choice(_SubParsersAction):
    """Picks the parser of a subcommand, suggests the closest name for a typo, and keeps any -s before the name."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.choices = None  # type: ignore[assignment]  # or argparse refuses an unknown name before __call__ can

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        """Parse what follows the name, with options and arguments in any order."""
        name, *words = values
        if name not in self._name_parser_map:
            refuse(self._unknown(name))
        own = self._name_parser_map[name]
        given, strange = own.parse_known_intermixed_args(words)
        if strange:
            own.error(f"does not take {' '.join(strange)}")
        given.set = namespace.set + getattr(given, "set", [])
        vars(namespace).update(vars(given))

    def _unknown(self, name: str) -> str:
        closest = get_close_matches(name, self._name_parser_map, n=1)
        if closest:
            return f"{name} is not a subcommand: did you mean {closest[0]}?"
        return f"{name} is not a subcommand: expected one of {', '.join(self._name_parser_map)}"
