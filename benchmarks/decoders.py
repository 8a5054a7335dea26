"""Runs one decoder: `python -m benchmarks.decoders NAME ANSWERS SECONDS` prints its CPU microseconds per body.

Each decoder imports its own packages, because no single environment has them all.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import answers

Decode = Callable[[bytes], object]


def wire_to_items() -> Decode:
    """Decode bytes into the items that a crawl yields."""
    from rankcrawler.gateways import wire

    poll = wire.Poll("benchmark", "7300000000000000000", None, 1_700_000_000_000)
    return lambda body: wire.snapshot(wire.read(body), poll)


def wire_read() -> Decode:
    """Decode bytes into structs, for every shape of answer."""
    from rankcrawler.gateways import wire

    return wire.read


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
    "wire.read + wire.snapshot": wire_to_items,
    "wire.read": wire_read,
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
