"""`rankcrawler completion`: print what a shell needs to complete command lines."""

import argparse
from typing import ClassVar

from scrapy import cmdline

from rankcrawler.commands.ending import one_line_errors
from rankcrawler.commands.tool import Tool
from rankcrawler.language import tr

_SHELLS = ("bash", "zsh", "fish")


class Command(Tool):
    """Prints a script, whose first line says where it goes."""

    examples: ClassVar[tuple[str, ...]] = ("completion bash", "completion zsh", "completion fish")

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options] {bash,zsh,fish}"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Print the completion of command lines for a shell")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the shell."""
        super().add_options(parser)
        parser.add_argument("shell", choices=_SHELLS, help=tr("whose completion is printed"))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the script."""
        from rankcrawler.commands.completion import bash, fish, zsh
        from rankcrawler.commands.completion.words import places

        with one_line_errors():
            assert self.settings is not None
            commands = cmdline._get_commands_dict(self.settings, inproject=True)
            write = {"bash": bash.script, "zsh": zsh.script, "fish": fish.script}[opts.shell]
            print(write("rankcrawler", list(places(commands, self.settings))), end="")
