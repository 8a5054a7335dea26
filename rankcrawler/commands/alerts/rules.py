"""What the subcommands of `rankcrawler alerts` share: the file of rules, and how a rule is named."""

import argparse
from abc import abstractmethod

from rankcrawler.alerts import statefile
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.alerts.targets import Target, read
from rankcrawler.commands import moments
from rankcrawler.commands.subcommands import Subcommand
from rankcrawler.language import tr
from rankcrawler.options import Options


class AlertsSubcommand(Subcommand):
    """A subcommand of `rankcrawler alerts`."""

    @abstractmethod
    def run(self, file: StateFile, options: Options, given: argparse.Namespace) -> int:
        """Do the work; returns the exit status. `given.now_ms` is the moment of the command."""


def run(subcommand: AlertsSubcommand, given: argparse.Namespace, options: Options) -> int:
    """Run a subcommand on the file of rules; returns its exit status, and raises AlertError."""
    given.now_ms = moments.now_ms()
    with StateFile(statefile.place(options.data_dir)) as file:
        return subcommand.run(file, options, given)


def add_name(parser: argparse.ArgumentParser) -> None:
    """Declare which rule is meant."""
    parser.add_argument("name", metavar="NAME", help=tr("the name of a rule, as in `alerts list`"))


def targets(options: Options) -> dict[str, Target]:
    """The targets that the settings name; raises SettingError."""
    return read(options.alert_targets)
