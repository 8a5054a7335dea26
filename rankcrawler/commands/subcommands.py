"""Commands with subcommands: each subcommand is declared in one class, with its help, its options and its work."""

import argparse
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from rankcrawler.commands import helptext, program
from rankcrawler.commands.ending import one_line_errors, refuse
from rankcrawler.commands.printing.streams import prepare
from rankcrawler.commands.subparsers import Choice, HiddenOptions, Parser
from rankcrawler.commands.tool import Tool
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr

_MORE = marked("`{command} SUBCOMMAND --help` shows the options of one.")
_ALSO = marked("Scrapy's options, such as -s NAME=VALUE and -L LEVEL, work here too: `{command} --help` lists them.")


class Subcommand(ABC):
    """One subcommand. A base class for each command adds the method that does the work."""

    name: ClassVar[str]
    help: ClassVar[str]
    """One line, for the list of subcommands, marked for the catalogue."""
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
        prepare()
        name, used = self.name, f"{program.name()} {self.name}"
        choice = parser.add_subparsers(
            title=tr("Subcommands"),
            dest="subcommand",
            metavar="SUBCOMMAND",
            prog=used,
            action=Choice,
            parser_class=Parser,
        )
        for each in self.subcommands:
            own = choice.add_parser(
                each.name, help=tr(each.help), description=tr("{sentence}.", sentence=tr(each.help))
            )
            ScrapyCommand.add_options(self, HiddenOptions(own))  # type: ignore[arg-type]
            each.add_options(own)
            own.finish()
            helptext.finish(own, [f"{name} {each.example}"], tr(_ALSO, command=used))
            own.set_defaults(subcommand=each)
        super().add_options(parser)
        examples = [f"{name} {each.example}" for each in self.subcommands if each.example != each.name]
        helptext.finish(parser, examples, tr(_MORE, command=used))

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what stands before the subcommand and is not Scrapy's."""
        if args:
            refuse(
                tr(
                    "unrecognized arguments: {words}; write the options of a subcommand after its name",
                    words=" ".join(args),
                )
            )
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the subcommand that was named."""
        with one_line_errors():
            if opts.subcommand is None:
                raise SettingError(
                    tr(
                        "{name}: expected one of {names}",
                        name=self.name,
                        names=", ".join(each.name for each in self.subcommands),
                    )
                )
            self.exitcode = self.run_one(opts.subcommand, opts)
