"""Commands with subcommands: each subcommand is declared in one class, with its help, its options and its work."""

import argparse
from abc import ABC, abstractmethod
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter

from rankcrawler.commands.ending import one_line_errors, refuse
from rankcrawler.commands.tool import Tool
from rankcrawler.errors import SettingError

if TYPE_CHECKING:
    _SubParsersAction = argparse._SubParsersAction["_Parser"]
else:
    _SubParsersAction = argparse._SubParsersAction


class Subcommand(ABC):
    """One subcommand. A base class for each command adds the method that does the work."""

    name: ClassVar[str]
    help: ClassVar[str]
    """One line, for the list of subcommands."""
    example: ClassVar[str]
    """A command line that works, without the words `scrapy COMMAND`."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:  # noqa: B027 — some take none
        """Declare the options and arguments of the subcommand."""


class CommandGroup(Tool):
    """A command that does nothing but run its subcommands."""

    @property
    def name(self) -> str:
        """What the command is called: as the module that declares it."""
        return type(self).__module__.rpartition(".")[2]

    @property
    @abstractmethod
    def subcommands(self) -> Sequence[Subcommand]:
        """The subcommands, in the order of the help."""

    @abstractmethod
    def run_one(self, subcommand: Any, given: argparse.Namespace) -> int:
        """Run one of them; returns the exit status."""

    def syntax(self) -> str:
        """What follows the command's name."""
        return "SUBCOMMAND [options] [arguments]"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the subcommands. Scrapy's options work before a subcommand and after it."""
        name = self.name
        choice = parser.add_subparsers(
            title="Subcommands",
            dest="subcommand",
            metavar="SUBCOMMAND",
            prog=f"scrapy {name}",
            action=_Choice,
            parser_class=_Parser,
        )
        for each in self.subcommands:
            own = choice.add_parser(each.name, help=each.help, description=f"{each.help}.")
            ScrapyCommand.add_options(self, _Hidden(own))  # type: ignore[arg-type]
            each.add_options(own)
            own.finish(f"Example:\n  scrapy {name} {each.example}\n\n{_ALSO.format(name)}")
            own.set_defaults(subcommand=each)
        super().add_options(parser)
        examples = [f"  scrapy {name} {each.example}" for each in self.subcommands if each.example != each.name]
        parser.formatter_class = _HelpFormatter
        parser.epilog = "\n".join(["Examples:", *examples, "", _MORE.format(name)])

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what stands before the subcommand and is not Scrapy's."""
        if args:
            refuse(f"unrecognized arguments: {' '.join(args)}; write the options of a subcommand after its name")
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the subcommand that was named."""
        with one_line_errors():
            if opts.subcommand is None:
                raise SettingError(f"{self.name}: expected one of {', '.join(each.name for each in self.subcommands)}")
            self.exitcode = self.run_one(opts.subcommand, opts)


_MORE = "`scrapy {} SUBCOMMAND --help` shows the options of one."
_ALSO = "Scrapy's options, such as -s NAME=VALUE and -L LEVEL, work here too: `scrapy {} --help` lists them."


class _HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's, with the line breaks of the examples."""


class _Parser(argparse.ArgumentParser):
    """Parses a subcommand; an error is one line, and exit status 1."""

    def finish(self, epilog: str) -> None:
        """Call when every option is declared."""
        self.usage = self.format_usage().removeprefix("usage: ")  # parse_known_intermixed_args spoils any other
        self.formatter_class = _HelpFormatter
        self.epilog = epilog

    def error(self, message: str) -> NoReturn:
        """Exit, naming the option and what it takes."""
        refuse(f"{self.prog.removeprefix('scrapy ')}: {message.removeprefix('argument ')}")


class _Hidden:
    """Stands in for a parser: what is added works there, and is neither in its help nor in its defaults."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parser = parser

    def add_argument_group(self, **_: Any) -> "_Hidden":
        """A group of hidden options has no title."""
        return self

    def add_argument(self, *names: str, **facts: Any) -> argparse.Action:
        """Declare an option."""
        hidden = {"help": argparse.SUPPRESS, "default": argparse.SUPPRESS}
        return self._parser.add_argument(*names, **facts | hidden)


class _Choice(_SubParsersAction):
    """Picks the parser of a subcommand, names the closest one for a slip, and keeps the -s before its name."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.choices = None  # type: ignore[assignment]  # or argparse refuses an unknown name before __call__ can

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        """Parse the words behind the name, options and arguments in any order."""
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
