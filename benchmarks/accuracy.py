"""How much of what was given the store finds: gains and day sums, held against rooms whose every gift is known.

`python -m benchmarks.accuracy` polls a day of rooms and takes some minutes; `--hours` shortens the day. A share is the
coins that were found of those that were given from the first list to the last. Whoever gets more coins than they gave
is counted, and so is whoever gave more than the upper bound says.
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
from benchmarks.polling import Gateway, Polling
from benchmarks.store import batches
from rankcrawler.clock import iso, ms
from rankcrawler.store import locate
from rankcrawler.store.answers import Gains
from rankcrawler.store.contract import Records

START = 1_795_392_000_000
"""2026-11-23T00:00:00Z."""
HOUR = 3_600_000
GIVERS = (30, 300, 2000)
SECONDS = (10, 30, 60, 300)
"""From poll to poll."""
GATEWAYS = {
    "good": Gateway(),
    "1 poll in 10 fails": Gateway(failures=0.1),
    "names hidden half of the time": Gateway(masked=True),
    "scores hidden half of the time": Gateway(withheld=True),
    "1 answer in 20 bad": Gateway(bad=0.05),
    "1 answer in 5 bad": Gateway(bad=0.2),
    "1 answer in 5 three minutes old": Gateway(bad=0.2, kinds=("older",)),
}
RANKS = ((1, 10), (11, 50), (51, 100), (101, 200), (201, 10_000))
"""Ranks by what was given."""


@dataclass
class Found:
    """What a store found of what was given."""

    share: float
    day_sums: float
    """What sums of days have, of what gains have."""
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
        sum(day_sums.values()) / (sum(coins.values()) or 1),
        sum(found > given.get(giver, 0) for giver, found in coins.items()),
        sum(seen.get(giver, 0) > limit for giver, limit in most.items()),
        gains.unseen,
        shares,
    )


def _day_sums(store: Records, giving: Giving) -> Scores:
    sums: Scores = {}
    for moment in range(giving.start, giving.end + 1, 24 * HOUR):
        for each in store.top_contributors(iso(moment)[:10], limit=100_000):
            giver = int(each.user_id)
            sums[giver] = sums.get(giver, 0) + each.coins
    return sums


def rooms(hours: float, givers: Sequence[int], seconds: Sequence[int]) -> dict[str, dict[str, dict[str, Found]]]:
    """What is found, by gateway, givers and seconds between polls."""
    found: dict[str, dict[str, dict[str, Found]]] = {}
    for name, gateway in GATEWAYS.items():
        for number in givers:
            giving = Giving(number, START, START + round(hours * HOUR), seed=number)
            for each in seconds:
                polling = Polling(giving, gateway, each * 1000, seed=each)
                with tempfile.TemporaryDirectory(prefix="accuracy-") as folder:
                    store = locate.open_records(f"sqlite:///{folder}/ranks.db", create=True)
                    one = measure(giving, polling, store)
                    store.close()
                found.setdefault(name, {}).setdefault(str(number), {})[str(each)] = one
                print(f"{number} givers, every {each} s, {name}: {_cell(one)}", file=sys.stderr, flush=True)
    return found


def tables(found: dict[str, dict[str, dict[str, Found]]]) -> str:
    """The figures as Markdown tables."""
    seconds = [*next(iter(next(iter(found.values())).values()))]
    rows = [
        [f"{givers} givers, {name}", *(_cell(each[second]) for second in seconds)]
        for name, rooms in found.items()
        for givers, each in rooms.items()
    ]
    text = [report.table(["share found, % (day sums, % of gains)", *(f"{each} s" for each in seconds)], rows)]
    first = next(iter(found.values()))
    ranks = [
        [
            f"{givers} givers, every {second} s",
            *(f"{100 * each.by_rank[name]:.1f}" if name in each.by_rank else "" for name in _RANKS),
        ]
        for givers, rooms in first.items()
        for second, each in rooms.items()
    ]
    text.append(report.table(["share found by true rank, %", *_RANKS], ranks))
    every = [each for rooms in found.values() for cells in rooms.values() for each in cells.values()]
    text.append(
        f"Contributors with more coins than they gave: {sum(each.above for each in every)}. "
        f"Contributors who gave more than the upper bound: {sum(each.beyond for each in every)}."
    )
    return "\n\n".join(text)


_RANKS = [f"{first}–{last}" for first, last in RANKS]


def _cell(found: Found) -> str:
    return f"{100 * found.share:.1f} ({100 * found.day_sums:.1f})"


def main(words: Sequence[str] | None = None) -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--hours", type=float, default=24, help="of the simulated day")
    parser.add_argument("--givers", type=int, nargs="+", default=GIVERS)
    parser.add_argument("--seconds", type=int, nargs="+", default=SECONDS, help="from poll to poll")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures and the machine's description")
    options = parser.parse_args(words)
    found = rooms(options.hours, options.givers, options.seconds)
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
