"""A command that starts no crawler in its own process, and works inside and outside a project."""

import argparse
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from rankcrawler import settings
from rankcrawler.commands import helptext, unknown
from rankcrawler.commands.ending import warn_of_env_file
from rankcrawler.commands.printing.streams import prepare
from rankcrawler.language import tr
from rankcrawler.options import Options

_OUR_SETTINGS: dict[str, Any] = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}


class Tool(ScrapyCommand):
    """The settings of a foreign project come before ours. Refuses words and options that it does not know."""

    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = _OUR_SETTINGS
    examples: ClassVar[tuple[str, ...]] = ()
    """Command lines that work, without the program's name."""
    _parser: argparse.ArgumentParser

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare Scrapy's options, with the command's examples below; a command adds its own.

        Nothing is printed before this.
        """
        prepare()
        parser.description = self.long_desc()
        super().add_options(parser)
        helptext.finish(parser, self.examples)
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Apply Scrapy's options; `args` is what argparse could not place."""
        super().process_options(args, opts)
        warn_of_env_file()
        if args:
            raise UsageError(
                tr(
                    "unrecognized arguments: {words}{meant}",
                    words=" ".join(args),
                    meant=unknown.suggestion(args, self._parser),
                ),
                print_help=False,
            )

    @property
    def options(self) -> Options:
        """Our settings, checked; raises SettingError."""
        assert self.settings is not None
        return Options.of(self.settings)
