"""`plan`: says what a list of rooms or anchors will cost before it is started."""

import argparse
from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from rankcrawler.commands import values
from rankcrawler.commands.arguments import add_json
from rankcrawler.commands.ending import complain
from rankcrawler.commands.printing import facts
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.rooms.session import RoomsSubcommand, Session
from rankcrawler.errors import JobError
from rankcrawler.gateways import discovery, profiles
from rankcrawler.gateways.profiles import Profile
from rankcrawler.language import marked, tr
from rankcrawler.options import Options
from rankcrawler.queue import roomlist
from rankcrawler.queue.anchor_job import CHECK_EVERY, EVERY

DAY = 86_400.0
BYTES_OF_A_POLL = {"sqlite": 850, "postgresql": 1_825, "jsonl": 29_068}
"""What a poll takes in a store, by docs/store.md; of JSON Lines, as rows that are written whole."""
POLLS_OF_A_WORKER = 300.0
"""Polls a second that one worker stores, with a margin, by benchmarks/README.md."""


class Cost(NamedTuple):
    """What a day of polling costs."""

    rooms: int
    anchors: int
    calls: int
    """Calls to the gateway in a day."""
    per_second: float
    money: float | None
    """None if the profile states no price."""
    currency: str
    polls: int
    """Polls of rooms in a day: the calls that bring lists."""
    store_bytes: int
    """What the store grows by in a day."""
    workers: int


class Plan(RoomsSubcommand):
    """Prints what a list costs."""

    name = "plan"
    help = marked("Say what a list of rooms or anchors costs a day: calls, money, disk and workers; nothing is polled")
    example = "plan rooms.csv"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the list, and what is assumed."""
        parser.add_argument("list", metavar="FILE", help=tr("rooms as for `rooms add` or, with --anchors, anchors"))
        parser.add_argument("--anchors", action="store_true", help=tr("the list is one of anchors"))
        live = tr("hours that an anchor is live a day (default: %(default)g)")
        parser.add_argument("--live", type=values.number(0, 24), default=6.0, metavar="HOURS", help=live)
        every = tr("of those that state none (default: once, and for anchors every 60)")
        parser.add_argument("--every", type=values.number(0.1), metavar="SECONDS", help=every)
        latency = tr("seconds that the gateway takes to answer (default: %(default)g)")
        parser.add_argument("--latency", type=values.number(0), default=0.5, metavar="SECONDS", help=latency)
        add_json(parser)
        super().add_options(parser)

    async def run(self, session: Session, given: argparse.Namespace) -> int:
        """Print the costs; status 1 if an entry cannot be read."""
        cost, refused = planned(given, session.options)
        if given.json:
            show_json(cost._asdict())
        else:
            show_lines(facts.lines(_facts(cost, session.options), Screen.stdout()))
        return 1 if refused else 0


def planned(given: argparse.Namespace, options: Options) -> tuple[Cost, int]:
    """What a list costs, and how many of its entries cannot be read; complains of each."""
    profile = profiles.named(options.gateway_profile)
    rooms = anchors = refused = 0
    calls = polls = 0.0
    for load in _loads(given, profile):
        if isinstance(load, JobError):
            complain(load)
            refused += 1
            continue
        rooms, anchors = rooms + (not load.is_anchor), anchors + load.is_anchor
        calls, polls = calls + load.looks + load.polls, polls + load.polls
    rate = calls / DAY
    price = profile.limits.price
    kind = options.store_url.partition(":")[0].replace("postgres:", "postgresql:")
    per_worker = min(POLLS_OF_A_WORKER, options.concurrent_requests / max(given.latency, 0.001))
    cost = Cost(
        rooms,
        anchors,
        ceil(calls),
        round(rate, 3),
        round(ceil(calls) * price, 6) if price else None,
        profile.limits.currency,
        ceil(polls),
        ceil(polls) * BYTES_OF_A_POLL.get(kind, BYTES_OF_A_POLL["postgresql"]),
        max(1, ceil(rate / per_worker)),
    )
    return cost, refused


class _Load(NamedTuple):
    """What one entry of a list asks of the gateway in a day."""

    looks: float
    polls: float
    is_anchor: bool


def _loads(given: argparse.Namespace, profile: Profile) -> Iterator[_Load | JobError]:
    if not given.anchors:
        for room in roomlist.read(given.list):
            if isinstance(room, JobError):
                yield room
            else:
                every = room.schedule.every or given.every
                yield _Load(0.0, 1.0 if every is None else DAY / every, is_anchor=False)
        return
    batches = {call.asks: call.batch for call in profile.discovery.values()}
    for job in roomlist.read_anchors(given.list):
        if isinstance(job, JobError):
            yield job
        elif problem := discovery.missing(profile, job.anchor):
            yield JobError(f"{job.anchor.name}: {problem}")
        else:
            looks = DAY / (job.check_every or CHECK_EVERY) / batches[job.anchor.by]  # type: ignore[index]
            polls = given.live * 3600 / (job.schedule.every or given.every or EVERY)
            yield _Load(looks, polls, is_anchor=True)


def _facts(cost: Cost, options: Options) -> Iterator[tuple[str, str]]:
    if cost.anchors:
        yield tr("anchors"), f"{cost.anchors:,}"
    else:
        yield tr("rooms"), f"{cost.rooms:,}"
    yield tr("calls a day"), tr("{calls:,}, {rate:,.2f} a second", calls=cost.calls, rate=cost.per_second)
    if cost.money is not None:
        yield tr("money a day"), f"{cost.money:,.2f} {cost.currency}"
    yield tr("polls a day"), f"{cost.polls:,}"
    yield tr("disk a day"), tr("{size:,.1f} MB, {bytes:,} bytes", size=cost.store_bytes / 1e6, bytes=cost.store_bytes)
    yield tr("workers"), f"{cost.workers:,}"
    if options.budget_per_day is not None:
        amount, currency = options.budget_per_day
        yield tr("budget"), f"{amount:,g} {currency or tr('calls')}"
