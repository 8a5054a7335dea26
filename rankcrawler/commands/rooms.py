"""`scrapy rooms`: look after the queue. What each sub-command does stands in rankcrawler.rooms.actions."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from redis.exceptions import RedisError
from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings

from rankcrawler.commands import OUR_SETTINGS
from rankcrawler.errors import QueueError, RankcrawlerError, SettingError
from rankcrawler.model.items import KINDS

if TYPE_CHECKING:
    from rankcrawler.queue.job import Job

_OPTIONS = ("every", "every_max", "priority", "anchor", "state", "limit", "yes", "all", "burst", "json", "watch")
_STATES = ("ready", "scheduled", "leased", "dead", "retired")


class Command(ScrapyCommand):
    """Exit status: 0 when all that was asked for was done, else 1 with a line that says what was not."""

    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = OUR_SETTINGS

    def syntax(self) -> str:
        """What follows the command's name."""
        return "add|list|show|remove|pause|resume|drain|dead|retry|restore|rate|inflight|status [argument]… [options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Look after the queue: add, list, remove and retry rooms, pause and limit the fleet, see how it does"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The command's own options."""
        super().add_options(parser)
        own = parser.add_argument_group(title="Rooms; - as an argument reads them from the standard input")
        own.add_argument("--kind", choices=KINDS, default="ranklist", help="whose queue (default: %(default)s)")
        own.add_argument("--every", metavar="SECONDS", help="add: between polls of a room that is a plain id")
        own.add_argument("--every-max", metavar="SECONDS", help="add: up to how many while the list stays the same")
        own.add_argument("--priority", metavar="N", help="add: its head start in minutes")
        own.add_argument("--anchor", metavar="ID", help="add: its anchor's user id")
        own.add_argument("--state", choices=_STATES, help="list: only these")
        own.add_argument("--limit", type=_count, metavar="N", help="list, dead: at most so many")
        own.add_argument("--yes", action="store_true", help="drain: without this it removes nothing")
        own.add_argument("--all", action="store_true", help="retry: every dead room; restore: also what was given up")
        own.add_argument("--burst", type=_count, metavar="N", help="rate: how many at once after a rest")
        own.add_argument("--json", action="store_true", help="list, show, dead, status: as JSON Lines")
        own.add_argument("--watch", action="store_true", help="status: again every second, until Ctrl-C")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do one sub-command."""
        assert self.settings is not None
        try:
            _check(args, opts)
            self.exitcode = asyncio.run(_run(self.settings, args, opts))
            sys.stdout.flush()
        except RankcrawlerError as error:
            sys.exit(f"rankcrawler: {error}")
        except BrokenPipeError:  # whoever read this has read enough; Python would complain at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except KeyboardInterrupt:
            self.exitcode = 0 if opts.watch else 130


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _check(args: list[str], opts: argparse.Namespace) -> None:
    from rankcrawler.rooms.actions import ACTIONS

    action = ACTIONS.get(args[0]) if args else None
    if action is None:
        raise SettingError(f"rooms: expected one of {', '.join(ACTIONS)}, not {args[0] if args else 'nothing'}")
    given = {name for name in _OPTIONS if getattr(opts, name) not in (None, False)}
    strange = [f"--{name.replace('_', '-')}" for name in sorted(given - action.options)]
    strange += [word for word in args[1:] if word.startswith("-") and word != "-"]
    if strange:
        raise SettingError(f"rooms {args[0]}: does not take {', '.join(strange)}")
    if len(args) - 1 not in action.words or (args[0] == "retry" and opts.all != (len(args) == 1)):
        raise SettingError(f"rooms {args[0]}: expected {action.usage or 'nothing more'}")


async def _run(settings: BaseSettings, args: list[str], opts: argparse.Namespace) -> int:
    from rankcrawler.queue.access import open_queue
    from rankcrawler.rooms.actions import ACTIONS

    opts.catalogue = partial(_catalogue, settings, opts.kind)
    place = "the queue"
    try:
        async with open_queue(settings, opts.kind) as (queue, place):
            return await ACTIONS[args[0]].run(queue, args[1:], opts)
    except RedisError as error:
        raise QueueError(f"{place} does not answer as expected: {error}") from None


def _catalogue(settings: BaseSettings, kind: str) -> "Iterator[tuple[Job, float]]":
    """The rooms of the gateway that the store knows to recur, and when each was polled, in seconds since 1970."""
    from rankcrawler.clock import ms
    from rankcrawler.gateways.address import Address
    from rankcrawler.queue.job import Job
    from rankcrawler.store import locate

    store = locate.open_records(locate.url(settings))
    try:
        for room in store.recurring(Address.of(settings["GATEWAY_URL"]).source):
            if room.kind == kind:
                job = Job(room.room_id, room.anchor_id, room.every, room.priority, room.every_max)
                yield job, ms(room.last_polled) / 1000
    finally:
        store.close()
