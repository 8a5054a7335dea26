"""`scrapy store`: look into the store, and after it. What its sub-commands do is in rankcrawler.records.actions."""

import argparse
import os
import sys
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from rankcrawler.commands import OUR_SETTINGS
from rankcrawler.errors import RankcrawlerError, SettingError
from rankcrawler.model.items import KINDS

_OPTIONS = ("older_than", "room", "since", "until", "to", "json")


class Command(ScrapyCommand):
    """Exit status: 0 when it was done, else 1 with a line that says why not."""

    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = OUR_SETTINGS

    def syntax(self) -> str:
        """What follows the command's name."""
        return "migrate|status|purge|export|users|gains [argument] [options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Look into the store: its size, a user's rooms, who gave how much; export, purge and migrate it"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The command's own options."""
        super().add_options(parser)
        own = parser.add_argument_group(title="Store; times are 2026-11-23T12:00 (UTC), or 90m, 24h, 30d ago")
        own.add_argument("--kind", choices=KINDS, default="ranklist", help="of which lists (default: %(default)s)")
        own.add_argument("--older-than", metavar="TIME", help="purge: what is removed, by whole days")
        own.add_argument("--room", metavar="ID[,ID…]", help="export: which rooms, or all")
        own.add_argument("--since", metavar="TIME", help="export, gains: from when on (default: the beginning)")
        own.add_argument("--until", metavar="TIME", help="export, gains: before when (default: now)")
        own.add_argument("--to", metavar="FILE", help="export: ends in .parquet, .csv, .jsonl or .xlsx")
        own.add_argument("--json", action="store_true", help="status, users, gains: as JSON")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do one sub-command."""
        from rankcrawler.records.actions import ACTIONS
        from rankcrawler.store import locate

        assert self.settings is not None
        try:
            _check(args, opts)
            ACTIONS[args[0]].run(locate.url(self.settings), args[1:], opts)
            sys.stdout.flush()
        except RankcrawlerError as error:
            sys.exit(f"rankcrawler: {error}")
        except BrokenPipeError:  # whoever read this has read enough; Python would complain at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _check(args: list[str], opts: argparse.Namespace) -> None:
    from rankcrawler.records.actions import ACTIONS

    action = ACTIONS.get(args[0]) if args else None
    if action is None:
        raise SettingError(f"store: expected one of {', '.join(ACTIONS)}, not {args[0] if args else 'nothing'}")
    given = {name for name in _OPTIONS if getattr(opts, name) not in (None, False)}
    strange = [f"--{name.replace('_', '-')}" for name in sorted(given - action.options)]
    if strange:
        raise SettingError(f"store {args[0]}: does not take {', '.join(strange)}")
    if len(args) - 1 != action.words:
        raise SettingError(f"store {args[0]}: expected {action.usage or 'nothing more'}")
