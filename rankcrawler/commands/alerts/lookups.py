"""`list` and `history`: print the rules, and what they have fired."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from rankcrawler import durations, moments
from rankcrawler.alerts import book, wording
from rankcrawler.alerts.book import Fired
from rankcrawler.alerts.headline import headline
from rankcrawler.alerts.rule import Kept
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.clock import iso
from rankcrawler.commands import values
from rankcrawler.commands.alerts.rules import AlertsSubcommand
from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.tables import Column, Table
from rankcrawler.language import marked, tr
from rankcrawler.options import Options

R = TypeVar("R")


class List(AlertsSubcommand):
    """Prints the rules."""

    name = "list"
    help = marked("List the rules, and say whether the alerts run")
    example = "list"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how they are printed."""
        add_json(parser)

    def run(self, file: StateFile, options: Options, given: argparse.Namespace) -> int:
        """Print a table on a terminal, otherwise lines with tabs."""
        found, now_ms = book.rules(file), given.now_ms
        if given.json:
            for each in found:
                show_json(fields(each, now_ms))
            return 0
        columns: tuple[Column[Kept], ...] = (
            Column(marked("rule"), lambda each: each.rule.name, 1),
            Column(marked("targets"), lambda each: " ".join(each.rule.targets), 3),
            Column(marked("cool-down"), lambda each: durations.text(each.rule.cool_down), 5),
            Column(marked("quiet hours"), lambda each: str(each.rule.quiet or ""), 4),
            Column(marked("state"), lambda each: wording.muted(each.muted_until_ms, now_ms), 2),
            Column(marked("fired last"), lambda each: _shown(each.fired_ms, options), 6),
            Column(marked("fires when"), lambda each: wording.described(each.rule.when), is_long=True),
        )
        show(columns, found, tr("no rules: `alerts add` adds one"), _state(file, now_ms))
        return 0


class History(AlertsSubcommand):
    """Prints what has fired."""

    name = "history"
    help = marked("Print what has fired, the latest first, and whether it was delivered")
    example = "history --limit 20"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how much is printed, and how."""
        parser.add_argument(
            "--limit", type=values.whole(1, 100_000), default=50, metavar="N", help=tr("at most so many (default: 50)")
        )
        add_json(parser)

    def run(self, file: StateFile, options: Options, given: argparse.Namespace) -> int:
        """Print a table on a terminal, otherwise lines with tabs."""
        found = book.history(file, given.limit)
        if given.json:
            for each in found:
                show_json(msgspec.structs.asdict(each) | {"fired_at": iso(each.fired_ms)})
            return 0
        columns: tuple[Column[Fired], ...] = (
            Column(marked("at"), lambda each: _shown(each.firing.at_ms, options), 1),
            Column(marked("rule"), lambda each: each.firing.name, 2),
            Column(marked("delivered"), _outcomes, 3),
            Column(marked("what"), lambda each: headline(each.firing), is_long=True),
        )
        show(columns, found, tr("nothing has fired"))
        return 0


def fields(kept: Kept, now_ms: int) -> dict[str, Any]:
    """A rule for programs."""
    rule = kept.rule
    when = msgspec.to_builtins(rule.when)
    muted = kept.muted_until_ms if kept.is_muted(now_ms) else None
    return {
        "name": rule.name,
        **when,
        "targets": rule.targets,
        "cool_down": rule.cool_down,
        "quiet": str(rule.quiet) if rule.quiet else None,
        "made_at": iso(rule.made_ms),
        "muted_until": None if muted is None else iso(muted),
        "fired_at": None if kept.fired_ms is None else iso(kept.fired_ms),
    }


def show(columns: Sequence[Column[R]], rows: Sequence[R], empty: str, title: str = "") -> None:
    """Print a table on a terminal, otherwise lines with tabs."""
    screen = Screen.stdout()
    if screen.width is None:
        cells: list[Callable[[R], str]] = [each.cell for each in columns]
        for row in rows:
            print("\t".join(screen.text(cell(row)) for cell in cells))
        return
    show_lines(Table(columns, rows, title=title, note="" if rows else empty).lines(screen))


def _state(file: StateFile, now_ms: int) -> str:
    """Whether the loop runs, and what troubles it."""
    loop = book.loop(file)
    if loop is None or not loop.is_alive(now_ms):
        return tr("`rankcrawler alerts` does not run: nothing fires, and nothing is sent")
    return "\n".join((tr("`rankcrawler alerts` runs, as process {pid}", pid=loop.pid), *loop.trouble))


def _outcomes(fired: Fired) -> str:
    return tr(", ").join((*filter(None, [wording.fate(fired)]), *map(wording.outcome, fired.deliveries)))


def _shown(at_ms: int | None, options: Options) -> str:
    return "" if at_ms is None else moments.shown(at_ms, options.time_zone)
