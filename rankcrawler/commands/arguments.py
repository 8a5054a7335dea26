"""Options that several subcommands share."""

import argparse

from rankcrawler.commands.moments import moment
from rankcrawler.model.kinds import KINDS, RANKLIST
from rankcrawler.moments import FORMS

TIMES = f"a time such as {FORMS}"
"""How a TIME is written, for the help of options that take one."""


def add_kind(parser: argparse.ArgumentParser, help: str) -> None:  # noqa: A002 — as argparse calls it
    """Declare `--kind`; `help` says what the kind of list selects."""
    parser.add_argument("--kind", choices=KINDS, default=RANKLIST.name, help=f"{help} (default: %(default)s)")


def add_json(parser: argparse._ActionsContainer) -> None:
    """Declare `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_period(parser: argparse.ArgumentParser) -> None:
    """Declare `--since` and `--until`, which moments.resolve makes ISO 8601 text."""
    since = f"from this moment on; {TIMES} (default: the beginning)"
    parser.add_argument("--since", type=moment, default="1970-01-01T00:00Z", metavar="TIME", help=since)
    parser.add_argument("--until", type=moment, default="0s", metavar="TIME", help="before this moment (default: now)")
