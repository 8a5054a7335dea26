"""Looks at everything that a crawl needs, part by part."""

from collections.abc import AsyncIterator, Callable, Iterator

from scrapy.settings import Settings

from rankcrawler import preflight
from rankcrawler.commands import program
from rankcrawler.commands.doctor import alerts, clocks, gateway, machine, queue, store
from rankcrawler.commands.doctor.finding import Finding, ok, wrong
from rankcrawler.errors import RankcrawlerError, SettingError
from rankcrawler.language import marked, tr
from rankcrawler.options import Options

_READ, _CRAWL = marked("values"), marked("a crawl")


async def examined(settings: Settings, room_id: str, say: Callable[[str], None] | None) -> AsyncIterator[Finding]:
    """Yield each finding. `say` is called before the gateway is asked; without it, no request is made."""
    try:
        options = Options.of(settings)
    except SettingError as error:
        yield wrong("settings", _READ, str(error), f"{program.name()} init")
        return
    yield ok("settings", _READ, tr("every setting has a value that can be used"))
    at_queue, at_gateway = queue.Examined(options), gateway.Examined(options, room_id, say)
    found = list(machine.findings(options))
    for finding in found:
        yield finding
    for part in (at_queue.findings(), _each(store.findings(options)), at_gateway.findings()):
        async for finding in part:
            found.append(finding)
            yield finding
    for finding in clocks.findings(at_queue.clock, at_gateway.clock):
        yield finding
    for finding in alerts.findings(options):
        yield finding
    start = _start(settings, found)
    if start is not None:
        yield start


async def _each(findings: Iterator[Finding]) -> AsyncIterator[Finding]:
    for finding in findings:
        yield finding


def _start(settings: Settings, found: list[Finding]) -> Finding | None:
    """Whether a crawl would start; None if what keeps it is among the findings."""
    try:
        preflight.check(settings, {})
    except RankcrawlerError as error:
        if any(str(error) == each.found for each in found):
            return None
        return wrong("settings", _CRAWL, str(error))
    return ok("settings", _CRAWL, tr("a crawl can start with these settings"))
