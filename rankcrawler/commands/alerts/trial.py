"""`test`: sends a message of a rule to its targets, now."""

import argparse
import asyncio
from collections.abc import Sequence

from rankcrawler.alerts import book, ledger
from rankcrawler.alerts.delivery import Delivery
from rankcrawler.alerts.firing import identified
from rankcrawler.alerts.outbox import Message, Part
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.alerts.webhook import Outcome
from rankcrawler.commands.alerts.rules import AlertsSubcommand, add_name, targets
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr
from rankcrawler.options import Options


class Test(AlertsSubcommand):
    """Tests a rule."""

    name = "test"
    help = marked("Send a test message of a rule to its targets now, whatever it says of quiet hours")
    example = "test score"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare which rule is tested."""
        add_name(parser)

    def run(self, file: StateFile, options: Options, given: argparse.Namespace) -> int:
        """Send the message, and print what has become of it; status 1 if a target did not take it."""
        rule = book.rule(file, given.name).rule
        if not rule.targets:
            raise SettingError(tr("the rule {name} has no target", name=rule.name))
        firing = book.trial(rule, given.now_ms)
        part = Part(firing, given.now_ms)
        messages = [Message(identified(target, firing.id), target, given.now_ms, 1, (part,)) for target in rule.targets]
        outcomes = asyncio.run(_sent(Delivery(file, targets(options), options.time_zone), messages))
        problems = {each.target: outcome.problem for each, outcome in zip(messages, outcomes, strict=True)}
        ledger.note_trial(file, firing, rule.targets, given.now_ms, problems)
        for name, problem in problems.items():
            print(tr("{name}: {text}", name=name, text=tr(problem) if problem else tr("sent")))
        return int(any(each.problem for each in outcomes))


async def _sent(delivery: Delivery, messages: Sequence[Message]) -> list[Outcome]:
    return await asyncio.gather(*map(delivery.attempt, messages))
