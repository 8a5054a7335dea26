"""`add`, `mute`, `unmute` and `remove`: change rules."""

import argparse
from collections.abc import Callable
from typing import get_args

from rankcrawler import moments
from rankcrawler.alerts import book, rule, services
from rankcrawler.alerts.conditions import KINDS, Appears, When
from rankcrawler.alerts.rule import Rule
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.alerts.wording import described
from rankcrawler.commands import values
from rankcrawler.commands.alerts.rules import AlertsSubcommand, add_name, targets
from rankcrawler.errors import SettingError
from rankcrawler.insight.veil import Veil
from rankcrawler.language import marked, tr
from rankcrawler.model.pseudonyms import of_key
from rankcrawler.options import Options

_FIELDS = ("kind", "name", "users", "coins", "times", "within", "least", "when", "after", "each", "share")
_SHARED = ("rooms", "anchors", "targets", "cool_down", "quiet")


class Add(AlertsSubcommand):
    """Adds a rule."""

    name = "add"
    help = marked("Add a rule: what it waits for, and whom it tells")
    example = "add score --coins 100000 --to phone --quiet 23:00-08:00"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the kind of rule, what each kind takes, and what all take."""
        kinds = tr("what it waits for; docs/alerts.md explains each")
        parser.add_argument("kind", type=values.one_of(KINDS), metavar=values.listed(KINDS), help=kinds)
        parser.add_argument("--name", metavar="NAME", help=tr("what it is called (default: its kind)"))
        several = tr("a target of ALERT_TARGETS that it tells; may be repeated")
        parser.add_argument("--to", action="append", dest="targets", metavar="TARGET", help=several)
        room = tr("only this room; may be repeated")
        parser.add_argument("--room", action="append", type=values.identifier, dest="rooms", metavar="ID", help=room)
        anchor = tr("only rooms of this anchor, as in `anchors list`; may be repeated")
        parser.add_argument("--anchor", action="append", dest="anchors", metavar="ANCHOR", help=anchor)
        pause = tr("do not fire again so soon for the same contributor and room (default: 10min; 0 for always)")
        parser.add_argument("--cool-down", metavar="DURATION", help=pause)
        quiet = tr("hold what fires in these hours of TIME_ZONE, and send one summary when they end")
        parser.add_argument("--quiet", metavar="HH:MM-HH:MM", help=quiet)
        _add_own(parser)

    def run(self, file: StateFile, options: Options, given: argparse.Namespace) -> int:
        """Add the rule, and print its name."""
        fields = {name: getattr(given, name) for name in (*_FIELDS, *_SHARED)}
        made = rule.made({**fields, "name": given.name or book.free_name(file, given.kind)})
        check(made, options)
        added = book.add(file, made, given.now_ms)
        print(tr("{name}: {what}", name=added.name, what=described(added.when)))
        if not added.targets:
            print(tr("It tells no one: what fires is in `alerts history`. `--to` names a target of ALERT_TARGETS."))
        return 0


class Mute(AlertsSubcommand):
    """Mutes a rule."""

    name = "mute"
    help = marked("Send nothing of a rule, for a while or until `unmute`; what fires is in the history")
    example = "mute score --for 2h"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rule is muted, and how long."""
        add_name(parser)
        long = tr("for so long, such as 2h (default: until `unmute`)")
        parser.add_argument(
            "--for", type=values.parsed_by(moments.duration), dest="span", metavar="DURATION", help=long
        )

    def run(self, file: StateFile, options: Options, given: argparse.Namespace) -> int:
        """Mute the rule."""
        book.mute(file, given.name, book.FOREVER if given.span is None else given.now_ms + given.span)
        return 0


class Unmute(AlertsSubcommand):
    """Ends the muting of a rule."""

    name = "unmute"
    help = marked("Send again what fires by a rule")
    example = "unmute score"
    change: Callable[[StateFile, str], None] = staticmethod(lambda file, name: book.mute(file, name, None))

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rule is meant."""
        add_name(parser)

    def run(self, file: StateFile, options: Options, given: argparse.Namespace) -> int:
        """Change the rule."""
        type(self).change(file, given.name)
        return 0


class Remove(Unmute):
    """Removes a rule."""

    name = "remove"
    help = marked("Remove a rule; what it has fired stays in the history")
    example = "remove score"
    change = staticmethod(book.remove)


def check(made: Rule, options: Options) -> None:
    """Raise SettingError for a target that is not set or cannot be used, NotInStore for a person who must be hidden."""
    known = targets(options)
    for name in made.targets:
        if name not in known:
            names = ", ".join(known) or tr("none")
            raise SettingError(tr("ALERT_TARGETS has no target {name}: it has {names}", name=name[:40], names=names))
        if not known[name].is_webhook:
            services.check(known[name])
    if isinstance(made.when, Appears):
        veil = Veil(of_key(options.pseudonymise_key))
        for user in made.when.users:
            veil.check_id(user)


def _add_own(parser: argparse.ArgumentParser) -> None:
    """Declare what single kinds take."""
    own = parser.add_argument_group(tr("Of single kinds"))
    user = tr("appears: the id of the contributor; may be repeated")
    own.add_argument("--user", action="append", dest="users", metavar="ID", help=user)
    own.add_argument("--coins", type=values.whole(1), metavar="N", help=tr("score: how many coins"))
    times = tr("pace: how many times the room's usual pace (default: 5)")
    own.add_argument("--times", type=values.number(0.001), metavar="N", help=times)
    own.add_argument("--within", metavar="DURATION", help=tr("pace: how long it is measured (default: 5min)"))
    least = tr("pace: coins that must be given in that time (default: 1000)")
    own.add_argument("--least", type=values.whole(1), metavar="N", help=least)
    when = get_args(When)
    own.add_argument(
        "--when",
        type=values.one_of(when),
        metavar=values.listed(when),
        help=tr("session: what counts (default: both)"),
    )
    own.add_argument("--after", metavar="DURATION", help=tr("silence: how long no list arrives (default: 5min)"))
    each = tr("silence: watch each room that is polled again and again by itself")
    own.add_argument("--each", action="store_true", default=None, help=each)
    share = tr("budget: the share that is spent, such as 0.8 (default: 0.8)")
    own.add_argument("--share", type=values.number(0.001, 1), metavar="N", help=share)
