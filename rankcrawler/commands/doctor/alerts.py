"""Looks at the targets of alerts, if there are any; shows their names, and nothing of their addresses.

A crawl does its work whatever is found here, so nothing is worse than a warning.
"""

from collections.abc import Iterator, Sequence

from rankcrawler.alerts import services, targets
from rankcrawler.alerts.targets import Target
from rankcrawler.commands.doctor.finding import Finding, ok, warning
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr
from rankcrawler.options import Options

_TARGETS = marked("targets")


def findings(options: Options) -> Iterator[Finding]:
    """Yield what is found of ALERT_TARGETS; nothing if it is not set. No message is sent."""
    try:
        known = targets.read(options.alert_targets)
    except SettingError as error:
        yield warning("alerts", _TARGETS, str(error))
        return
    if known:
        yield ok("alerts", _TARGETS, tr(", ").join(known))
    if of_apprise := [each for each in known.values() if not each.is_webhook]:
        yield _apprise(of_apprise)


def _apprise(needed: Sequence[Target]) -> Finding:
    """Whether Apprise is installed, and knows the addresses of those that need it."""
    if not services.is_installed():
        names = tr(", ").join(each.name for each in needed)
        return warning(
            "alerts", "Apprise", tr("it is not installed, and needed for {names}", names=names), services.INSTALL
        )
    problems = [*filter(None, map(_problem, needed))]
    if problems:
        return warning("alerts", "Apprise", "\n".join(problems))
    return ok("alerts", "Apprise", tr("it is installed, and knows the addresses of all targets that need it"))


def _problem(target: Target) -> str:
    try:
        services.check(target)
    except SettingError as error:
        return str(error)
    return ""
