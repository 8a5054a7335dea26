"""`scrapy rank ROOM_ID`: ask the gateway once, and print the list."""

import argparse
import asyncio
import sys
import time
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from rankcrawler.commands import OUR_SETTINGS
from rankcrawler.errors import AnswerError, GatewayError, RankcrawlerError
from rankcrawler.model.items import KINDS, Kind, RoomSnapshot


class Command(ScrapyCommand):
    """Exit status: 0 for a list, also an empty one; 1 where there was none; 2 for a wrong setting."""

    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = OUR_SETTINGS

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options] <room_id>"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Print a room's rank list, asking the gateway once"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The command's own options."""
        super().add_options(parser)
        parser.add_argument("--anchor", metavar="ID", help="the anchor's user id: has fan club levels told")
        parser.add_argument("--kind", choices=KINDS, default="ranklist", help="which list (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="print the snapshot as one JSON object")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Ask and print."""
        if len(args) != 1:
            raise UsageError
        assert self.settings is not None
        try:
            snapshot = asyncio.run(_ask(self.settings, args[0], opts.anchor, opts.kind))
        except RankcrawlerError as error:
            print(f"rankcrawler: {error}", file=sys.stderr)
            self.exitcode = 1 if isinstance(error, (AnswerError, GatewayError)) else 2
            return
        _print(snapshot, as_json=opts.json)


async def _ask(settings: BaseSettings, room_id: str, anchor_id: str | None, kind: Kind) -> RoomSnapshot:
    from rankcrawler import preflight
    from rankcrawler.gateways import wire
    from rankcrawler.gateways.verdict import Action, Judge, Seen, Shape
    from rankcrawler.handler import client_from_settings
    from rankcrawler.model import pseudonyms, rules
    from rankcrawler.queue.job import of_fields

    job = of_fields({"room_id": room_id, "anchor_id": anchor_id})
    preflight.check_gateway(settings)
    async with client_from_settings(settings) as client:
        reply = await client.fetch(client.address.of_list(kind, job.room_id, job.anchor_id))
        poll = wire.Poll(client.address.source, job.room_id, job.anchor_id, _now(), kind=kind)
    judge, seen, words = Judge.of(settings["VERDICTS"]), Seen(reply.status), ""
    try:
        answer = wire.read(reply.body, kind)
        seen, words = Seen(reply.status, answer.code, answer.inner_code), answer.words
        if judge.judge(seen).action is Action.READ:
            judged, hidden = rules.judged(wire.snapshot(answer, poll)), pseudonyms.of_environment()
            return judged if hidden is None else hidden.of(judged)
    except AnswerError as error:
        seen, words = seen._replace(shape=Shape.of_unreadable(reply.body)), str(error)
    raise AnswerError(f"room {job.room_id}: {judge.judge(seen, words).reason}")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _print(snapshot: RoomSnapshot, *, as_json: bool) -> None:
    import msgspec

    from rankcrawler.table import escaped, show

    if as_json:
        print(escaped(msgspec.json.encode(snapshot)))
    else:
        show(snapshot)
