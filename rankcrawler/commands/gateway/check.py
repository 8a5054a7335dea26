"""`check`: validates a profile, and tries it with one request."""

import argparse
import asyncio
from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_json, add_kind
from rankcrawler.commands.gateway.profiles import GatewaySubcommand
from rankcrawler.commands.moments import now_ms
from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.errors import SettingError
from rankcrawler.gateways import gateway, profiles
from rankcrawler.gateways.client import Reply
from rankcrawler.gateways.examination import Finding, examined
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.gateways.profiles import Placement
from rankcrawler.gateways.verdict import Action
from rankcrawler.language import marked, tr
from rankcrawler.model import own_rules
from rankcrawler.model.items import FailedPoll
from rankcrawler.model.own_rules import Rule
from rankcrawler.model.targets import Target
from rankcrawler.options import Options
from rankcrawler.pipelines.validate import validated

_READ = Action.READ.value
_SENT, _NOT_SENT = marked("sent"), marked("not sent")
_WORDS = {
    *(marked("request"), marked("token"), marked("HTTP status"), marked("wait"), marked("code"), marked("clock")),
    *(marked("list"), marked("reason"), marked("unreadable row"), marked("not documented"), marked("flag")),
    *(marked("verdict"), marked("missing"), _SENT, _NOT_SENT),
}
"""What is translated of a finding. The names of columns stay as they are in data."""


class Check(GatewaySubcommand):
    """Validates a profile or, given a room, requests its list once and says what the answer holds."""

    name = "check"
    help = marked("Validate a profile; or request a room's list once, and say field by field what was found")
    example = "check 6994259511469247263"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare what is checked."""
        what = tr("a room to request, or a profile to validate: its name or file (default: GATEWAY_PROFILE)")
        parser.add_argument("what", nargs="?", metavar="ROOM_ID|PROFILE", help=what)
        parser.add_argument("--anchor", type=values.identifier, metavar="ID", help=tr("the anchor's user id"))
        add_kind(parser, tr("which list"))
        add_json(parser)

    def run(self, options: Options, given: argparse.Namespace) -> int:
        """Validate or request, and print what was found."""
        what = given.what or options.gateway_profile
        if not what.isdigit():
            profile = profiles.named(what)
            print(
                tr(
                    "The profile {profile} is valid. Its lists: {lists}",
                    profile=profile.name,
                    lists=tr(", ").join(profile.lists),
                )
            )
            return 0
        asked = Gateway.of(options)
        asked.check(given.kind)
        target = asked.target(given.kind, values.identifier(what), given.anchor)
        if missing := asked.missing(target):
            raise SettingError(tr("room {room}: {missing}; set --anchor", room=target.room_id, missing=missing))
        reply, rules = asyncio.run(_fetch(options, asked, target)), own_rules.loaded(options.own_code["LIST_RULES"])
        return _show([*_findings(asked, target, reply, rules)], as_json=given.json)


async def _fetch(options: Options, asked: Gateway, target: Target) -> Reply:
    async with gateway.client(options) as client:
        return await client.fetch(*asked.call(target))


def _show(findings: Sequence[Finding], *, as_json: bool) -> int:
    if as_json:
        show_json([each._asdict() for each in findings])
    else:
        _print(findings)
    return 0 if findings[-1].found == _READ else 1


def _print(findings: Iterable[Finding]) -> None:
    """A line for each: aligned on a terminal, otherwise with tabs."""
    screen = Screen.stdout()
    if screen.width is None:
        show_lines(Text("\t".join(map(screen.text, each)).rstrip("\t")) for each in findings)
    else:
        show_lines(facts.lines(map(_fact, findings), screen))


def _fact(finding: Finding) -> tuple[str, str]:
    what, found = (tr(text) if text in _WORDS else text for text in (finding.what, finding.found))
    return what, f"{found} ({finding.where})" if finding.where else found


def _findings(asked: Gateway, target: Target, reply: Reply, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Yield the request, what the reply holds, what is odd about it, and last the verdict."""
    call, found = asked.call(target), asked.read(reply, target, now_ms())
    is_sent = Placement.of(asked.profile.token).is_needed
    yield Finding("request", f"{call.url} {call.body.decode()}".rstrip(), call.method)
    yield Finding("token", _SENT if is_sent else _NOT_SENT, asked.profile.token)
    yield from examined(asked.profile, reply, found)
    if isinstance(found, FailedPoll):
        yield Finding("verdict", found.action, "")
        return
    for path in asked.undocumented(reply):
        yield Finding("not documented", path, "")
    for flag in validated(found, own=rules).flags:
        yield Finding("flag", flag, "")
    yield Finding("verdict", _READ, "")
