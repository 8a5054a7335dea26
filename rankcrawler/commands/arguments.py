"""Options that several subcommands share."""

import argparse

from rankcrawler.commands import values
from rankcrawler.commands.moments import moment
from rankcrawler.language import marked, tr
from rankcrawler.model.kinds import KINDS, RANKLIST
from rankcrawler.moments import FORMS

TIMES = marked("a time such as {forms}")
"""How a TIME is written, for the help of options that take one."""


def add_kind(parser: argparse.ArgumentParser, help: str) -> None:  # noqa: A002 — as argparse calls it
    """Declare `--kind`; `help` says what the kind of list selects."""
    named, one_of = values.one_of(KINDS), values.listed(KINDS)
    default = tr("{help} (default: %(default)s)", help=help)
    parser.add_argument("--kind", type=named, metavar=one_of, default=RANKLIST.name, help=default)


def add_source(parser: argparse.ArgumentParser, help: str) -> None:  # noqa: A002 — as argparse calls it
    """Declare `--source`; `help` says what happens without it."""
    alone = tr("the gateway of that name alone (default: {default})", default=help)
    parser.add_argument("--source", metavar="NAME", help=alone)


def add_json(parser: argparse._ActionsContainer) -> None:
    """Declare `--json`."""
    parser.add_argument("--json", action="store_true", help=tr("print JSON"))


def add_period(parser: argparse.ArgumentParser) -> None:
    """Declare `--since` and `--until`, which moments.resolve makes ISO 8601 text."""
    since = tr("from this moment on; {times} (default: the beginning)", times=tr(TIMES, forms=tr(FORMS)))
    parser.add_argument("--since", type=moment, default="1970-01-01T00:00Z", metavar="TIME", help=since)
    parser.add_argument(
        "--until", type=moment, default="0s", metavar="TIME", help=tr("before this moment (default: now)")
    )
