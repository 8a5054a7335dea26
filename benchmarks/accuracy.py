"""How much of what was given the store finds: gains and day sums, held against rooms whose every gift is known.

`python -m benchmarks.accuracy` polls a day of rooms and takes an hour or two; `--hours` and `--seconds` shorten that. A
share is the coins that were found of those that were given from the first list to the last. Whoever gets more coins
than they gave is counted, and so is whoever gave more than the upper bound says.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.givers import Giving, Scores
from benchmarks.polling import BAD, CLOCKS, IN_SECONDS, STANDING_STILL, Gateway, Polling
from benchmarks.store import batches
from rankcrawler.clock import iso, ms
from rankcrawler.model.kinds import AUDIENCE, RANKLIST
from rankcrawler.store import locate
from rankcrawler.store.answers import Gains
from rankcrawler.store.contract import Records
from tests.daily import top_of_day

START = 1_795_392_000_000
"""2026-11-23T00:00:00Z."""
HOUR = 3_600_000
GIVERS = (30, 300, 2000)
SECONDS = (10, 30, 60, 300)
"""From poll to poll."""
GOOD = "good"
GATEWAYS = {
    GOOD: Gateway(),
    "1 poll in 10 fails": Gateway(failures=0.1),
    "names hidden half of the time": Gateway(masked=True),
    "scores hidden half of the time": Gateway(withheld=True),
    "two sessions": Gateway(),
    "both kinds of list polled": Gateway(lists=(RANKLIST.name, AUDIENCE.name)),
    "clock a day ahead, once": Gateway(once="a day ahead"),
    "clock in 2100, once": Gateway(once="in 2100"),
    "clock always in seconds": Gateway(bad=1.0, kinds=(IN_SECONDS,)),
    "clock stands still": Gateway(bad=1.0, kinds=(STANDING_STILL,)),
    "1 clock in 5 an hour ahead": Gateway(bad=0.2, kinds=("an hour ahead",)),
    "1 clock in 5 wrong": Gateway(bad=0.2, kinds=CLOCKS),
    "1 answer in 5 of three minutes ago": Gateway(bad=0.2, kinds=("older",)),
    "1 answer in 5 another room's": Gateway(bad=0.2, kinds=("foreign",)),
    "1 answer in 5 with a score one lower": Gateway(bad=0.2, kinds=("lower",)),
    "1 answer in 5 empty": Gateway(bad=0.2, kinds=("empty",)),
    "1 answer in 20 bad": Gateway(bad=0.05, kinds=(*BAD, *CLOCKS)),
    "1 answer in 5 bad": Gateway(bad=0.2, kinds=(*BAD, *CLOCKS)),
    "1 answer in 5 bad, the first another room's": Gateway(bad=0.2, kinds=(*BAD, *CLOCKS), first="foreign"),
}
"""By name. Bad answers are of all kinds, unless the name says which."""
SESSIONS = {"two sessions": 2}
RANKS = ((1, 10), (11, 50), (51, 100), (101, 200), (201, 10_000))
"""Ranks by what was given."""


@dataclass
class Found:
    """What a store found of what was given."""

    share: float
    sums_differ: int
    """Contributors whose sums of days are not their gains."""
    above: int
    """Contributors with more coins than they gave."""
    beyond: int
    """Contributors who gave more than the upper bound."""
    unseen: float | None
    """The share that the store says it cannot see."""
    by_rank: dict[str, float]


def measure(giving: Giving, polling: Polling, store: Records) -> Found:
    """Write the polls of a room, and hold what the store says against the truth.

    An old list that shows nothing older than the last one passes for a new one. So the upper bounds are held against
    what was given until the last good answer.
    """
    for batch in batches(polling.polls("1")):
        store.write(batch)
    gains = store.gains("1", iso(giving.start), iso(giving.end))
    since, until = ms(gains.since or ""), ms(gains.until or "")
    seen = giving.given(since, polling.last_good(until))
    return _found(giving.given(since, until), seen, gains, _day_sums(store, giving))


def _found(given: Scores, seen: Scores, gains: Gains, day_sums: Scores) -> Found:
    coins = {int(each.user_id): each.coins for each in gains.gains}
    most = {int(each.user_id): each.most for each in gains.gains if each.most is not None}
    ranked = sorted(given, key=lambda giver: -given[giver])
    shares = {}
    for first, last in RANKS:
        those = ranked[first - 1 : last]
        if those:
            found = sum(min(coins.get(giver, 0), given[giver]) for giver in those)
            shares[f"{first}–{last}"] = found / sum(given[giver] for giver in those)
    return Found(
        sum(coins.values()) / sum(given.values()),
        sum(coins.get(giver, 0) != day_sums.get(giver, 0) for giver in coins.keys() | day_sums.keys()),
        sum(found > given.get(giver, 0) for giver, found in coins.items()),
        sum(seen.get(giver, 0) > limit for giver, limit in most.items()),
        gains.unseen,
        shares,
    )


def _day_sums(store: Records, giving: Giving) -> Scores:
    sums: Scores = {}
    for moment in range(giving.start, giving.end + 1, 24 * HOUR):
        for each in top_of_day(store, iso(moment)[:10], limit=100_000):
            giver = int(each.user_id)
            sums[giver] = sums.get(giver, 0) + each.coins
    return sums


def rooms(
    hours: float, givers: Sequence[int], seconds: Sequence[int], only: Sequence[str] = (*GATEWAYS,)
) -> dict[str, dict[str, dict[str, Found]]]:
    """What is found, by gateway, givers and seconds between polls."""
    found: dict[str, dict[str, dict[str, Found]]] = {}
    for name in only:
        for number in givers:
            sessions = SESSIONS.get(name, 1)
            giving = Giving(number, START, START + round(hours * HOUR), seed=number, sessions=sessions)
            for each in seconds:
                polling = Polling(giving, GATEWAYS[name], each * 1000, seed=each)
                with tempfile.TemporaryDirectory(prefix="accuracy-") as folder:
                    store = locate.open_records(f"sqlite:///{folder}/ranks.db", create=True)
                    one = measure(giving, polling, store)
                    store.close()
                found.setdefault(name, {}).setdefault(str(number), {})[str(each)] = one
                print(f"{name}, {number} givers, every {each} s: {_line(one)}", file=sys.stderr, flush=True)
    return found


def tables(found: dict[str, dict[str, dict[str, Found]]]) -> str:
    """The figures as Markdown tables."""
    first = next(iter(found.values()))
    columns = [f"{givers} givers, {second} s" for givers, cells in first.items() for second in cells]
    every = {name: [each for cells in rooms.values() for each in cells.values()] for name, rooms in found.items()}
    shares = [[name, *(f"{100 * each.share:.1f}" for each in cells)] for name, cells in every.items()]
    ranks = [
        [column, *(f"{100 * each.by_rank[name]:.1f}" if name in each.by_rank else "" for name in _RANKS), _unseen(each)]
        for column, each in zip(columns, next(iter(every.values())), strict=True)
    ]
    return "\n\n".join(
        (
            report.table(["share found, %", *columns], shares),
            report.table(["share found by true rank, %", *_RANKS, "not seen, says the store"], ranks),
            _verdict(every),
        )
    )


def _verdict(every: dict[str, list[Found]]) -> str:
    """What the figures come to, in words."""
    cells = [each for those in every.values() for each in those]
    words = [
        f"Contributors with more coins than they gave: {sum(each.above for each in cells)}.",
        f"Contributors who gave more than the upper bound: {sum(each.beyond for each in cells)}.",
        f"Contributors whose sums of days differ from their gains: {sum(each.sums_differ for each in cells)}.",
    ]
    if GOOD in every:
        least, name = min(
            (each.share / good.share, name)
            for name, those in every.items()
            if name not in SESSIONS
            for each, good in zip(those, every[GOOD], strict=True)
        )
        words.append(f"The least of what good answers give: {100 * least:.1f} % ({name}).")
    return " ".join(words)


_RANKS = [f"{first}–{last}" for first, last in RANKS]


def _unseen(found: Found) -> str:
    return "" if found.unseen is None else f"{100 * found.unseen:.1f}"


def _line(found: Found) -> str:
    wrong = f"{found.above} above the truth, {found.beyond} beyond the bound, {found.sums_differ} sums differ"
    return f"{100 * found.share:.1f} %; {wrong}"


def main(words: Sequence[str] | None = None) -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--hours", type=float, default=24, help="of the simulated day")
    parser.add_argument("--givers", type=int, nargs="+", default=GIVERS)
    parser.add_argument("--seconds", type=int, nargs="+", default=SECONDS, help="from poll to poll")
    parser.add_argument("--gateways", nargs="+", choices=GATEWAYS, default=[*GATEWAYS], metavar="NAME", help="which")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    options = parser.parse_args(words)
    found = rooms(options.hours, options.givers, options.seconds, options.gateways)
    print(tables(found))
    if options.json:
        report.write(options.json, _plain(found))


def _plain(found: dict[str, dict[str, dict[str, Found]]]) -> dict[str, Any]:
    rooms = {
        name: {givers: {second: asdict(each) for second, each in cells.items()} for givers, cells in those.items()}
        for name, those in found.items()
    }
    return {"shares": rooms}


if __name__ == "__main__":
    main()
