"""Bad answers by the thousand, through the code that a crawl runs: each comes to a list or a verdict that says why.

`python -m tests.torture.answers --inputs 20000 --seed 1`
"""

import argparse
import json
import logging
import resource
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from time import process_time
from typing import Any

from rankcrawler.gateways import wire
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.pipelines.validate import ValidatePipeline
from tests import conformance, mutations
from tests.builders import ROOM, polled
from tests.parsed import parsed, spider

SECONDS = 1.0
"""Of CPU, what an input may take; most take a millisecond."""
PEAK_MB = 200
"""By how much all inputs together may raise the process's peak; the largest, of a megabyte, may take 60 MB."""
LONGEST_REASON = 500


@dataclass(slots=True)
class Result:
    """What came of the inputs, and everything that should not have."""

    inputs: int = 0
    snapshots: int = 0
    refused: int = 0
    quarantined: int = 0
    """Rows."""
    crashes: int = 0
    slowest_ms: float = 0.0
    peak_mb: float = 0.0
    violations: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set, repr=False)
    """Hashes of the inputs that came."""

    def table(self) -> str:
        """The figures for a person, as Markdown."""
        return (
            "| inputs | lists | refused | rows in quarantine | crashes | other violations | slowest | peak |\n"
            "|--:|--:|--:|--:|--:|--:|--:|--:|\n"
            f"| {self.inputs:,} | {self.snapshots:,} | {self.refused:,} | {self.quarantined:,} | {self.crashes} "
            f"| {len(self.violations) - self.crashes} | {self.slowest_ms:.0f} ms | +{self.peak_mb:.0f} MB |"
        )


def run(inputs: Iterable[tuple[str, bytes]]) -> Result:
    """Poll once with each of the answers, those that are equal once; the result names what went wrong."""
    result = Result()
    before = _peak_mb()
    with _logged() as lines:
        for name, body in inputs:
            if hash(body) not in result.seen:
                result.seen.add(hash(body))
                lines.clear()
                _try(result, name, body, lines)
    result.peak_mb = _peak_mb() - before
    return result


def every_input(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """The conformance set and every systematic mutation of the documented answer, and so many more by chance."""
    return chain(conformance.inputs(), mutations.systematic(), mutations.by_chance(seed, count))


def _try(result: Result, name: str, body: bytes, lines: list[str]) -> None:
    result.inputs += 1
    began = process_time()
    try:
        item = parsed(body)
        wire.Drift().new_in(body)
    except Exception as error:  # whatever it is, it is what is looked for
        result.crashes += 1
        result.violations.append(f"{name}: {type(error).__name__}: {error}"[:300])
        return
    took = process_time() - began
    result.slowest_ms = max(result.slowest_ms, took * 1000)
    if isinstance(item, RoomSnapshot):
        result.snapshots += 1
        result.quarantined += len(item.quarantined)
        wrong = [*_wrong_with_snapshot(item, body), *_wrong_with_lines(item, lines)]
    else:
        result.refused += 1
        wrong = list(_wrong_with_failure(item))
    if took > SECONDS:
        wrong.append(f"took {took:.1f} s")
    result.violations += [f"{name}: {what}"[:300] for what in wrong]


def _wrong_with_snapshot(item: RoomSnapshot, body: bytes) -> Iterator[str]:
    if item.target.room_id != ROOM or any(entry.room_id != ROOM for entry in item.entries):
        yield "another room"
    came, kept = _rows_in(body), len(item.entries) + len(item.quarantined)
    if came != kept or item.entry_count != len(item.entries):
        yield f"{came} rows came, {kept} are kept or in quarantine"
    for row in item.quarantined:
        if not row.path.startswith("$.data.") or not _is_a_line(row.reason):
            yield f"a row in quarantine at {row.path!r} for {row.reason!r}"


def _wrong_with_lines(item: RoomSnapshot, lines: list[str]) -> Iterator[str]:
    """What is wrong with what is logged of a list on its way to the store."""
    ValidatePipeline(spider("ranklist").crawler.stats).process_item(polled(item))
    if any(ROOM not in line for line in lines):
        yield f"lines that name no room: {lines}"
    if item.quarantined and not any(item.quarantined[0].path in line for line in lines):
        yield f"rows in quarantine, and no line with a path: {lines}"


def _wrong_with_failure(item: FailedPoll) -> Iterator[str]:
    if item.target.room_id != ROOM:
        yield "another room"
    if not _is_a_line(item.reason):
        yield f"the reason is {item.reason!r}"
    if item.reason.startswith("unreadable answer: ") and not ("not JSON: " in item.reason or "`$" in item.reason):
        yield f"the reason has no path: {item.reason!r}"


def _is_a_line(text: str) -> bool:
    return text.isprintable() and 0 < len(text) <= LONGEST_REASON


def _rows_in(body: bytes) -> int | None:
    """The rows of an answer, counted by another reader than ours; None where that finds no list."""
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    whole: Any = json.loads(text, parse_int=str, parse_float=str)
    inner = whole["data"]
    listed = inner["data"] if inner.get("data") is not None else inner
    ranks = listed.get("ranks")
    return len(ranks) if isinstance(ranks, list) else None


@contextmanager
def _logged() -> Iterator[list[str]]:
    """The lines of ours that are logged meanwhile."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("rankcrawler", "ranklist")]
    levels = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    try:
        yield lines
    finally:
        for logger, (level, propagates) in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagates


def _peak_mb() -> float:
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Run once, and print what came of it; exit status 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--inputs", type=int, default=20_000, help="spoilt by chance, beside those that always come")
    parser.add_argument("--seed", type=int, default=1, help="of the chance")
    chosen = parser.parse_args()
    result = run(every_input(chosen.seed, chosen.inputs))
    sys.stdout.write("\n".join([result.table(), *result.violations[:50], ""]))
    sys.exit(bool(result.violations) or result.peak_mb > PEAK_MB)


if __name__ == "__main__":
    main()
