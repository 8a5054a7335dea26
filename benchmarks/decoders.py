"""Runs one decoder: `python -m benchmarks.decoders NAME ANSWERS SECONDS` prints its CPU microseconds per body.

Each decoder imports its own packages, because no single environment has them all.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import answers

if TYPE_CHECKING:
    from rankcrawler.gateways.wire import Contributors
    from rankcrawler.model.targets import Target

POLLED_MS = 1_700_000_000_000
Decode = Callable[[bytes], object]


def known() -> Decode:
    """From bytes to the items that a crawl yields, for contributors that were in earlier answers, as most are."""
    from rankcrawler.gateways import wire

    return _items(wire.Contributors())


def unknown() -> Decode:
    """The same for contributors that no earlier answer had."""
    from rankcrawler.gateways import wire
    from rankcrawler.model import kinds

    reader = wire.Reader(kinds.RANKLIST, wire.Contributors())

    def with_an_empty_cache(body: bytes) -> object:
        reader._contributor = wire.Contributors().of
        return wire.snapshot(reader.read(body), _target(), POLLED_MS)

    return with_an_empty_cache


def typed() -> Decode:
    """The same without a cache: every contributor is decoded into typed structs in every answer."""
    return _items(None)


def _items(contributors: "Contributors | None") -> Decode:
    from rankcrawler.gateways import wire
    from rankcrawler.model import kinds

    reader, target = wire.Reader(kinds.RANKLIST, contributors), _target()
    return lambda body: wire.snapshot(reader.read(body), target, POLLED_MS)


def _target() -> "Target":
    from rankcrawler.model.targets import Target

    return Target("benchmark", "ranklist", "7300000000000000000")


def msgspec_typed() -> Decode:
    """Decode bytes into the floor's structs."""
    import msgspec

    from benchmarks.floor import Answer

    return msgspec.json.Decoder(Answer).decode


def msgspec_untyped() -> Decode:
    """Decode bytes into dicts."""
    import msgspec

    return msgspec.json.Decoder().decode


def orjson() -> Decode:
    """Decode bytes into dicts."""
    import orjson

    decode: Decode = orjson.loads
    return decode


def pydantic() -> Decode:
    """Decode bytes into models with the floor's fields."""
    from benchmarks.pydantic_models import Answer

    decode: Decode = Answer.model_validate_json
    return decode


DECODERS: dict[str, Callable[[], Decode]] = {
    "rankcrawler, known contributors": known,
    "rankcrawler, unknown contributors": unknown,
    "rankcrawler, no cache": typed,
    "msgspec, typed": msgspec_typed,
    "msgspec, untyped": msgspec_untyped,
    "orjson": orjson,
    "json": lambda: json.loads,
    "pydantic": pydantic,
}


def microseconds(decode: Decode, bodies: list[bytes], seconds: float) -> float:
    """Return the CPU microseconds per body: the median over passes through all bodies."""
    passes: list[float] = []
    decode(bodies[0])
    end = time.process_time() + seconds
    while not passes or time.process_time() < end:
        start = time.process_time()
        for body in bodies:
            decode(body)
        passes.append((time.process_time() - start) / len(bodies) * 1e6)
    return sorted(passes)[len(passes) // 2]


def main() -> None:
    """Measure the decoder that the command line names."""
    name, file, seconds = sys.argv[1:]
    bodies = answers.bodies(Path(file))
    size = sum(map(len, bodies)) / len(bodies)
    print(json.dumps({name: microseconds(DECODERS[name](), bodies, float(seconds)), "bytes": size}))


if __name__ == "__main__":
    main()
