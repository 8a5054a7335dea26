"""Requests by the thousand, made from the API's own description: each answer is one that the description knows.

`python -m tests.torture.requests --cases 5000 --seed 1`
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup

from rankcrawler.clock import iso
from rankcrawler.serve.setup import Setup
from rankcrawler.store import locate
from tests.builders import entry, failed, polled, snapshot
from tests.gateways import NOON
from tests.options import options
from tests.redis_server import redis_server
from tests.serving import BEIJING, served

ENDLESS = "events"
"""The operation whose answer never ends."""
CROSS = ("addRooms", "retry", "list", "addAlert")
"""Operations that refuse requests for what two fields or parameters say together, or for rooms that cannot be read."""
KNOWN = ("1", "2", "3", "77")
MOMENTS = ("2h", "90s", "today", "yesterday 20:00", "2026-01-02", "2026-01-02T03:04:05+08:00", "1790000000000")
ROOMS = ("1", "2", "7269635433430358144", "https://gateway.test/ranklist?room_id=3&token=x", '{"room_id": "4"}')


@dataclass(slots=True)
class Result:
    """What came of the requests."""

    cases: int = 0
    by_status: dict[int, int] = field(default_factory=dict)
    by_operation: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def table(self) -> str:
        """The figures for a person, as Markdown."""
        statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(self.by_status.items()))
        return (
            "| requests | operations | answers | problems |\n|--:|--:|---|--:|\n"
            f"| {self.cases:,} | {len(self.by_operation)} | {statuses} | {len(self.problems)} |"
        )


def fill(address: str) -> None:
    """Write a store with three rooms, of which one has no list, and names that are hard on whoever prints them."""
    store = locate.open_records(address, create=True)
    for minute in range(6):
        for room in ("1", "2"):
            at = {"captured_at": iso(NOON + 60_000 * minute), "polled_at": iso(NOON + 60_000 * minute), "room_id": room}
            rows = [entry(1, score=900 + 10 * minute, nickname="<b>\"'\r\n,", anchor_id="98204909466", **at)]
            rows += [entry(rank, score=900 - rank, nickname=f"=1+{rank}", **at) for rank in range(2, 9)]
            found = snapshot(rows, digest=f"{minute:031d}{room}", anchor_id="98204909466", **at)
            store.write([polled(found, every=60)])
    store.write([polled(failed(room_id="3", polled_at=iso(NOON)), every=60)])
    store.close()


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server of such a store, with a queue."""
    address = f"sqlite:///{folder}/ranks.db"
    fill(address)
    with redis_server(folder / "redis") as redis:
        queue = options(REDIS_URL=redis.url, DATA_DIR=str(folder))
        alerts: dict[str, Any] = {"alerts": folder / "alerts.db", "targets": ("phone",)}
        with served(Setup(address, BEIJING, queue=queue, **alerts)) as url:
            yield url


def run(url: str, cases: int, number: int) -> Result:
    """Send so many requests, the same for each operation; the result names what the description does not know."""
    for name, values in {"moment": MOMENTS, "room": ROOMS, "cursor": ("WzAsW11d",)}.items():
        schemathesis.openapi.format(name, st.sampled_from(values))
    described: Any = schemathesis.openapi.from_url(f"{url}/api/openapi.json")
    found = [each.ok() for each in described.get_all_operations()]
    operations = [each for each in found if each.definition.raw["operationId"] != ENDLESS]
    result = Result()
    share = -(-cases // sum(map(_takes_something, operations)))
    for operation in operations:
        _ask(operation, share, number, result)
    return result


def _ask(operation: Any, cases: int, number: int, result: Result) -> None:
    name = operation.definition.raw["operationId"]
    left_out = CHECKS.get_by_names(["positive_data_acceptance"]) if name in CROSS else []

    @seed(number)
    @settings(max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=_cases(operation))
    def asks(case: Any) -> None:
        if case.meta.generation.mode is GenerationMode.POSITIVE and "room_id" in case.path_parameters:
            case.path_parameters["room_id"] = KNOWN[result.cases % len(KNOWN)]
        answer = case.call()
        result.cases += 1
        result.by_operation[name] = result.by_operation.get(name, 0) + 1
        result.by_status[answer.status_code] = result.by_status.get(answer.status_code, 0) + 1
        case.validate_response(answer, excluded_checks=left_out)

    try:
        asks()
    except (FailureGroup, AssertionError) as error:
        result.problems.append(f"{name}: {error}")


def _takes_something(operation: Any) -> bool:
    """Whether two requests can differ."""
    return bool(operation.definition.raw.get("parameters")) or "requestBody" in operation.definition.raw


def _cases(operation: Any) -> Any:
    """Requests as the description has them and, where they can be wrong, others."""
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not _takes_something(operation):
        return good
    return good | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def main() -> int:
    """Run from the command line; status 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    given_ = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as url:
        result = run(url, given_.cases, given_.seed)
    sys.stdout.write("\n".join([result.table(), *result.problems, ""]))
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
