"""How subcommands are parsed: argparse's subparsers, with Scrapy's options on both sides and errors in one line."""

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

from rankcrawler.commands import program
from rankcrawler.commands.ending import refuse
from rankcrawler.commands.unknown import suggestion
from rankcrawler.language import tr
from rankcrawler.spelling import hint

if TYPE_CHECKING:
    _SubParsersAction = argparse._SubParsersAction["Parser"]
else:
    _SubParsersAction = argparse._SubParsersAction


class Parser(argparse.ArgumentParser):
    """Parses a subcommand; an error is one line, and exit status 1."""

    def finish(self) -> None:
        """Fix the usage, once every option is declared: parse_known_intermixed_args would spoil it."""
        self.usage = self.format_usage().removeprefix("usage: ")

    def error(self, message: str) -> NoReturn:
        """Exit, naming the option and what it takes."""
        command = self.prog.removeprefix(f"{program.name()} ")
        refuse(tr("{command}: {error}", command=command, error=message.removeprefix("argument ")))


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
            own.error(tr("does not take {words}{meant}", words=" ".join(strange), meant=suggestion(strange, own)))
        given.set = namespace.set + getattr(given, "set", [])
        vars(namespace).update(vars(given))

    def _unknown(self, name: str) -> str:
        known = self._name_parser_map
        one_of = tr("expected one of {names}", names=", ".join(known))
        return tr("{name} is not a subcommand: {hint}", name=name, hint=hint(name, known, one_of))
